/**
 * A pod's status as the kubelet reports it. Models pkg/kubelet/status/generate.go and kubelet_pods.go (getPhase) v1.32.
 * Leaves out ephemeral containers and resource status.
 */
import type { Condition, Container, ContainerStatus, Pod } from '../../api/objects.ts';
import { timestamp } from '../../api/time.ts';
import { conditionOf } from '../../controllers/podstate.ts';
import { parseReference } from '../../images/registry.ts';
import { remember } from '../../memo.ts';
import { randomText } from '../../net/random.ts';
import type { Host } from '../../world.ts';
import { restarts } from './container.ts';
import { type ContainerRun, type Ended, newContainer, type PodRun } from './state.ts';

/** The status of a pod that runs as `run` says; condition times are kept from `stored` where nothing turned. */
export function statusOf(pod: Pod, run: PodRun, host: Host, stored: Pod, now: number): Pod['status'] {
  const init = pod.spec.initContainers ?? [];
  const initialized = init.every((container) => runOf(run, container).ended?.code === 0);
  const waiting = init.length > 0 && !initialized ? 'PodInitializing' : 'ContainerCreating';
  const address = run.address ?? stored.status.podIP;
  const statuses = (containers: readonly Container[], idle: string) =>
    containers.map((container) => containerStatus(container, runOf(run, container), idle));
  const { conditions: _c, reason: _r, message: _m, ...kept } = stored.status;
  return {
    ...kept,
    phase: phaseOf(pod, run),
    conditions: conditionsOf(pod, run, stored, initialized, now),
    hostIP: host.address,
    hostIPs: [{ ip: host.address }],
    ...(address ? { podIP: address, podIPs: [{ ip: address }] } : {}),
    startTime: stored.status.startTime ?? timestamp(run.seenAt),
    ...(init.length ? { initContainerStatuses: statuses(init, 'PodInitializing') } : {}),
    containerStatuses: statuses(pod.spec.containers, waiting),
  };
}

export function runOf(run: PodRun, container: Container): ContainerRun {
  return run.containers[container.name] ?? newContainer;
}

/** A container that has ended and will not run again. */
export function isOver(pod: Pod, container: Container, run: ContainerRun): boolean {
  return run.ended !== undefined && (run.stage === 'ended' || run.stage === 'blocked') && !restarts(pod, container, run.ended.code);
}

export function phaseOf(pod: Pod, run: PodRun): Pod['status']['phase'] {
  const init = pod.spec.initContainers ?? [];
  if (init.some((container) => isOver(pod, container, runOf(run, container)) && runOf(run, container).ended!.code !== 0))
    return 'Failed';
  const runs = pod.spec.containers.map((container) => [container, runOf(run, container)] as const);
  // A container that starts for the first time keeps the pod Pending; one that starts again does not.
  if (runs.some(([, each]) => each.stage !== 'running' && !each.ended && !each.last)) return 'Pending';
  if (runs.every(([container, each]) => isOver(pod, container, each)))
    return runs.every(([, each]) => each.ended!.code === 0) ? 'Succeeded' : 'Failed';
  return 'Running';
}

function containerStatus(container: Container, run: ContainerRun, idle: string): ContainerStatus {
  const reference = parseReference(container.image);
  const known = run.id !== '';
  const digest = known ? digestOf(reference?.full ?? '') : '';
  return {
    ...(known ? { containerID: `containerd://${run.id}` } : {}),
    image: known ? (reference?.full ?? container.image) : container.image,
    imageID: known ? `${reference?.repository}@sha256:${digest}` : '',
    lastState: lastStateOf(run),
    name: container.name,
    ready: run.ready || (run.ended?.code === 0 && run.stage === 'ended' && idle === 'PodInitializing'),
    restartCount: run.restarts,
    started: run.stage === 'running',
    state: stateOf(run, idle),
  };
}

const digests = new Map<string, string>();

/** An image's digest: made from its name, the same everywhere. */
function digestOf(reference: string): string {
  return remember(digests, reference, () => randomText(64, '0123456789abcdef', 'image digest', reference));
}

function stateOf(run: ContainerRun, idle: string): ContainerStatus['state'] {
  if (run.stage === 'running') return { running: { startedAt: timestamp(run.startedAt!) } };
  if (run.waiting) return { waiting: run.waiting };
  if (run.ended) return { terminated: terminated(run.ended) };
  return { waiting: { reason: idle } };
}

function lastStateOf(run: ContainerRun): object {
  const last = run.waiting && run.ended ? run.ended : run.last;
  return last ? { terminated: terminated(last) } : {};
}

function terminated(ended: Ended) {
  return {
    containerID: `containerd://${ended.id}`,
    exitCode: ended.code,
    finishedAt: timestamp(ended.finishedAt),
    ...(ended.message ? { message: ended.message } : {}),
    reason: ended.reason,
    startedAt: timestamp(ended.startedAt),
  };
}

function conditionsOf(pod: Pod, run: PodRun, stored: Pod, initialized: boolean, now: number): readonly Condition[] {
  const phase = phaseOf(pod, run);
  const over = phase === 'Succeeded' || phase === 'Failed';
  const notReady = pod.spec.containers.filter((container) => !runOf(run, container).ready).map((container) => container.name);
  const pendingInit = (pod.spec.initContainers ?? [])
    .filter((container) => runOf(run, container).ended?.code !== 0)
    .map((container) => container.name);
  const why = over
    ? phase === 'Succeeded'
      ? { reason: 'PodCompleted' }
      : { reason: 'PodFailed' }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${notReady.join(' ')}]` };
  const set = (type: string, on: boolean, detail: { readonly reason?: string; readonly message?: string } = {}): Condition => {
    const status = on ? 'True' : 'False';
    const old = conditionOf(stored.status.conditions, type);
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : timestamp(now);
    return { lastProbeTime: null, lastTransitionTime, ...(on && !over ? {} : detail), status, type };
  };
  const gates = (pod.spec.readinessGates ?? []).every(
    (gate) => conditionOf(stored.status.conditions, gate.conditionType)?.status === 'True',
  );
  const ready = notReady.length === 0 && !over;
  const gated = { reason: 'ReadinessGatesNotReady', message: 'the status of pod readiness gate is not "True"' };
  const own = [
    set('PodReadyToStartContainers', run.sandbox.state === 'up'),
    set(
      'Initialized',
      initialized,
      over ? why : { reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${pendingInit.join(' ')}]` },
    ),
    set('Ready', ready && gates, ready ? gated : why),
    set('ContainersReady', ready, why),
    conditionOf(stored.status.conditions, 'PodScheduled') ?? set('PodScheduled', true),
  ];
  const others = (stored.status.conditions ?? []).filter((condition) => !own.some((each) => each.type === condition.type));
  return [...own, ...others];
}
