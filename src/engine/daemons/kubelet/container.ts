/**
 * One container from image to end: pull, create, start, exit, restart with back-off.
 * Models pkg/kubelet/kuberuntime (SyncPod, doBackOff) and pkg/kubelet/images v1.32 with containerd. Leaves out
 * lifecycle hooks and resources.
 */
import { ROUND_MS } from '../../agent.ts';
import type { Container, Pod } from '../../api/objects.ts';
import type { Program } from '../../images/image.ts';
import { findImage } from '../../images/registry.ts';
import { isKernelError } from '../../kernel/errno.ts';
import type { NetNamespace } from '../../kernel/namespace.ts';
import { closeSockets, listen } from '../../kernel/socket.ts';
import { withHost, withNetns } from '../../world.ts';
import { bounded } from './log.ts';
import type { ContainerRun, Ended } from './state.ts';
import { containerdId, hostOf, netnsOf, podEvent, socketOwner, span, type Work } from './work.ts';

/** Both back-offs double from here … */
const BACKOFF_MS = 10_000;
/** … to here, and start over when a container ran so long. */
const MAX_BACKOFF_MS = 300_000;
const FORGIVEN_AFTER_MS = 600_000;
const PULL_BYTES_PER_MS = 40_000;

/** Brings a container as far as it can go now. */
export function advanceContainer(work: Work, pod: Pod, container: Container, start: ContainerRun, stopping: boolean): ContainerRun {
  let run = start;
  // A stage that ends at once leads to the next in the same run.
  for (let steps = 0; steps < 8; steps++) {
    const next = step(work, pod, container, run, stopping);
    if (next === run) return run;
    run = next;
  }
  return run;
}

function step(work: Work, pod: Pod, container: Container, run: ContainerRun, stopping: boolean): ContainerRun {
  const { now } = work.world;
  if (run.stage === 'new') return stopping ? run : beginPull(work, pod, container, run);
  if (run.dueAt === undefined || run.dueAt > now) return run;
  if (run.stage === 'running') return finish(work, pod, container, run, run.exitCode ?? 0);
  if (stopping) return run;
  if (run.stage === 'pulling') return endPull(work, pod, container, run);
  if (run.stage === 'starting') return launch(work, pod, container, run);
  if (run.stage === 'blocked' && run.waiting?.reason === 'ErrImagePull') return backOffPull(work, pod, container, run);
  if (run.stage === 'blocked' || run.stage === 'ended') return restart(work, pod, container, run);
  return run;
}

function policyOf(container: Container): string {
  return (
    container.imagePullPolicy ??
    (/:[^/]+$/.test(container.image) && !container.image.endsWith(':latest') ? 'IfNotPresent' : 'Always')
  );
}

function beginPull(work: Work, pod: Pod, container: Container, run: ContainerRun): ContainerRun {
  const { now } = work.world;
  const { image } = container;
  const found = findImage(image);
  const block = (reason: string, message: string): ContainerRun => ({
    ...run,
    stage: 'blocked',
    waiting: { reason, message },
    dueAt: undefined,
  });
  if ('error' in found && found.reason === 'InvalidImageName') {
    podEvent(work, pod, 'Warning', 'InspectFailed', found.error, container);
    podEvent(work, pod, 'Warning', 'Failed', 'Error: InvalidImageName', container);
    return block('InvalidImageName', found.error);
  }
  const present = hostOf(work).daemons.kubelet?.images?.includes(image) ?? false;
  const policy = policyOf(container);
  if (present && policy !== 'Always') {
    podEvent(work, pod, 'Normal', 'Pulled', `Container image "${image}" already present on machine`, container);
    return {
      ...run,
      stage: 'starting',
      waiting: undefined,
      dueAt: now + span(work, 100, 300, 'start', pod.metadata.uid, container.name),
    };
  }
  if (policy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    podEvent(work, pod, 'Warning', 'ErrImageNeverPull', message, container);
    podEvent(work, pod, 'Warning', 'Failed', 'Error: ErrImageNeverPull', container);
    return block('ErrImageNeverPull', message);
  }
  podEvent(work, pod, 'Normal', 'Pulling', `Pulling image "${image}"`, container);
  return { ...run, stage: 'pulling', waiting: run.waiting, dueAt: now + pullMs(work, container, present) };
}

function pullMs(work: Work, container: Container, present: boolean): number {
  const found = findImage(container.image);
  const base = span(work, 300, 900, 'pull', container.image, work.hostName);
  // Of an image that is there only the manifest is asked for.
  return 'error' in found || present ? base : base + Math.ceil(found.image.bytes / PULL_BYTES_PER_MS / ROUND_MS) * ROUND_MS;
}

function endPull(work: Work, pod: Pod, container: Container, run: ContainerRun): ContainerRun {
  const { now } = work.world;
  const { image } = container;
  const found = findImage(image);
  if ('error' in found) {
    podEvent(work, pod, 'Warning', 'Failed', `Failed to pull image "${image}": ${found.error}`, container);
    podEvent(work, pod, 'Warning', 'Failed', 'Error: ErrImagePull', container);
    const waiting = { reason: 'ErrImagePull', message: found.error };
    return {
      ...run,
      stage: 'blocked',
      waiting,
      pullFailures: run.pullFailures + 1,
      dueAt: now + span(work, 1000, 3000, 'backoff', image),
    };
  }
  const host = hostOf(work);
  const kubelet = host.daemons.kubelet!;
  const { images = [] } = kubelet;
  const seconds = goDuration(pullMs(work, container, images.includes(image)));
  const size = Math.round(found.image.bytes);
  podEvent(
    work,
    pod,
    'Normal',
    'Pulled',
    `Successfully pulled image "${image}" in ${seconds} (${seconds} including waiting). Image size: ${size} bytes.`,
    container,
  );
  if (!images.includes(image)) {
    work.world = withHost(work.world, {
      ...host,
      daemons: { ...host.daemons, kubelet: { ...kubelet, images: [...images, image] } },
    });
  }
  return {
    ...run,
    stage: 'starting',
    waiting: undefined,
    pullFailures: 0,
    dueAt: now + span(work, 100, 300, 'start', pod.metadata.uid, container.name),
  };
}

/** `842ms`, `2.31s`: Go's text of a duration, to the millisecond. */
function goDuration(ms: number): string {
  return ms < 1000 ? `${ms}ms` : `${ms / 1000}s`;
}

/** @param failures in a row, from 1 */
function backoffMs(failures: number): number {
  return Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (failures - 1));
}

function backOffPull(work: Work, pod: Pod, container: Container, run: ContainerRun): ContainerRun {
  const text = `Back-off pulling image "${container.image}"`;
  podEvent(work, pod, 'Normal', 'BackOff', text, container);
  podEvent(work, pod, 'Warning', 'Failed', 'Error: ImagePullBackOff', container);
  const message = `${text}: ErrImagePull: ${run.waiting?.message ?? ''}`;
  return { ...run, waiting: { reason: 'ImagePullBackOff', message }, dueAt: work.world.now + backoffMs(run.pullFailures) };
}

function launch(work: Work, pod: Pod, container: Container, run: ContainerRun): ContainerRun {
  const { now } = work.world;
  const found = findImage(container.image);
  if ('error' in found) return { ...run, stage: 'new' };
  const { image } = found;
  const argv = [
    ...(container.command ?? image.entrypoint ?? []),
    ...(container.args ?? (container.command ? [] : (image.cmd ?? []))),
  ];
  const program = image.start({ argv, container, pod, host: hostOf(work) });
  const id = containerdId(work, pod.metadata.uid, container.name, run.restarts);
  podEvent(work, pod, 'Normal', 'Created', `Created container: ${container.name}`, container);
  const previousLines = run.ended ? run.lines : run.previousLines;
  const fresh: ContainerRun = {
    ...run,
    id,
    argv,
    previousLines,
    last: run.ended ?? run.last,
    ended: undefined,
    lines: [],
    waiting: undefined,
    ready: false,
    probe: undefined,
  };
  if (program.failure !== undefined) {
    podEvent(work, pod, 'Warning', 'Failed', `Error: ${program.failure}`, container);
    const ended: Ended = { id, code: 128, reason: 'StartError', message: program.failure, startedAt: 0, finishedAt: now };
    return afterEnd(
      work,
      pod,
      container,
      { ...fresh, ended, startedAt: undefined },
      { reason: 'RunContainerError', message: program.failure },
    );
  }
  podEvent(work, pod, 'Normal', 'Started', `Started container ${container.name}`, container);
  const conflict = openSockets(work, pod, container, image.name, program);
  const exit = conflict ? { afterMs: 200, code: 1 } : program.exit;
  const texts = conflict ? [...program.lines, conflict] : program.lines;
  const lines = bounded(texts.map((text) => ({ at: now, text })));
  const dueAt = exit && now + exit.afterMs;
  return { ...fresh, stage: 'running', startedAt: now, lines, dueAt, exitCode: exit?.code, sigterm: program.sigterm };
}

/** Opens a program's sockets. @returns what it says when a port is taken already */
function openSockets(work: Work, pod: Pod, container: Container, app: string, program: Program): string | undefined {
  const netns = netnsOf(pod);
  const place = { host: work.hostName, netns };
  let ns: NetNamespace | undefined = hostOf(work).netns[netns];
  if (!ns) return undefined;
  for (const { proto, port, address = '0.0.0.0', process } of program.sockets) {
    // What the machine's boot opened in this program's name is this program's.
    ns = closeSockets(
      ns,
      (socket) => socket.port === port && socket.proto === proto && socket.process === process && socket.container === undefined,
    );
    const opened: ReturnType<typeof listen> = listen(ns, {
      proto,
      port,
      address,
      process,
      app,
      container: socketOwner(pod, container.name),
    });
    if (isKernelError(opened)) return `listen ${proto} ${address}:${port}: bind: address already in use`;
    ns = opened;
  }
  work.world = withNetns(work.world, place, ns);
  return undefined;
}

/** Closes the sockets of a container that has ended. */
export function closeContainer(work: Work, pod: Pod, name: string): void {
  const netns = netnsOf(pod);
  const ns = hostOf(work).netns[netns];
  if (ns)
    work.world = withNetns(
      work.world,
      { host: work.hostName, netns },
      closeSockets(ns, (socket) => socket.container === socketOwner(pod, name)),
    );
}

/** A running container has ended. */
export function finish(work: Work, pod: Pod, container: Container, run: ContainerRun, code: number): ContainerRun {
  const { now } = work.world;
  closeContainer(work, pod, container.name);
  const ended: Ended = {
    id: run.id,
    code,
    reason: code === 0 ? 'Completed' : 'Error',
    startedAt: run.startedAt ?? now,
    finishedAt: now,
  };
  const forgiven = now - (run.startedAt ?? now) >= FORGIVEN_AFTER_MS;
  return afterEnd(work, pod, container, {
    ...run,
    ended,
    ready: false,
    probe: undefined,
    alive: undefined,
    crashes: forgiven ? 0 : run.crashes,
  });
}

/** Whether the kubelet starts a container again after it ended so. */
export function restarts(pod: Pod, container: Container, code: number): boolean {
  const policy = pod.spec.restartPolicy ?? 'Always';
  if (pod.metadata.deletionTimestamp) return false;
  const init = pod.spec.initContainers?.includes(container);
  if (init) return code !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && code !== 0);
}

/** @param waiting what its status says when it never ran */
function afterEnd(work: Work, pod: Pod, container: Container, run: ContainerRun, waiting?: ContainerRun['waiting']): ContainerRun {
  const { now } = work.world;
  const ended = run.ended!;
  if (!restarts(pod, container, ended.code)) return { ...run, stage: 'ended', waiting: undefined, dueAt: undefined };
  const crashes = run.crashes + 1;
  // The first restart comes at once; from then on the kubelet backs off.
  const soon = now + span(work, 600, 1200, 'restart', pod.metadata.uid, run.restarts);
  return { ...run, stage: waiting ? 'blocked' : 'ended', waiting, crashes, dueAt: soon };
}

function restart(work: Work, pod: Pod, container: Container, run: ContainerRun): ContainerRun {
  const reason = run.waiting?.reason;
  if (reason === 'ImagePullBackOff') return { ...run, stage: 'new' };
  if (run.crashes > 1 && reason !== 'CrashLoopBackOff') return crashLoop(work, pod, container, run);
  return { ...run, stage: 'new', restarts: run.restarts + 1 };
}

function crashLoop(work: Work, pod: Pod, container: Container, run: ContainerRun): ContainerRun {
  const { name, namespace, uid } = pod.metadata;
  const delay = backoffMs(run.crashes - 1);
  podEvent(
    work,
    pod,
    'Warning',
    'BackOff',
    `Back-off restarting failed container ${container.name} in pod ${name}_${namespace}(${uid})`,
    container,
  );
  const message = `back-off ${minutes(delay)} restarting failed container=${container.name} pod=${name}_${namespace}(${uid})`;
  return { ...run, stage: 'blocked', waiting: { reason: 'CrashLoopBackOff', message }, dueAt: run.ended!.finishedAt + delay };
}

/** `40s`, `2m40s`: Go's text of whole seconds. */
function minutes(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
