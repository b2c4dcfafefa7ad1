import { expect, test } from 'vitest';
import type { ApiObject } from '../../api/objects.ts';
import { specText } from '../../kernel/netfilter/print.ts';
import type { World } from '../../world.ts';
import { meta, node, pod, view, withPods, worldOf } from '../kube-proxy/builders.ts';
import { felixAgent } from './agent.ts';

const NGINX = { key: 'external-ns/nginx', link: 'cali6a43104848b' };
const OTHER = { key: 'yaobank/customer', link: 'califd1cd71c596' };

function policy(spec: Record<string, unknown>): ApiObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: meta('external-ns/nginx'),
    spec: { podSelector: { matchLabels: { app: 'nginx' } }, ...spec },
  };
}

function run(...policies: readonly ApiObject[]): World {
  const pods = [pod(NGINX.key, '10.48.2.232', { app: 'nginx' }), pod(OTHER.key, '10.48.0.134', { app: 'customer' })];
  const namespaces = ['external-ns', 'yaobank'].map((name) => {
    const { namespace: _none, ...metadata } = meta(`/${name}`, { 'kubernetes.io/metadata.name': name });
    return { apiVersion: 'v1', kind: 'Namespace', metadata };
  });
  const host = node('worker2', '10.0.1.31', view(...pods, ...namespaces, ...policies), { felix: { running: true, startedAt: 0 } });
  const world = worldOf({ ...host, netns: { '': withPods('10.0.1.31', NGINX, OTHER) } });
  return felixAgent.run(world, world).world;
}

const netfilter = (world: World) => world.hosts.worker2!.netns['']!.netfilter;
/** Chains as `iptables -S`, without the hashes. */
function chains(world: World, ...names: string[]): string {
  return names
    .map((name) => specText(netfilter(world), 'filter', name))
    .join('')
    .replace(/ -m comment --comment "?cali:[^" ]+"?/g, '');
}
const named = (world: World, prefix: string) =>
  Object.keys(netfilter(world).tables.filter!.chains).filter((name) => name.startsWith(prefix));

test('the lab’s policy: port 80 in, nothing out; pods it does not select are left alone', () => {
  const world = run(policy({ policyTypes: ['Ingress', 'Egress'], ingress: [{ ports: [{ protocol: 'TCP', port: 80 }] }] }));
  const [pi, po] = [named(world, 'cali-pi-')[0] as string, named(world, 'cali-po-')[0] as string];
  expect(chains(world, pi, po, 'cali-tw-cali6a43104848b')).toBe(`-N ${pi}
-A ${pi} -p tcp -m comment --comment "Policy external-ns/knp.default.nginx ingress" -m multiport --dports 80 -j MARK --set-xmark 0x10000/0x10000
-N ${po}
-A ${po} -m comment --comment "Policy external-ns/knp.default.nginx egress"
-N cali-tw-cali6a43104848b
-A cali-tw-cali6a43104848b -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A cali-tw-cali6a43104848b -m conntrack --ctstate INVALID -j DROP
-A cali-tw-cali6a43104848b -j MARK --set-xmark 0x0/0x30000
-A cali-tw-cali6a43104848b -m comment --comment "Start of tier default" -j MARK --set-xmark 0x0/0x20000
-A cali-tw-cali6a43104848b -m mark --mark 0x0/0x20000 -j ${pi}
-A cali-tw-cali6a43104848b -m comment --comment "Return if policy accepted" -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-tw-cali6a43104848b -m comment --comment "End of tier default. Drop if no policies passed packet" -m mark --mark 0x0/0x20000 -j DROP
-A cali-tw-cali6a43104848b -j cali-pri-kns.external-ns
-A cali-tw-cali6a43104848b -m comment --comment "Return if profile accepted" -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-tw-cali6a43104848b -j ${named(world, 'cali-pri-').find((name) => !name.includes('kns') && chains(world, name).includes('external-ns')) as string}
-A cali-tw-cali6a43104848b -m comment --comment "Return if profile accepted" -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-tw-cali6a43104848b -m comment --comment "Drop if no profiles matched" -j DROP
`);
  expect(chains(world, 'cali-tw-califd1cd71c596')).toBe(chains(run(), 'cali-tw-califd1cd71c596'));
});

test('peers become IP sets of their pods’ addresses, excluded nets rules of their own', () => {
  const world = run(
    policy({
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'yaobank' } },
              podSelector: { matchLabels: { app: 'customer' } },
            },
            { ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.1.0/24'] } },
          ],
        },
      ],
    }),
  );
  const [set] = Object.values(netfilter(world).ipsets).filter(({ name }) => name.startsWith('cali40s:'));
  expect(set).toEqual({ name: set?.name, type: 'hash:net', members: ['10.48.0.134'], maxelem: 1_048_576 });
  const [pi] = named(world, 'cali-pi-') as [string];
  expect(chains(world, pi)).toBe(`-N ${pi}
-A ${pi} -m comment --comment "Policy external-ns/knp.default.nginx ingress" -m set --match-set ${set?.name} src -j MARK --set-xmark 0x10000/0x10000
-A ${pi} -m mark --mark 0x10000/0x10000 -j RETURN
-A ${pi} -j MARK --set-xmark 0x40000/0xc0000
-A ${pi} -s 10.0.1.0/24 -j MARK --set-xmark 0x0/0x40000
-A ${pi} -s 10.0.0.0/8 -m mark --mark 0x40000/0x40000 -j MARK --set-xmark 0x10000/0x10000
`);
  const gone = run();
  expect(Object.keys(netfilter(gone).ipsets).filter((name) => name.startsWith('cali40s:'))).toEqual([]);
});
