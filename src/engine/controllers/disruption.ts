/**
 * Disruption controller: keeps the status of each PodDisruptionBudget, by which evictions are allowed or refused.
 *
 * Reads budgets, pods and the controllers that own them; writes the budgets' status and events. Models
 * k8s.io/kubernetes/pkg/controller/disruption v1.32. Leaves out disruptedPods: an evicted pod is on its way out before the next sync.
 */
import type { PodDisruptionBudget } from '../api/kinds/poddisruptionbudget.ts';
import type { ApiObject, OwnerReference, Pod } from '../api/objects.ts';
import { matches } from '../api/selectors.ts';
import { type ApiState, getObject, keyOf, objectsOf } from '../api/storage.ts';
import { timestamp } from '../api/time.ts';
import { updateStatus } from '../api/write.ts';
import { controllerAgent, type Reconciled, type Reconciling } from './controller.ts';
import { controllerOf } from './ownership.ts';
import { podsInNamespace, podsWithLabels } from './podindex.ts';
import { isReady } from './podstate.ts';

const RESOURCE = 'poddisruptionbudgets.policy';
const COMPONENT = 'controllermanager';

/** Controllers whose wished number of pods is known, by kind. */
const SCALABLE: Readonly<Record<string, string>> = {
  ReplicationController: 'replicationcontrollers',
  ReplicaSet: 'replicasets.apps',
  Deployment: 'deployments.apps',
  StatefulSet: 'statefulsets.apps',
};

/** Those that have none: the budget cannot be reckoned. */
const UNSCALABLE: Readonly<Record<string, string>> = { DaemonSet: 'daemonsets.apps', Job: 'jobs.batch', Node: 'nodes' };

export const disruptionAgent = controllerAgent({
  name: 'disruption',
  reads: [RESOURCE, 'pods', ...Object.values(SCALABLE)],
  reconcile,
});

function reconcile(start: ApiState, context: Reconciling): Reconciled {
  let api = start;
  const budgets = objectsOf<PodDisruptionBudget>(start, RESOURCE);
  for (const key in budgets) {
    const budget = budgets[key]!;
    if (!budget.metadata.deletionTimestamp) api = sync(api, budget, context);
  }
  return { api };
}

/** Pods of the budget's namespace that it selects: none without a selector, all of them by an empty one. */
function podsOf(api: ApiState, { metadata, spec }: PodDisruptionBudget): readonly Pod[] {
  if (!spec.selector) return [];
  const { namespace = '' } = metadata;
  const pods = objectsOf<Pod>(api, 'pods');
  const { matchLabels } = spec.selector;
  const near = matchLabels ? podsWithLabels(pods, namespace, matchLabels) : podsInNamespace(pods, namespace);
  return near.filter((pod) => matches(spec.selector, pod.metadata.labels));
}

interface Expected {
  readonly pods: number;
  readonly healthy: number;
  readonly unmanaged?: boolean;
}

interface Scaled extends ApiObject {
  readonly spec: { readonly replicas?: number };
}

/** The controller of pods; of a ReplicaSet the Deployment that made it. */
function scaleOf(
  api: ApiState,
  namespace: string,
  owner: OwnerReference,
): { readonly uid: string; readonly count: number } | string {
  const resource = SCALABLE[owner.kind];
  if (!resource) return `${UNSCALABLE[owner.kind] ?? owner.kind.toLowerCase()} does not implement the scale subresource`;
  const object = getObject<Scaled>(api, resource, `${namespace}/${owner.name}`);
  if (object?.metadata.uid !== owner.uid) return { uid: owner.uid, count: 0 };
  const above = owner.kind === 'ReplicaSet' ? controllerOf(object) : undefined;
  if (above?.kind === 'Deployment') return scaleOf(api, namespace, above);
  return { uid: owner.uid, count: object.spec.replicas ?? 1 };
}

/** How many pods the controllers of these pods wish for together. @returns a text when that cannot be said */
function expectedScale(api: ApiState, pods: readonly Pod[]): { readonly count: number; readonly unmanaged: boolean } | string {
  const scales = new Map<string, number>();
  let unmanaged = false;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) {
      unmanaged = true;
      continue;
    }
    const scale = scaleOf(api, pod.metadata.namespace ?? '', owner);
    if (typeof scale === 'string') return scale;
    scales.set(scale.uid, scale.count);
  }
  return { count: [...scales.values()].reduce((sum, one) => sum + one, 0), unmanaged };
}

/** `30%` of a number, rounded up, or the number itself. */
function scaled(value: number | string, total: number): number {
  return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * total) / 100);
}

function expectedOf(api: ApiState, { spec }: PodDisruptionBudget, pods: readonly Pod[]): Expected | string {
  const { minAvailable, maxUnavailable } = spec;
  if (maxUnavailable === undefined && typeof minAvailable === 'number') return { pods: pods.length, healthy: minAvailable };
  if (maxUnavailable === undefined && minAvailable === undefined) return { pods: 0, healthy: 0 };
  const expected = expectedScale(api, pods);
  if (typeof expected === 'string') return expected;
  const { count, unmanaged } = expected;
  if (maxUnavailable === undefined) return { pods: count, healthy: scaled(minAvailable!, count), unmanaged };
  return { pods: count, healthy: Math.max(0, count - scaled(maxUnavailable, count)), unmanaged };
}

type Status = PodDisruptionBudget['status'];

/** @param reason why disruptions are allowed or not */
export function withAllowed(status: Status, reason: string, message: string, now: number): Status {
  const allowed = reason === 'SufficientPods' ? 'True' : 'False';
  const old = status.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  const condition = {
    lastTransitionTime: old?.status === allowed ? old.lastTransitionTime : timestamp(now),
    message,
    observedGeneration: status.observedGeneration,
    reason,
    status: allowed,
    type: 'DisruptionAllowed',
  } as const;
  return { ...status, conditions: [...(status.conditions ?? []).filter(({ type }) => type !== 'DisruptionAllowed'), condition] };
}

function goSelectorText({ spec }: PodDisruptionBudget): string {
  const labels = Object.entries(spec.selector?.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = labels.map(([key, value]) => `${key}: ${value},`).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${shown}},MatchExpressions:[]LabelSelectorRequirement{},}`;
}

function sync(api: ApiState, budget: PodDisruptionBudget, context: Reconciling): ApiState {
  const pods = podsOf(api, budget);
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    context.events.push({ object: budget, resource: RESOURCE, component: COMPONENT, type, reason, message });
  const expected = expectedOf(api, budget, pods);
  if (typeof expected === 'string') return failed(api, budget, expected, context, say);
  const healthy = pods.filter((pod) => !pod.metadata.deletionTimestamp && isReady(pod)).length;
  const allowed = expected.pods <= 0 ? 0 : Math.max(0, healthy - expected.healthy);
  const counted: Status = {
    ...(budget.status.conditions ? { conditions: budget.status.conditions } : {}),
    currentHealthy: healthy,
    desiredHealthy: expected.healthy,
    disruptionsAllowed: allowed,
    expectedPods: expected.pods,
    observedGeneration: budget.metadata.generation,
  };
  const status = withAllowed(counted, allowed > 0 ? 'SufficientPods' : 'InsufficientPods', '', context.now);
  const next = updateStatus(api, RESOURCE, keyOf(budget), status);
  // Upstream says so at every sync; here at those that found something new.
  if (next !== api && pods.length === 0) say('Normal', 'NoPods', 'No matching pods found');
  if (next !== api && expected.unmanaged) {
    say(
      'Warning',
      'UnmanagedPods',
      `Pods selected by this PodDisruptionBudget (selector: ${goSelectorText(budget)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`,
    );
  }
  return next;
}

/** Rather no disruption than a wrong one. */
function failed(
  api: ApiState,
  budget: PodDisruptionBudget,
  why: string,
  context: Reconciling,
  say: (type: 'Warning', reason: string, message: string) => void,
): ApiState {
  const status = withAllowed({ ...budget.status, disruptionsAllowed: 0 }, 'SyncFailed', why, context.now);
  const next = updateStatus(api, RESOURCE, keyOf(budget), status);
  if (next !== api) say('Warning', 'CalculateExpectedPodCountFailed', `Failed to calculate the number of expected pods: ${why}`);
  return next;
}
