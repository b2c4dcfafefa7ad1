/** Which source address a pod sees and who drops what, walked through the tables that kube-proxy and felix really programmed. */
import { expect, test } from 'vitest';
import { worlds } from '../../../worlds/index.ts';
import { loadWorld } from '../../load/load.ts';
import { replay } from '../../replay.ts';
import type { Sim } from '../../sim.ts';
import type { Place } from '../../world.ts';

const start = loadWorld(worlds.yaobank!).world();
const host = (name: string): Place => ({ host: name, netns: '' });

/** The namespace of the first pod whose name starts so. */
function pod(prefix: string): Place {
  for (const { name, netns } of Object.values(start.hosts)) {
    const found = Object.keys(netns).find((key) => key.split('/')[1]?.startsWith(prefix));
    if (found) return { host: name, netns: found };
  }
  throw new Error(`no pod ${prefix}`);
}

function request(sim: Sim, method: 'POST' | 'PATCH', path: string, body: unknown): void {
  const headers = { 'content-type': method === 'POST' ? 'application/json' : 'application/merge-patch+json' };
  sim.dispatch({ type: 'api', cluster: 'kubernetes', request: { method, path, headers, body: JSON.stringify(body) } });
  sim.settle();
}

/** The lab's end: service CIDRs advertised, customer with an external IP and a policy. */
function lab(policy: 'Cluster' | 'Local', advertise = true): Sim {
  const sim = replay(start, []);
  if (advertise) {
    const spec = { serviceClusterIPs: [{ cidr: '10.49.0.0/16' }], serviceExternalIPs: [{ cidr: '10.50.0.0/24' }] };
    const config = { apiVersion: 'projectcalico.org/v3', kind: 'BGPConfiguration', metadata: { name: 'default' }, spec };
    request(sim, 'POST', '/apis/projectcalico.org/v3/bgpconfigurations', config);
  }
  request(sim, 'PATCH', '/api/v1/namespaces/yaobank/services/customer', {
    spec: { externalTrafficPolicy: policy, externalIPs: ['10.50.0.10'] },
  });
  return sim;
}

/** What became of a connection: the client's address as the receiver saw it, or how it failed. */
function outcome(sim: Sim, from: Place, to: string, proto: 'tcp' | 'icmp' = 'tcp'): string {
  const [dst = '', port = '0'] = to.split(':');
  const trace = sim.dispatch({ type: 'flow', flow: { from, proto, dst, dport: Number(port) } });
  return trace.disposition === 'delivered' && trace.reverse?.disposition === 'delivered'
    ? (trace.received?.header.src ?? '')
    : trace.disposition;
}

const VIP = '10.49.50.18:80';
const EXTERNAL = '10.50.0.10:80';

test('Local: who reaches customer (on worker2), and what it sees', () => {
  const sim = lab('Local');
  const rows: readonly (readonly [Place, string, string])[] = [
    // Off-cluster traffic to a cluster IP is masqueraded, policy or not.
    [host('host1'), VIP, '10.0.1.31'],
    [host('host1'), EXTERNAL, '10.0.1.10'],
    [host('host1'), '10.0.1.31:30180', '10.0.1.10'],
    [host('host1'), '10.0.1.20:30180', 'dropped'],
    [host('host1'), '10.0.1.30:30180', 'dropped'],
    // The node itself is short-circuited to all endpoints.
    [host('control1'), '10.0.1.20:30180', '10.0.1.20'],
    [host('control1'), '127.0.0.1:30180', '10.0.1.20'],
    [host('control1'), VIP, '10.0.1.20'],
    [host('control1'), EXTERNAL, '10.0.1.20'],
    [pod('database'), VIP, '10.48.128.0'],
    [pod('database'), EXTERNAL, '10.48.128.0'],
    // A hairpin is masqueraded, or the pod would answer itself.
    [pod('customer'), VIP, '10.0.1.31'],
  ];
  expect(rows.map(([from, to]) => outcome(sim, from, to))).toEqual(rows.map(([, , seen]) => seen));
});

test('Cluster: every external way in shows the node it came in by', () => {
  const sim = lab('Cluster');
  const rows: readonly (readonly [Place, string, string])[] = [
    [host('host1'), '10.0.1.20:30180', '10.0.1.20'],
    [host('host1'), '10.0.1.30:30180', '10.0.1.30'],
    [host('host1'), '10.0.1.31:30180', '10.0.1.31'],
    [pod('database'), VIP, '10.48.128.0'],
    [pod('database'), EXTERNAL, '10.0.1.30'],
  ];
  expect(rows.map(([from, to]) => outcome(sim, from, to))).toEqual(rows.map(([, , seen]) => seen));
});

test('silence or refusal: who gives up what is not served', () => {
  const sim = lab('Cluster');
  request(sim, 'PATCH', '/apis/apps/v1/namespaces/yaobank/deployments/customer', { spec: { replicas: 0 } });
  const unadvertised = lab('Cluster', false);
  request(unadvertised, 'PATCH', '/apis/apps/v1/namespaces/yaobank/deployments/customer', { spec: { replicas: 0 } });
  expect({
    'unused VIP in an advertised CIDR': outcome(sim, host('host1'), '10.49.77.77:80'),
    'VIP, wrong port': outcome(sim, host('host1'), '10.49.213.58:81'),
    'ping to a VIP': outcome(sim, host('host1'), '10.49.213.58', 'icmp'),
    'VIP without endpoints, from outside': outcome(sim, host('host1'), VIP),
    'VIP without endpoints, from a node': outcome(sim, host('worker1'), VIP),
    'VIP without endpoints, from a pod, advertised': outcome(sim, pod('database'), VIP),
    'VIP without endpoints, from a pod, not advertised': outcome(unadvertised, pod('database'), VIP),
    'NodePort without endpoints': outcome(sim, host('host1'), '10.0.1.20:30180'),
    'NodePort nobody allocated': outcome(sim, host('host1'), '10.0.1.20:30999'),
  }).toEqual({
    'unused VIP in an advertised CIDR': 'dropped',
    'VIP, wrong port': 'dropped',
    'ping to a VIP': 'dropped',
    'VIP without endpoints, from outside': 'dropped',
    'VIP without endpoints, from a node': 'refused',
    'VIP without endpoints, from a pod, advertised': 'dropped',
    'VIP without endpoints, from a pod, not advertised': 'refused',
    'NodePort without endpoints': 'refused',
    'NodePort nobody allocated': 'refused',
  });
});

test('pods that leave the pools take the node’s address; answers to outsiders do not', () => {
  const sim = lab('Cluster');
  expect(outcome(sim, pod('database'), '10.0.1.10:22')).toBe('10.0.1.30');
  expect(outcome(sim, host('host1'), '10.48.2.232:80')).toBe('10.0.1.10');
});

test('the NetworkPolicy of nginx: TCP 80 in, nothing else, nothing out', () => {
  const sim = lab('Cluster');
  const nginx = '10.48.2.232';
  expect({
    'port 80': outcome(sim, host('host1'), `${nginx}:80`),
    'port 81': outcome(sim, host('host1'), `${nginx}:81`),
    ping: outcome(sim, pod('database'), nginx, 'icmp'),
    out: outcome(sim, pod('nginx'), VIP),
    'from its own host': outcome(sim, host('worker1'), `${nginx}:81`),
  }).toEqual({ 'port 80': '10.0.1.10', 'port 81': 'dropped', ping: 'dropped', out: 'dropped', 'from its own host': 'refused' });
});

test('a learner’s own rules decide too: dropped, refused, prohibited', () => {
  const sim = lab('Cluster');
  const rule = (line: string) => sim.dispatch({ type: 'iptables', place: host('control1'), args: line.split(' ') });
  const port = '10.0.1.20:30180';
  rule('-t raw -I PREROUTING -p tcp --dport 30180 --syn -j DROP');
  const dropped = outcome(sim, host('host1'), port);
  rule('-t raw -D PREROUTING 1');
  rule('-I FORWARD -d 10.48.0.134 -j REJECT --reject-with icmp-host-prohibited');
  const prohibited = outcome(sim, host('host1'), port);
  rule('-R FORWARD 1 -d 10.48.0.134 -p tcp -j REJECT --reject-with tcp-reset');
  const refused = outcome(sim, host('host1'), port);
  rule('-D FORWARD -d 10.48.0.134/32 -p tcp -j REJECT --reject-with tcp-reset');
  expect([dropped, prohibited, refused, outcome(sim, host('host1'), port)]).toEqual([
    'dropped',
    'prohibited',
    'refused',
    '10.0.1.20',
  ]);
});
