/**
 * ControllerRevisions: the templates a DaemonSet or StatefulSet has had, numbered. Models k8s.io/kubernetes/pkg/controller/history v1.32.
 */
import type { ApiObject, PodTemplate } from '../api/objects.ts';
import { type ApiState, keyOf, objectsOf } from '../api/storage.ts';
import { createObject, deleteObject, updateObject } from '../api/write.ts';
import type { Reconciling } from './controller.ts';
import { controlledBy, controllerOf } from './ownership.ts';

export const REVISIONS = 'controllerrevisions.apps';
/** Label: the template a pod was made from. */
export const REVISION_HASH = 'controller-revision-hash';

interface ControllerRevision extends ApiObject {
  readonly revision: number;
}

interface Templated extends ApiObject {
  readonly spec: { readonly template: PodTemplate; readonly revisionHistoryLimit?: number };
}

function revisionsOf(api: ApiState, owner: ApiObject): readonly ControllerRevision[] {
  const all = Object.values(objectsOf<ControllerRevision>(api, REVISIONS));
  return all.filter((each) => controllerOf(each)?.uid === owner.metadata.uid).sort((a, b) => a.revision - b.revision);
}

/**
 * Sees to it that the owner's present template has the highest revision, and that no more old ones are kept than it wants.
 * @param inUse hashes that some pod still carries
 */
export function keepHistory(
  start: ApiState,
  owner: Templated,
  hash: string,
  inUse: ReadonlySet<string>,
  context: Reconciling,
): ApiState {
  const revisions = revisionsOf(start, owner);
  const last = revisions.at(-1);
  const current = revisions.find((each) => each.metadata.labels?.[REVISION_HASH] === hash);
  const next = (last?.revision ?? 0) + 1;
  const { now } = context;
  let api = start;
  if (!current) api = createObject(api, REVISIONS, draft(owner, hash, next), context).api;
  else if (current !== last) {
    api = updateObject<ControllerRevision>(api, REVISIONS, keyOf(current), (object) => ({ ...object, revision: next }), { now });
  }
  const old = revisions.filter((each) => each !== current && !inUse.has(each.metadata.labels?.[REVISION_HASH] ?? ''));
  for (const each of old.slice(0, Math.max(0, old.length - (owner.spec.revisionHistoryLimit ?? 10)))) {
    api = deleteObject(api, REVISIONS, keyOf(each), { now });
  }
  return api;
}

function draft(owner: Templated, hash: string, revision: number) {
  const { name, namespace, annotations = {} } = owner.metadata;
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...copied } = annotations;
  const { template } = owner.spec;
  return {
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      ...(Object.keys(copied).length ? { annotations: copied } : {}),
      labels: { ...template.metadata?.labels, [REVISION_HASH]: hash },
      ownerReferences: [controlledBy(owner)],
    },
    data: { spec: { template: { $patch: 'replace', ...template } } },
    revision,
  };
}
