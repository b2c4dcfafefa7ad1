/**
 * DaemonSet controller: one pod on every node that may have one.
 *
 * Reads daemonsets, nodes and pods; writes pods, events and the DaemonSet's status. Models k8s.io/kubernetes/pkg/controller/daemon
 * v1.32. Leaves out maxSurge.
 */
import type { DaemonSet, Node, Pod, Toleration } from '../api/objects.ts';
import { type ApiState, keyOf, objectsOf } from '../api/storage.ts';
import { updateStatus } from '../api/write.ts';
import { controllerAgent, type Reconciled, type Reconciling } from './controller.ts';
import { templateHash } from './deployment/revisions.ts';
import { keepHistory, REVISION_HASH } from './history.ts';
import { createPod, deletePod, type PodOwner } from './ownership.ts';
import { podsOwnedBy } from './podindex.ts';
import { isActive, isAvailable, isReady } from './podstate.ts';
import { allowsNode } from './scheduler/nodeaffinity.ts';
import { untolerated } from './taints.ts';

const RESOURCE = 'daemonsets.apps';
const HASH = REVISION_HASH;

export const daemonsetAgent = controllerAgent({
  name: 'daemonset',
  reads: [RESOURCE, 'nodes', 'pods', 'serviceaccounts'],
  reconcile,
});

function reconcile(start: ApiState, context: Reconciling): Reconciled {
  let api = start;
  for (const set of Object.values(objectsOf<DaemonSet>(start, RESOURCE))) api = sync(api, set, context);
  return { api };
}

/** Tolerations every daemon pod gets (util.AddOrUpdateDaemonPodTolerations). */
function tolerations(set: DaemonSet): readonly Toleration[] {
  const { spec } = set.spec.template;
  const own: Toleration[] = [
    { effect: 'NoExecute', key: 'node.kubernetes.io/not-ready', operator: 'Exists' },
    { effect: 'NoExecute', key: 'node.kubernetes.io/unreachable', operator: 'Exists' },
    { effect: 'NoSchedule', key: 'node.kubernetes.io/disk-pressure', operator: 'Exists' },
    { effect: 'NoSchedule', key: 'node.kubernetes.io/memory-pressure', operator: 'Exists' },
    { effect: 'NoSchedule', key: 'node.kubernetes.io/pid-pressure', operator: 'Exists' },
    { effect: 'NoSchedule', key: 'node.kubernetes.io/unschedulable', operator: 'Exists' },
  ];
  if (spec.hostNetwork) own.push({ effect: 'NoSchedule', key: 'node.kubernetes.io/network-unavailable', operator: 'Exists' });
  return [...(spec.tolerations ?? []), ...own];
}

function sync(start: ApiState, set: DaemonSet, context: Reconciling): ApiState {
  let api = start;
  const nodes = Object.values(objectsOf<Node>(start, 'nodes'));
  const owner: PodOwner = { resource: RESOURCE, object: set, component: 'daemonset-controller' };
  const tolerated = tolerations(set);
  const hash = templateHash(set.spec.template);
  const byNode = podsByNode(start, set);
  const keeps = new Set<string>();
  if (!set.metadata.deletionTimestamp) {
    const inUse = new Set([...byNode.values()].flat().map((pod) => pod.metadata.labels?.[HASH] ?? ''));
    api = keepHistory(api, set, hash, inUse, context);
    for (const node of nodes) {
      const name = node.metadata.name;
      const pods = byNode.get(name) ?? [];
      const { run, stay } = wants(set, node, tolerated);
      if (stay) keeps.add(name);
      if (run && pods.length === 0) api = launch(api, owner, set, name, tolerated, hash, context);
      const surplus = stay ? pods.slice(1) : pods;
      for (const pod of surplus) if (isActive(pod)) api = deletePod(api, owner, pod, context);
    }
    const wanted = nodes.filter((node) => wants(set, node, tolerated).run).map((node) => node.metadata.name);
    api = replaceOutdated(
      api,
      owner,
      set,
      wanted.map((name) => byNode.get(name)?.[0]),
      hash,
      context,
    );
  }
  return status(
    api,
    set,
    nodes.filter((node) => wants(set, node, tolerated).run),
    keeps,
    hash,
    context,
  );
}

function wants(set: DaemonSet, node: Node, tolerated: readonly Toleration[]): { readonly run: boolean; readonly stay: boolean } {
  if (!allowsNode(set.spec.template.spec, node)) return { run: false, stay: false };
  const taints = node.spec.taints ?? [];
  const hard = taints.filter((taint) => taint.effect !== 'PreferNoSchedule');
  return {
    run: !untolerated(hard, tolerated),
    stay: !untolerated(
      taints.filter((taint) => taint.effect === 'NoExecute'),
      tolerated,
    ),
  };
}

/** The set's pods by the node they are meant for, oldest first; one that has ended or is going still holds its place. */
function podsByNode(api: ApiState, set: DaemonSet): ReadonlyMap<string, readonly Pod[]> {
  const byNode = new Map<string, Pod[]>();
  for (const pod of podsOwnedBy(objectsOf<Pod>(api, 'pods'), set.metadata.uid)) {
    const node = pod.spec.nodeName ?? targetOf(pod);
    byNode.set(node, [...(byNode.get(node) ?? []), pod]);
  }
  return byNode;
}

interface Pinned {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms?: readonly { readonly matchFields?: readonly { readonly values?: readonly string[] }[] }[];
    };
  };
}

function targetOf(pod: Pod): string {
  const terms = (pod.spec.affinity as Pinned | undefined)?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
    ?.nodeSelectorTerms;
  return terms?.[0]?.matchFields?.[0]?.values?.[0] ?? '';
}

/** A daemon pod goes through the scheduler, pinned to its node by name. */
function launch(
  api: ApiState,
  owner: PodOwner,
  set: DaemonSet,
  node: string,
  tolerated: readonly Toleration[],
  hash: string,
  context: Reconciling,
): ApiState {
  const field = { key: 'metadata.name', operator: 'In', values: [node] };
  const required = { nodeSelectorTerms: [{ matchFields: [field] }] };
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
  const labels = { [HASH]: hash, 'pod-template-generation': String(set.metadata.generation ?? 1) };
  return createPod(api, owner, set.spec.template, context, { labels, spec: { affinity, tolerations: tolerated } }).api;
}

/** Rolling update: an old pod goes when fewer than maxUnavailable are missing. */
function replaceOutdated(
  start: ApiState,
  owner: PodOwner,
  set: DaemonSet,
  /** The pod of each node that should have one. */
  pods: readonly (Pod | undefined)[],
  hash: string,
  context: Reconciling,
): ApiState {
  const strategy = set.spec.updateStrategy as
    | { readonly type?: string; readonly rollingUpdate?: { readonly maxUnavailable?: number | string } }
    | undefined;
  if (strategy?.type === 'OnDelete') return start;
  const value = strategy?.rollingUpdate?.maxUnavailable ?? 1;
  const allowed = typeof value === 'number' ? value : Math.ceil((Number.parseFloat(value) * pods.length) / 100);
  let missing = pods.filter((pod) => !pod || !isActive(pod) || !isAvailable(pod, set.spec.minReadySeconds, context.now)).length;
  let api = start;
  for (const pod of pods) {
    if (!pod || pod.metadata.labels?.[HASH] === hash || !isActive(pod)) continue;
    const down = !isAvailable(pod, set.spec.minReadySeconds, context.now);
    if (!down && missing >= allowed) continue;
    if (!down) missing++;
    api = deletePod(api, owner, pod, context);
  }
  return api;
}

function status(
  api: ApiState,
  set: DaemonSet,
  desired: readonly Node[],
  keeps: ReadonlySet<string>,
  hash: string,
  context: Reconciling,
): ApiState {
  const byNode = podsByNode(api, set);
  const on = desired.map((node) => (byNode.get(node.metadata.name) ?? [])[0]).filter((pod) => pod !== undefined);
  const available = on.filter((pod) => isAvailable(pod, set.spec.minReadySeconds, context.now)).length;
  const updated = on.filter((pod) => pod.metadata.labels?.[HASH] === hash).length;
  const wanted = new Set(desired.map((node) => node.metadata.name));
  const optional = { updatedNumberScheduled: updated, numberAvailable: available, numberUnavailable: desired.length - available };
  const fresh: DaemonSet['status'] = {
    currentNumberScheduled: on.length,
    desiredNumberScheduled: desired.length,
    numberMisscheduled: [...byNode.keys()].filter((node) => node && !wanted.has(node) && !keeps.has(node)).length,
    numberReady: on.filter(isReady).length,
    observedGeneration: set.metadata.generation,
    ...Object.fromEntries(Object.entries(optional).filter(([, count]) => count > 0)),
  };
  return updateStatus(api, RESOURCE, keyOf(set), fresh);
}
