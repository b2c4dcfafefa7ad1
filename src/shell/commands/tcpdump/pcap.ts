/** Capture files: the pcap format of libpcap (pcap-savefile(5)), microseconds, written little-endian and read either way. */
import type { Frame } from './frame.ts';
import type { LinkType } from './headers.ts';

const MAGIC = 0xa1b2_c3d4;
const LINK_NUMBERS: Readonly<Record<LinkType, number>> = { EN10MB: 1, LINUX_SLL2: 276 };
export const LINK_NAMES: Readonly<Record<LinkType, string>> = {
  EN10MB: 'EN10MB (Ethernet)',
  LINUX_SLL2: 'LINUX_SLL2 (Linux cooked v2)',
};
export const SNAPLEN = 262_144;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;

export function writePcap(link: LinkType, frames: readonly Frame[], snaplen: number): Uint8Array {
  const bytes = new Uint8Array(FILE_HEADER + frames.reduce((sum, frame) => sum + RECORD_HEADER + frame.bytes.length, 0));
  const view = new DataView(bytes.buffer);
  const words = (at: number, values: readonly number[]) => {
    for (const [i, value] of values.entries()) view.setUint32(at + i * 4, value, true);
  };
  words(0, [MAGIC, 0, 0, 0, snaplen, LINK_NUMBERS[link]]);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  let at = FILE_HEADER;
  for (const { at: us, bytes: kept, length } of frames) {
    words(at, [Math.floor(us / 1_000_000), us % 1_000_000, kept.length, length]);
    bytes.set(kept, at + RECORD_HEADER);
    at += RECORD_HEADER + kept.length;
  }
  return bytes;
}

export interface PcapFile {
  readonly link: LinkType;
  readonly snaplen: number;
  readonly frames: readonly Frame[];
  /** What is wrong after the last whole frame. */
  readonly broken?: string;
}

/** @returns what libpcap says of a file it cannot read */
export function readPcap(bytes: Uint8Array): PcapFile | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 4) return `truncated dump file; tried to read 4 file header bytes, only got ${bytes.length}`;
  const little = view.getUint32(0, true) === MAGIC;
  if (!little && view.getUint32(0) !== MAGIC) return 'unknown file format';
  if (bytes.length < FILE_HEADER)
    return `truncated dump file; tried to read ${FILE_HEADER} file header bytes, only got ${bytes.length}`;
  const number = view.getUint32(20, little);
  const link = (Object.keys(LINK_NUMBERS) as LinkType[]).find((name) => LINK_NUMBERS[name] === number);
  if (!link) return `link type ${number}: not simulated in this lab`;
  const frames: Frame[] = [];
  const file = { link, snaplen: view.getUint32(16, little), frames };
  for (let at = FILE_HEADER; at < bytes.length; ) {
    const left = bytes.length - at;
    if (left < RECORD_HEADER)
      return { ...file, broken: `truncated dump file; tried to read ${RECORD_HEADER} header bytes, only got ${left}` };
    const [seconds, us, kept, length] = [0, 4, 8, 12].map((offset) => view.getUint32(at + offset, little)) as [
      number,
      number,
      number,
      number,
    ];
    if (left - RECORD_HEADER < kept)
      return { ...file, broken: `truncated dump file; tried to read ${kept} captured bytes, only got ${left - RECORD_HEADER}` };
    at += RECORD_HEADER;
    frames.push({ at: seconds * 1_000_000 + us, link, bytes: bytes.subarray(at, at + kept), length });
    at += kept;
  }
  return file;
}
