/** `kubectl wait`, on virtual time. */
import type { Kubectl } from '../context.ts';
import { CommandError, fail, isNotFound, StatusError, throwAll } from '../errors.ts';
import { fileNames } from '../manifests.ts';
import { relaxed } from '../printers/columns.ts';
import { goPrint } from '../printers/gofmt.ts';
import { JsonPathError, parseJsonPath } from '../printers/jsonpath.ts';
import { verbPrinter } from '../printers/objects.ts';
import { objectPath, type Selection, select, type Target } from '../selection.ts';
import { isDoc, items, number, text, type Value } from '../value.ts';

const FOREVER_MS = 168 * 3_600_000;
const POLL_MS = 200;

/** @returns whether the condition holds on an object */
type Test = (object: Value) => boolean;

function conditionTest(spec: string): Test {
  const equals = spec.indexOf('=');
  const name = equals < 0 ? spec : spec.slice(0, equals);
  const wanted = (equals < 0 ? 'true' : spec.slice(equals + 1)).toLowerCase();
  return (object) => {
    const found = items(object, 'status', 'conditions').find((one) => text(one, 'type').toLowerCase() === name.toLowerCase());
    if (found === undefined) return false;
    const generation = number(object, 'metadata', 'generation');
    const observed = number(found, 'observedGeneration') || number(object, 'status', 'observedGeneration') || generation;
    return observed >= generation && text(found, 'status').toLowerCase() === wanted;
  };
}

/** Splits at single `=`; `==` belongs to a filter. */
function splitInput(input: string): string[] {
  return input
    .replaceAll('==', '\0')
    .split('=')
    .map((part) => part.replaceAll('\0', '=='));
}

function jsonPathTest(input: string): Test {
  const parts = splitInput(input);
  if (parts.length > 2) {
    fail("jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'");
  }
  const path = relaxed(parts[0]!);
  const wanted = parts[1] === undefined ? undefined : parts[1].replace(/^['"]+|['"]+$/g, '');
  if (wanted === '') {
    fail("jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3");
  }
  if (path === '') fail('jsonpath expression cannot be empty');
  const template = attempt(() => parseJsonPath(path));
  return (object) => {
    const found = attempt(() => template.find(object, true));
    if (found.length === 0 || found[0]!.length === 0) return false;
    if (found.length > 1) fail('given jsonpath expression matches more than one list');
    if (found[0]!.length > 1) fail('given jsonpath expression matches more than one value');
    const [value] = found[0]!;
    if (wanted === undefined) return true;
    if (Array.isArray(value) || isDoc(value)) fail('jsonpath leads to a nested object or list which is not supported');
    return goPrint(value!).trim() === wanted.trim();
  };
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof JsonPathError) throw new CommandError(error.message);
    throw error;
  }
}

type Goal = { readonly kind: 'delete' | 'create' } | { readonly kind: 'test'; readonly test: Test };

function goal(spec: string): Goal {
  const low = spec.toLowerCase();
  if (low === 'delete' || low === 'create') return { kind: low };
  if (spec.startsWith('condition=')) return { kind: 'test', test: conditionTest(spec.slice('condition='.length)) };
  if (spec.startsWith('jsonpath=')) return { kind: 'test', test: jsonPathTest(spec.slice('jsonpath='.length)) };
  return fail(`unrecognized condition: ${JSON.stringify(spec)}`);
}

function find(kubectl: Kubectl, ignoreNotFound: boolean): Selection {
  const { flags } = kubectl;
  return select(kubectl, {
    args: kubectl.args,
    files: fileNames(kubectl),
    labelSelector: flags.string('selector') || undefined,
    fieldSelector: flags.string('field-selector') || undefined,
    all: flags.bool('all'),
    allNamespaces: flags.bool('all-namespaces'),
    latest: true,
    ignoreNotFound,
  });
}

export async function wait(kubectl: Kubectl): Promise<number> {
  const { flags } = kubectl;
  const print = verbPrinter(kubectl, 'condition met');
  const wanted = goal(flags.string('for'));
  const given = flags.duration('timeout');
  const until = kubectl.process.now() + (given < 0 ? FOREVER_MS : given);
  if (wanted.kind === 'create') await appears(kubectl, until);
  const selection = find(kubectl, wanted.kind === 'delete');
  const errors: Error[] = [...selection.errors];
  if (selection.targets.length === 0 && errors.length === 0) {
    if (wanted.kind === 'delete') return 0;
    fail('no matching resources found');
  }
  for (const target of selection.targets) {
    try {
      kubectl.out(print(await reach(kubectl, target, wanted, until, given === 0)));
    } catch (error) {
      if (!(error instanceof CommandError) && !(error instanceof StatusError)) throw error;
      errors.push(error);
    }
  }
  throwAll(errors);
  return 0;
}

async function appears(kubectl: Kubectl, until: number): Promise<void> {
  for (;;) {
    const { errors } = find(kubectl, false);
    const [error] = errors;
    if (error === undefined) return;
    // What two objects lack is no `NotFound` any more to upstream: it gives up at once.
    if (errors.length > 1 || !isNotFound(error)) throwAll(errors);
    if (kubectl.process.now() >= until) fail('timed out waiting for the condition');
    await kubectl.process.sleep(500, 'waiting for the object');
  }
}

/** What a request is told when the time of all is up. */
const OUT_OF_TIME = 'client rate limiter Wait returned an error: context deadline exceeded';

async function reach(kubectl: Kubectl, target: Target, wanted: Goal, until: number, once: boolean): Promise<Value> {
  let last: Value = target.object!;
  const uid = text(last, 'metadata', 'uid');
  if (wanted.kind === 'delete' && !once && kubectl.process.now() >= until) fail(OUT_OF_TIME);
  for (let first = true; ; first = false) {
    const answer = kubectl.client.exchange({ method: 'GET', path: objectPath(target) });
    const missing = answer.status === 404;
    if (wanted.kind === 'delete' && (missing || text(answer.body, 'metadata', 'uid') !== uid)) return last;
    // An object that goes while its condition is waited for may come back.
    if (missing && wanted.kind !== 'delete' && first) throw new StatusError(answer.body as Value);
    if (!missing) last = answer.body as Value;
    if (wanted.kind === 'create' || (wanted.kind === 'test' && !missing && wanted.test(last))) return last;
    if (once) fail(`condition not met for ${target.type.name}/${target.name}`);
    if (kubectl.process.now() >= until) fail(`timed out waiting for the condition on ${target.type.name}/${target.name}`);
    await kubectl.process.sleep(POLL_MS, `waiting for ${target.type.name}/${target.name}`);
  }
}
