/** Questions about one pod that several controllers ask. Models k8s.io/kubernetes/pkg/api/v1/pod and pkg/controller/controller_utils.go. */
import type { Condition, Pod } from '../api/objects.ts';
import { parseTimestamp } from '../api/time.ts';

export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isReady(pod: Pod): boolean {
  return conditionOf(pod.status.conditions, 'Ready')?.status === 'True';
}

/** Neither finished nor being deleted: what a ReplicaSet counts. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !pod.metadata.deletionTimestamp;
}

export function isFinished(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

/** When a ready pod counts (or counted) as available, ms; undefined: it is not ready. */
export function availableAt(pod: Pod, minReadySeconds = 0): number | undefined {
  const ready = conditionOf(pod.status.conditions, 'Ready');
  if (ready?.status !== 'True') return undefined;
  return (parseTimestamp(ready.lastTransitionTime) ?? 0) + minReadySeconds * 1000;
}

export function isAvailable(pod: Pod, minReadySeconds: number | undefined, now: number): boolean {
  const at = availableAt(pod, minReadySeconds);
  return at !== undefined && (!minReadySeconds || at <= now);
}
