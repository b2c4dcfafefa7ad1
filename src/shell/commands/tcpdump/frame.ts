/** A captured frame, and the parts of it that printers and filters look at. Everything is read from its bytes. */
import { formatAddress } from '../../../engine/index.ts';
import { ETHERTYPE, LINK_HEADER, type LinkType, PROTO } from './headers.ts';

export interface Frame {
  /** Microseconds since the epoch. */
  readonly at: number;
  readonly link: LinkType;
  /** As much of it as was kept, link header included. */
  readonly bytes: Uint8Array;
  /** On the wire. */
  readonly length: number;
  /** Of a live capture. */
  readonly direction?: 'In' | 'Out';
}

/** Big-endian reads. */
export class Reader {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
  get length(): number {
    return this.bytes.length;
  }
  u8(at: number): number {
    return this.bytes[at] ?? 0;
  }
  u16(at: number): number {
    return (this.u8(at) << 8) | this.u8(at + 1);
  }
  u32(at: number): number {
    return ((this.u16(at) << 16) | this.u16(at + 2)) >>> 0;
  }
  address(at: number): string {
    return formatAddress(this.u32(at));
  }
  mac(at: number): string {
    return Array.from(this.bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
  }
  from(start: number, end?: number): Reader {
    return new Reader(this.bytes.subarray(start, end));
  }
}

export interface Ip {
  readonly reader: Reader;
  readonly headerLength: number;
  readonly tos: number;
  readonly length: number;
  readonly id: number;
  /** Flags and offset. */
  readonly fragment: number;
  readonly ttl: number;
  readonly proto: number;
  readonly src: string;
  readonly dst: string;
  readonly payload: Reader;
}

export function readIp(reader: Reader): Ip {
  const headerLength = (reader.u8(0) & 0xf) * 4;
  const length = reader.u16(2);
  return {
    reader,
    headerLength,
    tos: reader.u8(1),
    length,
    id: reader.u16(4),
    fragment: reader.u16(6),
    ttl: reader.u8(8),
    proto: reader.u8(9),
    src: reader.address(12),
    dst: reader.address(16),
    payload: reader.from(headerLength, Math.min(length, reader.length)),
  };
}

/** A frame taken apart. */
export interface View {
  readonly frame: Frame;
  readonly whole: Reader;
  readonly ethertype: number;
  /** After the link header. */
  readonly network: Reader;
  readonly ip?: Ip;
}

export function viewOf(frame: Frame): View {
  const whole = new Reader(frame.bytes);
  const ethertype = frame.link === 'EN10MB' ? whole.u16(12) : whole.u16(0);
  const network = whole.from(LINK_HEADER[frame.link]);
  return { frame, whole, ethertype, network, ...(ethertype === ETHERTYPE.ipv4 && { ip: readIp(network) }) };
}

export const hasPorts = ({ proto, fragment }: Ip): boolean =>
  (proto === PROTO.tcp || proto === PROTO.udp) && (fragment & 0x1fff) === 0;
