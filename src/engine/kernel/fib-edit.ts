/**
 * Changing the main routing table of a namespace: adding, deleting, replacing, and programming by a daemon.
 *
 * Models fib_frontend and fib_semantics of Linux 6.x: rows keyed by (prefix, metric), with netlink's flags and refusals. Reads links; writes
 * only `routes`. Leaves out TOS, rules, other tables and nexthop objects.
 */
import { toNumber, toPrefix } from '../net/address.ts';
import type { KernelError } from './errno.ts';
import { isLocal, localDevice, lookup } from './fib.ts';
import type { NetNamespace, NextHop, Route } from './namespace.ts';

/** Compares routes in the order `ip route` prints them: address, longer prefix first, then metric. */
export function compareRoutes(a: Route, b: Route): number {
  const p = toPrefix(a.dst);
  const q = toPrefix(b.dst);
  return p.address - q.address || q.length - p.length || (a.metric ?? 0) - (b.metric ?? 0);
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
  // A route that is the same in everything is there once (fib_table_insert).
  if (ns.routes.some((other) => sameRoute(other, route))) return { errno: 'EEXIST' };
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
