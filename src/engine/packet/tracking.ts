/**
 * Connection tracking and NAT along a walk: which connection a packet belongs to, what its tuples turn it into, and what is
 * remembered. Models nf_conntrack_core, nf_conntrack_proto_* and nf_nat_core, Linux 6.x: NAT is decided by a connection's first packet and
 * replayed on the others, both ways. Leaves out mid-stream pick-up, helpers, and sequence tracking.
 */
import { type Connection, conntrackTimeout, idOf, invert } from '../kernel/conntrack.ts';
import type { CtState } from '../kernel/netfilter/types.ts';
import type { FlowTuple } from '../kernel/tuplehash.ts';
import { hashWords, PROTO_NUMBER } from '../net/flowhash.ts';
import { findConnection, writeConnection } from './draft.ts';
import type { Packet } from './packet.ts';
import type { Attached, Walk } from './walker.ts';
import { connectionSentence, endpoint } from './words.ts';

/** Does a packet of this kind open a connection? */
function opens({ kind }: Packet): boolean {
  return kind === 'syn' || kind === 'datagram' || kind === 'echo';
}

export function tupleOf(p: Packet): FlowTuple {
  return { proto: p.proto, src: p.src, dst: p.dst, sport: p.sport, dport: p.dport };
}

/** nf_conntrack_in(): attaches the packet's connection, a new one where it opens one; undefined: INVALID. */
export function track(w: Walk): void {
  const { packet } = w;
  if (w.attached) return;
  if (packet.kind === 'icmp-error') {
    w.attached = relatedTo(w);
    return;
  }
  const tuple = tupleOf(packet);
  const found = findConnection(w.draft, w.at, tuple);
  if (found) {
    const { connection, dir } = found;
    const state: CtState = dir === 1 || connection.replied ? 'ESTABLISHED' : 'NEW';
    const { original, reply } = connection;
    w.attached = { known: connection, original, reply, dir, state, dnatDecided: true, snatDecided: true };
  } else if (opens(packet)) {
    w.attached = {
      known: undefined,
      original: tuple,
      reply: invert(tuple),
      dir: 0,
      state: 'NEW',
      dnatDecided: false,
      snatDecided: false,
    };
  }
  if (w.recorder) {
    const ref = found && ({ kind: 'conntrack', ...w.at.place, id: idOf(found.connection.original) } as const);
    const [action, text] = connectionSentence(w.attached, packet);
    w.recorder.step('conntrack', action, text, ref ? { ref } : {});
  }
}

/** icmp_error_message(): an error belongs to the connection of the packet it is about. */
function relatedTo(w: Walk): Attached | undefined {
  const { inner } = w.packet;
  if (!inner) return undefined;
  const found = findConnection(w.draft, w.at, invert(inner));
  if (!found) return undefined;
  const { connection, dir } = found;
  const { original, reply } = connection;
  return { known: connection, original, reply, dir, state: 'RELATED', dnatDecided: true, snatDecided: true };
}

export const isDnat = (a: Attached): boolean =>
  a.original.dst !== a.reply.src || (a.original.proto !== 'icmp' && a.original.dport !== a.reply.sport);
export const isSnat = (a: Attached): boolean =>
  a.original.src !== a.reply.dst || (a.original.proto !== 'icmp' && a.original.sport !== a.reply.dport);

/** What the answers to packets of this direction look like: their target, once both sides of the NAT are done, is its inverse. */
const answers = (a: Attached): FlowTuple => (a.dir === 0 ? a.reply : a.original);

/** Destination side of the NAT (PREROUTING, OUTPUT). @returns whether the destination changed */
export function translateDestination(w: Walk): boolean {
  const { packet: p, attached: a } = w;
  if (!a) return false;
  const back = answers(a);
  if (p.dst === back.src && (p.kind === 'icmp-error' || p.dport === (back.proto === 'icmp' ? back.dport : back.sport)))
    return false;
  const to = invert(back);
  const told = noteTranslation(w, a, 'destination', to);
  p.dst = to.dst;
  if (p.kind !== 'icmp-error') p.dport = to.dport;
  else p.inner = invert(to);
  if (told) w.recorder?.amend();
  return true;
}

/** Source side of the NAT (POSTROUTING, INPUT). */
export function translateSource(w: Walk): void {
  const { packet: p, attached: a } = w;
  if (!a) return;
  const back = answers(a);
  if (p.kind !== 'icmp-error' && p.src === back.dst && p.sport === (back.proto === 'icmp' ? back.sport : back.dport)) return;
  const to = invert(back);
  if (p.kind === 'icmp-error') {
    // Whoever sends the error, a translated connection shows it as coming from the address the client knows.
    const translated = a.dir === 1 ? isDnat(a) : isSnat(a);
    p.inner = invert(to);
    if (!translated || p.src === to.src) return;
  }
  const told = noteTranslation(w, a, 'source', to);
  p.src = to.src;
  if (p.kind !== 'icmp-error') p.sport = to.sport;
  if (told) w.recorder?.amend();
}

/** @returns whether a step was written, for the header that changes now */
function noteTranslation(w: Walk, a: Attached, side: 'source' | 'destination', to: FlowTuple): boolean {
  const { recorder, packet: p } = w;
  // The first packet's own translation is told by the rule that decided it.
  if (!recorder || (!a.known && a.dir === 0)) return false;
  const port = (n: number) => (p.proto === 'icmp' ? 0 : n);
  const [before, after] =
    side === 'source'
      ? [endpoint(p.src, port(p.sport)), endpoint(to.src, port(to.sport))]
      : [endpoint(p.dst, port(p.dport)), endpoint(to.dst, port(to.dport))];
  const text =
    a.dir === 1
      ? `Conntrack knows this answer and puts the ${side} back: ${before} becomes ${after}.`
      : `Conntrack knows this connection and repeats its translation: ${side} ${before} becomes ${after}.`;
  const ref = a.known && ({ kind: 'conntrack', ...w.at.place, id: idOf(a.known.original) } as const);
  recorder.step('conntrack', `${side} ${before} → ${after}`, text, ref ? { ref } : {});
  return true;
}

/** DNAT: answers will come from `address:port`. */
export function setDestination(w: Walk, address: number, port: number): void {
  const { attached: a } = w;
  if (!a) return;
  const sport = a.original.proto === 'icmp' || port === 0 ? a.reply.sport : port;
  a.reply = { ...a.reply, src: address, sport };
}

/** nf_nat_l4proto_unique_tuple(): a port stays among its like. */
const portsLike = (port: number): readonly [min: number, max: number] =>
  port >= 1024 ? [1024, 65_535] : port >= 512 ? [600, 1023] : [1, 511];

/**
 * SNAT and MASQUERADE: answers will go to `address`. The port is kept when the reply tuple is free, else another is picked; with
 * `--random-fully` always.
 */
export function setSource(w: Walk, address: number, port: number, randomFully: boolean): void {
  const { attached: a } = w;
  if (!a) return;
  const wish = { ...a.reply, dst: address, dport: port === 0 ? a.reply.dport : port };
  a.reply = a.original.proto === 'icmp' ? { ...a.reply, dst: address } : freeReply(w, wish, randomFully);
}

function freeReply(w: Walk, wish: FlowTuple, randomFully: boolean): FlowTuple {
  const a = w.attached!;
  const isFree = (t: FlowTuple): boolean => findConnection(w.draft, w.at, t) === undefined;
  if (!randomFully && isFree(wish)) return wish;
  const { original: o } = a;
  const [min, max] = portsLike(o.sport);
  for (let attempt = 0; attempt < 128; attempt++) {
    const pick = hashWords(w.at.seed + attempt, o.src, o.dst, (o.sport << 16) | o.dport, PROTO_NUMBER[o.proto], 0x5a7);
    const candidate = { ...wish, dport: min + (pick % (max - min + 1)) };
    if (isFree(candidate)) return candidate;
  }
  return wish;
}

/** The tuple stays as it is (no rule translated the source), but must still be unique. */
export function keepSource(w: Walk): void {
  const { attached: a } = w;
  if (a && a.original.proto !== 'icmp') a.reply = freeReply(w, a.reply, false);
}

function nextState(w: Walk, a: Attached): Connection['state'] {
  const { kind, proto } = w.packet;
  if (proto !== 'tcp') return 'NONE';
  if (kind === 'rst') return 'CLOSE';
  if (kind === 'syn-ack') return 'SYN_RECV';
  return a.known && a.known.state !== 'TIME_WAIT' && a.known.state !== 'CLOSE' ? a.known.state : 'SYN_SENT';
}

/** Confirms a new connection or counts a packet of a known one, where the packet leaves the namespace or is delivered in it. */
export function remember(w: Walk): void {
  const { attached: a, draft } = w;
  if (!a || w.packet.kind === 'icmp-error') return;
  const { known } = a;
  const replied = a.dir === 1 || (known?.replied ?? false);
  const state = nextState(w, a);
  const counts = known?.packets ?? [0, 0];
  const refused = state === 'CLOSE' && a.dir === 1 && !known?.replied;
  const connection: Connection = {
    original: a.original,
    reply: a.reply,
    state,
    assured: known?.assured ?? false,
    replied,
    mark: known?.mark ?? 0,
    packets: a.dir === 0 ? [counts[0] + 1, counts[1]] : [counts[0], counts[1] + 1],
    createdAt: known?.createdAt ?? draft.now,
    // Whoever is only answered with RST has no connection: its entry goes at once (nf_conntrack_tcp_packet).
    expiresAt: refused ? draft.now : draft.now + conntrackTimeout(w.at.ns, a.original.proto, state, known?.assured ?? false),
  };
  writeConnection(w.at, connection);
}
