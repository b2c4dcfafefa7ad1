/**
 * How the engine's own rooms write objects: controllers, kubelets, the loader. The REST front door (server.ts) ends here too.
 *
 * Completes metadata (uid, timestamps, generated names), applies the kind's defaults, bumps `generation` when the spec differs, honours
 * finalizers and a pod's grace period. Models the generic registry store of k8s.io/apiserver. Nothing is validated here: callers inside
 * the engine are trusted, requests were validated before.
 */
import { KUBE_ALPHABET, randomText, uuid } from '../net/random.ts';
import { equal, shared } from './equal.ts';
import { apiVersionOf, type Draft, type Kind, type WriteScope } from './kind.ts';
import { kindOf } from './kinds/index.ts';
import type { ApiObject, ObjectMeta } from './objects.ts';
import { type ApiState, getObject, keyOf, type ObjectKey, putObject, type ResourceName, removeObject } from './storage.ts';
import { parseTimestamp, timestamp } from './time.ts';

export interface WriteOptions {
  /** ms since the epoch. */
  readonly now: number;
  readonly seed: string;
  /** Journal index of the input behind the write; leave out where a controller acts by itself. */
  readonly input?: number;
  /** Lets a Service get addresses and ports allocated. */
  readonly cluster?: WriteScope['cluster'];
}

/** A change: the new object, or a function of the old one. */
export type Change<T extends ApiObject> = T | ((object: T) => T);

/** Name for `generateName`: the prefix cut to 58 characters and five random ones. */
export function generatedName(prefix: string, ...key: readonly (string | number)[]): string {
  return prefix.slice(0, 58) + randomText(5, KUBE_ALPHABET, 'name', prefix, ...key);
}

/**
 * Stores a new object. Its name may be left to `metadata.generateName`; `apiVersion` and `kind` are filled in.
 * @returns the stored object; when one of that name exists already: that one, and the same api
 */
export function createObject<T extends ApiObject = ApiObject>(
  api: ApiState,
  resource: ResourceName,
  draft: Draft,
  options: WriteOptions,
): { readonly api: ApiState; readonly object: T } {
  const kind = kindOf(resource);
  const fresh = freshObject(api, kind, draft, options);
  const key = keyOf(fresh);
  const existing = getObject<T>(api, resource, key);
  if (existing) return { api, object: existing };
  const object = kind.prepareCreate(kind.defaults(fresh), { ...options, api });
  const next = putObject(api, resource, object, options.input);
  return { api: next, object: getObject<T>(next, resource, key)! };
}

/** The draft with a name, uid, creation time and generation: as it would be stored, but for defaults and allocation. */
export function freshObject(api: ApiState, kind: Kind, draft: Draft, options: WriteOptions): ApiObject {
  const given = (draft.metadata ?? {}) as Partial<ObjectMeta>;
  const name = given.name || generatedName(given.generateName ?? '', options.seed, kind.resource, api.resourceVersion);
  const metadata: ObjectMeta = {
    ...given,
    name,
    uid: uuid(options.seed, kind.resource, given.namespace ?? '', name, api.resourceVersion),
    creationTimestamp: timestamp(options.now),
    ...(kind.generation ? { generation: 1 } : {}),
  };
  return { ...draft, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
}

/**
 * Changes an object as a client or controller does: everything but the status, which keeps its old value where the kind has a status
 * subresource. Bumps metadata.generation when the spec differs.
 * @returns the same api when the object does not exist or nothing differs
 */
export function updateObject<T extends ApiObject = ApiObject>(
  api: ApiState,
  resource: ResourceName,
  key: ObjectKey,
  change: Change<T>,
  options: { readonly now: number; readonly input?: number },
): ApiState {
  void options.now;
  const kind = kindOf(resource);
  const old = getObject<T>(api, resource, key);
  if (!old) return api;
  const wanted = typeof change === 'function' ? change(old) : change;
  const next = updated(kind, kind.status ? { ...wanted, status: old.status } : wanted, old);
  return next === (old as ApiObject) ? api : settleDeletion(putObject(api, resource, next, options.input), resource, key);
}

/** `next` with identity fields of `old` and a bumped generation; `old` itself when they are equal. */
export function updated(kind: Kind, next: ApiObject, old: ApiObject): ApiObject {
  const { uid, creationTimestamp, resourceVersion, generation, deletionTimestamp } = old.metadata;
  const fixed = { uid, creationTimestamp, resourceVersion, generation, deletionTimestamp };
  const merged: ApiObject = { ...next, metadata: { ...next.metadata, ...fixed } };
  const same = shared(merged, old);
  if (same === old) return old;
  if (!kind.generation || sameSpec(same, old)) return same;
  return { ...same, metadata: { ...same.metadata, generation: (generation ?? 1) + 1 } };
}

function sameSpec(a: ApiObject, b: ApiObject): boolean {
  const body = ({ metadata: _m, status: _s, ...rest }: ApiObject) => rest;
  return equal(body(a), body(b));
}

/** Replaces the status alone. The same api when the object does not exist or its status is equal already. */
export function updateStatus(api: ApiState, resource: ResourceName, key: ObjectKey, status: unknown): ApiState {
  const old = getObject(api, resource, key);
  if (!old || equal(old.status, status)) return api;
  return putObject(api, resource, { ...old, status: shared(status, old.status) });
}

export interface DeleteOptions {
  readonly now: number;
  /** What becomes of the objects it owns. Background: the garbage collector removes them afterwards. */
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** Only pods have a grace period; 0 removes at once. Default: the pod's own. */
  readonly gracePeriodSeconds?: number;
  readonly input?: number;
}

/**
 * Deletes an object: at once, or by marking it with a deletionTimestamp while finalizers or a pod's grace period hold it.
 * @returns the same api when there is no such object or its deletion already runs
 */
export function deleteObject(api: ApiState, resource: ResourceName, key: ObjectKey, options: DeleteOptions): ApiState {
  const object = getObject(api, resource, key);
  if (!object) return api;
  const kind = kindOf(resource);
  const finalizers = finalizersAfterDelete(object, options.propagation);
  const grace = kind.gracePeriod(object, options.gracePeriodSeconds);
  if (finalizers.length === 0 && grace === 0 && !kind.holdsDeletion(object)) return removeObject(api, resource, key);
  const marked = markDeleted(kind, object, grace, finalizers, options.now);
  return marked === object ? api : putObject(api, resource, marked, options.input);
}

function finalizersAfterDelete(object: ApiObject, propagation: DeleteOptions['propagation']): readonly string[] {
  const kept = (object.metadata.finalizers ?? []).filter(
    (name) => propagation === undefined || (name !== 'orphan' && name !== 'foregroundDeletion'),
  );
  if (propagation === 'Orphan') return [...kept, 'orphan'];
  return propagation === 'Foreground' ? [...kept, 'foregroundDeletion'] : kept;
}

function markDeleted(kind: Kind, object: ApiObject, grace: number, finalizers: readonly string[], now: number): ApiObject {
  const { metadata } = object;
  const earlier = parseTimestamp(metadata.deletionTimestamp);
  const begun = earlier !== undefined && earlier <= now + grace * 1000;
  const next: ApiObject = {
    ...object,
    metadata: {
      ...metadata,
      deletionTimestamp: begun ? metadata.deletionTimestamp : timestamp(now + grace * 1000),
      deletionGracePeriodSeconds: begun ? metadata.deletionGracePeriodSeconds : grace,
      ...(finalizers.length > 0 ? { finalizers } : {}),
      ...(kind.generation && !begun && metadata.generation !== undefined ? { generation: metadata.generation + 1 } : {}),
    },
  };
  return shared(kind.whenDeleting(next), object);
}

/** Removes an object whose deletion waited only for the finalizers that are gone now. */
export function settleDeletion(api: ApiState, resource: ResourceName, key: ObjectKey): ApiState {
  const object = getObject(api, resource, key);
  if (!object?.metadata.deletionTimestamp || (object.metadata.finalizers ?? []).length > 0) return api;
  const kind = kindOf(resource);
  if (kind.holdsDeletion(object) || (object.metadata.deletionGracePeriodSeconds ?? 0) > 0) return api;
  return removeObject(api, resource, key);
}
