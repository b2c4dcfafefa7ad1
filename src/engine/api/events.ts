/**
 * Recording core/v1 Events about objects. Models client-go's EventCorrelator: the same event again raises `count` and
 * `lastTimestamp`. Leaves out spam filtering and the grouping of many similar events.
 */
import { remember } from '../memo.ts';
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
  if (records.length === 0) return api;
  const stored = objectsOf<KubeEvent>(api, 'events');
  const known = new Map(knownEvents(stored));
  const fresh = new Map<ObjectKey, KubeEvent>();
  for (const record of records) {
    const same = sameness(record.object.metadata.uid, record, record.component, record.host, record.fieldPath);
    const repeated = known.get(same);
    const before = repeated === undefined ? undefined : (fresh.get(repeated) ?? stored[repeated]);
    const name = `${record.object.metadata.name}.${nanoseconds(now, api.resourceVersion + fresh.size)}`;
    const key = before && repeated ? repeated : `${namespaceOf(record.object)}/${name}`;
    fresh.set(
      key,
      before ? { ...before, count: before.count + 1, lastTimestamp: timestamp(now) } : eventOf(api, record, name, now),
    );
    known.set(same, key);
  }
  const next = putObjects(api, 'events', [...fresh.values()]);
  indexes.set(objectsOf(next, 'events'), known);
  return next;
}

/** What two records of the same event have in common, as one text. */
function sameness(
  uid: string | undefined,
  { reason, message, type }: { readonly reason: string; readonly message: string; readonly type: string },
  component: string,
  host = '',
  fieldPath = '',
): string {
  return [uid, reason, type, component, host, fieldPath, message].join('\0');
}

const indexes = new WeakMap<object, ReadonlyMap<string, ObjectKey>>();

/** Where each event is, by its sameness. Handed on from one collection of events to the next. */
function knownEvents(stored: Readonly<Record<ObjectKey, KubeEvent>>): ReadonlyMap<string, ObjectKey> {
  return remember(indexes, stored, () => {
    const index = new Map<string, ObjectKey>();
    for (const key in stored) {
      const { involvedObject, source, ...event } = stored[key]!;
      index.set(sameness(involvedObject.uid, event, source?.component ?? '', source?.host, involvedObject.fieldPath), key);
    }
    return index;
  });
}

/** Sixteen hex digits of a time in nanoseconds, as names of events end: they sort in the order in which the events came. */
function nanoseconds(now: number, sequence: number): string {
  return (BigInt(now) * 1_000_000n + BigInt(sequence % 1_000_000)).toString(16).padStart(16, '0');
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
