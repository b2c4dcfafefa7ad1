/** `kubectl cordon|uncordon|drain|taint`. */
import type { Kubectl } from '../context.ts';
import { taintText } from '../describe/writer.ts';
import { goDuration } from '../duration.ts';
import { Aggregate, CommandError, Exit, fail, StatusError, throwAll } from '../errors.ts';
import { verbPrinter } from '../printers/objects.ts';
import { objectPath, select, type Target } from '../selection.ts';
import { type Doc, dig, items, put, text, type Value } from '../value.ts';
import { fieldValidation, suffix } from './create/finish.ts';
import { podsOfNode } from './drainpods.ts';
import { labelValueErrors } from './label.ts';

const POLL_MS = 500;

function chosenNodes(kubectl: Kubectl): readonly Target[] {
  const { flags, args, command } = kubectl;
  const selector = flags.string('selector');
  if (args.length === 0 && !flags.changed('selector')) {
    kubectl.usage(`USAGE: ${command.name} NODE [flags]`);
  }
  if (args.length > 0 && selector !== '') kubectl.usage('error: cannot specify both a node name and a --selector option');
  const names = args.map((word) => (word.includes('/') ? word : `nodes/${word}`));
  const selection = select(kubectl, {
    args: selector === '' ? names : ['nodes'],
    labelSelector: selector || undefined,
    stopOnError: true,
    singleType: true,
  });
  throwAll(selection.errors);
  for (const target of selection.targets) {
    if (target.type.kind !== 'Node') {
      const group = `${target.type.group}/${target.type.version}`;
      fail(`error: expected resource of type node, got "${group}, Resource=${target.type.name}"`);
    }
  }
  return selection.targets;
}

function setUnschedulable(kubectl: Kubectl, targets: readonly Target[], wanted: boolean): void {
  const dryRun = kubectl.dryRun();
  for (const target of targets) {
    const is = dig(target.object, 'spec', 'unschedulable') === true;
    const word = wanted ? 'cordoned' : 'uncordoned';
    if (is === wanted) {
      kubectl.out(verbPrinter(kubectl, `already ${word}${suffix(dryRun)}`)(target.object!));
      continue;
    }
    if (dryRun !== 'client') {
      try {
        kubectl.client.send({
          method: 'PATCH',
          path: objectPath(target),
          query: { dryRun: dryRun === 'server' ? 'All' : undefined },
          contentType: 'application/strategic-merge-patch+json',
          body: { spec: { unschedulable: wanted ? true : null } },
          typed: true,
        });
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        kubectl.err(`error: unable to ${wanted ? 'cordon' : 'uncordon'} node ${JSON.stringify(target.name)}: ${error.message}\n`);
        continue;
      }
    }
    kubectl.out(verbPrinter(kubectl, `${word}${suffix(dryRun)}`)(target.object!));
  }
}

export function cordon(kubectl: Kubectl): number {
  setUnschedulable(kubectl, chosenNodes(kubectl), true);
  return 0;
}

export function uncordon(kubectl: Kubectl): number {
  setUnschedulable(kubectl, chosenNodes(kubectl), false);
  return 0;
}

export async function drain(kubectl: Kubectl): Promise<number> {
  const targets = chosenNodes(kubectl);
  setUnschedulable(kubectl, targets, true);
  const failed: string[] = [];
  const errors: Error[] = [];
  for (const target of targets) {
    try {
      await evictAll(kubectl, target);
      kubectl.out(verbPrinter(kubectl, `drained${suffix(kubectl.dryRun())}`)(target.object!));
    } catch (error) {
      if (!(error instanceof CommandError) && !(error instanceof Aggregate)) throw error;
      kubectl.err(
        `error: unable to drain node ${JSON.stringify(target.name)} due to error: ${error.message}, continuing command...\n`,
      );
      failed.push(target.name);
      errors.push(error);
    }
  }
  if (failed.length > 0) {
    kubectl.err('There are pending nodes to be drained:\n');
    for (const name of failed) kubectl.err(` ${name}\n`);
  }
  // Errors of one node come as a list of their own and are printed as one: without `error: `.
  if (errors.length > 0)
    throw errors[0] instanceof Aggregate
      ? new Exit(
          1,
          errors.flatMap((error) => (error instanceof Aggregate ? error.errors : [error]).map((one) => one.message)).join('\n'),
        )
      : new Aggregate(errors);
  return 0;
}

async function evictAll(kubectl: Kubectl, node: Target): Promise<void> {
  const { flags } = kubectl;
  const dryRun = kubectl.dryRun();
  const { pods, warnings, errors } = podsOfNode(kubectl, node.name);
  if (errors.length > 0) throw new Aggregate(errors.map((line) => new CommandError(line)));
  if (warnings !== '') kubectl.err(`Warning: ${warnings}\n`);
  const type = kubectl.client.discovery.lookup('pods');
  const going = pods.map((pod) => ({
    pod,
    type,
    namespace: text(pod, 'metadata', 'namespace'),
    name: text(pod, 'metadata', 'name'),
  }));
  const timeout = flags.duration('timeout');
  const until = timeout === 0 ? Number.POSITIVE_INFINITY : kubectl.process.now() + timeout;
  const leaving = await sendAway(kubectl, going, { dryRun, until });
  if (dryRun === 'none' && leaving.gone.length > 0) await allGone(kubectl, node, leaving.gone, until);
  if (leaving.errors.length === 0) return;
  const refused = new Aggregate(leaving.errors);
  kubectl.err(`There are pending pods in node ${JSON.stringify(node.name)} when an error occurred: ${refused.message}\n`);
  for (const one of going.filter(({ name }) => !leaving.gone.some((it) => it.name === name))) kubectl.err(`pod/${one.name}\n`);
  throw refused;
}

interface Bounds {
  readonly dryRun: string;
  /** When --timeout is over. */
  readonly until: number;
}

interface Leaving {
  readonly gone: readonly Going[];
  readonly errors: readonly Error[];
}

/** How long a drain waits when a disruption budget has refused an eviction. */
const RETRY_MS = 5000;

/** Upstream evicts all pods at once, each by itself; here round by round: who was refused is asked again after five seconds. */
async function sendAway(kubectl: Kubectl, going: readonly Going[], { dryRun, until }: Bounds): Promise<Leaving> {
  const gone: Going[] = [];
  const errors: Error[] = [];
  for (let left = going; left.length > 0; ) {
    const refused: Going[] = [];
    for (const one of left) {
      const error = sendOne(kubectl, one, dryRun, until);
      if (error === undefined) gone.push(one);
      else if (error === 'later') refused.push(one);
      else errors.push(error);
    }
    left = refused;
    if (left.length > 0) await kubectl.process.sleep(RETRY_MS, 'waiting for the disruption budget');
  }
  return { gone, errors };
}

function sendOne(kubectl: Kubectl, one: Going, dryRun: string, until: number): Error | 'later' | undefined {
  const { flags } = kubectl;
  const evicts = !flags.bool('disable-eviction');
  if (evicts) kubectl.out(`evicting pod ${one.namespace}/${one.name}${suffix(dryRun)}\n`);
  if (dryRun === 'client') return undefined;
  const which = `error when evicting pods/${JSON.stringify(one.name)} -n ${JSON.stringify(one.namespace)}`;
  if (kubectl.process.now() >= until)
    return new CommandError(`${which}: global timeout reached: ${goDuration(flags.duration('timeout'))}`);
  const seconds = flags.int('grace-period');
  const options: Record<string, Value> = seconds >= 0 ? { gracePeriodSeconds: seconds } : {};
  if (!evicts) {
    kubectl.client.send({ method: 'DELETE', path: objectPath(one), body: options });
    return undefined;
  }
  const body: Doc = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: one.name, namespace: one.namespace },
    deleteOptions: options,
  };
  try {
    const query = { dryRun: dryRun === 'server' ? 'All' : undefined };
    kubectl.client.send({ method: 'POST', path: objectPath(one, 'eviction'), query, body });
    return undefined;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    if (error.reason !== 'TooManyRequests') return new CommandError(`${which}: ${error.message}`);
    kubectl.err(`${which} (will retry after 5s): ${error.message}\n`);
    return 'later';
  }
}

type Going = Pick<Target, 'type' | 'namespace' | 'name'> & { readonly pod: Value };

/** Waits for every evicted pod; says which are still there when the time is up. */
async function allGone(kubectl: Kubectl, node: Target, going: readonly Going[], until: number): Promise<void> {
  const print = verbPrinter(kubectl, kubectl.flags.bool('disable-eviction') ? 'deleted' : 'evicted');
  let left = going;
  for (;;) {
    left = left.filter((one) => {
      const answer = kubectl.client.exchange({ method: 'GET', path: objectPath(one), typed: true });
      if (answer.status !== 404 && text(answer.body, 'metadata', 'uid') === text(one.pod, 'metadata', 'uid')) return true;
      kubectl.out(print(one.pod));
      return false;
    });
    if (left.length === 0) return;
    if (kubectl.process.now() >= until) break;
    await kubectl.process.sleep(POLL_MS, `waiting for ${left.map(({ name }) => `pod ${name}`).join(', ')} to go`);
  }
  const late = new Aggregate(
    left.map(
      ({ name, namespace }) =>
        new CommandError(
          `error when waiting for pod "${name}" in namespace "${namespace}" to terminate: context deadline exceeded`,
        ),
    ),
  );
  kubectl.err(`There are pending pods in node ${JSON.stringify(node.name)} when an error occurred: ${late.message}\n`);
  for (const { name } of left) kubectl.err(`pod/${name}\n`);
  throw late;
}

interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

const QUALIFIED =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

function parseTaint(kubectl: Kubectl, spec: string): Taint {
  const bad = (more = ''): never => kubectl.usage(`invalid taint spec: ${spec}${more}`);
  const parts = spec.split(':');
  if (parts.length > 2) bad();
  let [key, value] = [parts[0]!, ''];
  const effect = parts[1] ?? '';
  if (parts.length === 2) {
    if (!['NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(effect)) {
      kubectl.usage(`invalid taint effect: ${effect}, unsupported taint effect`);
    }
    const pair = key.split('=');
    if (pair.length > 2) bad();
    key = pair[0]!;
    value = pair[1] ?? '';
    const errors = labelValueErrors(value);
    if (errors.length > 0) bad(`, ${errors.join('; ')}`);
  }
  const name = key.includes('/') ? key.slice(key.indexOf('/') + 1) : key;
  if (!/^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(name))
    bad(`, ${name === '' ? 'name part must be non-empty; ' : ''}${QUALIFIED}`);
  return { key, value, effect };
}

interface TaintChange {
  readonly add: readonly Taint[];
  readonly remove: readonly Taint[];
}

function parseTaints(kubectl: Kubectl, pairs: readonly string[]): TaintChange {
  const add: Taint[] = [];
  const remove: Taint[] = [];
  for (const spec of pairs) {
    if (spec.endsWith('-')) {
      remove.push({ ...parseTaint(kubectl, spec.slice(0, -1)), value: '' });
      continue;
    }
    const one = parseTaint(kubectl, spec);
    if (one.effect === '') kubectl.usage(`invalid taint spec: ${spec}`);
    if (add.some((known) => known.key === one.key && known.effect === one.effect)) {
      kubectl.usage(`duplicated taints with the same key and effect: {${one.key} ${one.value} ${one.effect} <nil>}`);
    }
    add.push(one);
  }
  return { add, remove };
}

export function taint(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const dryRun = kubectl.dryRun();
  const { resources, pairs } = splitTaints(kubectl);
  if (resources.length < 1) fail('one or more resources must be specified as <resource> <name>');
  if (pairs.length < 1) fail('at least one taint update is required');
  const change = parseTaints(kubectl, pairs);
  const type = kubectl.client.discovery.find(resources[0]!.toLowerCase());
  if (!type) throw new Exit(1, `the server doesn't have a resource type "${resources[0]!.toLowerCase()}"`);
  if (type.kind !== 'Node') fail(`invalid resource type ${resources[0]!.toLowerCase()}, only node types are supported`);
  const clashing = change.add.flatMap((one) =>
    change.remove
      .filter((other) => other.key === one.key && (other.effect === '' || other.effect === one.effect))
      .map((other) => `${other.key}=${other.effect}`),
  );
  if (clashing.length > 0) {
    fail(`can not both modify and remove the following taint(s) in the same command: ${clashing.join(', ')}`);
  }
  const [all, selector] = [flags.bool('all'), flags.string('selector')];
  if (all && selector !== '') fail("setting 'all' parameter with a non empty selector is prohibited");
  if (!all && selector === '' && resources.length < 2) {
    fail("at least one resource name must be specified since 'all' parameter is not set");
  }
  const names = resources.slice(1).map((name) => `nodes/${name}`);
  const selection = select(
    kubectl,
    all || selector !== '' ? { args: ['nodes'], all, labelSelector: selector || undefined } : { args: names },
  );
  const errors: Error[] = [...selection.errors];
  for (const target of selection.targets) {
    try {
      oneTaint(kubectl, target, change, dryRun);
    } catch (error) {
      if (!(error instanceof CommandError) && !(error instanceof StatusError) && !(error instanceof Aggregate)) throw error;
      errors.push(error);
    }
  }
  throwAll(errors);
  return 0;
}

/** A taint's `key:effect-` carries no `=`; any word with `:` or a trailing dash is one. */
function splitTaints(kubectl: Kubectl): { readonly resources: readonly string[]; readonly pairs: readonly string[] } {
  const resources: string[] = [];
  const pairs: string[] = [];
  for (const word of kubectl.args) {
    const pair = word.includes('=') || word.includes(':') || word.endsWith('-');
    if (pair) pairs.push(word);
    else if (pairs.length === 0) resources.push(word);
    else fail(`all resources must be specified before taint changes: ${word}`);
  }
  return { resources, pairs };
}

function oneTaint(kubectl: Kubectl, target: Target, { add, remove }: TaintChange, dryRun: string): void {
  const old = items(target.object, 'spec', 'taints');
  const same = (a: Value, b: Taint) => text(a, 'key') === b.key && text(a, 'effect') === b.effect;
  if (!kubectl.flags.bool('overwrite')) {
    const known = add.filter((one) => old.some((other) => same(other, one))).map((one) => one.key);
    if (known.length > 0)
      fail(`node ${target.name} already has ${known.join(',')} taint(s) with same effect(s) and --overwrite is false`);
  }
  let next: Value[] = add.map(({ key, value, effect }) => ({ ...(value === '' ? {} : { value }), effect, key }) as Doc);
  next.push(...old.filter((other) => !add.some((one) => same(other, one))));
  const added = old.length !== next.length;
  const errors: string[] = [];
  let deleted = false;
  for (const one of remove) {
    const kept = next.filter(
      (other) => !(text(other, 'key') === one.key && (one.effect === '' || text(other, 'effect') === one.effect)),
    );
    deleted = kept.length !== next.length;
    if (!deleted) errors.push(`taint ${JSON.stringify(taintText({ key: one.key, effect: one.effect }))} not found`);
    next = kept;
  }
  if (errors.length > 0)
    throw errors.length === 1 ? new CommandError(errors[0]!) : new Aggregate(errors.map((line) => new CommandError(line)));
  const operation = (added && deleted) || kubectl.flags.bool('overwrite') ? 'modified' : added ? 'tainted' : 'untainted';
  // Upstream's taint forgets to say that it was a dry run.
  const print = verbPrinter(kubectl, operation);
  const changed = put(target.object!, ['spec', 'taints'], next);
  if (dryRun === 'client') {
    kubectl.out(print(changed));
    return;
  }
  const answer = kubectl.client.send({
    method: 'PATCH',
    path: objectPath(target),
    query: {
      dryRun: dryRun === 'server' ? 'All' : undefined,
      fieldManager: kubectl.flags.string('field-manager') || 'kubectl-taint',
      fieldValidation: fieldValidation(kubectl),
    },
    contentType: 'application/strategic-merge-patch+json',
    body: { spec: { taints: next.length > 0 ? next : null } },
  }).body as Value;
  kubectl.out(print(answer));
}
