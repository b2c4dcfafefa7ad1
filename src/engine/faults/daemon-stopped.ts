/** Fault: a daemon of a host dies and stays dead. What it programmed stays behind; a killed BIRD sends nothing, so its peers restart gracefully. */
import { daemonInput } from '../inputs/daemon.ts';
import type { Daemons } from '../world.ts';
import type { Fault, FaultTarget } from './fault.ts';

export const daemonStopped: Fault = {
  name: 'daemon-stopped',
  breakLabel: 'Kill',
  mendLabel: 'Start',
  targets: (world) =>
    Object.values(world.hosts).flatMap((host) => Object.keys(host.daemons).map((what): FaultTarget => ({ host: host.name, what }))),
  broken: (world, { host, what }) => world.hosts[host]?.daemons[what as keyof Daemons]?.running === false,
  set(world, { host, what }, on) {
    const applied = daemonInput.apply(world, { host, daemon: what as keyof Daemons, action: on ? 'kill' : 'start' });
    return applied.result ?? applied.world;
  },
};
