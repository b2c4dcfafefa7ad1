/**
 * The main routing table of a namespace: adding, deleting, replacing, programming by a daemon, and looking up.
 *
 * Models fib_frontend/fib_semantics/fib_trie of Linux 6.x: a table keyed by (prefix, metric), the local table derived from the
 * addresses, next hops chosen by hash-threshold. Leaves out TOS, rules, other tables and nexthop objects. Reads links and sysctls of
 * the namespace; writes only `routes`.
 */
import { contains, formatAddress, masked, type Prefix, toNumber, toPrefix } from '../net/address.ts';
import { type FlowKey, multipathHash, upperBounds } from '../net/flowhash.ts';
import { createLpm, type Lpm } from '../net/lpm.ts';
import type { KernelError } from './errno.ts';
import type { NetLink, NetNamespace, NextHop, Route } from './namespace.ts';
import { sysctlNumber } from './sysctl.ts';

interface CompiledHop {
  readonly hop: NextHop;
  /** 0: none, the destination is on the link. */
  readonly via: number;
}

interface CompiledRoute {
  readonly route: Route;
  readonly hops: readonly CompiledHop[];
  /** Shares while every next hop is alive. */
  readonly bounds: readonly number[];
  readonly src: number;
}

/** Compares routes in the order `ip route` prints them: address, longer prefix first, then metric. */
export function compareRoutes(a: Route, b: Route): number {
  const p = toPrefix(a.dst);
  const q = toPrefix(b.dst);
  return p.address - q.address || q.length - p.length || (a.metric ?? 0) - (b.metric ?? 0);
}

const tables = new WeakMap<readonly Route[], Lpm<readonly CompiledRoute[]>>();

function compileRoute(route: Route): CompiledRoute {
  return {
    route,
    hops: route.nexthops.map((hop) => ({ hop, via: hop.via === undefined ? 0 : toNumber(hop.via) })),
    bounds: upperBounds(route.nexthops.map((hop) => hop.weight)),
    src: route.src === undefined ? 0 : toNumber(route.src),
  };
}

function tableOf(routes: readonly Route[]): Lpm<readonly CompiledRoute[]> {
  let table = tables.get(routes);
  if (!table) {
    const groups = new Map<string, { prefix: Prefix; list: CompiledRoute[] }>();
    for (const route of routes) {
      const group = groups.get(route.dst);
      if (group) group.list.push(compileRoute(route));
      else groups.set(route.dst, { prefix: toPrefix(route.dst), list: [compileRoute(route)] });
    }
    table = createLpm([...groups.values()].map(({ prefix, list }) => [prefix, list] as const));
    tables.set(routes, table);
  }
  return table;
}

/** What the addresses of a namespace make local, and its connected broadcasts. */
export interface LocalTable {
  readonly addresses: ReadonlyMap<number, string>;
  readonly broadcasts: ReadonlyMap<number, string>;
  /** Prefixes that are local as a whole (127.0.0.0/8). */
  readonly prefixes: readonly { readonly prefix: Prefix; readonly dev: string }[];
}

const locals = new WeakMap<NetNamespace['links'], LocalTable>();

/** The local table: derived from the addresses of links that are up. */
export function localTable(ns: NetNamespace): LocalTable {
  let table = locals.get(ns.links);
  if (!table) {
    const addresses = new Map<number, string>();
    const broadcasts = new Map<number, string>();
    const prefixes: { prefix: Prefix; dev: string }[] = [];
    for (const link of Object.values(ns.links)) {
      for (const a of link.addresses) {
        const address = toNumber(a.address);
        // An address stays local while its link is down; only its prefix routes go.
        if (!addresses.has(address)) addresses.set(address, link.name);
        if (!link.up) continue;
        if (link.type === 'loopback' && a.prefixLength < 32) {
          prefixes.push({ prefix: { address: masked(address, a.prefixLength), length: a.prefixLength }, dev: link.name });
        }
        if (link.type !== 'loopback' && a.prefixLength < 31)
          broadcasts.set(toNumber(broadcastOf(a.address, a.prefixLength)), link.name);
      }
    }
    table = { addresses, broadcasts, prefixes };
    locals.set(ns.links, table);
  }
  return table;
}

function broadcastOf(address: string, length: number): string {
  return formatAddress((toNumber(address) | (length === 0 ? 0xffffffff : 0xffffffff >>> length)) >>> 0);
}

/** Is the address one of the namespace's own (what `--dst-type LOCAL` asks)? */
export function isLocal(ns: NetNamespace, address: number): boolean {
  return localDevice(ns, address) !== undefined;
}

/** The link an own address sits on; undefined when it is not local. */
export function localDevice(ns: NetNamespace, address: number): string | undefined {
  const table = localTable(ns);
  const dev = table.addresses.get(address);
  if (dev !== undefined) return dev;
  for (const { prefix, dev: of } of table.prefixes) if (contains(prefix, address)) return of;
  return undefined;
}

/** How several next hops came down to one; what an EcmpChoice shows. */
export interface HopChoice {
  readonly policy: number;
  readonly hash: number;
  readonly buckets: readonly { readonly upper: number; readonly via: string; readonly dev: string }[];
  readonly chosen: number;
}

export type Lookup =
  | { readonly type: 'local' | 'broadcast'; readonly dev: string }
  | {
      readonly type: 'unicast';
      readonly route: Route;
      readonly hop: NextHop;
      readonly dev: string;
      /** Gateway as a number; 0: on link. */
      readonly via: number;
      /** The route's preferred source; 0: none given. */
      readonly src: number;
      readonly choice?: HopChoice;
    }
  | { readonly type: 'blackhole' | 'unreachable' | 'prohibit'; readonly route: Route }
  | { readonly type: 'none' };

const NONE: Lookup = { type: 'none' };

export interface LookupOptions {
  /** What the multipath hash is made of; absent: addresses alone, source 0. */
  readonly flow?: FlowKey;
  /** The host's hash seed (multipathSeed). */
  readonly seed?: number;
  /** Only routes out of this link (`ip route get … oif`, `ping -I`). */
  readonly oif?: string;
  /** Neighbour is known to have failed: consulted only with fib_multipath_use_neigh. */
  readonly failed?: (dev: string, via: number) => boolean;
  /** Record how a next hop was chosen. */
  readonly explain?: boolean;
}

/**
 * Is a link there and administratively up? A route through one that is not is dead. One without carrier is used all the same
 * (net.ipv4.conf.*.ignore_routes_with_linkdown is 0 by default).
 */
function alive(link: NetLink | undefined): boolean {
  return link?.up === true;
}

/**
 * Which way an address goes: the local table first, then the longest prefix of the main table whose next hop is alive, lowest
 * metric first. Routes of the types blackhole, unreachable and prohibit end the search.
 */
export function lookup(ns: NetNamespace, dst: number, options: LookupOptions = {}): Lookup {
  const local = localTable(ns);
  if (options.oif === undefined) {
    const own = localDevice(ns, dst);
    if (own !== undefined) return { type: 'local', dev: own };
    const broadcast = local.broadcasts.get(dst);
    if (broadcast !== undefined) return { type: 'broadcast', dev: broadcast };
  }
  for (const { mask, entries } of tableOf(ns.routes).levels) {
    const list = entries.get((dst & mask) >>> 0);
    if (!list) continue;
    for (const compiled of list) {
      const { route } = compiled;
      if (route.type !== 'unicast') return { type: route.type, route };
      const hit = compiled.hops.length === 1 ? onlyHop(ns, compiled, options) : chooseHop(ns, compiled, dst, options);
      if (hit) return hit;
    }
  }
  return NONE;
}

function onlyHop(ns: NetNamespace, compiled: CompiledRoute, options: LookupOptions): Lookup | undefined {
  const { hop, via } = compiled.hops[0]!;
  if (!alive(ns.links[hop.dev]) || (options.oif !== undefined && hop.dev !== options.oif)) return undefined;
  return { type: 'unicast', route: compiled.route, hop, dev: hop.dev, via, src: compiled.src };
}

/** fib_select_multipath(): the first next hop whose upper bound the hash does not exceed. */
function chooseHop(ns: NetNamespace, compiled: CompiledRoute, dst: number, options: LookupOptions): Lookup | undefined {
  const { route, hops, src } = compiled;
  if (options.oif !== undefined) {
    const one = hops.find(({ hop }) => hop.dev === options.oif && alive(ns.links[hop.dev]));
    return one && { type: 'unicast', route, hop: one.hop, dev: one.hop.dev, via: one.via, src };
  }
  let { bounds } = compiled;
  if (!hops.every(({ hop }) => alive(ns.links[hop.dev]))) {
    bounds = upperBounds(hops.map(({ hop }) => (alive(ns.links[hop.dev]) ? hop.weight : 0)));
    if (bounds.every((bound) => bound < 0)) return undefined;
  }
  const policy = sysctlNumber(ns, 'net.ipv4.fib_multipath_hash_policy');
  const flow = options.flow ?? { src: 0, dst, sport: 0, dport: 0, proto: 0 };
  const hash = multipathHash(policy, options.seed ?? 0, flow);
  const shy = options.failed !== undefined && sysctlNumber(ns, 'net.ipv4.fib_multipath_use_neigh') !== 0;
  let chosen = -1;
  let firstGood = -1;
  for (let i = 0; i < hops.length; i++) {
    if (bounds[i]! < 0) continue;
    const good = !shy || !options.failed!(hops[i]!.hop.dev, hops[i]!.via || dst);
    if (good && firstGood < 0) firstGood = i;
    if (hash <= bounds[i]! && good) {
      chosen = i;
      break;
    }
  }
  if (chosen < 0) chosen = firstGood >= 0 ? firstGood : bounds.findIndex((bound) => bound >= hash);
  const { hop, via } = hops[chosen]!;
  const hit = { type: 'unicast' as const, route, hop, dev: hop.dev, via, src };
  if (!options.explain) return hit;
  const buckets = hops.map(({ hop: h }, i) => ({ upper: bounds[i]!, via: h.via ?? '', dev: h.dev }));
  return { ...hit, choice: { policy, hash, buckets, chosen } };
}

interface GlobalAddresses {
  readonly byDev: ReadonlyMap<string, readonly Prefix[]>;
  /** The first one of any link; 0: there is none. */
  readonly first: number;
}

const globals = new WeakMap<NetNamespace['links'], GlobalAddresses>();

function globalAddresses(ns: NetNamespace): GlobalAddresses {
  let known = globals.get(ns.links);
  if (!known) {
    const byDev = new Map<string, readonly Prefix[]>();
    let first = 0;
    for (const link of Object.values(ns.links)) {
      const own = link.addresses
        .filter((a) => a.scope === 'global')
        .map((a) => ({ address: toNumber(a.address), length: a.prefixLength }));
      byDev.set(link.name, own);
      if (first === 0 && own[0]) first = own[0].address;
    }
    known = { byDev, first };
    globals.set(ns.links, known);
  }
  return known;
}

/**
 * Source address the kernel picks for a packet out of `dev` towards `gateway` (inet_select_addr): the link's first global one in the
 * gateway's subnet, else its first, else the first of any link (an unnumbered cali* borrows the host's). 0: there is none.
 */
export function selectSource(ns: NetNamespace, dev: string, gateway = 0): number {
  const { byDev, first } = globalAddresses(ns);
  const own = byDev.get(dev) ?? [];
  if (gateway !== 0) for (const prefix of own) if (contains(prefix, gateway)) return prefix.address;
  return own[0]?.address ?? first;
}

export type RouteMode = 'add' | 'append' | 'prepend' | 'replace' | 'change';

/** Normalises a route (metric 0 is none, masked destination) and checks it as fib_create_info() does. */
function checkRoute(ns: NetNamespace, route: Route): KernelError | undefined {
  if (route.type !== 'unicast') return undefined;
  for (const hop of route.nexthops) {
    const link = ns.links[hop.dev];
    if (!link) return { errno: 'ENODEV' };
    if (!link.up) return { errno: 'ENETDOWN', message: 'Device for nexthop is not up' };
    if (hop.via === undefined || hop.onlink) continue;
    if (gatewayDevice(ns, toNumber(hop.via), hop.dev) !== hop.dev)
      return { errno: 'ENETUNREACH', message: 'Nexthop has invalid gateway' };
  }
  if (route.src !== undefined && !isLocal(ns, toNumber(route.src))) return { errno: 'EINVAL', message: 'Invalid prefsrc address' };
  return undefined;
}

/**
 * The link a gateway is directly reachable on, as fib_check_nh() finds it (an own address counts, oddly: its link); undefined: none.
 * `oif`: the link the route names, for a gateway that several links reach.
 */
export function gatewayDevice(ns: NetNamespace, gateway: number, oif?: string): string | undefined {
  const found = lookup(ns, gateway, oif === undefined ? {} : { oif });
  if (found.type === 'unicast') return found.via === 0 ? found.dev : undefined;
  return localDevice(ns, gateway);
}

const sameKey = (a: Route, b: Route) => a.dst === b.dst && (a.metric ?? 0) === (b.metric ?? 0);

/** Inserts in order; among equal keys last, or first with `first`. */
function insert(routes: readonly Route[], route: Route, first = false): readonly Route[] {
  const at = routes.findIndex((r) => (first ? compareRoutes(r, route) >= 0 : compareRoutes(r, route) > 0));
  return at < 0 ? [...routes, route] : [...routes.slice(0, at), route, ...routes.slice(at)];
}

/**
 * Adds a route as RTM_NEWROUTE does. EEXIST: `add` and one with its prefix and metric is there; ENOENT: `change` of none;
 * ENODEV, ENETDOWN, ENETUNREACH, EINVAL: what a next hop lacks.
 */
export function addRoute(ns: NetNamespace, route: Route, mode: RouteMode = 'add'): NetNamespace | KernelError {
  const fault = checkRoute(ns, route);
  if (fault) return fault;
  const old = ns.routes.find((r) => sameKey(r, route));
  if (mode === 'add' && old) return { errno: 'EEXIST' };
  if (mode === 'change' && !old) return { errno: 'ENOENT' };
  if (mode === 'append' && ns.routes.some((r) => sameKey(r, route) && sameRoute(r, route))) return { errno: 'EEXIST' };
  if (old && (mode === 'replace' || mode === 'change')) {
    return sameRoute(old, route) ? ns : { ...ns, routes: ns.routes.map((r) => (r === old ? route : r)) };
  }
  return { ...ns, routes: insert(ns.routes, route, mode === 'prepend') };
}

/** What a deletion must match beyond the prefix; undefined fields match anything. */
export interface RoutePattern {
  readonly dst: string;
  readonly type?: Route['type'];
  readonly metric?: number;
  readonly proto?: string;
  readonly scope?: Route['scope'];
  readonly src?: string;
  readonly nexthops?: readonly Pick<NextHop, 'via' | 'dev'>[];
}

function fits(route: Route, pattern: RoutePattern): boolean {
  return (
    route.dst === pattern.dst &&
    (pattern.type === undefined || route.type === pattern.type) &&
    (pattern.metric === undefined || (route.metric ?? 0) === pattern.metric) &&
    (pattern.proto === undefined || route.proto === pattern.proto) &&
    (pattern.scope === undefined || route.scope === pattern.scope) &&
    (pattern.src === undefined || route.src === pattern.src) &&
    (pattern.nexthops === undefined || hopsFit(route, pattern.nexthops))
  );
}

/** fib_nh_match(): one gateway or device is compared with the first next hop alone; a list must fit the whole list. */
function hopsFit(route: Route, hops: readonly Partial<Pick<NextHop, 'via' | 'dev'>>[]): boolean {
  if (hops.length > 1 && hops.length !== route.nexthops.length) return false;
  return hops.every((hop, i) => {
    const own = route.nexthops[i];
    return (
      own !== undefined &&
      (hop.dev === undefined || hop.dev === '' || own.dev === hop.dev) &&
      (hop.via === undefined || own.via === hop.via)
    );
  });
}

/** Deletes the first route that fits, as RTM_DELROUTE does. ESRCH: there is none. */
export function deleteRoute(ns: NetNamespace, pattern: RoutePattern): NetNamespace | KernelError {
  const at = ns.routes.findIndex((route) => fits(route, pattern));
  if (at < 0) return { errno: 'ESRCH' };
  return { ...ns, routes: [...ns.routes.slice(0, at), ...ns.routes.slice(at + 1)] };
}

/** Deletes every route that `goes` picks; the same namespace when there are none. */
export function removeRoutes(ns: NetNamespace, goes: (route: Route) => boolean): NetNamespace {
  const routes = ns.routes.filter((route) => !goes(route));
  return routes.length === ns.routes.length ? ns : { ...ns, routes };
}

/** Are two routes the same row, whatever their origin (`ref`)? */
export function sameRoute(a: Route, b: Route): boolean {
  return (
    a.dst === b.dst &&
    a.type === b.type &&
    a.proto === b.proto &&
    a.scope === b.scope &&
    a.src === b.src &&
    (a.metric ?? 0) === (b.metric ?? 0) &&
    a.nexthops.length === b.nexthops.length &&
    a.nexthops.every((hop, i) => {
      const other = b.nexthops[i]!;
      return hop.via === other.via && hop.dev === other.dev && hop.weight === other.weight && !hop.onlink === !other.onlink;
    })
  );
}

function sameRef(a: Route, b: Route): boolean {
  return a.ref === b.ref || JSON.stringify(a.ref) === JSON.stringify(b.ref);
}

/** What at most one owner may hold: prefix and metric. */
const keyOf = (route: Route): string => (route.metric ? `${route.dst} ${route.metric}` : route.dst);

/** Two lists in the table's order as one; of equal keys the first list's come first. */
function merged(routes: readonly Route[], added: readonly Route[]): readonly Route[] {
  const rest = [...added].sort(compareRoutes);
  const all: Route[] = [];
  let next = 0;
  for (const route of routes) {
    while (next < rest.length && compareRoutes(rest[next]!, route) < 0) all.push(rest[next++]!);
    all.push(route);
  }
  return [...all, ...rest.slice(next)];
}

/**
 * Makes the routes a daemon owns equal to what it desires, touching no other's. A desired route whose prefix and metric somebody
 * else holds is left out, as a daemon's NLM_F_EXCL add fails. Rows that stay keep their identity; nothing to do: the same namespace.
 */
export function programRoutes(ns: NetNamespace, owns: (route: Route) => boolean, desired: readonly Route[]): NetNamespace {
  const wanted = new Map<string, Route>();
  for (const route of desired) wanted.set(keyOf(route), route);
  let changed = false;
  const kept: Route[] = [];
  for (const route of ns.routes) {
    const key = keyOf(route);
    const want = wanted.get(key);
    if (want) wanted.delete(key);
    if (!owns(route)) {
      kept.push(route);
    } else if (want === undefined) {
      changed = true;
    } else if (want === route || (sameRoute(want, route) && sameRef(want, route))) {
      kept.push(route);
    } else {
      kept.push(want);
      changed = true;
    }
  }
  if (!changed && wanted.size === 0) return ns;
  return { ...ns, routes: wanted.size === 0 ? kept : merged(kept, [...wanted.values()]) };
}
