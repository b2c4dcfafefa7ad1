/** DNS messages as BIND's tools print them. Models dns_master_style and dig's printmessage(), bind9 9.18. */
import type { DnsAnswer, DnsRecord } from '../../../engine/index.ts';

/** Columns of owner name, TTL, class, type and data. */
const COLUMNS = { ttl: 24, class: 32, type: 40, data: 48 } as const;
const TAB = 8;

/** Text with each field at its column: tabs to reach it, one space when the line is past it already. */
class Line {
  #text = '';
  #width = 0;

  put(text: string, column?: number): this {
    if (column !== undefined) {
      if (this.#width >= column) this.#grow(' ', 1);
      while (this.#width < column) this.#grow('\t', TAB - (this.#width % TAB));
    }
    this.#grow(text, text.length);
    return this;
  }

  #grow(text: string, width: number): void {
    this.#text += text;
    this.#width += width;
  }

  toString(): string {
    return this.#text;
  }
}

const dotted = (name: string) => (name.endsWith('.') ? name : `${name}.`);

export function recordLine({ name, ttl, type, value }: DnsRecord): string {
  return `${new Line().put(dotted(name)).put(String(ttl), COLUMNS.ttl).put('IN', COLUMNS.class).put(type, COLUMNS.type).put(value, COLUMNS.data)}\n`;
}

export function questionLine(name: string, type: string): string {
  return `;${new Line().put(dotted(name)).put('IN', COLUMNS.class).put(type, COLUMNS.type)}\n`;
}

/** Bytes a name takes on the wire. */
const wire = (name: string) => dotted(name).length + 1;

function dataLength({ type, value }: DnsRecord): number {
  const words = value.split(' ');
  if (type === 'A') return 4;
  if (type === 'SRV') return 6 + wire(words[3] ?? '');
  if (type === 'SOA') return wire(words[0] ?? '') + wire(words[1] ?? '') + 20;
  return wire(value);
}

/** Size of an answer: header, question, records without name compression (as CoreDNS sends them), the EDNS cookie. */
export function messageSize(name: string, answer: DnsAnswer): number {
  const records = [...answer.answers, ...(answer.authority ?? [])];
  return 12 + wire(name) + 4 + records.reduce((sum, record) => sum + wire(record.name) + 10 + dataLength(record), 0) + 23;
}
