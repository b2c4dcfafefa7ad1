/**
 * What passed an interface: a flow's trace, seen from one namespace's wire, as tcpdump prints it. Only packets the simulation walks
 * exist (SYN and its answer, datagrams, echoes, errors); the rest of a TCP connection is not walked and so is not seen.
 */
import { type Header, type Hop, type NetNamespace, type Place, random, type Trace } from '../../../engine/index.ts';

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
  /** After the addresses: `Flags [S], seq …`. */
  readonly text: string;
}

const sequence = (trace: Trace, which: string): number => Math.floor(random(trace.id.replace(/r$/, ''), which) * 0xffffffff);

function tcpText(trace: Trace, answer: boolean, refused: boolean): string {
  const client = sequence(trace, 'client');
  const options = 'options [mss 1460,sackOK,nop,wscale 7]';
  if (!answer) return `Flags [S], seq ${client}, win 64240, ${options}, length 0`;
  if (refused) return `Flags [R.], seq 0, ack ${client + 1}, win 0, length 0`;
  return `Flags [S.], seq ${sequence(trace, 'server')}, ack ${client + 1}, win 65160, ${options}, length 0`;
}

const UNREACHABLE: { readonly [K in Trace['disposition']]?: (first: Trace) => string } = {
  'ttl-exceeded': () => 'ICMP time exceeded in-transit',
  'no-route': (first) => `ICMP net ${first.sent.dst} unreachable`,
  'neighbour-unreachable': (first) => `ICMP host ${first.sent.dst} unreachable`,
  prohibited: (first) => `ICMP host ${first.sent.dst} unreachable - admin prohibited filter`,
  refused: (first) => `ICMP ${first.sent.dst} ${first.sent.proto} port ${first.sent.dport} unreachable`,
};

/** The body of a packet of a trace; `first` is the trace it answers. */
function bodyText(trace: Trace, first: Trace | undefined): string {
  const { proto } = trace.sent;
  const size = trace.flow.length ?? first?.flow.length ?? 0;
  if (proto === 'tcp') return tcpText(trace, first !== undefined, first?.disposition === 'refused');
  if (proto === 'udp') return `UDP, length ${size}`;
  if (first && first.sent.proto === 'icmp' && first.disposition === 'delivered') {
    return `ICMP echo reply, id ${first.sent.sport}, seq 1, length ${(first.flow.length ?? 56) + 8}`;
  }
  if (first) return `${UNREACHABLE[first.disposition]?.(first) ?? 'ICMP unreachable'}, length 36`;
  return `ICMP echo request, id ${trace.sent.sport}, seq 1, length ${(trace.flow.length ?? 56) + 8}`;
}

function seen(trace: Trace, header: Header, dev: string, direction: Captured['direction'], at: number, text: string): Captured {
  const { proto, src, dst, sport, dport } = header;
  return { at: trace.at + at, dev, direction, proto, src, dst, sport, dport, text };
}

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
  const base = { dev: hop.out, proto: 'arp', src: own, dst: address, sport: 0, dport: 0 } as const;
  const request: Captured = {
    ...base,
    at: trace.at + at,
    direction: 'Out',
    text: `ARP, Request who-has ${address} tell ${own}, length 28`,
  };
  const mac = / is at (\S+)$/.exec(asked.action)?.[1];
  if (mac === undefined) return [request];
  return [request, { ...base, at: trace.at + at + 0.05, direction: 'In', text: `ARP, Reply ${address} is-at ${mac}, length 28` }];
}

function oneWay(ns: NetNamespace, trace: Trace, first: Trace | undefined, place: Place, start: number): readonly Captured[] {
  const text = bodyText(trace, first);
  const packets: Captured[] = [];
  trace.hops.forEach((hop, index) => {
    if (hop.place.host !== place.host || hop.place.netns !== place.netns) return;
    const at = start + index * 0.12;
    const entered = hop.steps[0]?.before;
    if (hop.in !== undefined && entered) packets.push(seen(trace, entered, hop.in, 'In', at, text));
    const left = hop.steps.at(-1)?.after;
    // Loopback shows a packet once.
    if (hop.out === undefined || hop.out === 'lo' || !left) return;
    packets.push(...arpOf(ns, hop, trace, at + 0.03));
    // Without an answer to ARP the packet itself never leaves.
    if (trace.disposition !== 'neighbour-unreachable' || index < trace.hops.length - 1)
      packets.push(seen(trace, left, hop.out, 'Out', at + 0.09, text));
  });
  return packets;
}

/** Everything a flow and its answer showed on the interfaces of a place, in order. */
export function packetsOf(ns: NetNamespace, trace: Trace, place: Place): readonly Captured[] {
  const answer = trace.reverse ? oneWay(ns, trace.reverse, trace, place, trace.hops.length * 0.12 + 0.1) : [];
  return [...oneWay(ns, trace, undefined, place, 0), ...answer];
}

/** `12:38:43.907947 IP 10.0.1.10.59996 > 10.0.1.31.22: Flags [S], …`; with the interface when all are captured. */
export function packetLine(packet: Captured, all: boolean): string {
  const { proto, src, dst, sport, dport, text } = packet;
  const us = Math.round(packet.at * 1000);
  const stamp = `${new Date(Math.floor(us / 1000)).toISOString().slice(11, 23)}${String(us % 1000).padStart(3, '0')}`;
  const where = all ? `${packet.dev.padEnd(5)} ${packet.direction.padEnd(3)} ` : '';
  if (proto === 'arp') return `${stamp} ${where}${text}\n`;
  const ends = proto === 'icmp' ? `${src} > ${dst}` : `${src}.${sport} > ${dst}.${dport}`;
  return `${stamp} ${where}IP ${ends}: ${text}\n`;
}
