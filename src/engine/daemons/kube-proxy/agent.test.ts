import { expect, test } from 'vitest';
import type { ApiState } from '../../api/storage.ts';
import type { HttpCall } from '../../images/image.ts';
import { specText } from '../../kernel/netfilter/print.ts';
import type { World } from '../../world.ts';
import { kubeProxyAgent } from './agent.ts';
import { node, service, slice, view, worldOf } from './builders.ts';
import { kubeProxyHealth } from './health.ts';

const RUNNING = { kubeProxy: { running: true, startedAt: 0 } };
const CUSTOMER = {
  type: 'NodePort',
  clusterIP: '10.49.50.18',
  ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80, nodePort: 30180 }],
} as const;
const HTTP = { name: 'http', port: 80 };

function twoNodes(api: ApiState): World {
  const world = worldOf(node('worker1', '10.0.1.30', api, RUNNING), node('worker2', '10.0.1.31', api, RUNNING));
  return kubeProxyAgent.run(world, world).world;
}

/** Rules of some chains of a host, as `iptables -S`. */
function rules(world: World, host: string, table: 'nat' | 'filter', ...chains: string[]): string {
  const netfilter = world.hosts[host]!.netns['']!.netfilter;
  return chains.map((chain) => specText(netfilter, table, chain).replace(/^-N.*\n/, '')).join('');
}

function serviceChains(world: World, host: string): string[] {
  return Object.keys(world.hosts[host]!.netns['']!.netfilter.tables.nat!.chains)
    .filter((name) => /^KUBE-(SVC|SVL|EXT|FW|SEP)-/.test(name))
    .sort();
}

test('under Cluster every external way in is masqueraded and balanced over all endpoints', () => {
  const world = twoNodes(
    view(
      service('yaobank/customer', CUSTOMER),
      slice('yaobank/customer', ['10.48.0.134@worker2', '10.48.0.5@worker1', '10.48.0.6@worker1'], HTTP),
    ),
  );
  expect(
    rules(world, 'worker1', 'nat', 'KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-EXT-PX5FENG4GZJTCELT', 'KUBE-SVC-PX5FENG4GZJTCELT'),
  ).toBe(
    `-A KUBE-SERVICES -d 10.49.50.18/32 -p tcp -m comment --comment "yaobank/customer:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-PX5FENG4GZJTCELT
-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
-A KUBE-NODEPORTS -p tcp -m comment --comment "yaobank/customer:http" -m tcp --dport 30180 -j KUBE-EXT-PX5FENG4GZJTCELT
-A KUBE-EXT-PX5FENG4GZJTCELT -m comment --comment "masquerade traffic for yaobank/customer:http external destinations" -j KUBE-MARK-MASQ
-A KUBE-EXT-PX5FENG4GZJTCELT -j KUBE-SVC-PX5FENG4GZJTCELT
-A KUBE-SVC-PX5FENG4GZJTCELT ! -s 10.48.0.0/16 -d 10.49.50.18/32 -p tcp -m comment --comment "yaobank/customer:http cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
-A KUBE-SVC-PX5FENG4GZJTCELT -m comment --comment "yaobank/customer:http -> 10.48.0.134:80" -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-VX6ED4DV5PMQKJAE
-A KUBE-SVC-PX5FENG4GZJTCELT -m comment --comment "yaobank/customer:http -> 10.48.0.5:80" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-2RG6IORHHRPO6XDG
-A KUBE-SVC-PX5FENG4GZJTCELT -m comment --comment "yaobank/customer:http -> 10.48.0.6:80" -j KUBE-SEP-2OYEDAR4DXDWAVK3
`,
  );
  expect(rules(world, 'worker1', 'nat', 'KUBE-SEP-VX6ED4DV5PMQKJAE')).toBe(
    `-A KUBE-SEP-VX6ED4DV5PMQKJAE -s 10.48.0.134/32 -m comment --comment "yaobank/customer:http" -j KUBE-MARK-MASQ
-A KUBE-SEP-VX6ED4DV5PMQKJAE -p tcp -m comment --comment "yaobank/customer:http" -m tcp -j DNAT --to-destination 10.48.0.134:80
`,
  );
  expect(world.hosts.worker1!.netns['']!.netfilter.tables.nat).toBe(world.hosts.worker2!.netns['']!.netfilter.tables.nat);
});

test('under Local outsiders reach only endpoints of this node, pods and the host itself reach all', () => {
  const world = twoNodes(
    view(
      service('yaobank/customer', { ...CUSTOMER, externalTrafficPolicy: 'Local', externalIPs: ['10.50.0.10'] }),
      slice('yaobank/customer', ['10.48.0.134@worker2'], HTTP),
    ),
  );
  const local = `-A KUBE-EXT-PX5FENG4GZJTCELT -s 10.48.0.0/16 -m comment --comment "pod traffic for yaobank/customer:http external destinations" -j KUBE-SVC-PX5FENG4GZJTCELT
-A KUBE-EXT-PX5FENG4GZJTCELT -m comment --comment "masquerade LOCAL traffic for yaobank/customer:http external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ
-A KUBE-EXT-PX5FENG4GZJTCELT -m comment --comment "route LOCAL traffic for yaobank/customer:http external destinations" -m addrtype --src-type LOCAL -j KUBE-SVC-PX5FENG4GZJTCELT
`;
  expect(rules(world, 'worker1', 'nat', 'KUBE-EXT-PX5FENG4GZJTCELT')).toBe(local);
  expect(rules(world, 'worker2', 'nat', 'KUBE-EXT-PX5FENG4GZJTCELT')).toBe(
    `${local}-A KUBE-EXT-PX5FENG4GZJTCELT -j KUBE-SVL-PX5FENG4GZJTCELT\n`,
  );
  expect(rules(world, 'worker1', 'filter', 'KUBE-EXTERNAL-SERVICES')).toBe(
    `-A KUBE-EXTERNAL-SERVICES -d 10.50.0.10/32 -p tcp -m comment --comment "yaobank/customer:http has no local endpoints" -m tcp --dport 80 -j DROP
-A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "yaobank/customer:http has no local endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30180 -j DROP
`,
  );
  expect(rules(world, 'worker2', 'filter', 'KUBE-EXTERNAL-SERVICES')).toBe('');
  expect(rules(world, 'worker2', 'nat', 'KUBE-SVL-PX5FENG4GZJTCELT')).toBe(
    '-A KUBE-SVL-PX5FENG4GZJTCELT -m comment --comment "yaobank/customer:http -> 10.48.0.134:80" -j KUBE-SEP-VX6ED4DV5PMQKJAE\n',
  );
});

test('a service without endpoints has no nat rules and rejects', () => {
  const world = twoNodes(view(service('yaobank/customer', CUSTOMER), slice('yaobank/customer', ['!10.48.0.134@worker2'], HTTP)));
  expect(serviceChains(world, 'worker1')).toEqual([]);
  expect(rules(world, 'worker1', 'filter', 'KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES')).toBe(
    `-A KUBE-SERVICES -d 10.49.50.18/32 -p tcp -m comment --comment "yaobank/customer:http has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
-A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "yaobank/customer:http has no endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30180 -j REJECT --reject-with icmp-port-unreachable
`,
  );
});

test('internalTrafficPolicy Local drops cluster IP traffic on a node without an endpoint', () => {
  const world = twoNodes(
    view(service('a/b', { clusterIP: '10.49.0.7', internalTrafficPolicy: 'Local' }), slice('a/b', ['10.48.0.134@worker2'], HTTP)),
  );
  expect(rules(world, 'worker1', 'filter', 'KUBE-SERVICES')).toBe(
    '-A KUBE-SERVICES -d 10.49.0.7/32 -p tcp -m comment --comment "a/b:http has no local endpoints" -m tcp --dport 80 -j DROP\n',
  );
  expect(serviceChains(world, 'worker1')).toEqual([]);
  expect(serviceChains(world, 'worker2').map((name) => name.slice(0, 9))).toEqual(['KUBE-SEP-', 'KUBE-SVL-']);
});

test('terminating endpoints serve only while no ready one is left', () => {
  const spec = { clusterIP: '10.49.0.7' };
  const draining = twoNodes(view(service('a/b', spec), slice('a/b', ['~10.48.0.1@worker1', '!10.48.0.2@worker1'], HTTP)));
  const mixed = twoNodes(view(service('a/b', spec), slice('a/b', ['~10.48.0.1@worker1', '10.48.0.2@worker1'], HTTP)));
  const chain = serviceChains(mixed, 'worker1').find((name) => name.startsWith('KUBE-SVC-')) as string;
  const balancing = (world: World) => rules(world, 'worker2', 'nat', chain).match(/-> [0-9.:]+/g);
  expect(balancing(draining)).toEqual(['-> 10.48.0.1:80']);
  expect(balancing(mixed)).toEqual(['-> 10.48.0.2:80']);
});

test('healthCheckNodePort answers 200 where an endpoint is local and 503 elsewhere', () => {
  const spec = { ...CUSTOMER, type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 } as const;
  const world = twoNodes(view(service('a/b', spec, ['10.60.0.1']), slice('a/b', ['10.48.0.134@worker2'], HTTP)));
  for (const host of ['worker1', 'worker2']) {
    expect(world.hosts[host]!.netns['']!.sockets).toEqual([
      { proto: 'tcp', address: '0.0.0.0', port: 31000, process: 'kube-proxy', app: 'kube-proxy-health' },
    ]);
  }
  const ask = (host: string) => {
    const call = { world, place: { host, netns: '' }, server: { address: '', port: 31000 } } as HttpCall;
    const { response } = kubeProxyHealth.http!(call);
    return [response?.status, response?.body];
  };
  const body = (localEndpoints: number) =>
    `{\n\t"service": {\n\t\t"namespace": "a",\n\t\t"name": "b"\n\t},\n\t"localEndpoints": ${localEndpoints},\n\t"serviceProxyHealthy": true\n}\n`;
  expect(ask('worker1')).toEqual([503, body(0)]);
  expect(ask('worker2')).toEqual([200, body(1)]);
  expect(rules(world, 'worker1', 'filter', 'KUBE-NODEPORTS')).toBe(
    '-A KUBE-NODEPORTS -p tcp -m comment --comment "a/b:http health check node port" -m tcp --dport 31000 -j ACCEPT\n',
  );
});

test('a quiet world stays the same value; a stopped proxy leaves its rules; a restarted one converges', () => {
  const before = twoNodes(view(service('yaobank/customer', CUSTOMER), slice('yaobank/customer', ['10.48.0.134@worker2'], HTTP)));
  expect(kubeProxyAgent.run(before, before).world).toBe(before);

  const emptied = view();
  const seen = (world: World, running: boolean, startedAt: number): World => ({
    ...world,
    hosts: {
      worker1: {
        ...world.hosts.worker1!,
        apiView: emptied,
        daemons: { kubeProxy: { ...world.hosts.worker1!.daemons.kubeProxy!, running, startedAt } },
      },
    },
  });
  const stopped = seen(before, false, 0);
  expect(kubeProxyAgent.run(stopped, stopped).world).toBe(stopped);
  const restarted = seen(stopped, true, 1);
  expect(serviceChains(kubeProxyAgent.run(restarted, restarted).world, 'worker1')).toEqual([]);
});

test('a learner’s own rules survive; his edits of the shared chains last until the next change of a Service', () => {
  const api = view(service('yaobank/customer', CUSTOMER), slice('yaobank/customer', ['10.48.0.134@worker2'], HTTP));
  const before = twoNodes(api);
  const host = before.hosts.worker1!;
  const ns = host.netns['']!;
  const { nat } = ns.netfilter.tables;
  const flushed = {
    ...nat,
    chains: { ...nat!.chains, mine: { name: 'mine', rules: [] }, 'KUBE-SERVICES': { name: 'KUBE-SERVICES', rules: [] } },
  };
  const netfilter = { ...ns.netfilter, tables: { ...ns.netfilter.tables, nat: flushed } };
  const edited = { ...before, hosts: { worker1: { ...host, netns: { '': { ...ns, netfilter } } } } };
  expect(kubeProxyAgent.run(edited, edited).world).toBe(edited);
  const patched = {
    ...edited,
    hosts: {
      worker1: {
        ...edited.hosts.worker1,
        apiView: view(
          ...Object.values(api.objects).flatMap((all) => Object.values(all)),
          service('a/b', { clusterIP: '10.49.0.9' }),
        ),
      },
    },
  };
  const after = kubeProxyAgent.run(patched, patched).world.hosts.worker1!.netns['']!.netfilter.tables.nat!.chains;
  expect(after['KUBE-SERVICES']).toEqual(nat!.chains['KUBE-SERVICES']);
  expect(after.mine).toEqual({ name: 'mine', rules: [] });
});
