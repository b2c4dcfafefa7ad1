/**
 * Workload endpoints of a host and their chains: `cali-tw-…` (to the pod), `cali-fw-…` (from it), profiles, dispatch.
 *
 * Reads the host's links (a `cali…` link leads to a pod's namespace) and the Pods it last saw. Models projectcalico/calico v3.30
 * felix/rules/{endpoints,dispatch}.go. Leaves out QoS, flow logs, IPv6 and policy groups (each policy is jumped to by itself).
 */
import type { Pod } from '../../api/objects.ts';
import type { NetNamespace } from '../../kernel/namespace.ts';
import type { Chain } from '../../kernel/netfilter/types.ts';
import type { Ref } from '../../world.ts';
import {
  ACCEPT,
  chain,
  clearMark,
  DROP,
  type Draft,
  fromLink,
  goTo,
  ipInIp,
  jump,
  MARK,
  marked,
  protocol,
  RETURN,
  rule,
  setMark,
  shortName,
  state,
  toLink,
  toPorts,
  unmarked,
} from './rules.ts';

/** A pod on this host, as Felix knows it once its address is in the API. */
export interface Workload {
  readonly link: string;
  readonly key: string;
  readonly ip: string;
  readonly pod: Pod;
}

/** Chains of policies that select a workload, in their order. */
export interface Selected {
  readonly ingress: readonly string[];
  readonly egress: readonly string[];
}

const PREFIX = 'cali';
const VXLAN_PORT = 4789;

/** Pods behind this host's `cali…` links, by link name. A pod without an address in the API is not known yet. */
export function workloadsOf(links: NetNamespace['links'], pods: Readonly<Record<string, Pod>>): readonly Workload[] {
  const found: Workload[] = [];
  for (const link of Object.values(links)) {
    if (!link.name.startsWith(PREFIX) || !link.peer) continue;
    const key = link.peer.netns;
    const pod = Object.hasOwn(pods, key) ? pods[key] : undefined;
    const ip = pod && (pod.metadata.annotations?.['cni.projectcalico.org/podIP']?.split('/')[0] || pod.status.podIP);
    if (pod && ip) found.push({ link: link.name, key, ip, pod });
  }
  return found.sort((a, b) => (a.link < b.link ? -1 : 1));
}

/** Names of the profiles a pod has: its namespace's, then its service account's. */
function profilesOf({ pod }: Workload): readonly string[] {
  const namespace = pod.metadata.namespace ?? '';
  return [`kns.${namespace}`, `ksa.${namespace}.${pod.spec.serviceAccountName ?? 'default'}`];
}

export function workloadChains(workload: Workload, selected: Selected, cluster: string): readonly Chain[] {
  const ref: Ref = { kind: 'object', cluster, resource: 'pods', key: workload.key };
  const tracked = [
    rule([state('RELATED,ESTABLISHED')], ACCEPT),
    rule([state('INVALID')], DROP),
    rule([], clearMark(MARK.accept | MARK.pass)),
  ];
  // Encapsulated packets would slip past egress policy.
  const noTunnels = [
    rule([protocol('udp', '17'), toPorts(VXLAN_PORT)], DROP, 'Drop VXLAN encapped packets originating in workloads'),
    rule([ipInIp], DROP, 'Drop IPinIP encapped packets originating in workloads'),
  ];
  const to = [...tracked, ...tier(selected.ingress), ...profiles(workload, 'cali-pri-')];
  const from = [...tracked, ...noTunnels, ...tier(selected.egress), ...profiles(workload, 'cali-pro-')];
  const own = (drafts: readonly Draft[]) => drafts.map((draft) => ({ ...draft, ref }));
  return [chain(shortName('cali-tw-', workload.link), own(to)), chain(shortName('cali-fw-', workload.link), own(from))];
}

function tier(policyChains: readonly string[]): readonly Draft[] {
  if (policyChains.length === 0) return [];
  const jumps = policyChains.flatMap((name) => [
    rule([unmarked(MARK.pass)], jump(name)),
    rule([marked(MARK.accept)], RETURN, 'Return if policy accepted'),
  ]);
  const end = rule([unmarked(MARK.pass)], DROP, 'End of tier default. Drop if no policies passed packet');
  return [rule([], clearMark(MARK.pass), 'Start of tier default'), ...jumps, end];
}

function profiles(workload: Workload, prefix: string): readonly Draft[] {
  const jumps = profilesOf(workload).flatMap((name) => [
    rule([], jump(shortName(prefix, name))),
    rule([marked(MARK.accept)], RETURN, 'Return if profile accepted'),
  ]);
  return [...jumps, rule([], DROP, 'Drop if no profiles matched')];
}

/** `cali-pri-…` and `cali-pro-…`: a namespace's profile lets everything pass, a service account's has no rules. */
export function profileChains(workloads: readonly Workload[]): readonly Chain[] {
  const names = new Set(workloads.flatMap(profilesOf));
  return [...names].sort().flatMap((name) => {
    const chainOf = (prefix: string, direction: string) => {
      const text = `Profile ${name} ${direction}`;
      return chain(shortName(prefix, name), [rule([], name.startsWith('kns.') ? setMark(MARK.accept) : undefined, text)]);
    };
    return [chainOf('cali-pri-', 'ingress'), chainOf('cali-pro-', 'egress')];
  });
}

/** `cali-from-wl-dispatch` and `cali-to-wl-dispatch` with their sub-chains by the first letter in which names differ. */
export function dispatchChains(workloads: readonly Workload[]): readonly Chain[] {
  const names = workloads.map(({ link }) => link);
  return [
    ...dispatch(names, 'cali-from-wl-dispatch', (name) => rule([fromLink(name)], goTo(shortName('cali-fw-', name))), fromLink),
    ...dispatch(names, 'cali-to-wl-dispatch', (name) => rule([toLink(name)], goTo(shortName('cali-tw-', name))), toLink),
  ];
}

function dispatch(names: readonly string[], root: string, leaf: (name: string) => Draft, match: typeof fromLink): readonly Chain[] {
  const unknown = rule([], DROP, 'Unknown interface');
  const common = commonPrefix(names);
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const prefix = name.slice(0, common.length + 1);
    groups.set(prefix, [...(groups.get(prefix) ?? []), name]);
  }
  const children: Chain[] = [];
  const drafts = [...groups].map(([prefix, members]) => {
    if (members.length === 1) return leaf(members[0] as string);
    const child = `${root}-${prefix.slice(common.length)}`;
    children.push(chain(child, [...members.map(leaf), unknown]));
    return rule([match(`${prefix}+`)], goTo(child));
  });
  return [...children, chain(root, [...drafts, unknown])];
}

function commonPrefix(names: readonly string[]): string {
  let prefix = names[0] ?? '';
  for (const name of names) while (!name.startsWith(prefix)) prefix = prefix.slice(0, -1);
  return prefix;
}
