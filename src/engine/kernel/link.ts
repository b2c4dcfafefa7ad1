/**
 * Network interfaces and their addresses: what `ip link` and `ip addr` change, with what the kernel does to routes and neighbours
 * in consequence. Models devinet.c and fib_frontend.c (fib_add_ifaddr, fib_disable_ip) of Linux 6.x; leaves out IPv6 and bridges' ports.
 */
import { formatAddress, lastAddress, networkOf, toNumber } from '../net/address.ts';
import type { KernelError } from './errno.ts';
import { compareRoutes } from './fib-edit.ts';
import type { LinkAddress, NetLink, NetNamespace, Route } from './namespace.ts';

/** The connected route of an address (`10.0.1.0/24 dev ens5 proto kernel scope link src 10.0.1.10`); a /32 and loopback have none. */
function connectedRoute(link: NetLink, { address, prefixLength }: LinkAddress): Route | undefined {
  if (prefixLength === 32 || link.type === 'loopback') return undefined;
  return {
    dst: networkOf(address, prefixLength),
    type: 'unicast',
    nexthops: [{ dev: link.name, weight: 1 }],
    proto: 'kernel',
    scope: 'link',
    src: address,
  };
}

function addConnected(routes: readonly Route[], link: NetLink): readonly Route[] {
  const missing = link.addresses
    .map((address) => connectedRoute(link, address))
    .filter((route): route is Route => route !== undefined)
    .filter((route) => !routes.some((r) => r.dst === route.dst && r.proto === 'kernel' && (r.metric ?? 0) === 0));
  return missing.length === 0 ? routes : [...routes, ...missing].sort(compareRoutes);
}

/** A route without the next hops `gone` picks; undefined when none is left. */
function withoutHops(route: Route, gone: (dev: string) => boolean): Route | undefined {
  if (route.type !== 'unicast' || !route.nexthops.some((hop) => gone(hop.dev))) return route;
  return route.nexthops.every((hop) => gone(hop.dev)) ? undefined : route;
}

function withLink(ns: NetNamespace, link: NetLink): NetNamespace {
  return ns.links[link.name] === link ? ns : { ...ns, links: { ...ns.links, [link.name]: link } };
}

function forgetNeighbours(ns: NetNamespace, dev: string): NetNamespace {
  const kept = Object.entries(ns.neighbours).filter(([, n]) => n.dev !== dev);
  return kept.length === Object.keys(ns.neighbours).length ? ns : { ...ns, neighbours: Object.fromEntries(kept) };
}

/** The next free interface index. */
export function nextIndex(ns: NetNamespace): number {
  return Object.values(ns.links).reduce((max, link) => Math.max(max, link.index), 0) + 1;
}

/** Adds a link as it is, with the connected routes of its addresses if it is up. EEXIST: the name is taken. */
export function addLink(ns: NetNamespace, link: NetLink): NetNamespace | KernelError {
  if (Object.hasOwn(ns.links, link.name)) return { errno: 'EEXIST' };
  const next = withLink(ns, link);
  return link.up ? { ...next, routes: addConnected(next.routes, link) } : next;
}

/** Removes a link with its routes and neighbours; the same namespace when there is none. */
export function deleteLink(ns: NetNamespace, name: string): NetNamespace {
  if (!Object.hasOwn(ns.links, name)) return ns;
  const { [name]: _gone, ...links } = ns.links;
  const { [name]: _counted, ...linkStats } = ns.linkStats ?? {};
  const routes = ns.routes.flatMap((route) => {
    if (route.type !== 'unicast') return [route];
    const nexthops = route.nexthops.filter((hop) => hop.dev !== name);
    return nexthops.length === route.nexthops.length ? [route] : nexthops.length === 0 ? [] : [{ ...route, nexthops }];
  });
  return forgetNeighbours({ ...ns, links, linkStats, routes: routes.length === ns.routes.length ? ns.routes : routes }, name);
}

/** ETH_MIN_MTU and ETH_MAX_MTU, as a veth has them. */
const MTU = { min: 68, max: 65_535 };

/**
 * `ip link set dev up|down`, `mtu`. Down removes every route whose next hops all go out of it (fib_sync_down_dev) and its
 * neighbours; up brings back the connected routes only. ENODEV: no such link; EINVAL: an MTU that it cannot have.
 */
export function setLink(
  ns: NetNamespace,
  name: string,
  change: { readonly up?: boolean; readonly mtu?: number },
): NetNamespace | KernelError {
  const old = Object.hasOwn(ns.links, name) ? ns.links[name] : undefined;
  if (!old) return { errno: 'ENODEV' };
  const { mtu = old.mtu } = change;
  if (mtu > MTU.max && old.type !== 'loopback') return { errno: 'EINVAL', message: 'mtu greater than device maximum' };
  if (mtu < MTU.min && mtu !== old.mtu) return { errno: 'EINVAL', message: 'mtu less than device minimum' };
  const link = { ...old, up: change.up ?? old.up, mtu };
  if (link.up === old.up && link.mtu === old.mtu) return ns;
  const next = withLink(ns, link);
  if (link.up === old.up) return next;
  if (link.up) return { ...next, routes: addConnected(next.routes, link) };
  const dead = (dev: string) => !next.links[dev]?.up;
  const routes = next.routes.flatMap((route) => withoutHops(route, dead) ?? []);
  return forgetNeighbours({ ...next, routes }, name);
}

/** The cable: carrier lost or back. Routes stay and print `linkdown`; neighbours go (neigh_carrier_down). The same namespace when nothing differs or there is no such link. */
export function setCarrier(ns: NetNamespace, name: string, carrier: boolean): NetNamespace {
  const old = Object.hasOwn(ns.links, name) ? ns.links[name] : undefined;
  if (!old || old.carrier === carrier) return ns;
  const next = withLink(ns, { ...old, carrier });
  return carrier ? next : forgetNeighbours(next, name);
}

/** `ip addr add`: the address, and its connected route if the link is up. ENODEV: no such link; EEXIST: the link has it. */
export function addAddress(ns: NetNamespace, name: string, address: LinkAddress): NetNamespace | KernelError {
  const link = Object.hasOwn(ns.links, name) ? ns.links[name] : undefined;
  if (!link) return { errno: 'ENODEV' };
  const same = (a: LinkAddress) => a.address === address.address && a.prefixLength === address.prefixLength;
  if (link.addresses.some(same)) return { errno: 'EEXIST', message: 'Address already assigned' };
  const next = { ...link, addresses: [...link.addresses, address] };
  const changed = withLink(ns, next);
  return next.up ? { ...changed, routes: addConnected(changed.routes, next) } : changed;
}

/**
 * `ip addr del`: the address goes, with its connected route (unless another address of the link holds it) and every route that
 * preferred it as source (fib_sync_down_addr); with the last address, every route out of the link. ENODEV, EADDRNOTAVAIL.
 */
export function deleteAddress(ns: NetNamespace, name: string, address: string, prefixLength?: number): NetNamespace | KernelError {
  const link = Object.hasOwn(ns.links, name) ? ns.links[name] : undefined;
  if (!link) return { errno: 'ENODEV' };
  const gone = link.addresses.find((a) => a.address === address && (prefixLength === undefined || a.prefixLength === prefixLength));
  if (!gone) return { errno: 'EADDRNOTAVAIL', message: 'Address not found' };
  const next = { ...link, addresses: link.addresses.filter((a) => a !== gone) };
  const changed = withLink(ns, next);
  const connected = connectedRoute(link, gone);
  const elsewhere = Object.values(changed.links).some((l) => l.addresses.some((a) => a.address === address));
  const stays = (r: Route) =>
    !(connected && r.dst === connected.dst && r.proto === 'kernel' && r.src === gone.address) &&
    (elsewhere || r.src !== gone.address);
  const routes = changed.routes.filter(stays);
  if (next.addresses.length === 0) {
    // IP is disabled on it (inetaddr_event, fib_disable_ip): whatever went out there goes, as if the link were down.
    const left = routes.flatMap((route) => withoutHops(route, (dev) => dev === name || !changed.links[dev]?.up) ?? []);
    return forgetNeighbours({ ...changed, routes: left }, name);
  }
  // Routes whose gateway is no longer on any link stay in the kernel too: it does not look again.
  return { ...changed, routes: next.up ? addConnected(routes, next) : routes };
}

/** A global address with the broadcast its prefix gives, as `ip addr add 10.0.1.10/24 brd +` makes it. */
export function globalAddress(address: string, prefixLength: number): LinkAddress {
  const broadcast =
    prefixLength < 31 ? formatAddress(lastAddress({ address: toNumber(address), length: prefixLength })) : undefined;
  return { address, prefixLength, scope: 'global', ...(broadcast === undefined ? {} : { broadcast }) };
}

/** A link's operational state, as `state` prints it. */
export function operstate(link: NetLink): 'UNKNOWN' | 'UP' | 'DOWN' | 'LOWERLAYERDOWN' {
  if (link.type === 'loopback') return link.up ? 'UNKNOWN' : 'DOWN';
  return link.up && link.carrier ? 'UP' : 'DOWN';
}
