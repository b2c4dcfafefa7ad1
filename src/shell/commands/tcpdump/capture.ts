/**
 * What passed the interfaces of a place: the flows of one input, there and back, with everything a TCP connection carried
 * (segments.ts), in the order of the wire, as bytes.
 *
 * Reads traces: every later packet of a connection takes the way its first one took. Checksums of what this side of a network card sent
 * are still the card's to fill in.
 */
import {
  type Conversation,
  type Header,
  type Hop,
  type NetNamespace,
  type Place,
  type Position,
  START,
  segmentsOf,
  type TcpSegment,
  type Trace,
  type World,
} from '../../../engine/index.ts';
import { arpSeen, type Unanswered } from './arp.ts';
import { ETHERTYPE, type OnLink } from './headers.ts';
import { type Message, packetBytes } from './messages.ts';

export interface Captured extends OnLink {
  /** ms since the epoch, with a fraction. */
  readonly at: number;
  readonly dev: string;
  /** From the IP header on (ARP: the message). */
  readonly packet: Uint8Array;
}

interface Standing {
  /** The trace that began the connection. */
  readonly origin: string;
  readonly position: Position;
  readonly sent: Readonly<Record<TcpSegment['by'], number>>;
}

/** What a capture remembers from one input to the next. */
export interface Memory {
  /** Connections whose later requests may come in later inputs: where their streams stand, and how many packets each end has sent. */
  readonly positions: Map<string, Standing>;
  /** SYNs that nobody has answered: the trace of the first, and how many were sent. */
  readonly knocking: Map<string, { readonly origin: string; readonly sent: number }>;
  /** Neighbours that are being asked for. */
  readonly asking: Unanswered;
  /** When the last flow was over, ms: what is done in no time still comes one after the other. */
  until: number;
}

export const newMemory = (): Memory => ({ positions: new Map(), knocking: new Map(), asking: new Map(), until: 0 });

/** A connection whose beginning was not seen. */
const UNDER_WAY: Position = { sent: { client: 1, server: 1 }, interactive: new Set() };

/** One way through one host, and what it costs to pass it, ms. */
const HOP_MS = 0.12;
const THINKING_MS = 0.25;
const ARP_MS = 0.03;

export class Wire {
  readonly packets: Captured[] = [];
  private readonly world: World;
  private readonly ns: NetNamespace;
  private readonly place: Place;
  private readonly memory: Memory;

  constructor(world: World, ns: NetNamespace, place: Place, memory: Memory) {
    this.world = world;
    this.ns = ns;
    this.place = place;
    this.memory = memory;
  }

  /** The i-th of an input's flows from `start` on, and those its receiver sent before it answered. @returns when it is over, and the next flow */
  flow(traces: readonly Trace[], index: number, start: number): { readonly end: number; readonly next: number } {
    const trace = traces[index]!;
    const [there, back] = [trace.hops.length * HOP_MS, (trace.reverse?.hops.length ?? 0) * HOP_MS];
    const nested = { end: start + there * 2 + back + 0.1, next: index + 1 };
    while (nested.next < traces.length && trace.conversation?.turns.length && isInside(trace, traces[nested.next]!))
      Object.assign(nested, this.flow(traces, nested.next, nested.end));
    if (trace.conversation) {
      const thinking = nested.next === index + 1 ? THINKING_MS : nested.end - (start + there * 2 + back + 0.1) + THINKING_MS;
      return { end: this.connection(trace, trace.conversation, start, { there, back, thinking }), next: nested.next };
    }
    const syn = this.knock(trace);
    this.oneWay(trace, start, { trace, at: trace.at + start, ...syn });
    const answered = start + there + 0.1;
    if (trace.reverse)
      this.oneWay(trace.reverse, answered, { ...syn, trace: trace.reverse, first: trace, at: trace.at + answered });
    return { end: start + there + back + 0.1, next: nested.next };
  }

  /** A SYN that goes out again is the first one's copy, but for its IP id. */
  private knock(trace: Trace): Pick<Message, 'origin' | 'nth'> {
    if (trace.sent.proto !== 'tcp') return {};
    const key = keyOf(trace);
    const { origin, sent } = this.memory.knocking.get(key) ?? { origin: trace.id, sent: 0 };
    if (trace.reverse) this.memory.knocking.delete(key);
    else this.memory.knocking.set(key, { origin, sent: sent + 1 });
    return { origin, nth: sent };
  }

  private connection(trace: Trace, conversation: Conversation, start: number, pace: Parameters<typeof segmentsOf>[2]): number {
    const key = keyOf(trace);
    const begun = conversation.resumed ? undefined : this.knock(trace);
    const known = conversation.resumed ? this.memory.positions.get(key) : undefined;
    const from = conversation.resumed ? (known?.position ?? UNDER_WAY) : START;
    const { segments, position } = segmentsOf(conversation, from, pace);
    const origin = known?.origin ?? begun?.origin ?? trace.id;
    const counts = { ...(known?.sent ?? { client: begun?.nth ?? 0, server: 0 }) };
    segments.forEach((segment, i) => {
      const way = segment.by === 'client' ? trace : trace.reverse!;
      const nth = counts[segment.by]++;
      this.oneWay(way, start + segment.at, { trace, origin, segment, nth, at: trace.at + start + segment.at }, i > 1);
    });
    this.memory.positions.set(key, { origin, position, sent: counts });
    return start + (segments.at(-1)?.at ?? 0) + pace.there;
  }

  private oneWay(trace: Trace, start: number, message: Message, known = false): void {
    const { hops } = trace;
    const isHere = ({ place }: Hop) => place.host === this.place.host && place.netns === this.place.netns;
    const filledIn = { done: false };
    hops.forEach((hop, index) => {
      const at = trace.at + start + index * HOP_MS;
      const entered = hop.steps[0]?.before;
      if (isHere(hop) && hop.in !== undefined && entered)
        this.seen(message, entered, hop.in, 'In', at, hops[index - 1], hop, filledIn.done);
      const left = hop.steps.at(-1)?.after;
      // Without an answer to ARP the packet itself never leaves.
      const leaves = trace.disposition !== 'neighbour-unreachable' || index < hops.length - 1;
      if (hop.out !== undefined && !known)
        this.packets.push(...arpSeen(this.world, this.place, hop, trace, at + ARP_MS, this.memory.asking));
      // Loopback shows a packet once.
      if (isHere(hop) && hop.out !== undefined && hop.out !== 'lo' && left && leaves)
        this.seen(message, left, hop.out, 'Out', at + 0.09, hop, hops[index + 1], filledIn.done);
      filledIn.done ||= this.link(hop, hop.out)?.segment !== undefined;
    });
  }

  private seen(
    message: Message,
    header: Header,
    dev: string,
    direction: Captured['direction'],
    at: number,
    from: Hop | undefined,
    to: Hop | undefined,
    filledIn: boolean,
  ): void {
    const link = this.ns.links[dev];
    const [src, dst] = [this.link(from, from?.out)?.mac, this.link(to, to?.in)?.mac];
    this.packets.push({
      at,
      dev,
      direction,
      index: link?.index ?? 0,
      loopback: dev === 'lo',
      ethertype: ETHERTYPE.ipv4,
      macs: src === undefined || dst === undefined ? [NOBODY, NOBODY] : [src, dst],
      packet: packetBytes(this.world, message, header, { place: this.place, direction }, !filledIn),
    });
  }

  private link(hop: Hop | undefined, dev: string | undefined) {
    return hop && dev !== undefined ? this.world.hosts[hop.place.host]?.netns[hop.place.netns]?.links[dev] : undefined;
  }
}

const keyOf = ({ sent: { src, sport, dst, dport } }: Trace): string => `${src}:${sport} ${dst}:${dport}`;

const NOBODY = '00:00:00:00:00:00';

/** Whether a flow was sent by the program that another one reached. */
const isInside = (outer: Trace, inner: Trace): boolean => {
  const at = outer.received?.place;
  const { from } = inner.flow;
  return at !== undefined && at.host === from.host && at.netns === from.netns;
};

/** Everything the flows of one input showed on the interfaces of a place, in order. */
export function packetsOf(world: World, traces: readonly Trace[], place: Place, memory: Memory): readonly Captured[] {
  const ns = world.hosts[place.host]?.netns[place.netns];
  if (!ns) return [];
  const wire = new Wire(world, ns, place, memory);
  const began = traces[0]?.at ?? 0;
  let end = Math.max(0, memory.until - began);
  for (let next = 0; next < traces.length; ) ({ next, end } = wire.flow(traces, next, end));
  memory.until = began + end + HOP_MS;
  return wire.packets
    .map((packet, i) => ({ packet, i }))
    .sort((a, b) => a.packet.at - b.packet.at || a.i - b.i)
    .map(({ packet }) => packet);
}
