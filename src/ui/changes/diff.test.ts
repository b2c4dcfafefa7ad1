import { describe, expect, it } from 'vitest';
import type { Rule, World } from '../../engine/index.ts';
import { advertised, buildWorld, droppedTrace, service } from '../testing/world.ts';
import { diff, fieldChanges, freshKeys } from './diff.ts';
import { summarise } from './summary.ts';

const range = { '10.48.2.232/29': ['worker1'], '10.49.0.0/16': ['control1', 'worker1', 'worker2'] };
const names: Readonly<Record<string, string>> = { '10.0.1.20': 'control1', '10.0.1.30': 'worker1', '10.0.1.31': 'worker2' };
const told = (before: World, after: World) =>
  summarise(diff(before, after), (address) => names[address]).map((each) =>
    [each.mark, each.text, each.code].filter(Boolean).join(' '),
  );

function withService(world: World, policy: string): World {
  const cluster = world.clusters.kubernetes!;
  const customer = service('customer', '10.49.50.18', 80, { type: 'NodePort', externalTrafficPolicy: policy });
  const services = { ...cluster.api.objects.services, 'yaobank/customer': customer };
  return {
    ...world,
    clusters: { kubernetes: { ...cluster, api: { ...cluster.api, objects: { ...cluster.api.objects, services } } } },
  };
}

function withNat(world: World, host: string, rules: readonly Rule[]): World {
  const machine = world.hosts[host]!;
  const own = machine.netns['']!;
  const netfilter = { ...own.netfilter, tables: { nat: { chains: { 'KUBE-SERVICES': { name: 'KUBE-SERVICES', rules } } } } };
  return { ...world, hosts: { ...world.hosts, [host]: { ...machine, netns: { '': { ...own, netfilter } } } } };
}

describe('what a command changed', () => {
  it('is nothing between a world and itself', () => {
    const world = buildWorld({ learned: range });
    expect([diff(world, world), diff(undefined, world)]).toEqual([[], []]);
  });

  it('tells the field, the route and who announced it', () => {
    const before = withService(buildWorld({ learned: range }), 'Cluster');
    expect(told(before, buildWorld({ learned: advertised }))).toEqual([
      '~ service/customer externalTrafficPolicy → Local',
      '+1 route on host1 10.49.50.18 via worker2',
      '+1 BGP update from worker2',
    ]);
  });

  it('tells a withdrawal with a minus', () => {
    expect(told(buildWorld({ learned: advertised }), buildWorld({ learned: range }))).toEqual([
      '−1 route on host1 10.49.50.18',
      '−1 BGP withdrawal from worker2',
    ]);
  });

  it('marks what is new on the map', () => {
    const keys = freshKeys(buildWorld({ learned: range }), buildWorld({ learned: advertised }));
    expect([...keys]).toEqual(['host1 10.49.50.18/32', 'worker2 10.49.50.18/32']);
  });

  it('tells a route that goes another way as changed, not as gone and come', () => {
    const before = buildWorld({ learned: { '10.49.50.18/32': ['worker1'] } });
    const after = buildWorld({ learned: { '10.49.50.18/32': ['worker1', 'worker2'] } });
    expect(told(before, after)).toEqual(['~1 route on host1 10.49.50.18 via worker1, worker2', '+1 BGP update from worker2']);
  });

  it('gathers NAT rules of many nodes', () => {
    const world = buildWorld();
    const rule: Rule = { matches: [], target: { type: 'ACCEPT' } };
    const before = withNat(withNat(world, 'worker1', []), 'worker2', []);
    const after = withNat(withNat(world, 'worker1', [rule, rule]), 'worker2', [rule, rule]);
    expect(told(before, after)).toEqual(['+2 NAT rules on each of 2 nodes']);
  });

  it('tells a machine that went off, and a packet that was dropped', () => {
    const before = buildWorld();
    const after = { ...buildWorld({ off: ['worker2'] }), flows: [droppedTrace()] };
    expect(told(before, after)).toEqual(['! worker2 powered off', '✕ packet dropped host1 → 10.0.1.20:30180 by control1']);
  });
});

describe('fields that differ', () => {
  it('are told by path, lists as a whole', () => {
    expect(fieldChanges({ a: { b: 1, c: [1] }, d: 'x' }, { a: { b: 2, c: [1, 2] } })).toEqual([
      { path: 'a.b', before: '1', after: '2' },
      { path: 'a.c', before: '[1]', after: '[1,2]' },
      { path: 'd', before: 'x', after: '' },
    ]);
  });
});
