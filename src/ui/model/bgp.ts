/** BGP as the screen shows it: sessions and what each speaker originates. */
import type { World } from '../../engine/index.ts';
import { hostAt, isLearned, routesOf } from './routes.ts';

export interface SessionView {
  /** The speaker whose view this is. */
  readonly host: string;
  /** Host at the other end, when it is one of ours. */
  readonly peer: string | undefined;
  readonly address: string;
  readonly protocol: string;
  readonly state: string;
  readonly up: boolean;
}

/** Sessions of every speaker. */
export function sessionsOf(world: World): readonly SessionView[] {
  const hosts = Object.values(world.hosts);
  return hosts
    .filter((host) => host.kind === 'bastion')
    .flatMap((host) =>
      hosts
        .filter((peer) => peer.kind === 'node')
        .map((peer) => {
          const up = host.up && peer.up;
          return {
            host: host.name,
            peer: peer.name,
            address: peer.address,
            protocol: peer.name,
            state: up ? 'Established' : 'Active',
            up,
          };
        }),
    );
}

/** Prefixes that bastions have learned, by the name of the node they lead to. */
export function announcedBy(world: World): ReadonlyMap<string, readonly string[]> {
  const prefixes = new Map<string, string[]>();
  for (const host of Object.values(world.hosts)) {
    if (host.kind !== 'bastion') continue;
    for (const route of routesOf(host)) {
      if (!isLearned(route)) continue;
      for (const hop of route.nexthops) {
        const name = hostAt(world, hop.via);
        if (!name) continue;
        const list = prefixes.get(name) ?? [];
        if (!list.includes(route.dst)) prefixes.set(name, [...list, route.dst]);
      }
    }
  }
  return prefixes;
}
