/** `kubectl rollout status|history|undo|restart|pause|resume`. */
import type { Kubectl } from '../context.ts';
import { podTemplate } from '../describe/containers.ts';
import { surveyor } from '../describe/index.ts';
import { replicaSetsOf } from '../describe/workloads.ts';
import { Description } from '../describe/writer.ts';
import { qualifiedKind } from '../discovery.ts';
import { CommandError, fail, StatusError, throwAll } from '../errors.ts';
import { checkFileNames, fileNames } from '../manifests.ts';
import { nameOf, operationPrinter, verbPrinter } from '../printers/objects.ts';
import { TabWriter } from '../printers/tabwriter.ts';
import { objectPath, type Selection, select, type Target } from '../selection.ts';
import { dig, equal, fields, items, number, put, strings, text, type Value } from '../value.ts';
import { suffix } from './create/finish.ts';

const POLL_MS = 200;
const REVISION = 'deployment.kubernetes.io/revision';
const CAUSE = 'kubernetes.io/change-cause';

function chosen(kubectl: Kubectl): Selection {
  const { flags, args } = kubectl;
  if (args.length === 0 && flags.list('filename').length === 0 && flags.string('kustomize') === '')
    fail('required resource not specified');
  checkFileNames(kubectl);
  return select(kubectl, {
    args,
    files: fileNames(kubectl),
    labelSelector: flags.string('selector') || undefined,
    allowEmptySelector: true,
    latest: true,
  });
}

function groupKind(target: Target): string {
  return target.type.group === '' ? target.type.kind : `${target.type.kind}.${target.type.group}`;
}

/** Kinds that hold pods of their own have a place in upstream's switch, which then finds nothing for them. */
const VISITED = new Set(['CronJob.batch', 'Job.batch', 'Pod', 'ReplicaSet.apps', 'ReplicationController']);

function unviewable(target: Target, what: 'history' | 'rollbacker'): never {
  const { group, kind } = target.type;
  if (!VISITED.has(groupKind(target))) {
    fail(`error retrieving ${what} for ${JSON.stringify(groupKind(target))}, no visitor method exists for {${group} ${kind}}`);
  }
  const noun = what === 'history' ? 'history viewer' : 'rollbacker';
  return fail(`no ${noun} has been implemented for ${JSON.stringify(groupKind(target))}`);
}

function kindOf({ type }: Target): string {
  return qualifiedKind(type.kind, type.group);
}

function sayWhenNothing(kubectl: Kubectl, { targets, errors }: Selection): void {
  if (targets.length === 0 && errors.length === 0) kubectl.err(`No resources found in ${kubectl.namespace} namespace.\n`);
}

function each(selection: Selection, work: (target: Target) => void): number {
  const errors: Error[] = [...selection.errors];
  for (const target of selection.targets) {
    try {
      work(target);
    } catch (error) {
      if (!(error instanceof CommandError) && !(error instanceof StatusError)) throw error;
      errors.push(error);
    }
  }
  throwAll(errors);
  return 0;
}

interface Progress {
  readonly line: string;
  readonly done: boolean;
}

function deploymentProgress(object: Value, revision: number): Progress {
  const name = JSON.stringify(text(object, 'metadata', 'name'));
  const n = (field: string) => number(object, 'status', field);
  if (revision > 0) {
    const running = Number(strings(object, 'metadata', 'annotations')[REVISION] ?? 0);
    if (revision !== running) fail(`desired revision (${revision}) is different from the running revision (${running})`);
  }
  if (number(object, 'metadata', 'generation') > n('observedGeneration')) {
    return { line: 'Waiting for deployment spec update to be observed...\n', done: false };
  }
  const progressing = items(object, 'status', 'conditions').find((one) => text(one, 'type') === 'Progressing');
  if (text(progressing, 'reason') === 'ProgressDeadlineExceeded') fail(`deployment ${name} exceeded its progress deadline`);
  const wanted = number(object, 'spec', 'replicas');
  const waiting = (what: string) => ({ line: `Waiting for deployment ${name} rollout to finish: ${what}...\n`, done: false });
  if (n('updatedReplicas') < wanted) return waiting(`${n('updatedReplicas')} out of ${wanted} new replicas have been updated`);
  if (n('replicas') > n('updatedReplicas')) {
    return waiting(`${n('replicas') - n('updatedReplicas')} old replicas are pending termination`);
  }
  if (n('availableReplicas') < n('updatedReplicas')) {
    return waiting(`${n('availableReplicas')} of ${n('updatedReplicas')} updated replicas are available`);
  }
  return { line: `deployment ${name} successfully rolled out\n`, done: true };
}

function daemonSetProgress(object: Value): Progress {
  const name = JSON.stringify(text(object, 'metadata', 'name'));
  const n = (field: string) => number(object, 'status', field);
  if (text(object, 'spec', 'updateStrategy', 'type') !== 'RollingUpdate') {
    fail('rollout status is only available for RollingUpdate strategy type');
  }
  if (number(object, 'metadata', 'generation') > n('observedGeneration')) {
    return { line: 'Waiting for daemon set spec update to be observed...\n', done: false };
  }
  const waiting = (what: string) => ({ line: `Waiting for daemon set ${name} rollout to finish: ${what}...\n`, done: false });
  const wanted = n('desiredNumberScheduled');
  if (n('updatedNumberScheduled') < wanted)
    return waiting(`${n('updatedNumberScheduled')} out of ${wanted} new pods have been updated`);
  if (n('numberAvailable') < wanted) return waiting(`${n('numberAvailable')} of ${wanted} updated pods are available`);
  return { line: `daemon set ${name} successfully rolled out\n`, done: true };
}

function statefulSetProgress(object: Value): Progress {
  const n = (field: string) => number(object, 'status', field);
  if (text(object, 'spec', 'updateStrategy', 'type') !== 'RollingUpdate') {
    fail('rollout status is only available for RollingUpdate strategy type');
  }
  if (n('observedGeneration') === 0 || number(object, 'metadata', 'generation') > n('observedGeneration')) {
    return { line: 'Waiting for statefulset spec update to be observed...\n', done: false };
  }
  const missing = number(object, 'spec', 'replicas') - n('readyReplicas');
  if (missing > 0) return { line: `Waiting for ${missing} pods to be ready...\n`, done: false };
  return { line: `partitioned roll out complete: ${n('updatedReplicas')} new pods have been updated...\n`, done: true };
}

const PROGRESS: Readonly<Record<string, (object: Value, revision: number) => Progress>> = {
  'deployment.apps': deploymentProgress,
  'daemonset.apps': daemonSetProgress,
  'statefulset.apps': statefulSetProgress,
};

export async function status(kubectl: Kubectl): Promise<number> {
  const { flags } = kubectl;
  const revision = flags.int('revision');
  if (kubectl.args.length > 0 && revision < 0) fail(`revision must be a positive integer: ${revision}`);
  const selection = chosen(kubectl);
  sayWhenNothing(kubectl, selection);
  const until = flags.duration('timeout') === 0 ? Number.POSITIVE_INFINITY : kubectl.process.now() + flags.duration('timeout');
  const errors: Error[] = [...selection.errors];
  for (const target of selection.targets) {
    try {
      await follow(kubectl, target, revision, until);
    } catch (error) {
      if (!(error instanceof CommandError) && !(error instanceof StatusError)) throw error;
      errors.push(error);
    }
  }
  throwAll(errors);
  return 0;
}

async function follow(kubectl: Kubectl, target: Target, revision: number, until: number): Promise<void> {
  const progress = PROGRESS[qualifiedKind(target.type.kind, target.type.group)];
  if (!progress) fail(`no status viewer has been implemented for ${groupKind(target)}`);
  let object: Value = target.object!;
  let version = '';
  for (;;) {
    // A line for each state the watch would have brought.
    if (text(object, 'metadata', 'resourceVersion') !== version) {
      version = text(object, 'metadata', 'resourceVersion');
      const { line, done } = progress!(object, revision);
      kubectl.out(line);
      if (done || !kubectl.flags.bool('watch')) return;
    }
    if (kubectl.process.now() >= until) fail('timed out waiting for the condition');
    await kubectl.process.sleep(POLL_MS, `waiting for the rollout of ${target.name}`);
    const answer = kubectl.client.exchange({ method: 'GET', path: objectPath(target), caller: 'simple.go:280' });
    if (answer.status === 404) fail('object has been deleted');
    object = answer.body as Value;
  }
}

interface Revision {
  readonly number: number;
  readonly template: Value;
  readonly cause: string;
  readonly object: Value;
}

function deploymentRevisions(kubectl: Kubectl, object: Value): readonly Revision[] {
  return replicaSetsOf(object, surveyor(kubectl))
    .map((set) => ({
      number: Number(strings(set, 'metadata', 'annotations')[REVISION] ?? 0),
      template: dig(set, 'spec', 'template') ?? {},
      cause: strings(set, 'metadata', 'annotations')[CAUSE] ?? '',
      object: set,
    }))
    .filter((one) => one.number > 0)
    .sort((a, b) => a.number - b.number);
}

/** Revisions of a daemon set or stateful set: its ControllerRevisions. */
function controllerRevisions(kubectl: Kubectl, object: Value): readonly Revision[] {
  const uid = text(object, 'metadata', 'uid');
  return surveyor(kubectl)
    .list('controllerrevisions.apps', text(object, 'metadata', 'namespace'), {})
    .filter((one) => items(one, 'metadata', 'ownerReferences').some((ref) => text(ref, 'uid') === uid))
    .map((one) => ({
      number: number(one, 'revision'),
      template: dig(one, 'data', 'spec', 'template') ?? {},
      cause: strings(one, 'metadata', 'annotations')[CAUSE] ?? '',
      object: one,
    }))
    .sort((a, b) => a.number - b.number);
}

function revisionsOf(kubectl: Kubectl, target: Target): readonly Revision[] {
  const kind = qualifiedKind(target.type.kind, target.type.group);
  if (kind === 'deployment.apps') return deploymentRevisions(kubectl, target.object!);
  if (kind === 'daemonset.apps' || kind === 'statefulset.apps') return controllerRevisions(kubectl, target.object!);
  return unviewable(target, 'history');
}

function templateText(kubectl: Kubectl, template: Value, cause: string): string {
  const d = new Description(kubectl.process.now());
  podTemplate(d, cause === '' ? template : put(template, ['metadata', 'annotations', CAUSE], cause));
  // The history prints the template with its tabs as they are.
  return d.raw();
}

export function history(kubectl: Kubectl): number {
  const revision = kubectl.flags.int('revision');
  if (kubectl.args.length > 0 && revision < 0) fail(`revision must be a positive integer: ${revision}`);
  const selection = chosen(kubectl);
  return each(selection, (target) => {
    const list = revisionsOf(kubectl, target);
    if (kubectl.flags.changed('output')) {
      const print = verbPrinter(kubectl, '');
      for (const one of list) if (revision === 0 || one.number === revision) kubectl.out(print(one.object));
      return;
    }
    let shown: string;
    if (list.length === 0) shown = 'No rollout history found.';
    else if (revision > 0) {
      const found = list.find((one) => one.number === revision);
      if (!found) fail('unable to find the specified revision');
      shown = templateText(kubectl, found!.template, found!.cause);
    } else {
      const writer = new TabWriter({ minWidth: 0, padding: 2, remember: false });
      writer.line(['REVISION', 'CHANGE-CAUSE']);
      for (const one of list) writer.line([String(one.number), one.cause || '<none>']);
      shown = writer.flush();
    }
    const which = revision > 0 ? `with revision #${revision}` : '';
    kubectl.out(`${nameOf(target.object!)} ${which}\n${shown}\n`);
  });
}

const KEPT = [
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

function withoutHash(template: Value): Value {
  const { 'pod-template-hash': _hash, ...labels } = strings(template, 'metadata', 'labels');
  return put(template, ['metadata', 'labels'], labels);
}

export function undo(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const dryRun = kubectl.dryRun();
  const to = flags.int('to-revision');
  const selection = chosen(kubectl);
  return each(selection, (target) => {
    if (!Object.hasOwn(PROGRESS, kindOf(target))) unviewable(target, 'rollbacker');
    const list = revisionsOf(kubectl, target);
    const found = to > 0 ? list.find((one) => one.number === to) : list.at(-2);
    if (!found) {
      if (to > 0) fail(`unable to find specified revision ${to} in history`);
      const what =
        groupKind(target) === 'Deployment.apps'
          ? `no rollout history found for deployment ${JSON.stringify(target.name)}`
          : 'no last revision to roll back to';
      fail(what);
    }
    if (dryRun === 'client') {
      kubectl.out(`${nameOf(target.object!)} ${templateText(kubectl, found!.template, '')}${suffix(dryRun)}\n`);
      return;
    }
    const print = (operation: string) => kubectl.out(verbPrinter(kubectl, operation)(target.object!));
    if (dig(target.object, 'spec', 'paused') === true) {
      fail("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
    }
    if (equal(withoutHash(found!.template), dig(target.object, 'spec', 'template'))) {
      print(`skipped rollback (current template already matches revision ${to})`);
      return;
    }
    restore(kubectl, target, found!, dryRun);
    print(`rolled back${suffix(dryRun)}`);
  });
}

function restore(kubectl: Kubectl, target: Target, revision: Revision, dryRun: string): void {
  const query = { dryRun: dryRun === 'server' ? 'All' : undefined };
  const template = withoutHash(revision.template);
  if (target.type.kind !== 'Deployment') {
    kubectl.client.send({
      method: 'PATCH',
      path: objectPath(target),
      query,
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { template: { ...fields(template), $patch: 'replace' } } },
      typed: true,
    });
    return;
  }
  const mine = strings(target.object, 'metadata', 'annotations');
  const theirs = strings(revision.object, 'metadata', 'annotations');
  const annotations: Record<string, string> = {};
  for (const key of KEPT) if (Object.hasOwn(mine, key)) annotations[key] = mine[key]!;
  for (const key of Object.keys(theirs)) if (!KEPT.includes(key)) annotations[key] = theirs[key]!;
  kubectl.client.send({
    method: 'PATCH',
    path: objectPath(target),
    query,
    contentType: 'application/json-patch+json',
    body: [
      { op: 'replace', path: '/spec/template', value: template },
      { op: 'replace', path: '/metadata/annotations', value: annotations },
    ],
    typed: true,
  });
}

type Change = (object: Value, target: Target, now: number) => Value;

/** Restart, pause and resume: one change, sent as a strategic patch when it changes anything. */
function change(kubectl: Kubectl, done: string, already: string | undefined, make: Change, manager: string): number {
  verbPrinter(kubectl, '');
  const selection = chosen(kubectl);
  sayWhenNothing(kubectl, selection);
  return each(selection, (target) => {
    const next = make(target.object!, target, kubectl.process.now());
    if (equal(next, target.object)) {
      if (already !== undefined) fail(`error: ${qualifiedPlural(target)} ${JSON.stringify(target.name)} is ${already}`);
      kubectl.out(operationPrinter(done)(target.object!));
      return;
    }
    const answer = kubectl.client.send({
      method: 'PATCH',
      path: objectPath(target),
      query: { fieldManager: kubectl.flags.string('field-manager') || manager },
      contentType: 'application/strategic-merge-patch+json',
      body: patchOf(target.object!, next),
    }).body as Value;
    kubectl.out(verbPrinter(kubectl, done)(answer));
  });
}

function qualifiedPlural(target: Target): string {
  return `${target.type.name}.${target.type.group}`;
}

function patchOf(before: Value, after: Value): Value {
  if (dig(before, 'spec', 'paused') !== dig(after, 'spec', 'paused')) {
    return { spec: { paused: dig(after, 'spec', 'paused') ?? null } };
  }
  return { spec: { template: { metadata: { annotations: fields(after, 'spec', 'template', 'metadata', 'annotations') } } } };
}

export function restart(kubectl: Kubectl): number {
  return change(
    kubectl,
    'restarted',
    undefined,
    (object, target, now) => {
      if (!['Deployment', 'DaemonSet', 'StatefulSet'].includes(target.type.kind))
        fail(`error: ${qualifiedPluralOrName(target)} ${JSON.stringify(target.name)} restarting is not supported`);
      if (dig(object, 'spec', 'paused') === true) {
        fail(
          `error: ${qualifiedPlural(target)} ${JSON.stringify(target.name)} can't restart paused deployment (run rollout resume first)`,
        );
      }
      const at = `${new Date(now).toISOString().slice(0, 19)}Z`;
      return put(object, ['spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'], at);
    },
    'kubectl-rollout',
  );
}

function qualifiedPluralOrName(target: Target): string {
  return target.type.group === '' ? target.type.name : qualifiedPlural(target);
}

export function pause(kubectl: Kubectl): number {
  return change(
    kubectl,
    'paused',
    'already paused',
    (object, target) => {
      if (target.type.kind !== 'Deployment')
        fail(`error: ${qualifiedPluralOrName(target)} ${JSON.stringify(target.name)} pausing is not supported`);
      return put(object, ['spec', 'paused'], true);
    },
    'kubectl-rollout',
  );
}

export function resume(kubectl: Kubectl): number {
  return change(
    kubectl,
    'resumed',
    'not paused',
    (object, target) => {
      if (target.type.kind !== 'Deployment')
        fail(`error: ${qualifiedPluralOrName(target)} ${JSON.stringify(target.name)} resuming is not supported`);
      return put(object, ['spec', 'paused'], undefined);
    },
    'kubectl-rollout',
  );
}
