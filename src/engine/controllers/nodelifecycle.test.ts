import { expect, test } from 'vitest';
import type { Endpoints, KubeEvent, Node, Pod } from '../api/objects.ts';
import { hostDown } from '../faults/host-down.ts';
import { CLUSTER, clusterWorld, created, deployment, listIn, objectIn, reconciled, service } from '../testing.ts';
import type { World } from '../world.ts';

const start = () =>
  reconciled(created(created(clusterWorld(), 'services', service('web')), 'deployments.apps', deployment('web', 2)));
const power = (world: World, on: boolean): World => hostDown.set(world, { host: 'worker2' }, !on) as World;
const ready = (world: World) =>
  objectIn<Node>(world, 'nodes', 'worker2').status.conditions?.find((condition) => condition.type === 'Ready');
const onWorker2 = (world: World) => listIn<Pod>(world, 'pods').filter((pod) => pod.spec.nodeName === 'worker2');
const endpoints = (world: World) =>
  objectIn<Endpoints>(world, 'endpoints', 'default/web').subsets?.map((subset) => [
    subset.addresses?.length,
    subset.notReadyAddresses?.length,
  ]);
const seconds = (count: number) => ({ ms: count * 1000 });

test('a node that is switched off stays Ready for 40 s after its last sign of life', () => {
  const world = reconciled(power(start(), false), seconds(30));
  expect([ready(world)?.status, endpoints(world)]).toEqual(['True', [[2, undefined]]]);
});

test('then it is Unknown and tainted, and its pods no longer count', () => {
  const world = reconciled(power(start(), false), seconds(45));
  expect(ready(world)).toEqual({
    type: 'Ready',
    status: 'Unknown',
    lastHeartbeatTime: '2026-01-05T12:00:00Z',
    lastTransitionTime: '2026-01-05T12:00:40Z',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  });
  expect(objectIn<Node>(world, 'nodes', 'worker2').spec.taints).toEqual([
    { effect: 'NoSchedule', key: 'node.kubernetes.io/unreachable', timeAdded: '2026-01-05T12:00:40Z' },
    { effect: 'NoExecute', key: 'node.kubernetes.io/unreachable', timeAdded: '2026-01-05T12:00:40Z' },
  ]);
  expect(endpoints(world)).toEqual([[1, 1]]);
  const said = listIn<KubeEvent>(world, 'events').filter((event) => event.reason === 'NodeNotReady');
  expect(said.map((event) => [event.type, event.involvedObject.kind, event.message, event.source.component])).toEqual([
    ['Normal', 'Node', 'Node worker2 status is now: NodeNotReady', 'node-controller'],
    ['Warning', 'Pod', 'Node is not ready', 'node-controller'],
  ]);
});

test('after five minutes more its pods are evicted and replaced, but stay Terminating until the node is back', () => {
  const world = reconciled(power(start(), false), seconds(350));
  const [old] = onWorker2(world);
  expect(old!.metadata.deletionTimestamp).toBe('2026-01-05T12:06:10Z');
  expect(old!.status.conditions?.at(-1)).toEqual({
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: '2026-01-05T12:05:40Z',
  });
  expect(endpoints(world)).toEqual([[2, undefined]]);
  const back = reconciled(power(world, true));
  expect(onWorker2(back)).toEqual([]);
  expect(Object.keys(back.hosts.worker2!.netns)).toEqual(['']);
  expect([ready(back)?.status, objectIn<Node>(back, 'nodes', 'worker2').spec.taints, back.clusters[CLUSTER]!.silentSince]).toEqual([
    'True',
    undefined,
    undefined,
  ]);
});

test('a node that comes back in time restarts its pods in place, with new addresses', () => {
  const before = start();
  const [pod] = onWorker2(before);
  const world = reconciled(power(reconciled(power(before, false), seconds(60)), true));
  const [again] = onWorker2(world);
  expect(again!.metadata.uid).toBe(pod!.metadata.uid);
  expect(again!.status.containerStatuses?.map(({ ready: isReady, restartCount }) => [isReady, restartCount])).toEqual([[true, 1]]);
  expect(again!.status.podIP).not.toBe(pod!.status.podIP);
  expect(endpoints(world)).toEqual([[2, undefined]]);
});

test('nothing wakes the world while every node reports', () => {
  const world = start();
  expect(reconciled(world, seconds(600)).clusters[CLUSTER]!.api).toBe(world.clusters[CLUSTER]!.api);
});

test('a control plane that was off itself does not blame its nodes when it is back', () => {
  const off = hostDown.set(start(), { host: 'control1' }, true) as World;
  const back = reconciled(hostDown.set(reconciled(off, seconds(120)), { host: 'control1' }, false) as World);
  expect(listIn<KubeEvent>(back, 'events').filter((event) => event.reason === 'NodeNotReady')).toEqual([]);
  expect(listIn<Node>(back, 'nodes').map((node) => node.status.conditions?.find(({ type }) => type === 'Ready')?.status)).toEqual([
    'True',
    'True',
    'True',
  ]);
});
