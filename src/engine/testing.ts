/**
 * Builders for tests: a small cluster on one flat network, its objects, and time that passes.
 *
 * The world they make is what engine/load would make of a similar world.yaml, without its manifests. For tests only.
 */
import type { Agent } from './agent.ts';
import { agents as allAgents } from './agents.ts';
import type { ApiObject, Node } from './api/objects.ts';
import { type ApiState, emptyApi, getObject, objectsOf } from './api/storage.ts';
import { timestamp } from './api/time.ts';
import { createObject } from './api/write.ts';
import { freshBird } from './daemons/bird/state.ts';
import { createNamespace, plugEther } from './kernel/create.ts';
import { globalAddress } from './kernel/link.ts';
import type { Route } from './kernel/namespace.ts';
import { step } from './step.ts';
import { type Host, type World, withApi } from './world.ts';

export const START = Date.UTC(2026, 0, 5, 12, 0, 0);
export const CLUSTER = 'kubernetes';

export interface Settings {
  /** Names `worker1`…; addresses 10.0.1.30… Default 2. */
  readonly workers?: number;
  /** IP pools, name → cidr; block size 26. Default one, 10.48.0.0/24. */
  readonly pools?: Readonly<Record<string, string>>;
  readonly blockSize?: number;
  readonly seed?: string;
}

/** One control plane (`control1`, 10.0.1.20, tainted), workers, a bastion `host1` (10.0.1.10), all powered on. */
export function clusterWorld({
  workers = 2,
  pools = { pool: '10.48.0.0/24' },
  blockSize = 26,
  seed = 'test',
}: Settings = {}): World {
  const names = ['control1', ...Array.from({ length: workers }, (_, i) => `worker${i + 1}`)];
  const addresses = new Map(names.map((name, i) => [name, `10.0.1.${i === 0 ? 20 : 29 + i}`]));
  const hosts: Record<string, Host> = {
    gateway: hostOf('gateway', '10.0.1.1', 'gateway'),
    host1: hostOf('host1', '10.0.1.10', 'bastion'),
  };
  let api: ApiState = emptyApi;
  const add = (resource: string, draft: object) => {
    api = createObject(api, resource, draft as never, { now: START, seed }).api;
  };
  for (const name of ['default', 'kube-system'])
    add('namespaces', { metadata: { name }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } });
  for (const namespace of ['default', 'kube-system']) add('serviceaccounts', { metadata: { name: 'default', namespace } });
  for (const name of names) {
    hosts[name] = hostOf(name, addresses.get(name)!, 'node');
    add('nodes', nodeOf(name, addresses.get(name)!));
  }
  for (const [name, cidr] of Object.entries(pools)) {
    add('ippools.projectcalico.org', {
      metadata: { name },
      spec: { cidr, blockSize, ipipMode: 'Never', vxlanMode: 'Never', natOutgoing: true, nodeSelector: 'all()' },
    });
  }
  const cluster = {
    name: CLUSTER,
    podCidr: '10.48.0.0/16',
    serviceCidr: '10.49.0.0/16',
    apiHost: 'control1',
    asNumber: 64512,
    api,
  };
  const segments = { lan: { name: 'lan', cidr: '10.0.1.0/24' } };
  return { id: 'test', seed, now: START, inputs: 0, hosts, segments, clusters: { [CLUSTER]: cluster }, flows: [] };
}

function hostOf(name: string, address: string, kind: Host['kind']): Host {
  const running = { running: true, startedAt: START };
  const plugged = plugEther(createNamespace(''), {
    name: 'ens5',
    segment: 'lan',
    addresses: [globalAddress(address, 24)],
    owner: name,
  });
  const [connected] = plugged.routes;
  const fallback: Route = {
    dst: '0.0.0.0/0',
    type: 'unicast',
    nexthops: [{ via: '10.0.1.1', dev: 'ens5', weight: 1 }],
    proto: 'static',
    scope: 'global',
  };
  const ns = {
    ...plugged,
    routes: kind === 'gateway' ? [connected!] : [fallback, connected!],
    sysctl: { ...plugged.sysctl, 'net.ipv4.ip_forward': kind === 'node' ? '1' : '0' },
  };
  const api = { proto: 'tcp', address: '0.0.0.0', port: 6443, process: 'kube-apiserver' } as const;
  const netns = { '': name === 'control1' ? { ...ns, sockets: [api] } : ns };
  const daemons =
    kind === 'node'
      ? { kubelet: running, kubeProxy: running, felix: running, confd: running, bird: freshBird(START) }
      : kind === 'bastion'
        ? { bird: freshBird(START) }
        : {};
  return { name, kind, address, aliases: [], up: true, bootedAt: START, cluster: CLUSTER, files: {}, netns, daemons };
}

function nodeOf(name: string, address: string): Partial<Node> {
  const at = timestamp(START);
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({
    type,
    status,
    lastHeartbeatTime: at,
    lastTransitionTime: at,
    reason,
    message,
  });
  return {
    metadata: {
      name,
      labels: { 'kubernetes.io/hostname': name },
      annotations: { 'projectcalico.org/IPv4Address': `${address}/24` },
    } as never,
    spec: name.startsWith('control') ? { taints: [{ effect: 'NoSchedule', key: 'node-role.kubernetes.io/control-plane' }] } : {},
    status: {
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
      allocatable: { cpu: '2', memory: '3875128Ki', pods: '110' },
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
    },
  };
}

export function apiOf(world: World): ApiState {
  return world.clusters[CLUSTER]!.api;
}

/** The world after its API state was changed. */
export function changeApi(world: World, change: (api: ApiState) => ApiState): World {
  return withApi(world, CLUSTER, change(apiOf(world)));
}

/** Creates objects; the resource first: `created(world, 'pods', {…}, {…})`. */
export function created(world: World, resource: string, ...drafts: readonly object[]): World {
  return changeApi(world, (start) => {
    let api = start;
    for (const draft of drafts)
      api = createObject(api, resource, draft as never, { now: world.now, seed: world.seed, cluster: world.clusters[CLUSTER] }).api;
    return api;
  });
}

export function objectIn<T extends ApiObject>(world: World, resource: string, key: string): T {
  const object = getObject<T>(apiOf(world), resource, key);
  if (!object) throw new Error(`no ${resource} ${key}`);
  return object;
}

export function listIn<T extends ApiObject>(world: World, resource: string): readonly T[] {
  return Object.values(objectsOf<T>(apiOf(world), resource));
}

/** A Deployment; `app` labels, one container of the image that listens where the image does. */
export function deployment(name: string, replicas: number, image = 'nginx:1.27', spec: object = {}, namespace = 'default'): object {
  const labels = { app: name };
  return {
    metadata: { name, namespace, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name, image, ports: [{ containerPort: 80 }] }] } },
      ...spec,
    },
  };
}

/** A Service on port 80 for the pods that `deployment(name)` makes. */
export function service(name: string, spec: object = {}, namespace = 'default'): object {
  return {
    metadata: { name, namespace, labels: { app: name } },
    spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 80 }], ...spec },
  };
}

export interface Passing {
  /** Virtual time to let pass, ms. Default: until nothing is due within 15 s. */
  readonly ms?: number;
  readonly agents?: readonly Agent[];
}

/** Lets rounds run as they fall due, as engine/sim.ts does. */
export function settled(start: World, { ms, agents = allAgents }: Passing = {}): World {
  let world = start;
  const end = ms === undefined ? Number.MAX_SAFE_INTEGER : start.now + ms;
  for (let rounds = 0; rounds < 5000; rounds++) {
    const result = step(world, agents);
    world = result.world;
    const { wakeAt } = result;
    if (wakeAt === undefined || wakeAt > end || (ms === undefined && wakeAt > world.now + 15_000))
      return ms === undefined ? world : { ...world, now: end };
    world = { ...world, now: wakeAt };
  }
  throw new Error('the world does not come to rest');
}

const NETWORK_DAEMONS = new Set(['kube-proxy', 'felix', 'confd', 'bird']);

/** As `settled`, without what routes packets: enough for controllers and kubelets, and much quicker. */
export function reconciled(start: World, passing: Passing = {}): World {
  return settled(start, { agents: allAgents.filter((agent) => !NETWORK_DAEMONS.has(agent.name)), ...passing });
}
