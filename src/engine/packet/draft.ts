/**
 * What walks change, kept aside until they are done: conntrack entries, neighbours, rule hits, recent lists and port numbers of
 * every namespace touched. `commit` makes the new World of it; a walk that only asks throws it away.
 */
import { type Connection, connectionsOf, conntrackTimeout, toEntry, writeConntrack } from '../kernel/conntrack.ts';
import { type Fib, fibOf } from '../kernel/fib.ts';
import type { Neighbour, NetNamespace } from '../kernel/namespace.ts';
import { findNeighbour, neighbourKey, setNeighbour } from '../kernel/neighbour.ts';
import { type Ruleset, rulesetOf } from '../kernel/netfilter/evaluate.ts';
import { type FlowTuple, type TupleHash, TupleTable } from '../kernel/tuplehash.ts';
import { remember } from '../memo.ts';
import type { Host, Place, World } from '../world.ts';
import { withNetns } from '../world.ts';
import { multipathSeed } from './seed.ts';

/** A packet's way into a namespace by a link. */
export interface Arrival {
  readonly at: NetnsDraft;
  readonly dev: string;
  /** Who answered ARP. */
  readonly mac: string;
}

/** One namespace's changes; a table that nothing was written to does not exist. */
export interface NetnsDraft {
  readonly place: Place;
  readonly host: Host;
  readonly ns: NetNamespace;
  readonly ruleset: Ruleset;
  readonly fib: Fib;
  /** Key of the host's arbitrary choices. */
  readonly seed: number;
  /** The connections the namespace had before any walk. */
  readonly held: TupleTable<Connection>;
  connections: TupleTable<Connection> | undefined;
  neighbours: Map<string, Neighbour> | undefined;
  counters: Map<string, [packets: number, bytes: number]> | undefined;
  recent: Map<string, Map<string, number>> | undefined;
  nextPort: number;
  /** Link → ARP target → who answers, as far as packets have asked: what is on the other end does not change while a draft lives. */
  readonly wires: Map<string, Map<number, Arrival | null>>;
}

export interface Draft {
  readonly world: World;
  readonly now: number;
  /** In the order packets came there. */
  readonly touched: NetnsDraft[];
  /** Host → namespace. */
  readonly byPlace: Map<string, Map<string, NetnsDraft>>;
}

export function createDraft(world: World): Draft {
  return { world, now: world.now, touched: [], byPlace: new Map() };
}

/** The draft of a namespace; undefined when there is no such host or namespace. */
export function draftOf(draft: Draft, hostName: string, netns: string): NetnsDraft | undefined {
  return draft.byPlace.get(hostName)?.get(netns) ?? open(draft, hostName, netns);
}

function open(draft: Draft, hostName: string, netns: string): NetnsDraft | undefined {
  const { world, touched, byPlace } = draft;
  const host = Object.hasOwn(world.hosts, hostName) ? world.hosts[hostName] : undefined;
  const ns = host && Object.hasOwn(host.netns, netns) ? host.netns[netns] : undefined;
  if (!host || !ns) return undefined;
  const made: NetnsDraft = {
    place: { host: hostName, netns },
    host,
    ns,
    ruleset: rulesetOf(ns),
    fib: fibOf(ns),
    seed: multipathSeed(world, host),
    held: connectionsOf(ns),
    connections: undefined,
    neighbours: undefined,
    counters: undefined,
    recent: undefined,
    nextPort: ns.nextPort,
    wires: new Map(),
  };
  touched.push(made);
  remember(byPlace, hostName, () => new Map<string, NetnsDraft>()).set(netns, made);
  return made;
}

/** The live connection a tuple belongs to, and in which direction. */
export function findConnection(draft: Draft, at: NetnsDraft, tuple: FlowTuple): TupleHash<Connection> | undefined {
  return at.connections?.find(tuple) ?? at.held.find(tuple, draft.now);
}

export function writeConnection(at: NetnsDraft, connection: Connection): void {
  at.connections ??= new TupleTable();
  at.connections.put(connection.original, 0, connection);
  at.connections.put(connection.reply, 1, connection);
}

export function currentNeighbour(at: NetnsDraft, dev: string, address: string): Neighbour | undefined {
  return at.neighbours?.get(neighbourKey(dev, address)) ?? findNeighbour(at.ns, dev, address);
}

export function writeNeighbour(at: NetnsDraft, entry: Neighbour): void {
  at.neighbours ??= new Map();
  at.neighbours.set(neighbourKey(entry.dev, entry.address), entry);
}

export function countHit(at: NetnsDraft, key: string, bytes: number): void {
  at.counters ??= new Map();
  const count = at.counters.get(key);
  if (count) {
    count[0]++;
    count[1] += bytes;
  } else {
    at.counters.set(key, [1, bytes]);
  }
}

/** When a `recent` list last saw an address, ms. */
export function recentSeen(at: NetnsDraft, list: string, address: string): number | undefined {
  return at.recent?.get(list)?.get(address) ?? at.ns.netfilter.recent?.[list]?.[address];
}

export function countRecent(at: NetnsDraft, list: string, address: string, now: number): void {
  at.recent ??= new Map();
  let seen = at.recent.get(list);
  if (!seen) {
    seen = new Map();
    at.recent.set(list, seen);
  }
  seen.set(address, now);
}

/** TCP connections of the walk that were answered go through data and close: what a short exchange leaves behind. */
export function settleConnections(draft: Draft, state: 'ESTABLISHED' | 'TIME_WAIT'): void {
  for (const at of draft.touched) {
    for (const { connection: entry } of at.connections?.originals ?? []) {
      if (entry.original.proto !== 'tcp' || entry.state !== 'SYN_RECV') continue;
      const packets: [number, number] = state === 'TIME_WAIT' ? [6, 4] : [entry.packets[0] + 2, entry.packets[1] + 1];
      const expiresAt = draft.now + conntrackTimeout(at.ns, 'tcp', state, true);
      writeConnection(at, { ...entry, state, assured: true, packets, expiresAt });
    }
  }
}

function mergeCounters(ns: NetNamespace, counters: NonNullable<NetnsDraft['counters']>): NetNamespace['netfilter']['counters'] {
  const merged: Record<string, readonly [number, number]> = { ...ns.netfilter.counters };
  for (const [key, [packets, bytes]] of counters) {
    const old = merged[key];
    merged[key] = [(old?.[0] ?? 0) + packets, (old?.[1] ?? 0) + bytes];
  }
  return merged;
}

function mergeRecent(ns: NetNamespace, recent: NonNullable<NetnsDraft['recent']>): NetNamespace['netfilter']['recent'] {
  const merged: Record<string, Readonly<Record<string, number>>> = { ...ns.netfilter.recent };
  for (const [list, seen] of recent) merged[list] = { ...merged[list], ...Object.fromEntries(seen) };
  return merged;
}

/** The namespace as the walks left it; the same one when they changed nothing. */
function settled(at: NetnsDraft, now: number): NetNamespace {
  let { ns } = at;
  if (at.connections) {
    const entries = at.connections.originals.map(({ connection }) => toEntry(connection));
    ns = { ...ns, conntrack: writeConntrack(ns, entries, now) };
  }
  for (const entry of at.neighbours?.values() ?? []) ns = setNeighbour(ns, entry);
  if (at.counters) ns = { ...ns, netfilter: { ...ns.netfilter, counters: mergeCounters(ns, at.counters) } };
  if (at.recent) ns = { ...ns, netfilter: { ...ns.netfilter, recent: mergeRecent(ns, at.recent) } };
  return at.nextPort === ns.nextPort ? ns : { ...ns, nextPort: at.nextPort };
}

/** The World with everything the walks changed. */
export function commit(draft: Draft): World {
  let { world } = draft;
  for (const at of draft.touched) world = withNetns(world, at.place, settled(at, draft.now));
  return world;
}
