/**
 * Deployment controller: from one template to the next by way of ReplicaSets.
 *
 * Reads deployments and replicasets; writes replicasets, events, the Deployment's revision and status. Models
 * k8s.io/kubernetes/pkg/controller/deployment v1.32. Leaves out the deprecated rollback field.
 */
import type { Deployment, Pod, ReplicaSet } from '../../api/objects.ts';
import { matches } from '../../api/selectors.ts';
import { type ApiState, getObject, keyOf, objectsOf } from '../../api/storage.ts';
import { controllerAgent, createResting, earliest, type Reconciled, type Reconciling } from '../controller.ts';
import { adopt, controllerOf, ownerEvent } from '../ownership.ts';
import { podsOwnedBy } from '../podindex.ts';
import { conditionOf, isFinished } from '../podstate.ts';
import { maxSurge, maxUnavailable } from './bounds.ts';
import {
  createSet,
  desiredOf,
  newSet,
  ownedSets,
  pruneSets,
  REPLICASETS,
  REVISION,
  refreshSet,
  revisionOf,
  stampRevision,
} from './revisions.ts';
import { scale, scaleSet } from './scale.ts';
import { isComplete, sum, syncStatus, withCondition } from './status.ts';

const RESOURCE = 'deployments.apps';

export const deploymentAgent = controllerAgent({ name: 'deployment', reads: [RESOURCE, REPLICASETS, 'pods'], reconcile });

const resting = createResting();

function reconcile(start: ApiState, context: Reconciling): Reconciled {
  let api = start;
  let wakeAt: number | undefined;
  const deployments = objectsOf<Deployment>(start, RESOURCE);
  const free = orphans(objectsOf<ReplicaSet>(start, REPLICASETS));
  const pods = objectsOf<Pod>(start, 'pods');
  for (const key in deployments) {
    const deployment = deployments[key]!;
    const sets = ownedSets(start, deployment);
    const recreates = deployment.spec.strategy?.type === 'Recreate';
    const inputs = [...sets, undefined, ...free, ...(recreates ? sets.flatMap((set) => podsOwnedBy(pods, set.metadata.uid)) : [])];
    const before = api;
    const result = resting(before, deployment, inputs, context.now, () =>
      sync(claim(before, deployment, context), deployment, context),
    );
    api = result.api;
    wakeAt = earliest(wakeAt, result.wakeAt);
  }
  return { api, wakeAt };
}

function claim(start: ApiState, deployment: Deployment, context: Reconciling): ApiState {
  if (deployment.metadata.deletionTimestamp) return start;
  let api = start;
  const sets = objectsOf<ReplicaSet>(start, REPLICASETS);
  for (const set of orphans(sets)) {
    if (set.metadata.namespace !== deployment.metadata.namespace) continue;
    if (matches(deployment.spec.selector, set.metadata.labels)) api = adopt(api, REPLICASETS, set, deployment, context);
  }
  return api;
}

const orphanMemo = new WeakMap<object, readonly ReplicaSet[]>();

function orphans(sets: Readonly<Record<string, ReplicaSet>>): readonly ReplicaSet[] {
  const known = orphanMemo.get(sets);
  if (known) return known;
  const list = Object.values(sets).filter((set) => !controllerOf(set) && !set.metadata.deletionTimestamp);
  orphanMemo.set(sets, list);
  return list;
}

function sync(api: ApiState, deployment: Deployment, context: Reconciling): Reconciled {
  const sets = ownedSets(api, deployment);
  const fresh = newSet(deployment, sets);
  const old = sets.filter((set) => set !== fresh);
  const before = deployment.status.conditions ?? [];
  if (deployment.metadata.deletionTimestamp) return syncStatus(api, deployment, fresh, sets, before, false, context);
  const conditions = pauseCondition(deployment, context.now);
  const scaling = sets.some(
    (set) => set.spec.replicas > 0 && desiredOf(set) !== undefined && desiredOf(set) !== deployment.spec.replicas,
  );
  if (deployment.spec.paused || scaling) {
    let next = api;
    // As getAllReplicaSetsAndSyncRevision without creation: an existing new set still gets its number.
    if (fresh && !deployment.spec.paused) next = stampNew(next, deployment, fresh, old, context);
    next = scale(next, deployment, fresh, old, context);
    return finish(next, deployment, conditions, false, context);
  }
  return deployment.spec.strategy?.type === 'Recreate'
    ? recreate(api, deployment, fresh, old, conditions, context)
    : roll(api, deployment, fresh, old, conditions, context);
}

function pauseCondition(deployment: Deployment, now: number) {
  const conditions = deployment.status.conditions ?? [];
  const current = conditionOf(conditions, 'Progressing');
  if (current?.reason === 'ProgressDeadlineExceeded') return conditions;
  const paused = current?.reason === 'DeploymentPaused';
  if (deployment.spec.paused && !paused)
    return withCondition(conditions, 'Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', now);
  if (!deployment.spec.paused && paused)
    return withCondition(conditions, 'Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed', now);
  return conditions;
}

function finish(
  api: ApiState,
  deployment: Deployment,
  conditions: Deployment['status']['conditions'],
  rollout: boolean,
  context: Reconciling,
): Reconciled {
  const now = getObject<Deployment>(api, RESOURCE, keyOf(deployment)) ?? deployment;
  const sets = ownedSets(api, deployment);
  const fresh = newSet(deployment, sets);
  const result = syncStatus(api, now, fresh, sets, conditions ?? [], rollout, context);
  const status = getObject<Deployment>(result.api, RESOURCE, keyOf(deployment))?.status;
  if (!rollout || !status || !isComplete(now, status)) return result;
  return {
    ...result,
    api: pruneSets(
      result.api,
      deployment,
      sets.filter((set) => set !== fresh),
      context,
    ),
  };
}

function stampNew(
  api: ApiState,
  deployment: Deployment,
  fresh: ReplicaSet,
  old: readonly ReplicaSet[],
  context: Reconciling,
): ApiState {
  const revision = Math.max(0, ...old.map(revisionOf)) + 1;
  const next = refreshSet(api, deployment, fresh, revision, context);
  const number = getObject<ReplicaSet>(next, REPLICASETS, keyOf(fresh))?.metadata.annotations?.[REVISION];
  return number ? stampRevision(next, deployment, number, context) : next;
}

/** Finds or makes the new ReplicaSet. */
function ensureNew(
  api: ApiState,
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  context: Reconciling,
): ApiState {
  if (fresh) return stampNew(api, deployment, fresh, old, context);
  const revision = Math.max(0, ...old.map(revisionOf)) + 1;
  const max = deployment.spec.replicas + maxSurge(deployment);
  const replicas = newReplicas(deployment, 0, old);
  const created = createSet(api, deployment, revision, replicas, max, context);
  const next = stampRevision(created.api, deployment, String(revision), context);
  if (replicas === 0) return next;
  const owner = { resource: RESOURCE, object: deployment, component: 'deployment-controller' };
  ownerEvent(owner, 'ScalingReplicaSet', `Scaled up replica set ${created.object.metadata.name} from 0 to ${replicas}`, context);
  return next;
}

/** How large the new set may be now (util.NewRSNewReplicas). */
function newReplicas(deployment: Deployment, size: number, old: readonly ReplicaSet[]): number {
  const { replicas } = deployment.spec;
  if (deployment.spec.strategy?.type === 'Recreate') return replicas;
  const room = replicas + maxSurge(deployment) - sum(old, (set) => set.spec.replicas) - size;
  return room <= 0 ? size : size + Math.min(room, Math.max(0, replicas - size));
}

function named(
  before: Deployment['status']['conditions'],
  fresh: ReplicaSet | undefined,
  made: ReplicaSet | undefined,
  now: number,
) {
  const conditions = before ?? [];
  if (!made) return conditions;
  if (!fresh)
    return withCondition(
      conditions,
      'Progressing',
      'True',
      'NewReplicaSetCreated',
      `Created new replica set "${made.metadata.name}"`,
      now,
    );
  if (conditionOf(conditions, 'Progressing')) return conditions;
  return withCondition(
    conditions,
    'Progressing',
    'True',
    'FoundNewReplicaSet',
    `Found new replica set "${made.metadata.name}"`,
    now,
  );
}

function roll(
  start: ApiState,
  deployment: Deployment,
  found: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  before: Deployment['status']['conditions'],
  context: Reconciling,
): Reconciled {
  let api = ensureNew(start, deployment, found, old, context);
  const fresh = newSet(deployment, ownedSets(api, deployment));
  const conditions = named(before, found, fresh, context.now);
  if (fresh && found) {
    const { replicas } = deployment.spec;
    const size = fresh.spec.replicas > replicas ? replicas : newReplicas(deployment, fresh.spec.replicas, old);
    if (size !== fresh.spec.replicas) api = scaleSet(api, deployment, fresh, size, context);
    else api = shrinkOld(api, deployment, fresh, old, context);
  }
  return finish(api, deployment, conditions, true, context);
}

/** Takes from the old sets what may be taken: unhealthy pods first, then as far as enough stay available. */
function shrinkOld(
  start: ApiState,
  deployment: Deployment,
  fresh: ReplicaSet,
  old: readonly ReplicaSet[],
  context: Reconciling,
): ApiState {
  const total = sum(old, (set) => set.spec.replicas);
  if (total === 0) return start;
  const minimum = deployment.spec.replicas - maxUnavailable(deployment);
  const missing = fresh.spec.replicas - (fresh.status.availableReplicas ?? 0);
  let unhealthy = total + fresh.spec.replicas - minimum - missing;
  if (unhealthy <= 0) return start;
  const sizes = new Map(old.map((set) => [set, set.spec.replicas]));
  const take = (set: ReplicaSet, count: number) => {
    const taken = Math.max(0, Math.min(count, sizes.get(set)!));
    sizes.set(set, sizes.get(set)! - taken);
    return taken;
  };
  for (const set of old) unhealthy -= take(set, Math.min(unhealthy, set.spec.replicas - (set.status.availableReplicas ?? 0)));
  let spare = sum([...old, fresh], (set) => set.status.availableReplicas) - minimum;
  for (const set of old) spare -= spare > 0 ? take(set, spare) : 0;
  let api = start;
  for (const [set, size] of sizes) if (size !== set.spec.replicas) api = scaleSet(api, deployment, set, size, context);
  return api;
}

function recreate(
  start: ApiState,
  deployment: Deployment,
  found: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  before: Deployment['status']['conditions'],
  context: Reconciling,
): Reconciled {
  const running = old.filter((set) => set.spec.replicas > 0);
  if (running.length > 0) {
    let api = start;
    for (const set of running) api = scaleSet(api, deployment, set, 0, context);
    return finish(api, deployment, before, true, context);
  }
  const pods = objectsOf<Pod>(start, 'pods');
  const left = old.some((set) => podsOwnedBy(pods, set.metadata.uid).some((pod) => !isFinished(pod)));
  if (left) return finish(start, deployment, before, true, context);
  let api = ensureNew(start, deployment, found, old, context);
  const fresh = newSet(deployment, ownedSets(api, deployment));
  if (fresh) api = scaleSet(api, deployment, fresh, deployment.spec.replicas, context);
  return finish(api, deployment, named(before, found, fresh, context.now), true, context);
}
