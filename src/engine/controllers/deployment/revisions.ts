/**
 * A Deployment's ReplicaSets: which one is new, how they are named, numbered and kept.
 * Models k8s.io/kubernetes/pkg/controller/deployment/util and sync.go v1.32.
 */
import type { Deployment, PodTemplate, ReplicaSet } from '../../api/objects.ts';
import { type ApiState, keyOf, objectsOf } from '../../api/storage.ts';
import { createObject, deleteObject, updateObject } from '../../api/write.ts';
import { remember } from '../../memo.ts';
import { hash32, KUBE_ALPHABET } from '../../net/random.ts';
import { canonical } from '../canonical.ts';
import type { Reconciling } from '../controller.ts';
import { controlledBy, controllerOf } from '../ownership.ts';

export const REPLICASETS = 'replicasets.apps';
export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
const DESIRED = 'deployment.kubernetes.io/desired-replicas';
const MAX = 'deployment.kubernetes.io/max-replicas';
const HASH_LABEL = 'pod-template-hash';
/** Annotations of a Deployment that its ReplicaSets do not get (util.skipCopyAnnotation). */
const NOT_COPIED = new Set(['kubectl.kubernetes.io/last-applied-configuration', REVISION, REVISION_HISTORY, DESIRED, MAX]);

/** The ReplicaSets a Deployment manages, oldest first. */
export function ownedSets(api: ApiState, deployment: Deployment): readonly ReplicaSet[] {
  const index = setsByOwner(objectsOf<ReplicaSet>(api, REPLICASETS));
  return index.get(deployment.metadata.uid) ?? [];
}

const owners = new WeakMap<object, ReadonlyMap<string, readonly ReplicaSet[]>>();

function setsByOwner(sets: Readonly<Record<string, ReplicaSet>>): ReadonlyMap<string, readonly ReplicaSet[]> {
  const known = owners.get(sets);
  if (known) return known;
  const index = new Map<string, ReplicaSet[]>();
  for (const set of Object.values(sets)) {
    const owner = controllerOf(set)?.uid;
    if (owner === undefined) continue;
    const list = index.get(owner);
    if (list) list.push(set);
    else index.set(owner, [set]);
  }
  for (const list of index.values())
    list.sort((a, b) =>
      a.metadata.creationTimestamp < b.metadata.creationTimestamp
        ? -1
        : a.metadata.creationTimestamp > b.metadata.creationTimestamp
          ? 1
          : a.metadata.name < b.metadata.name
            ? -1
            : 1,
    );
  owners.set(sets, index);
  return index;
}

/** The ReplicaSet whose template equals the Deployment's, but for the hash label. */
export function newSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = templateText(deployment.spec.template);
  return sets.find((set) => templateText(set.spec.template) === wanted);
}

const texts = new WeakMap<PodTemplate, string>();

/** A template as text, without the hash label. Kept by identity: templates are compared every round. */
function templateText(template: PodTemplate): string {
  return remember(texts, template, () => canonical(withoutHash(template)));
}

function withoutHash(template: PodTemplate): PodTemplate {
  const { [HASH_LABEL]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/**
 * `pod-template-hash`: 32 bits of the template, in decimal, spelt in the alphabet of generated names (rand.SafeEncodeString).
 * The bits themselves differ from upstream's, which hashes Go's memory layout of the template.
 */
export function templateHash(template: PodTemplate): string {
  const digits = String(hash32('pod-template-hash', templateText(template)));
  return [...digits].map((digit) => KUBE_ALPHABET[digit.charCodeAt(0) % KUBE_ALPHABET.length]).join('');
}

export function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0) || 0;
}

/** Replicas the Deployment wished for when the set was last scaled; undefined: never set. */
export function desiredOf(set: ReplicaSet): number | undefined {
  const text = set.metadata.annotations?.[DESIRED];
  return text === undefined ? undefined : Number(text);
}

/** Creates the ReplicaSet of the Deployment's present template. */
export function createSet(
  api: ApiState,
  deployment: Deployment,
  revision: number,
  replicas: number,
  max: number,
  context: Reconciling,
) {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const draft = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: {
        ...copied(deployment),
        [DESIRED]: String(deployment.spec.replicas),
        [MAX]: String(max),
        [REVISION]: String(revision),
      },
      ownerReferences: [controlledBy(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  return createObject(api, REPLICASETS, draft, context);
}

function copied(deployment: Deployment): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key)));
}

/** Brings the new set's annotations and revision up to date; a set that comes back (rollback) remembers its old numbers. */
export function refreshSet(
  api: ApiState,
  deployment: Deployment,
  set: ReplicaSet,
  revision: number,
  context: Reconciling,
): ApiState {
  const old = set.metadata.annotations ?? {};
  const annotations: Record<string, string> = { ...old, ...copied(deployment) };
  if (revision > revisionOf(set)) {
    annotations[REVISION] = String(revision);
    const history = old[REVISION_HISTORY]?.split(',') ?? [];
    if (old[REVISION]) annotations[REVISION_HISTORY] = [...history, old[REVISION]].join(',');
  }
  return updateObject(api, REPLICASETS, keyOf(set), (object) => ({ ...object, metadata: { ...object.metadata, annotations } }), {
    now: context.now,
  });
}

/** Sets a ReplicaSet's replicas and the annotations that remember what for. */
export function resizeSet(
  api: ApiState,
  set: ReplicaSet,
  replicas: number,
  desired: number,
  max: number,
  context: Reconciling,
): ApiState {
  return updateObject(
    api,
    REPLICASETS,
    keyOf(set),
    (object) => ({
      ...object,
      metadata: {
        ...object.metadata,
        annotations: { ...object.metadata.annotations, [DESIRED]: String(desired), [MAX]: String(max) },
      },
      spec: { ...(object as ReplicaSet).spec, replicas },
    }),
    { now: context.now },
  );
}

/** Records on the Deployment which revision its template is. */
export function stampRevision(api: ApiState, deployment: Deployment, revision: string, context: Reconciling): ApiState {
  return updateObject(
    api,
    'deployments.apps',
    keyOf(deployment),
    (object) =>
      object.metadata.annotations?.[REVISION] === revision
        ? object
        : { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [REVISION]: revision } } },
    { now: context.now },
  );
}

/** Deletes old, empty ReplicaSets beyond `revisionHistoryLimit`. */
export function pruneSets(start: ApiState, deployment: Deployment, old: readonly ReplicaSet[], context: Reconciling): ApiState {
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const cleanable = old.filter((set) => !set.metadata.deletionTimestamp);
  let api = start;
  for (const set of [...cleanable].sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, Math.max(0, cleanable.length - limit))) {
    if (
      set.status.replicas !== 0 ||
      set.spec.replicas !== 0 ||
      (set.metadata.generation ?? 0) > (set.status.observedGeneration ?? 0)
    )
      continue;
    api = deleteObject(api, REPLICASETS, keyOf(set), { now: context.now });
  }
  return api;
}
