/**
 * felix on every node that runs it: host routes to local pods, sysctls, IP sets, and its chains in all four tables.
 *
 * Reads the host's links and its view of Pods, IPPools, BGPConfiguration and FelixConfiguration; writes the host's own namespace.
 * Models projectcalico/calico v3.30 felix, iptables dataplane without encapsulation. A stopped felix leaves its rows behind. What
 * somebody else changes in its rows it puts right at its next refresh (`iptablesRefreshInterval`, 180 s), not at once. Leaves out
 * host endpoints, WireGuard, eBPF, IPv6, Calico's own NetworkPolicy kinds (Kubernetes' NetworkPolicy is enforced: policies.ts).
 */
import type { Agent } from '../../agent.ts';
import type { Pod } from '../../api/objects.ts';
import { objectsOf } from '../../api/storage.ts';
import { programRoutes } from '../../kernel/fib-edit.ts';
import type { NetNamespace, Route } from '../../kernel/namespace.ts';
import type { IpSet, Netfilter } from '../../kernel/netfilter/types.ts';
import { remember } from '../../memo.ts';
import { compareAddresses } from '../../net/address.ts';
import { hash32 } from '../../net/random.ts';
import { type Host, type World, withHost } from '../../world.ts';
import { type Policies, policiesOf, policyChains, selectedBy } from './policies.ts';
import { MAX_IPSET_SIZE, type Settings, settingsOf } from './settings.ts';
import { STATIC } from './static.ts';
import { program, type Wanted } from './tables.ts';
import { dispatchChains, profileChains, type Selected, type Workload, workloadChains, workloadsOf } from './workloads.ts';

/** FelixConfiguration's iptablesRefreshInterval. */
const REFRESH_MS = 180_000;

/** Everything Felix wants of one host's kernel. */
interface Desired {
  readonly digest: string;
  readonly tables: Wanted;
  readonly ipsets: readonly IpSet[];
  readonly routes: readonly Route[];
  readonly sysctl: Readonly<Record<string, string>>;
}

type Links = NetNamespace['links'];

export const felixAgent: Agent = {
  name: 'felix',
  run(world) {
    let next = world;
    let wakeAt: number | undefined;
    for (const name of Object.keys(world.hosts)) {
      const host = next.hosts[name] as Host;
      if (rested.has(host)) continue;
      const result = sync(next, host);
      if (result.host === host && result.wakeAt === undefined) rested.add(host);
      next = withHost(next, result.host);
      if (result.wakeAt !== undefined) wakeAt = Math.min(wakeAt ?? result.wakeAt, result.wakeAt);
    }
    return { world: next, wakeAt };
  },
};

/** Hosts on which there was nothing to do, nor will be: felix reads its own host alone, the view of the API included. */
const rested = new WeakSet<Host>();

function sync(world: World, host: Host): { readonly host: Host; readonly wakeAt?: number } {
  const { felix: state } = host.daemons;
  const ns = host.netns[''];
  if (!host.up || !state?.running || !ns || !host.apiView || host.cluster === undefined) return { host };
  const desired = desiredFor(host, ns.links);
  const last = state.programmed;
  const news = last?.digest !== desired.digest || last.since !== state.startedAt;
  const programmed = settled.get(ns) === desired ? ns : apply(ns, desired);
  settled.set(programmed, desired);
  if (programmed === ns && !news) return { host };

  const refreshAt = last ? last.at + Math.ceil((world.now - last.at) / REFRESH_MS) * REFRESH_MS : world.now;
  if (!news && world.now < refreshAt) return { host, wakeAt: refreshAt };
  const felixState = { ...state, programmed: { digest: desired.digest, since: state.startedAt, at: news ? world.now : refreshAt } };
  return { host: { ...host, netns: { ...host.netns, '': programmed }, daemons: { ...host.daemons, felix: felixState } } };
}

/** Namespaces that hold all that is wanted of them: nothing to compare again. */
const settled = new WeakMap<NetNamespace, Desired>();
const workloadLists = new WeakMap<Links, WeakMap<object, readonly Workload[]>>();
const lastLists = new WeakMap<Links, readonly Workload[]>();
const desires = new WeakMap<readonly Workload[], WeakMap<Settings, WeakMap<Policies, Desired>>>();
const podChains = new WeakMap<Pod['spec'], Map<string, ReturnType<typeof workloadChains>>>();

function desiredFor(host: Host, links: Links): Desired {
  const view = host.apiView!;
  const cluster = host.cluster!;
  const settings = settingsOf(view, cluster);
  const workloads = currentWorkloads(links, objectsOf<Pod>(view, 'pods'));
  const policies = policiesOf(view, cluster);
  const bySettings = remember(desires, workloads, () => new WeakMap<Settings, WeakMap<Policies, Desired>>());
  const byPolicies = remember(bySettings, settings, () => new WeakMap<Policies, Desired>());
  return remember(byPolicies, policies, () => desire(links, workloads, settings, policies, cluster));
}

/** Whether two workloads are one, as far as Felix looks at pods: their status is no concern of its. */
const isSame = (a: Workload, b: Workload | undefined): boolean =>
  a.link === b?.link &&
  a.key === b.key &&
  a.ip === b.ip &&
  a.pod.spec === b.pod.spec &&
  a.pod.metadata.labels === b.pod.metadata.labels;

/** The same list as long as the host's pods are the same, whatever happens to pods elsewhere. */
function currentWorkloads(links: Links, pods: Readonly<Record<string, Pod>>): readonly Workload[] {
  const byPods = remember(workloadLists, links, () => new WeakMap<object, readonly Workload[]>());
  return remember(byPods, pods, () => {
    const fresh = workloadsOf(links, pods);
    const last = lastLists.get(links);
    if (last && last.length === fresh.length && last.every((w, i) => isSame(w, fresh[i]))) return last;
    lastLists.set(links, fresh);
    return fresh;
  });
}

function desire(links: Links, workloads: readonly Workload[], settings: Settings, policies: Policies, cluster: string): Desired {
  const selected = workloads.map((w) => selectedBy(policies, w.pod));
  const own = workloads.flatMap((w, i) => chainsOf(w, selected[i] as Selected, cluster));
  const { raw, mangle, nat, filter } = STATIC;
  const host = thisHost(links);
  return {
    digest: hash32(
      'felix',
      settings.digest,
      policies.digest,
      ...host.members,
      ...workloads.flatMap((w) => [w.link, w.key, w.ip]),
    ).toString(16),
    tables: {
      raw,
      mangle,
      nat: remember(natTables, settings, () => ({ ...nat, chains: [...nat.chains, settings.natOutgoing] })),
      filter: {
        ...filter,
        chains: [
          ...filter.chains,
          settings.cidrBlock,
          ...dispatchChains(workloads),
          ...own,
          ...profileChains(workloads),
          ...policyChains(policies, selected),
        ],
      },
    },
    ipsets: [...settings.ipsets, host, ...policies.ipsets],
    routes: workloads.map(hostRoute(cluster)),
    sysctl: sysctls(workloads),
  };
}

function chainsOf(workload: Workload, selected: Selected, cluster: string): ReturnType<typeof workloadChains> {
  const byPolicy = remember(podChains, workload.pod.spec, () => new Map<string, ReturnType<typeof workloadChains>>());
  return remember(byPolicy, `${workload.link} ${JSON.stringify(selected)}`, () => workloadChains(workload, selected, cluster));
}

const natTables = new WeakMap<Settings, Wanted['nat']>();

/** Addresses of the host itself, its pods' interfaces aside. */
function thisHost(links: Links): IpSet {
  const own = Object.values(links).filter(({ name, up }) => up && !name.startsWith('cali'));
  const members = [...new Set(own.flatMap(({ addresses }) => addresses.map(({ address }) => address)))];
  return { name: 'cali40this-host', type: 'hash:ip', maxelem: MAX_IPSET_SIZE, members: members.sort(compareAddresses) };
}

function hostRoute(cluster: string): (workload: Workload) => Route {
  return ({ ip, link, key }) => ({
    dst: `${ip}/32`,
    type: 'unicast',
    nexthops: [{ dev: link, weight: 1 }],
    proto: 'boot',
    scope: 'link',
    ref: { kind: 'object', cluster, resource: 'pods', key, field: 'status.podIP' },
  });
}

function sysctls(workloads: readonly Workload[]): Readonly<Record<string, string>> {
  const wanted: Record<string, string> = { 'net.ipv4.ip_forward': '1', 'net.netfilter.nf_conntrack_acct': '1' };
  for (const { link } of workloads) {
    for (const key of ['route_localnet', 'proxy_arp', 'forwarding', 'rp_filter']) wanted[`net.ipv4.conf.${link}.${key}`] = '1';
  }
  return wanted;
}

/** Parts of a namespace that hold what is wanted of them: BIRD and kube-proxy write the other parts all the time. */
const settledRoutes = new WeakMap<readonly Route[], Desired>();
const settledFilters = new WeakMap<Netfilter, Desired>();

function apply(ns: NetNamespace, desired: Desired): NetNamespace {
  let next = ns;
  if (settledRoutes.get(ns.routes) !== desired) {
    next = programRoutes(ns, (route) => route.nexthops[0]?.dev.startsWith('cali') === true, desired.routes);
    settledRoutes.set(next.routes, desired);
  }
  if (settledFilters.get(ns.netfilter) !== desired) {
    const netfilter = withSets(program(ns.netfilter, desired.tables), desired.ipsets);
    settledFilters.set(netfilter, desired);
    if (netfilter !== ns.netfilter) next = { ...next, netfilter };
  }
  const missing = Object.entries(desired.sysctl).filter(([name, value]) => next.sysctl[name] !== value);
  return missing.length > 0 ? { ...next, sysctl: { ...next.sysctl, ...Object.fromEntries(missing) } } : next;
}

/** Felix's sets as wanted, its other ones gone. */
function withSets(netfilter: Netfilter, wanted: readonly IpSet[]): Netfilter {
  const names = new Set(wanted.map(({ name }) => name));
  const stale = Object.keys(netfilter.ipsets).filter((name) => name.startsWith('cali40') && !names.has(name));
  const same = (set: IpSet) => netfilter.ipsets[set.name]?.members.join() === set.members.join();
  if (stale.length === 0 && wanted.every(same)) return netfilter;
  const kept = Object.entries(netfilter.ipsets).filter(([name]) => !stale.includes(name));
  return { ...netfilter, ipsets: { ...Object.fromEntries(kept), ...Object.fromEntries(wanted.map((set) => [set.name, set])) } };
}
