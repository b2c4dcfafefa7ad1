import { expect, test } from 'vitest';
import type { KubeEvent, Node, Pod } from '../../api/objects.ts';
import { deleteObject, updateObject } from '../../api/write.ts';
import { changeApi, clusterWorld, created, deployment, listIn, objectIn, reconciled } from '../../testing.ts';
import type { World } from '../../world.ts';

const pod = (name: string, spec: object = {}) => ({
  metadata: { name, namespace: 'default', labels: { app: name } },
  spec: { containers: [{ name: 'c', image: 'nginx:1.27' }], ...spec },
});

/** Why the scheduler refused, as the event says it. */
function refusal(world: World, name: string): string | undefined {
  return listIn<KubeEvent>(world, 'events').find(
    (event) => event.reason === 'FailedScheduling' && event.involvedObject.name === name,
  )?.message;
}

const nodesOf = (world: World) =>
  Object.fromEntries(listIn<Pod>(world, 'pods').map((each) => [each.metadata.name, each.spec.nodeName]));

function changedNode(world: World, name: string, change: (node: Node) => Node): World {
  return changeApi(world, (api) => updateObject<Node>(api, 'nodes', name, change, { now: world.now }));
}

test('a nodeSelector that no node meets leaves the pod pending, with the real message', () => {
  const world = reconciled(created(clusterWorld(), 'pods', pod('a', { nodeSelector: { disk: 'ssd' } })));
  const message =
    "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
  expect(refusal(world, 'a')).toBe(message);
  expect(objectIn<Pod>(world, 'pods', 'default/a').status).toEqual({
    phase: 'Pending',
    conditions: [
      {
        type: 'PodScheduled',
        status: 'False',
        lastProbeTime: null,
        lastTransitionTime: '2026-01-05T12:00:00Z',
        reason: 'Unschedulable',
        message,
      },
    ],
    qosClass: 'BestEffort',
  });
});

test('a pending pod is scheduled when a node gets the label', () => {
  const waiting = reconciled(created(clusterWorld(), 'pods', pod('a', { nodeSelector: { disk: 'ssd' } })));
  const labelled = changedNode(waiting, 'worker2', (node) => ({
    ...node,
    metadata: { ...node.metadata, labels: { ...node.metadata.labels, disk: 'ssd' } },
  }));
  expect(nodesOf(reconciled(labelled))).toEqual({ a: 'worker2' });
});

test('too little CPU could be helped by preemption, taints could not', () => {
  const world = reconciled(
    created(
      clusterWorld(),
      'pods',
      pod('a', { containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '2500m' } } }] }),
    ),
  );
  expect(refusal(world, 'a')).toBe(
    '0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient cpu. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
  );
});

test('cordoned nodes take no new pods', () => {
  let world = clusterWorld();
  for (const name of ['worker1', 'worker2'])
    world = changedNode(world, name, (node) => ({ ...node, spec: { ...node.spec, unschedulable: true } }));
  world = reconciled(created(world, 'pods', pod('a')));
  expect(refusal(world, 'a')).toBe(
    '0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) were unschedulable. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
  );
  expect(objectIn<Node>(world, 'nodes', 'worker1').spec.taints).toEqual([
    { effect: 'NoSchedule', key: 'node.kubernetes.io/unschedulable', timeAdded: '2026-01-05T12:00:00Z' },
  ]);
});

test('a toleration opens the control plane', () => {
  const tolerations = [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }];
  const world = reconciled(
    created(clusterWorld(), 'pods', pod('a', { tolerations, nodeSelector: { 'kubernetes.io/hostname': 'control1' } })),
  );
  expect(nodesOf(world)).toEqual({ a: 'control1' });
});

test('replicas spread over the nodes that can take them', () => {
  const world = reconciled(created(clusterWorld({ workers: 3 }), 'deployments.apps', deployment('web', 6)));
  const counts = new Map<string, number>();
  for (const node of Object.values(nodesOf(world))) counts.set(node!, (counts.get(node!) ?? 0) + 1);
  expect([...counts].sort()).toEqual([
    ['worker1', 2],
    ['worker2', 2],
    ['worker3', 2],
  ]);
});

test('a hard topology spread constraint leaves the pod that would break it pending', () => {
  const constraint = {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: { app: 'web' } },
  };
  const labelled = (name: string) => ({
    ...pod(name, { topologySpreadConstraints: [constraint] }),
    metadata: { name, namespace: 'default', labels: { app: 'web' } },
  });
  const cordoned = changedNode(clusterWorld(), 'worker2', (node) => ({ ...node, spec: { ...node.spec, unschedulable: true } }));
  const world = reconciled(created(cordoned, 'pods', labelled('a'), labelled('b')));
  expect(nodesOf(world)).toEqual({ a: 'worker1', b: undefined });
  expect(refusal(world, 'b')).toBe(
    "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 1 node(s) were unschedulable. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
  );
});

test('required anti-affinity keeps two pods off one node', () => {
  const affinity = {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'kubernetes.io/hostname' },
      ],
    },
  };
  const template = { metadata: { labels: { app: 'web' } }, spec: { affinity, containers: [{ name: 'web', image: 'nginx:1.27' }] } };
  const world = reconciled(created(clusterWorld(), 'deployments.apps', deployment('web', 3, 'nginx:1.27', { template })));
  expect(Object.values(nodesOf(world)).sort()).toEqual(['worker1', 'worker2', undefined]);
});

test('without nodes the message is short', () => {
  let world = clusterWorld();
  for (const name of ['control1', 'worker1', 'worker2'])
    world = changeApi(world, (api) => deleteObject(api, 'nodes', name, { now: world.now }));
  expect(refusal(reconciled(created(world, 'pods', pod('a'))), 'a')).toBe('no nodes available to schedule pods');
});
