/**
 * The routing decision of a namespace: the local table, the longest prefix of the main table, the next hop, the source address.
 *
 * Models fib_lookup(), fib_select_multipath() and inet_select_addr() of Linux 6.x: the local table derived from the addresses, next hops
 * chosen by hash-threshold. Leaves out TOS, rules and other tables. Reads links, routes and sysctls; fib-edit.ts changes them. What a
 * packet asks is compiled once for as long as the links and the routes are the same objects.
 */
import { masked, maskOf, toNumber, toPrefix } from '../net/address.ts';
import { type FlowKey, multipathHash, upperBounds } from '../net/flowhash.ts';
import type { NetLink, NetNamespace, NextHop, Route } from './namespace.ts';
import { sysctlNumber } from './sysctl.ts';

/** How several next hops came down to one; what an EcmpChoice shows. */
export interface HopChoice {
  readonly policy: number;
  readonly hash: number;
  readonly buckets: readonly { readonly upper: number; readonly via: string; readonly dev: string }[];
  readonly chosen: number;
}

interface Unicast {
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

interface Own {
  readonly type: 'local' | 'broadcast';
  readonly dev: string;
}

export type Lookup =
  | Own
  | Unicast
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

const ANY_WAY: LookupOptions = {};

interface CompiledRoute {
  readonly route: Route;
  /** What the whole search finds here; undefined: several next hops to choose from, or a dead one. */
  readonly found: Lookup | undefined;
  /** What each next hop gives, and whether its link is up. */
  readonly hops: readonly Unicast[];
  readonly alive: readonly boolean[];
  /** Shares of the next hops that are alive; -1: dead. */
  readonly bounds: readonly number[];
  readonly usable: boolean;
}

/** One prefix length. Addresses are keyed as signed numbers, which are small integers to the runtime. */
interface Level {
  readonly mask: number;
  readonly entries: ReadonlyMap<number, readonly CompiledRoute[]>;
}

/**
 * Is a link there and administratively up? A route through one that is not is dead. One without carrier is used all the same
 * (net.ipv4.conf.*.ignore_routes_with_linkdown is 0 by default).
 */
function isAlive(link: NetLink | undefined): boolean {
  return link?.up === true;
}

function compileRoute(route: Route, links: NetNamespace['links']): CompiledRoute {
  const src = route.src === undefined ? 0 : toNumber(route.src);
  const alive = route.nexthops.map((hop) => isAlive(links[hop.dev]));
  const hops = route.nexthops.map((hop): Unicast => {
    const via = hop.via === undefined ? 0 : toNumber(hop.via);
    return { type: 'unicast', route, hop, dev: hop.dev, via, src };
  });
  const usable = alive.includes(true);
  let found: Lookup | undefined;
  if (route.type !== 'unicast') found = { type: route.type, route };
  else if (hops.length === 1 && usable) found = hops[0];
  return { route, found, hops, alive, bounds: upperBounds(route.nexthops.map((hop, i) => (alive[i] ? hop.weight : 0))), usable };
}

const tables = new WeakMap<readonly Route[], { readonly links: NetNamespace['links']; readonly levels: readonly Level[] }>();

/** The main table by prefix length, longest first; same answers as the kernel's LC-trie. */
function levelsOf({ routes, links }: NetNamespace): readonly Level[] {
  const known = tables.get(routes);
  if (known?.links === links) return known.levels;
  const byLength = new Map<number, Map<number, CompiledRoute[]>>();
  for (const route of routes) {
    const { address, length } = toPrefix(route.dst);
    let entries = byLength.get(length);
    if (!entries) {
      entries = new Map();
      byLength.set(length, entries);
    }
    const list = entries.get(address | 0);
    if (list) list.push(compileRoute(route, links));
    else entries.set(address | 0, [compileRoute(route, links)]);
  }
  const lengths = [...byLength.keys()].sort((a, b) => b - a);
  const levels = lengths.map((length) => ({ mask: maskOf(length) | 0, entries: byLength.get(length)! }));
  tables.set(routes, { links, levels });
  return levels;
}

/** What the addresses of a namespace make local, its connected broadcasts, and the sources it may choose. */
interface LocalTable {
  readonly addresses: ReadonlyMap<number, Own>;
  readonly broadcasts: ReadonlyMap<number, Own>;
  /** Prefixes that are local as a whole (127.0.0.0/8). */
  readonly prefixes: readonly { readonly address: number; readonly mask: number; readonly own: Own }[];
  /** Global addresses by link. */
  readonly sources: ReadonlyMap<string, readonly { readonly address: number; readonly mask: number }[]>;
  /** The first global address of any link; 0: there is none. */
  readonly first: number;
}

const locals = new WeakMap<NetNamespace['links'], LocalTable>();

/** The local table: derived from the addresses of links that are up. */
function localTable(links: NetNamespace['links']): LocalTable {
  const known = locals.get(links);
  if (known) return known;
  const addresses = new Map<number, Own>();
  const broadcasts = new Map<number, Own>();
  const prefixes: { address: number; mask: number; own: Own }[] = [];
  const sources = new Map<string, { address: number; mask: number }[]>();
  let first = 0;
  for (const link of Object.values(links)) {
    const own: Own = { type: 'local', dev: link.name };
    const global: { address: number; mask: number }[] = [];
    for (const { address: text, prefixLength, scope } of link.addresses) {
      const address = toNumber(text);
      if (scope === 'global') global.push({ address, mask: maskOf(prefixLength) });
      // An address stays local while its link is down; only its prefix routes go.
      if (!addresses.has(address | 0)) addresses.set(address | 0, own);
      if (!link.up) continue;
      const [net, mask] = [masked(address, prefixLength), maskOf(prefixLength)];
      if (link.type === 'loopback' && prefixLength < 32) prefixes.push({ address: net, mask, own });
      if (link.type !== 'loopback' && prefixLength < 31) broadcasts.set(net | ~mask, { type: 'broadcast', dev: link.name });
    }
    sources.set(link.name, global);
    if (first === 0 && global[0]) first = global[0].address;
  }
  const table = { addresses, broadcasts, prefixes, sources, first };
  locals.set(links, table);
  return table;
}

/** A namespace's tables, ready for packets. */
export class Fib {
  readonly #local: LocalTable;
  readonly #levels: readonly Level[];
  readonly #policy: number;
  readonly #minds: boolean;

  constructor(ns: NetNamespace) {
    this.#local = localTable(ns.links);
    this.#levels = levelsOf(ns);
    this.#policy = sysctlNumber(ns, 'net.ipv4.fib_multipath_hash_policy');
    this.#minds = sysctlNumber(ns, 'net.ipv4.fib_multipath_use_neigh') !== 0;
  }

  /**
   * Which way an address goes: the local table first, then the longest prefix of the main table whose next hop is alive, lowest
   * metric first. Routes of the types blackhole, unreachable and prohibit end the search.
   */
  lookup(dst: number, options: LookupOptions = ANY_WAY): Lookup {
    const { oif } = options;
    if (oif === undefined) {
      const own = this.#own(dst) ?? this.#local.broadcasts.get(dst | 0);
      if (own) return own;
    }
    const levels = this.#levels;
    for (let i = 0; i < levels.length; i++) {
      const { mask, entries } = levels[i]!;
      const list = entries.get(dst & mask);
      if (!list) continue;
      for (const compiled of list) {
        const { found } = compiled;
        if (found && (oif === undefined || found.type !== 'unicast' || found.dev === oif)) return found;
        if (found || !compiled.usable) continue;
        const hit = oif === undefined ? this.#choose(compiled, dst, options) : outOf(compiled, oif);
        if (hit) return hit;
      }
    }
    return NONE;
  }

  #own(address: number): Own | undefined {
    const own = this.#local.addresses.get(address | 0);
    if (own) return own;
    for (const prefix of this.#local.prefixes) if (((address ^ prefix.address) & prefix.mask) === 0) return prefix.own;
    return undefined;
  }

  /** The link an own address sits on; undefined when it is not local. */
  localDevice(address: number): string | undefined {
    return this.#own(address)?.dev;
  }

  /** Is the address one of the namespace's own (what `--dst-type LOCAL` asks)? */
  isLocal(address: number): boolean {
    return this.#own(address) !== undefined;
  }

  /** See selectSource. */
  source(dev: string, gateway: number): number {
    const own = this.#local.sources.get(dev);
    if (!own || own.length === 0) return this.#local.first;
    if (gateway !== 0) for (const { address, mask } of own) if (((address ^ gateway) & mask) === 0) return address;
    return own[0]!.address;
  }

  /** fib_select_multipath(): the first next hop whose upper bound the hash does not exceed. */
  #choose({ hops, bounds }: CompiledRoute, dst: number, options: LookupOptions): Unicast {
    const flow = options.flow ?? { src: 0, dst, sport: 0, dport: 0, proto: 0 };
    const hash = multipathHash(this.#policy, options.seed ?? 0, flow);
    const shy = this.#minds && options.failed !== undefined;
    let chosen = -1;
    let firstGood = -1;
    for (let i = 0; i < hops.length; i++) {
      if (bounds[i]! < 0) continue;
      const good = !shy || !options.failed!(hops[i]!.dev, hops[i]!.via || dst);
      if (good && firstGood < 0) firstGood = i;
      if (hash <= bounds[i]! && good) {
        chosen = i;
        break;
      }
    }
    if (chosen < 0) chosen = firstGood >= 0 ? firstGood : bounds.findIndex((bound) => bound >= hash);
    const hit = hops[chosen]!;
    if (!options.explain) return hit;
    const buckets = hops.map(({ hop, dev }, i) => ({ upper: bounds[i]!, via: hop.via ?? '', dev }));
    return { ...hit, choice: { policy: this.#policy, hash, buckets, chosen } };
  }
}

/** The first live next hop out of a link. */
function outOf({ hops, alive }: CompiledRoute, oif: string): Unicast | undefined {
  return hops.find((hop, i) => alive[i] && hop.dev === oif);
}

const fibs = new WeakMap<NetNamespace, Fib>();

export function fibOf(ns: NetNamespace): Fib {
  let fib = fibs.get(ns);
  if (!fib) {
    fib = new Fib(ns);
    fibs.set(ns, fib);
  }
  return fib;
}

/** Which way an address goes (Fib.lookup). */
export function lookup(ns: NetNamespace, dst: number, options?: LookupOptions): Lookup {
  return fibOf(ns).lookup(dst, options);
}

/** Is the address one of the namespace's own (what `--dst-type LOCAL` asks)? */
export function isLocal(ns: NetNamespace, address: number): boolean {
  return fibOf(ns).isLocal(address);
}

/** The link an own address sits on; undefined when it is not local. */
export function localDevice(ns: NetNamespace, address: number): string | undefined {
  return fibOf(ns).localDevice(address);
}

/**
 * Source address the kernel picks for a packet out of `dev` towards `gateway` (inet_select_addr): the link's first global one in the
 * gateway's subnet, else its first, else the first of any link (an unnumbered cali* borrows the host's). 0: there is none.
 */
export function selectSource(ns: NetNamespace, dev: string, gateway = 0): number {
  return fibOf(ns).source(dev, gateway);
}
