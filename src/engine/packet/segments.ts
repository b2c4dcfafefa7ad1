/**
 * The segments of a TCP connection, from what its ends said. Models Linux's TCP on a quiet LAN: a handshake with MSS, SACK, time
 * stamps and window scaling, Nagle's algorithm, quick ACKs for the first exchange and delayed ones after it (tcp_input.c,
 * tcp_enter_quickack_mode), a FIN on the last data of an end that closes. Leaves out loss, windows that fill and segmentation:
 * nothing the programs of a lab say is longer than their MSS.
 */
import type { Conversation, Turn, Written } from './trace.ts';

type End = 'client' | 'server';

export interface TcpSegment {
  readonly by: End;
  /** After the trace's first packet, ms. */
  readonly at: number;
  /** As tcpdump writes them: `S.`, `P.`, `.`. */
  readonly flags: string;
  /** Relative to the connection's first. */
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
  /** The data. */
  readonly text: string;
}

/** Where the two streams of a connection stand. */
export interface Position {
  /** Bytes sent so far, SYN and FIN counted. */
  readonly sent: Readonly<Record<End, number>>;
  /** Ends that answered data with data: their ACKs wait for more of it (inet_csk_enter_pingpong_mode). */
  readonly interactive: ReadonlySet<End>;
}

/** Times of one way through the network and of a program's answer, ms. */
export interface Pace {
  readonly there: number;
  readonly back: number;
  /** From the request's arrival until the answer is sent. */
  readonly thinking: number;
}

export const START: Position = { sent: { client: 0, server: 0 }, interactive: new Set() };

const NOTHING: Written = { length: 0, text: '' };
const otherOf = (by: End): End => (by === 'client' ? 'server' : 'client');

class Stream {
  readonly segments: TcpSegment[] = [];
  readonly next: Record<End, number>;
  readonly interactive: Set<End>;
  readonly pace: Pace;
  at = 0;
  constructor({ sent, interactive }: Position, pace: Pace) {
    this.next = { ...sent };
    this.interactive = new Set(interactive);
    this.pace = pace;
  }
  send(by: End, flags: string, { length, text }: Written = NOTHING, counts = length): void {
    const { at, next } = this;
    this.segments.push({ by, at, flags, seq: next[by], ack: next[otherOf(by)], length, text });
    next[by] += counts;
  }
  /** Until it has arrived. */
  travel(by: End): void {
    this.at += by === 'client' ? this.pace.there : this.pace.back;
  }
}

/** @param from where an earlier part of the connection left it @returns its segments in order, and where its streams stand then */
export function segmentsOf(
  conversation: Conversation,
  from: Position,
  pace: Pace,
): { readonly segments: readonly TcpSegment[]; readonly position: Position } {
  const stream = new Stream(from, pace);
  if (!conversation.resumed) handshake(stream);
  const { turns, closedBy } = conversation;
  const goesWithData = turns.at(-1)?.by === closedBy;
  turns.forEach((turn, index) => {
    if (turn.by === 'server') stream.at += pace.thinking;
    if (stream.next[otherOf(turn.by)] > 1) stream.interactive.add(turn.by);
    say(stream, turn, goesWithData && index === turns.length - 1);
  });
  if (closedBy !== undefined) close(stream, closedBy, goesWithData);
  return { segments: stream.segments, position: { sent: stream.next, interactive: stream.interactive } };
}

/** What an end needs between two steps, ms. */
const STEP_MS = 0.05;

function handshake(stream: Stream): void {
  stream.send('client', 'S', NOTHING, 1);
  stream.travel('client');
  stream.send('server', 'S.', NOTHING, 1);
  stream.travel('server');
  stream.send('client', '.');
  stream.at += STEP_MS;
}

/** The first write goes at once; what is written before its ACK comes goes together after that (Nagle). */
function say(stream: Stream, { by, writes }: Turn, closes: boolean): void {
  const [first = NOTHING, ...rest] = writes;
  if (rest.length > 0) {
    stream.send(by, 'P.', first);
    stream.travel(by);
    stream.send(otherOf(by), '.');
    stream.travel(otherOf(by));
  }
  const last = rest.length > 0 ? joined(rest) : first;
  stream.send(by, closes ? 'FP.' : 'P.', last, last.length + (closes ? 1 : 0));
  stream.travel(by);
  // Who is told of the end waits with its ACK for its own FIN (tcp_fin() enters pingpong mode).
  if (!closes && !stream.interactive.has(otherOf(by))) stream.send(otherOf(by), '.');
  stream.at += STEP_MS;
}

const joined = (writes: readonly Written[]): Written => ({
  length: writes.reduce((sum, { length }) => sum + length, 0),
  text: writes.map(({ text }) => text).join(''),
});

/** @param goesWithData the FIN was on the last data */
function close(stream: Stream, by: End, goesWithData: boolean): void {
  const other = otherOf(by);
  if (!goesWithData) {
    stream.send(by, 'F.', NOTHING, 1);
    stream.travel(by);
    if (!stream.interactive.has(other)) stream.send(other, '.');
    stream.at += STEP_MS;
  }
  stream.send(other, 'F.', NOTHING, 1);
  stream.travel(other);
  stream.send(by, '.');
}

const IP_AND_TCP = 40;
const SYN_OPTIONS = 20;
const TIME_STAMPS = 12;

/** Of the IP packet, bytes. */
export function segmentBytes({ flags, length }: Pick<TcpSegment, 'flags' | 'length'>): number {
  if (flags.startsWith('R')) return IP_AND_TCP;
  return IP_AND_TCP + (flags.startsWith('S') ? SYN_OPTIONS : TIME_STAMPS) + length;
}
