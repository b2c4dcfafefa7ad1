/** Which pod and which container a word means: `pod`, `deploy/web`, `svc/web`, and the first container when none is named. */
import type { Kubectl } from './context.ts';
import { selectorText } from './describe/writer.ts';
import { CommandError, fail } from './errors.ts';
import { collectionPath, itemsOf, select, type Target } from './selection.ts';
import { byBytes, dig, fields, items, number, strings, text, type Value } from './value.ts';

const POLL_MS = 500;
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** A selector for the pods an object stands for. @throws CommandError for kinds that have none */
export function podSelector(object: Value): string {
  const kind = text(object, 'kind');
  if (kind === 'Service' || kind === 'ReplicationController') {
    const map = strings(object, 'spec', 'selector');
    if (Object.keys(map).length === 0) {
      fail(`invalid service '${text(object, 'metadata', 'name')}': Service is defined without a selector`);
    }
    return Object.keys(map)
      .sort(byBytes)
      .map((key) => `${key}=${map[key]}`)
      .join(',');
  }
  if (['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job'].includes(kind))
    return selectorText(dig(object, 'spec', 'selector'));
  throw new CommandError(`selector for *${goTypeName(object)} not implemented`);
}

/** `v1.ConfigMap`: the Go type that typed clients decode an object into. */
export function goTypeName(object: Value): string {
  const [group, version] = text(object, 'apiVersion').includes('/')
    ? (text(object, 'apiVersion').split('/') as [string, string])
    : ['', 'v1'];
  void group;
  return `${version}.${text(object, 'kind')}`;
}

function podReady(pod: Value): boolean {
  return items(pod, 'status', 'conditions').some((one) => text(one, 'type') === 'Ready' && text(one, 'status') === 'True');
}

function readySince(pod: Value): string {
  return text(
    items(pod, 'status', 'conditions').find((one) => text(one, 'type') === 'Ready'),
    'lastTransitionTime',
  );
}

/** The pod to work with first: on a node, running, ready, longest ready, least restarted, oldest (podutils.ByLogging). */
function byLogging(a: Value, b: Value): number {
  const phases = ['Pending', 'Unknown', 'Running'];
  const placed = (pod: Value) => (text(pod, 'spec', 'nodeName') === '' ? 0 : 1);
  if (placed(a) !== placed(b)) return placed(b) - placed(a);
  const phase = (pod: Value) => phases.indexOf(text(pod, 'status', 'phase'));
  if (phase(a) !== phase(b)) return phase(b) - phase(a);
  if (podReady(a) !== podReady(b)) return podReady(a) ? -1 : 1;
  if (podReady(a) && readySince(a) !== readySince(b)) return byBytes(readySince(a), readySince(b));
  const restarts = (pod: Value) =>
    Math.max(0, ...items(pod, 'status', 'containerStatuses').map((one) => number(one, 'restartCount')));
  if (restarts(a) !== restarts(b)) return restarts(b) - restarts(a);
  return byBytes(text(a, 'metadata', 'creationTimestamp'), text(b, 'metadata', 'creationTimestamp'));
}

function byActive(a: Value, b: Value): number {
  return -byLogging(a, b) || byBytes(text(a, 'metadata', 'name'), text(b, 'metadata', 'name'));
}

export function podsOf(kubectl: Kubectl, namespace: string, labelSelector: string): readonly Value[] {
  const type = kubectl.client.discovery.lookup('pods');
  return itemsOf(kubectl.client.get(collectionPath(type, namespace), { labelSelector }, undefined, { typed: true }), type);
}

/** `pod` or `type/name` as an object. */
export function resolve(kubectl: Kubectl, word: string): Target {
  const selection = select(kubectl, { args: word.includes('/') ? [word] : ['pods', word], singleType: true });
  if (selection.errors.length > 0) throw selection.errors[0]!;
  return selection.targets[0]!;
}

/** exec and its like say what they wanted the selector for. */
function attachable(object: Value): string {
  try {
    return podSelector(object);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return fail(`cannot attach to *${goTypeName(object)}: ${error.message}`);
  }
}

/** The first of several pods for logs; waits for one to exist. */
export async function firstPod(
  kubectl: Kubectl,
  object: Value,
  timeoutMs: number,
  order: 'logging' | 'attach',
): Promise<{ readonly pod: Value; readonly count: number }> {
  const namespace = text(object, 'metadata', 'namespace');
  const selector = order === 'logging' ? podSelector(object) : attachable(object);
  const until = kubectl.process.now() + timeoutMs;
  for (;;) {
    const pods = podsOf(kubectl, namespace, selector);
    if (pods.length > 0) {
      const sorted = [...pods].sort(order === 'logging' ? byLogging : (a, b) => -byActive(a, b));
      return { pod: sorted[0]!, count: pods.length };
    }
    if (kubectl.process.now() >= until) throw new CommandError('timed out waiting for the condition');
    await kubectl.process.sleep(POLL_MS, 'waiting for a pod');
  }
}

export function containerNames(pod: Value): readonly string[] {
  const spec = fields(pod, 'spec');
  return [...items(spec, 'containers'), ...items(spec, 'ephemeralContainers'), ...items(spec, 'initContainers')].map((one) =>
    text(one, 'name'),
  );
}

/** `customer, setup (init)`, as kubectl lists what one may choose from. */
export function containerList(pod: Value): string {
  const spec = fields(pod, 'spec');
  return [
    ...items(spec, 'containers').map((one) => text(one, 'name')),
    ...items(spec, 'ephemeralContainers').map((one) => `${text(one, 'name')} (ephem)`),
    ...items(spec, 'initContainers').map((one) => `${text(one, 'name')} (init)`),
  ].join(', ');
}

/** The container meant when none was named; says so when there was a choice. */
export function defaultContainer(kubectl: Kubectl, pod: Value, quiet: boolean): string {
  const wanted = strings(pod, 'metadata', 'annotations')[DEFAULT_CONTAINER];
  if (wanted) {
    if (containerNames(pod).includes(wanted)) return wanted;
    kubectl.err(`Default container name "${wanted}" not found in pod ${text(pod, 'metadata', 'name')}\n`);
  }
  const first = text(pod, 'spec', 'containers', 0, 'name');
  if (!quiet && containerNames(pod).length > 1) kubectl.err(`Defaulted container "${first}" out of: ${containerList(pod)}\n`);
  return first;
}
