/**
 * One pod on one machine: sandbox and network, init containers, containers, and its end.
 * Models pkg/kubelet syncPod / syncTerminatingPod and kuberuntime v1.32.
 */
import type { Container, Pod } from '../../api/objects.ts';
import { keyOf } from '../../api/storage.ts';
import { createObject, deleteObject, updateObject, updateStatus } from '../../api/write.ts';
import { earliest } from '../../controllers/controller.ts';
import { withApi } from '../../world.ts';
import { addPod, deletePod } from '../cni/index.ts';
import { advanceContainer, closeContainer } from './container.ts';
import { checkedAlive, probed } from './probe.ts';
import { type ContainerRun, newContainer, type PodRun } from './state.ts';
import { phaseOf, runOf, statusOf } from './status.ts';
import { containerdId, hostOf, podEvent, span, storedPod, type Work, wake, withContainer } from './work.ts';

/** A pod that this kubelet has not run yet. */
export function newPod(work: Work, pod: Pod): PodRun {
  const { now } = work.world;
  const dueAt = now + span(work, 300, 800, 'sandbox', pod.metadata.uid);
  const sandbox = { state: 'waiting', id: containerdId(work, pod.metadata.uid, 'sandbox', now), dueAt, failures: 0 } as const;
  const unknown = pod.status.phase === 'Running';
  // A running pod that this machine knows nothing of: its state was lost with a reboot, so its containers count as restarted.
  const restarts = unknown ? 1 : 0;
  const names = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => container.name);
  return {
    uid: pod.metadata.uid,
    seenAt: now,
    sandbox,
    containers: Object.fromEntries(names.map((name) => [name, { ...newContainer, restarts }])),
  };
}

/** Moves a pod as far as it can go now. @returns undefined when nothing of it is left */
export function advancePod(work: Work, pod: Pod, start: PodRun, unready: boolean): PodRun | undefined {
  let run = start;
  if (pod.metadata.deletionTimestamp && run.stoppingSince === undefined) run = beginStop(work, pod, run);
  if (run.stoppingSince === undefined) run = setUp(work, pod, run);
  run = runContainers(work, pod, run, unready);
  const running = Object.values(run.containers).some((container) => container.stage === 'running');
  if (run.stoppingSince !== undefined && !running) return remove(work, pod, run);
  if (run.sandbox.state === 'up' && !running && isDone(pod, run)) run = takeDown(work, pod, run);
  report(work, pod, run);
  return run;
}

function isDone(pod: Pod, run: PodRun): boolean {
  const phase = phaseOf(pod, run);
  return phase === 'Succeeded' || phase === 'Failed';
}

function setUp(work: Work, pod: Pod, run: PodRun): PodRun {
  const { sandbox } = run;
  const { now } = work.world;
  if (sandbox.state !== 'waiting') return run;
  if (sandbox.dueAt !== undefined && sandbox.dueAt > now) {
    wake(work, sandbox.dueAt);
    return run;
  }
  const up = { ...sandbox, state: 'up', dueAt: undefined, readyAt: now } as const;
  if (pod.spec.hostNetwork) return { ...run, sandbox: up, address: hostOf(work).address };
  // The plugin asks the API server for an address: without it no new sandbox comes up.
  if (!work.reachable) return run;
  const added = addPod(work.world, hostOf(work), pod, sandbox.id);
  work.world = added.world;
  if ('error' in added) return failSandbox(work, pod, run, added.error);
  annotate(work, pod, sandbox.id, added.address);
  return { ...run, sandbox: up, address: added.address };
}

const RETRY_MS = 15_000;

function failSandbox(work: Work, pod: Pod, run: PodRun, error: string): PodRun {
  const { id, failures } = run.sandbox;
  const message = `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${id}": plugin type="calico" failed (add): ${error}`;
  podEvent(work, pod, 'Warning', 'FailedCreatePodSandBox', message);
  const dueAt = work.world.now + RETRY_MS * 2 ** Math.min(failures, 5);
  wake(work, dueAt);
  return { ...run, sandbox: { ...run.sandbox, dueAt, failures: failures + 1 } };
}

function annotate(work: Work, pod: Pod, id: string, address: string): void {
  const cluster = work.world.clusters[hostOf(work).cluster ?? '']!;
  const own = {
    'cni.projectcalico.org/containerID': id,
    'cni.projectcalico.org/podIP': `${address}/32`,
    'cni.projectcalico.org/podIPs': `${address}/32`,
  };
  const change = (object: Pod): Pod => ({
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...own } },
  });
  if (!storedPod(work, pod)) return;
  work.world = withApi(work.world, cluster.name, updateObject(cluster.api, 'pods', keyOf(pod), change, { now: work.world.now }));
}

/** Containers in their order: one begins when the one before has got past its start; init containers when it has succeeded. */
function runContainers(work: Work, pod: Pod, start: PodRun, unready: boolean): PodRun {
  let run = start;
  let open = run.sandbox.state === 'up';
  const init = pod.spec.initContainers ?? [];
  const advance = (container: Container): ContainerRun => {
    const stopping = run.stoppingSince !== undefined;
    const moved =
      open || runOf(run, container).stage !== 'new'
        ? advanceContainer(work, pod, container, runOf(run, container), stopping)
        : runOf(run, container);
    wake(work, moved.dueAt);
    return moved;
  };
  for (const container of init) {
    const moved = advance(container);
    run = withContainer(run, container.name, moved);
    open &&= moved.ended?.code === 0 && moved.stage === 'ended';
  }
  for (const container of pod.spec.containers) {
    const alive = checkedAlive(work, pod, container, advance(container), run.address ?? '');
    wake(work, alive.dueAt);
    const moved = probed(work, pod, container, alive, run.address ?? '', unready);
    run = withContainer(run, container.name, moved);
    open &&= moved.stage !== 'new' && moved.stage !== 'pulling' && moved.stage !== 'starting';
  }
  return run;
}

/** How long a program takes to go when it heeds SIGTERM, ms. */
const EXIT_MS = 400;

function beginStop(work: Work, pod: Pod, run: PodRun): PodRun {
  const { now } = work.world;
  const grace = (pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
  const containers: Record<string, ContainerRun> = { ...run.containers };
  for (const container of pod.spec.containers) {
    const each = runOf(run, container);
    if (each.stage !== 'running') continue;
    podEvent(work, pod, 'Normal', 'Killing', `Stopping container ${container.name}`, container);
    const heeds = each.sigterm === 'exits' && EXIT_MS <= grace;
    const dueAt = earliest(now + (heeds ? EXIT_MS : grace), each.dueAt);
    containers[container.name] = { ...each, dueAt, exitCode: heeds ? 0 : 137 };
  }
  return { ...run, stoppingSince: now, containers };
}

function takeDown(work: Work, pod: Pod, run: PodRun): PodRun {
  if (!pod.spec.hostNetwork) work.world = deletePod(work.world, hostOf(work), keyOf(pod), run.sandbox.id, work.reachable);
  return { ...run, sandbox: { ...run.sandbox, state: 'down' } };
}

/** Ends everything of a pod at once: it is gone from the API, or the machine has rebooted under it. */
export function killPod(work: Work, pod: Pod, run: PodRun): void {
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) closeContainer(work, pod, container.name);
  takeDown(work, pod, run);
}

/** All its processes have ended: the network goes, then the object. */
function remove(work: Work, pod: Pod, run: PodRun): PodRun | undefined {
  if (!work.reachable) return run;
  const { now, seed } = work.world;
  killPod(work, pod, run);
  const { name } = work.world.clusters[hostOf(work).cluster ?? '']!;
  const stored = storedPod(work, pod);
  if (!stored) return undefined;
  let api = deleteObject(work.world.clusters[name]!.api, 'pods', keyOf(pod), { now, gracePeriodSeconds: 0 });
  // A static pod comes from a file on this machine: its mirror in the API is made anew.
  if (pod.metadata.annotations?.['kubernetes.io/config.source'] === 'file') {
    const { labels, annotations } = pod.metadata;
    const metadata = { name: pod.metadata.name, namespace: pod.metadata.namespace, labels, annotations };
    api = createObject(api, 'pods', { metadata, spec: pod.spec }, { now, seed }).api;
  }
  work.world = withApi(work.world, name, api);
  return undefined;
}

/** Writes the pod's status, when it can and must. */
function report(work: Work, pod: Pod, run: PodRun): void {
  const stored = work.reachable ? storedPod(work, pod) : undefined;
  if (!stored) return;
  const status = statusOf(pod, run, hostOf(work), stored, work.world.now);
  const cluster = work.world.clusters[hostOf(work).cluster ?? '']!;
  work.world = withApi(work.world, cluster.name, updateStatus(cluster.api, 'pods', keyOf(pod), status));
}
