/** `kubectl replace` and `kubectl diff`. */
import { createTwoFilesPatch } from 'diff';
import type { Kubectl } from '../context.ts';
import { Exit, fail, isNotFound, NetworkFailure, report, StatusError, throwAll } from '../errors.ts';
import { klogHead } from '../klog.ts';
import { lastApplied, withLastApplied } from '../lastapplied.ts';
import { fileNames } from '../manifests.ts';
import { openApiDocument, readForValidation } from '../openapi.ts';
import { verbPrinter } from '../printers/objects.ts';
import { toYaml } from '../printers/yaml.ts';
import { collectionPath, objectPath, select, type Target } from '../selection.ts';
import { byBytes, type Doc, goJson, put, sorted, text, type Value } from '../value.ts';
import { patchFor } from './apply.ts';
import { createOptions, suffix } from './create/finish.ts';
import { requireFiles, sendRaw, withSource } from './create/index.ts';
import { allowedTypes, eachPruned } from './prune.ts';

export function replace(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const dryRun = kubectl.dryRun();
  const force = flags.bool('force');
  const grace = flags.int('grace-period');
  if (force && dryRun !== 'none') fail('--dry-run can not be used when --force is set');
  if (grace >= 0 && !force) fail('--grace-period must have --force specified');
  if (flags.duration('timeout') !== 0 && !force) fail('--timeout must have --force specified');
  requireFiles(kubectl);
  if (flags.string('raw') !== '') return sendRaw(kubectl, 'PUT');
  const print = verbPrinter(kubectl, `replaced${suffix(dryRun)}`);
  const selection = select(kubectl, { args: [], files: fileNames(kubectl), subresource: flags.string('subresource') });
  const errors: Error[] = [...selection.errors];
  let count = 0;
  for (const target of selection.targets) {
    count++;
    readForValidation(kubectl, target.type);
    try {
      if (force) again(kubectl, target, dryRun);
      else kubectl.out(print(put_(kubectl, target, dryRun)));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      errors.push(withSource(error, 'replacing', target.source));
    }
  }
  throwAll(errors);
  if (count === 0) fail('no objects passed to replace');
  return 0;
}

/** With --save-config, or where apply was used before, the annotation follows. */
function annotated(kubectl: Kubectl, target: Target, live: Value | undefined): Value {
  const keep = kubectl.flags.bool('save-config') || (live !== undefined && lastApplied(target.object!) !== '');
  return keep ? withLastApplied(target.object!) : target.object!;
}

function put_(kubectl: Kubectl, target: Target, dryRun: string): Value {
  const object = annotated(kubectl, target, undefined);
  if (dryRun === 'client') return object;
  // Without a resourceVersion of its own the file replaces whatever is there: its version is looked up first.
  const { status, body } = kubectl.client.exchange({ method: 'GET', path: objectPath(target), caller: 'helper.go:294' });
  const versioned =
    text(object, 'metadata', 'resourceVersion') === '' && status < 400
      ? put(object, ['metadata', 'resourceVersion'], text(body, 'metadata', 'resourceVersion'))
      : object;
  return kubectl.client.send({
    method: 'PUT',
    path: objectPath(target, kubectl.flags.string('subresource')),
    query: createOptions(kubectl, dryRun, 'kubectl-replace'),
    body: sorted(versioned),
  }).body as Value;
}

/** --force: delete, then create. */
function again(kubectl: Kubectl, target: Target, dryRun: string): void {
  const kind = target.type.group === '' ? target.type.kind.toLowerCase() : `${target.type.kind.toLowerCase()}.${target.type.group}`;
  if (dryRun === 'none') {
    try {
      kubectl.client.send({
        method: 'DELETE',
        path: objectPath(target),
        body: { propagationPolicy: 'Background', gracePeriodSeconds: Math.max(0, kubectl.flags.int('grace-period')) },
      });
      kubectl.out(`${kind} "${target.name}" deleted\n`);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
  const object = annotated(kubectl, target, undefined);
  const made =
    dryRun === 'client'
      ? object
      : (kubectl.client.send({
          method: 'POST',
          path: collectionPath(target.type, target.namespace),
          query: createOptions(kubectl, dryRun, 'kubectl-replace'),
          body: object,
        }).body as Value);
  kubectl.out(verbPrinter(kubectl, `replaced${suffix(dryRun)}`)(made));
}

function live(kubectl: Kubectl, target: Target): Value | undefined {
  try {
    return kubectl.client.get(objectPath(target));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function shown(object: Value | undefined): string {
  if (object === undefined) return '';
  const { managedFields: _hidden, ...metadata } = (object as Doc).metadata as Doc;
  return toYaml({ ...(object as Doc), metadata });
}

function serverMerged(kubectl: Kubectl, target: Target): Value {
  try {
    return kubectl.client.send({
      method: 'PATCH',
      path: objectPath(target),
      query: { dryRun: 'All', fieldManager: 'kubectl', force: kubectl.flags.bool('force-conflicts') },
      contentType: 'application/apply-patch+yaml',
      text: `${goJson(sorted(target.object!))}\n`,
    }).body as Value;
  } catch (error) {
    // A conflict looks like a changed object, and is tried again until kubectl gives up on the lock.
    if (error instanceof StatusError && error.reason === 'Conflict') {
      const { group, version, kind } = target.type;
      const head = klogHead(kubectl.process, 'W', 'diff.go:723');
      kubectl.err(`${head}Object (${group}/${version}, Kind=${kind}: ${target.name}) keeps changing, diffing without lock\n`);
    }
    throw error;
  }
}

/** What apply would make of an object, by the server's own dry run. */
function merged(kubectl: Kubectl, target: Target, before: Value | undefined): Value {
  if (kubectl.flags.bool('server-side')) return serverMerged(kubectl, target);
  const query = { dryRun: 'All', fieldManager: 'kubectl-client-side-apply' };
  if (before === undefined) {
    return kubectl.client.send({
      method: 'POST',
      path: collectionPath(target.type, target.namespace),
      query,
      body: target.object!,
    }).body as Value;
  }
  openApiDocument(kubectl.client, target.type);
  const patch = patchFor(target, before, false);
  if (Object.keys(patch as Doc).length === 0) return before;
  return kubectl.client.send({
    method: 'PATCH',
    path: objectPath(target),
    query,
    contentType: 'application/strategic-merge-patch+json',
    body: patch,
  }).body as Value;
}

/** diff's own failures end with a status above 1, which means a difference. */
export function diff(kubectl: Kubectl): number {
  try {
    return compare(kubectl);
  } catch (error) {
    if (error instanceof NetworkFailure) throw error;
    throw new Exit(2, report(error).text);
  }
}

function compare(kubectl: Kubectl): number {
  const { args, flags } = kubectl;
  if (args.length > 0) kubectl.usage(`Unexpected args: [${args.join(' ')}]`);
  requireFiles(kubectl);
  const allowed = flags.bool('prune') ? allowedTypes(kubectl) : [];
  const selection = select(kubectl, {
    args: [],
    files: fileNames(kubectl),
    labelSelector: flags.string('selector') || undefined,
  });
  throwAll(selection.errors);
  const files = new Map<string, readonly [before: string, after: string]>();
  const uids = new Set<string>();
  for (const target of selection.targets) {
    const before = live(kubectl, target);
    if (before !== undefined) uids.add(text(before, 'metadata', 'uid'));
    files.set(fileOf(target), [shown(before), shown(merged(kubectl, target, before))]);
  }
  if (flags.bool('prune')) {
    const spaces = selection.targets.filter(({ type }) => type.namespaced).map(({ namespace }) => namespace);
    eachPruned(kubectl, allowed, { uids, namespaces: [...new Set(spaces)] }, (type, object) => {
      const [namespace, name] = [text(object, 'metadata', 'namespace'), text(object, 'metadata', 'name')];
      files.set(fileOf({ type, namespace, name }), [toYaml(object), '']);
    });
  }
  return printDiffs(kubectl, files) ? 1 : 0;
}

function fileOf({ type, namespace, name }: Target): string {
  return `${type.group === '' ? type.version : `${type.group}.${type.version}`}.${type.kind}.${namespace}.${name}`;
}

/** What diff -u says of the two folders, file by file in their order. @returns whether anything differs */
function printDiffs(kubectl: Kubectl, files: ReadonlyMap<string, readonly [before: string, after: string]>): boolean {
  let changed = false;
  for (const file of [...files.keys()].sort(byBytes)) {
    const [a, b] = files.get(file)!;
    if (a === b) continue;
    changed = true;
    const stamp = new Date(kubectl.process.now()).toISOString().replace('T', ' ').replace('Z', '000000 +0000');
    const [left, right] = [`/tmp/LIVE-1/${file}`, `/tmp/MERGED-1/${file}`];
    const patch = createTwoFilesPatch(left, right, a, b, stamp, stamp, { context: 3 }).replace(/^=+\n/, '');
    kubectl.out(`diff -u -N ${left} ${right}\n${patch}`);
  }
  return changed;
}
