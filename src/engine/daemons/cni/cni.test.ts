import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BlockAffinity, IPAMBlock, Pod } from '../../api/objects.ts';
import { type ApiState, objectsOf } from '../../api/storage.ts';
import { apiOf, clusterWorld, created, deployment, listIn, objectIn, reconciled, START } from '../../testing.ts';
import { hostInterface } from './index.ts';
import { assignAddress, releaseAddress, releaseHandle } from './ipam.ts';
import { matchesSelector } from './selector.ts';

const podNamed = (name: string, annotations: Record<string, string> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: name, creationTimestamp: '', annotations },
  spec: { containers: [] },
  status: { phase: 'Pending' },
});

const assign = (api: ApiState, node: string, name: string, annotations?: Record<string, string>) =>
  assignAddress(api, { node, pod: podNamed(name, annotations), handle: `k8s-pod-network.${name}`, now: START, seed: 'test' });

function addressOf(result: ReturnType<typeof assign>): string {
  return 'error' in result ? result.error : result.address;
}

const blocks = (api: ApiState) => Object.values(objectsOf<IPAMBlock>(api, 'ipamblocks.crd.projectcalico.org'));
const inUse = (api: ApiState) => blocks(api).flatMap((block) => block.spec.allocations.filter((held) => held !== null)).length;

/** Assigns one address after another; the addresses and the state after. */
function assignMany(
  start: ApiState,
  node: string,
  count: number,
): { readonly api: ApiState; readonly addresses: readonly string[] } {
  let api = start;
  const addresses: string[] = [];
  for (let i = 0; i < count; i++) {
    const result = assign(api, node, `p${i}-${node}`);
    api = result.api;
    addresses.push(addressOf(result));
  }
  return { api, addresses };
}

describe('Calico IPAM', () => {
  test('claims a block for the node and hands its addresses out in order', () => {
    const { api, addresses } = assignMany(apiOf(clusterWorld()), 'worker1', 3);
    const [block] = blocks(api);
    const base = block!.spec.cidr.replace('/26', '').split('.').map(Number);
    expect(addresses).toEqual([0, 1, 2].map((i) => [...base.slice(0, 3), base[3]! + i].join('.')));
    expect(objectsOf<BlockAffinity>(api, 'blockaffinities.crd.projectcalico.org')[`worker1-${block!.metadata.name}`]?.spec).toEqual(
      {
        cidr: block!.spec.cidr,
        deleted: 'false',
        node: 'worker1',
        state: 'confirmed',
        type: 'host',
      },
    );
    expect(block!.spec.affinity).toBe('host:worker1');
    expect(block!.spec.attributes[0]).toEqual({
      handle_id: 'k8s-pod-network.p0-worker1',
      secondary: { namespace: 'default', node: 'worker1', pod: 'p0-worker1', timestamp: '2026-01-05 12:00:00 +0000 UTC' },
    });
  });

  test('puts an address that is given back at the end of the queue', () => {
    const { api, addresses } = assignMany(apiOf(clusterWorld()), 'worker1', 3);
    const freed = releaseHandle(api, 'k8s-pod-network.p0-worker1', START);
    expect(addressOf(assign(freed, 'worker1', 'next'))).not.toBe(addresses[0]);
    expect(blocks(freed)[0]!.spec.unallocated.at(-1)).toBe(0);
    expect(blocks(freed)[0]!.spec.allocations.slice(0, 4)).toEqual([null, 0, 1, null]);
  });

  test('claims another block when the first is full, and borrows when the pool has none left', () => {
    const start = apiOf(clusterWorld({ pools: { pool: '10.48.0.0/28' }, blockSize: 29 }));
    const first = assignMany(start, 'worker1', 9);
    expect(blocks(first.api).map((block) => block.spec.affinity)).toEqual(['host:worker1', 'host:worker1']);
    const borrowed = assign(first.api, 'worker2', 'guest');
    expect('error' in borrowed).toBe(false);
    expect(blocks(borrowed.api).map((block) => block.spec.affinity)).toEqual(['host:worker1', 'host:worker1']);
  });

  test('says so when nothing is left', () => {
    const { api } = assignMany(apiOf(clusterWorld({ pools: { pool: '10.48.0.0/29' }, blockSize: 29 })), 'worker1', 8);
    expect(addressOf(assign(api, 'worker1', 'late'))).toBe(
      'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No more free affine blocks and strict affinity enabled',
    );
  });

  test('honours the pools a pod asks for', () => {
    const api = apiOf(clusterWorld({ pools: { first: '10.48.0.0/24', second: '10.48.128.0/24' } }));
    const asked = (pools: string) => addressOf(assign(api, 'worker1', 'p', { 'cni.projectcalico.org/ipv4pools': pools }));
    expect(asked('["second"]')).toMatch(/^10\.48\.128\./);
    expect(asked('["10.48.0.0/24"]')).toMatch(/^10\.48\.0\./);
    expect(asked('["third"]')).toBe(
      'error getting IP pool: resource does not exist: IPPool(third) with error: ippools.crd.projectcalico.org "third" not found',
    );
  });

  test('releases a single address by its number', () => {
    const { api, addresses } = assignMany(apiOf(clusterWorld()), 'worker1', 2);
    expect(inUse(releaseAddress(api, addresses[0]!, START))).toBe(1);
    expect(releaseAddress(api, '192.0.2.1', START)).toBe(api);
  });

  test('whatever is taken and given back in whatever order, no address is held twice and all come back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ node: fc.constantFrom('worker1', 'worker2'), release: fc.boolean() }), { maxLength: 60 }),
        (steps) => {
          let api = apiOf(clusterWorld({ pools: { pool: '10.48.0.0/27' }, blockSize: 29 }));
          const held = new Map<string, string>();
          steps.forEach(({ node, release }, i) => {
            const [oldest] = held.keys();
            if (release && oldest) {
              api = releaseHandle(api, `k8s-pod-network.${oldest}`, START);
              held.delete(oldest);
              return;
            }
            const result = assign(api, node, `p${i}`);
            api = result.api;
            if (!('error' in result)) held.set(`p${i}`, result.address);
          });
          expect(new Set(held.values()).size).toBe(held.size);
          expect(inUse(api)).toBe(held.size);
          for (const name of held.keys()) api = releaseHandle(api, `k8s-pod-network.${name}`, START);
          expect(inUse(api)).toBe(0);
          expect(blocks(api).every((block) => block.spec.unallocated.length === 8 && block.spec.attributes.length === 0)).toBe(
            true,
          );
        },
      ),
    );
  });
});

test('a pod gets eth0 with its address, a default route by way of 169.254.1.1, and a cali interface on its host', () => {
  const world = reconciled(created(clusterWorld(), 'deployments.apps', deployment('web', 1)));
  const [pod] = listIn<Pod>(world, 'pods');
  const { name, annotations } = objectIn<Pod>(world, 'pods', `default/${pod!.metadata.name}`).metadata;
  const host = world.hosts[pod!.spec.nodeName!]!;
  const inside = host.netns[`default/${name}`]!;
  const outside = host.netns['']!.links[hostInterface('default', name)]!;
  expect(inside.links.eth0!.addresses).toEqual([{ address: pod!.status.podIP, prefixLength: 32, scope: 'global' }]);
  expect(inside.links.eth0!.peer).toEqual({ netns: '', link: outside.name });
  expect(inside.routes.map(({ dst, nexthops, scope }) => ({ dst, nexthops, scope }))).toEqual([
    { dst: '0.0.0.0/0', nexthops: [{ via: '169.254.1.1', dev: 'eth0', weight: 1 }], scope: 'global' },
    { dst: '169.254.1.1/32', nexthops: [{ dev: 'eth0', weight: 1 }], scope: 'link' },
  ]);
  expect([outside.mac, outside.addresses, outside.peer]).toEqual([
    'ee:ee:ee:ee:ee:ee',
    [],
    { netns: `default/${name}`, link: 'eth0' },
  ]);
  expect(annotations).toEqual({
    'cni.projectcalico.org/containerID': expect.stringMatching(/^[0-9a-f]{64}$/),
    'cni.projectcalico.org/podIP': `${pod!.status.podIP}/32`,
    'cni.projectcalico.org/podIPs': `${pod!.status.podIP}/32`,
  });
});

test('the interface is named by the hash of namespace and pod', () => {
  expect(hostInterface('yaobank', 'customer-787758576-sz9w6')).toBe('califd1cd71c596');
});

test.each([
  ['all()', true],
  ['', true],
  ['!all()', false],
  ["zone == 'a'", true],
  ['zone != "a"', false],
  ["zone in {'a', 'b'} && has(disk)", true],
  ["zone not in {'a'} || !has(gpu)", true],
  ["(zone == 'b' || disk == 'ssd') && !has(gpu)", true],
  ["zone starts with 'a'", true],
  ["disk contains 'ss'", true],
  ['zone = a', false],
  ["zone == 'a' &&", false],
])('the selector %s takes a node or not: %s', (selector, taken) => {
  expect(matchesSelector(selector, { zone: 'a', disk: 'ssd' })).toBe(taken);
});
