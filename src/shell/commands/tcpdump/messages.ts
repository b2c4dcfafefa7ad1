/**
 * One packet of a flow as bytes, as it looks where its header is this one: segments of a connection, datagrams, echoes and ICMP errors.
 * Models what Linux sends: IP ids (a SYN-ACK and a RST have none, a connection counts its own), TOS, DF, the options of TCP.
 */
import { type Header, type Place, random, type TcpSegment, type Trace, type World } from '../../../engine/index.ts';
import { bytesOf } from '../../bytes.ts';
import { type IpFields, icmp, tcp, udp, Writer } from './headers.ts';

export interface Message {
  /** The trace it went with; of a segment, the connection's. */
  readonly trace: Trace;
  /** It answers this one. */
  readonly first?: Trace;
  /** Id of the trace that began the connection; absent: this one. */
  readonly origin?: string;
  readonly segment?: TcpSegment;
  /** How many packets of the connection its sender has sent before. */
  readonly nth?: number;
  /** When it was sent, ms since the epoch. */
  readonly at: number;
}

export interface Vantage {
  readonly place: Place;
  readonly direction: 'In' | 'Out';
}

/** @param offloaded the network card has yet to fill the checksum in */
export function packetBytes(world: World, message: Message, header: Header, vantage: Vantage, offloaded: boolean): Uint8Array {
  const { trace, first } = message;
  if (message.segment) return segmentBytes(world, message, message.segment, header, offloaded);
  if (!first) return firstBytes(world, message, header, offloaded);
  if (trace.sent.proto === 'tcp') {
    const reset: TcpSegment = { by: 'server', at: 0, flags: 'R.', seq: 0, ack: 1, length: 0, text: '' };
    return segmentBytes(world, { ...message, trace: first }, reset, header, false);
  }
  if (trace.sent.proto === 'udp') return datagram(header, trace, first.datagrams?.[1] ?? '', offloaded);
  const answersEcho = first.sent.proto === 'icmp' && first.disposition === 'delivered';
  if (!answersEcho) return errorBytes(world, message, header, vantage, first);
  return icmp(ipOf(header, idOf(trace), false), 0, 0, echoOf(first, header), echoData(first));
}

function firstBytes(world: World, message: Message, header: Header, offloaded: boolean): Uint8Array {
  const { trace } = message;
  const { proto } = trace.sent;
  if (proto === 'icmp') return icmp(ipOf(header, idOf(trace), true), 8, 0, echoOf(trace, header), echoData(trace));
  if (proto === 'udp') return datagram(header, trace, trace.datagrams?.[0] ?? padding(trace.flow.length ?? 0), offloaded);
  const syn: TcpSegment = { by: 'client', at: 0, flags: 'S', seq: 0, ack: 0, length: 0, text: '' };
  return segmentBytes(world, message, syn, header, offloaded);
}

const ipOf = ({ src, dst, ttl }: Header, id: number, dontFragment: boolean, tos = 0): IpFields => ({
  src,
  dst,
  ttl,
  tos,
  id,
  dontFragment,
});

const idOf = ({ id }: { readonly id: string }, which = 'ip id') => Math.floor(random(id, which) * 0xffff) + 1;

const echoOf = ({ flow }: Trace, { sport }: Header): readonly [number, number] => [sport, flow.seq ?? 1];

const DEFAULT_ECHO = 56;
const TIMEVAL = 16;

/** ping's payload: the time it was sent, then bytes that count up. */
function echoData({ flow, at }: Trace): Uint8Array {
  const data = Uint8Array.from({ length: flow.length ?? DEFAULT_ECHO }, (_, i) => i & 0xff);
  if (data.length < TIMEVAL) return data;
  const view = new DataView(data.buffer);
  view.setBigUint64(0, BigInt(Math.floor(at / 1000)), true);
  view.setBigUint64(8, BigInt(Math.floor((at % 1000) * 1000)), true);
  return data;
}

/** What else is sent by UDP: the one letter of `nc -zu`, traceroute's `@ABC…`. */
const padding = (length: number) =>
  length === 1 ? 'X' : Array.from({ length }, (_, i) => String.fromCharCode(0x40 + (i & 0x3f))).join('');

function datagram(header: Header, trace: Trace, payload: string, offloaded: boolean): Uint8Array {
  const data = Uint8Array.from(payload, (char) => char.charCodeAt(0));
  // Name servers and their clients ask not to be troubled by path MTU discovery.
  return udp(ipOf(header, idOf(trace), header.sport !== 53 && header.dport !== 53), header.sport, header.dport, data, offloaded);
}

/** What an ICMP error says: type and code. */
const ERRORS: { readonly [K in Trace['disposition']]?: readonly [number, number] } = {
  'ttl-exceeded': [11, 0],
  'no-route': [3, 0],
  'neighbour-unreachable': [3, 1],
  prohibited: [3, 13],
  refused: [3, 3],
};
const ERROR_TOS = 0xc0;
/** ICMP errors quote so much of what they are about that they stay this small. */
const ERROR_BYTES = 576 - 28;

function errorBytes(world: World, message: Message, header: Header, vantage: Vantage, first: Trace): Uint8Array {
  const [type, code] = ERRORS[first.disposition] ?? [3, 3];
  const quoted = quotedHeader(first, vantage);
  const about = packetBytes(world, { trace: first, at: message.at }, quoted, vantage, true).subarray(0, ERROR_BYTES);
  return icmp(ipOf(header, idOf(message.trace), false, ERROR_TOS), type, code, [0, 0], about);
}

/** The header that the packet had where the error is seen: NAT translates what an error quotes as it translates the error. */
function quotedHeader(first: Trace, { place, direction }: Vantage): Header {
  const last = first.hops.at(-1)?.steps[0]?.before ?? first.sent;
  const hop = first.hops.findLast((each) => each.place.host === place.host && each.place.netns === place.netns);
  const there = direction === 'Out' ? hop?.steps[0]?.before : hop?.steps.at(-1)?.after;
  return { ...(there ?? first.sent), ttl: last.ttl };
}

/** After scaling by 2^7, once the connection stands. */
const WINDOW = { client: 491, server: 490 };
const MAX_WINDOW = 65_535;
/** Time stamps in every segment after the first. */
const STAMPS_BYTES = 12;

function segmentBytes(world: World, message: Message, segment: TcpSegment, header: Header, offloaded: boolean): Uint8Array {
  const { trace, nth = 0, at } = message;
  const { by, flags, seq, ack, text, length } = segment;
  const [own, peer] = by === 'client' ? (['client', 'server'] as const) : (['server', 'client'] as const);
  const reset = flags.startsWith('R');
  const plain = reset || flags === 'S.';
  const connection = message.origin ?? trace.id;
  const id = plain ? 0 : (idOf({ id: connection }, `${own} ip id`) + nth) & 0xffff;
  const mss = mssOf(world, by === 'client' ? trace : trace.reverse);
  const data = bytesOf(text);
  const stamps = { own: clockOf(trace, own), peer: flags === 'S' ? undefined : clockOf(trace, peer), at, within: segment.at };
  return tcp(
    ipOf(header, id, true),
    {
      sport: header.sport,
      dport: header.dport,
      seq: reset ? 0 : modulo(isnOf(connection, own) + seq),
      ack: flags === 'S' ? 0 : modulo(isnOf(connection, peer) + ack),
      flags,
      window: windowOf(segment, mss),
      options: reset ? new Uint8Array() : optionsOf(flags.startsWith('S') ? mss : undefined, stamps),
      data: data.length === length ? data : new Uint8Array(length),
    },
    offloaded,
  );
}

const modulo = (value: number) => value % 0x1_0000_0000;

/** What a connection draws when it begins: sequence numbers and the clocks of its time stamps. */
const isnOf = (connection: string, end: TcpSegment['by']) => Math.floor(random(connection, end) * 0xffff_ffff);
const clockOf = (trace: Trace, end: TcpSegment['by']) =>
  Math.floor(random(trace.flow.from.host, end, trace.flow.dst) * 0xffff_ffff);

function mssOf(world: World, way: Trace | undefined): number {
  const sender = way?.hops[0];
  const mtu = sender && world.hosts[sender.place.host]?.netns[sender.place.netns]?.links[sender.out ?? 'lo']?.mtu;
  return (mtu ?? 1500) - 40;
}

/** tcp_select_initial_window(): as many whole segments as 64 KB hold; the server knows already that time stamps take their part. */
function windowOf({ flags, by }: TcpSegment, mss: number): number {
  if (flags.startsWith('R')) return 0;
  if (!flags.startsWith('S')) return WINDOW[by];
  const size = by === 'client' ? mss : mss - STAMPS_BYTES;
  return Math.floor(MAX_WINDOW / size) * size;
}

interface Stamps {
  readonly own: number;
  readonly peer: number | undefined;
  readonly at: number;
  /** Since the connection began. */
  readonly within: number;
}

/** @param mss of a SYN */
function optionsOf(mss: number | undefined, { own, peer, at, within }: Stamps): Uint8Array {
  // Time stamps count milliseconds; the echo is of a packet that came just before.
  const value = (base: number, ms: number) => modulo(base + Math.floor(ms));
  const echo = peer === undefined ? 0 : value(peer, at - Math.min(within, 0.2));
  const stamps = (writer: Writer) => writer.u8(8, 10).u32(value(own, at), echo);
  if (mss === undefined) return stamps(new Writer().u8(1, 1)).done();
  return stamps(new Writer().u8(2, 4).u16(mss).u8(4, 2)).u8(1, 3, 3, 7).done();
}
