import { expect, test } from 'vitest';
import { toNumber } from '../../net/address.ts';
import { host, rule, withChains } from '../../packet/builders.ts';
import type { NetNamespace } from '../namespace.ts';
import { evaluate, rulesetOf } from './evaluate.ts';
import type { Evaluation, FilterPacket } from './evaluation.ts';
import type { Match, Rule } from './types.ts';

const base = host('node', '10.0.1.30').netns['']!;
const ACCEPT = { type: 'ACCEPT' } as const;
const DROP = { type: 'DROP' } as const;

function packetOf(over: Partial<FilterPacket> = {}): FilterPacket {
  return {
    proto: 'tcp',
    src: toNumber('10.0.1.10'),
    dst: toNumber('10.49.50.18'),
    sport: 40_000,
    dport: 80,
    mark: 0,
    icmpType: -1,
    ...over,
  };
}

/** Evaluates filter FORWARD. @returns the verdict, and the rules that matched as `chain index` */
function run(ns: NetNamespace, over: Partial<Evaluation> = {}, packet = packetOf()) {
  const hits: string[] = [];
  const seen = new Map<string, number>();
  const e: Evaluation = {
    ns,
    packet,
    in: 'ens5',
    out: 'cali1',
    ctstate: 'NEW',
    dnat: false,
    snat: false,
    seed: 1,
    now: 1_000_000,
    watched: true,
    hit: (_table, chain, index) => hits.push(`${chain} ${index}`),
    recentSeen: (list) => seen.get(list),
    recentNote: (list) => seen.set(list, 1_000_000),
    reversePathHolds: () => true,
    ...over,
  };
  const { filter } = rulesetOf(ns).hooks.FORWARD;
  return { verdict: filter ? evaluate(e, filter).type : 'accept', hits, mark: packet.mark };
}

const forward = (rules: readonly Rule[], more: Readonly<Record<string, readonly Rule[]>> = {}) =>
  withChains(base, 'filter', { FORWARD: rules, ...more });
const match = (m: Match, over: Partial<Evaluation> = {}, packet?: FilterPacket) =>
  run(forward([rule(DROP, { matches: [m] })]), over, packet).verdict === 'drop';

test('a chain falls back to its caller at its end and at RETURN, and a goto does not come back', () => {
  const ns = forward([rule('A'), rule({ type: 'jump', chain: 'B', goto: true }), rule(DROP)], {
    A: [rule({ type: 'RETURN' }), rule(DROP)],
    B: [rule({ type: 'NONE' })],
  });
  expect(run(ns)).toEqual({ verdict: 'accept', hits: ['FORWARD 0', 'A 0', 'FORWARD 1', 'B 0', 'FORWARD -1'], mark: 0 });
});

test('the policy decides where no rule does', () => {
  const ns = forward([rule(ACCEPT, { in: { name: 'eth9' } })]);
  const chains = ns.netfilter.tables.filter!.chains;
  const closed: NetNamespace = {
    ...ns,
    netfilter: { ...ns.netfilter, tables: { filter: { chains: { FORWARD: { ...chains.FORWARD!, policy: 'DROP' } } } } },
  };
  expect([run(ns).verdict, run(closed).verdict]).toEqual(['accept', 'drop']);
});

test('MARK sets the bits under its mask and later rules see them', () => {
  const ns = forward([
    rule({ type: 'MARK', value: 0x4000, mask: 0x4000 }),
    rule({ type: 'MARK', value: 0x1, mask: 0xff }),
    rule(DROP, { matches: [{ type: 'mark', value: 0x4000, mask: 0x4000 }] }),
  ]);
  expect(run(ns, {}, packetOf({ mark: 0x80ff }))).toEqual({
    verdict: 'drop',
    hits: ['FORWARD 0', 'FORWARD 1', 'FORWARD 2'],
    mark: 0xc001,
  });
});

test('interfaces match by name, by wildcard and inverted', () => {
  const drops = (over: Partial<Rule>) => run(forward([rule(DROP, over)])).verdict === 'drop';
  expect([
    drops({ in: { name: 'ens5' } }),
    drops({ out: { name: 'cali+' } }),
    drops({ out: { name: 'cali+', not: true } }),
    drops({ in: { name: 'ens' } }),
  ]).toEqual([true, true, false, false]);
});

test('addresses, ports and protocols match, and inverted they do not', () => {
  const drops = (over: Partial<Rule>) => run(forward([rule(DROP, over)])).verdict === 'drop';
  expect([
    drops({ dst: { prefix: '10.49.0.0/16' } }),
    drops({ dst: { prefix: '10.49.0.0/16', not: true } }),
    drops({ src: { prefix: '10.48.0.0/16', not: true } }),
    drops({ proto: 'udp' }),
    drops({ proto: 'tcp', matches: [{ type: 'dport', port: 80 }] }),
    drops({ proto: 'tcp', matches: [{ type: 'dport', port: 70, to: 79 }] }),
    drops({ proto: 'tcp', matches: [{ type: 'multiport', side: 'dports', ports: [22, 80] }] }),
  ]).toEqual([true, false, true, false, true, false, true]);
});

test('conntrack states match, translated connections by their own words', () => {
  const m: Match = { type: 'ctstate', states: ['RELATED', 'ESTABLISHED'] };
  expect([
    match(m),
    match(m, { ctstate: 'ESTABLISHED' }),
    match({ type: 'ctstate', states: ['DNAT'] }, { dnat: true }),
    match({ type: 'ctstate', states: ['INVALID'] }),
  ]).toEqual([false, true, true, false]);
});

test('local addresses and sets are looked up in the namespace', () => {
  const sets: NetNamespace = {
    ...base,
    netfilter: { ...base.netfilter, ipsets: { vips: { name: 'vips', type: 'hash:net', members: ['10.49.0.0/16'] } } },
  };
  const inSet = withChains(sets, 'filter', { FORWARD: [rule(DROP, { matches: [{ type: 'set', set: 'vips', side: 'dst' }] })] });
  expect([run(inSet).verdict, run(inSet, {}, packetOf({ dst: toNumber('10.50.0.1') })).verdict]).toEqual(['drop', 'accept']);
  const local: Match = { type: 'addrtype', side: 'dst', value: 'LOCAL' };
  expect([match(local), match(local, {}, packetOf({ dst: toNumber('10.0.1.30') })), match({ ...local, not: true })]).toEqual([
    false,
    true,
    true,
  ]);
});

test('recent remembers a source for as long as it is told', () => {
  const ns = forward([
    rule(DROP, { matches: [{ type: 'recent', name: 'L', action: 'rcheck', seconds: 10, reap: true }] }),
    rule({ type: 'RETURN' }, { matches: [{ type: 'recent', name: 'L', action: 'set' }] }),
  ]);
  expect(run(ns).hits).toEqual(['FORWARD 1', 'FORWARD -1']);
  expect(run(ns, { recentSeen: () => 995_000 }).verdict).toBe('drop');
  expect(run(ns, { recentSeen: () => 980_000 }).verdict).toBe('accept');
});

test('a long chain is searched by destination and still keeps its order', () => {
  const rules = Array.from({ length: 40 }, (_, i) => rule({ type: 'NONE' }, { dst: { prefix: `10.49.50.${i}/32` } }));
  const ns = forward([rule({ type: 'NONE' }, { proto: 'tcp' }), ...rules, rule(DROP, { dst: { prefix: '10.49.0.0/16' } })]);
  expect(run(ns).hits).toEqual(['FORWARD 0', 'FORWARD 19', 'FORWARD 41']);
});

test('a table that decides on more packets than it remembers decides on all of them alike', () => {
  const address = (i: number) => `10.${64 + (i >> 8)}.${i & 255}.1`;
  const rules = Array.from({ length: 4000 }, (_, i) =>
    rule(i % 3 === 0 ? 'A' : 'B', { dst: { prefix: `${address(i)}/32` }, matches: [{ type: 'dport', port: 80 }] }),
  );
  const ns = forward(rules, {
    A: [rule(DROP, { src: { prefix: '10.0.1.0/24' } })],
    B: [rule({ type: 'MARK', value: 1, mask: 1 }), rule(DROP, { matches: [{ type: 'syn' }] })],
  });
  const ask = (watched: boolean) =>
    rules.map((_, i) => {
      const { verdict, mark } = run(ns, { watched }, packetOf({ dst: toNumber(address(i)), dport: i % 5 === 0 ? 81 : 80 }));
      return `${verdict} ${mark}`;
    });
  const watched = ask(true);
  expect([ask(false), ask(false)]).toEqual([watched, watched]);
});
