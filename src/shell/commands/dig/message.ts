/** DNS messages as BIND's tools print them. Models dns_master_style and dig's printmessage(), bind9 9.18. */
import type { DnsRecord } from '../../../engine/index.ts';

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
