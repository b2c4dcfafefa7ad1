/** Checksums as tcpdump checks them (in_cksum.c). */
import { toNumber } from '../../../engine/index.ts';
import type { Ip } from './frame.ts';
import { pseudoHeader, sumOf } from './headers.ts';

/** in_cksum_shouldbe(): what the field had to hold, given the checksum over everything with what it holds. */
export function shouldBe(stored: number, computed: number): number {
  let sum = stored + computed;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

/** The checksum over a TCP segment or UDP datagram and its pseudo header: 0 when it is right. */
export function transportCheck({ src, dst, proto, payload }: Ip): number {
  const pseudo = pseudoHeader(toNumber(src), toNumber(dst), proto, payload.length);
  return ~sumOf(pseudo, payload.bytes) & 0xffff;
}
