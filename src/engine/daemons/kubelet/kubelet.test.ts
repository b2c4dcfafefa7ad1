import { describe, expect, test } from 'vitest';
import type { Condition, KubeEvent, Pod } from '../../api/objects.ts';
import { deleteObject } from '../../api/write.ts';
import { apiInput } from '../../inputs/api.ts';
import { CLUSTER, changeApi, clusterWorld, created, deployment, listIn, objectIn, reconciled } from '../../testing.ts';
import type { World } from '../../world.ts';
import { setUnready } from './unready.ts';

const seconds = (count: number) => ({ ms: count * 1000 });
const start = (replicas = 1) => reconciled(created(clusterWorld(), 'deployments.apps', deployment('web', replicas)));

/** A pod of one container, on worker1. */
const single = (container: object, spec: object = {}) => ({
  metadata: { name: 'one', namespace: 'default', labels: { app: 'one' } },
  spec: {
    nodeSelector: { 'kubernetes.io/hostname': 'worker1' },
    containers: [{ name: 'c', image: 'busybox:1.36', ...container }],
    ...spec,
  },
});
const one = (world: World) => objectIn<Pod>(world, 'pods', 'default/one');
const alone = (container: object, spec?: object) => created(clusterWorld(), 'pods', single(container, spec));
const stateOf = (world: World) => one(world).status.containerStatuses![0]!;
const eventsOf = (world: World, name = 'one') =>
  listIn<KubeEvent>(world, 'events')
    .filter((event) => event.involvedObject.name === name)
    .map((event) => [event.type, event.reason, event.message, event.count]);
const conditions = (pod: Pod) =>
  pod.status.conditions!.map(({ type, status, reason, message }: Condition) => [
    type,
    status,
    ...(reason ? [reason, message] : []),
  ]);

test('a pod comes up: address, status, conditions', () => {
  const world = start();
  const [pod] = listIn<Pod>(world, 'pods');
  const { status } = pod!;
  expect({ ...status, conditions: conditions(pod!) }).toEqual({
    phase: 'Running',
    qosClass: 'BestEffort',
    hostIP: world.hosts[pod!.spec.nodeName!]!.address,
    hostIPs: [{ ip: world.hosts[pod!.spec.nodeName!]!.address }],
    podIP: status.podIP,
    podIPs: [{ ip: status.podIP }],
    startTime: '2026-01-05T12:00:00Z',
    containerStatuses: [
      {
        containerID: expect.stringMatching(/^containerd:\/\/[0-9a-f]{64}$/),
        image: 'docker.io/library/nginx:1.27',
        imageID: expect.stringMatching(/^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/),
        lastState: {},
        name: 'web',
        ready: true,
        restartCount: 0,
        started: true,
        state: { running: { startedAt: expect.stringMatching(/^2026-01-05T12:00:0[234]Z$/) } },
      },
    ],
    conditions: [
      ['PodReadyToStartContainers', 'True'],
      ['Initialized', 'True'],
      ['Ready', 'True'],
      ['ContainersReady', 'True'],
      ['PodScheduled', 'True'],
    ],
  });
});

test('the events of a pod tell its start', () => {
  const world = start();
  const [pod] = listIn<Pod>(world, 'pods');
  expect(eventsOf(world, pod!.metadata.name)).toEqual([
    ['Normal', 'Scheduled', `Successfully assigned default/${pod!.metadata.name} to ${pod!.spec.nodeName}`, 1],
    ['Normal', 'Pulling', 'Pulling image "nginx:1.27"', 1],
    [
      'Normal',
      'Pulled',
      expect.stringMatching(
        /^Successfully pulled image "nginx:1.27" in ([\d.]+m?s) \(\1 including waiting\)\. Image size: 72406859 bytes\.$/,
      ),
      1,
    ],
    ['Normal', 'Created', 'Created container: web', 1],
    ['Normal', 'Started', 'Started container web', 1],
  ]);
});

test('an image that is there is not pulled again', () => {
  const world = reconciled(created(start(4), 'pods', single({ image: 'nginx:1.27' })));
  expect(eventsOf(world).slice(1)).toEqual([
    ['Normal', 'Pulled', 'Container image "nginx:1.27" already present on machine', 1],
    ['Normal', 'Created', 'Created container: c', 1],
    ['Normal', 'Started', 'Started container c', 1],
  ]);
});

describe('an image that cannot be had', () => {
  test('with an unknown tag is ErrImagePull, then ImagePullBackOff', () => {
    const error =
      'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:nosuch": failed to resolve reference "docker.io/library/nginx:nosuch": docker.io/library/nginx:nosuch: not found';
    const first = reconciled(alone({ image: 'nginx:nosuch' }), seconds(2));
    expect(stateOf(first).state).toEqual({ waiting: { reason: 'ErrImagePull', message: error } });
    const world = reconciled(first, seconds(4));
    expect(stateOf(world).state).toEqual({
      waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "nginx:nosuch": ErrImagePull: ${error}` },
    });
    expect(eventsOf(world).slice(1)).toEqual([
      ['Normal', 'Pulling', 'Pulling image "nginx:nosuch"', 1],
      ['Warning', 'Failed', `Failed to pull image "nginx:nosuch": ${error}`, 1],
      ['Warning', 'Failed', 'Error: ErrImagePull', 1],
      ['Normal', 'BackOff', 'Back-off pulling image "nginx:nosuch"', 1],
      ['Warning', 'Failed', 'Error: ImagePullBackOff', 1],
    ]);
  });

  test('because its repository does not exist names what may be wrong', () => {
    expect(stateOf(reconciled(alone({ image: 'acme/shop:1' }), seconds(2))).state.waiting?.message).toBe(
      'failed to pull and unpack image "docker.io/acme/shop:1": failed to resolve reference "docker.io/acme/shop:1": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    );
  });

  test('because its name is none is InvalidImageName', () => {
    expect(stateOf(reconciled(alone({ image: 'My Image' }))).state).toEqual({
      waiting: {
        reason: 'InvalidImageName',
        message: 'Failed to apply default image tag "My Image": couldn\'t parse image name "My Image": invalid reference format',
      },
    });
  });
});

describe('a container that ends', () => {
  test('is restarted at once the first time, then with growing delays', () => {
    const world = reconciled(alone({ command: ['sh', '-c', 'echo no config; exit 1'] }), seconds(25));
    const { restartCount, state, lastState } = stateOf(world);
    const { uid } = one(world).metadata;
    expect([restartCount, state]).toEqual([
      2,
      { waiting: { reason: 'CrashLoopBackOff', message: `back-off 20s restarting failed container=c pod=one_default(${uid})` } },
    ]);
    expect(lastState).toMatchObject({ terminated: { exitCode: 1, reason: 'Error' } });
    expect(eventsOf(world).filter(([, reason]) => reason === 'BackOff')).toEqual([
      ['Warning', 'BackOff', `Back-off restarting failed container c in pod one_default(${uid})`, 2],
    ]);
    expect(one(world).status.phase).toBe('Running');
  });

  test('of its own accord leaves a pod that is not restarted Succeeded', () => {
    const world = reconciled(alone({ command: ['echo', 'done'] }, { restartPolicy: 'Never' }));
    expect(one(world).status.phase).toBe('Succeeded');
    expect(stateOf(world).state.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(conditions(one(world)).slice(1, 4)).toEqual([
      ['Initialized', 'True', 'PodCompleted', undefined],
      ['Ready', 'False', 'PodCompleted', undefined],
      ['ContainersReady', 'False', 'PodCompleted', undefined],
    ]);
  });

  test('a command the image does not have cannot be started', () => {
    const world = reconciled(alone({ command: ['serve'] }), seconds(2));
    expect(stateOf(world).state).toEqual({
      waiting: {
        reason: 'RunContainerError',
        message:
          'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "serve": executable file not found in $PATH: unknown',
      },
    });
  });
});

test('init containers run one after another before the rest', () => {
  const initContainers = [
    { name: 'first', image: 'busybox:1.36', command: ['sleep', '2'] },
    { name: 'second', image: 'busybox:1.36', command: ['sleep', '2'] },
  ];
  const begin = alone({ command: ['sleep', 'infinity'] }, { initContainers });
  const early = one(reconciled(begin, seconds(3)));
  expect(early.status.phase).toBe('Pending');
  expect(early.status.containerStatuses![0]!.state).toEqual({ waiting: { reason: 'PodInitializing' } });
  expect(conditions(early)[1]).toEqual([
    'Initialized',
    'False',
    'ContainersNotInitialized',
    'containers with incomplete status: [first second]',
  ]);
  const late = one(reconciled(begin));
  expect([
    late.status.phase,
    late.status.initContainerStatuses!.map(({ ready, state }) => [ready, state.terminated?.reason]),
  ]).toEqual([
    'Running',
    [
      [true, 'Completed'],
      [true, 'Completed'],
    ],
  ]);
});

describe('readiness', () => {
  const probe = { httpGet: { path: '/', port: 80 }, initialDelaySeconds: 5, periodSeconds: 10 };
  const ready = (world: World) => stateOf(world).ready;

  test('waits for the first probe that succeeds', () => {
    const begin = alone({ image: 'nginx:1.27', readinessProbe: probe });
    expect([ready(reconciled(begin, seconds(6))), ready(reconciled(begin, seconds(9)))]).toEqual([false, true]);
  });

  test('never comes for a port nobody listens on, and the kubelet says why', () => {
    const world = reconciled(
      alone({ image: 'nginx:1.27', readinessProbe: { ...probe, httpGet: { path: '/', port: 8080 } } }),
      seconds(60),
    );
    expect(ready(world)).toBe(false);
    expect(conditions(one(world))[2]).toEqual(['Ready', 'False', 'ContainersNotReady', 'containers with unready status: [c]']);
  });

  test('is lost after three failures when the fault strikes, at once where there is no probe', () => {
    const with3 = reconciled(alone({ image: 'nginx:1.27', readinessProbe: probe }), seconds(20));
    const failing = setUnready(with3, 'worker1', 'default/one', true);
    expect([ready(reconciled(failing, seconds(15))), ready(reconciled(failing, seconds(35)))]).toEqual([true, false]);
    expect(eventsOf(reconciled(failing, seconds(35))).at(-1)).toEqual([
      'Warning',
      'Unhealthy',
      'Readiness probe failed: HTTP probe failed with statuscode: 503',
      1,
    ]);
    const without = reconciled(alone({ image: 'nginx:1.27' }));
    expect(ready(reconciled(setUnready(without, 'worker1', 'default/one', true)))).toBe(false);
  });
});

test('a container whose liveness probe fails three times is restarted', () => {
  const livenessProbe = { tcpSocket: { port: 8080 }, periodSeconds: 5 };
  const world = reconciled(alone({ image: 'nginx:1.27', livenessProbe }), seconds(20));
  const { restartCount, lastState } = stateOf(world);
  expect([restartCount, lastState]).toMatchObject([1, { terminated: { exitCode: 0, reason: 'Completed' } }]);
  const { podIP } = one(world).status;
  expect(eventsOf(world).filter(([, reason]) => reason === 'Unhealthy' || reason === 'Killing')).toEqual([
    ['Warning', 'Unhealthy', `Liveness probe failed: dial tcp ${podIP}:8080: connect: connection refused`, 1],
    ['Normal', 'Killing', 'Container c failed liveness probe, will be restarted', 1],
  ]);
});

describe('deletion', () => {
  const remove = (world: World, gracePeriodSeconds?: number) =>
    changeApi(world, (api) => deleteObject(api, 'pods', 'default/one', { now: world.now, gracePeriodSeconds }));

  test('of a server is over as soon as it heeds SIGTERM', () => {
    const going = remove(reconciled(alone({ image: 'nginx:1.27' })));
    expect(listIn(reconciled(going, { ms: 200 }), 'pods').length).toBe(1);
    expect(eventsOf(reconciled(going, { ms: 200 })).at(-1)).toEqual(['Normal', 'Killing', 'Stopping container c', 1]);
    expect(listIn(reconciled(going, { ms: 1000 }), 'pods')).toEqual([]);
  });

  test('of a process that does not takes the whole grace period', () => {
    const going = remove(reconciled(alone({ command: ['sleep', '1d'] })));
    expect([listIn(reconciled(going, seconds(29)), 'pods').length, listIn(reconciled(going, seconds(31)), 'pods').length]).toEqual([
      1, 0,
    ]);
  });

  test('by force leaves nothing on the machine either', () => {
    const world = reconciled(remove(reconciled(alone({ command: ['sleep', '1d'] })), 0));
    expect([listIn(world, 'pods'), Object.keys(world.hosts.worker1!.netns), world.hosts.worker1!.daemons.kubelet!.pods]).toEqual([
      [],
      [''],
      {},
    ]);
  });
});

test('a pod on the host network opens its ports in the host', () => {
  const world = reconciled(alone({ image: 'nginx:1.27' }, { hostNetwork: true }));
  const { sockets } = world.hosts.worker1!.netns['']!;
  expect(sockets.filter((socket) => socket.port === 80)).toEqual([
    { proto: 'tcp', address: '0.0.0.0', port: 80, process: 'nginx', app: 'nginx', container: 'default/one/c' },
  ]);
  expect(one(world).status.podIP).toBe('10.0.1.30');
});

describe('logs', () => {
  const read = (world: World, query = '') => {
    const { result } = apiInput.apply(world, {
      cluster: CLUSTER,
      request: { method: 'GET', path: `/api/v1/namespaces/default/pods/one/log${query}` },
    });
    return 'networkError' in result
      ? result.message
      : typeof result.body === 'string'
        ? result.body
        : (result.body as { message: string }).message;
  };
  const chatty = { command: ['sh', '-c', 'echo one; echo two; sleep 1d'] };

  test('are what the container wrote', () => {
    const world = reconciled(alone(chatty));
    expect([read(world), read(world, '?tailLines=1')]).toEqual(['one\ntwo\n', 'two\n']);
    expect(read(world, '?timestamps=true&tailLines=1')).toMatch(/^2026-01-05T12:00:0\d\.\d00000000Z two\n$/);
  });

  test('of a container that is not there are refused in the server’s words', () => {
    const world = reconciled(alone(chatty));
    expect(read(world, '?container=web')).toBe('container web is not valid for pod one');
    expect(read(world, '?previous=true')).toBe('previous terminated container "c" in pod "one" not found');
    expect(read(reconciled(alone({ image: 'nginx:nosuch' }), seconds(10)))).toBe(
      'container "c" in pod "one" is waiting to start: trying and failing to pull image',
    );
  });

  test('of several containers ask which', () => {
    const containers = [
      { name: 'a', image: 'nginx:1.27' },
      { name: 'b', image: 'busybox:1.36', command: ['sleep', '1d'] },
    ];
    expect(read(reconciled(alone({}, { containers })))).toBe(
      'a container name must be specified for pod one, choose one of: [a b]',
    );
  });

  test('of the run before are kept', () => {
    const world = reconciled(alone({ command: ['sh', '-c', 'echo again; exit 1'] }), seconds(5));
    expect(read(world, '?previous=true')).toBe('again\n');
  });
});
