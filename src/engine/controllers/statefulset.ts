/**
 * StatefulSet controller: pods with ordinals, made and replaced in order.
 *
 * Reads statefulsets and pods; writes pods, ControllerRevisions, events and status. Models k8s.io/kubernetes/pkg/controller/statefulset
 * v1.32. Leaves out claim retention policies, partitions, start ordinals and maxUnavailable.
 */
import type { PersistentVolumeClaim } from '../api/kinds/persistentvolumeclaim.ts';
import type { ApiObject, LabelSelector, Pod, PodTemplate } from '../api/objects.ts';
import { type ApiState, getObject, keyOf, objectsOf } from '../api/storage.ts';
import { createObject, updateStatus } from '../api/write.ts';
import { controllerAgent, createResting, earliest, type Reconciled, type Reconciling } from './controller.ts';
import { templateHash } from './deployment/revisions.ts';
import { keepHistory, REVISION_HASH } from './history.ts';
import { createPod, deletePod, ownerEvent, type PodOwner } from './ownership.ts';
import { podsOwnedBy } from './podindex.ts';
import { isActive, isAvailable, isFinished, isReady } from './podstate.ts';

const RESOURCE = 'statefulsets.apps';

export interface StatefulSet extends ApiObject {
  readonly spec: {
    readonly replicas?: number;
    readonly serviceName?: string;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly podManagementPolicy?: 'OrderedReady' | 'Parallel';
    readonly updateStrategy?: { readonly type?: string };
    readonly minReadySeconds?: number;
    readonly revisionHistoryLimit?: number;
    readonly volumeClaimTemplates?: readonly PersistentVolumeClaim[];
  };
}

export const statefulsetAgent = controllerAgent({ name: 'statefulset', reads: [RESOURCE, 'pods', 'serviceaccounts'], reconcile });

const resting = createResting();

function reconcile(start: ApiState, context: Reconciling): Reconciled {
  let api = start;
  let wakeAt: number | undefined;
  const accounts = objectsOf(start, 'serviceaccounts');
  for (const set of Object.values(objectsOf<StatefulSet>(start, RESOURCE))) {
    const pods = podsOwnedBy(objectsOf<Pod>(start, 'pods'), set.metadata.uid);
    const before = api;
    const result = resting(before, set, [accounts, ...pods], context.now, () => ({ api: sync(before, set, pods, context) }));
    api = result.api;
    wakeAt = earliest(wakeAt, result.wakeAt);
  }
  return { api, wakeAt };
}

/** The number at the end of a pod's name. */
function ordinalOf(pod: Pod): number {
  return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? -1);
}

function sync(start: ApiState, set: StatefulSet, pods: readonly Pod[], context: Reconciling): ApiState {
  const tells: PodOwner['tells'] = (verb, pod) => `${verb} Pod ${pod} in StatefulSet ${set.metadata.name} successful`;
  const owner: PodOwner = { resource: RESOURCE, object: set, component: 'statefulset-controller', tells };
  const hash = templateHash(set.spec.template);
  let api = start;
  if (!set.metadata.deletionTimestamp) {
    api = keepHistory(api, set, hash, new Set(pods.map((pod) => pod.metadata.labels?.[REVISION_HASH] ?? '')), context);
    api = move(api, set, pods, owner, hash, context);
  }
  return status(api, set, hash, context);
}

/** One step towards the wished pods: with OrderedReady only one pod is under way at a time. */
function move(
  api: ApiState,
  set: StatefulSet,
  pods: readonly Pod[],
  owner: PodOwner,
  hash: string,
  context: Reconciling,
): ApiState {
  const { replicas = 1, podManagementPolicy, minReadySeconds } = set.spec;
  const inParallel = podManagementPolicy === 'Parallel';
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod), pod]));
  const healthy = (pod: Pod | undefined) => pod !== undefined && isActive(pod) && isAvailable(pod, minReadySeconds, context.now);
  let next = api;
  for (let ordinal = 0; ordinal < replicas; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (!pod) next = launch(next, set, ordinal, owner, hash, context);
    else if (isFinished(pod) && !pod.metadata.deletionTimestamp) next = deletePod(next, owner, pod, context);
    if (!inParallel && !healthy(pod)) return next;
  }
  const surplus = pods.filter((pod) => ordinalOf(pod) >= replicas).sort((a, b) => ordinalOf(b) - ordinalOf(a));
  for (const pod of surplus) {
    if (!pod.metadata.deletionTimestamp) next = deletePod(next, owner, pod, context);
    if (!inParallel) return next;
  }
  if (set.spec.updateStrategy?.type === 'OnDelete') return next;
  for (let ordinal = replicas - 1; ordinal >= 0; ordinal--) {
    const pod = byOrdinal.get(ordinal);
    if (pod && pod.metadata.labels?.[REVISION_HASH] !== hash && !pod.metadata.deletionTimestamp)
      return deletePod(next, owner, pod, context);
    if (!healthy(pod)) return next;
  }
  return next;
}

function launch(api: ApiState, set: StatefulSet, ordinal: number, owner: PodOwner, hash: string, context: Reconciling): ApiState {
  const name = `${set.metadata.name}-${ordinal}`;
  if (getObject(api, 'pods', `${set.metadata.namespace}/${name}`)) return api;
  const labels = {
    'apps.kubernetes.io/pod-index': String(ordinal),
    [REVISION_HASH]: hash,
    'statefulset.kubernetes.io/pod-name': name,
  };
  const spec = {
    hostname: name,
    ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
    ...volumesOf(set, name),
  };
  return createPod(withClaims(api, set, name, owner, context), owner, set.spec.template, context, { name, labels, spec }).api;
}

/** `data-web-0` */
const claimName = ({ metadata }: PersistentVolumeClaim, pod: string) => `${metadata.name}-${pod}`;

/** The pod's own claims as volumes, before those of its template. */
function volumesOf({ spec }: StatefulSet, pod: string): { readonly volumes?: readonly unknown[] } {
  const templates = spec.volumeClaimTemplates ?? [];
  if (templates.length === 0) return {};
  const own = templates.map((template) => ({
    name: template.metadata.name,
    persistentVolumeClaim: { claimName: claimName(template, pod) },
  }));
  const others = ((spec.template.spec.volumes ?? []) as readonly { readonly name: string }[]).filter(
    ({ name }) => !own.some((volume) => volume.name === name),
  );
  return { volumes: [...own, ...others] };
}

function withClaims(start: ApiState, set: StatefulSet, pod: string, owner: PodOwner, context: Reconciling): ApiState {
  const { namespace } = set.metadata;
  let api = start;
  for (const template of set.spec.volumeClaimTemplates ?? []) {
    const name = claimName(template, pod);
    if (getObject(api, 'persistentvolumeclaims', `${namespace}/${name}`)) continue;
    const labels = { ...template.metadata.labels, ...set.spec.selector.matchLabels };
    const { annotations } = template.metadata;
    const metadata = { name, namespace, labels, ...(annotations ? { annotations } : {}) };
    api = createObject(api, 'persistentvolumeclaims', { metadata, spec: template.spec }, context).api;
    const message = `create Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name} success`;
    ownerEvent(owner, 'SuccessfulCreate', message, context);
  }
  return api;
}

function status(api: ApiState, set: StatefulSet, hash: string, context: Reconciling): ApiState {
  const pods = podsOwnedBy(objectsOf<Pod>(api, 'pods'), set.metadata.uid);
  const updated = pods.filter((pod) => pod.metadata.labels?.[REVISION_HASH] === hash).length;
  const old = pods.find((pod) => pod.metadata.labels?.[REVISION_HASH] !== hash)?.metadata.labels?.[REVISION_HASH];
  const { name } = set.metadata;
  const counts = {
    currentReplicas: old === undefined ? updated : pods.length - updated,
    readyReplicas: pods.filter(isReady).length,
    updatedReplicas: updated,
  };
  return updateStatus(api, RESOURCE, keyOf(set), {
    availableReplicas: pods.filter((pod) => isAvailable(pod, set.spec.minReadySeconds, context.now)).length,
    collisionCount: 0,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    currentRevision: `${name}-${old ?? hash}`,
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    updateRevision: `${name}-${hash}`,
  });
}
