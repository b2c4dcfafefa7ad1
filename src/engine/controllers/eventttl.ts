/**
 * Events live for an hour. Models kube-apiserver's `--event-ttl` (etcd leases), v1.32: an event goes an hour after it was last written.
 * Reads and writes events; they go in batches, ten minutes' worth at a time, so that old ones do not wake the world one by one.
 */
import type { KubeEvent } from '../api/objects.ts';
import { type ApiState, objectsOf, removeObjects } from '../api/storage.ts';
import { parseTimestamp } from '../api/time.ts';
import { remember } from '../memo.ts';
import { controllerAgent, earliest, type Reconciled, type Reconciling } from './controller.ts';

export const EVENT_TTL_MS = 3_600_000;
const BATCH_MS = 600_000;

export const eventTtlAgent = controllerAgent({ name: 'eventttl', reads: ['events'], reconcile });

function reconcile(api: ApiState, { now }: Reconciling): Reconciled {
  const events = objectsOf<KubeEvent>(api, 'events');
  const expired: string[] = [];
  let wakeAt: number | undefined;
  for (const key in events) {
    const due = expiry(events[key]!);
    if (due <= now) expired.push(key);
    else wakeAt = earliest(wakeAt, due);
  }
  return { api: removeObjects(api, 'events', expired), wakeAt };
}

const expiries = new WeakMap<KubeEvent, number>();

function expiry(event: KubeEvent): number {
  return remember(
    expiries,
    event,
    () => Math.ceil(((parseTimestamp(event.lastTimestamp) ?? 0) + EVENT_TTL_MS) / BATCH_MS) * BATCH_MS,
  );
}
