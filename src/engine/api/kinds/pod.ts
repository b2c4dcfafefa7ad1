/** core/v1 Pod: admission's defaults (service account, token volume, tolerations), the STATUS column. */
import { age, humanDuration } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ContainerStatus, Pod } from '../objects.ts';
import { parseTimestamp } from '../time.ts';
import { dns1123Subdomain } from '../validation/names.ts';
import { validatePodSpec, validatePodUpdate } from './pod-validation.ts';
import { admitPod } from './podadmission.ts';
import { defaultPodSpec } from './podtemplate.ts';

interface Summary {
  readonly reason: string;
  readonly ready: number;
  readonly restarts: number;
  readonly restartedAt?: number;
}

const exitText = (exitCode: number) => `ExitCode:${exitCode}`;

function lastFinish(statuses: readonly ContainerStatus[]): number | undefined {
  const times = statuses.flatMap(({ lastState }) => {
    const at = parseTimestamp((lastState as ContainerStatus['state'])?.terminated?.finishedAt);
    return at === undefined ? [] : [at];
  });
  return times.length > 0 ? Math.max(...times) : undefined;
}

/** What holds the pod back while its init containers run; undefined when they are through. */
function initReason(pod: Pod): string | undefined {
  const statuses = pod.status?.initContainerStatuses ?? [];
  for (const [i, { state }] of statuses.entries()) {
    if (state.terminated?.exitCode === 0) continue;
    if (state.terminated) return `Init:${state.terminated.reason || exitText(state.terminated.exitCode)}`;
    if (state.waiting?.reason && state.waiting.reason !== 'PodInitializing') return `Init:${state.waiting.reason}`;
    return `Init:${i}/${(pod.spec.initContainers ?? []).length}`;
  }
  return undefined;
}

function containersSummary(pod: Pod, phase: string): Summary {
  const statuses = pod.status?.containerStatuses ?? [];
  let reason = phase;
  let running = false;
  for (const { state, ready } of [...statuses].reverse()) {
    if (state.waiting?.reason) reason = state.waiting.reason;
    else if (state.terminated) reason = state.terminated.reason || exitText(state.terminated.exitCode);
    else if (ready && state.running) running = true;
  }
  if (reason === 'Completed' && running) {
    const isReady = (pod.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
    reason = isReady ? 'Running' : 'NotReady';
  }
  return {
    reason,
    ready: statuses.filter(({ state, ready }) => ready && state.running && !state.waiting?.reason).length,
    restarts: statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    restartedAt: lastFinish(statuses),
  };
}

function summary(pod: Pod): Summary {
  const conditions = pod.status?.conditions ?? [];
  const gated = conditions.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated');
  const phase = gated ? 'SchedulingGated' : pod.status?.reason || pod.status?.phase || 'Unknown';
  const init = initReason(pod);
  const initialized = conditions.some(({ type, status }) => type === 'Initialized' && status === 'True');
  const inits = pod.status?.initContainerStatuses ?? [];
  const found: Summary =
    init !== undefined && !initialized
      ? { reason: init, ready: 0, restarts: inits.reduce((sum, it) => sum + it.restartCount, 0), restartedAt: lastFinish(inits) }
      : containersSummary(pod, init ?? phase);
  if (!pod.metadata.deletionTimestamp) return found;
  if (pod.status?.reason === 'NodeLost') return { ...found, reason: 'Unknown' };
  const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  return over ? found : { ...found, reason: 'Terminating' };
}

function gates({ spec, status }: Pod): string {
  const wanted = spec.readinessGates ?? [];
  if (wanted.length === 0) return '<none>';
  const met = wanted.filter(({ conditionType }) =>
    (status?.conditions ?? []).some(({ type, status: value }) => type === conditionType && value === 'True'),
  );
  return `${met.length}/${wanted.length}`;
}

export const podKind = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  answersDeleteWithObject: true,
  status: true,
  connects: ['attach', 'exec', 'portforward', 'proxy'],
  validateName: dns1123Subdomain,
  defaults: (pod) => ({
    ...pod,
    spec: { ...defaultPodSpec(pod.spec), enableServiceLinks: pod.spec?.enableServiceLinks ?? true },
    status: pod.status ?? { phase: 'Pending' },
  }),
  prepareCreate: (pod, scope) => admitPod(pod, scope),
  validate: (pod) => validatePodSpec(pod.spec, 'spec'),
  validateUpdate: (next, old) => validatePodUpdate(next.spec, old.spec),
  gracePeriod: ({ spec, status }, requested) => {
    if (!spec.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
    return requested ?? spec.terminationGracePeriodSeconds ?? 30;
  },
  fields: (pod) => ({
    'spec.nodeName': pod.spec?.nodeName ?? '',
    'spec.restartPolicy': pod.spec?.restartPolicy ?? '',
    'spec.schedulerName': (pod.spec?.schedulerName as string) ?? '',
    'spec.serviceAccountName': pod.spec?.serviceAccountName ?? '',
    'spec.hostNetwork': String(pod.spec?.hostNetwork ?? false),
    'status.phase': pod.status?.phase ?? '',
    'status.podIP': pod.status?.podIP ?? '',
    'status.nominatedNodeName': (pod.status as { nominatedNodeName?: string })?.nominatedNodeName ?? '',
  }),
  columns: columns('Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP*', 'Node*', 'Nominated Node*', 'Readiness Gates*'),
  row: (pod, now) => {
    const { reason, ready, restarts, restartedAt } = summary(pod);
    const when = restarts > 0 && restartedAt !== undefined ? ` (${humanDuration(now - restartedAt)} ago)` : '';
    return [
      pod.metadata.name,
      `${ready}/${(pod.spec.containers ?? []).length}`,
      reason,
      `${restarts}${when}`,
      age(pod.metadata.creationTimestamp, now),
      pod.status?.podIPs?.[0]?.ip || '<none>',
      pod.spec.nodeName || '<none>',
      (pod.status as { nominatedNodeName?: string })?.nominatedNodeName || '<none>',
      gates(pod),
    ];
  },
});
