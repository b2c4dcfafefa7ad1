/**
 * Job controller: runs pods until enough have succeeded.
 *
 * Reads jobs and pods; writes pods, events and the Job's status. Models k8s.io/kubernetes/pkg/controller/job v1.32 for NonIndexed
 * jobs. Leaves out indexed jobs, pod failure policies, suspend with deadlines, tracking finalizers and CronJobs.
 */
import type { ApiObject, Condition, LabelSelector, Pod, PodTemplate } from '../api/objects.ts';
import { type ApiState, keyOf, objectsOf } from '../api/storage.ts';
import { parseTimestamp, timestamp } from '../api/time.ts';
import { deleteObject, updateStatus } from '../api/write.ts';
import { controllerAgent, earliest, type Reconciled, type Reconciling } from './controller.ts';
import { createPod, deletePod, ownerEvent, type PodOwner } from './ownership.ts';
import { podsOwnedBy } from './podindex.ts';
import { isActive, isReady } from './podstate.ts';

const RESOURCE = 'jobs.batch';

export const jobAgent = controllerAgent({ name: 'job', reads: [RESOURCE, 'pods'], reconcile });

export interface Job extends ApiObject {
  readonly spec: {
    readonly parallelism?: number;
    readonly completions?: number;
    readonly backoffLimit?: number;
    readonly suspend?: boolean;
    readonly ttlSecondsAfterFinished?: number;
    readonly selector?: LabelSelector;
    readonly template: PodTemplate;
  };
  readonly status: {
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly active?: number;
    readonly ready?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly conditions?: readonly Condition[];
    readonly [field: string]: unknown;
  };
}

function reconcile(start: ApiState, context: Reconciling): Reconciled {
  let api = start;
  let wakeAt: number | undefined;
  for (const job of Object.values(objectsOf<Job>(start, RESOURCE))) {
    if (finished(job)) {
      const result = expire(api, job, context);
      api = result.api;
      wakeAt = earliest(wakeAt, result.wakeAt);
    } else if (!job.metadata.deletionTimestamp) {
      const result = sync(api, job, context);
      api = result.api;
      wakeAt = earliest(wakeAt, result.wakeAt);
    }
  }
  return { api, wakeAt };
}

function finished(job: Job): boolean {
  return !!job.status?.conditions?.some(
    (condition) => (condition.type === 'Complete' || condition.type === 'Failed') && condition.status === 'True',
  );
}

function expire(api: ApiState, job: Job, context: Reconciling): Reconciled {
  const { ttlSecondsAfterFinished } = job.spec;
  const end = parseTimestamp(job.status.completionTime ?? job.status.conditions?.at(-1)?.lastTransitionTime);
  if (ttlSecondsAfterFinished === undefined || end === undefined) return { api };
  const due = end + ttlSecondsAfterFinished * 1000;
  if (due > context.now) return { api, wakeAt: due };
  return { api: deleteObject(api, RESOURCE, keyOf(job), { now: context.now, propagation: 'Background' }) };
}

/** A failed pod is replaced after 10 s, the next after 20 s … (DefaultJobPodFailureBackOff). */
const BACKOFF_MS = 10_000;
const MAX_BACKOFF_MS = 600_000;

function sync(start: ApiState, job: Job, context: Reconciling): Reconciled {
  const owner: PodOwner = { resource: RESOURCE, object: job, component: 'job-controller' };
  const pods = podsOwnedBy(objectsOf<Pod>(start, 'pods'), job.metadata.uid);
  const succeeded = pods.filter((pod) => pod.status.phase === 'Succeeded').length;
  const failed = pods.filter((pod) => pod.status.phase === 'Failed').length;
  const active = pods.filter(isActive);
  const { parallelism = 1, backoffLimit = 6 } = job.spec;
  const completions = job.spec.completions ?? 1;
  const at = timestamp(context.now);
  const startTime = job.status?.startTime ?? (job.spec.suspend ? undefined : at);
  const counts = { ready: active.filter(isReady).length, ...(succeeded ? { succeeded } : {}), ...(failed ? { failed } : {}) };
  const common = { ...(startTime ? { startTime } : {}), uncountedTerminatedPods: {}, ...counts };
  const condition = (type: string, reason: string, message: string): Condition => ({
    type,
    status: 'True',
    lastProbeTime: at,
    lastTransitionTime: at,
    reason,
    message,
  });
  if (succeeded >= completions) {
    const text = 'Reached expected number of succeeded pods';
    const conditions = [
      condition('SuccessCriteriaMet', 'CompletionsReached', text),
      condition('Complete', 'CompletionsReached', text),
    ];
    const api = updateStatus(start, RESOURCE, keyOf(job), { ...common, completionTime: at, conditions });
    ownerEvent(owner, 'Completed', 'Job completed', context);
    return { api };
  }
  const retries =
    failed +
    active.reduce(
      (sum, pod) => sum + (pod.status.containerStatuses ?? []).reduce((most, each) => Math.max(most, each.restartCount), 0),
      0,
    );
  if (retries > backoffLimit) return { api: fail(start, job, owner, active, common, condition, context) };
  const wanted = job.spec.suspend ? 0 : Math.min(parallelism, completions - succeeded);
  let api = start;
  const labels = {
    'batch.kubernetes.io/controller-uid': job.metadata.uid,
    'batch.kubernetes.io/job-name': job.metadata.name,
    'controller-uid': job.metadata.uid,
    'job-name': job.metadata.name,
  };
  const retryAt = failed === 0 ? 0 : lastEnd(pods) + Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (failed - 1));
  const early = retryAt > context.now;
  for (let i = active.length; i < wanted && !early; i++) api = createPod(api, owner, job.spec.template, context, { labels }).api;
  for (const pod of active.slice(wanted)) api = deletePod(api, owner, pod, context);
  const now = early ? Math.min(active.length, wanted) : wanted;
  return {
    api: updateStatus(api, RESOURCE, keyOf(job), { ...common, ...(now ? { active: now } : {}) }),
    wakeAt: early ? retryAt : undefined,
  };
}

/** When the last failed pod ended, ms. */
function lastEnd(pods: readonly Pod[]): number {
  const ends = pods
    .filter((pod) => pod.status.phase === 'Failed')
    .flatMap((pod) => (pod.status.containerStatuses ?? []).map((each) => parseTimestamp(each.state.terminated?.finishedAt) ?? 0));
  return Math.max(0, ...ends);
}

function fail(
  start: ApiState,
  job: Job,
  owner: PodOwner,
  active: readonly Pod[],
  common: object,
  condition: (type: string, reason: string, message: string) => Condition,
  context: Reconciling,
): ApiState {
  const message = 'Job has reached the specified backoff limit';
  let api = start;
  for (const pod of active) api = deletePod(api, owner, pod, context);
  const conditions = [
    condition('FailureTarget', 'BackoffLimitExceeded', message),
    condition('Failed', 'BackoffLimitExceeded', message),
  ];
  api = updateStatus(api, RESOURCE, keyOf(job), { ...common, conditions });
  const event = {
    object: job,
    resource: RESOURCE,
    type: 'Warning',
    component: owner.component,
    reason: 'BackoffLimitExceeded',
    message,
  } as const;
  context.events.push(event);
  return api;
}
