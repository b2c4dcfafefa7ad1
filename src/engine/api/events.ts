/**
 * Recording core/v1 Events about objects. Models client-go's EventCorrelator: the same event again raises `count` and
 * `lastTimestamp`. Leaves out spam filtering and the grouping of many similar events.
 */
import { hash32 } from '../net/random.ts';
import { kindOf } from './kinds/index.ts';
import type { ApiObject, KubeEvent } from './objects.ts';
import { type ApiState, objectsOf, putObject, type ResourceName } from './storage.ts';
import { timestamp } from './time.ts';
import { createObject } from './write.ts';

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
  const { object, reason, message, type, component, host, fieldPath } = record;
  const kind = kindOf(record.resource);
  const { name, namespace, uid, resourceVersion } = object.metadata;
  const sameness = hash32(kind.kind, uid, reason, message, type, component, host ?? '', fieldPath ?? '')
    .toString(16)
    .padStart(8, '0');
  const eventName = `${name}.${BASE}${sameness}`;
  const key = `${namespaceOf(object)}/${eventName}`;
  const before = objectsOf<KubeEvent>(api, 'events')[key];
  if (before) return putObject(api, 'events', { ...before, count: before.count + 1, lastTimestamp: timestamp(now) });
  const draft = {
    metadata: { name: eventName, namespace: namespaceOf(object) },
    involvedObject: {
      apiVersion: object.apiVersion,
      ...(fieldPath ? { fieldPath } : {}),
      kind: kind.kind,
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
  return createObject(api, 'events', draft, { now, seed: eventName }).api;
}

/** Upstream's suffix is the time in nanoseconds, sixteen hex digits; ours names the event itself so that a repeat is found by key. */
const BASE = '187a4c3e';
