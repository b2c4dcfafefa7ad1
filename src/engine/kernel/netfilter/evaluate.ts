/**
 * Evaluates a table's chains for one packet at one hook: ipt_do_table() of x_tables over Rule objects.
 *
 * Reads the namespace's netfilter state; writes nothing but the packet's mark: hits, recent lists and NAT are reported to the caller. A
 * packet that is watched goes through the rules one by one; what becomes of the others is remembered (decisions.ts). Leaves out
 * bytes of fragments, IPv6 and matches nobody here uses.
 */

import { remember } from '../../memo.ts';
import type { NetNamespace } from '../namespace.ts';
import { ACCEPT, type CompiledChain, type CompiledRule, compileChain, DROP } from './compile.ts';
import { type Asker, Decisions, directly } from './decisions.ts';
import type { Evaluation, Verdict } from './evaluation.ts';
import type { Chain, HookName, Table, TableName } from './types.ts';

/** A chain within its table: its jumps lead to chains, not to names. */
export interface LinkedChain {
  readonly table: TableName;
  readonly name: string;
  readonly chain: Chain;
  readonly compiled: CompiledChain;
  /** The chains its rules jump to, by rule index, filled as packets come by: a table of 500 services is linked for one packet. */
  readonly targets: (LinkedChain | undefined)[];
  readonly link: (name: string) => LinkedChain | undefined;
  /** Of built-in chains: what became of packets. */
  decisions: Decisions | undefined;
}

/** How deep jumps may nest, as x_tables' jump stack would overflow; iptables refuses loops when rules are loaded. */
const MAX_DEPTH = 32;

function targetOf({ targets, link }: LinkedChain, { index, jump }: CompiledRule): LinkedChain | undefined {
  const known = targets[index];
  if (known) return known;
  const target = link(jump);
  targets[index] = target;
  return target;
}

function meets({ conditions }: CompiledRule, e: Evaluation, asker: Asker): boolean {
  for (let i = 0; i < conditions.length; i++) if (!asker.holds(conditions[i]!, e)) return false;
  return true;
}

/** undefined: fell off the end (or RETURN), the caller goes on. */
function traverse(e: Evaluation, linked: LinkedChain, depth: number, asker: Asker): Verdict | undefined {
  for (const candidate of asker.candidates(linked.compiled, e)) {
    if (!meets(candidate, e, asker)) continue;
    const { rule } = candidate;
    if (e.watched) e.hit(linked.table, linked.name, candidate.index, rule);
    if (candidate.verdict) return candidate.verdict;
    const { target } = rule;
    if (target.type === 'jump') {
      const jump = targetOf(linked, candidate);
      const verdict = jump && depth < MAX_DEPTH ? traverse(e, jump, depth + 1, asker) : undefined;
      if (verdict) return verdict;
      if (target.goto) return undefined;
    } else if (target.type === 'RETURN') {
      return undefined;
    } else if (target.type === 'MARK') {
      e.packet.mark = ((e.packet.mark & ~target.mask) ^ target.value) >>> 0;
    }
  }
  return undefined;
}

type TableChains = { readonly [H in HookName]: LinkedChain | undefined };

/** A namespace's tables, linked: what a packet meets at each hook. */
export interface Ruleset {
  readonly hooks: { readonly [H in HookName]: { readonly [T in TableName]: LinkedChain | undefined } };
  /** Does anything use connection tracking? Its hooks are registered by NAT or state rules only. */
  readonly tracks: boolean;
}

const NO_CHAINS: TableChains = {
  PREROUTING: undefined,
  INPUT: undefined,
  FORWARD: undefined,
  OUTPUT: undefined,
  POSTROUTING: undefined,
};

/** Links the chains that built-in ones lead to. A chain without rules and with policy ACCEPT is as good as none. */
function linkTable(of: TableName, { chains }: Table): TableChains {
  const linked = new Map<string, LinkedChain>();
  const link = (name: string): LinkedChain | undefined => {
    const known = linked.get(name);
    if (known) return known;
    const chain = Object.hasOwn(chains, name) ? chains[name] : undefined;
    if (!chain) return undefined;
    const compiled = compileChain(chain);
    const made: LinkedChain = { table: of, name, chain, compiled, targets: [], link, decisions: undefined };
    linked.set(name, made);
    return made;
  };
  const hook = (name: HookName) => {
    const made = link(name);
    return made && (made.chain.rules.length > 0 || made.chain.policy === 'DROP') ? made : undefined;
  };
  return {
    PREROUTING: hook('PREROUTING'),
    INPUT: hook('INPUT'),
    FORWARD: hook('FORWARD'),
    OUTPUT: hook('OUTPUT'),
    POSTROUTING: hook('POSTROUTING'),
  };
}

const tableChains = new WeakMap<Table, TableChains>();

function chainsOf(of: TableName, table: Table | undefined): TableChains {
  return table ? remember(tableChains, table, () => linkTable(of, table)) : NO_CHAINS;
}

const rulesets = new WeakMap<object, Ruleset>();

/** The namespace's tables, linked once for as long as they are the same objects. */
export function rulesetOf({ netfilter: { tables } }: NetNamespace): Ruleset {
  return remember(rulesets, tables, () => {
    const raw = chainsOf('raw', tables.raw);
    const mangle = chainsOf('mangle', tables.mangle);
    const nat = chainsOf('nat', tables.nat);
    const filter = chainsOf('filter', tables.filter);
    const at = (hook: HookName) => ({ raw: raw[hook], mangle: mangle[hook], nat: nat[hook], filter: filter[hook] });
    const hooks = {
      PREROUTING: at('PREROUTING'),
      INPUT: at('INPUT'),
      FORWARD: at('FORWARD'),
      OUTPUT: at('OUTPUT'),
      POSTROUTING: at('POSTROUTING'),
    };
    const tracks = Object.values(hooks).some((chains) => Object.values(chains).some((chain) => chain !== undefined));
    return { hooks, tracks };
  });
}

function ruled(e: Evaluation, base: LinkedChain, asker: Asker): Verdict {
  const verdict = traverse(e, base, 0, asker);
  if (verdict) return verdict;
  if (e.watched) e.hit(base.table, base.name, -1, undefined);
  return base.chain.policy === 'DROP' ? DROP : ACCEPT;
}

/** What a table says of a packet at a hook (`base` is the built-in chain); the chain's policy when no rule does. */
export function evaluate(e: Evaluation, base: LinkedChain): Verdict {
  if (e.watched) return ruled(e, base, directly);
  base.decisions ??= new Decisions((other, asker) => ruled(other, base, asker));
  return base.decisions.decide(e);
}
