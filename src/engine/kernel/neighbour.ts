/**
 * The neighbour (ARP) table. Models the NUD states of Linux 6.x (net/core/neighbour.c): REACHABLE for about 30 s after a confirmation, then
 * STALE; STALE entries are used as they are, and what is used is asked about 5 s later (DELAY, PROBE); INCOMPLETE while a first question
 * is out, FAILED after three unanswered ones a second apart. packet/neighbourtimers.ts turns DELAY and PROBE into what comes of them.
 */
import type { Neighbour, NetNamespace } from './namespace.ts';

/** base_reachable_time, ms. The kernel draws 0.5 to 1.5 of it; here it is the mean. */
export const REACHABLE_MS = 30_000;
/** Three ARP requests (mcast_solicit) a second (retrans_time) apart, then EHOSTUNREACH. */
export const ARP_FAILS_AFTER_MS = 3000;
/** delay_first_probe_time: how long one waits for somebody to confirm a used STALE entry before it is asked about. */
export const DELAY_MS = 5000;
/** Three unicast requests (ucast_solicit) a second apart. */
export const PROBE_MS = 3000;

/** An entry's state at `now`: REACHABLE ages to STALE, INCOMPLETE to FAILED. */
export function neighbourState(entry: Neighbour, now: number): Neighbour['state'] {
  const age = now - entry.at;
  if (entry.state === 'REACHABLE' && age > REACHABLE_MS) return 'STALE';
  if (entry.state === 'INCOMPLETE' && age >= ARP_FAILS_AFTER_MS) return 'FAILED';
  return entry.state;
}

/** NUD_VALID: the entry's hardware address is used. */
export function isValid(entry: Neighbour, now: number): boolean {
  const state = neighbourState(entry, now);
  return state !== 'FAILED' && state !== 'INCOMPLETE';
}

/** The entry once a packet has used it: STALE turns to DELAY (neigh_event_send). */
export function used(entry: Neighbour, now: number): Neighbour {
  return neighbourState(entry, now) === 'STALE' ? { ...entry, state: 'DELAY', at: now } : entry;
}

/**
 * What a host that is asked learns about the asker (neigh_event_ns): an entry that says the same stays as it is, else it is STALE.
 * @param old what it knew
 */
export function learned(
  old: Neighbour | undefined,
  { address, dev, mac }: Required<Pick<Neighbour, 'address' | 'dev' | 'mac'>>,
  now: number,
): Neighbour {
  if (old && (old.state === 'PERMANENT' || (old.mac === mac && isValid(old, now)))) return old;
  return { address, dev, mac, state: 'STALE', at: now };
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
