/**
 * Why a node cannot take a pod: kube-scheduler's filter plugins in their order; the first that objects names the reason.
 * Models k8s.io/kubernetes/pkg/scheduler/framework/plugins v1.32. Volume claims are in claims.ts. Leaves out DRA, namespaceSelector of pod affinity.
 */
import { parseQuantity } from '../../api/kinds/quantity.ts';
import type { LabelSelector, Node, Pod } from '../../api/objects.ts';
import { matches } from '../../api/selectors.ts';
import { untolerated } from '../taints.ts';
import { allowsNode } from './nodeaffinity.ts';

/** What a filter sees: the pods each node has, those placed this round included. */
export interface Occupancy {
  readonly nodes: readonly Node[];
  on(node: string): readonly Pod[];
}

export interface Objection {
  readonly reason: string;
  /** Removing pods could help. */
  readonly preemptible: boolean;
}

type Filter = (pod: Pod, node: Node, cluster: Occupancy) => Objection | undefined;

const fixed = (reason: string): Objection => ({ reason, preemptible: false });
const movable = (reason: string): Objection => ({ reason, preemptible: true });

const unschedulable: Filter = (pod, node) => {
  if (!node.spec.unschedulable) return undefined;
  const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const;
  return untolerated([taint], pod.spec.tolerations) ? fixed('node(s) were unschedulable') : undefined;
};

const taints: Filter = (pod, node) => {
  const hard = (node.spec.taints ?? []).filter((taint) => taint.effect !== 'PreferNoSchedule');
  const taint = untolerated(hard, pod.spec.tolerations);
  return taint && fixed(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
};

const nodeAffinity: Filter = (pod, node) =>
  allowsNode(pod.spec, node) ? undefined : fixed("node(s) didn't match Pod's node affinity/selector");

function hostPorts(pod: Pod): readonly string[] {
  return pod.spec.containers.flatMap((container) =>
    (container.ports ?? []).filter((port) => port.hostPort).map((port) => `${port.protocol ?? 'TCP'}/${port.hostPort}`),
  );
}

const ports: Filter = (pod, node, cluster) => {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return undefined;
  const taken = new Set(cluster.on(node.metadata.name).flatMap(hostPorts));
  return wanted.some((port) => taken.has(port)) ? movable("node(s) didn't have free ports for the requested pod ports") : undefined;
};

interface Resources {
  readonly requests?: Readonly<Record<string, string>>;
}

/** Text that is no quantity counts as nothing. */
const amount = (text: string | number | undefined): number => parseQuantity(text ?? '') ?? 0;

const requestMemo = new WeakMap<Pod['spec'], Readonly<Record<string, number>>>();

/** What a pod asks for, summed over its containers. */
export function requestsOf(pod: Pod): Readonly<Record<string, number>> {
  const known = requestMemo.get(pod.spec);
  if (known) return known;
  const total: Record<string, number> = {};
  for (const container of pod.spec.containers) {
    const { requests = {} } = (container.resources ?? {}) as Resources;
    for (const name of Object.keys(requests)) total[name] = (total[name] ?? 0) + amount(requests[name]);
  }
  requestMemo.set(pod.spec, total);
  return total;
}

const resources: Filter = (pod, node, cluster) => {
  const { allocatable = {} } = node.status;
  const placed = cluster.on(node.metadata.name);
  if (allocatable.pods !== undefined && placed.length + 1 > amount(allocatable.pods)) return movable('Too many pods');
  const wanted = requestsOf(pod);
  for (const name of Object.keys(wanted).sort()) {
    const used = placed.reduce((sum, other) => sum + (requestsOf(other)[name] ?? 0), 0);
    if (allocatable[name] !== undefined && used + wanted[name]! > amount(allocatable[name])) return movable(`Insufficient ${name}`);
    if (allocatable[name] === undefined && name.includes('/')) return movable(`Insufficient ${name}`);
  }
  return undefined;
};

const spread: Filter = (pod, node, cluster) => {
  for (const constraint of pod.spec.topologySpreadConstraints ?? []) {
    if (constraint.whenUnsatisfiable !== 'DoNotSchedule') continue;
    const { topologyKey, maxSkew, labelSelector } = constraint;
    const domain = node.metadata.labels?.[topologyKey];
    const message = "node(s) didn't match pod topology spread constraints";
    if (domain === undefined) return fixed(`${message} (missing required label)`);
    const counts = domainCounts(pod, topologyKey, labelSelector, cluster);
    const self = matches(labelSelector, pod.metadata.labels) ? 1 : 0;
    if ((counts.get(domain) ?? 0) + self - Math.min(...counts.values()) > maxSkew) return movable(message);
  }
  return undefined;
};

/** Matching pods by value of a node label, over the nodes the pod's own selector allows. */
export function domainCounts(
  pod: Pod,
  key: string,
  selector: LabelSelector | undefined,
  cluster: Occupancy,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const node of cluster.nodes) {
    const domain = node.metadata.labels?.[key];
    if (domain === undefined || !allowsNode(pod.spec, node)) continue;
    const here = cluster
      .on(node.metadata.name)
      .filter((other) => other.metadata.namespace === pod.metadata.namespace && !other.metadata.deletionTimestamp);
    counts.set(domain, (counts.get(domain) ?? 0) + here.filter((other) => matches(selector, other.metadata.labels)).length);
  }
  return counts;
}

interface PodTerm {
  readonly labelSelector?: LabelSelector;
  readonly topologyKey: string;
  readonly namespaces?: readonly string[];
}

interface PodAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodTerm[];
}

function podTerms(pod: Pod, kind: 'podAffinity' | 'podAntiAffinity'): readonly PodTerm[] {
  const affinity = pod.spec.affinity as Readonly<Record<typeof kind, PodAffinity>> | undefined;
  return affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

function near(pod: Pod, term: PodTerm, node: Node, cluster: Occupancy): boolean {
  const domain = node.metadata.labels?.[term.topologyKey];
  if (domain === undefined) return false;
  const namespaces = term.namespaces ?? [pod.metadata.namespace ?? ''];
  return cluster.nodes.some(
    (other) =>
      other.metadata.labels?.[term.topologyKey] === domain &&
      cluster
        .on(other.metadata.name)
        .some((each) => namespaces.includes(each.metadata.namespace ?? '') && matches(term.labelSelector, each.metadata.labels)),
  );
}

const podAffinity: Filter = (pod, node, cluster) => {
  for (const term of podTerms(pod, 'podAffinity')) {
    const first = matches(term.labelSelector, pod.metadata.labels) && !cluster.nodes.some((each) => near(pod, term, each, cluster));
    if (!first && !near(pod, term, node, cluster)) return fixed("node(s) didn't match pod affinity rules");
  }
  const crowded = podTerms(pod, 'podAntiAffinity').some((term) => near(pod, term, node, cluster));
  return crowded ? movable("node(s) didn't match pod anti-affinity rules") : undefined;
};

const FILTERS: readonly Filter[] = [unschedulable, taints, nodeAffinity, ports, resources, spread, podAffinity];

/** The first objection to running the pod on the node. */
export function objection(pod: Pod, node: Node, cluster: Occupancy): Objection | undefined {
  for (const filter of FILTERS) {
    const result = filter(pod, node, cluster);
    if (result) return result;
  }
  return undefined;
}

/** The same where no node was asked: the pod itself lacks something. */
export function refusedMessage(reason: string, nodeCount: number): string {
  if (nodeCount === 0) return 'no nodes available to schedule pods';
  const head = `0/${nodeCount} nodes are available: `;
  return `${head}${reason}. preemption: ${head}${nodeCount} Preemption is not helpful for scheduling.`;
}

/** The scheduler's FitError with the outcome of preemption. */
export function unfitMessage(objections: readonly Objection[], nodeCount: number): string {
  if (nodeCount === 0) return 'no nodes available to schedule pods';
  const head = `0/${nodeCount} nodes are available: `;
  const preemption = objections.map((each) =>
    each.preemptible ? 'No preemption victims found for incoming pod' : 'Preemption is not helpful for scheduling',
  );
  return `${head}${tally(objections.map((each) => each.reason))}. preemption: ${head}${tally(preemption)}.`;
}

function tally(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
