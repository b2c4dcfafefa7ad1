import { expect, test } from 'vitest';
import { toTuple } from '../kernel/conntrack.ts';
import { MAX_FLOWS, type World } from '../world.ts';
import {
  change,
  gateway,
  host,
  NOW,
  route,
  rule,
  serviceRules,
  summary,
  withChains,
  withPod,
  withRoutes,
  world,
} from './builders.ts';
import { exchange } from './exchange.ts';
import { outcomeOf } from './outcome.ts';
import type { Flow } from './trace.ts';
import { walk } from './walk.ts';

const VIP = '10.49.50.18';
const POD = '10.48.0.134';
const host1 = change(host('host1', '10.0.1.10', { kind: 'bastion' }), '', (ns) =>
  withRoutes(ns, [
    route('10.49.0.0/16', { via: '10.0.1.31' }),
    route('10.60.0.0/16', { type: 'blackhole' }),
    route('10.61.0.0/16', { type: 'unreachable' }),
    route('10.62.0.0/16', { type: 'prohibit' }),
  ]),
);
const worker2 = change(withPod(host('worker2', '10.0.1.31'), 'yaobank/customer', POD, 'cali1'), '', (ns) =>
  serviceRules(ns, VIP, [POD]),
);
const lab = world([gateway, host1, worker2]);
const from = { host: 'host1', netns: '' };
const tcp = (dst: string, dport = 80, over: Partial<Flow> = {}): Flow => ({
  from,
  proto: 'tcp',
  dst,
  dport,
  sport: 40_000,
  ...over,
});
const edit = (w: World, name: string, change_: (h: (typeof w.hosts)[string]) => (typeof w.hosts)[string]): World => ({
  ...w,
  hosts: { ...w.hosts, [name]: change_(w.hosts[name]!) },
});

test('a client outside reaches a VIP: DNAT and masquerade at the node, both undone for the answer', () => {
  const { trace, world: after } = exchange(lab, tcp(VIP));
  expect(summary(trace)).toEqual([
    'host1 .>ens5',
    '  route: matched 10.49.0.0/16',
    '  neighbour: 10.0.1.31 is at MAC',
    'worker2 ens5>cali1',
    '  conntrack: NEW',
    '  nat PREROUTING PREROUTING: KUBE-SERVICES',
    '  nat PREROUTING KUBE-SERVICES: KUBE-SVC',
    '  nat PREROUTING KUBE-SVC: KUBE-MARK-MASQ',
    '  nat PREROUTING KUBE-MARK-MASQ: MARK 0x4000/0x4000',
    '  nat PREROUTING KUBE-SVC: KUBE-SEP-0',
    `  nat PREROUTING KUBE-SEP-0: DNAT to ${POD}:80 [10.0.1.10 > ${POD}:80]`,
    `  route: matched ${POD}/32`,
    '  nat POSTROUTING POSTROUTING: KUBE-POSTROUTING',
    `  nat POSTROUTING KUBE-POSTROUTING: MASQUERADE [10.0.1.31 > ${POD}:80]`,
    `  neighbour: ${POD} is at MAC`,
    'worker2 yaobank/customer eth0>.',
    '  route: local',
    '  socket: python',
    '= delivered',
    '< worker2 yaobank/customer .>eth0',
    '<   route: matched 0.0.0.0/0',
    '<   neighbour: 169.254.1.1 is at MAC',
    '< worker2 cali1>ens5',
    '<   conntrack: ESTABLISHED',
    `<   conntrack: destination 10.0.1.31:40000 → 10.0.1.10:40000 [${POD} > 10.0.1.10:40000]`,
    '<   route: matched 10.0.1.0/24',
    `<   conntrack: source ${POD}:80 → ${VIP}:80 [${VIP} > 10.0.1.10:40000]`,
    '<   neighbour: 10.0.1.10 is at MAC',
    '< host1 ens5>.',
    '<   route: local',
    '<   socket: delivered',
    '< = delivered',
  ]);
  expect(trace.received).toEqual({
    place: { host: 'worker2', netns: 'yaobank/customer' },
    header: { proto: 'tcp', src: '10.0.1.31', dst: POD, sport: 40_000, dport: 80, ttl: 63, mark: 0 },
    process: 'python',
  });
  expect(outcomeOf(trace)).toEqual({ type: 'answered' });
  expect(Object.values(after.hosts.worker2!.netns['']!.conntrack)).toEqual([
    {
      id: expect.any(String),
      original: { proto: 'tcp', src: '10.0.1.10', dst: VIP, sport: 40_000, dport: 80 },
      reply: { proto: 'tcp', src: POD, dst: '10.0.1.31', sport: 80, dport: 40_000 },
      state: 'TIME_WAIT',
      assured: true,
      replied: true,
      mark: 0,
      packets: [4, 3],
      bytes: [216, 164],
      createdAt: NOW,
      expiresAt: NOW + 120_000,
    },
  ]);
  expect(after.hosts.worker2!.netns['']!.netfilter.counters['nat KUBE-SEP-0 1']).toEqual([1, 60]);
});

test('a connection that is held open is ESTABLISHED for five days', () => {
  const { world: after } = exchange(lab, tcp(VIP), { hold: true });
  const [entry] = Object.values(after.hosts.worker2!.netns['']!.conntrack);
  expect([entry?.state, (entry?.expiresAt ?? 0) - NOW]).toEqual(['ESTABLISHED', 432_000_000]);
});

test('a pod that reaches itself through its VIP is masqueraded, so that the answer comes back the same way', () => {
  const { trace } = exchange(lab, { ...tcp(VIP), from: { host: 'worker2', netns: 'yaobank/customer' } });
  expect([trace.received?.header.src, trace.reverse?.disposition]).toEqual(['10.0.1.31', 'delivered']);
});

test('the node itself reaches the VIP through OUTPUT and is rerouted into the pod', () => {
  const { trace } = exchange(lab, { ...tcp(VIP), from: { host: 'worker2', netns: '' } });
  expect(summary(trace).slice(0, 14)).toEqual([
    'worker2 .>cali1',
    '  route: matched 0.0.0.0/0',
    '  conntrack: NEW',
    '  nat OUTPUT OUTPUT: KUBE-SERVICES',
    '  nat OUTPUT KUBE-SERVICES: KUBE-SVC',
    '  nat OUTPUT KUBE-SVC: KUBE-MARK-MASQ',
    '  nat OUTPUT KUBE-MARK-MASQ: MARK 0x4000/0x4000',
    '  nat OUTPUT KUBE-SVC: KUBE-SEP-0',
    `  nat OUTPUT KUBE-SEP-0: DNAT to ${POD}:80 [10.0.1.31 > ${POD}:80]`,
    `  route: matched ${POD}/32`,
    '  nat POSTROUTING POSTROUTING: KUBE-POSTROUTING',
    '  nat POSTROUTING KUBE-POSTROUTING: MASQUERADE',
    `  neighbour: ${POD} is at MAC`,
    'worker2 yaobank/customer eth0>.',
  ]);
});

test('a closed port answers with RST', () => {
  const { trace } = exchange(lab, tcp('10.0.1.31', 22));
  expect([trace.disposition, trace.reverse?.disposition, outcomeOf(trace)]).toEqual([
    'refused',
    'delivered',
    { type: 'error', errno: 'ECONNREFUSED', afterMs: 0 },
  ]);
});

test.each([
  ['10.60.0.1', 'blackhole', 'EINVAL', 0],
  ['10.61.0.1', 'no-route', 'EHOSTUNREACH', 0],
  ['10.62.0.1', 'prohibited', 'EACCES', 0],
  ['10.0.1.99', 'neighbour-unreachable', 'EHOSTUNREACH', 3000],
] as const)('the sender of a packet to %s hears its own kernel: %s, %s', (dst, disposition, errno, afterMs) => {
  const { trace } = exchange(lab, tcp(dst));
  expect([trace.disposition, outcomeOf(trace)]).toEqual([disposition, { type: 'error', errno, afterMs }]);
});

test('without any route the network is unreachable', () => {
  const alone = edit(lab, 'host1', (h) => change(h, '', (ns) => ({ ...ns, routes: [] })));
  expect(outcomeOf(exchange(alone, tcp(VIP)).trace)).toEqual({ type: 'error', errno: 'ENETUNREACH', afterMs: 0 });
});

test('a host that is switched off leaves a question behind', () => {
  const off = edit(lab, 'worker2', (h) => ({ ...h, up: false }));
  const { world: after, trace } = exchange(off, tcp(VIP));
  expect(trace.reason).toBe('host1 finds that nobody answers ARP for 10.0.1.31 on ens5: host unreachable after 3 s.');
  expect(after.hosts.host1!.netns['']!.neighbours).toEqual({
    'ens5 10.0.1.31': { address: '10.0.1.31', dev: 'ens5', state: 'INCOMPLETE', at: NOW },
  });
});

test('what leaves by the gateway is never answered', () => {
  const { trace } = exchange(lab, tcp('8.8.8.8'));
  expect(summary(trace)).toEqual([
    'host1 .>ens5',
    '  route: matched 0.0.0.0/0',
    '  neighbour: 10.0.1.1 is at MAC',
    'gateway ens5>.',
    '  route: left the network',
    '= left-network',
  ]);
  expect(outcomeOf(trace)).toEqual({ type: 'silence' });
});

test('addresses of a host answer ping, VIPs do not', () => {
  const ping = (dst: string) => exchange(lab, { from, proto: 'icmp', dst, dport: 0, sport: 7 }).trace;
  expect([ping('10.0.1.31'), ping('10.0.1.1'), ping(VIP)].map((t) => [t.disposition, t.reverse?.disposition])).toEqual([
    ['delivered', 'delivered'],
    ['delivered', 'delivered'],
    ['left-network', undefined],
  ]);
});

test('a DROP rule keeps no connection and nobody hears of it; a REJECT is heard', () => {
  const filter = (target: 'DROP' | 'REJECT') =>
    edit(lab, 'worker2', (h) =>
      change(h, '', (ns) =>
        withChains(ns, 'filter', {
          FORWARD: [rule(target === 'DROP' ? { type: 'DROP' } : { type: 'REJECT', with: 'icmp-port-unreachable' })],
        }),
      ),
    );
  const dropped = exchange(filter('DROP'), tcp(VIP));
  expect([dropped.trace.disposition, outcomeOf(dropped.trace), dropped.world.hosts.worker2!.netns['']!.conntrack]).toEqual([
    'dropped',
    { type: 'silence' },
    {},
  ]);
  const rejected = exchange(filter('REJECT'), tcp(VIP)).trace;
  expect([rejected.disposition, rejected.reverse?.sent.src, outcomeOf(rejected)]).toEqual([
    'refused',
    '10.0.1.31',
    { type: 'error', errno: 'ECONNREFUSED', afterMs: 0 },
  ]);
});

test('a host that does not forward swallows what is not its own', () => {
  const still = edit(lab, 'worker2', (h) => change(h, '', (ns) => ({ ...ns, sysctl: {} })));
  const { trace } = exchange(still, tcp(VIP));
  expect([trace.disposition, trace.reason]).toEqual([
    'dropped',
    `${POD} is not an address of worker2, and ip_forward is 0: it forwards nothing.`,
  ]);
});

test('a packet whose TTL runs out comes back as ICMP from the router', () => {
  const { trace } = exchange(lab, { ...tcp(VIP), ttl: 1 });
  expect([trace.disposition, trace.reverse?.sent.src, outcomeOf(trace)]).toEqual([
    'ttl-exceeded',
    '10.0.1.31',
    { type: 'error', errno: 'EHOSTUNREACH', afterMs: 0 },
  ]);
});

test('two routers that point at each other pass a packet until its TTL is gone', () => {
  const router = (name: string, address: string, via: string) =>
    change(host(name, address), '', (ns) => ({
      ...withRoutes(ns, [route('10.9.0.0/16', { via })]),
      sysctl: { 'net.ipv4.ip_forward': '1' },
    }));
  const loop = world([
    host('c', '10.0.1.4', { kind: 'bastion' }),
    router('a', '10.0.1.2', '10.0.1.3'),
    router('b', '10.0.1.3', '10.0.1.2'),
  ]);
  const sender = edit(loop, 'c', (h) => change(h, '', (ns) => withRoutes(ns, [route('10.9.0.0/16', { via: '10.0.1.2' })])));
  const { trace } = walk(sender, { from: { host: 'c', netns: '' }, proto: 'tcp', dst: '10.9.0.1', dport: 80, ttl: 9 });
  expect([trace.disposition, trace.hops.length]).toEqual(['ttl-exceeded', 10]);
});

test('strict reverse-path filtering drops what would be answered by another link', () => {
  const strict = edit(lab, 'worker2', (h) =>
    change(h, '', (ns) => ({
      ...withRoutes(ns, [route('10.0.1.10/32', { dev: 'cali1' })]),
      sysctl: { ...ns.sysctl, 'net.ipv4.conf.all.rp_filter': '1' },
    })),
  );
  const { trace } = exchange(strict, tcp(VIP));
  expect([trace.disposition, trace.reason]).toEqual([
    'dropped',
    'worker2 would not answer 10.0.1.10 by ens5: rp_filter 1 drops the packet.',
  ]);
});

test('a second client with the same port gets another one when both are masqueraded to one address', () => {
  const host2 = change(host('host2', '10.0.1.11', { kind: 'bastion' }), '', (ns) =>
    withRoutes(ns, [route('10.49.0.0/16', { via: '10.0.1.31' })]),
  );
  const both = world([gateway, host1, host2, worker2]);
  const first = exchange(both, tcp(VIP), { hold: true });
  const second = exchange(first.world, { ...tcp(VIP), from: { host: 'host2', netns: '' } }, { hold: true });
  const ports = [first, second].map(({ trace }) => trace.received?.header.sport);
  expect([ports[0], ports[1] === ports[0], second.trace.reverse?.received?.place.host]).toEqual([40_000, false, 'host2']);
  const entries = Object.values(second.world.hosts.worker2!.netns['']!.conntrack);
  expect(new Set(entries.map((e) => e.reply.dport)).size).toBe(2);
});

test('connections spread over the pods of a service by their ports, the same connection always to the same', () => {
  const pods = [POD, '10.48.0.135'];
  const two = edit(lab, 'worker2', (h) =>
    change(withPod(h, 'yaobank/other', '10.48.0.135', 'cali2'), '', (ns) => serviceRules(ns, VIP, pods)),
  );
  const to = (sport: number) => walk(two, tcp(VIP, 80, { sport })).trace.received!.header.dst;
  const counts = pods.map((pod) => Array.from({ length: 300 }, (_, i) => to(33_000 + i)).filter((dst) => dst === pod).length);
  expect(counts[0]! + counts[1]!).toBe(300);
  expect(Math.abs(counts[0]! - 150)).toBeLessThan(40);
  expect(to(33_001)).toBe(to(33_001));
});

test('every next hop of a route is chosen by the hash, and the choice is explained', () => {
  const spread = edit(lab, 'host1', (h) =>
    change(h, '', (ns) =>
      withRoutes({ ...ns, routes: [] }, [
        route('10.0.1.0/24', { proto: 'kernel', src: '10.0.1.10' }),
        route('10.49.0.0/16', { via: ['10.0.1.1', '10.0.1.31'] }),
      ]),
    ),
  );
  const { trace } = walk(spread, tcp(VIP));
  const [, ecmp] = trace.hops[0]!.steps;
  const { ecmp: choice } = ecmp!;
  expect([ecmp!.at, choice!.policy, choice!.inputs, choice!.buckets]).toEqual([
    'ecmp',
    0,
    ['src 10.0.1.10', `dst ${VIP}`],
    [
      { upper: 1073741823, via: '10.0.1.1', dev: 'ens5' },
      { upper: 2147483647, via: '10.0.1.31', dev: 'ens5' },
    ],
  ]);
  expect(choice!.chosen).toBe(choice!.hash <= 1073741823 ? 0 : 1);
});

test('flows are kept under ids of their input, the oldest forgotten', () => {
  let w = lab;
  for (let i = 0; i < MAX_FLOWS + 5; i++) w = exchange(w, tcp('10.0.1.31', 22, { sport: 40_000 + i })).world;
  expect([w.flows.length, w.flows[0]?.id, w.flows.at(-1)?.id]).toEqual([MAX_FLOWS, 't0-5', `t0-${MAX_FLOWS + 4}`]);
  expect(exchange({ ...w, inputs: 9 }, tcp('10.0.1.31', 22)).trace.id).toBe('t8-0');
});

test('a walk changes nothing of the world it was given', () => {
  const before = JSON.stringify(lab);
  exchange(lab, tcp(VIP));
  expect(JSON.stringify(lab)).toBe(before);
});

test('an expired connection counts as absent', () => {
  const first = exchange(lab, tcp(VIP));
  const later = { ...first.world, now: NOW + 200_000 };
  const steps = exchange(later, tcp(VIP)).trace.hops[1]!.steps.map((s) => s.action);
  expect(steps.slice(0, 2)).toEqual(['NEW', 'KUBE-SERVICES']);
  expect(toTuple({ proto: 'tcp', src: 1, dst: 2, sport: 3, dport: 4 })).toEqual({
    proto: 'tcp',
    src: '0.0.0.1',
    dst: '0.0.0.2',
    sport: 3,
    dport: 4,
  });
});
