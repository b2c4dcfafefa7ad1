/**
 * Recording core/v1 Events about objects. Models client-go's EventCorrelator: the same event again raises `count` and
 * `lastTimestamp`. Leaves out spam filtering and the grouping of many similar events.
 */
import { hash32 } from '../net/random.ts';
import { kindOf } from './kinds/index.ts';
import type { ApiObject, KubeEvent } from './objects.ts';
import { type ApiState, type ObjectKey, objectsOf, putObjects, type ResourceName } from './storage.ts';
import { timestamp } from './time.ts';
import { freshObject } from './write.ts';

export interface EventRecord {
  /** The object it is about. */
  readonly object: ApiObject;
  readonly resource: ResourceName;
  /** CamelCase: `ScalingReplicaSet`. */
  readonly reason: string;
  readonly message: string;
  readonly type: 'Normal' | 'Warning';
  /** Who says it: `deployment-controller`. */
  readonly component: string;
  readonly host?: string;
  /** The part of the object: `spec.containers{customer}`. */
  readonly fieldPath?: string;
}

/** Where events of an object go: its own namespace, `default` for a cluster-scoped one. */
const namespaceOf = (object: ApiObject): string => object.metadata.namespace ?? 'default';

/** Stores the event, or counts it up when the same one was recorded before. @param now ms */
export function recordEvent(api: ApiState, record: EventRecord, now: number): ApiState {
  return recordEvents(api, [record], now);
}

/** Records many events at once, in their order. @param now ms */
export function recordEvents(api: ApiState, records: readonly EventRecord[], now: number): ApiState {
  const stored = objectsOf<KubeEvent>(api, 'events');
  const fresh = new Map<ObjectKey, KubeEvent>();
  for (const record of records) {
    const name = nameOf(record);
    const key = `${namespaceOf(record.object)}/${name}`;
    const before = fresh.get(key) ?? (Object.hasOwn(stored, key) ? stored[key] : undefined);
    fresh.set(
      key,
      before ? { ...before, count: before.count + 1, lastTimestamp: timestamp(now) } : eventOf(api, record, name, now),
    );
  }
  return putObjects(api, 'events', [...fresh.values()]);
}

function nameOf(record: EventRecord): string {
  const { object, reason, message, type, component, host, fieldPath } = record;
  const { kind } = kindOf(record.resource);
  const sameness = hash32(kind, object.metadata.uid, reason, message, type, component, host ?? '', fieldPath ?? '');
  return `${object.metadata.name}.${BASE}${sameness.toString(16).padStart(8, '0')}`;
}

function eventOf(api: ApiState, record: EventRecord, eventName: string, now: number): KubeEvent {
  const { object, reason, message, type, component, host, fieldPath } = record;
  const { name, namespace, uid, resourceVersion } = object.metadata;
  const draft = {
    metadata: { name: eventName, namespace: namespaceOf(object) },
    involvedObject: {
      apiVersion: object.apiVersion,
      ...(fieldPath ? { fieldPath } : {}),
      kind: kindOf(record.resource).kind,
      name,
      ...(namespace ? { namespace } : {}),
      resourceVersion,
      uid,
    },
    reason,
    message,
    type,
    count: 1,
    firstTimestamp: timestamp(now),
    lastTimestamp: timestamp(now),
    eventTime: null,
    reportingComponent: component,
    reportingInstance: host ?? '',
    source: { component, ...(host ? { host } : {}) },
  };
  const kind = kindOf('events');
  const options = { now, seed: eventName };
  return kind.prepareCreate(kind.defaults(freshObject(api, kind, draft, options)), { ...options, api }) as KubeEvent;
}

/** Upstream's suffix is the time in nanoseconds, sixteen hex digits; ours names the event itself so that a repeat is found by key. */
const BASE = '187a4c3e';
