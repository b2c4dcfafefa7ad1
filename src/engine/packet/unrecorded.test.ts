/**
 * A walk that is recorded and one that only asks agree: on what becomes of every packet, on the namespaces it passes, and on the world
 * it leaves behind, but for rule counters and neighbours, which only a recorded walk writes.
 */
import { fc, test as property } from '@fast-check/vitest';
import { expect } from 'vitest';
import { worlds } from '../../worlds/index.ts';
import type { NetNamespace } from '../kernel/namespace.ts';
import { ADDRESSES, IPSETS, PODS, PORTS, table, VIP } from '../kernel/netfilter/testing.ts';
import { loadWorld } from '../load/load.ts';
import type { Host, World } from '../world.ts';
import { change, gateway, host, route, serviceRules, withPod, withRoutes, world } from './builders.ts';
import { commit, createDraft } from './draft.ts';
import { exchangeOn } from './exchange.ts';
import type { Flow, Trace } from './trace.ts';
import { traceOf } from './walk.ts';

const host1 = change(host('host1', '10.0.1.10', { kind: 'bastion' }), '', (ns) =>
  withRoutes(ns, [
    route('10.49.0.0/16', { via: ['10.0.1.30', '10.0.1.31'] }),
    route('10.48.0.0/24', { via: '10.0.1.30' }),
    route('10.48.1.0/24', { type: 'unreachable' }),
  ]),
);

function node(
  name: string,
  address: string,
  pods: readonly (readonly [name: string, address: string])[],
  others: readonly string[],
): Host {
  const full = pods.reduce((h, [pod, at], i) => withPod(h, pod, at, `cali${i + 1}`), host(name, address));
  return change(full, '', (ns) =>
    serviceRules(
      withRoutes(
        ns,
        others.map((to) => route(to, { via: name === 'worker1' ? '10.0.1.31' : '10.0.1.30' })),
      ),
      VIP,
      PODS,
    ),
  );
}

const worker1 = node(
  'worker1',
  '10.0.1.30',
  [
    ['yaobank/customer', PODS[0]],
    ['yaobank/summary', PODS[1]],
  ],
  ['10.48.1.0/24'],
);
const worker2 = node('worker2', '10.0.1.31', [['yaobank/database', PODS[2]]], ['10.48.0.0/24']);

/** worker1 with tables of its own in place of kube-proxy's. */
const someWorld: fc.Arbitrary<World> = fc
  .record({
    tables: fc.record(
      { raw: table('raw'), mangle: table('mangle'), nat: table('nat'), filter: table('filter') },
      { requiredKeys: [] },
    ),
    sysctl: fc.record({
      'net.ipv4.conf.all.rp_filter': fc.constantFrom('0', '1', '2'),
      'net.ipv4.ip_forward': fc.constantFrom('1', '1', '1', '0'),
    }),
    policy: fc.constantFrom('0', '1'),
  })
  .map(({ tables, sysctl, policy }) =>
    world([
      gateway,
      change(host1, '', (ns) => ({ ...ns, sysctl: { 'net.ipv4.fib_multipath_hash_policy': policy } })),
      change(worker1, '', (ns) => ({
        ...ns,
        sysctl: { ...ns.sysctl, ...sysctl },
        netfilter: { ...ns.netfilter, ipsets: IPSETS, tables: { ...ns.netfilter.tables, ...tables } },
      })),
      worker2,
    ]),
  );

const PLACES = [
  { host: 'host1', netns: '' },
  { host: 'worker1', netns: '' },
  { host: 'worker1', netns: 'yaobank/customer' },
  { host: 'worker2', netns: 'yaobank/database' },
] as const;

const someFlow: fc.Arbitrary<Flow> = fc
  .record({
    from: fc.constantFrom(...PLACES),
    proto: fc.constantFrom('tcp', 'udp', 'icmp'),
    dst: fc.constantFrom(...ADDRESSES),
    sport: fc.option(fc.integer({ min: 40_000, max: 40_009 }), { nil: undefined }),
    dport: fc.constantFrom(...PORTS),
    ttl: fc.constantFrom(64, 64, 64, 2, 1),
  })
  .map(({ sport, ...flow }) => ({
    ...flow,
    dport: flow.proto === 'icmp' ? 0 : flow.dport,
    ...(sport === undefined ? {} : { sport }),
  }));

const withoutHops = (trace: Trace | undefined) => trace && { ...trace, hops: [] };

/** The world without what only recorded walks write. */
function unwatched(w: World): World {
  const still = (ns: NetNamespace): NetNamespace => ({ ...ns, neighbours: {}, netfilter: { ...ns.netfilter, counters: {} } });
  const hosts = Object.entries(w.hosts).map(([name, h]) => [
    name,
    { ...h, netns: Object.fromEntries(Object.entries(h.netns).map(([of, ns]) => [of, still(ns)])) },
  ]);
  return { ...w, hosts: Object.fromEntries(hosts) };
}

/** The flows one after another on one draft, with their answers. */
function outcomes(start: World, flows: readonly Flow[], record: boolean) {
  const draft = createDraft(start);
  const ends = flows.map((flow) => {
    const done = exchangeOn(draft, flow, 't0-0', record);
    if (!done) return undefined;
    const { packet } = done.first.walk;
    const passed = draft.touched.map((at) => at.place);
    const first = traceOf(done.first.walk, flow, done.first.ending, 't0-0');
    return { first: withoutHops(first), packet: { ...packet }, passed, back: withoutHops(done.back?.trace) };
  });
  return { ends, after: unwatched(commit(draft)) };
}

property.prop([someWorld, fc.array(someFlow, { minLength: 1, maxLength: 30 })], { numRuns: 200 })(
  'recorded or not, packets fare the same',
  (start, flows) => {
    expect(outcomes(start, flows, false)).toEqual(outcomes(start, flows, true));
  },
);

const INGRESS = {
  podSelector: {},
  policyTypes: ['Ingress', 'Egress'],
  ingress: [{ from: [{ podSelector: { matchLabels: { app: 'customer' } } }], ports: [{ port: 80, protocol: 'TCP' }] }],
  egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.1.0/24'] } }] }],
};

/** yaobank as kube-proxy and felix program it, with what the API is asked for besides. */
function yaobank(...requests: readonly (readonly [method: 'POST' | 'PATCH', path: string, body: object])[]): World {
  const sim = loadWorld(worlds.yaobank!);
  for (const [method, path, body] of requests) {
    const headers = { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' };
    sim.dispatch({ type: 'api', cluster: 'kubernetes', request: { method, path, headers, body: JSON.stringify(body) } });
    sim.settle();
  }
  return sim.world();
}

const CUSTOMER = '/api/v1/namespaces/yaobank/services/customer';
const POLICIES = '/apis/networking.k8s.io/v1/namespaces/yaobank/networkpolicies';
const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'some' }, spec: INGRESS };
const BANKS: readonly World[] = [
  yaobank(['PATCH', CUSTOMER, { spec: { sessionAffinity: 'ClientIP' } }]),
  yaobank(['PATCH', CUSTOMER, { spec: { externalTrafficPolicy: 'Local' } }], ['POST', POLICIES, policy]),
];

const bankFlows: fc.Arbitrary<readonly [World, readonly Flow[]]> = fc.constantFrom(...BANKS).chain((bank) => {
  const places = Object.values(bank.hosts).flatMap((h) => Object.keys(h.netns).map((netns) => ({ host: h.name, netns })));
  const own = Object.values(bank.hosts).flatMap((h) => Object.values(h.netns).flatMap((ns) => Object.values(ns.links)));
  const addresses = [VIP, '10.49.0.1', '10.49.0.10', '10.48.9.9', ...own.flatMap((link) => link.addresses.map((a) => a.address))];
  const flow = fc
    .record({
      from: fc.constantFrom(...places),
      proto: fc.constantFrom('tcp', 'tcp', 'udp', 'icmp'),
      dst: fc.constantFrom(...addresses),
      sport: fc.integer({ min: 40_000, max: 40_019 }),
      dport: fc.constantFrom(80, 53, 179, 6443, 30180),
    })
    .map((each) => ({ ...each, dport: each.proto === 'icmp' ? 0 : each.dport }));
  return fc.tuple(fc.constant(bank), fc.array(flow, { minLength: 1, maxLength: 60 }));
});

property.prop([bankFlows], { numRuns: 40 })('in a cluster as its daemons program it, too', ([bank, flows]) => {
  expect(outcomes(bank, flows, false)).toEqual(outcomes(bank, flows, true));
});
