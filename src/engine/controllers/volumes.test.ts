import { describe, expect, test } from 'vitest';
import type { PersistentVolume } from '../api/kinds/persistentvolume.ts';
import type { PersistentVolumeClaim } from '../api/kinds/persistentvolumeclaim.ts';
import type { KubeEvent, Pod } from '../api/objects.ts';
import { deleteObject } from '../api/write.ts';
import { changeApi, clusterWorld, created, listIn, objectIn, reconciled } from '../testing.ts';
import type { World } from '../world.ts';
import { conditionOf } from './podstate.ts';

const volume = (name: string, storage: string, more: object = {}) => ({
  metadata: { name },
  spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/mnt/data' }, ...more },
});

const claim = (more: object = {}) => ({
  metadata: { name: 'data', namespace: 'default' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
});

const pod = {
  metadata: { name: 'reader', namespace: 'default' },
  spec: {
    containers: [{ name: 'web', image: 'nginx:1.27' }],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
  },
};

const late = { metadata: { name: 'late' }, provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' };

const claimIn = (world: World) => objectIn<PersistentVolumeClaim>(world, 'persistentvolumeclaims', 'default/data');
const volumeIn = (world: World, name: string) => objectIn<PersistentVolume>(world, 'persistentvolumes', name);
const podIn = (world: World) => objectIn<Pod>(world, 'pods', 'default/reader');
const said = (world: World, kind: string) =>
  listIn<KubeEvent>(world, 'events')
    .filter((event) => event.involvedObject.kind === kind)
    .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);

describe('a claim', () => {
  test('takes the smallest volume that is large enough', () => {
    let world = created(clusterWorld(), 'persistentvolumes', volume('small', '500Mi'));
    world = created(world, 'persistentvolumes', volume('large', '5Gi'));
    world = created(world, 'persistentvolumes', volume('fit', '2Gi'));
    world = reconciled(created(world, 'persistentvolumeclaims', claim()));
    expect(claimIn(world).spec.volumeName).toBe('fit');
    expect(claimIn(world).status).toEqual({ accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' }, phase: 'Bound' });
    expect(['small', 'large', 'fit'].map((name) => volumeIn(world, name).status.phase)).toEqual([
      'Available',
      'Available',
      'Bound',
    ]);
  });

  test.each([
    [{}, 'Normal FailedBinding: no persistent volumes available for this claim and no storage class is set'],
    [{ storageClassName: 'fast' }, 'Warning ProvisioningFailed: storageclass.storage.k8s.io "fast" not found'],
  ])('with %j stays Pending and says why once; so does its pod', (more, why) => {
    const world = reconciled(created(created(clusterWorld(), 'persistentvolumeclaims', claim(more)), 'pods', pod));
    expect(claimIn(world).status).toEqual({ phase: 'Pending' });
    expect(said(world, 'PersistentVolumeClaim')).toEqual([why]);
    expect(conditionOf(podIn(world).status.conditions, 'PodScheduled')?.message).toBe(
      '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    );
  });

  test('of a class that binds late waits for its pod', () => {
    let world = created(clusterWorld(), 'storageclasses.storage.k8s.io', late);
    world = created(world, 'persistentvolumes', volume('vol', '1Gi', { storageClassName: 'late' }));
    world = reconciled(created(world, 'persistentvolumeclaims', claim({ storageClassName: 'late' })));
    expect(claimIn(world).status.phase).toBe('Pending');
    world = reconciled(created(world, 'pods', pod));
    expect([claimIn(world).status.phase, claimIn(world).spec.volumeName, podIn(world).status.phase]).toEqual([
      'Bound',
      'vol',
      'Running',
    ]);
  });

  test('is kept while a pod uses it, and leaves its volume Released', () => {
    let world = created(clusterWorld(), 'persistentvolumes', volume('vol', '1Gi'));
    world = reconciled(created(created(world, 'persistentvolumeclaims', claim()), 'pods', pod));
    const remove = (from: World, resource: string, key: string) =>
      reconciled(changeApi(from, (api) => deleteObject(api, resource, key, { now: from.now, gracePeriodSeconds: 0 })));
    world = remove(world, 'persistentvolumeclaims', 'default/data');
    expect(claimIn(world).metadata.deletionTimestamp).toBeDefined();
    world = remove(world, 'pods', 'default/reader');
    expect(listIn(world, 'persistentvolumeclaims')).toEqual([]);
    expect(volumeIn(world, 'vol').status.phase).toBe('Released');
  });
});

test('a pod whose claim nobody made names it', () => {
  const world = reconciled(created(clusterWorld(), 'pods', pod));
  expect(said(world, 'Pod')).toEqual([
    'Warning FailedScheduling: 0/3 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
  ]);
});
