/**
 * The routing table: which of several routes to a network is best, and why; next hops resolved through other routes.
 *
 * Models rte_better()/rte_mergable() of nest/rt-table.c, bgp_rte_better() of proto/bgp/attrs.c and the host cache of BIRD 1.6.8.
 * Leaves out deterministic MED, tables other than master, and the order in which equal routes arrived: routes behind the best are
 * sorted by the same comparisons, so that a converged table does not depend on history.
 */
import { remember } from '../../memo.ts';
import { contains, masked, toNumber, toPrefix } from '../../net/address.ts';
import type { BgpProtocol, ProtocolConfig } from './config/types.ts';
import type { Attributes, Table, TableRoute } from './state.ts';

/** What the comparisons know beside the routes. */
export interface Judging {
  readonly protocols: ReadonlyMap<string, ProtocolConfig>;
  /** Router id of the peer behind each BGP protocol. */
  readonly peerIds: ReadonlyMap<string, string>;
}

/** One step of the choice, in BIRD's order. */
export interface Comparison {
  readonly name: string;
  /** Below zero: `a` is better; above: `b`; zero: go on. */
  compare(a: TableRoute, b: TableRoute, judging: Judging): number;
  /** Routes equal so far may still be merged into one with several next hops when this step differs. */
  readonly mergeable?: boolean;
}

const PROTOCOL_ORDER = ['device', 'direct', 'static', 'kernel', 'bgp'];

const bgpOf = (route: TableRoute, judging: Judging): BgpProtocol | undefined => {
  const protocol = judging.protocols.get(route.protocol);
  return protocol?.type === 'bgp' ? protocol : undefined;
};

/** A comparison that says nothing unless both routes come from BGP. */
const bgp =
  (compare: (a: TableRoute, b: TableRoute, pa: BgpProtocol, pb: BgpProtocol, judging: Judging) => number): Comparison['compare'] =>
  (a, b, judging) => {
    const [pa, pb] = [bgpOf(a, judging), bgpOf(b, judging)];
    return pa && pb ? compare(a, b, pa, pb, judging) : 0;
  };

export const isReachable = (route: TableRoute): boolean =>
  route.destination === 'router' || route.destination === 'device' || route.destination === 'multipath';
const isInternal = (protocol: BgpProtocol): boolean => protocol.localAs === protocol.neighborAs;
const metric = (route: TableRoute): number =>
  typeof route.igpMetric === 'number' ? route.igpMetric : route.igpMetric === 'unknown' ? 0x7fff_ffff : 0;
const neighborAs = (route: TableRoute, protocol: BgpProtocol): number => route.attributes.asPath?.[0] ?? protocol.neighborAs;
const idOf = (route: TableRoute, judging: Judging): number =>
  toNumber(route.attributes.originatorId ?? judging.peerIds.get(route.protocol) ?? '0.0.0.0');

export const COMPARISONS: readonly Comparison[] = [
  { name: 'preference', compare: (a, b) => b.preference - a.preference },
  {
    name: 'protocol',
    compare: (a, b, { protocols }) =>
      PROTOCOL_ORDER.indexOf(protocols.get(b.protocol)?.type ?? '') - PROTOCOL_ORDER.indexOf(protocols.get(a.protocol)?.type ?? ''),
  },
  { name: 'resolvable next hop', compare: bgp((a, b) => Number(isReachable(b)) - Number(isReachable(a))) },
  {
    name: 'local preference',
    compare: bgp((a, b, pa, pb) => (b.attributes.localPref ?? pb.localPref) - (a.attributes.localPref ?? pa.localPref)),
  },
  {
    name: 'AS path length',
    compare: bgp((a, b, pa, pb) =>
      pa.pathMetric || pb.pathMetric ? (a.attributes.asPath?.length ?? 0) - (b.attributes.asPath?.length ?? 0) : 0,
    ),
  },
  { name: 'origin', compare: bgp((a, b) => (a.attributes.origin ?? 2) - (b.attributes.origin ?? 2)) },
  {
    name: 'MED',
    compare: bgp((a, b, pa, pb) =>
      pa.medMetric || pb.medMetric || neighborAs(a, pa) === neighborAs(b, pb)
        ? (a.attributes.med ?? pa.defaultMed) - (b.attributes.med ?? pb.defaultMed)
        : 0,
    ),
  },
  { name: 'eBGP over iBGP', compare: bgp((_a, _b, pa, pb) => Number(isInternal(pa)) - Number(isInternal(pb))) },
  { name: 'IGP metric', compare: bgp((a, b, pa, pb) => (pa.igpMetric ? metric(a) : 0) - (pb.igpMetric ? metric(b) : 0)) },
  { name: 'router id', mergeable: true, compare: bgp((a, b, _pa, _pb, judging) => idOf(a, judging) - idOf(b, judging)) },
  {
    name: 'cluster list length',
    mergeable: true,
    compare: bgp((a, b) => (a.attributes.clusterList?.length ?? 0) - (b.attributes.clusterList?.length ?? 0)),
  },
  { name: 'peer address', mergeable: true, compare: bgp((_a, _b, pa, pb) => toNumber(pa.neighbor) - toNumber(pb.neighbor)) },
];

/** Which of two routes is better, and by which step. `undefined`: neither is. */
export function better(
  a: TableRoute,
  b: TableRoute,
  judging: Judging,
): { readonly best: TableRoute; readonly by: string } | undefined {
  for (const { name, compare } of COMPARISONS) {
    const order = compare(a, b, judging);
    if (order !== 0) return { best: order < 0 ? a : b, by: name };
  }
  return undefined;
}

function order(a: TableRoute, b: TableRoute, judging: Judging): number {
  if (a.filtered !== b.filtered) return a.filtered ? 1 : -1;
  for (const { compare } of COMPARISONS) {
    const difference = compare(a, b, judging);
    if (difference !== 0) return difference;
  }
  return a.protocol < b.protocol ? -1 : a.protocol > b.protocol ? 1 : a.id < b.id ? -1 : Number(a.id > b.id);
}

/** The kernel may use both at once: they tie on every step down to the IGP metric. */
export function isMergeable(best: TableRoute, other: TableRoute, judging: Judging): boolean {
  const [a, b] = [judging.protocols.get(best.protocol)?.type, judging.protocols.get(other.protocol)?.type];
  if (other.filtered || a !== 'bgp' || b !== 'bgp') return false;
  return COMPARISONS.every((step) => step.mergeable || step.compare(best, other, judging) === 0);
}

function sameAttributes(a: Attributes, b: Attributes): boolean {
  if (a === b) return true;
  const keys = Object.keys(a) as (keyof Attributes)[];
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => a[key] === b[key] || (typeof a[key] === 'object' && String(a[key]) === String(b[key])));
}

/** rte_same(): equal in all that matters, whenever and from whichever line they came. */
export function sameRoute(a: TableRoute, b: TableRoute): boolean {
  return (
    a.protocol === b.protocol &&
    a.id === b.id &&
    a.destination === b.destination &&
    a.gateway === b.gateway &&
    a.device === b.device &&
    a.from === b.from &&
    a.preference === b.preference &&
    a.igpMetric === b.igpMetric &&
    a.stale === b.stale &&
    a.filtered === b.filtered &&
    (a.nexthops === b.nexthops || JSON.stringify(a.nexthops) === JSON.stringify(b.nexthops)) &&
    sameAttributes(a.attributes, b.attributes)
  );
}

/** Looks next hops up among the routes that do not depend on others. */
interface Resolver {
  readonly find: (address: number) => TableRoute | undefined;
  /** What each next hop asked for so far leads through. */
  readonly through: Map<string, TableRoute | undefined>;
  readonly resolved: WeakMap<TableRoute, TableRoute>;
}

/** @param last an earlier one, whose answers are kept where they are all still true */
function resolverOver(contributions: readonly (readonly TableRoute[])[], judging: Judging, last?: Resolver): Resolver {
  const byLength: Map<number, TableRoute>[] = [];
  for (const routes of contributions) {
    if (isAllRecursive(routes)) continue;
    for (const route of routes) {
      if (isRecursive(route) || route.filtered) continue;
      const { address, length } = toPrefix(route.prefix);
      byLength[length] ??= new Map();
      const best = byLength[length]?.get(address);
      if (!best || order(route, best, judging) < 0) byLength[length]?.set(address, route);
    }
  }
  const find = (address: number): TableRoute | undefined => {
    for (let length = 32; length >= 0; length--) {
      const found = byLength[length]?.get(masked(address, length));
      if (found) return found;
    }
    return undefined;
  };
  if (last && [...last.through].every(([hop, route]) => leadsAlike(route, find(toNumber(hop))))) return { ...last, find };
  return { find, through: new Map(), resolved: new WeakMap() };
}

const leadsAlike = (a: TableRoute | undefined, b: TableRoute | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && sameRoute(a, b));

function resolved(route: TableRoute, { find, through, resolved: known }: Resolver): TableRoute {
  if (!isRecursive(route)) return route;
  return remember(known, route, () => {
    const hop = route.attributes.nextHop ?? '';
    if (!through.has(hop)) through.set(hop, find(toNumber(hop)));
    return resolve(route, through.get(hop));
  });
}

/** A BGP route whose next hop is to be looked up: as received, without gateway. */
export const isRecursive = (route: TableRoute): boolean => route.igpMetric === 'unknown' && route.gateway === undefined;

function resolve(route: TableRoute, through: TableRoute | undefined): TableRoute {
  const nextHop = route.attributes.nextHop;
  if (!through || nextHop === undefined) return { ...route, destination: 'unreachable' };
  if (through.destination === 'device')
    return { ...route, destination: 'router', gateway: nextHop, device: through.device, igpMetric: 0 } as TableRoute;
  const { gateway, device, nexthops, destination } = through;
  // What leads to the next hop is itself only a route: its cost is not known.
  const igpMetric = destination === 'router' || destination === 'multipath' ? 'unknown' : 0;
  return {
    ...route,
    destination,
    igpMetric,
    ...(gateway && { gateway }),
    ...(device && { device }),
    ...(nexthops && { nexthops }),
  };
}

/** How a table came to be, for building the next one from it. */
interface Provenance {
  readonly contributions: readonly (readonly TableRoute[])[];
  readonly judging: Judging;
  readonly resolver: Resolver;
}

const provenances = new WeakMap<Table, Provenance>();
const groups = new WeakMap<readonly TableRoute[], ReadonlyMap<string, readonly TableRoute[]>>();

function byPrefix(routes: readonly TableRoute[]): ReadonlyMap<string, readonly TableRoute[]> {
  let map = groups.get(routes) as Map<string, TableRoute[]> | undefined;
  if (map) return map;
  map = new Map();
  for (const route of routes) {
    const list = map.get(route.prefix);
    if (list) list.push(route);
    else map.set(route.prefix, [route]);
  }
  groups.set(routes, map);
  return map;
}

const resolving = new WeakMap<readonly TableRoute[], boolean>();

/** Only BGP routes that are resolved through others: such a contribution cannot change how next hops resolve. */
function isAllRecursive(routes: readonly TableRoute[]): boolean {
  let known = resolving.get(routes);
  if (known === undefined) {
    known = routes.every(isRecursive);
    resolving.set(routes, known);
  }
  return known;
}

/** What differs between two sets of contributions. */
interface Difference {
  /** Networks that must be settled again. */
  readonly prefixes: ReadonlySet<string>;
  /** Protocols whose routes of those networks are not what they were. */
  readonly protocols: ReadonlySet<string>;
  /** What those protocols contribute now. */
  readonly lists: readonly (readonly TableRoute[])[];
  /** Some of it may be what next hops are reached through. */
  readonly underlay: boolean;
}

/** Where contributions differ; undefined: everything must be looked at. */
function difference(old: Provenance, contributions: readonly (readonly TableRoute[])[]): Difference | undefined {
  if (old.contributions.length !== contributions.length) return undefined;
  const prefixes = new Set<string>();
  const protocols = new Set<string>();
  const lists: (readonly TableRoute[])[] = [];
  let underlay = false;
  for (let i = 0; i < contributions.length; i++) {
    const [was, now] = [old.contributions[i] ?? [], contributions[i] ?? []];
    if (was === now) continue;
    if (!isAllRecursive(was) || !isAllRecursive(now)) underlay = true;
    const gone = new Set(was);
    for (const route of now) if (!gone.delete(route)) prefixes.add(route.prefix);
    for (const route of gone) prefixes.add(route.prefix);
    const some = was[0] ?? now[0];
    if (some) protocols.add(some.protocol);
    lists.push(now);
  }
  return { prefixes, protocols, lists, underlay };
}

/** A table, and the networks in which it is another than the one before. */
export interface Built {
  readonly table: Table;
  readonly changed: ReadonlySet<string>;
}

const NO_CHANGE: ReadonlySet<string> = new Set();

/**
 * Builds the table from what each protocol contributes. Routes, lists and the table itself keep their identity where nothing
 * differs; a route that is new or differs is dated `now`.
 */
export function buildTable(old: Table, contributions: readonly (readonly TableRoute[])[], judging: Judging, now: number): Built {
  const last = provenances.get(old);
  if (last?.judging === judging && last.contributions === contributions) return { table: old, changed: NO_CHANGE };
  const differs = last?.judging === judging ? difference(last, contributions) : undefined;
  const resolver =
    differs && !differs.underlay && last ? last.resolver : resolverOver(contributions, judging, differs && last?.resolver);
  // Where next hops lead elsewhere than they did, any network may be another.
  const built =
    differs && resolver.resolved === last?.resolver.resolved
      ? patched(old, changedNetworks(old, differs, resolver), judging, now)
      : settle(old, allNetworks(contributions, resolver), judging, now);
  provenances.set(built.table, { contributions, judging, resolver });
  return built;
}

type Networks = ReadonlyMap<string, readonly TableRoute[]>;

function allNetworks(contributions: readonly (readonly TableRoute[])[], resolver: Resolver): Networks {
  const all = new Map<string, TableRoute[]>();
  for (const routes of contributions) {
    for (const route of routes) {
      const list = all.get(route.prefix);
      if (list) list.push(resolved(route, resolver));
      else all.set(route.prefix, [resolved(route, resolver)]);
    }
  }
  return all;
}

/** The networks that differ: what other protocols know of them stands in the table as it is. */
function changedNetworks(old: Table, { prefixes, protocols, lists }: Difference, resolver: Resolver): Networks {
  const networks = new Map<string, readonly TableRoute[]>();
  for (const prefix of prefixes) {
    const kept = (old[prefix] ?? []).filter((route) => !protocols.has(route.protocol));
    const changed = lists.flatMap((routes) => byPrefix(routes).get(prefix) ?? []);
    networks.set(prefix, [...kept, ...changed.map((route) => resolved(route, resolver))]);
  }
  return networks;
}

/** The table with some networks replaced. */
function patched(old: Table, networks: Networks, judging: Judging, now: number): Built {
  let next: Record<string, readonly TableRoute[]> | undefined;
  const changed = new Set<string>();
  for (const [prefix, list] of networks) {
    const before = old[prefix];
    const after = list.length === 0 ? undefined : settleNetwork(before, list, judging, now);
    if (after === before) continue;
    changed.add(prefix);
    next ??= { ...old };
    if (after) next[prefix] = after;
    else delete next[prefix];
  }
  return { table: next ?? old, changed };
}

/** The routes of one network, dated and sorted: the same list when nothing differs. */
function settleNetwork(
  before: readonly TableRoute[] | undefined,
  list: readonly TableRoute[],
  judging: Judging,
  now: number,
): readonly TableRoute[] {
  const dated = list.map((route) => {
    const same = before?.find((each) => each.protocol === route.protocol && each.id === route.id);
    if (same === route) return route;
    if (!same || !sameRoute(same, route)) return { ...route, since: now };
    return same.ref === route.ref || JSON.stringify(same.ref) === JSON.stringify(route.ref)
      ? same
      : { ...route, since: same.since };
  });
  if (dated.length > 1) dated.sort((a, b) => order(a, b, judging));
  return before && before.length === dated.length && dated.every((route, i) => route === before[i]) ? before : dated;
}

function settle(old: Table, all: Networks, judging: Judging, now: number): Built {
  const changed = new Set(Object.keys(old).filter((prefix) => !all.has(prefix)));
  const next: Record<string, readonly TableRoute[]> = {};
  for (const [prefix, list] of all) {
    const after = settleNetwork(old[prefix], list, judging, now);
    next[prefix] = after;
    if (after !== old[prefix]) changed.add(prefix);
  }
  return { table: changed.size > 0 ? next : old, changed };
}

/** The network of the table an address falls into. */
export function longestMatch(table: Table, address: string, longest = 32): string | undefined {
  const ip = toNumber(address);
  let found: string | undefined;
  let length = -1;
  for (const prefix of Object.keys(table)) {
    const parsed = toPrefix(prefix);
    if (parsed.length <= length || parsed.length > longest || !contains(parsed, ip)) continue;
    found = prefix;
    length = parsed.length;
  }
  return found;
}
