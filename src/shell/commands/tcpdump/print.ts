/**
 * How tcpdump 4.99 writes one frame. Models print.c, print-ip.c, print-icmp.c, print-arp.c, print-udp.c and print-sll.c for what a lab's
 * hosts send; addresses are numeric.
 */

import { shouldBe, transportCheck } from './checksums.ts';
import { type Frame, type Ip, type Reader, readIp, type View, viewOf } from './frame.ts';
import { checksumOf, ETHERTYPE, LINK_HEADER, PROTO } from './headers.ts';
import { domainText } from './print-domain.ts';
import { dumped } from './print-dump.ts';
import { type Conversations, tcpText } from './print-tcp.ts';

export interface Style {
  /** -t: none, -tt: seconds, -ttt: since the one before, -tttt: with the date, -ttttt: since the first; default the time of day. */
  readonly time: 'none' | 'seconds' | 'delta' | 'dated' | 'sinceFirst' | 'daily';
  /** How many -v. */
  readonly verbose: number;
  /** -e */
  readonly link: boolean;
  /** -q */
  readonly brief: boolean;
  /** -S */
  readonly absolute: boolean;
  /** -K: checksums are not looked at. */
  readonly unchecked: boolean;
  /** -# */
  readonly numbered: boolean;
  /** -A, -x, -X; twice: with the link header. */
  readonly dump: { readonly as: 'none' | 'ascii' | 'hex' | 'both'; readonly withLink: boolean };
}

/** Prints frames one after the other: numbers and times are relative to what came before. */
export class Printer {
  readonly #style: Style;
  readonly #linkName: (index: number) => string;
  readonly #conversations: Conversations = new Map();
  #printed = 0;
  #first = 0;
  #last = 0;

  constructor(style: Style, linkName: (index: number) => string) {
    this.#style = style;
    this.#linkName = linkName;
  }

  text(frame: Frame): string {
    const style = this.#style;
    if (this.#printed++ === 0) [this.#first, this.#last] = [frame.at, frame.at];
    const number = style.numbered ? `${String(this.#printed).padStart(5)}  ` : '';
    const stamp = this.#stamp(frame.at);
    this.#last = frame.at;
    const view = viewOf(frame);
    const link = frame.link === 'EN10MB' ? this.#ethernet(view) : this.#cooked(view);
    return `${number}${stamp}${link}${this.#network(view)}${dumped(frame.bytes, LINK_HEADER[frame.link], style.dump)}\n`;
  }

  #stamp(at: number): string {
    const { time } = this.#style;
    if (time === 'none') return '';
    if (time === 'seconds') return `${Math.floor(at / 1_000_000)}.${String(at % 1_000_000).padStart(6, '0')} `;
    if (time === 'delta') return `${signed(at - this.#last)} `;
    if (time === 'sinceFirst') return `${signed(at - this.#first)} `;
    const date = time === 'dated' ? `${new Date(Math.floor(at / 1000)).toISOString().slice(0, 10)} ` : '';
    return `${date}${clock(at % 86_400_000_000)} `;
  }

  /** `02:… > 02:…, ethertype IPv4 (0x0800), length 98: ` */
  #ethernet({ whole, ethertype, frame }: View): string {
    const { link, brief } = this.#style;
    if (!link) return '';
    const name = ETHERTYPES[ethertype];
    const type = brief
      ? (name ?? `Unknown Ethertype (${hex16(ethertype)})`)
      : `ethertype ${name ?? 'Unknown'} (${hex16(ethertype)})`;
    return `${whole.mac(6)} > ${whole.mac(0)}, ${type}, length ${frame.length}: `;
  }

  /** `ens5  In  `, and with -e `ifindex 2 02:… ethertype IPv4 (0x0800), length 104: ` */
  #cooked({ whole, ethertype, frame }: View): string {
    const index = whole.u32(4);
    const where = `${this.#linkName(index).padEnd(5)} ${(DIRECTIONS[whole.u8(10)] ?? '?').padEnd(3)} `;
    if (!this.#style.link) return where;
    const mac = whole.u8(11) === 6 ? `${whole.mac(12)} ` : '';
    const type = this.#style.brief ? '' : `ethertype ${ETHERTYPES[ethertype] ?? 'Unknown'} (${hex16(ethertype)}), `;
    return `${where}ifindex ${index} ${mac}${type}length ${frame.length}: `;
  }

  #network(view: View): string {
    const named = (name: string) => (this.#style.link ? '' : name);
    if (view.ip) return `${named('IP ')}${this.#ip(view.ip)}`;
    if (view.ethertype === ETHERTYPE.arp) return `${named('ARP, ')}${this.#arp(view.network)}`;
    return `${named(`ethertype Unknown (${hex16(view.ethertype)}), `)}length ${view.network.length}`;
  }

  #arp(r: Reader): string {
    const what = this.#style.verbose > 0 ? 'Ethernet (len 6), IPv4 (len 4), ' : '';
    const text =
      r.u16(6) === 1 ? `Request who-has ${r.address(24)} tell ${r.address(14)}` : `Reply ${r.address(14)} is-at ${r.mac(8)}`;
    return `${what}${text}, length ${r.length}`;
  }

  #ip(ip: Ip): string {
    const { verbose } = this.#style;
    return `${verbose > 0 ? `${this.#ipHeader(ip)}\n    ` : ''}${this.#transport(ip)}`;
  }

  #ipHeader(ip: Ip): string {
    const { reader, headerLength, tos, ttl, id, fragment, proto, length } = ip;
    const ecn = ['', ',ECT(1)', ',ECT(0)', ',CE'][tos & 3];
    const flags = [fragment & 0x2000 ? '+' : '', fragment & 0x4000 ? 'DF' : ''].filter(Boolean).join(', ') || 'none';
    const name = PROTOCOLS[proto] ?? 'unknown';
    const header = reader.bytes.subarray(0, headerLength);
    const sum = checksumOf(header);
    const stored = reader.u16(10);
    const bad =
      this.#style.unchecked || sum === 0 ? '' : `, bad cksum ${stored.toString(16)} (->${shouldBe(stored, sum).toString(16)})!`;
    const left = ttl >= 1 ? `, ttl ${ttl}` : '';
    return `(tos 0x${tos.toString(16)}${ecn}${left}, id ${id}, offset ${(fragment & 0x1fff) * 8}, flags [${flags}], proto ${name} (${proto}), length ${length}${bad})`;
  }

  #transport(ip: Ip): string {
    const { proto, src, dst, payload } = ip;
    if (proto === PROTO.tcp) return tcpText(ip, this.#style, this.#conversations);
    if (proto === PROTO.udp) return `${src}.${payload.u16(0)} > ${dst}.${payload.u16(2)}: ${this.#udp(ip)}`;
    if (proto === PROTO.icmp) return `${src} > ${dst}: ICMP ${this.#icmp(ip)}`;
    return `${src} > ${dst}:  ip-proto-${proto} ${payload.length}`;
  }

  #udp(ip: Ip): string {
    const { payload } = ip;
    const { verbose, brief, unchecked } = this.#style;
    const length = payload.u16(4) - 8;
    if (brief) return `UDP, length ${length}`;
    const domain = DOMAIN_PORTS.has(payload.u16(0)) || DOMAIN_PORTS.has(payload.u16(2));
    const wanted = !unchecked && verbose > 1;
    const text = domain ? domainText(payload.from(8), verbose, length) : `UDP, length ${length}`;
    return `${wanted ? udpChecksum(ip) : ''}${text}`;
  }

  #icmp(ip: Ip): string {
    const { payload: r } = ip;
    const { verbose } = this.#style;
    const type = r.u8(0);
    if (type === 0 || type === 8)
      return `echo ${type === 8 ? 'request' : 'reply'}, id ${r.u16(4)}, seq ${r.u16(6)}, length ${r.length}`;
    const about = readIp(r.from(8));
    const inner = verbose > 0 ? `\n\t${this.#style.link ? '' : 'IP '}${this.#ip(about)}` : '';
    return `${icmpError(type, r.u8(1), about)}, length ${r.length}${inner}`;
  }
}

const clock = (us: number): string => {
  const seconds = Math.floor(us / 1_000_000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${String(us % 1_000_000).padStart(6, '0')}`;
};

const signed = (us: number) => `${us < 0 ? '-' : ' '}${clock(Math.abs(us))}`;

const hex16 = (value: number) => `0x${value.toString(16).padStart(4, '0')}`;
const ETHERTYPES: Readonly<Record<number, string>> = { [ETHERTYPE.ipv4]: 'IPv4', [ETHERTYPE.arp]: 'ARP', 34525: 'IPv6' };
const DIRECTIONS = ['In', 'B', 'M', 'P', 'Out'];
const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'ICMP', 4: 'IPIP', 6: 'TCP', 17: 'UDP' };

/** DNS, and multicast DNS. */
const DOMAIN_PORTS = new Set([53, 5353]);

function udpChecksum(ip: Ip): string {
  const stored = ip.payload.u16(6);
  if (stored === 0) return '[no cksum] ';
  const sum = transportCheck(ip);
  return sum === 0 ? '[udp sum ok] ' : `[bad udp cksum ${hex16(stored)} -> ${hex16(shouldBe(stored, sum))}!] `;
}

function icmpError(type: number, code: number, { dst, proto, payload }: Ip): string {
  if (type === 11) return `time exceeded ${code === 0 ? 'in-transit' : 'ip reassembly'}`;
  const name = proto === PROTO.tcp ? 'tcp' : 'udp';
  if (code === 3) return `${dst} ${name} port ${payload.u16(2)} unreachable`;
  return `${['net', 'host', 'protocol'][code] ?? 'host'} ${dst} unreachable${code === 13 ? ' - admin prohibited filter' : ''}`;
}
