/**
 * What each protocol that is not BGP brings into the table: connected networks, static routes, what others put into the kernel.
 * Models nest/rt-dev.c, proto/static and the `learn` half of sysdep/unix/krt.c, BIRD 1.6.8.
 */

import type { NetLink, NetNamespace, Route } from '../../kernel/namespace.ts';
import { formatPrefix, masked, toNumber, toPrefix } from '../../net/address.ts';
import type { Ref } from '../../world.ts';
import type { DirectProtocol, InterfacePattern, KernelProtocol, StaticProtocol } from './config/types.ts';
import { glob, runFilter } from './filter.ts';
import type { TableRoute } from './state.ts';

/** iface_patt_match(): the first pattern of a list that fits decides. */
function listed(link: NetLink, patterns: readonly InterfacePattern[], address: string): boolean {
  for (const { not, pattern, prefix } of patterns) {
    if (pattern !== undefined && !glob(pattern, link.name)) continue;
    if (prefix !== undefined && masked(toNumber(address), toPrefix(prefix).length) !== toPrefix(prefix).address) continue;
    return !not;
  }
  return false;
}

const isUp = (link: NetLink): boolean => link.up && link.carrier;

/** Keeps the routes of a protocol for what they were made from. */
function keptFor<P extends object, K extends object>(
  make: (protocol: P, ns: NetNamespace, host: string) => readonly TableRoute[],
  of: (ns: NetNamespace) => K,
) {
  const store = new WeakMap<P, WeakMap<K, readonly TableRoute[]>>();
  return (protocol: P, ns: NetNamespace, host: string): readonly TableRoute[] => {
    let known = store.get(protocol);
    if (!known) {
      known = new WeakMap();
      store.set(protocol, known);
    }
    const key = of(ns);
    let routes = known.get(key);
    if (!routes) {
      routes = make(protocol, ns, host);
      known.set(key, routes);
    }
    return routes;
  };
}

/** Connected networks of the interfaces it watches. Host-scope addresses (loopback) are not announced. */
function makeDirect(protocol: DirectProtocol, ns: NetNamespace): readonly TableRoute[] {
  const routes: TableRoute[] = [];
  for (const link of Object.values(ns.links)) {
    // Without `check link` a cable that is out changes nothing (measured: docker0 without carrier is announced).
    if (!link.up || link.type === 'loopback') continue;
    for (const { address, prefixLength } of link.addresses) {
      if (protocol.interfaces.length > 0 && !protocol.interfaces.some((patterns) => listed(link, patterns, address))) continue;
      const { address: network, length } = toPrefix(`${address}/${prefixLength}`);
      pushAccepted(routes, protocol, {
        prefix: formatPrefix({ address: network, length }),
        protocol: protocol.name,
        id: link.name,
        source: 'device',
        destination: 'device',
        device: link.name,
        preference: protocol.preference,
        attributes: {},
        since: 0,
      });
    }
  }
  return routes;
}

function pushAccepted(
  routes: TableRoute[],
  protocol: { importFilter: DirectProtocol['importFilter']; keepFiltered: boolean },
  route: TableRoute,
): void {
  const verdict = runFilter(protocol.importFilter, route);
  if (verdict.accepted) routes.push(verdict.route);
  else if (protocol.keepFiltered) routes.push({ ...route, filtered: true });
}

/** The link whose network holds an address: where a gateway is reached. */
export function linkTowards(ns: NetNamespace, address: string): NetLink | undefined {
  const ip = toNumber(address);
  for (const link of Object.values(ns.links)) {
    if (!isUp(link) || link.type === 'loopback') continue;
    if (link.addresses.some((own) => masked(toNumber(own.address), own.prefixLength) === masked(ip, own.prefixLength))) return link;
  }
  return undefined;
}

/** Static routes; one by a gateway stands only while the gateway is a neighbour. */
function makeStatic(protocol: StaticProtocol, ns: NetNamespace, host: string): readonly TableRoute[] {
  const routes: TableRoute[] = [];
  for (const { prefix, dest, via, device, file, line } of protocol.routes) {
    const ref: Ref = { kind: 'file', host, path: file, line };
    const base = {
      prefix,
      protocol: protocol.name,
      id: '',
      source: 'static' as const,
      preference: protocol.preference,
      attributes: {},
      since: 0,
      ref,
    };
    if (dest === 'blackhole' || dest === 'unreachable' || dest === 'prohibit') {
      pushAccepted(routes, protocol, { ...base, destination: dest });
    } else if (dest === 'device') {
      const link = device === undefined ? undefined : ns.links[device];
      if (link && isUp(link))
        pushAccepted(routes, protocol, { ...base, source: 'static-device', destination: 'device', device: link.name });
    } else if (dest === 'recursive') {
      pushAccepted(routes, protocol, {
        ...base,
        destination: 'unreachable',
        igpMetric: 'unknown',
        attributes: { nextHop: via[0]?.address ?? '' },
      });
    } else {
      const hops = via.flatMap(({ address, weight }) => {
        const link = linkTowards(ns, address);
        return link ? [{ gateway: address, device: link.name, weight }] : [];
      });
      const first = hops[0];
      if (!first) continue;
      if (hops.length > 1) pushAccepted(routes, protocol, { ...base, destination: 'multipath', nexthops: hops });
      else pushAccepted(routes, protocol, { ...base, destination: 'router', gateway: first.gateway, device: first.device });
    }
  }
  return routes;
}

/** Numbers of rtnetlink's route origins, as `Kernel.source` shows them. */
const ORIGIN_NUMBERS: Readonly<Record<string, number>> = { redirect: 1, kernel: 2, boot: 3, static: 4, bird: 12, dhcp: 16 };
const SCOPE_NUMBERS: Readonly<Record<Route['scope'], number>> = { global: 0, link: 253, host: 254 };

const usualScope = ({ type, nexthops }: Route): Route['scope'] =>
  type === 'unicast' && nexthops.length === 1 && nexthops[0]?.via === undefined ? 'link' : 'global';

/** Routes somebody else put into the kernel: all but the kernel's own and BIRD's. */
function makeLearned(protocol: KernelProtocol, ns: NetNamespace): readonly TableRoute[] {
  if (!protocol.learn) return [];
  const routes: TableRoute[] = [];
  const seen = new Set<string>();
  for (const route of ns.routes) {
    if (route.proto === 'kernel' || route.proto === 'bird' || seen.has(route.dst)) continue;
    const learned = learn(protocol, route);
    if (!learned) continue;
    // Of several metrics BIRD keeps the lowest, which the kernel lists first.
    seen.add(route.dst);
    pushAccepted(routes, protocol, learned);
  }
  return routes;
}

function learn(protocol: KernelProtocol, route: Route): TableRoute | undefined {
  const origin = ORIGIN_NUMBERS[route.proto] ?? Number(route.proto);
  const attributes = {
    krtSource: Number.isNaN(origin) ? 0 : origin,
    krtMetric: route.metric ?? 0,
    ...(route.src !== undefined && { krtPrefsrc: route.src }),
    // nl_parse_route() names a scope only where it is not the usual one: link for a device's own network, universe for all else.
    ...(route.scope !== usualScope(route) && { krtScope: SCOPE_NUMBERS[route.scope] }),
  };
  const base = {
    prefix: route.dst,
    protocol: protocol.name,
    id: '',
    source: 'inherit' as const,
    preference: protocol.preference,
    attributes,
    since: 0,
  };
  if (route.type !== 'unicast') return { ...base, destination: route.type };
  const [first, ...others] = route.nexthops;
  if (!first) return undefined;
  if (others.length > 0) {
    const nexthops = route.nexthops.map((hop) => ({ gateway: hop.via ?? '0.0.0.0', device: hop.dev, weight: hop.weight }));
    return { ...base, destination: 'multipath', nexthops };
  }
  if (first.via === undefined) return { ...base, destination: 'device', device: first.dev };
  return { ...base, destination: 'router', gateway: first.via, device: first.dev };
}

export const directRoutes = keptFor(makeDirect, (ns) => ns.links);
export const staticRoutes = keptFor(makeStatic, (ns) => ns.links);
const learnt = new WeakMap<KernelProtocol, readonly TableRoute[]>();

/** What BIRD itself programs changes the kernel's table, but not what there is to learn from it. */
export const learnedRoutes = keptFor(
  (protocol: KernelProtocol, ns) => {
    const routes = makeLearned(protocol, ns);
    const last = learnt.get(protocol);
    if (last && JSON.stringify(last) === JSON.stringify(routes)) return last;
    learnt.set(protocol, routes);
    return routes;
  },
  (ns) => ns.routes,
);
