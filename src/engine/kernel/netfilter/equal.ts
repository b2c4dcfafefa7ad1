/** Equality and upkeep of rules by value: a world that was stored and loaded again shares no references with the daemons' memos. */
import type { Chain, Netfilter, Rule, TableName } from './types.ts';

export function sameRule(a: Rule, b: Rule): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Pairs found equal: what a daemon wants is held against the same old rules every time the table around them changes. */
const equals = new WeakMap<readonly Rule[], readonly Rule[]>();

export function sameRules(a: readonly Rule[], b: readonly Rule[]): boolean {
  if (a === b || equals.get(b) === a) return true;
  const same = a.length === b.length && a.every((rule, i) => sameRule(rule, b[i] as Rule));
  if (same) equals.set(b, a);
  return same;
}

export function sameChain(a: Chain | undefined, b: Chain): boolean {
  return a === b || (a !== undefined && a.name === b.name && a.policy === b.policy && sameRules(a.rules, b.rules));
}

/** Counters without those of some chains: what is rewritten counts from zero. The same object when none had any. */
export function resetCounters(counters: Netfilter['counters'], table: TableName, chains: readonly string[]): Netfilter['counters'] {
  if (chains.length === 0) return counters;
  const gone = new Set(chains.map((chain) => `${table} ${chain}`));
  const entries = Object.entries(counters);
  const kept = entries.filter(([key]) => key.endsWith(' -1') || !gone.has(key.slice(0, key.lastIndexOf(' '))));
  return kept.length === entries.length ? counters : Object.fromEntries(kept);
}
