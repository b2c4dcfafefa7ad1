/** `kubectl label` and `kubectl annotate`: one field of the metadata, changed by a merge patch. */
import type { Kubectl } from '../context.ts';
import { CommandError, fail, StatusError, throwAll } from '../errors.ts';
import { checkFileNames, fileNames } from '../manifests.ts';
import { groupOf, verbPrinter } from '../printers/objects.ts';
import { objectPath, select, type Target } from '../selection.ts';
import { byBytes, goJson, put, sorted, strings, text, type Value } from '../value.ts';
import { suffix } from './create/finish.ts';
import { splitPairs } from './pairs.ts';

interface Sort {
  readonly field: 'labels' | 'annotations';
  readonly one: 'label' | 'annotation';
  readonly files: string;
}

interface Changes {
  readonly set: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
}

const LABEL_VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

export function labelValueErrors(value: string): string[] {
  const errors: string[] = [];
  if (value.length > 63) errors.push('must be no more than 63 characters');
  if (!/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value)) errors.push(LABEL_VALUE);
  return errors;
}

function parseLabels(pairs: readonly string[]): Changes {
  const set = new Map<string, string>();
  const remove: string[] = [];
  for (const pair of pairs) {
    if (pair.includes('=')) {
      const parts = pair.split('=');
      if (parts.length !== 2) fail(`invalid label spec: ${pair}`);
      const errors = labelValueErrors(parts[1]!);
      if (errors.length > 0) fail(`invalid label value: ${goJson(pair)}: ${errors.join(';')}`);
      set.set(parts[0]!, parts[1]!);
    } else remove.push(pair.slice(0, -1));
  }
  for (const key of remove) if (set.has(key)) fail('can not both modify and remove a label in the same command');
  return { set, remove };
}

function parseAnnotations(pairs: readonly string[]): Changes {
  const set = new Map<string, string>();
  const remove: string[] = [];
  const invalid: string[] = [];
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals > 0) set.set(pair.slice(0, equals), pair.slice(equals + 1));
    else if (pair.endsWith('-') && pair !== '-') remove.push(pair.slice(0, -1));
    else invalid.push(pair);
  }
  if (invalid.length > 0) fail(`invalid annotation format: ${invalid.join(', ')}`);
  const both = remove.filter((key) => set.has(key));
  if (both.length > 0) fail(`can not both modify and remove the following annotation(s) in the same command: ${both.join(', ')}`);
  return { set, remove };
}

function check(kubectl: Kubectl, sort: Sort, resources: readonly string[], changes: Changes): void {
  const { flags } = kubectl;
  const list = flags.bool('list');
  if (list && flags.string('output') !== '') fail('--list and --output may not be specified together');
  if (flags.bool('all') && flags.string('selector') !== '') fail('cannot set --all and --selector at the same time');
  if (flags.bool('all') && flags.string('field-selector') !== '') fail('cannot set --all and --field-selector at the same time');
  const files = flags.list('filename').length > 0 || flags.string('kustomize') !== '';
  if (flags.bool('local')) {
    const [first, second] = sort.field === 'labels' ? ['pod.yaml', 'pod.json'] : ['rsrc.yaml', 'rsrc.json'];
    if (flags.string('dry-run') === 'server') fail('cannot specify --local and --dry-run=server - did you mean --dry-run=client?');
    if (resources.length > 0) fail(`can only use local files by -f ${first} or --filename=${second} when --local=true is set`);
    if (!files) fail(`one or more files must be specified as -f ${first} or --filename=${second}`);
  } else if (resources.length === 0 && !files) {
    fail('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  }
  if (changes.set.size === 0 && changes.remove.length === 0 && !list) fail(`at least one ${sort.one} update is required`);
  checkFileNames(kubectl);
}

function change(kubectl: Kubectl, sort: Sort, changes: Changes): number {
  const { flags } = kubectl;
  const dryRun = kubectl.dryRun();
  const { resources } = splitPairs(kubectl, sort.one);
  const selection = select(kubectl, {
    args: resources,
    files: fileNames(kubectl),
    labelSelector: flags.string('selector') || undefined,
    fieldSelector: flags.string('field-selector') || undefined,
    allNamespaces: flags.bool('all-namespaces'),
    all: flags.bool('all'),
    allowEmptySelector: flags.bool('all'),
    latest: !flags.bool('local'),
    noServer: flags.bool('local'),
  });
  if (!selection.single && flags.string('resource-version') !== '') {
    fail('--resource-version may only be used with a single resource');
  }
  const errors: Error[] = [...selection.errors];
  for (const target of selection.targets) {
    try {
      one(kubectl, sort, changes, target, dryRun, selection.single);
    } catch (error) {
      if (!(error instanceof StatusError) && !(error instanceof CommandError)) throw error;
      errors.push(error);
    }
  }
  throwAll(errors);
  return 0;
}

function updated(sort: Sort, changes: Changes, object: Value, overwrite: boolean, version: string): Value {
  const current = strings(object, 'metadata', sort.field);
  if (!overwrite) {
    const clashes = [...changes.set].filter(([key, value]) => Object.hasOwn(current, key) && current[key] !== value);
    const words = clashes.map(([key]) =>
      sort.field === 'labels' ? `'${key}' already has a value (${current[key]}), and --overwrite is false` : key,
    );
    if (words.length > 0 && sort.field === 'annotations') {
      fail(
        words.length === 1
          ? `--overwrite is false but found the following declared annotation(s): '${words[0]}' already has a value (${current[words[0]!]})`
          : `--overwrite is false but found the following declared annotation(s): ${words.map((key) => `'${key}' already has a value (${current[key]})`).join('; ')}`,
      );
    }
    throwAll(words.map((word) => new CommandError(word)));
  }
  const next: Record<string, string> = { ...current };
  for (const [key, value] of changes.set) next[key] = value;
  for (const key of changes.remove) delete next[key];
  const changed = put(object, ['metadata', sort.field], next);
  return version === '' ? changed : put(changed, ['metadata', 'resourceVersion'], version);
}

function one(kubectl: Kubectl, sort: Sort, changes: Changes, target: Target, dryRun: string, single: boolean): void {
  const { flags } = kubectl;
  const before = target.object!;
  const local = dryRun === 'client' || flags.bool('local') || flags.bool('list');
  if (!local && sort.field === 'labels') {
    const current = strings(before, 'metadata', 'labels');
    for (const key of changes.remove) if (!Object.hasOwn(current, key)) kubectl.out(`label "${key}" not found.\n`);
  }
  let after = updated(sort, changes, before, flags.bool('overwrite'), flags.string('resource-version'));
  const message = sort.field === 'labels' ? labelMessage(before, after, flags.bool('overwrite')) : 'annotated';
  if (!local) after = patch(kubectl, sort, target, before, after, dryRun);
  if (flags.bool('list')) {
    listAll(kubectl, sort, target, after, single);
    return;
  }
  kubectl.out(verbPrinter(kubectl, `${message}${suffix(dryRun)}`)(after));
}

function labelMessage(before: Value, after: Value, overwrite: boolean): string {
  const [old, next] = [goJson(sorted(before)), goJson(sorted(after))];
  if (old === next) return 'not labeled';
  return !overwrite && next.length < old.length ? 'unlabeled' : 'labeled';
}

function patch(kubectl: Kubectl, sort: Sort, target: Target, before: Value, after: Value, dryRun: string): Value {
  const old = strings(before, 'metadata', sort.field);
  const next = strings(after, 'metadata', sort.field);
  const delta: Record<string, Value> = {};
  for (const key of [...new Set([...Object.keys(old), ...Object.keys(next)])].sort(byBytes)) {
    if (!Object.hasOwn(next, key)) delta[key] = null;
    else if (old[key] !== next[key]) delta[key] = next[key]!;
  }
  const metadata: Record<string, Value> = Object.keys(delta).length > 0 ? { [sort.field]: delta } : {};
  if (kubectl.flags.string('resource-version') !== '') metadata.resourceVersion = kubectl.flags.string('resource-version');
  return kubectl.client.send({
    method: 'PATCH',
    path: objectPath(target),
    query: {
      fieldManager: kubectl.flags.string('field-manager') || (sort.field === 'labels' ? 'kubectl-label' : 'kubectl-annotate'),
      dryRun: dryRun === 'server' ? 'All' : undefined,
    },
    contentType: 'application/merge-patch+json',
    body: Object.keys(metadata).length > 0 ? { metadata } : {},
  }).body as Value;
}

function listAll(kubectl: Kubectl, sort: Sort, target: Target, object: Value, single: boolean): void {
  const indent = single ? '' : ' ';
  if (!single) kubectl.out(`Listing ${sort.field} for ${text(object, 'kind')}.${groupOf(object)}/${target.name}:\n`);
  const values = strings(object, 'metadata', sort.field);
  for (const key of Object.keys(values).sort(byBytes)) kubectl.out(`${indent}${key}=${values[key]}\n`);
}

export function label(kubectl: Kubectl): number {
  const sort: Sort = { field: 'labels', one: 'label', files: 'pod' };
  const { resources, pairs } = splitPairs(kubectl, 'label');
  const changes = parseLabels(pairs);
  check(kubectl, sort, resources, changes);
  return change(kubectl, sort, changes);
}

export function annotate(kubectl: Kubectl): number {
  const sort: Sort = { field: 'annotations', one: 'annotation', files: 'rsrc' };
  verbPrinter(kubectl, '');
  const { resources, pairs } = splitPairs(kubectl, 'annotation');
  const changes = parseAnnotations(pairs);
  check(kubectl, sort, resources, changes);
  return change(kubectl, sort, changes);
}
