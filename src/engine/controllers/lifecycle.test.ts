import { describe, expect, test } from 'vitest';
import type { ConfigMap, Deployment, Namespace, Pod, ReplicaSet } from '../api/objects.ts';
import { objectsOf } from '../api/storage.ts';
import { deleteObject, updateObject } from '../api/write.ts';
import { apiOf, changeApi, clusterWorld, created, deployment, listIn, objectIn, reconciled, service } from '../testing.ts';
import type { World } from '../world.ts';

type Propagation = 'Background' | 'Foreground' | 'Orphan';

function deleted(world: World, resource: string, key: string, propagation?: Propagation): World {
  return changeApi(world, (api) => deleteObject(api, resource, key, { now: world.now, ...(propagation ? { propagation } : {}) }));
}

const names = (world: World, resource: string) => listIn(world, resource).map((object) => object.metadata.name);
const web = () => reconciled(created(clusterWorld(), 'deployments.apps', deployment('web', 2)));

describe('a namespace', () => {
  const shop = { metadata: { name: 'shop' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
  const start = () => {
    const sleeper = {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'busybox:1.36', command: ['sleep', '1d'] }] },
    };
    const world = created(clusterWorld(), 'namespaces', shop);
    return reconciled(
      created(
        created(world, 'deployments.apps', deployment('web', 1, '', { template: sleeper }, 'shop')),
        'services',
        service('web', {}, 'shop'),
      ),
    );
  };

  test('comes with a default account and the root certificate', () => {
    const world = reconciled(created(clusterWorld(), 'namespaces', shop));
    expect(listIn(world, 'serviceaccounts').map((each) => `${each.metadata.namespace}/${each.metadata.name}`)).toEqual([
      'default/default',
      'kube-system/default',
      'shop/default',
    ]);
    expect(Object.keys(objectIn<ConfigMap>(world, 'configmaps', 'shop/kube-root-ca.crt').data ?? {})).toEqual(['ca.crt']);
  });

  test('being deleted says what it waits for', () => {
    const world = reconciled(deleted(start(), 'namespaces', 'shop'), { ms: 2000 });
    const { status } = objectIn<Namespace>(world, 'namespaces', 'shop');
    expect(status.phase).toBe('Terminating');
    expect(status.conditions?.map(({ type, status: value, reason, message }) => [type, value, reason, message])).toEqual([
      ['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'],
      ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
      [
        'NamespaceDeletionContentFailure',
        'False',
        'ContentDeleted',
        'All content successfully deleted, may be waiting on finalization',
      ],
      ['NamespaceContentRemaining', 'True', 'SomeResourcesRemain', 'Some resources are remaining: pods. has 1 resource instances'],
      ['NamespaceFinalizersRemaining', 'False', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
    ]);
  });

  test('takes everything in it along, and other namespaces keep theirs', () => {
    const before = start();
    const world = reconciled(deleted(before, 'namespaces', 'shop'), { ms: 60_000 });
    expect(names(world, 'namespaces')).toEqual(['default', 'kube-system']);
    const left = Object.values(apiOf(world).objects).flatMap((objects) =>
      Object.values(objects).filter((object) => object.metadata.namespace === 'shop'),
    );
    expect(left).toEqual([]);
    expect(Object.keys(world.hosts.worker1!.netns)).toEqual(['']);
    expect(objectsOf(apiOf(world), 'configmaps')['default/kube-root-ca.crt']).toBe(
      objectsOf(apiOf(before), 'configmaps')['default/kube-root-ca.crt'],
    );
  });
});

describe('deleting a deployment', () => {
  test('in the background takes its sets and pods', () => {
    const world = reconciled(deleted(web(), 'deployments.apps', 'default/web', 'Background'));
    expect([names(world, 'deployments.apps'), names(world, 'replicasets.apps'), names(world, 'pods')]).toEqual([[], [], []]);
  });

  test('in the foreground keeps it until its sets and pods are gone', () => {
    const marked = reconciled(deleted(web(), 'deployments.apps', 'default/web', 'Foreground'), { ms: 300 });
    expect(objectIn(marked, 'deployments.apps', 'default/web').metadata.finalizers).toEqual(['foregroundDeletion']);
    expect(objectIn(marked, 'deployments.apps', 'default/web').metadata.deletionTimestamp).toBe('2026-01-05T12:00:03Z');
    const world = reconciled(marked);
    expect([names(world, 'deployments.apps'), names(world, 'replicasets.apps'), names(world, 'pods')]).toEqual([[], [], []]);
  });

  test('orphaning leaves its set without an owner; a deployment of the same selector adopts it', () => {
    const before = web();
    const orphaned = reconciled(deleted(before, 'deployments.apps', 'default/web', 'Orphan'));
    expect(names(orphaned, 'deployments.apps')).toEqual([]);
    expect(listIn<ReplicaSet>(orphaned, 'replicasets.apps').map((set) => set.metadata.ownerReferences)).toEqual([undefined]);
    const again = reconciled(created(orphaned, 'deployments.apps', deployment('web', 2)));
    expect(names(again, 'pods').sort()).toEqual(names(before, 'pods').sort());
    expect(names(again, 'replicasets.apps')).toEqual(names(before, 'replicasets.apps'));
  });
});

test('a pod whose label is taken away is released and replaced', () => {
  const before = web();
  const [lost] = listIn<Pod>(before, 'pods');
  const key = `default/${lost!.metadata.name}`;
  const relabelled = changeApi(before, (api) =>
    updateObject<Pod>(
      api,
      'pods',
      key,
      (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, app: 'debug' } } }),
      { now: before.now },
    ),
  );
  const world = reconciled(relabelled);
  expect(objectIn(world, 'pods', key).metadata.ownerReferences).toBe(undefined);
  expect(listIn<Pod>(world, 'pods').length).toBe(3);
});

test('scaling up and down again leaves no pods, addresses or namespaces behind', () => {
  const resized = (world: World, replicas: number) =>
    reconciled(
      changeApi(world, (api) =>
        updateObject<Deployment>(
          api,
          'deployments.apps',
          'default/web',
          (object) => ({ ...object, spec: { ...object.spec, replicas } }),
          { now: world.now },
        ),
      ),
    );
  const world = resized(resized(web(), 9), 0);
  expect(names(world, 'pods')).toEqual([]);
  expect(
    Object.values(world.hosts)
      .flatMap((host) => Object.keys(host.netns))
      .filter(Boolean),
  ).toEqual([]);
  expect(
    listIn(world, 'ipamblocks.crd.projectcalico.org').map((block) => (block.spec as { attributes: object[] }).attributes),
  ).toEqual([[], []]);
  expect([...new Set(Object.values(world.hosts).flatMap((host) => Object.keys(host.netns['']!.links)))]).toEqual(['lo', 'ens5']);
});
