/** Fault: the cable of a host's interface is pulled: NO-CARRIER, and nobody beyond it can be reached. */
import { setCarrier } from '../kernel/link.ts';
import { withNetns } from '../world.ts';
import type { Fault, FaultTarget } from './fault.ts';

export const cableCut: Fault = {
  name: 'cable-cut',
  breakLabel: 'Cut cable',
  mendLabel: 'Mend cable',
  targets: (world) =>
    Object.values(world.hosts).flatMap((host): FaultTarget[] =>
      host.kind === 'gateway'
        ? []
        : Object.values(host.netns['']?.links ?? {})
            .filter((link) => link.segment !== undefined)
            .map((link) => ({ host: host.name, what: link.name })),
    ),
  broken: (world, { host, what }) => world.hosts[host]?.netns['']?.links[what ?? '']?.carrier === false,
  set(world, { host, what = '' }, on) {
    const ns = world.hosts[host]?.netns[''];
    return ns ? withNetns(world, { host, netns: '' }, setCarrier(ns, what, !on)) : world;
  },
};
