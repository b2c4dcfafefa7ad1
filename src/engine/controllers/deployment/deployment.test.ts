import { describe, expect, test } from 'vitest';
import type { Deployment, KubeEvent, Pod, ReplicaSet } from '../../api/objects.ts';
import { updateObject } from '../../api/write.ts';
import { changeApi, clusterWorld, created, deployment, listIn, objectIn, reconciled } from '../../testing.ts';
import type { World } from '../../world.ts';

const DEPLOYMENTS = 'deployments.apps';

function changed(world: World, change: (spec: Deployment['spec']) => Deployment['spec']): World {
  return changeApi(world, (api) =>
    updateObject<Deployment>(api, DEPLOYMENTS, 'default/web', (object) => ({ ...object, spec: change(object.spec) }), {
      now: world.now,
    }),
  );
}

const withImage = (world: World, image: string) =>
  changed(world, (spec) => {
    const { template } = spec;
    return {
      ...spec,
      template: {
        ...template,
        spec: { ...template.spec, containers: template.spec.containers.map((each) => ({ ...each, image })) },
      },
    };
  });

/** The deployment's sets by revision. */
function sets(world: World): Readonly<Record<string, ReplicaSet>> {
  const all = listIn<ReplicaSet>(world, 'replicasets.apps');
  return Object.fromEntries(all.map((set) => [set.metadata.annotations?.['deployment.kubernetes.io/revision'] ?? '', set]));
}
const sizes = (world: World) =>
  Object.fromEntries(Object.entries(sets(world)).map(([revision, set]) => [revision, set.spec.replicas]));

/** The deployment's own events, with its sets named by revision. */
function scalings(world: World): readonly string[] {
  const names = Object.entries(sets(world)).map(([revision, set]) => [set.metadata.name, `set ${revision}`] as const);
  return listIn<KubeEvent>(world, 'events')
    .filter((event) => event.involvedObject.kind === 'Deployment')
    .map((event) => names.reduce((text, [name, word]) => text.replace(`replica set ${name}`, word), event.message));
}

const conditions = (world: World) =>
  objectIn<Deployment>(world, DEPLOYMENTS, 'default/web').status.conditions?.map(({ type, status, reason }) => [
    type,
    status,
    reason,
  ]);

const start = (replicas: number, spec: object = {}, image = 'nginx:1.27') =>
  reconciled(created(clusterWorld(), DEPLOYMENTS, deployment('web', replicas, image, spec)));

test('a new deployment gets revision 1, its pods and true conditions', () => {
  const world = start(2);
  const web = objectIn<Deployment>(world, DEPLOYMENTS, 'default/web');
  const name = sets(world)[1]!.metadata.name;
  expect(web.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
  expect(web.status).toEqual({
    observedGeneration: 1,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    conditions: [
      {
        type: 'Available',
        status: 'True',
        lastUpdateTime: '2026-01-05T12:00:03Z',
        lastTransitionTime: '2026-01-05T12:00:03Z',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      },
      {
        type: 'Progressing',
        status: 'True',
        lastUpdateTime: '2026-01-05T12:00:03Z',
        lastTransitionTime: '2026-01-05T12:00:00Z',
        reason: 'NewReplicaSetAvailable',
        message: `ReplicaSet "${name}" has successfully progressed.`,
      },
    ],
  });
  expect(scalings(world)).toEqual(['Scaled up set 1 from 0 to 2']);
  expect(
    listIn<Pod>(world, 'pods')
      .map((pod) => pod.spec.nodeName)
      .sort(),
  ).toEqual(['worker1', 'worker2']);
});

describe('a rolling update', () => {
  test('with 25% surge and unavailability keeps three pods up and never runs more than four', () => {
    let world = withImage(start(3), 'nginx:1.26');
    const counts: number[] = [];
    for (let i = 0; i < 150; i++) {
      world = reconciled(world, { ms: 100 });
      const pods = listIn<Pod>(world, 'pods').filter((pod) => !pod.metadata.deletionTimestamp);
      counts.push(pods.length);
      expect(
        pods.filter((pod) => pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')).length,
      ).toBeGreaterThanOrEqual(3);
    }
    expect(Math.max(...counts)).toBe(4);
    expect(sizes(world)).toEqual({ 1: 0, 2: 3 });
    expect(scalings(world)).toEqual([
      'Scaled up set 1 from 0 to 3',
      'Scaled up set 2 from 0 to 1',
      'Scaled down set 1 from 3 to 2',
      'Scaled up set 2 from 1 to 2',
      'Scaled down set 1 from 2 to 1',
      'Scaled up set 2 from 2 to 3',
      'Scaled down set 1 from 1 to 0',
    ]);
  });

  test('to an image that does not exist stops with the old pods serving', () => {
    const world = reconciled(withImage(start(4), 'nginx:nosuch'), { ms: 30_000 });
    expect(sizes(world)).toEqual({ 1: 3, 2: 2 });
    expect(conditions(world)).toEqual([
      ['Available', 'True', 'MinimumReplicasAvailable'],
      ['Progressing', 'True', 'ReplicaSetUpdated'],
    ]);
  });

  test('that does not progress within its deadline says so', () => {
    const world = reconciled(withImage(start(4, { progressDeadlineSeconds: 60 }), 'nginx:nosuch'), { ms: 70_000 });
    expect(conditions(world)).toEqual([
      ['Available', 'True', 'MinimumReplicasAvailable'],
      ['Progressing', 'False', 'ProgressDeadlineExceeded'],
    ]);
  });

  test('back to the first image reuses its set under a new revision', () => {
    const world = reconciled(withImage(reconciled(withImage(start(1), 'nginx:1.26')), 'nginx:1.27'));
    expect(sizes(world)).toEqual({ 2: 0, 3: 1 });
    expect(sets(world)[3]!.metadata.annotations).toEqual({
      'deployment.kubernetes.io/desired-replicas': '1',
      'deployment.kubernetes.io/max-replicas': '2',
      'deployment.kubernetes.io/revision': '3',
      'deployment.kubernetes.io/revision-history': '1',
    });
  });

  test('keeps as many old sets as revisionHistoryLimit says', () => {
    let world = start(1, { revisionHistoryLimit: 1 });
    for (const image of ['nginx:1.26', 'nginx:1.25', 'nginx:1.24']) world = reconciled(withImage(world, image));
    expect(sizes(world)).toEqual({ 3: 0, 4: 1 });
  });
});

test('Recreate takes the old pods down before the new come up', () => {
  let world = withImage(start(2, { strategy: { type: 'Recreate' } }), 'nginx:1.26');
  let mixed = false;
  for (let i = 0; i < 80; i++) {
    world = reconciled(world, { ms: 100 });
    mixed ||= new Set(listIn<Pod>(world, 'pods').map((pod) => pod.spec.containers[0]!.image)).size > 1;
  }
  expect(mixed).toBe(false);
  expect(sizes(world)).toEqual({ 1: 0, 2: 2 });
});

test('a paused deployment scales but does not roll out', () => {
  const paused = reconciled(changed(start(1), (spec) => ({ ...spec, paused: true })));
  const world = reconciled(changed(withImage(paused, 'nginx:1.26'), (spec) => ({ ...spec, replicas: 3 })));
  expect(sizes(world)).toEqual({ 1: 3 });
  expect(conditions(world)).toEqual([
    ['Progressing', 'Unknown', 'DeploymentPaused'],
    ['Available', 'True', 'MinimumReplicasAvailable'],
  ]);
});

test('scaling in the middle of a rollout is shared out in proportion', () => {
  const stuck = reconciled(withImage(start(8), 'nginx:nosuch'), { ms: 20_000 });
  expect(sizes(stuck)).toEqual({ 1: 6, 2: 4 });
  expect(
    sizes(
      reconciled(
        changed(stuck, (spec) => ({ ...spec, replicas: 16 })),
        { ms: 300 },
      ),
    ),
  ).toEqual({ 1: 12, 2: 8 });
});

test('scaling down takes the pod that is not ready, then from the fuller node', () => {
  const world = reconciled(changed(start(4), (spec) => ({ ...spec, replicas: 2 })));
  expect(
    listIn<Pod>(world, 'pods')
      .map((pod) => pod.spec.nodeName)
      .sort(),
  ).toEqual(['worker1', 'worker2']);
});

test('pods that the server refuses are reported, and made once what was missing is there', () => {
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: { serviceAccountName: 'shop', containers: [{ name: 'web', image: 'nginx:1.27' }] },
  };
  const world = start(1, { template });
  const set = sets(world)[1]!;
  const error = `pods "${set.metadata.name}-" is forbidden: error looking up service account default/shop: serviceaccount "shop" not found`;
  const refused = listIn<KubeEvent>(world, 'events').filter((event) => event.reason === 'FailedCreate');
  expect(refused.map((event) => [event.type, event.involvedObject.name, event.message])).toEqual([
    ['Warning', set.metadata.name, `Error creating: ${error}`],
  ]);
  expect(conditions(world)).toEqual([
    ['Progressing', 'True', 'NewReplicaSetCreated'],
    ['Available', 'False', 'MinimumReplicasUnavailable'],
    ['ReplicaFailure', 'True', 'FailedCreate'],
  ]);
  const mended = reconciled(created(world, 'serviceaccounts', { metadata: { name: 'shop', namespace: 'default' } }));
  expect(conditions(mended)?.map(([type, status]) => [type, status])).toEqual([
    ['Available', 'True'],
    ['Progressing', 'True'],
  ]);
});
