/**
 * The neighbour (ARP) table. Models the NUD states that `ip neigh` shows, Linux 6.x: REACHABLE for about 30 s after a confirmation,
 * then STALE; FAILED after three unanswered probes a second apart. Leaves out DELAY and PROBE as states of their own.
 */
import type { Neighbour, NetNamespace } from './namespace.ts';

/** base_reachable_time, ms. The kernel draws 0.5 to 1.5 of it; here it is the mean. */
export const REACHABLE_MS = 30_000;
/** Three ARP requests (mcast_solicit) a second (retrans_time) apart, then EHOSTUNREACH. */
export const ARP_FAILS_AFTER_MS = 3000;

/** An entry's state at `now`: REACHABLE ages to STALE. */
export function neighbourState(entry: Neighbour, now: number): Neighbour['state'] {
  return entry.state === 'REACHABLE' && now - entry.at > REACHABLE_MS ? 'STALE' : entry.state;
}

export function neighbourKey(dev: string, address: string): string {
  return `${dev} ${address}`;
}

/** The entry of an address on a link. */
export function findNeighbour(ns: NetNamespace, dev: string, address: string): Neighbour | undefined {
  const key = neighbourKey(dev, address);
  return Object.hasOwn(ns.neighbours, key) ? ns.neighbours[key] : undefined;
}

/** Writes an entry; the same namespace when it is there as it is, or PERMANENT. */
export function setNeighbour(ns: NetNamespace, entry: Neighbour): NetNamespace {
  const old = findNeighbour(ns, entry.dev, entry.address);
  if (old && (old.state === 'PERMANENT' || (old.state === entry.state && old.mac === entry.mac && old.at === entry.at))) return ns;
  return { ...ns, neighbours: { ...ns.neighbours, [neighbourKey(entry.dev, entry.address)]: entry } };
}

/** Removes an entry (`ip neigh del`); the same namespace when there is none. */
export function deleteNeighbour(ns: NetNamespace, dev: string, address: string): NetNamespace {
  const key = neighbourKey(dev, address);
  if (!Object.hasOwn(ns.neighbours, key)) return ns;
  const { [key]: _gone, ...neighbours } = ns.neighbours;
  return { ...ns, neighbours };
}
