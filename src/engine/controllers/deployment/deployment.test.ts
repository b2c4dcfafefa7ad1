import { expect, test } from 'vitest';
import type { KubeEvent, Pod, ReplicaSet } from '../../api/objects.ts';
import { clusterWorld, created, deployment, listIn, objectIn, settled } from '../../testing.ts';

test('a new deployment gets a ReplicaSet, pods on both workers and the events that say so', () => {
  const world = settled(created(clusterWorld(), 'deployments.apps', deployment('web', 2)));
  const [set] = listIn<ReplicaSet>(world, 'replicasets.apps');
  expect(set!.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{6,10}$/);
  expect(
    listIn<Pod>(world, 'pods')
      .map((pod) => pod.spec.nodeName)
      .sort(),
  ).toEqual(['worker1', 'worker2']);
  const events = listIn<KubeEvent>(world, 'events').filter((event) => event.involvedObject.kind === 'Deployment');
  expect(events.map((event) => [event.reason, event.message])).toEqual([
    ['ScalingReplicaSet', `Scaled up replica set ${set!.metadata.name} from 0 to 2`],
  ]);
  expect(objectIn(world, 'deployments.apps', 'default/web').metadata.annotations).toEqual({
    'deployment.kubernetes.io/revision': '1',
  });
});
