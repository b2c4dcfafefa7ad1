/**
 * Can a TCP connection be made? A cheap yes or no without side effects, for BGP sessions and for reaching the API server.
 */

import { isLocal, lookup } from '../kernel/fib.ts';
import { findSocket } from '../kernel/socket.ts';
import { toNumber } from '../net/address.ts';
import type { Place, World } from '../world.ts';

/** Would a SYN from `from` to `dst:port` be answered by a SYN-ACK? */
export function canReach(world: World, from: Place, dst: string, port: number): boolean {
  const host = world.hosts[from.host];
  const ns = host?.netns[from.netns];
  if (!host?.up || !ns) return false;
  const address = toNumber(dst);
  const way = lookup(ns, address);
  if (way.type === 'local') return findSocket(ns, 'tcp', dst, port) !== undefined;
  if (way.type !== 'unicast' || !ns.links[way.dev]?.carrier) return false;
  return Object.values(world.hosts).some((peer) => {
    const root = peer.netns[''];
    return (
      peer.up &&
      root &&
      isLocal(root, address) &&
      findSocket(root, 'tcp', dst, port) &&
      Object.values(root.links).some((l) => l.segment && l.up && l.carrier)
    );
  });
}
