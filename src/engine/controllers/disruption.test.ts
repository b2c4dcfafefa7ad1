import { describe, expect, test } from 'vitest';
import type { PodDisruptionBudget } from '../api/kinds/poddisruptionbudget.ts';
import type { Pod } from '../api/objects.ts';
import { client, context } from '../api/testing.ts';
import { clusterWorld, created, listIn, objectIn, reconciled } from '../testing.ts';
import type { World } from '../world.ts';

const RESOURCE = 'poddisruptionbudgets.policy';

const controller = (replicas: number) => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } },
  },
});

const budget = (spec: object) => ({
  metadata: { name: 'web', namespace: 'default' },
  spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
});

/** A ReplicationController and a budget for its pods, settled. */
function guarded(replicas: number, spec: object): World {
  const world = reconciled(created(clusterWorld(), 'replicationcontrollers', controller(replicas)));
  return reconciled(created(world, RESOURCE, budget(spec)));
}

const counts = (world: World) => {
  const { currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods } = objectIn<PodDisruptionBudget>(
    world,
    RESOURCE,
    'default/web',
  ).status;
  return { currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods };
};

describe('a disruption budget', () => {
  test.each([
    [{ minAvailable: 2 }, { currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1, expectedPods: 3 }],
    [{ minAvailable: '50%' }, { currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1, expectedPods: 3 }],
    [{ minAvailable: '100%' }, { currentHealthy: 3, desiredHealthy: 3, disruptionsAllowed: 0, expectedPods: 3 }],
    [{ maxUnavailable: 2 }, { currentHealthy: 3, desiredHealthy: 1, disruptionsAllowed: 2, expectedPods: 3 }],
    [{ maxUnavailable: '30%' }, { currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1, expectedPods: 3 }],
    [{}, { currentHealthy: 3, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 }],
  ])('with %j counts the pods of a controller', (spec, expected) => {
    expect(counts(guarded(3, spec))).toEqual(expected);
  });

  test('lets one pod go and refuses the next one', () => {
    const world = guarded(2, { minAvailable: 1 });
    const api = Object.values(world.clusters)[0]!.api;
    const on = client(api, { ...context, now: world.now });
    const [first, second] = listIn<Pod>(world, 'pods').map(({ metadata }) => metadata.name);
    const evict = (name: string) => {
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'default' } };
      return on.send('POST', `/api/v1/namespaces/default/pods/${name}/eviction`, body);
    };
    expect(evict(first!).status).toBe(201);
    expect(evict(second!)).toEqual({
      status: 429,
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
        reason: 'TooManyRequests',
        details: {
          causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget web does not allow evicting pods currently' }],
        },
        code: 429,
      },
    });
  });
});

test('a ReplicationController keeps its number of pods, by a selector taken from its template', () => {
  const world = reconciled(created(clusterWorld(), 'replicationcontrollers', controller(2)));
  expect(listIn<Pod>(world, 'pods').map(({ metadata }) => metadata.ownerReferences?.[0]?.kind)).toEqual([
    'ReplicationController',
    'ReplicationController',
  ]);
  expect(objectIn(world, 'replicationcontrollers', 'default/web')).toMatchObject({
    metadata: { labels: { app: 'web' } },
    spec: { selector: { app: 'web' } },
    status: { replicas: 2, fullyLabeledReplicas: 2, readyReplicas: 2, availableReplicas: 2, observedGeneration: 1 },
  });
});
