/**
 * Carries out an iptables command on a namespace's netfilter state.
 * Models what the kernel and libiptc/nft answer in iptables 1.8.9. Pure; throws UsageError with the tool's words.
 */

import type { CommandLine } from './command-line.ts';
import { sameRule } from './equal.ts';
import { BUILT_IN, verboseRule } from './print.ts';
import type { Chain, Netfilter, Rule, Table, TableName } from './types.ts';
import { kernelRefusal, problem, transactionFailed } from './usage.ts';

export interface Edited {
  readonly netfilter: Netfilter;
  /** What `-v` says of it. */
  readonly stdout: string;
}

type Counters = Record<string, readonly [number, number]>;

const NO_SUCH = () => kernelRefusal('No chain/target/match by that name.');
const TRANSACTIONS = { A: 'RULE_APPEND', I: 'RULE_INSERT', R: 'RULE_REPLACE' } as const;

/** @throws UsageError */
export function edit(netfilter: Netfilter, line: CommandLine): Edited {
  const table = withBuiltIns(line.table, netfilter.tables[line.table]);
  const operation = OPERATIONS[line.operation];
  if (!operation) return { netfilter, stdout: '' };
  const state: State = { name: line.table, chains: { ...table.chains }, counters: { ...netfilter.counters }, stdout: '' };
  operation(state, line);
  const next = {
    ...netfilter,
    tables: { ...netfilter.tables, [line.table]: { ...table, chains: state.chains } },
    counters: state.counters,
  };
  return { netfilter: next, stdout: state.stdout };
}

interface State {
  readonly name: TableName;
  readonly chains: Record<string, Chain>;
  counters: Counters;
  stdout: string;
}

const OPERATIONS: Readonly<Partial<Record<CommandLine['operation'], (state: State, line: CommandLine) => void>>> = {
  A: (state, line) => place(state, line, Number.POSITIVE_INFINITY),
  I: (state, line) => place(state, line, (line.number ?? 1) - 1),
  R: replaceRule,
  D: deleteRule,
  C: (state, line) => {
    for (const rule of line.rules) find(state, line, rule);
  },
  N: (state, { chain = '' }) => {
    if (state.chains[chain]) throw kernelRefusal('Chain already exists.');
    state.chains[chain] = { name: chain, rules: [] };
  },
  F: flush,
  X: deleteChains,
  Z: zero,
  L: (state, line) => {
    if (line.zero) zero(state, line);
  },
  P: setPolicy,
  E: rename,
};

function withBuiltIns(name: TableName, table: Table | undefined): Table {
  const missing = BUILT_IN[name].filter((hook) => !table?.chains[hook]);
  if (table && missing.length === 0) return table;
  const hooks = missing.map((hook): [string, Chain] => [hook, { name: hook, policy: 'ACCEPT', rules: [] }]);
  return { chains: { ...Object.fromEntries(hooks), ...table?.chains } };
}

function chainOf(state: State, name: string | undefined): Chain {
  const chain = name !== undefined && Object.hasOwn(state.chains, name) ? state.chains[name] : undefined;
  if (!chain) throw NO_SUCH();
  return chain;
}

function place(state: State, line: CommandLine, at: number): void {
  for (const rule of line.rules) checkTarget(state, rule);
  const chain = chainOf(state, line.chain);
  const what = line.operation === 'I' ? 'I' : 'A';
  for (const rule of line.rules) checkRule(state, chain, rule, what);
  if (at > chain.rules.length && what === 'I') throw kernelRefusal('Index of insertion too big.');
  const index = Math.min(at, chain.rules.length);
  const rules = [...chain.rules.slice(0, index), ...line.rules, ...chain.rules.slice(index)];
  moveCounters(state, chain, (old) => (old >= index ? old + line.rules.length : old));
  if (line.counters)
    line.rules.forEach((_, i) => {
      state.counters[`${state.name} ${chain.name} ${index + i}`] = line.counters as [number, number];
    });
  state.chains[chain.name] = { ...chain, rules };
  say(state, line);
}

function replaceRule(state: State, line: CommandLine): void {
  const [rule] = line.rules;
  const chain = chainOf(state, line.chain);
  const index = (line.number ?? 0) - 1;
  if (!rule || !chain.rules[index]) throw NO_SUCH();
  checkTarget(state, rule);
  checkRule(state, chain, rule, 'R');
  delete state.counters[`${state.name} ${chain.name} ${index}`];
  state.chains[chain.name] = { ...chain, rules: chain.rules.map((old, i) => (i === index ? rule : old)) };
  say(state, line);
}

function deleteRule(state: State, line: CommandLine): void {
  const numbered = line.number;
  if (numbered !== undefined) {
    const chain = chainOf(state, line.chain);
    if (!chain.rules[numbered - 1]) throw NO_SUCH();
    remove(state, chain, numbered - 1);
    return;
  }
  for (const rule of line.rules) remove(state, chainOf(state, line.chain), find(state, line, rule));
  say(state, line);
}

function remove(state: State, chain: Chain, index: number): void {
  delete state.counters[`${state.name} ${chain.name} ${index}`];
  moveCounters(state, chain, (old) => (old > index ? old - 1 : old));
  state.chains[chain.name] = { ...chain, rules: chain.rules.filter((_, i) => i !== index) };
}

/** Index of the rule a `-C` or `-D` describes. */
function find(state: State, line: CommandLine, wanted: Rule): number {
  checkTarget(state, wanted);
  const plain = ({ ref: _ref, ...rule }: Rule): Rule => normal(rule);
  const index = chainOf(state, line.chain).rules.findIndex((rule) => sameRule(plain(rule), plain(wanted)));
  if (index < 0) throw kernelRefusal('Bad rule (does a matching rule exist in that chain?).');
  return index;
}

/** The same fields in the same order, so that two rules can be held against each other as text. */
function normal({ src, dst, in: incoming, out, proto, protoNot, matches, target }: Rule): Rule {
  const sorted = <T extends object>(o: T): T => Object.fromEntries(Object.entries(o).sort(([a], [b]) => (a < b ? -1 : 1))) as T;
  const rounded = matches.map((m) =>
    sorted(m.type === 'statistic' ? { ...m, probability: Math.round(m.probability * 0x8000_0000) } : m),
  );
  return {
    ...(src ? { src: sorted(src) } : {}),
    ...(dst ? { dst: sorted(dst) } : {}),
    ...(incoming ? { in: sorted(incoming) } : {}),
    ...(out ? { out: sorted(out) } : {}),
    ...(proto ? { proto } : {}),
    ...(protoNot ? { protoNot } : {}),
    matches: rounded,
    target: sorted(target),
  };
}

function moveCounters(state: State, chain: Chain, move: (index: number) => number): void {
  const start = `${state.name} ${chain.name} `;
  const moved: Counters = {};
  for (const [key, value] of Object.entries(state.counters)) {
    const index = key.startsWith(start) ? Number(key.slice(start.length)) : -1;
    moved[index < 0 ? key : `${start}${move(index)}`] = value;
  }
  state.counters = moved;
}

function flush(state: State, { chain: only, verbose }: CommandLine): void {
  if (only !== undefined) chainOf(state, only);
  for (const chain of only === undefined ? Object.values(state.chains) : [chainOf(state, only)]) {
    state.chains[chain.name] = { ...chain, rules: [] };
    dropCounters(state, chain.name, 0);
  }
  if (verbose) for (const name of ordered(state, only)) state.stdout += `Flushing chain \`${name}'\n`;
}

function ordered(state: State, only: string | undefined): readonly string[] {
  if (only !== undefined) return [only];
  const hooks = BUILT_IN[state.name];
  return [
    ...hooks,
    ...Object.keys(state.chains)
      .filter((name) => !hooks.includes(name))
      .sort(),
  ];
}

function deleteChains(state: State, { chain: only, verbose }: CommandLine): void {
  const hooks = BUILT_IN[state.name];
  if (only !== undefined && hooks.includes(only)) throw NO_SUCH();
  const names =
    only === undefined ? ordered(state, undefined).filter((name) => !hooks.includes(name)) : [chainOf(state, only).name];
  for (const name of names) {
    const used = Object.values(state.chains).some(
      (c) =>
        (only !== undefined || !names.includes(c.name)) &&
        c.rules.some(({ target }) => target.type === 'jump' && target.chain === name),
    );
    if (used || (state.chains[name]?.rules.length ?? 0) > 0) {
      throw transactionFailed('CHAIN_DEL', 'Device or resource busy', `chain ${name}`);
    }
  }
  for (const name of names) {
    delete state.chains[name];
    dropCounters(state, name, 0);
    if (verbose) state.stdout += `Deleting chain \`${name}'\n`;
  }
}

function zero(state: State, { chain: only, number, verbose }: CommandLine): void {
  const names = only === undefined ? ordered(state, undefined) : [chainOf(state, only).name];
  for (const name of names) {
    if (number === undefined) dropCounters(state, name, -1);
    else delete state.counters[`${state.name} ${name} ${number - 1}`];
    if (verbose) state.stdout += `Zeroing chain \`${name}'\n`;
  }
}

function dropCounters(state: State, chain: string, from: number): void {
  const start = `${state.name} ${chain} `;
  const kept = Object.entries(state.counters).filter(
    ([key]) => !(key.startsWith(start) && Number(key.slice(start.length)) >= from),
  );
  state.counters = Object.fromEntries(kept);
}

function setPolicy(state: State, { chain: name = '', argument }: CommandLine): void {
  if (state.name === 'nat' && argument === 'DROP') {
    throw problem('\nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n');
  }
  if (!BUILT_IN[state.name].includes(name)) throw kernelRefusal('Bad built-in chain name.');
  if (argument !== 'ACCEPT' && argument !== 'DROP') throw kernelRefusal("Bad policy name. Run `dmesg' for more information.");
  state.chains[name] = { ...chainOf(state, name), policy: argument };
}

function rename(state: State, { chain: name, argument = '' }: CommandLine): void {
  const chain = chainOf(state, name);
  if (chain.policy) throw NO_SUCH();
  if (state.chains[argument]) throw kernelRefusal('File exists.');
  delete state.chains[chain.name];
  state.chains[argument] = { ...chain, name: argument };
  for (const other of Object.values(state.chains)) {
    if (!other.rules.some(({ target }) => target.type === 'jump' && target.chain === chain.name)) continue;
    const rules = other.rules.map((rule) =>
      rule.target.type === 'jump' && rule.target.chain === chain.name
        ? { ...rule, target: { ...rule.target, chain: argument } }
        : rule,
    );
    state.chains[other.name] = { ...other, rules };
  }
  const start = `${state.name} ${chain.name} `;
  state.counters = Object.fromEntries(
    Object.entries(state.counters).map(([key, value]) => [
      key.startsWith(start) ? `${state.name} ${argument} ${key.slice(start.length)}` : key,
      value,
    ]),
  );
}

function checkTarget(state: State, { target }: Rule): void {
  if (target.type === 'jump' && !state.chains[target.chain]) throw problem(`Chain '${target.chain}' does not exist`);
}

/** Where a target may stand: what the kernel checks when it loads a rule. */
const PLACES: Readonly<Record<string, { readonly table: TableName; readonly hooks: readonly string[] }>> = {
  DNAT: { table: 'nat', hooks: ['PREROUTING', 'OUTPUT'] },
  SNAT: { table: 'nat', hooks: ['POSTROUTING', 'INPUT'] },
  MASQUERADE: { table: 'nat', hooks: ['POSTROUTING'] },
  REJECT: { table: 'filter', hooks: ['INPUT', 'FORWARD', 'OUTPUT'] },
  NOTRACK: { table: 'raw', hooks: ['PREROUTING', 'OUTPUT'] },
};

function checkRule(state: State, chain: Chain, rule: Rule, operation: keyof typeof TRANSACTIONS): void {
  const fail = (errno: string) => transactionFailed(TRANSACTIONS[operation], errno, `rule in chain ${chain.name}`);
  const { target } = rule;
  const allowed = PLACES[target.type];
  if (allowed && (allowed.table !== state.name || (chain.policy && !allowed.hooks.includes(chain.name))))
    throw fail('Invalid argument');
  if (target.type === 'REJECT' && target.with === 'tcp-reset' && rule.proto !== 'tcp') throw fail('Invalid argument');
  if (rule.matches.some((m) => m.type === 'proto') && rule.proto === undefined) throw fail('Invalid argument');
  if (target.type !== 'jump') return;
  if (state.chains[target.chain]?.policy) throw fail('Operation not supported');
  if (reaches(state, target.chain, chain.name, new Set())) throw fail('Too many links');
}

function reaches(state: State, from: string, to: string, seen: Set<string>): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return (state.chains[from]?.rules ?? []).some(({ target }) => target.type === 'jump' && reaches(state, target.chain, to, seen));
}

function say(state: State, line: CommandLine): void {
  if (line.verbose) for (const rule of line.rules) state.stdout += verboseRule(rule);
}
