/** How tcpdump 4.99 writes one packet. Models print.c, print-tcp.c and print-arp.c for what a lab's hosts send; addresses are numeric. */
import { segmentBytes } from '../../../engine/index.ts';
import type { Body, Captured } from './capture.ts';

export interface Style {
  /** The interface and direction before each packet, as with `-i any`. */
  readonly withInterface: boolean;
  /** -t: none, -tt: seconds, -tttt: with the date; default the time of day. */
  readonly time: 'none' | 'seconds' | 'dated' | 'daily';
  /** -e */
  readonly link: boolean;
  /** -q */
  readonly brief: boolean;
  /** -S */
  readonly absolute: boolean;
}

const FRAME_HEADER = 14;
/** Time stamps in every segment after the first. */
const OPTIONS = 12;
/** Ports whose data print-tcp.c takes for HTTP. */
const HTTP_PORTS = new Set([80, 8080, 3128]);
/** After scaling by 2^7, once the connection stands. */
const WINDOW = { client: 491, server: 490 };
const MAX_WINDOW = 65_535;

type Tcp = Extract<Body, { kind: 'tcp' }>;

export function packetLine(packet: Captured, style: Style): string {
  const where = style.withInterface ? `${packet.dev.padEnd(5)} ${packet.direction.padEnd(3)} ` : '';
  const frame = style.link ? frameText(packet, style) : undefined;
  const { proto, src, dst, sport, dport } = packet;
  if (proto === 'arp') return `${stamp(packet.at, style.time)}${where}${frame ?? 'ARP, '}${textOf(packet, style)}\n`;
  const ends = proto === 'icmp' ? `${src} > ${dst}` : `${src}.${sport} > ${dst}.${dport}`;
  return `${stamp(packet.at, style.time)}${where}${frame ?? 'IP '}${ends}: ${textOf(packet, style)}\n`;
}

function stamp(at: number, time: Style['time']): string {
  if (time === 'none') return '';
  const us = Math.round(at * 1000);
  const micro = String(us % 1_000_000).padStart(6, '0');
  if (time === 'seconds') return `${Math.floor(us / 1_000_000)}.${micro} `;
  const iso = new Date(Math.floor(us / 1000)).toISOString();
  return `${time === 'dated' ? `${iso.slice(0, 10)} ` : ''}${iso.slice(11, 19)}.${micro} `;
}

/** `02:… > 02:…, ethertype IPv4 (0x0800), length 98: ` */
function frameText({ proto, macs, body }: Captured, { brief }: Style): string {
  const [name, code] = proto === 'arp' ? ['ARP', '0x0806'] : ['IPv4', '0x0800'];
  const type = brief ? name : `ethertype ${name} (${code})`;
  const [src, dst] = macs ?? ['00:00:00:00:00:00', '00:00:00:00:00:00'];
  return `${src} > ${dst}, ${type}, length ${FRAME_HEADER + ipLength(body)}: `;
}

function ipLength(body: Body): number {
  if (body.kind === 'text') return body.length;
  return segmentBytes(body.segment);
}

function textOf({ body, sport, dport, at }: Captured, style: Style): string {
  if (body.kind === 'text') return body.text;
  const { segment } = body;
  if (style.brief) return `tcp ${segment.length}`;
  const http = HTTP_PORTS.has(sport) || HTTP_PORTS.has(dport);
  const data = segment.length > 0 && http ? `: HTTP${isHttp(segment.begins) ? `: ${segment.begins}` : ''}` : '';
  return `Flags [${segment.flags}], ${numbers(body, style)}win ${windowOf(body)}${options(body, at)}, length ${segment.length}${data}`;
}

/** The first packets of both sides are absolute, all others count from there. */
function numbers({ segment, isn, peerIsn }: Tcp, { absolute }: Style): string {
  const { flags, seq, ack, length } = segment;
  const of = (base: number, value: number) => (absolute ? (base + value) % 0x1_0000_0000 : value);
  if (flags === 'S') return `seq ${isn}, `;
  if (flags === 'S.') return `seq ${isn}, ack ${(peerIsn + 1) % 0x1_0000_0000}, `;
  if (flags === 'R.') return `seq 0, ack ${(peerIsn + 1) % 0x1_0000_0000}, `;
  const acked = `ack ${of(peerIsn, ack)}, `;
  if (length === 0) return flags === '.' ? acked : `seq ${of(isn, seq)}, ${acked}`;
  return `seq ${of(isn, seq)}:${of(isn, seq + length)}, ${acked}`;
}

/** tcp_select_initial_window(): as many whole segments as 64 KB hold; the server knows already that time stamps take their part. */
function windowOf({ segment: { flags, by }, mss }: Tcp): number {
  if (flags.startsWith('R')) return 0;
  if (!flags.startsWith('S')) return WINDOW[by];
  const size = by === 'client' ? mss : mss - OPTIONS;
  return Math.floor(MAX_WINDOW / size) * size;
}

function options({ segment: { flags, at: within }, mss, clock, peerClock }: Tcp, at: number): string {
  if (flags.startsWith('R')) return '';
  // Time stamps count milliseconds; the echo is of a packet that came just before.
  const value = (base: number, ms: number) => (base + Math.floor(ms)) % 0x1_0000_0000;
  const echo = flags === 'S' ? 0 : value(peerClock, at - Math.min(within, 0.2));
  const stamps = `TS val ${value(clock, at)} ecr ${echo}`;
  return flags.startsWith('S') ? `, options [mss ${mss},sackOK,${stamps},nop,wscale 7]` : `, options [nop,nop,${stamps}]`;
}

/** print-http.c knows a message by the first word of its first line. */
const isHttp = (line: string) =>
  /^(HTTP\/|(GET|PUT|COPY|HEAD|LOCK|MOVE|POLL|POST|BCOPY|BMOVE|MKCOL|TRACE|LABEL|MERGE|DELETE|SEARCH|UNLOCK|REPORT|UPDATE|NOTIFY|OPTIONS|PATCH|CONNECT) )/.test(
    line,
  );
