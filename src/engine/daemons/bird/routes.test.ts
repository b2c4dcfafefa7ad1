import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { getObject, putObject, removeObject } from '../../api/storage.ts';
import { changeApi, created } from '../../testing.ts';
import type { World } from '../../world.ts';
import {
  announced,
  bgpConfiguration,
  bgpWorld,
  birdRoutes,
  CLUSTER_IPS,
  externalIPs,
  pass,
  SETTLE_MS,
  withBastion,
} from './testing.ts';

const ALL = '10.0.1.20 10.0.1.30 10.0.1.31';
const BGP = 'bgpconfigurations.projectcalico.org';
const NODES = ['control1', 'worker1', 'worker2'];

const configured = (world: World, ...specs: readonly object[]): World =>
  created(world, BGP, bgpConfiguration(Object.assign({}, ...specs)));
const settled = (world: World): World => pass(world, SETTLE_MS);
const bastion = (world: World) => birdRoutes(settled(world), 'host1');

function labelled(world: World, node: string, value: string): World {
  return changeApi(world, (api) => {
    const object = getObject(api, 'nodes', node)!;
    const labels = { ...object.metadata.labels, 'node.kubernetes.io/exclude-from-external-load-balancers': value };
    return putObject(api, 'nodes', { ...object, metadata: { ...object.metadata, labels } });
  });
}

describe('what the bastion learns', () => {
  test('before any BGPConfiguration: the externally routable block', () => {
    expect(bastion(bgpWorld())).toEqual({ '10.48.2.232/29': '10.0.1.30' });
  });

  test('a cluster range from every node, and the /32 of a Local service from nodes with a ready endpoint', () => {
    const world = configured(announced(bgpWorld(), 'customer', '10.49.50.18', ['worker2']), CLUSTER_IPS);
    expect(bastion(world)).toEqual({ '10.48.2.232/29': '10.0.1.30', '10.49.0.0/16': ALL, '10.49.50.18/32': '10.0.1.31' });
  });

  test('no /32 for a service whose policy is Cluster, or that has no ready endpoint', () => {
    const cluster = announced(bgpWorld(), 'a', '10.49.0.1', ['worker2'], { externalTrafficPolicy: 'Cluster' });
    const world = configured(announced(cluster, 'b', '10.49.0.2', []), CLUSTER_IPS);
    expect(bastion(world)).toEqual({ '10.48.2.232/29': '10.0.1.30', '10.49.0.0/16': ALL });
  });

  test('an external address inside an external range with its Local service, but not one outside', () => {
    const spec = { externalTrafficPolicy: 'Local', externalIPs: ['10.50.0.10', '10.51.0.10'] };
    const world = configured(announced(bgpWorld(), 'customer', '10.49.50.18', ['worker2'], spec), externalIPs('10.50.0.0/24'));
    expect(bastion(world)).toEqual({ '10.48.2.232/29': '10.0.1.30', '10.50.0.0/24': ALL, '10.50.0.10/32': '10.0.1.31' });
  });

  test('a single external address follows its service: all nodes under Cluster, nodes with endpoints under Local', () => {
    const at = (policy: string) =>
      configured(
        announced(bgpWorld(), 'c', '10.49.50.18', ['worker2'], { externalTrafficPolicy: policy, externalIPs: ['10.50.0.10'] }),
        externalIPs('10.50.0.10/32'),
      );
    expect(bastion(at('Cluster'))).toEqual({ '10.48.2.232/29': '10.0.1.30', '10.50.0.10/32': ALL });
    expect(bastion(at('Local'))).toEqual({ '10.48.2.232/29': '10.0.1.30', '10.50.0.10/32': '10.0.1.31' });
  });

  test('nothing of a list in which one entry is a bare address', () => {
    const world = settled(configured(bgpWorld(), externalIPs('10.50.0.0/24', '10.50.1.10')));
    expect(birdRoutes(world, 'host1')).toEqual({ '10.48.2.232/29': '10.0.1.30' });
    expect(world.hosts.worker1?.daemons.confd?.complaints).toEqual([
      'Failed to update external IP routes error=invalid CIDR address: 10.50.1.10',
    ]);
  });

  test('nothing of services from a node excluded by the label, which must say true', () => {
    const world = configured(announced(bgpWorld(), 'customer', '10.49.50.18', ['worker1', 'worker2']), CLUSTER_IPS);
    expect(bastion(labelled(world, 'worker2', ''))).toEqual({
      '10.48.2.232/29': '10.0.1.30',
      '10.49.0.0/16': ALL,
      '10.49.50.18/32': '10.0.1.30 10.0.1.31',
    });
    expect(bastion(labelled(world, 'worker2', 'true'))).toEqual({
      '10.48.2.232/29': '10.0.1.30',
      '10.49.0.0/16': '10.0.1.20 10.0.1.30',
      '10.49.50.18/32': '10.0.1.30',
    });
  });

  test('one next hop only without merge paths', () => {
    const world = withBastion(configured(bgpWorld(), CLUSTER_IPS), { kernel: '' });
    expect(bastion(world)['10.49.0.0/16']).toBe('10.0.1.20');
  });

  test('nothing its import filter does not let in', () => {
    const world = withBastion(configured(bgpWorld(), CLUSTER_IPS, externalIPs('10.50.0.0/24')), { prefixes: '10.49.0.0/16+' });
    expect(bastion(world)).toEqual({ '10.49.0.0/16': ALL });
  });

  test('over eBGP a Local /32 from every node, because each passes on what it learned from the mesh', () => {
    const start = settled(withBastion(bgpWorld({ peerAs: 65000, as: 65000, nodeAs: 64512 }), { as: 65000, nodeAs: 64512 }));
    const world = configured(announced(start, 'customer', '10.49.50.18', ['worker2']), CLUSTER_IPS);
    const merged = settled(world);
    expect(birdRoutes(merged, 'host1')['10.49.50.18/32']).toBe(ALL);
    const paths = merged.hosts.host1?.daemons.bird?.table['10.49.50.18/32']?.map(
      ({ protocol, attributes }) => `${protocol} ${attributes.asPath} ${attributes.nextHop}`,
    );
    expect(paths).toEqual(['control1 64512 10.0.1.20', 'worker1 64512 10.0.1.30', 'worker2 64512 10.0.1.31']);
  });
});

describe('what nodes learn', () => {
  test('each other’s blocks through the mesh, and no service ranges into the kernel', () => {
    const world = settled(configured(announced(bgpWorld(), 'customer', '10.49.50.18', ['worker2']), CLUSTER_IPS));
    expect(birdRoutes(world, 'worker2')).toEqual({
      '10.48.0.0/26': '10.0.1.30',
      '10.48.0.128/26': 'blackhole',
      '10.48.0.192/26': '10.0.1.20',
      '10.48.2.232/29': '10.0.1.30',
    });
  });

  test('nothing of each other once the mesh is off; the bastion still learns all', () => {
    const world = settled(configured(bgpWorld(), CLUSTER_IPS, { nodeToNodeMeshEnabled: false }));
    expect(birdRoutes(world, 'worker2')).toEqual({ '10.48.0.128/26': 'blackhole' });
    expect(birdRoutes(world, 'host1')).toEqual({ '10.48.2.232/29': '10.0.1.30', '10.49.0.0/16': ALL });
  });

  test('not the blocks of a pool whose export is disabled', () => {
    const world = changeApi(bgpWorld(), (api) => {
      const pool = getObject(api, 'ippools.projectcalico.org', 'external')!;
      return putObject(api, 'ippools.projectcalico.org', { ...pool, spec: { ...(pool.spec as object), disableBGPExport: true } });
    });
    expect(birdRoutes(settled(world), 'worker2')).toEqual({
      '10.48.0.0/26': '10.0.1.30',
      '10.48.0.128/26': 'blackhole',
      '10.48.0.192/26': '10.0.1.20',
    });
    expect(bastion(world)).toEqual({});
  });
});

describe('convergence', () => {
  const start = bgpWorld();
  const change = fc.record({
    service: fc.integer({ min: 1, max: 4 }),
    nodes: fc.subarray(NODES),
    policy: fc.constantFrom('Local', 'Cluster'),
  });

  const tables = (world: World) =>
    Object.fromEntries(
      Object.entries(world.hosts).map(([name, { netns, daemons }]) => [
        name,
        {
          routes: netns['']?.routes.map(({ ref: _ref, ...route }) => route),
          table: Object.fromEntries(
            Object.entries(daemons.bird?.table ?? {})
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([prefix, list]) => [prefix, list.map(({ since: _since, ref: _ref, ...route }) => route)]),
          ),
        },
      ]),
    );

  test('the order in which services come does not change what is learned in the end', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(change, { selector: ({ service }) => service, minLength: 2, maxLength: 4 }),
        fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 4, maxLength: 4 }),
        (changes, pauses) => {
          const apply = (list: typeof changes) => {
            let world = configured(start, CLUSTER_IPS);
            list.forEach(({ service, nodes, policy }, i) => {
              world = pass(
                announced(world, `s${service}`, `10.49.1.${service}`, nodes, { externalTrafficPolicy: policy }),
                pauses[i] ?? 0,
              );
            });
            return tables(settled(world));
          };
          expect(apply([...changes].reverse())).toEqual(apply(changes));
        },
      ),
      { numRuns: 8 },
    );
  });

  test('what is announced and withdrawn again leaves nothing', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 3000 }), (changes, pause) => {
        let world = configured(start, CLUSTER_IPS, externalIPs('10.50.0.0/24'));
        changes.forEach(({ nodes, policy }, i) => {
          world = announced(world, `s${i}`, `10.49.1.${i}`, nodes, { externalTrafficPolicy: policy, externalIPs: ['10.50.0.1'] });
        });
        world = pass(world, pause);
        world = changeApi(world, (api) =>
          changes.reduce(
            (state, _, i) => removeObject(removeObject(state, 'services', `default/s${i}`), 'endpoints', `default/s${i}`),
            removeObject(api, BGP, 'default'),
          ),
        );
        expect(tables(settled(world))).toEqual(tables(start));
      }),
      { numRuns: 8 },
    );
  });
});
