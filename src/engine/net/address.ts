/**
 * IPv4 addresses and prefixes. Text at the edge (parsed and validated by ip-num), unsigned 32-bit numbers inside: every table
 * that is searched per packet keys on those. IPv6 is left out.
 */
// This file of it alone: the rest works out every well-known range of IPv6 when it is loaded, and so would each page and command.
import { Validator } from 'ip-num/dist/src/Validator.js';

/** A network: `address` is masked to `length` bits unless a function says otherwise. */
export interface Prefix {
  readonly address: number;
  readonly length: number;
}

/** Strict dotted quad → number; undefined for anything else (`10.0.0`, `010.0.0.1`, ` 1.2.3.4`). For input from outside. */
export function parseAddress(text: string): number | undefined {
  return Validator.isValidIPv4String(text)[0] ? toNumber(text) : undefined;
}

/** Dotted quad → number, for text the World already holds: quick, and without checks. */
export function toNumber(text: string): number {
  let value = 0;
  let octet = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 46) {
      value = (value << 8) | octet;
      octet = 0;
    } else {
      octet = octet * 10 + (c - 48);
    }
  }
  return ((value << 8) | octet) >>> 0;
}

const OCTETS: readonly string[] = Array.from({ length: 256 }, (_, i) => String(i));

/** Number → dotted quad. */
export function formatAddress(address: number): string {
  return `${OCTETS[address >>> 24]}.${OCTETS[(address >>> 16) & 255]}.${OCTETS[(address >>> 8) & 255]}.${OCTETS[address & 255]}`;
}

/** Netmask of a prefix length as a number: 24 → 0xffffff00. */
export function maskOf(length: number): number {
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
}

/** `address` with its host bits cleared. */
export function masked(address: number, length: number): number {
  return (address & maskOf(length)) >>> 0;
}

/** The prefix's last address. */
export function lastAddress({ address, length }: Prefix): number {
  return (address | ~maskOf(length)) >>> 0;
}

/**
 * `10.0.0.0/8` or a bare address (a /32) as written, host bits kept; undefined when it is neither. For input from outside.
 */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  if (slash < 0) return { address, length: 32 };
  const rest = text.slice(slash + 1);
  if (!/^\d{1,2}$/.test(rest)) return undefined;
  const length = Number(rest);
  return length > 32 ? undefined : { address, length };
}

/** Prefix text the World already holds → masked prefix, without checks; a bare address is a /32. */
export function toPrefix(text: string): Prefix {
  const known = prefixes.get(text);
  if (known) return known;
  // A world has some thousands of prefixes, asked for a million times; a flood of others starts over.
  if (prefixes.size >= MAX_PREFIXES) prefixes.clear();
  const prefix = Object.freeze(readPrefix(text));
  prefixes.set(text, prefix);
  return prefix;
}

const MAX_PREFIXES = 50_000;
const prefixes = new Map<string, Prefix>();

function readPrefix(text: string): Prefix {
  const slash = text.indexOf('/');
  if (slash < 0) return { address: toNumber(text), length: 32 };
  const length = Number(text.slice(slash + 1));
  return { address: masked(toNumber(text.slice(0, slash)), length), length };
}

/** Always with its length: `10.49.50.18/32`. */
export function formatPrefix({ address, length }: Prefix): string {
  return `${formatAddress(address)}/${length}`;
}

/** The prefix an address lies in, as text: (`10.0.1.10`, 24) → `10.0.1.0/24`. */
export function networkOf(address: string, length: number): string {
  return formatPrefix({ address: masked(toNumber(address), length), length });
}

/** Is the address in the prefix? */
export function contains(prefix: Prefix, address: number): boolean {
  return ((address ^ prefix.address) & maskOf(prefix.length)) === 0;
}

/** Does `outer` hold all of `inner`? Equal prefixes do. */
export function containsPrefix(outer: Prefix, inner: Prefix): boolean {
  return inner.length >= outer.length && contains(outer, inner.address);
}

/** Is the address (text) in the prefix (text)? For code off the hot path; no checks. */
export function isInside(address: string, prefix: string): boolean {
  return contains(toPrefix(prefix), toNumber(address));
}

/** Order of `ip route`: numeric address ascending, same address longer prefix first. */
export function comparePrefixes(a: Prefix, b: Prefix): number {
  return a.address - b.address || b.length - a.length;
}

/** Numeric order of two addresses (text), for sorting. */
export function compareAddresses(a: string, b: string): number {
  return toNumber(a) - toNumber(b);
}

/** The strictly masked form of a prefix, or undefined when host bits are set or it does not parse. */
export function parseMaskedPrefix(text: string): Prefix | undefined {
  const prefix = parsePrefix(text);
  return prefix && masked(prefix.address, prefix.length) === prefix.address ? prefix : undefined;
}
