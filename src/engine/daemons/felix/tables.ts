/**
 * Makes a table hold what Felix wants: its `cali-` chains, its jumps first and its appended rules last in the built-in chains.
 * Models projectcalico/calico v3.30 felix/iptables/table.go in insert mode. Rules and chains of others stay; stale `cali-` chains go.
 * Pure in (table, wanted) and memoised, so that hosts with equal tables share them.
 */
import { resetCounters, sameChain, sameRules } from '../../kernel/netfilter/equal.ts';
import { BUILT_IN } from '../../kernel/netfilter/print.ts';
import type { Chain, Netfilter, Rule, Table, TableName } from '../../kernel/netfilter/types.ts';
import { remember } from '../../memo.ts';
import type { WantedTable } from './static.ts';

interface Written {
  readonly table: Table;
  readonly rewritten: readonly string[];
}

const EMPTY: Table = { chains: {} };
const written = new WeakMap<Table, WeakMap<WantedTable, Written>>();

export type Wanted = Readonly<Record<TableName, WantedTable>>;

/** The same netfilter when it holds all that is wanted. */
export function program(netfilter: Netfilter, wanted: Wanted): Netfilter {
  const tables = { ...netfilter.tables };
  let { counters } = netfilter;
  let changed = false;
  for (const name of ['raw', 'mangle', 'nat', 'filter'] as const) {
    const before = tables[name] ?? EMPTY;
    const byWanted = remember(written, before, () => new WeakMap<WantedTable, Written>());
    const { table, rewritten } = remember(byWanted, wanted[name], () => write(name, before, wanted[name]));
    if (table === before) continue;
    tables[name] = table;
    counters = resetCounters(counters, name, rewritten);
    changed = true;
  }
  return changed ? { ...netfilter, tables, counters } : netfilter;
}

function write(name: TableName, table: Table, wanted: WantedTable): Written {
  const replaced: Chain[] = [];
  const put = (chain: Chain) => {
    if (!sameChain(table.chains[chain.name], chain)) replaced.push(chain);
  };
  for (const hook of BUILT_IN[name]) {
    const old = table.chains[hook] ?? { name: hook, policy: 'ACCEPT', rules: [] };
    const others = old.rules.filter((rule) => !isOurs(rule));
    const rules = [...(wanted.inserts[hook] ?? []), ...others, ...(wanted.appends[hook] ?? [])];
    put(sameRules(old.rules, rules) ? old : { ...old, rules });
  }
  for (const chain of wanted.chains) put(chain);
  const names = new Set(wanted.chains.map((chain) => chain.name));
  const stale = Object.keys(table.chains).filter((existing) => existing.startsWith('cali-') && !names.has(existing));
  if (replaced.length === 0 && stale.length === 0) return { table, rewritten: [] };

  const chains: Record<string, Chain> = { ...table.chains };
  for (const chain of replaced) chains[chain.name] = chain;
  for (const existing of stale) delete chains[existing];
  return { table: { ...table, chains }, rewritten: [...replaced.map((chain) => chain.name), ...stale] };
}

function isOurs({ matches }: Rule): boolean {
  return matches.some((match) => match.type === 'comment' && match.text.startsWith('cali:'));
}
