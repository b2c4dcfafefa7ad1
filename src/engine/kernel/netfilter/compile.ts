/**
 * Rules and chains made ready for packets: each condition a closure that says what it looks at, each target a verdict or a chain.
 *
 * Compiled once per Rule and Chain object (identity). Long chains are indexed by exact destination, as nobody could wait for the kernel's
 * own linear scan over hundreds of services. Leaves out matches nobody here uses.
 */
import { maskOf, toNumber, toPrefix } from '../../net/address.ts';
import { hashWords, PROTO_NUMBER } from '../../net/flowhash.ts';
import { createLpm, type Lpm, matchLpm } from '../../net/lpm.ts';
import { hash32 } from '../../net/random.ts';
import { isLocal } from '../fib.ts';
import type { Evaluation, Verdict } from './evaluation.ts';
import type { Chain, CtState, IpSet, Match, Prefixed, Rule } from './types.ts';

export const ACCEPT: Verdict = { type: 'accept' };
export const DROP: Verdict = { type: 'drop' };
const NOTRACK: Verdict = { type: 'notrack' };

type Test = (e: Evaluation) => boolean;

/** What many packets share, and a decision may be kept for: the mark, an interface, the state of the connection … */
export type Fact = 'mark' | 'in' | 'out' | 'proto' | 'connection' | 'syn' | 'dst';

export interface Condition {
  readonly holds: Test;
  /** The one thing that decides it; undefined: it looks at more of the packet, or of the namespace, and has to be asked each time. */
  readonly fact: Fact | undefined;
}

export interface CompiledRule {
  readonly rule: Rule;
  readonly index: number;
  /** In the order the kernel looks at them. */
  readonly conditions: readonly Condition[];
  /** The destination it is for, where that is one address. */
  readonly exact: number | undefined;
  readonly verdict: Verdict | undefined;
  /** Chain of a jump; '' for other targets. */
  readonly jump: string;
}

export interface CompiledChain {
  readonly all: readonly CompiledRule[];
  /** Rules without an exact destination; with `exact`, what a packet has to be held against. */
  readonly general: readonly CompiledRule[];
  readonly exact: ReadonlyMap<number, readonly CompiledRule[]> | undefined;
}

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

const FACTS: { readonly [K in Match['type']]?: Fact } = { mark: 'mark', ctstate: 'connection', syn: 'syn' };

function compileMatch(match: Match, chain: string, index: number): Condition | undefined {
  const compiler = compilers[match.type] as (m: Match, chain: string, index: number) => Test | undefined;
  const holds = compiler(match, chain, index);
  return holds && { holds, fact: FACTS[match.type] };
}

function interfaceCondition(side: 'in' | 'out', name: string, not: boolean): Condition {
  if (!name.endsWith('+')) return { holds: (e) => (e[side] === name) !== not, fact: side };
  const start = name.slice(0, -1);
  return { holds: (e) => e[side].startsWith(start) !== not, fact: side };
}

function prefixCondition(side: 'src' | 'dst', { prefix, not = false }: Prefixed): Condition | undefined {
  const { address, length } = toPrefix(prefix);
  const mask = maskOf(length);
  if (mask === 0 && !not) return undefined;
  return side === 'dst'
    ? { holds: (e) => (((e.packet.dst ^ address) & mask) === 0) !== not, fact: 'dst' }
    : { holds: (e) => (((e.packet.src ^ address) & mask) === 0) !== not, fact: undefined };
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

function conditionsOf(rule: Rule, chain: string, index: number): readonly Condition[] {
  const { proto, protoNot = false } = rule;
  const all: (Condition | undefined)[] = [
    rule.dst && prefixCondition('dst', rule.dst),
    rule.src && prefixCondition('src', rule.src),
    proto && { holds: (e: Evaluation) => (e.packet.proto === proto) !== protoNot, fact: 'proto' as const },
    rule.in && interfaceCondition('in', rule.in.name, rule.in.not ?? false),
    rule.out && interfaceCondition('out', rule.out.name, rule.out.not ?? false),
    ...rule.matches.map((match) => compileMatch(match, chain, index)),
  ];
  return all.filter((each) => each !== undefined);
}

function exactDestination({ dst }: Rule): number | undefined {
  if (!dst || dst.not) return undefined;
  const { address, length } = toPrefix(dst.prefix);
  return length === 32 ? address : undefined;
}

const rules = new WeakMap<Rule, { readonly chain: string; readonly compiled: CompiledRule }>();

/** Compiled once for as long as it stands at the same place of the same chain. */
function compileRule(rule: Rule, chain: string, index: number): CompiledRule {
  const known = rules.get(rule);
  if (known?.chain === chain && known.compiled.index === index) return known.compiled;
  const compiled = {
    rule,
    index,
    conditions: conditionsOf(rule, chain, index),
    exact: exactDestination(rule),
    verdict: compileVerdict(rule),
    jump: rule.target.type === 'jump' ? rule.target.chain : '',
  };
  rules.set(rule, { chain, compiled });
  return compiled;
}

/** Chains of fewer rules are scanned; longer ones are indexed by exact destination. */
const INDEX_FROM = 12;

const chains = new WeakMap<Chain, CompiledChain>();

export function compileChain(chain: Chain): CompiledChain {
  let compiled = chains.get(chain);
  if (!compiled) {
    const all = chain.rules.map((rule, index) => compileRule(rule, chain.name, index));
    const general = all.filter((r) => r.exact === undefined);
    const short = all.length < INDEX_FROM || general.length > all.length / 2;
    compiled = { all, general, exact: short ? undefined : byDestination(all, general) };
    chains.set(chain, compiled);
  }
  return compiled;
}

/** For each exact destination its own rules and the general ones, in their order. */
function byDestination(
  all: readonly CompiledRule[],
  general: readonly CompiledRule[],
): ReadonlyMap<number, readonly CompiledRule[]> {
  const exact = new Map<number, CompiledRule[]>();
  for (const rule of all) {
    if (rule.exact === undefined) continue;
    const list = exact.get(rule.exact);
    if (list) list.push(rule);
    else exact.set(rule.exact, [rule]);
  }
  for (const list of exact.values()) {
    list.push(...general);
    list.sort((a, b) => a.index - b.index);
  }
  return exact;
}
