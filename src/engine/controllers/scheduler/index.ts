/**
 * kube-scheduler: gives each pod without a node the best one that can take it, or says why none can.
 *
 * Reads pods, nodes and what pods claim; writes the pod's nodeName, its PodScheduled condition, late bindings of claims, and events. Models k8s.io/kubernetes/pkg/scheduler v1.32
 * with the default profile: filters as upstream (filters.ts); of the scores node preferences, PreferNoSchedule, spreading of the
 * same owner's pods and least allocated, then a lot that the seed decides. Leaves out priorities' preemption and other schedulers.
 */
import type { Condition, Node, Pod } from '../../api/objects.ts';
import { type ApiState, getObject, keyOf, objectsOf } from '../../api/storage.ts';
import { timestamp } from '../../api/time.ts';
import { updateObject, updateStatus } from '../../api/write.ts';
import { hash32 } from '../../net/random.ts';
import { controllerAgent, type Reconciled, type Reconciling } from '../controller.ts';
import { controllerOf } from '../ownership.ts';
import { conditionOf, isFinished } from '../podstate.ts';
import { CLAIMS, CLASSES, VOLUMES } from '../volumes.ts';
import { bindOpen, claimObjection, claimsFor } from './claims.ts';
import { domainCounts, type Objection, type Occupancy, objection, refusedMessage, unfitMessage } from './filters.ts';
import { preferenceFor } from './nodeaffinity.ts';

export const schedulerAgent = controllerAgent({
  name: 'scheduler',
  reads: ['pods', 'nodes', VOLUMES, CLAIMS, CLASSES],
  batched: true,
  reconcile,
});

const COMPONENT = 'default-scheduler';

function reconcile(start: ApiState, context: Reconciling): Reconciled {
  const pods = objectsOf<Pod>(start, 'pods');
  const pending = Object.values(pods).filter(waits).sort(byAge);
  if (pending.length === 0) return { api: start };
  const placed = new Map<string, Pod[]>();
  for (const pod of Object.values(pods)) if (pod.spec.nodeName && !isFinished(pod)) put(placed, pod.spec.nodeName, pod);
  const nodes = Object.values(objectsOf<Node>(start, 'nodes'));
  const cluster: Occupancy = { nodes, on: (node) => placed.get(node) ?? [] };
  let api = start;
  for (const pod of pending) {
    const claims = claimsFor(api, pod);
    if (claims.refusal) {
      api = refuse(api, pod, refusedMessage(claims.refusal, nodes.length), context);
      continue;
    }
    const seen = api;
    const objections: Objection[] = [];
    const fitting = nodes.filter((node) => {
      const reason = objection(pod, node, cluster) ?? claimObjection(seen, claims, node);
      if (reason) objections.push(reason);
      return !reason;
    });
    const node = best(pod, fitting, cluster, context.seed);
    if (node) {
      const opened = bindOpen(api, claims, node, context.now);
      api = opened.api;
      if (opened.waits) continue;
      api = bind(api, pod, node, context);
      put(placed, node.metadata.name, { ...pod, spec: { ...pod.spec, nodeName: node.metadata.name } });
    } else {
      api = refuse(api, pod, unfitMessage(objections, nodes.length), context);
    }
  }
  return { api };
}

function waits(pod: Pod): boolean {
  const {
    nodeName,
    schedulerName = 'default-scheduler',
    schedulingGates,
  } = pod.spec as Pod['spec'] & { readonly schedulerName?: string; readonly schedulingGates?: readonly unknown[] };
  return (
    !nodeName &&
    schedulerName === 'default-scheduler' &&
    !schedulingGates?.length &&
    !pod.metadata.deletionTimestamp &&
    !isFinished(pod)
  );
}

function byAge(a: Pod, b: Pod): number {
  if (a.metadata.creationTimestamp !== b.metadata.creationTimestamp)
    return a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1;
  return Number(a.metadata.resourceVersion ?? 0) - Number(b.metadata.resourceVersion ?? 0);
}

function put(placed: Map<string, Pod[]>, node: string, pod: Pod): void {
  const list = placed.get(node);
  if (list) list.push(pod);
  else placed.set(node, [pod]);
}

function best(pod: Pod, fitting: readonly Node[], cluster: Occupancy, seed: string): Node | undefined {
  let chosen: { readonly node: Node; readonly score: readonly number[] } | undefined;
  for (const node of fitting) {
    const score = scoreOf(pod, node, cluster, seed);
    if (!chosen || higher(score, chosen.score)) chosen = { node, score };
  }
  return chosen?.node;
}

/** Compared from the left: upstream adds weighted scores, which for clusters of equal machines orders the same way. */
function scoreOf(pod: Pod, node: Node, cluster: Occupancy, seed: string): readonly number[] {
  const here = cluster.on(node.metadata.name);
  const owner = controllerOf(pod)?.uid;
  const siblings =
    owner === undefined
      ? 0
      : here.filter((other) => controllerOf(other)?.uid === owner && !other.metadata.deletionTimestamp).length;
  const avoided = (node.spec.taints ?? []).filter((taint) => taint.effect === 'PreferNoSchedule').length;
  return [
    preferenceFor(pod.spec, node),
    -avoided,
    -softSkew(pod, node, cluster),
    -siblings,
    -here.length,
    hash32(seed, 'schedule', keyOf(pod), node.metadata.name),
  ];
}

/** Matching pods already in the node's domains, for constraints that may be broken (ScheduleAnyway). */
function softSkew(pod: Pod, node: Node, cluster: Occupancy): number {
  let total = 0;
  for (const { whenUnsatisfiable, topologyKey, labelSelector } of pod.spec.topologySpreadConstraints ?? []) {
    if (whenUnsatisfiable !== 'ScheduleAnyway') continue;
    total += domainCounts(pod, topologyKey, labelSelector, cluster).get(node.metadata.labels?.[topologyKey] ?? '') ?? 0;
  }
  return total;
}

function higher(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! > b[i]!;
  return false;
}

function withScheduled(pod: Pod, scheduled: Condition): readonly Condition[] {
  return [...(pod.status.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled'), scheduled];
}

function bind(start: ApiState, pod: Pod, node: Node, context: Reconciling): ApiState {
  const key = keyOf(pod);
  const nodeName = node.metadata.name;
  const scheduled: Condition = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: timestamp(context.now),
  };
  let api = updateObject<Pod>(start, 'pods', key, (object) => ({ ...object, spec: { ...object.spec, nodeName } }), {
    now: context.now,
  });
  api = updateStatus(api, 'pods', key, { ...pod.status, conditions: withScheduled(pod, scheduled) });
  const message = `Successfully assigned ${key} to ${nodeName}`;
  const object = getObject(api, 'pods', key) ?? pod;
  context.events.push({ object, resource: 'pods', type: 'Normal', component: COMPONENT, reason: 'Scheduled', message });
  return api;
}

/** Says once, and again when the reason changes, that no node fits. Upstream also retries every five minutes. */
function refuse(start: ApiState, pod: Pod, message: string, context: Reconciling): ApiState {
  const old = conditionOf(pod.status.conditions, 'PodScheduled');
  if (old?.status === 'False' && old.message === message) return start;
  const unscheduled: Condition = {
    type: 'PodScheduled',
    status: 'False',
    lastProbeTime: null,
    lastTransitionTime: old?.status === 'False' ? old.lastTransitionTime : timestamp(context.now),
    reason: 'Unschedulable',
    message,
  };
  const api = updateStatus(start, 'pods', keyOf(pod), { ...pod.status, conditions: withScheduled(pod, unscheduled) });
  context.events.push({
    object: pod,
    resource: 'pods',
    type: 'Warning',
    component: COMPONENT,
    reason: 'FailedScheduling',
    message,
  });
  return api;
}
