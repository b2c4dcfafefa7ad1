/**
 * ReplicaSet controller: keeps the wished number of pods; and the ReplicationController's, which upstream runs by the same code.
 *
 * Reads replicasets (or replicationcontrollers) and pods; writes pods, events and the sets' status. Models k8s.io/kubernetes/pkg/controller/replicaset
 * v1.32. Leaves out slow-start batches and retries by time: a refused pod is tried again when something it needs has changed.
 */
import type { Agent } from '../agent.ts';
import type { ReplicationController } from '../api/kinds/replicationcontroller.ts';
import type { ApiObject, Condition, Pod, ReplicaSet } from '../api/objects.ts';
import { matches } from '../api/selectors.ts';
import { type ApiState, getObject, keyOf, objectsOf, type ResourceName } from '../api/storage.ts';
import { parseTimestamp, timestamp } from '../api/time.ts';
import { updateObject, updateStatus } from '../api/write.ts';
import { controllerAgent, createResting, earliest, type Reconciled, type Reconciling, type Resting } from './controller.ts';
import { adopt, controllerOf, createPod, deletePod, type PodOwner } from './ownership.ts';
import { type PodMap, podsInNamespace, podsOwnedBy, podsWithLabels } from './podindex.ts';
import { availableAt, conditionOf, isActive, isAvailable, isReady } from './podstate.ts';

/** Which of the two kinds, and how its object looks as a ReplicaSet. */
interface Flavour {
  readonly resource: ResourceName;
  /** Event source. */
  readonly component: string;
  readonly asSet: (object: ApiObject) => ReplicaSet;
}

function replicaAgent(name: string, flavour: Flavour): Agent {
  const resting = createResting();
  return controllerAgent({
    name,
    reads: [flavour.resource, 'pods', 'serviceaccounts'],
    batched: true,
    reconcile: (start, context) => reconcile(start, flavour, resting, context),
  });
}

export const replicasetAgent = replicaAgent('replicaset', {
  resource: 'replicasets.apps',
  component: 'replicaset-controller',
  asSet: (object) => object as ReplicaSet,
});

export const replicationControllerAgent = replicaAgent('replicationcontroller', {
  resource: 'replicationcontrollers',
  component: 'replication-controller',
  asSet: (object) => {
    const { spec } = object as ReplicationController;
    return { ...object, spec: { ...spec, selector: { matchLabels: spec.selector ?? {} } } } as ReplicaSet;
  },
});

function reconcile(start: ApiState, flavour: Flavour, resting: Resting, context: Reconciling): Reconciled {
  let api = start;
  let wakeAt: number | undefined;
  const sets = objectsOf(start, flavour.resource);
  const pods = objectsOf<Pod>(start, 'pods');
  const accounts = objectsOf(start, 'serviceaccounts');
  for (const key in sets) {
    const object = sets[key]!;
    const set = flavour.asSet(object);
    // A pod that was refused for want of its account is tried again when accounts change.
    const inputs = [accounts, ...podsOwnedBy(pods, set.metadata.uid), undefined, ...selected(pods, set)];
    const before = api;
    const result = resting(before, object, inputs, context.now, () => sync(before, start, { set, flavour }, context));
    api = result.api;
    wakeAt = earliest(wakeAt, result.wakeAt);
  }
  return { api, wakeAt };
}

interface Subject {
  readonly set: ReplicaSet;
  readonly flavour: Flavour;
}

/** @param seen the state when the round's reconcile began: what is looked up; `api` is what is written */
function sync(before: ApiState, seen: ApiState, subject: Subject, context: Reconciling): Reconciled {
  const { set, flavour } = subject;
  const claimed = claim(before, seen, set, context);
  let { api } = claimed;
  let active = claimed.owned.filter(isActive);
  let made = 0;
  let error: string | undefined;
  if (!set.metadata.deletionTimestamp) {
    const owner: PodOwner = { resource: flavour.resource, object: set, component: flavour.component };
    for (
      const missing = set.spec.replicas - active.length;
      made < missing && error === undefined;
      made += error === undefined ? 1 : 0
    ) {
      ({ api, error } = createPod(api, owner, set.spec.template, context));
    }
    if (active.length > set.spec.replicas) {
      const victims = new Set(surplus(seen, subject, active, context.now));
      for (const pod of victims) api = deletePod(api, owner, pod, context);
      active = active.filter((pod) => !victims.has(pod));
    }
  }
  return status(api, subject, { active, made, error }, context);
}

/** Adopts matching orphans and releases pods that no longer match. @returns what it owns then */
function claim(
  before: ApiState,
  seen: ApiState,
  set: ReplicaSet,
  context: Reconciling,
): { readonly api: ApiState; readonly owned: readonly Pod[] } {
  let api = before;
  const owned: Pod[] = [];
  const pods = objectsOf<Pod>(seen, 'pods');
  for (const pod of podsOwnedBy(pods, set.metadata.uid)) {
    if (pod.metadata.deletionTimestamp || matches(set.spec.selector, pod.metadata.labels)) owned.push(pod);
    else api = release(api, pod, set.metadata.uid, context);
  }
  if (set.metadata.deletionTimestamp) return { api, owned };
  for (const pod of selected(pods, set)) {
    if (controllerOf(pod) || !isActive(pod) || !matches(set.spec.selector, pod.metadata.labels)) continue;
    api = adopt(api, 'pods', pod, set, context);
    owned.push(pod);
  }
  return { api, owned };
}

function selected(pods: PodMap, set: ReplicaSet): readonly Pod[] {
  const { namespace = '' } = set.metadata;
  const labels = set.spec.selector.matchLabels;
  return labels ? podsWithLabels(pods, namespace, labels) : podsInNamespace(pods, namespace);
}

function release(api: ApiState, pod: Pod, uid: string, context: Reconciling): ApiState {
  const change = (object: Pod): Pod => {
    const kept = object.metadata.ownerReferences?.filter((owner) => owner.uid !== uid);
    const { ownerReferences: _, ...metadata } = object.metadata;
    return { ...object, metadata: kept?.length ? { ...metadata, ownerReferences: kept } : metadata };
  };
  return updateObject(api, 'pods', keyOf(pod), change as never, { now: context.now });
}

/**
 * The pods to delete, least valuable first.
 * Upstream: ActivePodsWithRanks.Less, with the rank of getPodsRankedByRelatedPodsOnSameNode.
 */
function surplus(api: ApiState, { set, flavour }: Subject, active: readonly Pod[], now: number): readonly Pod[] {
  const crowd = new Map<string, number>();
  for (const pod of relatedPods(api, set, flavour))
    crowd.set(pod.spec.nodeName ?? '', (crowd.get(pod.spec.nodeName ?? '') ?? 0) + 1);
  const rank = (pod: Pod) => crowd.get(pod.spec.nodeName ?? '') ?? 0;
  return [...active].sort((a, b) => preference(a, b, rank, now)).slice(0, active.length - set.spec.replicas);
}

/** Active pods of every ReplicaSet with the same owner: a Deployment's old and new together. */
function relatedPods(api: ApiState, set: ReplicaSet, { resource }: Flavour): readonly Pod[] {
  const pods = objectsOf<Pod>(api, 'pods');
  const owner = controllerOf(set);
  const sets = owner
    ? Object.values(objectsOf<ReplicaSet>(api, resource)).filter((other) => controllerOf(other)?.uid === owner.uid)
    : [set];
  return sets.flatMap((other) => podsOwnedBy(pods, other.metadata.uid).filter(isActive));
}

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

function preference(a: Pod, b: Pod, rank: (pod: Pod) => number, now: number): number {
  return (
    Number(!!a.spec.nodeName) - Number(!!b.spec.nodeName) ||
    (PHASES[a.status.phase] ?? 0) - (PHASES[b.status.phase] ?? 0) ||
    Number(isReady(a)) - Number(isReady(b)) ||
    deletionCost(a) - deletionCost(b) ||
    rank(b) - rank(a) ||
    (isReady(a) ? newerFirst(readySince(a), readySince(b), now) : 0) ||
    restarts(b) - restarts(a) ||
    newerFirst(created(a), created(b), now) ||
    (a.metadata.uid < b.metadata.uid ? -1 : 1)
  );
}

/** Ages are compared by their power of two (feature LogarithmicScaleDown), so that equally old pods fall to the uid's lot. */
function newerFirst(a: number, b: number, now: number): number {
  return Math.floor(Math.log2(Math.max(1, now - a) * 1e6)) - Math.floor(Math.log2(Math.max(1, now - b) * 1e6));
}

function deletionCost(pod: Pod): number {
  return Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0) || 0;
}

function readySince(pod: Pod): number {
  return parseTimestamp(conditionOf(pod.status.conditions, 'Ready')?.lastTransitionTime) ?? 0;
}

function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status.containerStatuses ?? []).map((container) => container.restartCount));
}

function created(pod: Pod): number {
  return parseTimestamp(pod.metadata.creationTimestamp) ?? 0;
}

interface Done {
  readonly active: readonly Pod[];
  /** Pods made in this sync. */
  readonly made: number;
  readonly error: string | undefined;
}

function status(api: ApiState, { set, flavour }: Subject, { active, made, error }: Done, context: Reconciling): Reconciled {
  const { resource } = flavour;
  const wanted = Object.entries(set.spec.template.metadata?.labels ?? {});
  const { minReadySeconds } = set.spec;
  const waits = active.map((pod) => availableAt(pod, minReadySeconds)).filter((at) => at !== undefined && at > context.now);
  const labelled = active.filter((pod) => wanted.every(([label, value]) => pod.metadata.labels?.[label] === value));
  const counts = {
    fullyLabeledReplicas: labelled.length + made,
    readyReplicas: active.filter(isReady).length,
    availableReplicas: active.filter((pod) => isAvailable(pod, minReadySeconds, context.now)).length,
  };
  const fresh: ReplicaSet['status'] = {
    replicas: active.length + made,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    observedGeneration: getObject(api, resource, keyOf(set))?.metadata.generation,
    ...(error === undefined ? {} : { conditions: [failure(set, error, context.now)] }),
  };
  return {
    api: updateStatus(api, resource, keyOf(set), fresh),
    wakeAt: waits.length ? Math.min(...(waits as number[])) : undefined,
  };
}

function failure(set: ReplicaSet, message: string, now: number): Condition {
  const old = conditionOf(set.status.conditions, 'ReplicaFailure');
  if (old?.message === message) return old;
  return { type: 'ReplicaFailure', status: 'True', lastTransitionTime: timestamp(now), reason: 'FailedCreate', message };
}
