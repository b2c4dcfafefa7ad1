/** The same questions in worlds of other sizes: two, three, four and six nodes. */

import { worlds } from '../../../src/worlds/index.ts';
import { largeWorld } from '../../../src/worlds/large.ts';
import type { Probe, Scenario } from './scenario.ts';

const patchService = (patch: string) => `kubectl patch svc -n default app0 -p '${patch}'`;
const RANGES = `calicoctl patch bgpconfig default -p '{"spec":{"serviceExternalIPs":[{"cidr":"10.50.0.0/24"}]}}'`;
const LOCAL = patchService('{"spec":{"externalTrafficPolicy":"Local","externalIPs":["10.50.0.10"]}}');
const CLUSTER = patchService('{"spec":{"externalIPs":["10.50.0.10"]}}');

const CLUSTER_IP = 'http://{clusterIP default/app0}/';
const NODE_PORT = (host: string) => `http://${host}:{nodePort default/app0}/`;
const probes: readonly Probe[] = [
  { from: 'host1', url: CLUSTER_IP },
  { from: 'host1', url: 'http://10.50.0.10/' },
  { from: 'host1', url: NODE_PORT('10.1.0.20') },
  { from: 'host1', url: NODE_PORT('10.1.0.30') },
  { from: 'control1', url: CLUSTER_IP },
  { from: 'control1', url: NODE_PORT('10.1.0.20') },
  { from: 'worker1', url: 'http://10.50.0.10/' },
  { from: 'pod/app1', url: CLUSTER_IP },
  { from: 'pod/app1', url: 'http://10.50.0.10/' },
];

const world = new Map([2, 3, 4, 6].map((count) => [count, largeWorld(count - 1, 2)]));

const nodes = (count: 2 | 3 | 4 | 6, what: string, lines: readonly string[], more: Partial<Scenario> = {}): Scenario => ({
  name: `${count} nodes, ${what}`,
  world: world.get(count)!,
  lines,
  probes,
  ...more,
});

export const sized: readonly Scenario[] = [
  nodes(2, 'Local', [RANGES, LOCAL]),
  nodes(2, 'one worker lost', [RANGES, LOCAL], {
    turns: [{ name: 'at once', faults: [{ fault: 'host-down', host: 'worker1' }], wait: 3 }],
  }),
  nodes(3, 'Cluster', [RANGES, CLUSTER]),
  nodes(4, 'Local', [RANGES, LOCAL]),
  nodes(4, 'three backends', [RANGES, LOCAL, 'kubectl scale deployment -n default app0 --replicas 3']),
  nodes(6, 'Local, hash of ports', [RANGES, LOCAL, 'sudo sysctl -w net.ipv4.fib_multipath_hash_policy=1'], {
    shares: { from: 'host1', url: 'http://{clusterIP default/app1}/' },
  }),
  {
    name: 'another cluster of six nodes',
    world: worlds.harbour!,
    lines: [
      'calicoctl apply -f advertise.yaml',
      `kubectl patch svc -n shop front -p '{"spec":{"externalTrafficPolicy":"Local","externalIPs":["203.0.113.7"]}}'`,
    ],
    probes: [
      { from: 'edge', url: 'http://203.0.113.7/' },
      { from: 'edge', url: 'http://{clusterIP shop/front}/' },
      { from: 'edge', url: 'http://192.168.66.21:31080/' },
      { from: 'pilot', url: 'http://192.168.66.10:31080/' },
      { from: 'dock2', url: 'http://203.0.113.7/' },
    ],
    thorough: true,
  },
];
