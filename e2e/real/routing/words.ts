/** Words of the journals: lines a learner of the lab types, and the requests that go with them. */
import { worlds } from '../../../src/worlds/index.ts';
import type { Probe, Scenario } from './scenario.ts';

export const ADVERTISE = 'calicoctl apply -f 3.2-default-bgp.yaml';
export const EXTERNAL = `calicoctl patch BGPConfig default --patch '{"spec": {"serviceExternalIPs": [{"cidr": "10.50.0.0/24"}]}}'`;
export const ASSIGN = `kubectl patch svc -n yaobank customer -p '{"spec": {"externalIPs": ["10.50.0.10"]}}'`;
export const policy = (value: string, service = 'customer') =>
  `kubectl patch svc -n yaobank ${service} -p '{"spec":{"externalTrafficPolicy":"${value}"}}'`;
export const scale = (count: number, name = 'customer') => `kubectl scale deployment -n yaobank ${name} --replicas ${count}`;
/** Frees a deployment from its node, so that replicas spread. */
export const unpin = (name = 'customer') =>
  `kubectl patch deployment -n yaobank ${name} --type json -p '[{"op":"remove","path":"/spec/template/spec/nodeSelector"}]'`;

export const VIP = 'http://10.49.50.18/';
export const EXT = 'http://10.50.0.10/';
export const nodePort = (host: string) => `http://${host}:30180/`;
export const outside: readonly Probe[] = [VIP, EXT, nodePort('10.0.1.20'), nodePort('10.0.1.30'), nodePort('10.0.1.31')].map(
  (url) => ({
    from: 'host1',
    url,
  }),
);
export const inside: readonly Probe[] = [
  { from: 'control1', url: VIP },
  { from: 'control1', url: nodePort('10.0.1.20') },
  { from: 'worker1', url: EXT },
  { from: 'pod/database', url: VIP },
  { from: 'pod/database', url: nodePort('10.0.1.30') },
  { from: 'pod/customer', url: VIP },
];
export const oddities: readonly Probe[] = [
  { from: 'host1', url: 'http://10.49.1.2/' },
  { from: 'host1', url: 'http://10.49.50.18:81/' },
  { from: 'host1', url: 'http://10.0.1.20:30999/' },
  { from: 'host1', url: 'http://10.48.2.232/' },
  { from: 'worker2', url: 'http://10.49.213.58/' },
];
export const all: readonly Probe[] = [...outside, ...inside];

/** A scenario in the lab's own world. */
export const yaobank = (name: string, lines: readonly string[], more: Partial<Scenario> = {}): Scenario => ({
  name,
  world: worlds.yaobank!,
  lines,
  probes: all,
  ...more,
});
