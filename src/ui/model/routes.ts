/** Routes as `ip route` words them, and who they lead to. */
import type { Host, NextHop, Route, World } from '../../engine/index.ts';

/** The destination as `ip route` prints it: `default`, `10.49.50.18`, `10.49.0.0/16`. */
export function printedDst(dst: string): string {
  if (dst === '0.0.0.0/0') return 'default';
  return dst.endsWith('/32') ? dst.slice(0, -3) : dst;
}

/** One next hop as printed: `via 10.0.1.31 dev ens5`. */
export function printedNextHop(hop: NextHop): string {
  return `${hop.via ? `via ${hop.via} ` : ''}dev ${hop.dev}`;
}

/** A route on one line, next hops joined: for titles and lists, not a copy of the tool's own layout. */
export function routeLine(route: Route): string {
  const type = route.type === 'unicast' ? '' : `${route.type} `;
  const hops = route.nexthops.map(printedNextHop).join(', ');
  return `${type}${printedDst(route.dst)} ${hops}${hops ? ' ' : ''}proto ${route.proto}`;
}

const byAddress = new WeakMap<World['hosts'], ReadonlyMap<string, string>>();

/** Name of the host that has this address on its wire; undefined: nobody's. */
export function hostAt(world: World, address: string | undefined): string | undefined {
  if (!address) return undefined;
  let names = byAddress.get(world.hosts);
  if (!names) {
    names = new Map(Object.values(world.hosts).map((host) => [host.address, host.name]));
    byAddress.set(world.hosts, names);
  }
  return names.get(address);
}

/** Learned from a routing daemon, as opposed to what the kernel, DHCP or a hand put there. */
export const isLearned = (route: Route): boolean => route.proto === 'bird';

/** A host's main routing table, in the order `ip route` prints it. */
export const routesOf = (host: Host | undefined): readonly Route[] => host?.netns['']?.routes ?? [];

/** The last number of an address: `.31`. */
export const suffix = (address: string): string => `.${address.split('.').at(-1) ?? address}`;
