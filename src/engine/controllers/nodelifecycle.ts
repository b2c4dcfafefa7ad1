/**
 * Node lifecycle: a node whose kubelet falls silent becomes Unknown, is tainted, its pods count as not ready and are evicted.
 *
 * Reads nodes, pods and `cluster.silentSince` (the stand-in for Leases); writes both. Models
 * k8s.io/kubernetes/pkg/controller/nodelifecycle and pkg/controller/tainteviction v1.32. Leaves out eviction rates and zones.
 * The node-unschedulable taint of a cordoned node is set here too.
 */
import type { Condition, Node, Pod, Taint, Toleration } from '../api/objects.ts';
import { type ApiState, getObject, keyOf, objectsOf } from '../api/storage.ts';
import { parseTimestamp, timestamp } from '../api/time.ts';
import { deleteObject, updateObject, updateStatus } from '../api/write.ts';
import { controllerAgent, earliest, type Reconciled, type Reconciling } from './controller.ts';
import { podsOnNode } from './podindex.ts';
import { conditionOf, isFinished } from './podstate.ts';
import { tolerates } from './taints.ts';

/** `--node-monitor-grace-period`. */
export const NODE_GRACE_MS = 40_000;

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const NOT_READY = 'node.kubernetes.io/not-ready';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
const COMPONENT = 'node-controller';

export const nodeLifecycleAgent = controllerAgent({
  name: 'nodelifecycle',
  reads: ['nodes', 'pods'],
  readsSilence: true,
  reconcile,
});

function reconcile(start: ApiState, context: Reconciling): Reconciled {
  let api = start;
  let wakeAt: number | undefined;
  for (const node of Object.values(objectsOf<Node>(start, 'nodes'))) {
    const name = node.metadata.name;
    const silentSince = context.cluster.silentSince?.[name];
    const due = silentSince === undefined ? undefined : silentSince + NODE_GRACE_MS;
    if (due !== undefined && due <= context.now) api = lose(api, node, silentSince!, context);
    else wakeAt = earliest(wakeAt, due);
    api = taint(api, name, context);
    const evicted = evict(api, name, context);
    api = evicted.api;
    wakeAt = earliest(wakeAt, evicted.wakeAt);
  }
  return { api, wakeAt };
}

/** All conditions become Unknown; the node's pods are marked not ready, once. */
function lose(start: ApiState, node: Node, heardAt: number, context: Reconciling): ApiState {
  const ready = conditionOf(node.status.conditions, 'Ready');
  if (!ready || ready.status === 'Unknown') return start;
  const at = timestamp(context.now);
  const conditions = (node.status.conditions ?? []).map((condition): Condition => {
    // NetworkUnavailable is not the kubelet's: the CNI plugin set it, and it stays.
    if (condition.type === 'NetworkUnavailable') return condition;
    return {
      type: condition.type,
      status: 'Unknown',
      lastHeartbeatTime: timestamp(heardAt),
      lastTransitionTime: at,
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    };
  });
  let api = updateStatus(start, 'nodes', node.metadata.name, { ...node.status, conditions });
  const event = { object: node, resource: 'nodes', type: 'Normal', component: COMPONENT } as const;
  context.events.push({ ...event, reason: 'NodeNotReady', message: `Node ${node.metadata.name} status is now: NodeNotReady` });
  for (const pod of podsOnNode(objectsOf<Pod>(api, 'pods'), node.metadata.name)) api = markNotReady(api, pod, context);
  return api;
}

function markNotReady(api: ApiState, pod: Pod, context: Reconciling): ApiState {
  const ready = conditionOf(pod.status.conditions, 'Ready');
  if (ready?.status !== 'True') return api;
  const conditions = pod.status.conditions!.map((condition) =>
    condition === ready ? { ...condition, status: 'False' as const, lastTransitionTime: timestamp(context.now) } : condition,
  );
  const next = updateStatus(api, 'pods', keyOf(pod), { ...pod.status, conditions });
  const event = {
    object: pod,
    resource: 'pods',
    type: 'Warning',
    component: COMPONENT,
    reason: 'NodeNotReady',
    message: 'Node is not ready',
  } as const;
  context.events.push(event);
  return next;
}

/** The taints that a node's conditions and `spec.unschedulable` call for. */
function taint(api: ApiState, name: string, context: Reconciling): ApiState {
  const node = getObject<Node>(api, 'nodes', name)!;
  const ready = conditionOf(node.status.conditions, 'Ready');
  const wanted: Taint[] = [];
  const key = ready?.status === 'Unknown' ? UNREACHABLE : ready?.status === 'False' ? NOT_READY : undefined;
  if (node.spec.unschedulable) wanted.push({ key: UNSCHEDULABLE, effect: 'NoSchedule' });
  if (key) wanted.push({ key, effect: 'NoSchedule' }, { key, effect: 'NoExecute' });
  const own = new Set([UNREACHABLE, NOT_READY, UNSCHEDULABLE]);
  const old = node.spec.taints ?? [];
  const same = (a: Taint, b: Taint) => a.key === b.key && a.effect === b.effect;
  const kept = old.filter((each) => !own.has(each.key) || wanted.some((want) => same(want, each)));
  const added = wanted
    .filter((want) => !kept.some((each) => same(want, each)))
    .map((want) => ({ ...want, timeAdded: timestamp(context.now) }));
  if (added.length === 0 && kept.length === old.length) return api;
  const taints = [...kept, ...added];
  const change = (object: Node): Node => {
    const { taints: _, ...spec } = object.spec;
    return { ...object, spec: taints.length ? { ...spec, taints } : spec };
  };
  return updateObject(api, 'nodes', name, change as never, { now: context.now });
}

/** Deletes pods that do not tolerate the node's NoExecute taints, or no longer. */
function evict(start: ApiState, name: string, context: Reconciling): Reconciled {
  const node = getObject<Node>(start, 'nodes', name)!;
  const taints = (node.spec.taints ?? []).filter((each) => each.effect === 'NoExecute');
  if (taints.length === 0) return { api: start };
  let api = start;
  let wakeAt: number | undefined;
  for (const pod of podsOnNode(objectsOf<Pod>(start, 'pods'), name)) {
    if (pod.metadata.deletionTimestamp || isFinished(pod)) continue;
    const due = evictionAt(pod, taints, context.now);
    if (due === undefined) continue;
    if (due > context.now) wakeAt = earliest(wakeAt, due);
    else api = evictPod(api, pod, context);
  }
  return { api, wakeAt };
}

/** When these taints drive a pod away, ms; undefined: never. */
function evictionAt(pod: Pod, taints: readonly Taint[], now: number): number | undefined {
  let due: number | undefined;
  for (const each of taints) {
    const tolerating = (pod.spec.tolerations ?? []).filter((toleration) => tolerates(toleration, each));
    if (tolerating.length === 0) return now;
    const seconds = shortest(tolerating);
    if (seconds !== undefined) due = earliest(due, (parseTimestamp(each.timeAdded) ?? now) + seconds * 1000);
  }
  return due;
}

function shortest(tolerations: readonly Toleration[]): number | undefined {
  const limits = tolerations.map((toleration) => toleration.tolerationSeconds).filter((seconds) => seconds !== undefined);
  return limits.length ? Math.max(0, Math.min(...limits)) : undefined;
}

function evictPod(start: ApiState, pod: Pod, context: Reconciling): ApiState {
  const message = `Marking for deletion Pod ${keyOf(pod)}`;
  const event = {
    object: pod,
    resource: 'pods',
    type: 'Normal',
    component: 'taint-eviction-controller',
    reason: 'TaintManagerEviction',
    message,
  } as const;
  const condition: Condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: timestamp(context.now),
  };
  context.events.push(event);
  const api = updateStatus(start, 'pods', keyOf(pod), {
    ...pod.status,
    conditions: [...(pod.status.conditions ?? []), condition],
  });
  return deleteObject(api, 'pods', keyOf(pod), { now: context.now });
}
