/** describe deployment, replicaset, daemonset, statefulset, job. */

import { humanDuration } from '../duration.ts';
import { byBytes, dig, equal, fields, items, number, strings, text, type Value } from '../value.ts';
import { podTemplate } from './containers.ts';
import type { Describer, Surveyor } from './index.ts';
import { claimTemplates } from './storage.ts';
import {
  conditions,
  controlledBy,
  type Description,
  events,
  formatLabels,
  head,
  metadata,
  rfc1123,
  selectorText,
} from './writer.ts';

function podCounts(object: Value, world: Surveyor, selector = selectorText(dig(object, 'spec', 'selector'))): string {
  const uid = text(object, 'metadata', 'uid');
  const pods = world
    .list('pods', text(object, 'metadata', 'namespace'), { labelSelector: selector })
    .filter((pod) =>
      items(pod, 'metadata', 'ownerReferences').some((one) => dig(one, 'controller') === true && text(one, 'uid') === uid),
    );
  const count = (phase: string) => pods.filter((pod) => text(pod, 'status', 'phase') === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}

/** The replica sets a deployment controls, the oldest first. */
export function replicaSetsOf(deployment: Value, world: Pick<Surveyor, 'list'>): readonly Value[] {
  const selector = selectorText(dig(deployment, 'spec', 'selector'));
  const uid = text(deployment, 'metadata', 'uid');
  const made = (one: Value) => `${text(one, 'metadata', 'creationTimestamp')} ${text(one, 'metadata', 'name')}`;
  return world
    .list('replicasets.apps', text(deployment, 'metadata', 'namespace'), { labelSelector: selector })
    .filter((one) =>
      items(one, 'metadata', 'ownerReferences').some((ref) => dig(ref, 'controller') === true && text(ref, 'uid') === uid),
    )
    .sort((a, b) => byBytes(made(a), made(b)));
}

function withoutHash(template: Value | undefined): Value {
  const { 'pod-template-hash': _hash, ...rest } = strings(template, 'metadata', 'labels');
  return { ...fields(template), metadata: { ...fields(template, 'metadata'), labels: rest } };
}

/** The replica set whose template is the deployment's. */
export function newReplicaSet(deployment: Value, sets: readonly Value[]): Value | undefined {
  const wanted = withoutHash(dig(deployment, 'spec', 'template'));
  return [...sets]
    .sort((a, b) => (text(a, 'metadata', 'creationTimestamp') < text(b, 'metadata', 'creationTimestamp') ? -1 : 1))
    .find((one) => equal(withoutHash(dig(one, 'spec', 'template')), wanted));
}

function setsText(list: readonly Value[]): string {
  const shown = list.map(
    (one) =>
      `${text(one, 'metadata', 'name')} (${number(one, 'status', 'replicas')}/${number(one, 'spec', 'replicas')} replicas created)`,
  );
  return shown.length === 0 ? '<none>' : shown.join(', ');
}

export const deployment: Describer = (d, object, world) => {
  const spec = fields(object, 'spec');
  const n = (field: string) => number(object, 'status', field);
  head(d, object);
  d.field('CreationTimestamp', rfc1123(text(object, 'metadata', 'creationTimestamp')));
  metadata(d, object);
  d.field('Selector', selectorText(spec.selector));
  d.field(
    'Replicas',
    `${number(spec, 'replicas')} desired | ${n('updatedReplicas')} updated | ${n('replicas')} total | ${n('availableReplicas')} available | ${n('unavailableReplicas')} unavailable`,
  );
  d.field('StrategyType', text(spec, 'strategy', 'type'));
  d.field('MinReadySeconds', number(spec, 'minReadySeconds'));
  const rolling = dig(spec, 'strategy', 'rollingUpdate');
  if (rolling !== undefined) {
    d.field('RollingUpdateStrategy', `${text(rolling, 'maxUnavailable')} max unavailable, ${text(rolling, 'maxSurge')} max surge`);
  }
  podTemplate(d, dig(spec, 'template'));
  conditions(d, items(object, 'status', 'conditions'));
  const sets = replicaSetsOf(object, world);
  const current = newReplicaSet(object, sets);
  const old = sets.filter((one) => one !== current);
  if (sets.length > 0) {
    d.field('OldReplicaSets', setsText(old));
    d.field('NewReplicaSet', setsText(current === undefined ? [] : [current]));
  }
  events(d, world.events(object));
};

export const replicaSet: Describer = (d, object, world) => {
  head(d, object);
  d.field('Selector', selectorText(dig(object, 'spec', 'selector')));
  metadata(d, object);
  controlledBy(d, object);
  d.field('Replicas', `${number(object, 'status', 'replicas')} current / ${number(object, 'spec', 'replicas')} desired`);
  d.field('Pods Status', podCounts(object, world));
  podTemplate(d, dig(object, 'spec', 'template'));
  conditions(d, items(object, 'status', 'conditions'));
  events(d, world.events(object));
};

export const replicationController: Describer = (d, object, world) => {
  const selector = formatLabels(strings(object, 'spec', 'selector'));
  head(d, object);
  d.field('Selector', selector);
  metadata(d, object);
  d.field('Replicas', `${number(object, 'status', 'replicas')} current / ${number(object, 'spec', 'replicas')} desired`);
  d.field('Pods Status', podCounts(object, world, selector));
  podTemplate(d, dig(object, 'spec', 'template'));
  conditions(d, items(object, 'status', 'conditions'));
  events(d, world.events(object));
};

export const daemonSet: Describer = (d, object, world) => {
  const n = (field: string) => number(object, 'status', field);
  d.field('Name', text(object, 'metadata', 'name'));
  d.field('Selector', selectorText(dig(object, 'spec', 'selector')));
  d.field('Node-Selector', formatLabels(strings(object, 'spec', 'template', 'spec', 'nodeSelector')));
  metadata(d, object);
  d.write(0, `Desired Number of Nodes Scheduled: ${n('desiredNumberScheduled')}\n`);
  d.write(0, `Current Number of Nodes Scheduled: ${n('currentNumberScheduled')}\n`);
  d.write(0, `Number of Nodes Scheduled with Up-to-date Pods: ${n('updatedNumberScheduled')}\n`);
  d.write(0, `Number of Nodes Scheduled with Available Pods: ${n('numberAvailable')}\n`);
  d.write(0, `Number of Nodes Misscheduled: ${n('numberMisscheduled')}\n`);
  d.field('Pods Status', podCounts(object, world));
  podTemplate(d, dig(object, 'spec', 'template'));
  events(d, world.events(object));
};

export const statefulSet: Describer = (d, object, world) => {
  head(d, object);
  d.field('CreationTimestamp', rfc1123(text(object, 'metadata', 'creationTimestamp')));
  d.field('Selector', selectorText(dig(object, 'spec', 'selector')));
  metadata(d, object);
  d.field('Replicas', `${number(object, 'spec', 'replicas')} desired | ${number(object, 'status', 'replicas')} total`);
  d.field('Update Strategy', text(object, 'spec', 'updateStrategy', 'type'));
  const partition = dig(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  if (partition !== undefined) d.field('Partition', String(partition), 1);
  d.field('Pods Status', podCounts(object, world));
  podTemplate(d, dig(object, 'spec', 'template'));
  claimTemplates(d, items(object, 'spec', 'volumeClaimTemplates'));
  events(d, world.events(object));
};

function jobTimes(d: Description, object: Value): void {
  const [started, completed] = [text(object, 'status', 'startTime'), text(object, 'status', 'completionTime')];
  if (started !== '') d.field('Start Time', rfc1123(started));
  if (completed !== '') d.field('Completed At', rfc1123(completed));
  if (started !== '' && completed !== '') d.field('Duration', humanDuration(Date.parse(completed) - Date.parse(started)));
}

export const job: Describer = (d, object, world) => {
  const spec = fields(object, 'spec');
  const n = (field: string) => number(object, 'status', field);
  head(d, object);
  d.field('Selector', selectorText(spec.selector));
  metadata(d, object);
  controlledBy(d, object);
  if (spec.parallelism !== undefined) d.field('Parallelism', number(spec, 'parallelism'));
  d.field('Completions', spec.completions === undefined ? '<unset>' : number(spec, 'completions'));
  for (const [title, field] of [
    ['Completion Mode', 'completionMode'],
    ['Suspend', 'suspend'],
    ['Backoff Limit', 'backoffLimit'],
    ['TTL Seconds After Finished', 'ttlSecondsAfterFinished'],
  ] as const) {
    if (spec[field] !== undefined) d.field(title, text(spec, field));
  }
  jobTimes(d, object);
  if (spec.activeDeadlineSeconds !== undefined) d.field('Active Deadline Seconds', `${number(spec, 'activeDeadlineSeconds')}s`);
  const ready = dig(object, 'status', 'ready') === undefined ? '' : ` (${n('ready')} Ready)`;
  d.field('Pods Statuses', `${n('active')} Active${ready} / ${n('succeeded')} Succeeded / ${n('failed')} Failed`);
  podTemplate(d, spec.template);
  events(d, world.events(object));
};
