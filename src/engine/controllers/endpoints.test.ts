import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EndpointSlice, Endpoints, Pod } from '../api/objects.ts';
import { deleteObject, updateObject } from '../api/write.ts';
import { setUnready } from '../daemons/kubelet/unready.ts';
import { changeApi, clusterWorld, created, deployment, listIn, objectIn, reconciled, service } from '../testing.ts';
import type { World } from '../world.ts';

const SLICES = 'endpointslices.discovery.k8s.io';
const withWeb = (replicas = 2, spec: object = {}) =>
  reconciled(created(created(clusterWorld(), 'services', service('web', spec)), 'deployments.apps', deployment('web', replicas)));
const pods = (world: World) => listIn<Pod>(world, 'pods');
const podOf = (world: World, ip: string) => pods(world).find((pod) => pod.status.podIP === ip)!;
const subsets = (world: World, key = 'default/web') => objectIn<Endpoints>(world, 'endpoints', key).subsets;
const addressesOf = (world: World) =>
  pods(world)
    .map((pod) => pod.status.podIP!)
    .sort();

const target = (pod: Pod) => ({ kind: 'Pod', namespace: 'default', name: pod.metadata.name, uid: pod.metadata.uid });

test('Endpoints list ready pods by address, with their nodes and pods', () => {
  const world = withWeb();
  const endpoints = objectIn<Endpoints>(world, 'endpoints', 'default/web');
  expect(endpoints.subsets).toEqual([
    {
      addresses: addressesOf(world).map((ip) => ({
        ip,
        nodeName: podOf(world, ip).spec.nodeName,
        targetRef: target(podOf(world, ip)),
      })),
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
    },
  ]);
  expect(endpoints.metadata.labels).toEqual({ app: 'web' });
  expect(endpoints.metadata.annotations).toEqual({ 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-05T12:00:03Z' });
});

test('a service whose selector finds nobody has Endpoints without subsets', () => {
  const world = reconciled(created(clusterWorld(), 'services', service('lonely')));
  expect(subsets(world, 'default/lonely')).toBe(undefined);
});

test('a pod that is not ready moves to notReadyAddresses and back', () => {
  const world = withWeb(1);
  const [pod] = pods(world);
  const { nodeName } = pod!.spec;
  const entry = { ip: pod!.status.podIP, nodeName, targetRef: target(pod!) };
  const ports = [{ name: 'http', port: 80, protocol: 'TCP' }];
  const failing = reconciled(setUnready(world, nodeName!, `default/${pod!.metadata.name}`, true));
  expect(subsets(failing)).toEqual([{ notReadyAddresses: [entry], ports }]);
  expect(subsets(reconciled(setUnready(failing, nodeName!, `default/${pod!.metadata.name}`, false)))).toEqual([
    { addresses: [entry], ports },
  ]);
});

test('a named target port is looked up in each pod', () => {
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image: 'nginx:1.27', ports: [{ name: 'www', containerPort: 80 }] }] },
  };
  const start = created(
    clusterWorld(),
    'services',
    service('web', { ports: [{ port: 8080, protocol: 'TCP', targetPort: 'www' }] }),
  );
  const world = reconciled(created(start, 'deployments.apps', deployment('web', 1, 'nginx:1.27', { template })));
  expect(subsets(world)?.[0]?.ports).toEqual([{ port: 80, protocol: 'TCP' }]);
});

test('deleting the service deletes its Endpoints and slices', () => {
  const world = withWeb();
  const gone = reconciled(changeApi(world, (api) => deleteObject(api, 'services', 'default/web', { now: world.now })));
  expect(listIn(gone, 'endpoints')).toEqual([]);
  expect(listIn(gone, SLICES)).toEqual([]);
});

describe('an EndpointSlice', () => {
  test('is named after its service, owned by it, and says ready, serving and terminating', () => {
    const world = withWeb(1);
    const [slice] = listIn<EndpointSlice>(world, SLICES);
    const [pod] = pods(world);
    const uid = objectIn(world, 'services', 'default/web').metadata.uid;
    expect({ ...slice, metadata: { ...slice!.metadata, uid: '', resourceVersion: '' } }).toEqual({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      addressType: 'IPv4',
      metadata: {
        name: expect.stringMatching(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/),
        generateName: 'web-',
        namespace: 'default',
        uid: '',
        resourceVersion: '',
        generation: slice!.metadata.generation,
        creationTimestamp: '2026-01-05T12:00:00Z',
        annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-05T12:00:03Z' },
        labels: {
          app: 'web',
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
          'kubernetes.io/service-name': 'web',
        },
        ownerReferences: [{ apiVersion: 'v1', blockOwnerDeletion: true, controller: true, kind: 'Service', name: 'web', uid }],
      },
      endpoints: [
        {
          addresses: [pod!.status.podIP],
          conditions: { ready: true, serving: true, terminating: false },
          nodeName: pod!.spec.nodeName,
          targetRef: target(pod!),
        },
      ],
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
    });
  });

  test('keeps a pod that is being deleted, as serving but not ready', () => {
    const start = created(clusterWorld(), 'services', service('web'));
    const template = {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'busybox:1.36', command: ['sleep', 'infinity'] }] },
    };
    const world = reconciled(created(start, 'deployments.apps', deployment('web', 1, 'busybox:1.36', { template })));
    const [pod] = pods(world);
    const going = reconciled(
      changeApi(world, (api) => deleteObject(api, 'pods', `default/${pod!.metadata.name}`, { now: world.now })),
      { ms: 300 },
    );
    const [slice] = listIn<EndpointSlice>(going, SLICES);
    expect(slice!.endpoints.find((endpoint) => endpoint.targetRef?.uid === pod!.metadata.uid)?.conditions).toEqual({
      ready: false,
      serving: true,
      terminating: true,
    });
    expect(subsets(going)).toBe(undefined);
  });

  test('holds at most a hundred endpoints', () => {
    const start = created(clusterWorld({ workers: 3, pools: { pool: '10.48.0.0/22' } }), 'services', service('web'));
    const world = reconciled(created(start, 'deployments.apps', deployment('web', 120)));
    expect(
      listIn<EndpointSlice>(world, SLICES)
        .map((slice) => slice.endpoints.length)
        .sort(),
    ).toEqual([100, 20]);
  });
});

test('Endpoints written by hand for a service without a selector are mirrored', () => {
  const start = created(clusterWorld(), 'services', {
    metadata: { name: 'legacy', namespace: 'default' },
    spec: { ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] },
  });
  const hand = {
    metadata: { name: 'legacy', namespace: 'default' },
    subsets: [{ addresses: [{ ip: '192.0.2.7' }], ports: [{ port: 8080, protocol: 'TCP' }] }],
  };
  const world = reconciled(created(start, 'endpoints', hand));
  expect(listIn<EndpointSlice>(world, SLICES).map(({ endpoints, ports }) => ({ endpoints, ports }))).toEqual([
    { endpoints: [{ addresses: ['192.0.2.7'], conditions: { ready: true } }], ports: [{ name: '', port: 8080, protocol: 'TCP' }] },
  ]);
});

test('whatever the order in which objects are made, the endpoints come out the same', () => {
  const makers = [
    (world: World) => created(world, 'services', service('a')),
    (world: World) => created(world, 'services', service('b', { selector: { app: 'a' } })),
    (world: World) => created(world, 'deployments.apps', deployment('a', 2)),
    (world: World) => created(world, 'services', service('c', { selector: { app: 'none' } })),
  ];
  /** Service → what its endpoints are, but for names and addresses that follow from the order of creation. */
  const shape = (world: World) =>
    Object.fromEntries(
      listIn<Endpoints>(world, 'endpoints')
        .map((each) => [
          each.metadata.name,
          each.subsets?.map((subset) => [subset.addresses?.length, subset.notReadyAddresses?.length, subset.ports]),
        ])
        .sort(),
    );
  const expected = shape(reconciled(makers.reduce((world, make) => make(world), clusterWorld())));
  fc.assert(
    fc.property(fc.shuffledSubarray(makers, { minLength: makers.length }), fc.boolean(), (order, between) => {
      const world = reconciled(order.reduce((before, make) => (between ? reconciled(make(before)) : make(before)), clusterWorld()));
      expect(shape(world)).toEqual(expected);
      const selected = addressesOf(world);
      expect(subsets(world, 'default/a')?.[0]?.addresses?.map((address) => address.ip)).toEqual(selected);
    }),
    { numRuns: 12 },
  );
});

test('a service patch changes nothing in Endpoints that stay as they were', () => {
  const world = withWeb();
  const patched = changeApi(world, (api) =>
    updateObject(
      api,
      'services',
      'default/web',
      (object) => ({ ...object, spec: { ...(object.spec as object), externalTrafficPolicy: 'Local' } }),
      { now: world.now },
    ),
  );
  expect(objectIn(reconciled(patched), 'endpoints', 'default/web')).toBe(objectIn(world, 'endpoints', 'default/web'));
});
