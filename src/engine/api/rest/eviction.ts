/**
 * POST to a pod's `eviction`: a delete that a PodDisruptionBudget may refuse. Models pkg/registry/core/pod/storage/eviction.go (v1.32).
 * Leaves out the budget's disruptedPods and the retries of a conflicting write.
 */
import type { PodDisruptionBudget } from '../kinds/poddisruptionbudget.ts';
import type { Pod } from '../objects.ts';
import { matches } from '../selectors.ts';
import { forbiddenError, type StatusError, tooManyRequests, unknownError } from '../status.ts';
import { type ApiState, objectsOf, putObject } from '../storage.ts';
import { deleteObject } from '../write.ts';
import { bodyObject } from './body.ts';
import { type Answer, answer, type Call, callKey, isDryRun, requireObject } from './call.ts';

const RESOURCE = 'poddisruptionbudgets.policy';

const isReady = (pod: Pod): boolean =>
  (pod.status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');

/** Nobody would miss it: it has ended, has not begun, or goes already. */
function needsNoBudget({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined || ['Succeeded', 'Failed', 'Pending'].includes(status.phase);
}

function budgetsOf(api: ApiState, pod: Pod): readonly PodDisruptionBudget[] {
  return Object.values(objectsOf<PodDisruptionBudget>(api, RESOURCE)).filter(
    ({ metadata, spec }) =>
      metadata.namespace === pod.metadata.namespace && spec.selector && matches(spec.selector, pod.metadata.labels),
  );
}

function refusal(why: string, retryAfterSeconds?: number): StatusError {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  return tooManyRequests(message, [{ reason: 'DisruptionBudget', message: why }], retryAfterSeconds);
}

/** @throws StatusError 429 as long as the budget allows no disruption */
function spend(api: ApiState, budget: PodDisruptionBudget): ApiState {
  const { name, generation = 0 } = budget.metadata;
  const { status } = budget;
  if ((status.observedGeneration ?? 0) < generation)
    throw refusal(`The disruption budget ${name} is still being processed by the server.`, 10);
  if (status.disruptionsAllowed < 0)
    throw forbiddenError({ group: 'policy', plural: 'poddisruptionbudget', kind: '' }, name, 'pdb disruptions allowed is negative');
  if (status.disruptionsAllowed === 0) {
    const condition = status.conditions?.find(({ type }) => type === 'DisruptionAllowed');
    const not = `The disruption budget ${name} does not allow evicting pods currently`;
    if (condition?.reason === 'SyncFailed') throw refusal(`${not} because it failed sync: ${condition.message}`);
    if (status.currentHealthy > status.desiredHealthy) throw refusal(not);
    throw refusal(
      `The disruption budget ${name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`,
    );
  }
  return putObject(api, RESOURCE, { ...budget, status: { ...status, disruptionsAllowed: status.disruptionsAllowed - 1 } });
}

function paid(api: ApiState, pod: Pod): ApiState {
  if (needsNoBudget(pod)) return api;
  const [budget, ...others] = budgetsOf(api, pod);
  if (!budget) return api;
  if (others.length > 0)
    throw unknownError('This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
  const { currentHealthy, desiredHealthy } = budget.status;
  const spared =
    budget.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || (currentHealthy >= desiredHealthy && desiredHealthy > 0);
  return !isReady(pod) && spared ? api : spend(api, budget);
}

export function evict(call: Call): Answer {
  const pod = requireObject(call) as Pod;
  const options = bodyObject(call).deleteOptions as { readonly gracePeriodSeconds?: number } | undefined;
  const { now, input } = call.context;
  const allowed = paid(call.api, pod);
  const next = deleteObject(allowed, 'pods', callKey(call), { now, input, gracePeriodSeconds: options?.gracePeriodSeconds });
  return answer(isDryRun(call.query) ? call.api : next, 201, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: 201,
  });
}
