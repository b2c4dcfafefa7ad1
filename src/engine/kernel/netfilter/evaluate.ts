/**
 * Evaluates a table's chains for one packet at one hook: ipt_do_table() of x_tables over Rule objects.
 *
 * Reads the namespace's netfilter state; writes nothing but the packet's mark: hits, recent lists and NAT are reported to the caller.
 * Chains are compiled once per Chain object (identity), long ones indexed by exact destination, as nobody could wait for
 * the kernel's own linear scan over hundreds of services. Leaves out bytes of fragments, IPv6 and matches nobody here uses.
 */
import { maskOf, type Prefix, toNumber, toPrefix } from '../../net/address.ts';
import { hashWords, PROTO_NUMBER } from '../../net/flowhash.ts';
import { createLpm, type Lpm, matchLpm } from '../../net/lpm.ts';
import { hash32 } from '../../net/random.ts';
import { isLocal } from '../fib.ts';
import type { NetNamespace } from '../namespace.ts';
import type { Chain, CtState, HookName, IpSet, Match, Prefixed, RejectType, Rule, Table, TableName } from './types.ts';

/** A packet as rules see it. Addresses are numbers; `mark` is written by MARK. */
export interface FilterPacket {
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly src: number;
  readonly dst: number;
  readonly sport: number;
  readonly dport: number;
  mark: number;
  readonly icmpType: number;
  /** `syn` opens a connection. */
  readonly kind?: string;
}

/** Where and when rules are evaluated. */
export interface Evaluation {
  readonly ns: NetNamespace;
  readonly packet: FilterPacket;
  /** Interface names; '' where the hook has none. */
  readonly in: string;
  readonly out: string;
  readonly ctstate: CtState;
  readonly dnat: boolean;
  readonly snat: boolean;
  /** Key of the statistic match's randomness. */
  readonly seed: number;
  readonly now: number;
  /** Whether `hit` wants to hear; nobody listens to a walk that only asks yes or no. */
  readonly watched: boolean;
  /** Told of every rule that matched, and of a built-in chain's policy (index -1). */
  hit(table: TableName, chain: string, index: number, rule: Rule | undefined): void;
  /** When a `recent` list last saw the packet's source, ms; `note` writes it. */
  recentSeen(list: string): number | undefined;
  recentNote(list: string): void;
  /** Does the way back to the packet's source leave by the interface it came in? */
  reversePathHolds(): boolean;
}

export type Verdict =
  | { readonly type: 'accept' | 'drop' }
  | { readonly type: 'reject'; readonly with: RejectType; readonly rule: Rule }
  /** `port` 0: keep the packet's. */
  | {
      readonly type: 'dnat' | 'snat';
      readonly address: number;
      readonly port: number;
      readonly randomFully: boolean;
      readonly rule: Rule;
    }
  | { readonly type: 'masquerade'; readonly randomFully: boolean; readonly rule: Rule }
  | { readonly type: 'notrack' };

const ACCEPT: Verdict = { type: 'accept' };
const DROP: Verdict = { type: 'drop' };
const NOTRACK: Verdict = { type: 'notrack' };

type Test = (e: Evaluation) => boolean;

interface CompiledRule {
  readonly rule: Rule;
  readonly index: number;
  readonly srcMask: number;
  readonly srcNet: number;
  readonly srcNot: boolean;
  readonly dstMask: number;
  readonly dstNet: number;
  readonly dstNot: boolean;
  /** '': any. */
  readonly proto: string;
  readonly markMask: number;
  readonly markValue: number;
  readonly markNot: boolean;
  /** -1: any. */
  readonly dport: number;
  readonly tests: readonly Test[];
  readonly verdict: Verdict | undefined;
  /** Chain of a jump; '' for other targets. */
  readonly jump: string;
}

interface CompiledChain {
  readonly all: readonly CompiledRule[];
  /** Rules without an exact destination; with `exact`, what a packet has to be held against. */
  readonly general: readonly CompiledRule[];
  readonly exact?: ReadonlyMap<number, readonly CompiledRule[]>;
}

/** A chain within its table: its jumps lead to chains, not to names. */
interface LinkedChain {
  readonly name: string;
  readonly chain: Chain;
  readonly compiled: CompiledChain;
  readonly empty: boolean;
  /** The chains its rules jump to, by rule index, filled as packets come by: a table of 500 services is linked for one packet. */
  readonly targets: (LinkedChain | undefined)[];
  readonly link: (name: string) => LinkedChain | undefined;
}

const chains = new WeakMap<Chain, CompiledChain>();
const sets = new WeakMap<IpSet, Lpm<true>>();

function setContains(set: IpSet | undefined, address: number): boolean {
  if (!set) return false;
  let lpm = sets.get(set);
  if (!lpm) {
    lpm = createLpm(set.members.map((member) => [toPrefix(member.split(',')[0]!), true] as const));
    sets.set(set, lpm);
  }
  return matchLpm(lpm, address) === true;
}

function portTest(match: Extract<Match, { type: 'dport' | 'sport' }>): Test {
  const { port, to = match.port, not = false } = match;
  return match.type === 'dport'
    ? (e) => (e.packet.dport >= port && e.packet.dport <= to) !== not
    : (e) => (e.packet.sport >= port && e.packet.sport <= to) !== not;
}

function stateTest(match: Extract<Match, { type: 'ctstate' }>): Test {
  const states = new Set<CtState>(match.states);
  const dnat = states.has('DNAT');
  const snat = states.has('SNAT');
  return (e) => (states.has(e.ctstate) || (dnat && e.dnat) || (snat && e.snat)) !== (match.not ?? false);
}

function recentTest(match: Extract<Match, { type: 'recent' }>): Test {
  if (match.action === 'set') {
    return (e) => {
      e.recentNote(match.name);
      return true;
    };
  }
  return (e) => {
    const seen = e.recentSeen(match.name);
    return seen !== undefined && (match.seconds === undefined || e.now - seen <= match.seconds * 1000);
  };
}

function statisticTest(match: Extract<Match, { type: 'statistic' }>, chain: string, index: number): Test {
  const key = hash32('statistic', chain, index);
  const limit = match.probability * 0x1_0000_0000;
  return ({ seed, packet: p }) => hashWords(seed ^ key, p.src, p.dst, (p.sport << 16) | p.dport, PROTO_NUMBER[p.proto]) < limit;
}

/** One compiler for each sort of match; undefined: it always holds. */
const compilers: {
  readonly [K in Match['type']]: (match: Extract<Match, { type: K }>, chain: string, index: number) => Test | undefined;
} = {
  comment: () => undefined,
  proto: () => undefined,
  syn: (match) => (e) => (e.packet.kind === 'syn') !== (match.not ?? false),
  dport: portTest,
  sport: portTest,
  addrtype: (match) =>
    match.side === 'dst'
      ? (e) => isLocal(e.ns, e.packet.dst) !== (match.not ?? false)
      : (e) => isLocal(e.ns, e.packet.src) !== (match.not ?? false),
  mark: (match) => (e) => ((e.packet.mark & match.mask) >>> 0 === match.value >>> 0) !== (match.not ?? false),
  ctstate: stateTest,
  multiport: (match) => {
    const ports = new Set(match.ports);
    return (e) => ports.has(match.side === 'dports' ? e.packet.dport : e.packet.sport) !== (match.not ?? false);
  },
  rpfilter: (match) => (e) => e.reversePathHolds() !== (match.invert ?? false),
  statistic: statisticTest,
  set: (match) => (e) =>
    setContains(e.ns.netfilter.ipsets[match.set], match.side === 'src' ? e.packet.src : e.packet.dst) !== (match.not ?? false),
  icmp: (match) => (e) => e.packet.proto === 'icmp' && (match.icmpType === 255 || e.packet.icmpType === match.icmpType),
  recent: recentTest,
};

function compileMatch(match: Match, chain: string, index: number): Test | undefined {
  const compiler = compilers[match.type] as (m: Match, chain: string, index: number) => Test | undefined;
  return compiler(match, chain, index);
}

function interfaceTest(side: 'in' | 'out', name: string, not: boolean): Test {
  if (!name.endsWith('+')) return (e) => (e[side] === name) !== not;
  const start = name.slice(0, -1);
  return (e) => e[side].startsWith(start) !== not;
}

/** `10.48.0.134:80` or an address alone. */
function parseNatTarget(to: string): { readonly address: number; readonly port: number } {
  const [address = '', port = '0'] = to.split(':');
  return { address: toNumber(address), port: Number(port) };
}

function compileVerdict(rule: Rule): Verdict | undefined {
  const { target } = rule;
  if (target.type === 'ACCEPT') return ACCEPT;
  if (target.type === 'DROP') return DROP;
  if (target.type === 'NOTRACK') return NOTRACK;
  if (target.type === 'REJECT') return { type: 'reject', with: target.with, rule };
  if (target.type === 'DNAT') return { type: 'dnat', ...parseNatTarget(target.to), randomFully: false, rule };
  if (target.type === 'SNAT') return { type: 'snat', ...parseNatTarget(target.to), randomFully: target.randomFully ?? false, rule };
  if (target.type === 'MASQUERADE') return { type: 'masquerade', randomFully: target.randomFully ?? false, rule };
  return undefined;
}

const ANY: Prefix = { address: 0, length: 0 };
const prefixOf = (p: Prefixed | undefined): Prefix => (p ? toPrefix(p.prefix) : ANY);

const compiledRules = new WeakMap<Rule, { readonly chain: string; readonly compiled: CompiledRule }>();

/** Compiled once for as long as it stands at the same place of the same chain. */
function compiledRule(rule: Rule, chain: string, index: number): CompiledRule {
  const known = compiledRules.get(rule);
  if (known?.chain === chain && known.compiled.index === index) return known.compiled;
  const compiled = compileRule(rule, chain, index);
  compiledRules.set(rule, { chain, compiled });
  return compiled;
}

function compileRule(rule: Rule, chain: string, index: number): CompiledRule {
  const src = prefixOf(rule.src);
  const dst = prefixOf(rule.dst);
  const tests: Test[] = [];
  // What most rules have is compared in place; the rest by closures.
  const mark = rule.matches.find((match) => match.type === 'mark');
  const port = rule.matches.find((match) => match.type === 'dport' && !match.not && (match.to ?? match.port) === match.port);
  if (rule.protoNot) tests.push((e) => e.packet.proto !== rule.proto);
  if (rule.in) tests.push(interfaceTest('in', rule.in.name, rule.in.not ?? false));
  if (rule.out) tests.push(interfaceTest('out', rule.out.name, rule.out.not ?? false));
  for (const match of rule.matches) {
    if (match === mark || match === port) continue;
    const test = compileMatch(match, chain, index);
    if (test) tests.push(test);
  }
  return {
    rule,
    index,
    srcMask: maskOf(src.length),
    srcNet: src.address,
    srcNot: rule.src?.not ?? false,
    dstMask: maskOf(dst.length),
    dstNet: dst.address,
    dstNot: rule.dst?.not ?? false,
    proto: rule.protoNot ? '' : (rule.proto ?? ''),
    markMask: mark?.type === 'mark' ? mark.mask : 0,
    markValue: mark?.type === 'mark' ? mark.value >>> 0 : 0,
    markNot: mark?.type === 'mark' && (mark.not ?? false),
    dport: port?.type === 'dport' ? port.port : -1,
    tests,
    verdict: compileVerdict(rule),
    jump: rule.target.type === 'jump' ? rule.target.chain : '',
  };
}

/** Chains of fewer rules are scanned; longer ones are indexed by exact destination. */
const INDEX_FROM = 12;

function compileChain(chain: Chain): CompiledChain {
  let compiled = chains.get(chain);
  if (compiled) return compiled;
  const all = chain.rules.map((rule, index) => compiledRule(rule, chain.name, index));
  const isExact = (r: CompiledRule) => r.dstMask === 0xffffffff && !r.dstNot;
  const general = all.filter((r) => !isExact(r));
  if (all.length < INDEX_FROM || general.length > all.length / 2) {
    compiled = { all, general };
  } else {
    const exact = new Map<number, CompiledRule[]>();
    for (const rule of all) {
      if (!isExact(rule)) continue;
      const list = exact.get(rule.dstNet);
      if (list) list.push(rule);
      else exact.set(rule.dstNet, [rule]);
    }
    for (const list of exact.values()) {
      list.push(...general);
      list.sort((a, b) => a.index - b.index);
    }
    compiled = { all, general, exact };
  }
  chains.set(chain, compiled);
  return compiled;
}

function matches(r: CompiledRule, e: Evaluation): boolean {
  const { packet } = e;
  if (r.dstMask !== 0 && (((packet.dst ^ r.dstNet) & r.dstMask) === 0) === r.dstNot) return false;
  if (r.srcMask !== 0 && (((packet.src ^ r.srcNet) & r.srcMask) === 0) === r.srcNot) return false;
  if (r.proto !== '' && packet.proto !== r.proto) return false;
  if (r.dport !== -1 && packet.dport !== r.dport) return false;
  if (r.markMask !== 0 && ((packet.mark & r.markMask) >>> 0 === r.markValue) === r.markNot) return false;
  const { tests } = r;
  for (let i = 0; i < tests.length; i++) if (!tests[i]!(e)) return false;
  return true;
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

/** undefined: fell off the end (or RETURN), the caller goes on. */
function traverse(e: Evaluation, table: TableName, linked: LinkedChain, depth: number): Verdict | undefined {
  const { compiled } = linked;
  const list = compiled.exact ? (compiled.exact.get(e.packet.dst) ?? compiled.general) : compiled.all;
  for (let i = 0; i < list.length; i++) {
    const candidate = list[i]!;
    const jump = candidate.jump === '' ? undefined : targetOf(linked, candidate);
    // Into an empty chain and back: worth a step and a count, not a thought.
    if (jump?.empty && !e.watched) continue;
    if (!matches(candidate, e)) continue;
    const { rule } = candidate;
    if (e.watched) e.hit(table, linked.name, candidate.index, rule);
    if (candidate.verdict) return candidate.verdict;
    const { target } = rule;
    if (target.type === 'jump') {
      const verdict = jump && depth < MAX_DEPTH ? traverse(e, table, jump, depth + 1) : undefined;
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

type HookChains = { readonly [H in HookName]: LinkedChain | undefined };

/** A namespace's tables, linked: what a packet meets at each hook. */
export interface Ruleset {
  readonly tables: Readonly<Record<TableName, HookChains>>;
  /** Does anything use connection tracking? Its hooks are registered by NAT or state rules only. */
  readonly tracks: boolean;
}

const NO_CHAINS: HookChains = {
  PREROUTING: undefined,
  INPUT: undefined,
  FORWARD: undefined,
  OUTPUT: undefined,
  POSTROUTING: undefined,
};

/** Links the chains that built-in ones lead to. A chain without rules and with policy ACCEPT is as good as none. */
function linkTable(table: Table | undefined): HookChains {
  if (!table) return NO_CHAINS;
  const linked = new Map<string, LinkedChain>();
  const link = (name: string): LinkedChain | undefined => {
    const known = linked.get(name);
    if (known) return known;
    const chain = Object.hasOwn(table.chains, name) ? table.chains[name] : undefined;
    if (!chain) return undefined;
    const made: LinkedChain = { name, chain, compiled: compileChain(chain), empty: chain.rules.length === 0, targets: [], link };
    linked.set(name, made);
    return made;
  };
  const hook = (name: HookName) => {
    const made = link(name);
    return made && (!made.empty || made.chain.policy === 'DROP') ? made : undefined;
  };
  return {
    PREROUTING: hook('PREROUTING'),
    INPUT: hook('INPUT'),
    FORWARD: hook('FORWARD'),
    OUTPUT: hook('OUTPUT'),
    POSTROUTING: hook('POSTROUTING'),
  };
}

const hookChains = new WeakMap<Table, HookChains>();

function hooksOf(table: Table | undefined): HookChains {
  if (!table) return NO_CHAINS;
  let made = hookChains.get(table);
  if (!made) {
    made = linkTable(table);
    hookChains.set(table, made);
  }
  return made;
}

const rulesets = new WeakMap<object, Ruleset>();

/** The namespace's tables, linked once for as long as they are the same objects. */
export function rulesetOf(ns: NetNamespace): Ruleset {
  const { tables } = ns.netfilter;
  let ruleset = rulesets.get(tables);
  if (!ruleset) {
    const linked = {
      raw: hooksOf(tables.raw),
      mangle: hooksOf(tables.mangle),
      nat: hooksOf(tables.nat),
      filter: hooksOf(tables.filter),
    };
    ruleset = {
      tables: linked,
      tracks: Object.values(linked).some((hooks) => Object.values(hooks).some((chain) => chain !== undefined)),
    };
    rulesets.set(tables, ruleset);
  }
  return ruleset;
}

/** What a table says of a packet at a hook; its built-in chain's policy when no rule does. */
export function evaluate(e: Evaluation, ruleset: Ruleset, table: TableName, hook: HookName): Verdict {
  const linked = ruleset.tables[table][hook];
  if (!linked) return ACCEPT;
  const verdict = traverse(e, table, linked, 0);
  if (verdict) return verdict;
  if (e.watched) e.hit(table, hook, -1, undefined);
  return linked.chain.policy === 'DROP' ? DROP : ACCEPT;
}
