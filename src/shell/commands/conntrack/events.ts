/**
 * What an entry went through between two moments of the world: an exchange that is over in no time still had every state. Models
 * tcp_conntracks[] of nf_conntrack_proto_tcp.c over the segments that the connection carried.
 */
import {
  type Conntrack,
  getSysctl,
  type Header,
  type NetNamespace,
  type Place,
  START,
  segmentsOf,
  type Trace,
} from '../../../engine/index.ts';

type State = Conntrack['state'];

/** State → what a segment with FIN, and one with only an ACK, makes of it, whichever side sends it. */
const ON_FIN: { readonly [S in State]?: State } = {
  SYN_RECV: 'FIN_WAIT',
  ESTABLISHED: 'FIN_WAIT',
  FIN_WAIT: 'LAST_ACK',
  CLOSE_WAIT: 'LAST_ACK',
};
const ON_ACK: { readonly [S in State]?: State } = { FIN_WAIT: 'CLOSE_WAIT', LAST_ACK: 'TIME_WAIT' };

export interface Moment {
  readonly ns: NetNamespace;
  readonly now: number;
  /** The flows since the moment before. */
  readonly traces: readonly Trace[];
  readonly place: Place;
}

const NO_WAY = { there: 0, back: 0, thinking: 0 };

function statesOf(trace: Trace, from: State | undefined): readonly State[] {
  if (!trace.conversation) return [];
  const states: State[] = [];
  let state = from;
  for (const { by, flags } of segmentsOf(trace.conversation, START, NO_WAY).segments) {
    const next = nextOf(state, by, flags);
    if (next === undefined || next === state) continue;
    state = next;
    states.push(next);
  }
  return states;
}

function nextOf(state: State | undefined, by: 'client' | 'server', flags: string): State | undefined {
  if (flags === 'S') return 'SYN_SENT';
  if (flags === 'S.') return 'SYN_RECV';
  if (flags.includes('R')) return 'CLOSE';
  if (flags.includes('F')) return state && ON_FIN[state];
  // Only the client's ACK ends the handshake.
  if (state === 'SYN_RECV') return by === 'client' ? 'ESTABLISHED' : undefined;
  return state && ON_ACK[state];
}

/** The header a trace had where it came to a place. */
function enteredAs({ hops }: Trace, { host, netns }: Place): Header | undefined {
  return hops.find(({ place }) => place.host === host && place.netns === netns)?.steps[0]?.before;
}

const isOf = ({ original }: Conntrack, header: Header | undefined): boolean =>
  header !== undefined &&
  header.proto === original.proto &&
  header.src === original.src &&
  header.dst === original.dst &&
  header.sport === original.sport &&
  header.dport === original.dport;

/** The entry as each event shows it. */
export function stepsOf(old: Conntrack | undefined, entry: Conntrack, { ns, now, traces, place }: Moment): readonly Conntrack[] {
  const first: Conntrack = { ...entry, replied: false, assured: false };
  if (entry.original.proto !== 'tcp') return old ? [entry] : entry.replied ? [first, entry] : [first];
  const trace = traces.findLast((each) => isOf(entry, enteredAs(each, place)));
  const known = trace?.conversation?.resumed ? (old?.state ?? 'ESTABLISHED') : undefined;
  const states = trace ? statesOf(trace, known) : [];
  if (states.length === 0) return old?.state === entry.state ? [] : [entry.replied ? entry : first];
  return states.map((state) => ({
    ...entry,
    state,
    replied: state !== 'SYN_SENT',
    assured: state !== 'SYN_SENT' && state !== 'SYN_RECV',
    expiresAt: now + secondsOf(ns, state) * 1000,
  }));
}

function secondsOf(ns: NetNamespace, state: State): number {
  const value = getSysctl(ns, `net.netfilter.nf_conntrack_tcp_timeout_${state.toLowerCase()}`);
  return typeof value === 'string' ? Number(value) : 0;
}

const NEW_SECONDS = 120;

/** Connections that were answered with RST: they come and go at once, so that no table ever shows them. */
export function refusedOf(traces: readonly Trace[], place: Place, now: number): readonly Conntrack[] {
  return traces.flatMap((trace) => {
    const original = enteredAs(trace, place);
    if (trace.sent.proto !== 'tcp' || trace.disposition !== 'refused' || !original || !isReset(trace)) return [];
    const hop = trace.hops.find((each) => each.place.host === place.host && each.place.netns === place.netns)!;
    const left = hop.steps.at(-1)?.after ?? original;
    const reply = { proto: left.proto, src: left.dst, dst: left.src, sport: left.dport, dport: left.sport };
    const entry: Conntrack = {
      id: trace.id,
      original,
      reply,
      state: 'SYN_SENT',
      bytes: [60, 40],
      assured: false,
      replied: false,
      mark: 0,
      packets: [1, 1],
      createdAt: now,
      expiresAt: now + NEW_SECONDS * 1000,
    };
    return [entry];
  });
}

const isReset = ({ reverse }: Trace): boolean => reverse?.sent.proto === 'tcp';
