/**
 * Garbage collector: objects whose owners are gone go too; orphaned dependents lose the reference; a foreground deletion waits.
 *
 * Reads and writes everything but events. Models k8s.io/kubernetes/pkg/controller/garbagecollector v1.32. Leaves out owners in
 * other namespaces and `OwnerRefInvalidNamespace`. Pods that are bound to a node that no longer exists, and deleted ones that never
 * got a node, are removed here as pkg/controller/podgc does.
 */
import type { ApiObject, Node, OwnerReference, Pod } from '../api/objects.ts';
import { type ApiState, getObject, keyOf, objectsOf, type ResourceName } from '../api/storage.ts';
import { deleteObject, updateObject } from '../api/write.ts';
import { remember } from '../memo.ts';
import { controllerAgent, type Reconciled, type Reconciling } from './controller.ts';

export const garbageCollectorAgent = controllerAgent({ name: 'garbagecollector', reconcile });

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

type Located = readonly [ResourceName, ApiObject];

function reconcile(start: ApiState, context: Reconciling): Reconciled {
  const resources = Object.keys(start.objects).filter((resource) => resource !== 'events');
  let api = collectPods(start, context);
  for (const resource of resources) {
    for (const object of finalizing(objectsOf(start, resource)))
      api = finalize(api, resource, object, owned(start, resources), context);
  }
  if (!anyOwnerGone(start, resources)) return { api };
  for (const [resource, object] of owned(start, resources)) api = collect(api, resources, resource, object, context);
  return { api };
}

function owned(api: ApiState, resources: readonly ResourceName[]): readonly Located[] {
  return resources.flatMap((resource) => ownedIn(api, resource));
}

const ownersMemo = new WeakMap<object, ReadonlySet<string>>();

/** Every owner that some object of a resource names. */
function ownersNamed(objects: Readonly<Record<string, ApiObject>>): ReadonlySet<string> {
  return remember(ownersMemo, objects, () => {
    const uids = new Set<string>();
    for (const key in objects) for (const owner of objects[key]!.metadata.ownerReferences ?? []) uids.add(owner.uid);
    return uids;
  });
}

type Objects = Readonly<Record<string, ApiObject>>;

const heldMemo = new WeakMap<Objects, WeakMap<Objects, boolean>>();

/** Whether all owners that some objects name are among others. */
function holdsOwners(objects: Objects, others: Objects): boolean {
  const byOthers = remember(heldMemo, objects, () => new WeakMap<Objects, boolean>());
  return remember(byOthers, others, () => {
    const uids = uidsOf(others);
    for (const uid of ownersNamed(objects)) if (!uids.has(uid)) return false;
    return true;
  });
}

/** Whether there is anything to collect: a cheap question, asked of every round. */
function anyOwnerGone(api: ApiState, resources: readonly ResourceName[]): boolean {
  const all = resources.map((resource) => objectsOf(api, resource));
  return all.some((objects) => {
    const owners = ownersNamed(objects);
    // Objects of a resource are mostly owned by those of one other.
    if (owners.size === 0 || all.some((others) => holdsOwners(objects, others))) return false;
    return [...owners].some((uid) => !all.some((others) => uidsOf(others).has(uid)));
  });
}

const ownedMemo = new WeakMap<object, readonly ApiObject[]>();

function ownedIn(api: ApiState, resource: ResourceName): readonly Located[] {
  const objects = objectsOf(api, resource);
  const known = ownedMemo.get(objects);
  const list = known ?? Object.values(objects).filter((object) => object.metadata.ownerReferences?.length);
  if (!known) ownedMemo.set(objects, list);
  return list.map((object) => [resource, object]);
}

const finalizingMemo = new WeakMap<object, readonly ApiObject[]>();

function finalizing(objects: Readonly<Record<string, ApiObject>>): readonly ApiObject[] {
  const known = finalizingMemo.get(objects);
  if (known) return known;
  const list = Object.values(objects).filter(
    ({ metadata }) => metadata.deletionTimestamp && metadata.finalizers?.some((each) => each === FOREGROUND || each === ORPHAN),
  );
  finalizingMemo.set(objects, list);
  return list;
}

const uidMemo = new WeakMap<object, ReadonlySet<string>>();

function uidsOf(objects: Readonly<Record<string, ApiObject>>): ReadonlySet<string> {
  const known = uidMemo.get(objects);
  if (known) return known;
  const uids = new Set(Object.values(objects).map((object) => object.metadata.uid));
  uidMemo.set(objects, uids);
  return uids;
}

function exists(api: ApiState, resources: readonly ResourceName[], owner: OwnerReference): boolean {
  return resources.some((resource) => uidsOf(objectsOf(api, resource)).has(owner.uid));
}

/** Deletes an object all of whose owners are gone; drops the references to gone owners when others live. */
function collect(
  api: ApiState,
  resources: readonly ResourceName[],
  resource: ResourceName,
  object: ApiObject,
  context: Reconciling,
): ApiState {
  const owners = object.metadata.ownerReferences ?? [];
  const absent = owners.filter((owner) => !exists(api, resources, owner));
  if (absent.length === 0 || object.metadata.deletionTimestamp) return api;
  const now = getObject(api, resource, keyOf(object));
  if (now?.metadata.uid !== object.metadata.uid) return api;
  if (absent.length < owners.length) return dropOwners(api, resource, object, new Set(absent.map((owner) => owner.uid)), context);
  return deleteObject(api, resource, keyOf(object), { now: context.now, propagation: 'Background' });
}

function dropOwners(
  api: ApiState,
  resource: ResourceName,
  object: ApiObject,
  uids: ReadonlySet<string>,
  context: Reconciling,
): ApiState {
  const change = (old: ApiObject): ApiObject => {
    const kept = old.metadata.ownerReferences?.filter((owner) => !uids.has(owner.uid)) ?? [];
    const { ownerReferences: _, ...metadata } = old.metadata;
    return { ...old, metadata: kept.length ? { ...metadata, ownerReferences: kept } : metadata };
  };
  return updateObject(api, resource, keyOf(object), change, { now: context.now });
}

/** An owner that waits for the collector: `orphan` sets its dependents free, `foregroundDeletion` waits until they are gone. */
function finalize(
  start: ApiState,
  resource: ResourceName,
  owner: ApiObject,
  owned: readonly Located[],
  context: Reconciling,
): ApiState {
  const { uid, finalizers = [] } = owner.metadata;
  const dependents = owned.filter(([, object]) => object.metadata.ownerReferences?.some((each) => each.uid === uid));
  let api = start;
  if (finalizers.includes(ORPHAN)) {
    for (const [kind, object] of dependents) api = dropOwners(api, kind, object, new Set([uid]), context);
    return dropFinalizer(api, resource, owner, ORPHAN, context);
  }
  for (const [kind, object] of dependents) {
    if (!object.metadata.deletionTimestamp)
      api = deleteObject(api, kind, keyOf(object), { now: context.now, propagation: 'Foreground' });
  }
  const blocking = dependents.some(
    ([kind, object]) =>
      object.metadata.ownerReferences?.some((each) => each.uid === uid && each.blockOwnerDeletion) &&
      getObject(api, kind, keyOf(object))?.metadata.uid === object.metadata.uid,
  );
  return blocking ? api : dropFinalizer(api, resource, owner, FOREGROUND, context);
}

function dropFinalizer(api: ApiState, resource: ResourceName, owner: ApiObject, finalizer: string, context: Reconciling): ApiState {
  const key = keyOf(owner);
  const now = getObject(api, resource, key);
  if (!now?.metadata.finalizers?.includes(finalizer)) return api;
  const change = (object: ApiObject): ApiObject => {
    const { finalizers = [], ...metadata } = object.metadata;
    const rest = finalizers.filter((each) => each !== finalizer);
    return { ...object, metadata: rest.length ? { ...metadata, finalizers: rest } : metadata };
  };
  return updateObject(api, resource, key, change, { now: context.now });
}

const lostMemo = new WeakMap<object, WeakMap<object, readonly Pod[]>>();

function lostPods(pods: Readonly<Record<string, Pod>>, nodes: Readonly<Record<string, Node>>): readonly Pod[] {
  const byNodes = remember(lostMemo, pods, () => new WeakMap<object, readonly Pod[]>());
  return remember(byNodes, nodes, () =>
    Object.values(pods).filter(({ spec, metadata }) =>
      spec.nodeName ? !Object.hasOwn(nodes, spec.nodeName) : metadata.deletionTimestamp !== undefined,
    ),
  );
}

function collectPods(start: ApiState, context: Reconciling): ApiState {
  let api = start;
  for (const pod of lostPods(objectsOf<Pod>(start, 'pods'), objectsOf<Node>(start, 'nodes')))
    api = deleteObject(api, 'pods', keyOf(pod), { now: context.now, gracePeriodSeconds: 0 });
  return api;
}
