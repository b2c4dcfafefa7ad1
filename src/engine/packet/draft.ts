/**
 * What walks change, kept aside until they are done: conntrack entries, neighbours, rule hits, recent lists and port numbers of
 * every namespace touched. `commit` makes the new World of it; a walk that only asks throws it away.
 */
import {
  type Conntrack,
  conntrackTimeout,
  type FlowTuple,
  findConntrack,
  keyOfTuple,
  toFlowTuple,
  toTuple,
  writeConntrack,
} from '../kernel/conntrack.ts';
import type { Neighbour, NetNamespace } from '../kernel/namespace.ts';
import { findNeighbour, neighbourKey, setNeighbour } from '../kernel/neighbour.ts';
import { type Ruleset, rulesetOf } from '../kernel/netfilter/evaluate.ts';
import type { Host, Place, World } from '../world.ts';
import { withNetns } from '../world.ts';

/** A conntrack entry with its tuples in numbers; text is made of it only when it is kept. */
export interface Connection extends Omit<Conntrack, 'original' | 'reply'> {
  readonly original: FlowTuple;
  readonly reply: FlowTuple;
}

function fromEntry(entry: Conntrack): Connection {
  return { ...entry, original: toFlowTuple(entry.original), reply: toFlowTuple(entry.reply) };
}

function toEntry(connection: Connection): Conntrack {
  return { ...connection, original: toTuple(connection.original), reply: toTuple(connection.reply) };
}

/** One namespace's changes; a table that nothing was written to does not exist. */
export interface NetnsDraft {
  readonly place: Place;
  readonly host: Host;
  readonly ns: NetNamespace;
  readonly ruleset: Ruleset;
  /** By id. */
  connections: Map<string, Connection> | undefined;
  replies: Map<string, Connection> | undefined;
  neighbours: Map<string, Neighbour> | undefined;
  counters: Map<string, [packets: number, bytes: number]> | undefined;
  recent: Map<string, Map<string, number>> | undefined;
  nextPort: number;
}

export interface Draft {
  readonly world: World;
  readonly now: number;
  readonly touched: Map<string, NetnsDraft>;
}

export function createDraft(world: World): Draft {
  return { world, now: world.now, touched: new Map() };
}

/** The draft of a namespace; undefined when there is no such host or namespace. */
export function draftOf(draft: Draft, hostName: string, netns: string): NetnsDraft | undefined {
  const key = netns === '' ? hostName : `${hostName} ${netns}`;
  const known = draft.touched.get(key);
  if (known) return known;
  const host = Object.hasOwn(draft.world.hosts, hostName) ? draft.world.hosts[hostName] : undefined;
  const ns = host && Object.hasOwn(host.netns, netns) ? host.netns[netns] : undefined;
  if (!host || !ns) return undefined;
  const made: NetnsDraft = {
    place: { host: hostName, netns },
    host,
    ns,
    ruleset: rulesetOf(ns),
    connections: undefined,
    replies: undefined,
    neighbours: undefined,
    counters: undefined,
    recent: undefined,
    nextPort: ns.nextPort,
  };
  draft.touched.set(key, made);
  return made;
}

/** The live connection a tuple belongs to, and in which direction. */
export function findConnection(
  draft: Draft,
  at: NetnsDraft,
  key: string,
): { readonly connection: Connection; readonly dir: 0 | 1 } | undefined {
  const own = at.connections?.get(key);
  if (own) return { connection: own, dir: 0 };
  const reply = at.replies?.get(key);
  if (reply) return { connection: reply, dir: 1 };
  const found = findConntrack(at.ns, key, draft.now);
  return found && { connection: at.connections?.get(found.entry.id) ?? fromEntry(found.entry), dir: found.dir };
}

/** `replyKey`: where the caller has it already. */
export function writeConnection(at: NetnsDraft, connection: Connection, replyKey = keyOfTuple(connection.reply)): void {
  at.connections ??= new Map();
  at.replies ??= new Map();
  at.connections.set(connection.id, connection);
  at.replies.set(replyKey, connection);
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
  for (const at of draft.touched.values()) {
    for (const entry of [...(at.connections?.values() ?? [])]) {
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
  if (at.connections) ns = { ...ns, conntrack: writeConntrack(ns, [...at.connections.values()].map(toEntry), now) };
  for (const entry of at.neighbours?.values() ?? []) ns = setNeighbour(ns, entry);
  if (at.counters) ns = { ...ns, netfilter: { ...ns.netfilter, counters: mergeCounters(ns, at.counters) } };
  if (at.recent) ns = { ...ns, netfilter: { ...ns.netfilter, recent: mergeRecent(ns, at.recent) } };
  return at.nextPort === ns.nextPort ? ns : { ...ns, nextPort: at.nextPort };
}

/** The World with everything the walks changed. */
export function commit(draft: Draft): World {
  let { world } = draft;
  for (const at of draft.touched.values()) world = withNetns(world, at.place, settled(at, draft.now));
  return world;
}
