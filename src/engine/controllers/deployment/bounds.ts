/** How many pods a rolling update may have too many or too few. Models util.ResolveFenceposts, MaxSurge and MaxUnavailable. */
import type { Deployment } from '../../api/objects.ts';

function resolve(value: number | string | undefined, replicas: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = Number.parseFloat(value ?? '25%');
  return Number.isNaN(percent) ? 0 : round((percent * replicas) / 100);
}

export function maxSurge({ spec }: Deployment): number {
  if (spec.strategy?.type === 'Recreate') return 0;
  return resolve(spec.strategy?.rollingUpdate?.maxSurge, spec.replicas, Math.ceil);
}

export function maxUnavailable({ spec }: Deployment): number {
  if (spec.strategy?.type === 'Recreate' || spec.replicas === 0) return 0;
  const surge = resolve(spec.strategy?.rollingUpdate?.maxSurge, spec.replicas, Math.ceil);
  const missing = resolve(spec.strategy?.rollingUpdate?.maxUnavailable, spec.replicas, Math.floor);
  // Both zero would let nothing move: upstream then allows one to be missing.
  return Math.min(surge === 0 && missing === 0 ? 1 : missing, spec.replicas);
}
