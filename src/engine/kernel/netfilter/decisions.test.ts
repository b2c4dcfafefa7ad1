import { fc, test as property } from '@fast-check/vitest';
import { expect } from 'vitest';
import { toNumber } from '../../net/address.ts';
import { host } from '../../packet/builders.ts';
import type { NetNamespace } from '../namespace.ts';
import { evaluate, rulesetOf } from './evaluate.ts';
import type { Evaluation, Verdict } from './evaluation.ts';
import { ADDRESSES, BITS, IPSETS, PORTS, STATES, table } from './testing.ts';
import type { HookName } from './types.ts';

const node = host('node', '10.0.1.30').netns['']!;

type Asked = Pick<Evaluation, 'packet' | 'in' | 'out' | 'ctstate' | 'dnat' | 'snat'> & { readonly back: boolean };

const address = fc.constantFrom(...ADDRESSES).map(toNumber);
const link = fc.constantFrom('', 'ens5', 'cali1', 'cali2', 'lo');
const asked: fc.Arbitrary<Asked> = fc.record({
  packet: fc.record({
    proto: fc.constantFrom('tcp', 'udp', 'icmp'),
    src: address,
    dst: address,
    sport: fc.integer({ min: 40_000, max: 40_009 }),
    dport: fc.constantFrom(...PORTS),
    mark: fc.constantFrom(0, ...BITS),
    icmpType: fc.constantFrom(-1, 0, 8),
    kind: fc.constantFrom('syn', 'syn-ack', 'datagram'),
  }),
  in: link,
  out: link,
  ctstate: fc.constantFrom(...STATES.filter((state) => state !== 'DNAT' && state !== 'SNAT')),
  dnat: fc.boolean(),
  snat: fc.boolean(),
  back: fc.boolean(),
});

/** What becomes of one packet after another: verdicts, marks, and what the recent list saw. */
function decided(ns: NetNamespace, hook: HookName, all: readonly Asked[], watched: boolean) {
  const { filter } = rulesetOf(ns).hooks[hook];
  const seen = new Map<number, number>();
  const verdicts = all.map(({ back, packet: start, ...rest }, i): readonly [Verdict, number] => {
    const packet = { ...start };
    const now = 1000 * i;
    const e: Evaluation = {
      ...rest,
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

property.prop(
  [
    table('filter'),
    fc.constantFrom('PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT'),
    fc.array(asked, { minLength: 50, maxLength: 100 }),
  ],
  { numRuns: 150 },
)('a verdict that is remembered is the one the rules give', (filter, hook, all) => {
  const ns: NetNamespace = { ...node, netfilter: { ...node.netfilter, ipsets: IPSETS, tables: { filter } } };
  const twice = [...all, ...all];
  expect(decided(ns, hook, twice, false)).toEqual(decided(ns, hook, twice, true));
});
