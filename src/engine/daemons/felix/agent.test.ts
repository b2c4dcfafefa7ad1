import { expect, test } from 'vitest';
import type { ApiObject } from '../../api/objects.ts';
import { specText } from '../../kernel/netfilter/print.ts';
import type { TableName } from '../../kernel/netfilter/types.ts';
import type { Host, World } from '../../world.ts';
import { config, node, pod, view, withPods, worldOf } from '../kube-proxy/builders.ts';
import { felixAgent } from './agent.ts';

const CUSTOMER = { key: 'yaobank/customer', link: 'califd1cd71c596' };
const SUMMARY = { key: 'yaobank/summary', link: 'cali22d2c5e53b3' };
const POOL = config('IPPool', 'default-ipv4-ippool', { cidr: '10.48.0.0/24', blockSize: 26, natOutgoing: true });
const PRIVATE = config('IPPool', 'private', { cidr: '10.47.0.0/24', blockSize: 26, natOutgoing: false });
const PODS = [pod(CUSTOMER.key, '10.48.0.134'), pod(SUMMARY.key, '10.48.0.135')];

function start(...objects: readonly ApiObject[]): World {
  const host = node('worker2', '10.0.1.31', view(...PODS, ...objects), { felix: { running: true, startedAt: 0 } });
  return worldOf({ ...host, netns: { '': withPods('10.0.1.31', CUSTOMER, SUMMARY) } });
}

const run = (world: World) => felixAgent.run(world, world).world;
const kernel = (world: World) => world.hosts.worker2!.netns['']!;

function spec(world: World, table: TableName, ...chains: string[]): string {
  return chains.map((chain) => specText(kernel(world).netfilter, table, chain)).join('');
}

function changed(world: World, change: (host: Host) => Host, now = world.now): World {
  return { ...world, now, hosts: { worker2: change(world.hosts.worker2!) } };
}

test('each local pod gets a host route and the sysctls of its interface', () => {
  const { routes, sysctl } = kernel(run(start()));
  expect(routes.map(({ ref: _ref, ...route }) => route)).toEqual([
    { dst: '10.48.0.134/32', type: 'unicast', nexthops: [{ dev: 'califd1cd71c596', weight: 1 }], proto: 'boot', scope: 'link' },
    { dst: '10.48.0.135/32', type: 'unicast', nexthops: [{ dev: 'cali22d2c5e53b3', weight: 1 }], proto: 'boot', scope: 'link' },
  ]);
  expect(sysctl).toEqual({
    'net.ipv4.ip_forward': '1',
    'net.netfilter.nf_conntrack_acct': '1',
    'net.ipv4.conf.cali22d2c5e53b3.route_localnet': '1',
    'net.ipv4.conf.cali22d2c5e53b3.proxy_arp': '1',
    'net.ipv4.conf.cali22d2c5e53b3.forwarding': '1',
    'net.ipv4.conf.cali22d2c5e53b3.rp_filter': '1',
    'net.ipv4.conf.califd1cd71c596.route_localnet': '1',
    'net.ipv4.conf.califd1cd71c596.proxy_arp': '1',
    'net.ipv4.conf.califd1cd71c596.forwarding': '1',
    'net.ipv4.conf.califd1cd71c596.rp_filter': '1',
  });
});

test('outgoing NAT: sources in natOutgoing pools, destinations outside every pool', () => {
  const world = run(start(POOL, PRIVATE));
  expect(Object.values(kernel(world).netfilter.ipsets)).toEqual([
    { name: 'cali40all-ipam-pools', type: 'hash:net', maxelem: 1_048_576, members: ['10.47.0.0/24', '10.48.0.0/24'] },
    { name: 'cali40masq-ipam-pools', type: 'hash:net', maxelem: 1_048_576, members: ['10.48.0.0/24'] },
    { name: 'cali40this-host', type: 'hash:ip', maxelem: 1_048_576, members: ['10.0.1.31'] },
  ]);
  expect(spec(world, 'nat', 'POSTROUTING', 'cali-nat-outgoing')).toBe(`-P POSTROUTING ACCEPT
-A POSTROUTING -m comment --comment "cali:O3lYWMrLQYEMJtB5" -j cali-POSTROUTING
-N cali-nat-outgoing
-A cali-nat-outgoing -m comment --comment "cali:flqWnvo8yq4ULQLa" -m set --match-set cali40masq-ipam-pools src -m set ! --match-set cali40all-ipam-pools dst -j MASQUERADE --random-fully
`);
  expect(spec(run(start(PRIVATE)), 'nat', 'cali-nat-outgoing')).toBe('-N cali-nat-outgoing\n');
});

test('advertised service CIDRs are blocked when forwarded, as FelixConfiguration says', () => {
  const bgp = config('BGPConfiguration', 'default', {
    serviceExternalIPs: [{ cidr: '10.50.0.0/24' }],
    serviceClusterIPs: [{ cidr: '10.49.0.0/16' }],
  });
  const withPrevention = (serviceLoopPrevention: string) =>
    run(start(bgp, config('FelixConfiguration', 'default', { serviceLoopPrevention })));
  expect(spec(run(start(bgp)), 'filter', 'cali-cidr-block')).toBe(`-N cali-cidr-block
-A cali-cidr-block -d 10.49.0.0/16 -m comment --comment "cali:ldJmZIZFw2I8VyOY" -j DROP
-A cali-cidr-block -d 10.50.0.0/24 -m comment --comment "cali:ZF7d5VTZhTfQSmzf" -j DROP
`);
  expect(spec(withPrevention('Reject'), 'filter', 'cali-cidr-block').match(/-j .*/g)).toEqual([
    '-j REJECT --reject-with icmp-port-unreachable',
    '-j REJECT --reject-with icmp-port-unreachable',
  ]);
  expect(spec(withPrevention('Disabled'), 'filter', 'cali-cidr-block')).toBe('-N cali-cidr-block\n');
  expect(spec(run(start()), 'filter', 'cali-cidr-block')).toBe('-N cali-cidr-block\n');
});

test('traffic of a pod goes to its own chains by interface name', () => {
  const world = run(start());
  expect(
    spec(world, 'filter', 'cali-to-wl-dispatch', 'cali-tw-califd1cd71c596').replace(/ -m comment --comment "?cali:\S+/g, ''),
  ).toBe(
    `-N cali-to-wl-dispatch
-A cali-to-wl-dispatch -o cali22d2c5e53b3 -g cali-tw-cali22d2c5e53b3
-A cali-to-wl-dispatch -o califd1cd71c596 -g cali-tw-califd1cd71c596
-A cali-to-wl-dispatch -m comment --comment "Unknown interface" -j DROP
-N cali-tw-califd1cd71c596
-A cali-tw-califd1cd71c596 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A cali-tw-califd1cd71c596 -m conntrack --ctstate INVALID -j DROP
-A cali-tw-califd1cd71c596 -j MARK --set-xmark 0x0/0x30000
-A cali-tw-califd1cd71c596 -j cali-pri-kns.yaobank
-A cali-tw-califd1cd71c596 -m comment --comment "Return if profile accepted" -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-tw-califd1cd71c596 -j cali-pri-_7lTuXwQd5vRA9ZGwpw
-A cali-tw-califd1cd71c596 -m comment --comment "Return if profile accepted" -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-tw-califd1cd71c596 -m comment --comment "Drop if no profiles matched" -j DROP
`,
  );
});

test('felix stands first in the built-in chains and leaves the rules of others there', () => {
  const mine = { name: 'FORWARD', policy: 'DROP', rules: [{ matches: [], target: { type: 'RETURN' } }] } as const;
  const world = changed(start(), (host) => ({
    ...host,
    netns: {
      '': { ...host.netns['']!, netfilter: { tables: { filter: { chains: { FORWARD: mine } } }, ipsets: {}, counters: {} } },
    },
  }));
  expect(spec(run(world), 'filter', 'FORWARD')).toBe(`-P FORWARD DROP
-A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
-A FORWARD -j RETURN
-A FORWARD -m comment --comment "cali:S93hcgKJrXEqnTfs" -m comment --comment "Policy explicitly accepted packet." -m mark --mark 0x10000/0x10000 -j ACCEPT
-A FORWARD -m comment --comment "cali:mp77cMpurHhyjLrM" -j MARK --set-xmark 0x10000/0x10000
`);
});

test('a quiet host stays the same value; a stopped felix leaves its rows; a pod that goes takes its rows along', () => {
  const before = run(start(POOL));
  expect(run(before)).toBe(before);
  const gone = (running: boolean) => (host: Host) => ({
    ...host,
    netns: { '': { ...host.netns['']!, links: withPods('10.0.1.31', CUSTOMER).links } },
    daemons: { felix: { ...host.daemons.felix!, running } },
  });
  const stopped = changed(before, gone(false));
  expect(run(stopped)).toBe(stopped);
  const after = run(changed(before, gone(true)));
  expect(kernel(after).routes.map(({ dst }) => dst)).toEqual(['10.48.0.134/32']);
  expect(Object.keys(kernel(after).netfilter.tables.filter!.chains).filter((name) => name.includes('22d2c5e53b3'))).toEqual([]);
});

test('what a learner breaks is put right at the next refresh, not before', () => {
  const before = run(start(POOL));
  const broken = (now: number) => changed(before, (host) => ({ ...host, netns: { '': { ...host.netns['']!, routes: [] } } }), now);
  const early = broken(10_000);
  expect(felixAgent.run(early, early)).toEqual({ world: early, wakeAt: 180_000 });
  expect(kernel(run(broken(180_000))).routes).toEqual(kernel(before).routes);
});
