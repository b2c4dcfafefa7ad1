/**
 * Random tables for property tests: chains that jump, mark, translate and decide by every sort of match, over a handful of addresses, ports
 * and links, so that packets meet them. For tests only.
 */
import { fc } from '@fast-check/vitest';
import type { CtState, Match, Netfilter, Rule, Table, TableName, Target } from './types.ts';

export const VIP = '10.49.50.18';
export const PODS = ['10.48.0.134', '10.48.0.135', '10.48.1.7'] as const;
export const ADDRESSES = [
  '10.0.1.10',
  '10.0.1.30',
  '10.0.1.31',
  '10.0.1.1',
  '10.0.1.255',
  '10.0.1.99',
  '127.0.0.1',
  VIP,
  '8.8.8.8',
  ...PODS,
];
const PREFIXES = ['10.48.0.0/16', '10.48.1.0/24', '10.0.1.0/24', '0.0.0.0/0', ...ADDRESSES.map((each) => `${each}/32`)];
const LINKS = ['ens5', 'cali1', 'cali2', 'lo', 'cali+', '+'];
export const PORTS = [80, 443, 53, 22];
export const STATES: readonly CtState[] = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED', 'DNAT', 'SNAT'];
export const BITS = [0x1, 0x4000, 0x10000, 0xff0000, 0xffffffff];

const not = fc.option(fc.constant(true), { nil: false });
const bits = fc.constantFrom(...BITS);
const port = fc.constantFrom(...PORTS);

const match: fc.Arbitrary<Match> = fc.oneof(
  fc.record({ type: fc.constant('dport' as const), port, not }),
  fc.record({ type: fc.constant('sport' as const), port: fc.constant(32_768), to: fc.constantFrom(40_000, 40_005), not }),
  fc.record({
    type: fc.constant('addrtype' as const),
    side: fc.constantFrom('src', 'dst'),
    value: fc.constant('LOCAL' as const),
    not,
  }),
  fc.record({ type: fc.constant('mark' as const), value: fc.constantFrom(0, ...BITS), mask: bits, not }),
  fc.record({ type: fc.constant('ctstate' as const), states: fc.subarray([...STATES], { minLength: 1, maxLength: 3 }), not }),
  fc.record({ type: fc.constant('syn' as const), not }),
  fc.record({ type: fc.constant('multiport' as const), side: fc.constantFrom('dports', 'sports'), ports: fc.subarray(PORTS), not }),
  fc.record({ type: fc.constant('rpfilter' as const), invert: not }),
  fc.record({ type: fc.constant('statistic' as const), probability: fc.constantFrom(0.25, 0.5) }),
  fc.record({
    type: fc.constant('set' as const),
    set: fc.constantFrom('pods', 'nodes', 'absent'),
    side: fc.constantFrom('src', 'dst'),
    not,
  }),
  fc.record({ type: fc.constant('icmp' as const), icmpType: fc.constantFrom(0, 3, 8, 255) }),
  fc.record({ type: fc.constant('recent' as const), name: fc.constant('seen'), action: fc.constantFrom('rcheck', 'set') }),
  fc.record({ type: fc.constant('comment' as const), text: fc.constant('why') }),
);

const DECISIONS: Readonly<Record<TableName, readonly Target[]>> = {
  raw: [{ type: 'NOTRACK' }, { type: 'DROP' }, { type: 'ACCEPT' }],
  mangle: [{ type: 'DROP' }, { type: 'ACCEPT' }],
  nat: [{ type: 'ACCEPT' }],
  filter: [
    { type: 'ACCEPT' },
    { type: 'DROP' },
    { type: 'REJECT', with: 'icmp-port-unreachable' },
    { type: 'REJECT', with: 'tcp-reset' },
  ],
};
const DESTINATIONS: readonly Target[] = PODS.map((pod) => ({ type: 'DNAT', to: `${pod}:80` }));
const SOURCES: readonly Target[] = [
  { type: 'MASQUERADE' },
  { type: 'MASQUERADE', randomFully: true },
  { type: 'SNAT', to: '10.0.1.31' },
];
const CHAINS = ['A', 'B', 'C'] as const;
const HOOKS = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'] as const;

/** Chains lead to later ones only: iptables refuses loops. */
function target(table: TableName, chain: string): fc.Arbitrary<Target> {
  const onward = CHAINS.slice((CHAINS as readonly string[]).indexOf(chain) + 1);
  const jumps: readonly Target[] = onward.flatMap((to) => [
    { type: 'jump', chain: to },
    { type: 'jump', chain: to, goto: true },
  ]);
  const nat = table !== 'nat' ? [] : /POST|INPUT/.test(chain) ? SOURCES : /PRE|OUTPUT/.test(chain) ? DESTINATIONS : [];
  const mark = fc.record({ type: fc.constant('MARK' as const), value: fc.constantFrom(0, ...BITS), mask: bits });
  const still: readonly Target[] = [{ type: 'RETURN' }, { type: 'NONE' }, { type: 'LOG', prefix: '' }];
  return fc.oneof(
    mark,
    fc.constantFrom(...still),
    fc.constantFrom(...[...DECISIONS[table], ...nat]),
    ...(jumps.length === 0 ? [] : [{ arbitrary: fc.constantFrom(...jumps), weight: 3 }]),
  );
}

function rules(table: TableName, chain: string): fc.Arbitrary<readonly Rule[]> {
  const prefix = fc.record({ prefix: fc.constantFrom(...PREFIXES), not });
  const link = fc.record({ name: fc.constantFrom(...LINKS), not });
  const proto = fc.constantFrom('tcp', 'udp', 'icmp');
  const rare = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 2 });
  const rule = fc
    .record({
      src: rare(prefix),
      dst: rare(prefix),
      in: rare(link),
      out: rare(link),
      proto: rare(proto),
      protoNot: not,
      matches: fc.array(match, { maxLength: 2 }),
      target: target(table, chain),
    })
    .map((each) => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)) as unknown as Rule);
  // As long as a service chain: searched by destination.
  const long = fc.array(
    fc.record({
      dst: fc.record({ prefix: fc.constantFrom(...ADDRESSES.map((a) => `${a}/32`)) }),
      matches: fc.array(match, { maxLength: 1 }),
      target: target(table, chain),
    }),
    { minLength: 12, maxLength: 20 },
  );
  return fc.oneof({ arbitrary: fc.array(rule, { maxLength: 4 }), weight: 5 }, { arbitrary: long, weight: 1 });
}

/** A table with something at every hook. */
export function table(name: TableName): fc.Arbitrary<Table> {
  const chain = (of: string, builtIn: boolean) =>
    fc
      .record({ rules: rules(name, of), policy: fc.constantFrom('ACCEPT', 'ACCEPT', 'ACCEPT', 'DROP') })
      .map(({ rules: list, policy }) => ({
        name: of,
        rules: list,
        ...(builtIn ? { policy: name === 'nat' ? ('ACCEPT' as const) : (policy as 'ACCEPT' | 'DROP') } : {}),
      }));
  return fc
    .tuple(...HOOKS.map((hook) => chain(hook, true)), ...CHAINS.map((of) => chain(of, false)))
    .map((chains) => ({ chains: Object.fromEntries(chains.map((each) => [each.name, each])) }));
}

export const IPSETS: Netfilter['ipsets'] = {
  pods: { name: 'pods', type: 'hash:net', members: ['10.48.0.134', '10.48.1.0/24'] },
  nodes: { name: 'nodes', type: 'hash:ip', members: ['10.0.1.30', '10.0.1.31'] },
};
