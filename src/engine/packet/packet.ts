/** A packet under way, in numbers, and its faces: the Header that traces show, the tuple that conntrack keys on. */

import type { FlowTuple } from '../kernel/tuplehash.ts';
import { formatAddress } from '../net/address.ts';
import type { Header } from './trace.ts';

/** What sort of segment or message it is; the answers are made from it. */
export type PacketKind = 'syn' | 'syn-ack' | 'rst' | 'datagram' | 'echo' | 'echo-reply' | 'icmp-error';

/** Mutable: one walk owns it. */
export interface Packet {
  proto: 'tcp' | 'udp' | 'icmp';
  kind: PacketKind;
  src: number;
  dst: number;
  sport: number;
  dport: number;
  ttl: number;
  mark: number;
  /** Bytes on the wire from the IP header on. */
  length: number;
  icmpType: number;
  /** ICMP errors carry the header of the packet they are about. */
  inner?: FlowTuple;
}

const HEADER_BYTES = { tcp: 60, udp: 28, icmp: 28 } as const;

/** Length of an IP packet with so much payload; a SYN carries 20 bytes of options. */
export function packetLength(proto: Packet['proto'], payload: number): number {
  return HEADER_BYTES[proto] + payload;
}

export function headerOf(p: Packet): Header {
  return {
    proto: p.proto,
    src: formatAddress(p.src),
    dst: formatAddress(p.dst),
    sport: p.sport,
    dport: p.dport,
    ttl: p.ttl,
    mark: p.mark,
  };
}

export const ICMP_ECHO_REPLY = 0;
export const ICMP_UNREACHABLE = 3;
export const ICMP_ECHO = 8;
export const ICMP_TIME_EXCEEDED = 11;
