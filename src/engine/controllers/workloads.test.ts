import { describe, expect, test } from 'vitest';
import type { DaemonSet, KubeEvent, Node, Pod } from '../api/objects.ts';
import { updateObject } from '../api/write.ts';
import { changeApi, clusterWorld, created, listIn, objectIn, reconciled } from '../testing.ts';
import type { World } from '../world.ts';
import type { Job } from './job.ts';

const pods = (world: World) => listIn<Pod>(world, 'pods');
const events = (world: World, kind: string) =>
  listIn<KubeEvent>(world, 'events')
    .filter((event) => event.involvedObject.kind === kind)
    .map((event) => [event.type, event.reason, event.message.replace(/-[a-z0-9]{5}$/, '-x')]);

describe('a DaemonSet', () => {
  const agent = (spec: object = {}, tolerations: object[] = []) => ({
    metadata: { name: 'agent', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: {
        metadata: { labels: { app: 'agent' } },
        spec: { tolerations, containers: [{ name: 'agent', image: 'nginx:1.27' }] },
      },
      ...spec,
    },
  });
  const nodes = (world: World) =>
    pods(world)
      .map((pod) => pod.spec.nodeName)
      .sort();

  test('runs one pod on every node it tolerates', () => {
    const world = reconciled(created(clusterWorld({ workers: 3 }), 'daemonsets.apps', agent()));
    expect(nodes(world)).toEqual(['worker1', 'worker2', 'worker3']);
    expect(objectIn<DaemonSet>(world, 'daemonsets.apps', 'default/agent').status).toEqual({
      currentNumberScheduled: 3,
      desiredNumberScheduled: 3,
      numberAvailable: 3,
      numberMisscheduled: 0,
      numberReady: 3,
      observedGeneration: 1,
      updatedNumberScheduled: 3,
    });
    expect(events(world, 'DaemonSet')).toEqual(
      Array.from({ length: 3 }, () => ['Normal', 'SuccessfulCreate', 'Created pod: agent-x']),
    );
  });

  test('reaches the control plane with a toleration', () => {
    expect(nodes(reconciled(created(clusterWorld(), 'daemonsets.apps', agent({}, [{ operator: 'Exists' }]))))).toEqual([
      'control1',
      'worker1',
      'worker2',
    ]);
  });

  test('stays on a cordoned node', () => {
    const world = reconciled(created(clusterWorld(), 'daemonsets.apps', agent()));
    const cordoned = changeApi(world, (api) =>
      updateObject<Node>(api, 'nodes', 'worker1', (node) => ({ ...node, spec: { ...node.spec, unschedulable: true } }), {
        now: world.now,
      }),
    );
    expect(nodes(reconciled(cordoned))).toEqual(['worker1', 'worker2']);
  });

  test('replaces its pods one at a time when its template changes', () => {
    let world = reconciled(created(clusterWorld({ workers: 3 }), 'daemonsets.apps', agent()));
    world = changeApi(world, (api) =>
      updateObject<DaemonSet>(
        api,
        'daemonsets.apps',
        'default/agent',
        (set) => ({
          ...set,
          spec: {
            ...set.spec,
            template: {
              ...set.spec.template,
              spec: { ...set.spec.template.spec, containers: [{ name: 'agent', image: 'nginx:1.26' }] },
            },
          },
        }),
        { now: world.now },
      ),
    );
    let least = 3;
    for (let i = 0; i < 200; i++) {
      world = reconciled(world, { ms: 100 });
      least = Math.min(least, objectIn<DaemonSet>(world, 'daemonsets.apps', 'default/agent').status.numberReady);
    }
    expect(least).toBe(2);
    const history = listIn<Pod & { readonly revision: number }>(world, 'controllerrevisions.apps');
    expect(history.map((each) => each.revision)).toEqual([1, 2]);
    expect(pods(world).map((pod) => pod.spec.containers[0]!.image)).toEqual(['nginx:1.26', 'nginx:1.26', 'nginx:1.26']);
  });
});

describe('a StatefulSet', () => {
  const db = (spec: object = {}) => ({
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      replicas: 3,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db', image: 'redis:7' }] } },
      ...spec,
    },
  });

  test('makes its pods one after another, named by their ordinal', () => {
    let world = created(clusterWorld(), 'statefulsets.apps', db());
    const begun: string[] = [];
    for (let i = 0; i < 150; i++) {
      world = reconciled(world, { ms: 100 });
      const starting = pods(world).filter((pod) => pod.status.phase === 'Pending');
      expect(starting.length).toBeLessThanOrEqual(1);
      for (const pod of starting) if (!begun.includes(pod.metadata.name)) begun.push(pod.metadata.name);
    }
    expect(begun).toEqual(['db-0', 'db-1', 'db-2']);
    expect(pods(world).map((pod) => [pod.status.phase, pod.spec.hostname, pod.spec.subdomain])).toEqual([
      ['Running', 'db-0', 'db'],
      ['Running', 'db-1', 'db'],
      ['Running', 'db-2', 'db'],
    ]);
  });

  test('takes the highest ordinal first when it shrinks', () => {
    const world = reconciled(created(clusterWorld(), 'statefulsets.apps', db()));
    const smaller = changeApi(world, (api) =>
      updateObject(api, 'statefulsets.apps', 'default/db', (set) => ({ ...set, spec: { ...(set.spec as object), replicas: 1 } }), {
        now: world.now,
      }),
    );
    expect(pods(reconciled(smaller)).map((pod) => pod.metadata.name)).toEqual(['db-0']);
  });
});

describe('a Job', () => {
  const job = (command: readonly string[], spec: object = {}) => ({
    metadata: { name: 'once', namespace: 'default' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1.36', command }] } }, ...spec },
  });
  const once = (world: World) => objectIn<Job>(world, 'jobs.batch', 'default/once');

  test('completes when its pod has succeeded, and gives the address back', () => {
    const world = reconciled(created(clusterWorld(), 'jobs.batch', job(['sh', '-c', 'echo hello; sleep 2'])));
    expect(pods(world).map((pod) => pod.status.phase)).toEqual(['Succeeded']);
    const { startTime, completionTime, conditions, ...counts } = once(world).status;
    expect([startTime, completionTime]).toEqual(['2026-01-05T12:00:00Z', '2026-01-05T12:00:03Z']);
    expect(counts).toEqual({ ready: 0, succeeded: 1, uncountedTerminatedPods: {} });
    expect(conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['SuccessCriteriaMet', 'True', 'CompletionsReached'],
      ['Complete', 'True', 'CompletionsReached'],
    ]);
    expect(events(world, 'Job')).toEqual([
      ['Normal', 'SuccessfulCreate', 'Created pod: once-x'],
      ['Normal', 'Completed', 'Job completed'],
    ]);
    expect(
      Object.values(world.hosts)
        .flatMap((host) => Object.keys(host.netns))
        .filter(Boolean),
    ).toEqual([]);
  });

  test('runs so many pods at once until so many have succeeded', () => {
    let world = created(clusterWorld(), 'jobs.batch', job(['sleep', '3'], { completions: 4, parallelism: 2 }));
    let most = 0;
    for (let i = 0; i < 150; i++) {
      world = reconciled(world, { ms: 100 });
      most = Math.max(most, once(world).status.active ?? 0);
    }
    expect([most, once(world).status.succeeded, pods(world).length]).toEqual([2, 4, 4]);
  });

  test('that keeps failing is given up after its back-off limit', () => {
    const world = reconciled(created(clusterWorld(), 'jobs.batch', job(['sh', '-c', 'exit 3'], { backoffLimit: 1 })), {
      ms: 60_000,
    });
    expect(pods(world).map((pod) => [pod.status.phase, pod.status.containerStatuses?.[0]?.state.terminated?.exitCode])).toEqual([
      ['Failed', 3],
      ['Failed', 3],
    ]);
    expect(once(world).status.conditions?.map(({ type, reason, message }) => [type, reason, message])).toEqual([
      ['FailureTarget', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit'],
      ['Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit'],
    ]);
  });
});

test('a wish for more pods than can be simulated is refused by admission, honestly', () => {
  const web = {
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas: 100_000,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } },
    },
  };
  const world = reconciled(created(clusterWorld({ workers: 1 }), 'replicasets.apps', web));
  expect(pods(world)).toHaveLength(600);
  expect(events(world, 'ReplicaSet').filter(([type]) => type === 'Warning')).toEqual([
    ['Warning', 'FailedCreate', 'Error creating: pods "web-" is forbidden: not simulated in this lab: more than 600 pods'],
  ]);
});
