/**
 * What passed the interfaces of a place: the flows of one input, there and back, with everything a TCP connection carried
 * (segments.ts), in the order of the wire.
 *
 * Reads traces: every later packet of a connection takes the way its first one took. Leaves out ARP's and TCP's repetitions.
 */
import {
  type Conversation,
  type Header,
  type Hop,
  type NetNamespace,
  type Place,
  type Position,
  random,
  START,
  segmentsOf,
  type TcpSegment,
  type Trace,
  type World,
} from '../../../engine/index.ts';

export interface Captured {
  /** ms since the epoch, with a fraction. */
  readonly at: number;
  readonly dev: string;
  readonly direction: 'In' | 'Out';
  readonly proto: 'tcp' | 'udp' | 'icmp' | 'arp';
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
  /** From one card to the other on this link; absent where the other is not known. */
  readonly macs?: readonly [src: string, dst: string];
  readonly body: Body;
}

/** What a packet is, for whoever prints it. */
export type Body =
  | {
      readonly kind: 'tcp';
      readonly segment: TcpSegment;
      readonly mss: number;
      readonly isn: number;
      readonly peerIsn: number;
      readonly clock: number;
      readonly peerClock: number;
    }
  /** ICMP, UDP and ARP: their text, and the bytes of the IP packet (ARP: of the frame). */
  | { readonly kind: 'text'; readonly text: string; readonly length: number };

/** Connections whose later requests may come in later inputs: where their streams stand. */
export type Positions = Map<string, Position>;

/** A connection whose beginning was not seen. */
const UNDER_WAY: Position = { sent: { client: 1, server: 1 }, interactive: new Set() };

/** One way through one host, and what it costs to pass it, ms. */
const HOP_MS = 0.12;
const THINKING_MS = 0.25;

const UNREACHABLE: { readonly [K in Trace['disposition']]?: (first: Trace) => string } = {
  'ttl-exceeded': () => 'ICMP time exceeded in-transit',
  'no-route': (first) => `ICMP net ${first.sent.dst} unreachable`,
  'neighbour-unreachable': (first) => `ICMP host ${first.sent.dst} unreachable`,
  prohibited: (first) => `ICMP host ${first.sent.dst} unreachable - admin prohibited filter`,
  refused: (first) => `ICMP ${first.sent.dst} ${first.sent.proto} port ${first.sent.dport} unreachable`,
};

const IP_HEADER = 20;
const ICMP_HEADER = 8;

/** A packet of a trace that is not TCP; `first` is the trace it answers. */
function textBody(trace: Trace, first: Trace | undefined): Body {
  const size = trace.flow.length ?? first?.flow.length ?? 0;
  if (trace.sent.proto === 'udp') return { kind: 'text', text: `UDP, length ${size}`, length: IP_HEADER + 8 + size };
  const echo = (what: string, id: number, bytes: number): Body => ({
    kind: 'text',
    text: `ICMP echo ${what}, id ${id}, seq 1, length ${bytes + ICMP_HEADER}`,
    length: IP_HEADER + ICMP_HEADER + bytes,
  });
  if (first && first.sent.proto === 'icmp' && first.disposition === 'delivered')
    return echo('reply', first.sent.sport, first.flow.length ?? 56);
  if (!first) return echo('request', trace.sent.sport, trace.flow.length ?? 56);
  const length = first.sent.proto === 'tcp' ? 68 : 36;
  return {
    kind: 'text',
    text: `${UNREACHABLE[first.disposition]?.(first) ?? 'ICMP unreachable'}, length ${length}`,
    length: IP_HEADER + length,
  };
}

class Wire {
  readonly packets: Captured[] = [];
  private readonly world: World;
  private readonly ns: NetNamespace;
  private readonly place: Place;
  private readonly positions: Positions;

  constructor(world: World, ns: NetNamespace, place: Place, positions: Positions) {
    this.world = world;
    this.ns = ns;
    this.place = place;
    this.positions = positions;
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
    this.oneWay(trace, start, this.bodyOf(trace, undefined));
    if (trace.reverse) this.oneWay(trace.reverse, start + there + 0.1, this.bodyOf(trace.reverse, trace));
    return { end: start + there + back + 0.1, next: nested.next };
  }

  private connection(trace: Trace, conversation: Conversation, start: number, pace: Parameters<typeof segmentsOf>[2]): number {
    const { sent } = trace;
    const key = `${sent.src}:${sent.sport} ${sent.dst}:${sent.dport}`;
    const { segments, position } = segmentsOf(
      conversation,
      conversation.resumed ? (this.positions.get(key) ?? UNDER_WAY) : START,
      pace,
    );
    this.positions.set(key, position);
    segments.forEach((segment, i) => {
      const way = segment.by === 'client' ? trace : trace.reverse!;
      this.oneWay(way, start + segment.at, this.tcp(trace, segment), i > 1);
    });
    return start + (segments.at(-1)?.at ?? 0) + pace.there;
  }

  private bodyOf(trace: Trace, first: Trace | undefined): Body {
    if (trace.sent.proto !== 'tcp') return textBody(trace, first);
    const segment: TcpSegment = { by: 'client', at: 0, flags: 'S', seq: 0, ack: 0, length: 0, begins: '' };
    return this.tcp(first ?? trace, first ? { ...segment, by: 'server', flags: 'R.', ack: 1 } : segment);
  }

  private tcp(trace: Trace, segment: TcpSegment): Body {
    const numbers = numbersOf(trace);
    const [own, peer] = segment.by === 'client' ? [numbers.client, numbers.server] : [numbers.server, numbers.client];
    const sender = (segment.by === 'client' ? trace : trace.reverse)?.hops[0];
    const mtu = sender && this.world.hosts[sender.place.host]?.netns[sender.place.netns]?.links[sender.out ?? 'lo']?.mtu;
    return {
      kind: 'tcp',
      segment,
      mss: (mtu ?? 1500) - 40,
      isn: own.isn,
      peerIsn: peer.isn,
      clock: own.clock,
      peerClock: peer.clock,
    };
  }

  private oneWay(trace: Trace, start: number, body: Body, known = false): void {
    trace.hops.forEach((hop, index) => {
      if (hop.place.host !== this.place.host || hop.place.netns !== this.place.netns) return;
      const at = trace.at + start + index * HOP_MS;
      const entered = hop.steps[0]?.before;
      if (hop.in !== undefined && entered)
        this.packets.push(seen(entered, hop.in, 'In', at, body, this.macs(trace.hops[index - 1], hop)));
      const left = hop.steps.at(-1)?.after;
      // Loopback shows a packet once.
      if (hop.out === undefined || hop.out === 'lo' || !left) return;
      if (!known) this.packets.push(...arpOf(this.ns, hop, trace, at + 0.03));
      // Without an answer to ARP the packet itself never leaves.
      if (trace.disposition !== 'neighbour-unreachable' || index < trace.hops.length - 1)
        this.packets.push(seen(left, hop.out, 'Out', at + 0.09, body, this.macs(hop, trace.hops[index + 1])));
    });
  }

  private macs(from: Hop | undefined, to: Hop | undefined): readonly [string, string] | undefined {
    const [src, dst] = [this.mac(from, from?.out), this.mac(to, to?.in)];
    return src === undefined || dst === undefined ? undefined : [src, dst];
  }

  private mac(hop: Hop | undefined, dev: string | undefined): string | undefined {
    return hop && dev !== undefined ? this.world.hosts[hop.place.host]?.netns[hop.place.netns]?.links[dev]?.mac : undefined;
  }
}

/** Whether a flow was sent by the program that another one reached. */
const isInside = (outer: Trace, inner: Trace): boolean => {
  const at = outer.received?.place;
  const { from } = inner.flow;
  return at !== undefined && at.host === from.host && at.netns === from.netns;
};

const seen = (
  { proto, src, dst, sport, dport }: Header,
  dev: string,
  direction: Captured['direction'],
  at: number,
  body: Body,
  macs: readonly [string, string] | undefined,
): Captured => ({ at, dev, direction, proto, src, dst, sport, dport, body, ...(macs && { macs }) });

const BROADCAST = 'ff:ff:ff:ff:ff:ff';

/** ARP is on the wire where a step of the trace asked for it. */
function arpOf(ns: NetNamespace, hop: Hop, trace: Trace, at: number): readonly Captured[] {
  const asked = hop.steps.find((step) => step.at === 'neighbour' && step.text.startsWith('ARP on'));
  if (!asked || hop.out === undefined || asked.ref?.kind !== 'neighbour') return [];
  const { address } = asked.ref;
  // arp_solicit(): the packet's source if it is the host's own, else an address of the link, else of any.
  const links = [ns.links[hop.out], ...Object.values(ns.links)]
    .flatMap((link) => link?.addresses ?? [])
    .filter((a) => a.scope === 'global');
  const src = asked.before?.src;
  const own = (links.find((a) => a.address === src) ?? links[0])?.address ?? trace.sent.src;
  const ownMac = ns.links[hop.out]?.mac ?? '';
  const base = { dev: hop.out, proto: 'arp', src: own, dst: address, sport: 0, dport: 0 } as const;
  const arp = (text: string): Body => ({ kind: 'text', text: `${text}, length 28`, length: 28 });
  const request: Captured = {
    ...base,
    at,
    direction: 'Out',
    macs: [ownMac, BROADCAST],
    body: arp(`Request who-has ${address} tell ${own}`),
  };
  const mac = / is at (\S+)$/.exec(asked.action)?.[1];
  if (mac === undefined) return [request];
  return [request, { ...base, at: at + 0.05, direction: 'In', macs: [mac, ownMac], body: arp(`Reply ${address} is-at ${mac}`) }];
}

/** Everything the flows of one input showed on the interfaces of a place, in order. */
export function packetsOf(world: World, traces: readonly Trace[], place: Place, positions: Positions): readonly Captured[] {
  const ns = world.hosts[place.host]?.netns[place.netns];
  if (!ns) return [];
  const wire = new Wire(world, ns, place, positions);
  for (let next = 0, end = 0; next < traces.length; ) ({ next, end } = wire.flow(traces, next, end));
  return wire.packets
    .map((packet, i) => ({ packet, i }))
    .sort((a, b) => a.packet.at - b.packet.at || a.i - b.i)
    .map(({ packet }) => packet);
}

/** What a connection draws when it begins: sequence numbers and the clocks of its time stamps. */
function numbersOf(trace: Trace): Readonly<Record<TcpSegment['by'], { readonly isn: number; readonly clock: number }>> {
  const of = (which: string) => ({
    isn: Math.floor(random(trace.id, which) * 0xffff_ffff),
    clock: Math.floor(random(trace.flow.from.host, which, trace.flow.dst) * 0xffff_ffff),
  });
  return { client: of('client'), server: of('server') };
}
