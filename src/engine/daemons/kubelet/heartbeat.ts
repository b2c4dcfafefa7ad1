/**
 * Whether each node's kubelet is heard by the API server, and the node conditions it reports when it is heard again.
 *
 * Reads hosts and nodes; writes `cluster.silentSince` and node statuses. Stands for the Lease every kubelet renews each 10 s: only the
 * last renewal before a silence matters, so nothing is written while all report. Models pkg/kubelet/nodestatus v1.32.
 */
import type { Agent } from '../../agent.ts';
import { recordEvent } from '../../api/events.ts';
import type { Condition, Node } from '../../api/objects.ts';
import { type ApiState, objectsOf } from '../../api/storage.ts';
import { timestamp } from '../../api/time.ts';
import { updateStatus } from '../../api/write.ts';
import { conditionOf } from '../../controllers/podstate.ts';
import { remember } from '../../memo.ts';
import type { Cluster, World } from '../../world.ts';

const RENEW_MS = 10_000;

/** A host's kubelet runs and its API view is the server's own, as the round's first agent left it. */
export function isHeard(world: World, before: World, hostName: string): boolean {
  const host = world.hosts[hostName];
  const cluster = before.clusters[host?.cluster ?? ''];
  return !!host?.up && !!host.daemons.kubelet?.running && !!cluster && host.apiView === cluster.api;
}

/** Runs before the controllers, so that the node lifecycle never acts on a silence that is over. */
export const heartbeatAgent: Agent = {
  name: 'heartbeat',
  run: (start, before) => ({ world: heartbeats(start, before) }),
};

function heartbeats(start: World, before: World): World {
  let world = start;
  for (const name of Object.keys(start.clusters)) {
    const cluster = beat(world, before, world.clusters[name]!);
    if (cluster !== world.clusters[name]) world = { ...world, clusters: { ...world.clusters, [name]: cluster } };
  }
  return world;
}

function beat(world: World, before: World, cluster: Cluster): Cluster {
  let { api, silentSince } = cluster;
  for (const node of Object.values(objectsOf<Node>(cluster.api, 'nodes'))) {
    const { name } = node.metadata;
    if (!world.hosts[name]) continue;
    const known = silentSince?.[name];
    if (isHeard(world, before, name)) {
      if (known !== undefined) silentSince = without(silentSince!, name);
      api = reported(api, node, world.now);
    } else if (known === undefined) {
      silentSince = { ...silentSince, [name]: world.now - ((world.now - world.hosts[name]!.bootedAt) % RENEW_MS) };
    }
  }
  if (api === cluster.api && silentSince === cluster.silentSince) return cluster;
  const { silentSince: _, ...rest } = cluster;
  return silentSince ? { ...rest, api, silentSince } : { ...rest, api };
}

function without(record: Readonly<Record<string, number>>, name: string): Readonly<Record<string, number>> | undefined {
  const { [name]: _, ...rest } = record;
  return Object.keys(rest).length ? rest : undefined;
}

const HEALTHY: readonly (readonly [type: string, status: 'True' | 'False', reason: string, message: string])[] = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
];

const healthy = new WeakMap<Node, boolean>();

/** Whether a node's conditions say what a kubelet that runs says. */
const isHealthy = (node: Node): boolean =>
  remember(healthy, node, () => HEALTHY.every(([type, status]) => conditionOf(node.status?.conditions, type)?.status === status));

/** The node's conditions as its kubelet sees them; the same api while they stand so already. */
function reported(api: ApiState, node: Node, now: number): ApiState {
  if (isHealthy(node)) return api;
  const old = node.status?.conditions;
  const at = timestamp(now);
  const own = HEALTHY.map(([type, status, reason, message]): Condition => {
    const before = conditionOf(old, type);
    const lastTransitionTime = before?.status === status ? before.lastTransitionTime : at;
    return { type, status, lastHeartbeatTime: at, lastTransitionTime, reason, message };
  });
  const others = (old ?? []).filter((condition) => !HEALTHY.some(([type]) => type === condition.type));
  const next = updateStatus(api, 'nodes', node.metadata.name, { ...node.status, conditions: [...others, ...own] });
  if (conditionOf(old, 'Ready')?.status === 'True') return next;
  const message = `Node ${node.metadata.name} status is now: NodeReady`;
  const event = {
    object: node,
    resource: 'nodes',
    type: 'Normal',
    reason: 'NodeReady',
    message,
    component: 'kubelet',
    host: node.metadata.name,
  } as const;
  return recordEvent(next, event, now);
}
