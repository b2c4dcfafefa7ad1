/** IPv4 addresses as unsigned numbers, for the inner loops of BIRD's tables. */

/** `10.0.1.30` → 167772446. Bad text gives NaN. */
export function parseAddress(text: string): number {
  const parts = text.split('.');
  if (parts.length !== 4) return Number.NaN;
  let value = 0;
  for (const part of parts) value = value * 256 + Number(part);
  return value;
}

export function formatAddress(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** Network part of an address. */
export function maskAddress(value: number, length: number): number {
  return length === 0 ? 0 : (value & (0xffff_ffff << (32 - length))) >>> 0;
}

export const isMasked = (value: number, length: number): boolean => maskAddress(value, length) === value >>> 0;

export interface Prefix {
  readonly ip: number;
  readonly length: number;
}

const known = new Map<string, Prefix>();
const MAX_KNOWN = 20_000;

/** `10.49.0.0/16`, remembered: the same few prefixes come again and again. */
export function parsePrefix(text: string): Prefix {
  const found = known.get(text);
  if (found) return found;
  const slash = text.indexOf('/');
  const prefix = slash < 0 ? { ip: parseAddress(text), length: 32 } : { ip: parseAddress(text.slice(0, slash)), length: Number(text.slice(slash + 1)) };
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, prefix);
  return prefix;
}

/** The address lies inside the prefix. */
export const contains = (prefix: Prefix, ip: number): boolean => maskAddress(ip, prefix.length) === prefix.ip;

/** The inner prefix lies inside, or is, the outer one. */
export const covers = (outer: Prefix, inner: Prefix): boolean => inner.length >= outer.length && contains(outer, inner.ip);
