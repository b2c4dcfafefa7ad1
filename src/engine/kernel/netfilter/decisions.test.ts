import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { toNumber } from '../../net/address.ts';
import { host, rule, withChains } from '../../packet/builders.ts';
import type { NetNamespace } from '../namespace.ts';
import { evaluate, rulesetOf } from './evaluate.ts';
import type { Evaluation, Verdict } from './evaluation.ts';
import { ADDRESSES, BITS, IPSETS, PORTS, STATES, table } from './testing.ts';
import type { HookName } from './types.ts';

const node = host('node', '10.0.1.30').netns['']!;

const address = fc.constantFrom(...ADDRESSES).map(toNumber);
const link = fc.constantFrom('', 'ens5', 'cali1', 'cali2', 'lo');
const FIELDS = {
  proto: fc.constantFrom('tcp', 'udp', 'icmp'),
  src: address,
  dst: address,
  sport: fc.integer({ min: 40_000, max: 40_009 }),
  dport: fc.constantFrom(...PORTS),
  mark: fc.constantFrom(0, ...BITS),
  icmpType: fc.constantFrom(-1, 0, 8),
  kind: fc.constantFrom('syn', 'syn-ack', 'datagram'),
  in: link,
  out: link,
  ctstate: fc.constantFrom(...STATES.filter((state) => state !== 'DNAT' && state !== 'SNAT')),
  dnat: fc.boolean(),
  snat: fc.boolean(),
  /** Does the reverse path hold? */
  back: fc.boolean(),
};
const asked = fc.record(FIELDS);
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

/** Packets that differ from one another in one thing: what tells them apart is what may not be forgotten. */
const siblings: fc.Arbitrary<readonly Asked[]> = fc
  .tuple(
    asked,
    fc.array(fc.tuple(fc.constantFrom(...(Object.keys(FIELDS) as (keyof Asked)[])), asked), { minLength: 30, maxLength: 60 }),
  )
  .map(([first, others]) => [first, ...others.map(([field, other]) => ({ ...first, [field]: other[field] }))]);

/** What becomes of one packet after another: verdicts, marks, and what the recent list saw. */
function decided(ns: NetNamespace, hook: HookName, all: readonly Asked[], watched: boolean) {
  const { filter } = rulesetOf(ns).hooks[hook];
  const seen = new Map<number, number>();
  const verdicts = all.map(({ back, in: incoming, out, ctstate, dnat, snat, ...header }, i): readonly [Verdict, number] => {
    const packet = { ...header };
    const now = 1000 * i;
    const e: Evaluation = {
      in: incoming,
      out,
      ctstate,
      dnat,
      snat,
      ns,
      packet,
      now,
      seed: 1,
      watched,
      hit: () => undefined,
      recentSeen: () => seen.get(packet.src),
      recentNote: () => seen.set(packet.src, now),
      reversePathHolds: () => back,
    };
    return [filter ? evaluate(e, filter) : { type: 'accept' }, packet.mark];
  });
  return { verdicts, seen };
}

property.prop([table('filter'), fc.constantFrom('PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT'), siblings], { numRuns: 400 })(
  'a verdict that is remembered is the one the rules give',
  (filter, hook, all) => {
    const ns: NetNamespace = { ...node, netfilter: { ...node.netfilter, ipsets: IPSETS, tables: { filter } } };
    const twice = [...all, ...all];
    expect(decided(ns, hook, twice, false)).toEqual(decided(ns, hook, twice, true));
  },
);

test('a translated connection is not taken for one in the same state that is not', () => {
  const ns = withChains(node, 'filter', {
    FORWARD: [rule({ type: 'DROP' }, { matches: [{ type: 'ctstate', states: ['DNAT'] }] })],
  });
  const packet = { proto: 'tcp', src: 1, dst: 2, sport: 3, dport: 4, mark: 0, icmpType: -1, kind: 'syn' } as const;
  const one = (dnat: boolean): Asked => ({ ...packet, in: '', out: '', ctstate: 'NEW', dnat, snat: false, back: true });
  const { verdicts } = decided(ns, 'FORWARD', [true, true, false, true].map(one), false);
  expect(verdicts.map(([{ type }]) => type)).toEqual(['drop', 'drop', 'accept', 'drop']);
});
