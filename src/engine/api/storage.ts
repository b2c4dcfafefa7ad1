/**
 * What the API server stores, and the only door through which objects change.
 *
 * Models etcd behind kube-apiserver: one counter of resource versions, objects by resource, a bounded log for watches.
 * Leaves out compaction errors beyond "too old", and transactions.
 */
import type { ApiObject } from './objects.ts';

/** `pods`, `services`, `deployments.apps`, `bgppeers.projectcalico.org`: the plural, then the group unless it is the core group. */
export type ResourceName = string;
/** `namespace/name`, or `name` for a cluster-scoped object. */
export type ObjectKey = string;

export interface ApiState {
  /** Last resource version issued. */
  readonly resourceVersion: number;
  readonly objects: Readonly<Record<ResourceName, Readonly<Record<ObjectKey, ApiObject>>>>;
  /** The last writes, oldest first, at most `MAX_LOG`: what a watch replays. */
  readonly log: readonly LogEntry[];
  /** `resource key` → number of the input (journal index) that last changed the object's spec or metadata. */
  readonly writtenBy: Readonly<Record<string, number>>;
}

export interface LogEntry {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: ResourceName;
  readonly key: ObjectKey;
  readonly resourceVersion: number;
  readonly object: ApiObject;
  readonly before?: ApiObject;
}

export const MAX_LOG = 2000;

export const emptyApi: ApiState = { resourceVersion: 1, objects: {}, log: [], writtenBy: {} };

const NONE: Readonly<Record<ObjectKey, never>> = Object.freeze({});

/** All objects of a resource by key. Never undefined. */
export function objectsOf<T extends ApiObject = ApiObject>(api: ApiState, resource: ResourceName): Readonly<Record<ObjectKey, T>> {
  return (api.objects[resource] ?? NONE) as Readonly<Record<ObjectKey, T>>;
}

export function getObject<T extends ApiObject = ApiObject>(api: ApiState, resource: ResourceName, key: ObjectKey): T | undefined {
  const all = objectsOf<T>(api, resource);
  return Object.hasOwn(all, key) ? all[key] : undefined;
}

export function keyOf(object: ApiObject): ObjectKey {
  const { namespace, name } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

/**
 * Stores an object as it is (no defaulting or validation: that is server.ts), with a fresh resourceVersion.
 * @param input journal index to record as the writer of spec/metadata; leave out for status and controllers' writes
 */
export function putObject(api: ApiState, resource: ResourceName, object: ApiObject, input?: number): ApiState {
  const key = keyOf(object);
  const before = getObject(api, resource, key);
  const resourceVersion = api.resourceVersion + 1;
  const stored: ApiObject = { ...object, metadata: { ...object.metadata, resourceVersion: String(resourceVersion) } };
  const entry: LogEntry = before
    ? { type: 'MODIFIED', resource, key, resourceVersion, object: stored, before }
    : { type: 'ADDED', resource, key, resourceVersion, object: stored };
  return {
    resourceVersion,
    objects: withStored(api.objects, resource, key, stored),
    log: logged(api.log, entry),
    writtenBy: input === undefined ? api.writtenBy : { ...api.writtenBy, [`${resource} ${key}`]: input },
  };
}

/** Collections that only the running batch has seen. */
let ours: WeakSet<object> | undefined;

/**
 * Runs `work`; within it a collection is copied at its first write only and then written in place: thousands of writes to a thousand
 * objects would else copy millions. For work that passes its state on from write to write, keeps no earlier state to compare
 * with, and derives nothing by the identity of a collection that it writes.
 */
export function batched<T>(work: () => T): T {
  if (ours) return work();
  ours = new WeakSet();
  try {
    return work();
  } finally {
    ours = undefined;
  }
}

function withStored(objects: ApiState['objects'], resource: ResourceName, key: ObjectKey, stored: ApiObject): ApiState['objects'] {
  const old = objects[resource];
  if (old && ours?.has(old)) {
    (old as Record<ObjectKey, ApiObject>)[key] = stored;
    return objects;
  }
  const all = { ...old, [key]: stored };
  ours?.add(all);
  return { ...objects, [resource]: all };
}

/** Stores many objects of one resource: as putObject for each of them, but what holds them is copied once. */
export function putObjects(api: ApiState, resource: ResourceName, objects: readonly ApiObject[]): ApiState {
  if (objects.length === 0) return api;
  const all: Record<ObjectKey, ApiObject> = { ...api.objects[resource] };
  const entries: LogEntry[] = [];
  let { resourceVersion } = api;
  for (const object of objects) {
    const key = keyOf(object);
    const before = Object.hasOwn(all, key) ? all[key] : undefined;
    resourceVersion++;
    const stored: ApiObject = { ...object, metadata: { ...object.metadata, resourceVersion: String(resourceVersion) } };
    all[key] = stored;
    const entry = { resource, key, resourceVersion, object: stored };
    entries.push(before ? { ...entry, type: 'MODIFIED', before } : { ...entry, type: 'ADDED' });
  }
  return { ...api, resourceVersion, objects: { ...api.objects, [resource]: all }, log: loggedAll(api.log, entries) };
}

/** Removes many objects of one resource at once. The same state when none of them is there. */
export function removeObjects(api: ApiState, resource: ResourceName, keys: readonly ObjectKey[]): ApiState {
  const rest: Record<ObjectKey, ApiObject> = { ...api.objects[resource] };
  const entries: LogEntry[] = [];
  let { resourceVersion } = api;
  for (const key of keys) {
    const before = Object.hasOwn(rest, key) ? rest[key] : undefined;
    if (!before) continue;
    resourceVersion++;
    delete rest[key];
    const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(resourceVersion) } };
    entries.push({ type: 'DELETED', resource, key, resourceVersion, object, before });
  }
  if (entries.length === 0) return api;
  return { ...api, resourceVersion, objects: { ...api.objects, [resource]: rest }, log: loggedAll(api.log, entries) };
}

/** Removes an object at once (finalizers and grace periods are the callers' business). The same state when there is none. */
export function removeObject(api: ApiState, resource: ResourceName, key: ObjectKey): ApiState {
  const before = getObject(api, resource, key);
  if (!before) return api;
  const resourceVersion = api.resourceVersion + 1;
  const rest = { ...api.objects[resource] };
  delete rest[key];
  const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(resourceVersion) } };
  return {
    ...api,
    resourceVersion,
    objects: { ...api.objects, [resource]: rest },
    log: logged(api.log, { type: 'DELETED', resource, key, resourceVersion, object, before }),
  };
}

function logged(log: readonly LogEntry[], entry: LogEntry): readonly LogEntry[] {
  return log.length < MAX_LOG ? [...log, entry] : [...log.slice(log.length - MAX_LOG / 2), entry];
}

function loggedAll(log: readonly LogEntry[], entries: readonly LogEntry[]): readonly LogEntry[] {
  const all = [...log, ...entries];
  return all.length <= MAX_LOG ? all : all.slice(all.length - MAX_LOG / 2);
}

/** Whether the log still tells how things stood at a version. */
export const remembers = (api: ApiState, version: number): boolean =>
  version >= (api.log[0]?.resourceVersion ?? api.resourceVersion + 1) - 1;

/** The objects of a resource as they stood at an earlier version that the log `remembers`. */
export function objectsAt(api: ApiState, resource: ResourceName, version: number): Readonly<Record<ObjectKey, ApiObject>> {
  if (version >= api.resourceVersion) return objectsOf(api, resource);
  const then: Record<ObjectKey, ApiObject> = { ...objectsOf(api, resource) };
  for (let i = api.log.length - 1; i >= 0 && api.log[i]!.resourceVersion > version; i--) {
    const entry = api.log[i]!;
    if (entry.resource !== resource) continue;
    if (entry.before) then[entry.key] = entry.before;
    else delete then[entry.key];
  }
  return then;
}
