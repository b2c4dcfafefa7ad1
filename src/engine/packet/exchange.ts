/**
 * A packet and its answer: SYN and SYN-ACK (or RST), datagram and answer, echo request and reply, or the ICMP error that comes
 * back. Both walk real tables; the answer is un-NATed by the connections the first packet made. The trace is kept in `world.flows`.
 */

import { type Conntrack, conntrackTimeout, idOf, toTuple } from '../kernel/conntrack.ts';
import { toNumber } from '../net/address.ts';
import { MAX_FLOWS, type World, withNetns } from '../world.ts';
import { commit, createDraft, type Draft, draftOf, settleConnections } from './draft.ts';
import { run } from './routing.ts';
import { START, segmentBytes, segmentsOf } from './segments.ts';
import type { Conversation, Flow, Hop, Trace } from './trace.ts';
import { countAnswer, countConversation, countTrace } from './traffic.ts';
import { createWalk, errorFor, nextTraceId, replyTo, silentTrace, traceOf, type Walked, walkFirst } from './walk.ts';
import type { Attached, Ending } from './walker.ts';

export interface ExchangeOptions {
  /** A TCP connection stays open (its conntrack entries ESTABLISHED); by default data is sent and it is closed (TIME_WAIT). */
  readonly hold?: boolean;
}

interface Answered {
  readonly ending: Ending;
  readonly trace: Trace;
}

/** Sends the answer to a walk on the same draft; undefined: nobody answers. */
function answer(draft: Draft, first: Walked, flow: Flow, id: string, record: boolean): Answered | undefined {
  const { walk: w, ending } = first;
  const error = ending.answer;
  if (!error && !ending.received) return undefined;
  const at = error ? error.from : ending.received!.at;
  const packet = error ? errorFor(w, error) : replyTo(w);
  const expects = { place: flow.from, sent: first.sent };
  const attached: Attached | undefined =
    error?.kind === 'icmp-error' && error.about
      ? { ...error.about, dir: 1, state: 'RELATED', dnatDecided: true, snatDecided: true }
      : undefined;
  const back = createWalk(draft, at, packet, { record, expects, attached });
  const end = run(back);
  const { proto, src, dst, sport, dport } = toTuple(back.sent);
  const trace = traceOf(back, { from: at.place, proto, src, dst, sport, dport }, end, `${id}r`);
  return { ending: end, trace };
}

/** There and back, on a draft. undefined: the sender is off. */
export function exchangeOn(draft: Draft, flow: Flow, id: string, record: boolean): { first: Walked; back?: Answered } | undefined {
  const first = walkFirst(draft, flow, record);
  if (!first) return undefined;
  const back = answer(draft, first, flow, id, record);
  return back ? { first, back } : { first };
}

/** A flow there and back, remembered in `world.flows`. */
export function exchange(
  world: World,
  flow: Flow,
  options: ExchangeOptions = {},
): { readonly world: World; readonly trace: Trace } {
  const id = nextTraceId(world);
  const draft = createDraft(world);
  const done = draftOf(draft, flow.from.host, flow.from.netns) && exchangeOn(draft, flow, id, true);
  if (!done) {
    const trace = silentTrace(world, flow, id);
    return { world: remembered(world, trace), trace };
  }
  const { first, back } = done;
  const forward = traceOf(first.walk, flow, first.ending, id);
  const both: Trace = back ? { ...forward, reverse: back.trace } : forward;
  const stands = first.ending.disposition === 'delivered' && back?.ending.disposition === 'delivered';
  if (stands) settleConnections(draft, options.hold ? 'ESTABLISHED' : 'TIME_WAIT');
  const kept = countTrace(world, remembered(commit(draft), both), both, stands && flow.proto === 'tcp');
  if (!stands || flow.proto !== 'tcp') return { world: kept, trace: both };
  const conversation: Conversation = { turns: [], ...(options.hold ? {} : { closedBy: 'client' }) };
  return { world: withConversation(kept, both, conversation), trace: { ...both, conversation } };
}

/** More goes over a connection that stands: the same way again, without a handshake. */
export function resume(world: World, trace: Trace): { readonly world: World; readonly trace: Trace } {
  const again: Trace = { ...trace, id: nextTraceId(world), at: world.now, conversation: { turns: [], resumed: true } };
  return { world: remembered(world, again), trace: again };
}

/** The world in which a trace says what its connection carried, and every conntrack and link on its way has counted that. */
export function withConversation(start: World, { id, hops }: Trace, conversation: Conversation): World {
  const known = start.flows.find((trace) => trace.id === id);
  const flows = start.flows.map((trace) => (trace === known ? { ...trace, conversation } : trace));
  let world: World = { ...start, flows };
  for (const hop of hops) world = counted(world, hop, conversation);
  return known ? countConversation(world, known, conversation) : world;
}

/** What a datagram and its answer held: the trace says it, and links count an answer as long as it is. */
export function withDatagrams(
  world: World,
  trace: Trace,
  ...datagrams: NonNullable<Trace['datagrams']>
): { readonly world: World; readonly trace: Trace } {
  const [question, answer] = datagrams;
  const said: Trace = { ...trace, datagrams };
  const flows = world.flows.map((flow) => (flow.id === trace.id ? said : flow));
  const extraBytes = answer === undefined ? 0 : answer.length - question.length;
  return { world: countAnswer({ ...world, flows }, trace, extraBytes), trace: said };
}

const NO_WAY = { there: 0, back: 0, thinking: 0 };

function counted(world: World, { place, steps }: Hop, conversation: Conversation): World {
  const header = steps[0]?.before;
  const ns = world.hosts[place.host]?.netns[place.netns];
  if (!header || !ns) return world;
  const key = idOf({ ...header, src: toNumber(header.src), dst: toNumber(header.dst) });
  const entry = Object.hasOwn(ns.conntrack, key) ? ns.conntrack[key]! : undefined;
  if (!entry) return world;
  const { segments } = segmentsOf(conversation, START, NO_WAY);
  const of = (by: 'client' | 'server') => segments.filter((segment) => segment.by === by);
  const sum = (by: 'client' | 'server') => of(by).reduce((bytes, segment) => bytes + segmentBytes(segment), 0);
  const [packets, bytes] = conversation.resumed ? [entry.packets, entry.bytes ?? [0, 0]] : [[0, 0] as const, [0, 0] as const];
  const closes = conversation.resumed && conversation.closedBy !== undefined;
  const expiresAt = closes ? world.now + conntrackTimeout(ns, 'tcp', 'TIME_WAIT', true) : entry.expiresAt;
  const counts: Conntrack = {
    ...entry,
    ...(closes && { state: 'TIME_WAIT', expiresAt }),
    packets: [packets[0] + of('client').length, packets[1] + of('server').length],
    bytes: [bytes[0] + sum('client'), bytes[1] + sum('server')],
  };
  return withNetns(world, place, { ...ns, conntrack: { ...ns.conntrack, [key]: counts } });
}

function remembered(world: World, trace: Trace): World {
  return { ...world, flows: [...world.flows.slice(-(MAX_FLOWS - 1)), trace] };
}
