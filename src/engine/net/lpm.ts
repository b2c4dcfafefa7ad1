/**
 * Longest-prefix match: one map per prefix length present, longest first. Same answers as the kernel's LC-trie (fib_trie.c) by a
 * shorter way; at most 33 lookups, in practice three or four.
 */
import { maskOf, type Prefix } from './address.ts';

export interface Lpm<T> {
  /** Lengths present, longest first, each with its masked addresses. */
  readonly levels: readonly { readonly mask: number; readonly length: number; readonly entries: ReadonlyMap<number, T> }[];
}

/** Builds a table; of two entries with one prefix the later wins. */
export function createLpm<T>(entries: Iterable<readonly [Prefix, T]>): Lpm<T> {
  const byLength = new Map<number, Map<number, T>>();
  for (const [prefix, value] of entries) {
    let level = byLength.get(prefix.length);
    if (!level) {
      level = new Map();
      byLength.set(prefix.length, level);
    }
    level.set((prefix.address & maskOf(prefix.length)) >>> 0, value);
  }
  const lengths = [...byLength.keys()].sort((a, b) => b - a);
  return { levels: lengths.map((length) => ({ mask: maskOf(length), length, entries: byLength.get(length)! })) };
}

/** Value of the longest prefix that holds the address and that `accept` (default: any) takes; undefined: none. */
export function matchLpm<T>(lpm: Lpm<T>, address: number, accept?: (value: T) => boolean): T | undefined {
  for (const { mask, entries } of lpm.levels) {
    const value = entries.get((address & mask) >>> 0);
    if (value !== undefined && (accept === undefined || accept(value))) return value;
  }
  return undefined;
}
