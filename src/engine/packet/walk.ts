/**
 * One packet's way through the real tables of every host and pod it passes: `walk` is the packet alone, exchange.ts adds the answer.
 *
 * Reads namespaces, rules, segments; what it changes (conntrack, neighbours, rule counters, recent lists, the next port) comes back in
 * the new World. Models Linux 6.x hop by hop: see routing.ts, hooks.ts, tracking.ts, wire.ts.
 */

import { toTuple } from '../kernel/conntrack.ts';
import type { NetNamespace } from '../kernel/namespace.ts';
import { isValid } from '../kernel/neighbour.ts';
import type { CtState, HookName, Rule, TableName } from '../kernel/netfilter/types.ts';
import { sysctlNumber } from '../kernel/sysctl.ts';
import type { FlowTuple } from '../kernel/tuplehash.ts';
import { formatAddress, toNumber } from '../net/address.ts';
import { type FlowKey, PROTO_NUMBER } from '../net/flowhash.ts';
import type { World } from '../world.ts';
import {
  commit,
  countRecent,
  createDraft,
  currentNeighbour,
  type Draft,
  draftOf,
  findConnection,
  type NetnsDraft,
  recentSeen,
} from './draft.ts';
import { noteHit } from './hooks.ts';
import { headerOf, ICMP_ECHO, ICMP_ECHO_REPLY, type Packet, type PacketKind, packetLength } from './packet.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { reversePath, run } from './routing.ts';
import type { Flow, Trace } from './trace.ts';
import { isDnat, isSnat, tupleOf } from './tracking.ts';
import type { Answer, Attached, Ending, Expectation, Walk } from './walker.ts';

const FIRST_KIND = { tcp: 'syn', udp: 'datagram', icmp: 'echo' } as const;
const EPHEMERAL = { first: 32_768, last: 60_999 } as const;

/** The packet a Flow asks for; its port is the namespace's next free one where none is given. */
export function firstPacket(draft: Draft, at: NetnsDraft, flow: Flow): Packet {
  const src = flow.src === undefined ? 0 : toNumber(flow.src);
  const dst = toNumber(flow.dst);
  return {
    proto: flow.proto,
    kind: FIRST_KIND[flow.proto],
    src,
    dst,
    sport: flow.sport ?? takePort(draft, at, flow, src, dst),
    dport: flow.proto === 'icmp' ? 0 : flow.dport,
    ttl: flow.ttl ?? sysctlNumber(at.ns, 'net.ipv4.ip_default_ttl'),
    mark: 0,
    length: packetLength(flow.proto, flow.length ?? (flow.proto === 'icmp' ? 56 : 0)),
    icmpType: flow.proto === 'icmp' ? ICMP_ECHO : -1,
  };
}

/** The next ephemeral port whose tuple no connection holds. connect() takes every second port, even ones first. */
function takePort(draft: Draft, at: NetnsDraft, flow: Flow, src: number, dst: number): number {
  for (let tries = 0; tries < 100; tries++) {
    const port = at.nextPort;
    at.nextPort = port + 2 > EPHEMERAL.last ? EPHEMERAL.first : port + 2;
    if (!findConnection(draft, at, { proto: flow.proto, src, dst, sport: port, dport: flow.dport })) return port;
  }
  return at.nextPort;
}

/** One object for every packet: the walk is what rules evaluate and what route lookups ask, too. */
class PacketWalk implements Walk {
  readonly draft: Draft;
  readonly packet: Packet;
  at: NetnsDraft;
  attached: Attached | undefined;
  readonly recorder: Recorder | undefined;
  readonly expects: Expectation | undefined;
  sent: FlowTuple = NOTHING_SENT;
  readonly sentTtl: number;
  hook: HookName = 'OUTPUT';
  in = '';
  out = '';
  untracked = false;

  constructor(draft: Draft, at: NetnsDraft, packet: Packet, { record, expects, attached }: WalkOptions) {
    this.draft = draft;
    this.packet = packet;
    this.at = at;
    this.attached = attached;
    this.recorder = record ? createRecorder(packet) : undefined;
    this.expects = expects;
    this.sentTtl = packet.ttl;
  }

  get ns(): NetNamespace {
    return this.at.ns;
  }
  get seed(): number {
    return this.at.seed;
  }
  get now(): number {
    return this.draft.now;
  }
  get watched(): boolean {
    return this.recorder !== undefined;
  }
  get explain(): boolean {
    return this.recorder !== undefined;
  }
  get ctstate(): CtState {
    if (this.attached) return this.attached.state;
    return this.untracked ? 'UNTRACKED' : 'INVALID';
  }
  get dnat(): boolean {
    return this.attached !== undefined && isDnat(this.attached);
  }
  get snat(): boolean {
    return this.attached !== undefined && isSnat(this.attached);
  }
  hit(table: TableName, chain: string, index: number, rule: Rule | undefined): void {
    noteHit(this, table, this.hook, chain, index, rule);
  }
  recentSeen(list: string): number | undefined {
    return recentSeen(this.at, list, formatAddress(this.packet.src));
  }
  recentNote(list: string): void {
    countRecent(this.at, list, formatAddress(this.packet.src), this.now);
  }
  reversePathHolds(): boolean {
    return reversePath(this, this.in, 1);
  }

  /** ICMP errors hash as the flow they are about, so that they follow it. */
  get flow(): FlowKey {
    const { packet: p } = this;
    const { inner } = p;
    return inner
      ? { src: inner.dst, dst: inner.src, sport: inner.dport, dport: inner.sport, proto: PROTO_NUMBER[inner.proto] }
      : { src: p.src, dst: p.dst, sport: p.sport, dport: p.dport, proto: PROTO_NUMBER[p.proto] };
  }
  failed(dev: string, via: number): boolean {
    const entry = currentNeighbour(this.at, dev, formatAddress(via));
    return entry !== undefined && !isValid(entry, this.now);
  }
}

interface WalkOptions {
  readonly record: boolean;
  readonly expects?: Expectation;
  /** The connection an ICMP error is about. */
  readonly attached?: Attached | undefined;
}

/** A walk that starts in a namespace. */
export function createWalk(draft: Draft, at: NetnsDraft, packet: Packet, options: WalkOptions): Walk {
  return new PacketWalk(draft, at, packet, options);
}

const NOTHING_SENT: FlowTuple = { proto: 'tcp', src: 0, dst: 0, sport: 0, dport: 0 };

/** The record of a finished walk. */
export function traceOf(w: Walk, flow: Flow, ending: Ending, id: string): Trace {
  const { received, answer } = ending;
  return {
    id,
    at: w.draft.now,
    flow,
    sent: { ...toTuple(w.sent), ttl: w.sentTtl, mark: 0 },
    hops: w.recorder?.hops() ?? [],
    disposition: ending.disposition,
    reason: ending.reason(),
    ...(ending.errno === undefined ? {} : { errno: ending.errno }),
    ...(answer ? { answeredBy: answer.src === 0 ? answer.from.host.address : formatAddress(answer.src) } : {}),
    ...(received
      ? {
          received: {
            place: received.at.place,
            header: headerOf(w.packet),
            ...(received.process === undefined ? {} : { process: received.process }),
          },
        }
      : {}),
  };
}

export interface Walked {
  readonly walk: Walk;
  readonly ending: Ending;
  /** As it left its socket: source chosen, nothing translated yet. */
  readonly sent: FlowTuple;
}

/** Walks a flow's first packet on a draft. undefined: the sender's host is off or has no such namespace. */
export function walkFirst(draft: Draft, flow: Flow, record: boolean): Walked | undefined {
  const at = draftOf(draft, flow.from.host, flow.from.netns);
  if (!at?.host.up) return undefined;
  const packet = firstPacket(draft, at, flow);
  const w = createWalk(draft, at, packet, { record });
  const ending = run(w);
  return { walk: w, ending, sent: w.sent };
}

const ANSWER_KINDS: Readonly<Record<string, PacketKind>> = { syn: 'syn-ack', datagram: 'datagram', echo: 'echo-reply' };

/** The packet that answers a delivered one: same tuple turned round, from where it was received. */
export function replyTo(w: Walk): Packet {
  const p = w.packet;
  return {
    ...p,
    kind: ANSWER_KINDS[p.kind] ?? p.kind,
    src: p.dst,
    dst: p.src,
    sport: p.proto === 'icmp' ? p.sport : p.dport,
    dport: p.proto === 'icmp' ? 0 : p.sport,
    ttl: sysctlNumber(w.at.ns, 'net.ipv4.ip_default_ttl'),
    mark: 0,
    icmpType: p.proto === 'icmp' ? ICMP_ECHO_REPLY : -1,
  };
}

/** The RST or ICMP error that answers a packet which did not get through. */
export function errorFor(w: Walk, answer: Answer): Packet {
  const p = w.packet;
  if (answer.kind === 'rst') return { ...replyTo(w), kind: 'rst', length: 40 };
  return {
    ...replyTo(w),
    proto: 'icmp',
    kind: 'icmp-error',
    src: answer.src,
    sport: 0,
    dport: 0,
    length: 28 + p.length,
    icmpType: answer.icmpType,
    inner: tupleOf(p),
  };
}

/** The id of the next trace: `t<number of the input>-<n>`. */
export function nextTraceId(world: World): string {
  const start = `t${world.inputs - 1}-`;
  let n = 0;
  for (let i = world.flows.length - 1; i >= 0; i--) {
    const { id } = world.flows[i]!;
    if (!id.startsWith(start)) break;
    n = Math.max(n, Number(id.slice(start.length)) + 1);
  }
  return start + n;
}

/** A sender that is off: nothing leaves. */
export function silentTrace(world: World, flow: Flow, id: string): Trace {
  const sent = {
    proto: flow.proto,
    src: flow.src ?? '0.0.0.0',
    dst: flow.dst,
    sport: flow.sport ?? 0,
    dport: flow.dport,
    ttl: 0,
    mark: 0,
  };
  const reason = `${flow.from.host} is switched off or has no such namespace: nothing is sent.`;
  return { id, at: world.now, flow, sent, hops: [], disposition: 'dropped', reason };
}

/** One packet, one way: where it went and why. The World comes back with what the packet changed; `flows` is left as it is. */
export function walk(world: World, flow: Flow): { readonly world: World; readonly trace: Trace } {
  const id = nextTraceId(world);
  const draft = createDraft(world);
  const walked = walkFirst(draft, flow, true);
  if (!walked) return { world, trace: silentTrace(world, flow, id) };
  return { world: commit(draft), trace: traceOf(walked.walk, flow, walked.ending, id) };
}
