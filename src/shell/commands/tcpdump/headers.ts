/** Packets as bytes: Ethernet, Linux cooked v2, ARP, IPv4, TCP, UDP and ICMP headers with their checksums (RFC 791, 793, 768, 792, 826). */
import { toNumber } from '../../../engine/index.ts';

export const PROTO = { icmp: 1, tcp: 6, udp: 17 } as const;
export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806 } as const;

/** Big-endian numbers, one after the other. */
export class Writer {
  readonly #bytes: number[] = [];
  u8(...values: readonly number[]): this {
    for (const value of values) this.#bytes.push(value & 0xff);
    return this;
  }
  u16(...values: readonly number[]): this {
    for (const value of values) this.u8(value >>> 8, value);
    return this;
  }
  u32(...values: readonly number[]): this {
    for (const value of values) this.u16(value >>> 16, value);
    return this;
  }
  mac(text: string): this {
    return this.u8(...text.split(':').map((part) => Number.parseInt(part, 16)));
  }
  bytes(more: Uint8Array): this {
    for (const byte of more) this.#bytes.push(byte);
    return this;
  }
  get length(): number {
    return this.#bytes.length;
  }
  done(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** One's complement sum of 16-bit words, folded; its complement is the checksum. */
export function sumOf(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts)
    for (let i = 0; i < part.length; i += 2) sum += (part[i]! << 8) | (i + 1 < part.length ? part[i + 1]! : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return sum;
}

export const checksumOf = (...parts: readonly Uint8Array[]): number => ~sumOf(...parts) & 0xffff;

/** What TCP and UDP count of the IP header. */
export function pseudoHeader(src: number, dst: number, proto: number, length: number): Uint8Array {
  return new Writer().u32(src, dst).u8(0, proto).u16(length).done();
}

export interface IpFields {
  readonly src: string;
  readonly dst: string;
  readonly ttl: number;
  readonly tos: number;
  readonly id: number;
  readonly dontFragment: boolean;
}

export function ipv4(fields: IpFields, proto: number, payload: Uint8Array): Uint8Array {
  const { src, dst, ttl, tos, id, dontFragment } = fields;
  const header = (checksum: number) =>
    new Writer()
      .u8(0x45, tos)
      .u16(20 + payload.length, id, dontFragment ? 0x4000 : 0)
      .u8(ttl, proto)
      .u16(checksum)
      .u32(toNumber(src), toNumber(dst))
      .done();
  return new Writer()
    .bytes(header(checksumOf(header(0))))
    .bytes(payload)
    .done();
}

/** The checksum of a TCP segment or UDP datagram. Left to the network card, only the pseudo header has been summed. */
function transportChecksum({ src, dst }: IpFields, proto: number, bytes: Uint8Array, offloaded: boolean): number {
  const pseudo = pseudoHeader(toNumber(src), toNumber(dst), proto, bytes.length);
  return offloaded ? sumOf(pseudo) : checksumOf(pseudo, bytes);
}

export interface TcpFields {
  readonly sport: number;
  readonly dport: number;
  readonly seq: number;
  readonly ack: number;
  /** As tcpdump writes them. */
  readonly flags: string;
  readonly window: number;
  readonly options: Uint8Array;
  readonly data: Uint8Array;
}

const FLAGS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, '.': 16 };

export function tcp(ip: IpFields, fields: TcpFields, offloaded: boolean): Uint8Array {
  const { sport, dport, seq, ack, flags, window, options, data } = fields;
  const bits = [...flags].reduce((all, flag) => all | (FLAGS[flag] ?? 0), 0);
  const segment = (checksum: number) =>
    new Writer()
      .u16(sport, dport)
      .u32(seq, ack)
      .u8((5 + options.length / 4) << 4, bits)
      .u16(window, checksum, 0)
      .bytes(options)
      .bytes(data)
      .done();
  return ipv4(ip, PROTO.tcp, segment(transportChecksum(ip, PROTO.tcp, segment(0), offloaded)));
}

export function udp(ip: IpFields, sport: number, dport: number, data: Uint8Array, offloaded: boolean): Uint8Array {
  const datagram = (checksum: number) =>
    new Writer()
      .u16(sport, dport, 8 + data.length, checksum)
      .bytes(data)
      .done();
  return ipv4(ip, PROTO.udp, datagram(transportChecksum(ip, PROTO.udp, datagram(0), offloaded) || 0xffff));
}

/** @param rest the four bytes after the checksum: id and sequence of an echo */
export function icmp(ip: IpFields, type: number, code: number, rest: readonly [number, number], data: Uint8Array): Uint8Array {
  const message = (checksum: number) =>
    new Writer()
      .u8(type, code)
      .u16(checksum, ...rest)
      .bytes(data)
      .done();
  return ipv4(ip, PROTO.icmp, message(checksumOf(message(0))));
}

const NOBODY = '00:00:00:00:00:00';

export function arp(
  asks: boolean,
  sender: readonly [mac: string, address: string],
  target: readonly [mac: string, address: string],
) {
  return new Writer()
    .u16(1, ETHERTYPE.ipv4)
    .u8(6, 4)
    .u16(asks ? 1 : 2)
    .mac(sender[0])
    .u32(toNumber(sender[1]))
    .mac(asks ? NOBODY : target[0])
    .u32(toNumber(target[1]))
    .done();
}

export type LinkType = 'EN10MB' | 'LINUX_SLL2';
export const LINK_HEADER: Readonly<Record<LinkType, number>> = { EN10MB: 14, LINUX_SLL2: 20 };

export interface OnLink {
  readonly index: number;
  readonly loopback: boolean;
  readonly ethertype: number;
  readonly macs: readonly [src: string, dst: string];
  readonly direction: 'In' | 'Out';
}

const BROADCAST = 'ff:ff:ff:ff:ff:ff';
const PACKET = { host: 0, broadcast: 1, outgoing: 4 } as const;

/** The link header that a capture of this type keeps. */
export function linkHeader(type: LinkType, { index, loopback, ethertype, macs, direction }: OnLink): Uint8Array {
  if (type === 'EN10MB') return new Writer().mac(macs[1]).mac(macs[0]).u16(ethertype).done();
  const kind = direction === 'Out' ? PACKET.outgoing : macs[1] === BROADCAST ? PACKET.broadcast : PACKET.host;
  return new Writer()
    .u16(ethertype, 0)
    .u32(index)
    .u16(loopback ? 772 : 1)
    .u8(kind, 6)
    .mac(macs[0])
    .u16(0)
    .done();
}
