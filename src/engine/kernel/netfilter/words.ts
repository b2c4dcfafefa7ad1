/**
 * Words of an iptables command line and the values they stand for: addresses with masks, interfaces, row numbers, chain names.
 * Models the parsers of iptables 1.8.9 libxtables/xtables.c and iptables/xshared.c.
 */
import { formatPrefix, masked, maskOf, parseAddress } from '../../net/address.ts';
import type { Inverted, Prefixed } from './types.ts';
import { notSimulated, problem } from './usage.ts';

/** What is left of the line. */
export interface Words {
  readonly args: readonly string[];
  at: number;
}

export function take(words: Words, name: string, attached?: string): string {
  const value = attached ?? words.args[words.at++];
  if (value === undefined) throw problem(`option "${name}" requires an argument`);
  return value;
}

/** The next word when it is no option: what `-L [chain]` takes. */
export function optional(words: Words, attached?: string): string | undefined {
  if (attached !== undefined) return attached;
  const next = words.args[words.at];
  if (next === undefined || next.startsWith('-') || next === '!') return undefined;
  words.at++;
  return next;
}

export function rowNumber(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) === 0) throw problem(`Invalid rule number \`${text}'`);
  return Number(text);
}

export function checkName(name: string): void {
  if (name.length >= 29) throw problem(`chain name \`${name}' too long (must be under 29 chars)`);
  if (/^[-!]/.test(name)) throw problem(`chain name not allowed to start with \`${name[0]}'`);
  if (/\s/.test(name)) throw problem(`Invalid chain name \`${name}'`);
}

export function prefixes(text: string, invert: boolean): readonly Prefixed[] {
  const list = text.split(',');
  if (invert && list.length > 1) throw problem('! not allowed with multiple source or destination IP addresses');
  return list.map((each) => {
    const slash = each.indexOf('/');
    const address = parseAddress(slash < 0 ? each : each.slice(0, slash));
    if (address === undefined) throw problem(`host/network \`${slash < 0 ? each : each.slice(0, slash)}' not found`);
    const length = slash < 0 ? 32 : maskLength(each.slice(slash + 1));
    return { prefix: formatPrefix({ address: masked(address, length), length }), ...(invert ? { not: true } : {}) };
  });
}

function maskLength(text: string): number {
  if (/^\d+$/.test(text) && Number(text) <= 32) return Number(text);
  const mask = parseAddress(text);
  const length = mask === undefined ? -1 : Array.from({ length: 33 }, (_, i) => i).findIndex((bits) => maskOf(bits) === mask);
  if (length < 0) throw mask === undefined ? problem(`invalid mask \`${text}' specified`) : notSimulated(`mask ${text}`);
  return length;
}

export function link(name: string, invert: boolean): Inverted {
  if (name.length > 15) throw problem(`interface name \`${name}' must be shorter than IFNAMSIZ (15)`);
  return { name, ...(invert ? { not: true } : {}) };
}
