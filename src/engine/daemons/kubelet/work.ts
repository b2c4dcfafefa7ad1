/** One run of a host's kubelet: what it works on, and the few things every stage does. */
import { ROUND_MS } from '../../agent.ts';
import type { EventRecord } from '../../api/events.ts';
import type { Container, Pod } from '../../api/objects.ts';
import { getObject, keyOf } from '../../api/storage.ts';
import { earliest } from '../../controllers/controller.ts';
import { hash32, randomText } from '../../net/random.ts';
import type { Host, World } from '../../world.ts';
import type { ContainerRun, PodRun } from './state.ts';

/**
 * A draft that lives for one run of one host's kubelet: `world` is replaced as stages act. Nothing of it outlives the run.
 */
export interface Work {
  world: World;
  readonly hostName: string;
  /** Whether the API server can be written to. */
  readonly reachable: boolean;
  /** Events to record, by cluster: written when every kubelet has had its run. */
  readonly events: EventRecord[];
  /** The earliest deadline met so far. */
  wakeAt: number | undefined;
}

export function hostOf(work: Work): Host {
  return work.world.hosts[work.hostName]!;
}

/** Asks to be run again then. Deadlines that are over are handled in this run. */
export function wake(work: Work, at: number | undefined): void {
  if (at !== undefined && at > work.world.now) work.wakeAt = earliest(work.wakeAt, at);
}

/** The pod as the API server has it now; undefined when it is gone or another of its name. */
export function storedPod(work: Work, pod: Pod): Pod | undefined {
  const cluster = work.world.clusters[hostOf(work).cluster ?? ''];
  const stored = cluster && getObject<Pod>(cluster.api, 'pods', keyOf(pod));
  return stored?.metadata.uid === pod.metadata.uid ? stored : undefined;
}

/** Records an event of this kubelet on a pod, or on one of its containers. */
export function podEvent(
  work: Work,
  pod: Pod,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
  container?: Container,
): void {
  if (!work.reachable) return;
  const init = container && pod.spec.initContainers?.includes(container);
  const fieldPath = container ? { fieldPath: `spec.${init ? 'initContainers' : 'containers'}{${container.name}}` } : {};
  work.events.push({
    object: pod,
    resource: 'pods',
    type,
    reason,
    message,
    component: 'kubelet',
    host: work.hostName,
    ...fieldPath,
  });
}

/**
 * A span in [from, to] ms, decided by the seed and the key. Whole rounds: what many machines do at about the same time then falls
 * into the same round.
 */
export function span(work: Work, from: number, to: number, ...key: readonly (string | number)[]): number {
  return from + (hash32(work.world.seed, 'kubelet', ...key) % (Math.floor((to - from) / ROUND_MS) + 1)) * ROUND_MS;
}

/** 64 hex digits, as containerd names sandboxes and containers. */
export function containerdId(work: Work, ...key: readonly (string | number)[]): string {
  return randomText(64, '0123456789abcdef', work.world.seed, 'container', ...key);
}

export function withContainer(run: PodRun, name: string, container: ContainerRun): PodRun {
  return run.containers[name] === container ? run : { ...run, containers: { ...run.containers, [name]: container } };
}

/** `<namespace>/<pod>/<container>`: how a socket names its owner. */
export function socketOwner(pod: Pod, container: string): string {
  return `${keyOf(pod)}/${container}`;
}

/** The namespace a pod's processes live in. */
export function netnsOf(pod: Pod): string {
  return pod.spec.hostNetwork ? '' : keyOf(pod);
}
