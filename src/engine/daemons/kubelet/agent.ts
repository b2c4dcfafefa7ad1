/**
 * The kubelet of every node: runs the pods that are bound to its machine and reports on them.
 *
 * Reads the host's apiView and its kernel; writes the host's kernel (by the CNI plugin and its programs' sockets), its own state and,
 * while the API server can be reached, pods, nodes and events. Models k8s.io/kubernetes/pkg/kubelet v1.32 with containerd.
 * Leaves out volumes, images' garbage collection, eviction by pressure.
 */
import type { Agent, AgentResult } from '../../agent.ts';
import { type EventRecord, recordEvents } from '../../api/events.ts';
import type { Pod } from '../../api/objects.ts';
import { batched, keyOf, objectsOf } from '../../api/storage.ts';
import { earliest, sameItems } from '../../controllers/controller.ts';
import { podsOnNode } from '../../controllers/podindex.ts';
import { isKernelError } from '../../kernel/errno.ts';
import { findSocket, listen } from '../../kernel/socket.ts';
import { type Host, type World, withApi, withHost, withNetns } from '../../world.ts';
import { isHeard } from './heartbeat.ts';
import { advancePod, killPod, newPod } from './pod.ts';
import type { KubeletState, PodRun } from './state.ts';
import { hostOf, storedPod, type Work, wake } from './work.ts';

/** What a quiet kubelet looked at last. */
interface Quiet {
  readonly pods: readonly Pod[];
  readonly reachable: boolean;
  readonly bootedAt: number;
  readonly wakeAt: number | undefined;
}

const quiet = new WeakMap<KubeletState, Quiet>();

export const kubeletAgent: Agent = {
  name: 'kubelet',
  run: (start, before) => batched(() => runAll(start, before)),
};

function runAll(start: World, before: World): AgentResult {
  let world = start;
  let wakeAt: number | undefined;
  const events: Record<string, EventRecord[]> = {};
  for (const name in start.hosts) {
    const host = world.hosts[name]!;
    const { kubelet } = host.daemons;
    if (!kubelet?.running || !host.up || !host.apiView) continue;
    const reachable = isHeard(start, before, name);
    const pods = podsOnNode(objectsOf<Pod>(host.apiView, 'pods'), name);
    const known = quiet.get(kubelet);
    if (known && isSame(known, host, pods, reachable) && (known.wakeAt === undefined || known.wakeAt > world.now)) {
      wakeAt = earliest(wakeAt, known.wakeAt);
      continue;
    }
    events[host.cluster!] ??= [];
    const result = runHost(world, host, pods, reachable, events[host.cluster!]!);
    const state = result.world.hosts[name]!.daemons.kubelet!;
    if (result.world === world) quiet.set(state, { pods, reachable, bootedAt: host.bootedAt, wakeAt: result.wakeAt });
    world = result.world;
    wakeAt = earliest(wakeAt, result.wakeAt);
  }
  for (const name in events) world = withApi(world, name, recordEvents(world.clusters[name]!.api, events[name]!, world.now));
  return { world, wakeAt };
}

function isSame(known: Quiet, host: Host, pods: readonly Pod[], reachable: boolean): boolean {
  return known.reachable === reachable && known.bootedAt === host.bootedAt && (known.pods === pods || sameItems(known.pods, pods));
}

function runHost(
  world: World,
  host: Host,
  pods: readonly Pod[],
  reachable: boolean,
  events: EventRecord[],
): { readonly world: World; readonly wakeAt?: number } {
  const work: Work = { world: ownSockets(world, host), hostName: host.name, reachable, events, wakeAt: undefined };
  const state = host.daemons.kubelet!;
  const runs: Record<string, PodRun> = {};
  const wanted = new Map(pods.map((pod) => [keyOf(pod), pod]));
  for (const [key, run] of Object.entries(state.pods ?? {})) {
    const pod = wanted.get(key);
    if (pod?.metadata.uid === run.uid && (run.sandbox.readyAt ?? run.seenAt) >= host.bootedAt) runs[key] = run;
    // Gone from the API by force, replaced by another of its name, or lost in a reboot.
    else killPod(work, pod ?? shell(key, run), run);
  }
  for (const pod of pods) {
    const key = keyOf(pod);
    const { [key]: known } = runs;
    if (!known && (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') && !pod.metadata.deletionTimestamp) continue;
    const run = advanceUnlessQuiet(work, pod, known ?? newPod(work, pod), state.unready?.[key] ?? false);
    if (run) runs[key] = run;
    else delete runs[key];
  }
  return { world: withPods(work, runs), wakeAt: work.wakeAt };
}

/** What a pod with nothing to do was looked at with. */
interface QuietPod {
  readonly pod: Pod;
  readonly stored: Pod | undefined;
  readonly unready: boolean;
  readonly reachable: boolean;
  readonly wakeAt: number | undefined;
}

const quietPods = new WeakMap<PodRun, QuietPod>();

function advanceUnlessQuiet(work: Work, pod: Pod, run: PodRun, unready: boolean): PodRun | undefined {
  const { reachable, world } = work;
  const stored = storedPod(work, pod);
  const known = quietPods.get(run);
  const same = known && known.pod === pod && known.stored === stored && known.unready === unready && known.reachable === reachable;
  if (same && (known.wakeAt === undefined || known.wakeAt > world.now)) {
    wake(work, known.wakeAt);
    return run;
  }
  const before = work.wakeAt;
  work.wakeAt = undefined;
  const next = advancePod(work, pod, run, unready);
  if (next === run && work.world === world) quietPods.set(run, { pod, stored, unready, reachable, wakeAt: work.wakeAt });
  work.wakeAt = earliest(before, work.wakeAt);
  return next;
}

/** Enough of a pod that is gone to clean up after it. */
function shell(key: string, run: PodRun): Pod {
  const [namespace = '', name = ''] = key.split('/');
  const containers = Object.keys(run.containers).map((container) => ({ name: container, image: '' }));
  const metadata = { namespace, name, uid: run.uid, creationTimestamp: '' };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers }, status: { phase: 'Running' } };
}

function withPods(work: Work, runs: Readonly<Record<string, PodRun>>): World {
  const host = hostOf(work);
  const kubelet = host.daemons.kubelet!;
  const old = kubelet.pods ?? {};
  const keys = Object.keys(runs);
  const same = keys.length === Object.keys(old).length && keys.every((key) => runs[key] === old[key]);
  return same ? work.world : withHost(work.world, { ...host, daemons: { ...host.daemons, kubelet: { ...kubelet, pods: runs } } });
}

/** The kubelet's API and its health port. */
function ownSockets(world: World, host: Host): World {
  let ns = host.netns[''];
  if (!ns || findSocket(ns, 'tcp', host.address, 10250)) return world;
  for (const [address, port] of [
    ['0.0.0.0', 10250],
    ['127.0.0.1', 10248],
  ] as const) {
    const opened = listen(ns, { proto: 'tcp', address, port, process: 'kubelet' });
    if (!isKernelError(opened)) ns = opened;
  }
  return withNetns(world, { host: host.name, netns: '' }, ns);
}
