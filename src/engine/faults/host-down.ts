/**
 * Fault: a host loses its power. It answers nothing, its daemons stand still, its conntrack and neighbour tables are gone when it
 * comes back; files and (here) the routes that its network configuration sets survive. Models a silent power-off: no FIN, no BGP Cease.
 */
import type { NetNamespace } from '../kernel/namespace.ts';
import { type Host, withHost } from '../world.ts';
import type { Fault } from './fault.ts';

export const hostDown: Fault = {
  name: 'host-down',
  breakLabel: 'Power off',
  mendLabel: 'Power on',
  targets: (world) =>
    Object.values(world.hosts)
      .filter((host) => host.kind !== 'gateway')
      .map((host) => ({ host: host.name })),
  broken: (world, { host }) => world.hosts[host]?.up === false,
  set(world, { host: name }, on) {
    const host = world.hosts[name]!;
    if (host.up === !on) return world;
    return withHost(world, on ? { ...host, up: false } : rebooted(host, world.now));
  },
};

/** What a boot leaves of a host: memory-only tables start empty, what daemons programmed is theirs to program again. */
function rebooted(host: Host, now: number): Host {
  const own = host.netns[''];
  const fresh: NetNamespace | undefined = own && {
    ...own,
    conntrack: {},
    neighbours: {},
    routes: own.routes.filter((route) => route.proto === 'kernel' || route.proto === 'dhcp' || route.proto === 'static'),
  };
  return { ...host, up: true, bootedAt: now, netns: fresh ? { ...host.netns, '': fresh } : host.netns };
}
