/** Scaling of a Deployment that is between two templates or paused. Models sync.go scale and util.GetReplicaSetProportion v1.32. */
import type { Deployment, ReplicaSet } from '../../api/objects.ts';
import type { ApiState } from '../../api/storage.ts';
import type { Reconciling } from '../controller.ts';
import { ownerEvent } from '../ownership.ts';
import { maxSurge } from './bounds.ts';
import { desiredOf, resizeSet } from './revisions.ts';
import { sum } from './status.ts';

/** Resizes one set, with the event on the Deployment. The same state when it has that size already. */
export function scaleSet(api: ApiState, deployment: Deployment, set: ReplicaSet, replicas: number, context: Reconciling): ApiState {
  const max = deployment.spec.replicas + maxSurge(deployment);
  const next = resizeSet(api, set, replicas, deployment.spec.replicas, max, context);
  if (replicas === set.spec.replicas) return next;
  const direction = replicas > set.spec.replicas ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${set.spec.replicas} to ${replicas}`;
  ownerEvent(
    { resource: 'deployments.apps', object: deployment, component: 'deployment-controller' },
    'ScalingReplicaSet',
    message,
    context,
  );
  return next;
}

/** Gives a changed `spec.replicas` to the sets: to the only active one, or in proportion to their sizes. */
export function scale(
  start: ApiState,
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  context: Reconciling,
): ApiState {
  const all = fresh ? [...old, fresh] : old;
  const active = all.filter((set) => set.spec.replicas > 0);
  const only = active.length === 0 ? (fresh ?? old.at(-1)) : active.length === 1 ? active[0] : undefined;
  const { replicas } = deployment.spec;
  if (only) return scaleSet(start, deployment, only, replicas, context);
  let api = start;
  const saturated =
    fresh &&
    fresh.spec.replicas === replicas &&
    desiredOf(fresh) === replicas &&
    (fresh.status.availableReplicas ?? 0) === replicas;
  if (saturated) {
    for (const set of old.filter((each) => each.spec.replicas > 0)) api = scaleSet(api, deployment, set, 0, context);
    return api;
  }
  if (deployment.spec.strategy?.type === 'Recreate') return api;
  for (const [set, size] of proportions(deployment, active)) api = scaleSet(api, deployment, set, size, context);
  return api;
}

function proportions(deployment: Deployment, active: readonly ReplicaSet[]): ReadonlyMap<ReplicaSet, number> {
  const total = sum(active, (set) => set.spec.replicas);
  const allowed = deployment.spec.replicas > 0 ? deployment.spec.replicas + maxSurge(deployment) : 0;
  const toAdd = allowed - total;
  // Biggest first; of equals the newer first when growing, the older first when shrinking.
  const order = [...active].sort((a, b) => b.spec.replicas - a.spec.replicas || (toAdd > 0 ? later(b, a) : later(a, b)));
  const sizes = new Map(order.map((set) => [set, set.spec.replicas]));
  let added = 0;
  for (const set of order) {
    const was = desiredOf(set) ?? deployment.spec.replicas;
    const max = was + maxSurge(deployment);
    const share = max > 0 ? Math.round((set.spec.replicas * allowed) / max) - set.spec.replicas : 0;
    const left = toAdd - added;
    const part = toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
    sizes.set(set, Math.max(0, set.spec.replicas + part));
    added += part;
  }
  const first = order[0]!;
  sizes.set(first, Math.max(0, sizes.get(first)! + toAdd - added));
  return sizes;
}

function later(a: ReplicaSet, b: ReplicaSet): number {
  return a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1;
}
