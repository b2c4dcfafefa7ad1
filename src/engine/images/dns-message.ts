/**
 * DNS messages on the wire (RFC 1035, EDNS of RFC 6891 with a cookie of RFC 7873), a character a byte. An answer is as CoreDNS sends it:
 * authoritative without recursion, names not compressed, the client's cookie echoed.
 */
import { parseAddress } from '../net/address.ts';
import type { DnsAnswer, DnsRecord } from './image.ts';

export interface DnsQuery {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly edns: boolean;
}

const TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  ANY: 255,
};
const CODES: Readonly<Record<DnsAnswer['code'], number>> = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };
const FLAG = { response: 0x8000, authoritative: 0x0400, recursionDesired: 0x0100, authenticData: 0x0020 } as const;
const CLASS_IN = 1;
const TYPE_OPT = 41;
const UDP_SIZE = 1232;

const u16 = (value: number) => String.fromCharCode((value >>> 8) & 0xff, value & 0xff);
const u32 = (value: number) => u16(value >>> 16) + u16(value);

function nameBytes(name: string): string {
  const labels = name.split('.').filter(Boolean);
  return `${labels.map((label) => String.fromCharCode(label.length & 0x3f) + label.slice(0, 63)).join('')}\0`;
}

const typeOf = (type: string) => TYPES[type.toUpperCase()] ?? Number(/^TYPE(\d+)$/i.exec(type)?.[1] ?? 1) & 0xffff;

/** OPT pseudo record: the size of answers that fit, and a cookie. */
function opt({ id }: DnsQuery): string {
  const cookie = u32(Math.imul(id + 1, 0x9e37_79b1)) + u32(Math.imul(id + 1, 0x85eb_ca6b));
  return `\0${u16(TYPE_OPT)}${u16(UDP_SIZE)}${u32(0)}${u16(12)}${u16(10)}${u16(8)}${cookie}`;
}

const question = ({ name, type }: DnsQuery) => nameBytes(name) + u16(typeOf(type)) + u16(CLASS_IN);

export function queryMessage(query: DnsQuery): string {
  const flags = FLAG.recursionDesired | (query.edns ? FLAG.authenticData : 0);
  return u16(query.id) + u16(flags) + u16(1) + u32(0) + u16(query.edns ? 1 : 0) + question(query) + (query.edns ? opt(query) : '');
}

function dataBytes({ type, value }: DnsRecord): string {
  const words = value.split(' ');
  if (type === 'A') return u32(parseAddress(value) ?? 0);
  if (type === 'SRV') return words.slice(0, 3).map(Number).map(u16).join('') + nameBytes(words[3] ?? '');
  if (type === 'SOA')
    return nameBytes(words[0] ?? '') + nameBytes(words[1] ?? '') + words.slice(2, 7).map(Number).map(u32).join('');
  return nameBytes(value);
}

function recordBytes(record: DnsRecord): string {
  const data = dataBytes(record);
  return nameBytes(record.name) + u16(typeOf(record.type)) + u16(CLASS_IN) + u32(record.ttl) + u16(data.length) + data;
}

export function answerMessage(query: DnsQuery, { code, authoritative, answers, authority = [] }: DnsAnswer): string {
  const flags = FLAG.response | FLAG.recursionDesired | (authoritative ? FLAG.authoritative : 0) | CODES[code];
  const counts = [1, answers.length, authority.length, query.edns ? 1 : 0].map(u16).join('');
  const records = [...answers, ...authority].map(recordBytes).join('');
  return u16(query.id) + u16(flags) + counts + question(query) + records + (query.edns ? opt(query) : '');
}
