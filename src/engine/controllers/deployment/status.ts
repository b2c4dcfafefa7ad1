/**
 * A Deployment's status and its conditions. Models calculateStatus (sync.go), progress.go and deployment_util.go v1.32.
 */
import type { Condition, Deployment, ReplicaSet } from '../../api/objects.ts';
import { type ApiState, keyOf } from '../../api/storage.ts';
import { parseTimestamp, timestamp } from '../../api/time.ts';
import { updateStatus } from '../../api/write.ts';
import type { Reconciled, Reconciling } from '../controller.ts';
import { conditionOf } from '../podstate.ts';
import { maxUnavailable } from './bounds.ts';

type Conditions = readonly Condition[];

/** The conditions with one replaced: moved to the end, unless status and reason are as they were. */
export function withCondition(
  conditions: Conditions,
  type: string,
  status: Condition['status'],
  reason: string,
  message: string,
  now: number,
): Conditions {
  const current = conditionOf(conditions, type);
  if (current && current.status === status && current.reason === reason) return conditions;
  const at = timestamp(now);
  const lastTransitionTime = current?.status === status ? current.lastTransitionTime : at;
  const fresh: Condition = { type, status, lastUpdateTime: at, lastTransitionTime, reason, message };
  return [...conditions.filter((condition) => condition.type !== type), fresh];
}

export function sum(sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number | undefined): number {
  return sets.reduce((total, set) => total + (of(set) ?? 0), 0);
}

type Status = Deployment['status'];

function counted(
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
  conditions: Conditions,
  now: number,
): Status {
  const available = sum(all, (set) => set.status.availableReplicas);
  const total = sum(all, (set) => set.spec.replicas);
  const enough = available >= deployment.spec.replicas - maxUnavailable(deployment);
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: sum(all, (set) => set.status.replicas),
    updatedReplicas: fresh?.status.replicas ?? 0,
    readyReplicas: sum(all, (set) => set.status.readyReplicas),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, total - available),
    conditions: enough
      ? withCondition(conditions, 'Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
      : withCondition(
          conditions,
          'Available',
          'False',
          'MinimumReplicasUnavailable',
          'Deployment does not have minimum availability.',
          now,
        ),
  };
}

/** All wished replicas are updated and available, and no others are left. */
export function isComplete({ spec, metadata }: Deployment, status: Status): boolean {
  return (
    (status.updatedReplicas ?? 0) === spec.replicas &&
    (status.replicas ?? 0) === spec.replicas &&
    (status.availableReplicas ?? 0) === spec.replicas &&
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}

function isProgressing(deployment: Deployment, status: Status): boolean {
  const old = deployment.status;
  const oldCount = (value: number | undefined) => value ?? 0;
  return (
    oldCount(status.updatedReplicas) > oldCount(old.updatedReplicas) ||
    oldCount(status.replicas) - oldCount(status.updatedReplicas) < oldCount(old.replicas) - oldCount(old.updatedReplicas) ||
    oldCount(status.readyReplicas) > oldCount(old.readyReplicas) ||
    oldCount(status.availableReplicas) > oldCount(old.availableReplicas)
  );
}

/** When a rollout that makes no progress is called failed, ms; undefined: never. */
function deadline(deployment: Deployment, conditions: Conditions): number | undefined {
  const { progressDeadlineSeconds = 600 } = deployment.spec;
  const current = conditionOf(conditions, 'Progressing');
  if (!current || progressDeadlineSeconds >= 2 ** 31 - 1) return undefined;
  if (current.reason === 'NewReplicaSetAvailable' || current.reason === 'DeploymentPaused') return undefined;
  return (parseTimestamp(current.lastUpdateTime) ?? 0) + progressDeadlineSeconds * 1000;
}

function progress(deployment: Deployment, fresh: ReplicaSet | undefined, status: Status, now: number): Conditions {
  const conditions = status.conditions ?? [];
  const current = conditionOf(conditions, 'Progressing');
  const settled = status.replicas === status.updatedReplicas && current?.reason === 'NewReplicaSetAvailable';
  if (settled) return conditions;
  const subject = fresh ? `ReplicaSet "${fresh.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const set = (state: Condition['status'], reason: string, message: string) =>
    withCondition(conditions, 'Progressing', state, reason, message, now);
  if (isComplete(deployment, status)) return set('True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`);
  if (isProgressing(deployment, status)) {
    // Always renewed, so that the deadline counts from the last progress.
    const kept = conditions.filter((condition) => condition.type !== 'Progressing');
    const at = timestamp(now);
    const lastTransitionTime = current?.status === 'True' ? current.lastTransitionTime : at;
    return [
      ...kept,
      {
        type: 'Progressing',
        status: 'True',
        lastUpdateTime: at,
        lastTransitionTime,
        reason: 'ReplicaSetUpdated',
        message: `${subject} is progressing.`,
      },
    ];
  }
  const due = deadline(deployment, conditions);
  if (due !== undefined && due <= now) return set('False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`);
  return conditions;
}

/** The ReplicaSets' failure to create pods, if one has it, is the Deployment's too. */
function withFailure(conditions: Conditions, all: readonly ReplicaSet[], now: number): Conditions {
  const failed = all
    .map((set) => conditionOf(set.status.conditions, 'ReplicaFailure'))
    .find((condition) => condition !== undefined);
  if (failed) return withCondition(conditions, 'ReplicaFailure', 'True', failed.reason ?? '', failed.message ?? '', now);
  return conditionOf(conditions, 'ReplicaFailure')
    ? conditions.filter((condition) => condition.type !== 'ReplicaFailure')
    : conditions;
}

/** Writes the status. @param rollout false while scaling or paused: the Progressing condition then stays as it is */
export function syncStatus(
  api: ApiState,
  deployment: Deployment,
  fresh: ReplicaSet | undefined,
  all: readonly ReplicaSet[],
  conditions: Conditions,
  rollout: boolean,
  context: Reconciling,
): Reconciled {
  const status = counted(deployment, fresh, all, conditions, context.now);
  const progressed = rollout ? { ...status, conditions: progress(deployment, fresh, status, context.now) } : status;
  const final = { ...progressed, conditions: withFailure(progressed.conditions ?? [], all, context.now) };
  const due = deadline(deployment, final.conditions ?? []);
  // Zero counts are absent in the real object (omitempty).
  const { observedGeneration, conditions: written, ...counts } = final;
  const stated = {
    observedGeneration,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count)),
    conditions: written,
  };
  return {
    api: updateStatus(api, 'deployments.apps', keyOf(deployment), stated),
    wakeAt: due !== undefined && due > context.now ? due : undefined,
  };
}
