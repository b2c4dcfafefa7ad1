/** `kubectl apply`: the client's three-way merge with the last-applied annotation, or --server-side. */
import type { Kubectl } from '../context.ts';
import { CommandError, fail, isNotFound, StatusError, throwAll } from '../errors.ts';
import { klogHead } from '../klog.ts';
import { LAST_APPLIED, lastApplied, withLastApplied, withoutLastApplied } from '../lastapplied.ts';
import { fileNames } from '../manifests.ts';
import { annotationOwners, migration } from '../merge/migrate.ts';
import { jsonThreeWay, strategicThreeWay } from '../merge/threeway.ts';
import { openApiDocument, readForValidation } from '../openapi.ts';
import { verbPrinter } from '../printers/objects.ts';
import { collectionPath, objectPath, select, type Target } from '../selection.ts';
import { fields, goJson, isDoc, put, sorted, strings, text, type Value } from '../value.ts';
import { checkValidate, fieldValidation, suffix } from './create/finish.ts';
import { requireFiles, withSource } from './create/index.ts';
import { allowedTypes, prune } from './prune.ts';

const CONFLICT_ADVICE = `
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;

function check(kubectl: Kubectl, dryRun: string): void {
  const { flags } = kubectl;
  const server = flags.bool('server-side');
  if (flags.bool('force-conflicts') && !server) fail('--force-conflicts only works with --server-side');
  if (dryRun === 'client' && server) {
    fail("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
  }
  if (server && flags.bool('force')) fail('--force cannot be used with --server-side');
  if (dryRun === 'server' && flags.bool('force')) fail('--dry-run=server cannot be used with --force');
  if (flags.bool('all') && flags.string('selector') !== '') fail('cannot set --all and --selector at the same time');
  if (flags.bool('prune')) {
    if (flags.bool('force')) fail('--force cannot be used with --prune');
    if (!flags.bool('all') && flags.string('selector') === '') {
      fail(
        'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector',
      );
    }
    if (server) fail("--prune is in alpha and doesn't currently work on objects created by server-side apply");
  }
  if (flags.string('subresource') !== '' && !server) fail('--subresource can only be specified for --server-side');
}

export function apply(kubectl: Kubectl): number {
  const { flags, args } = kubectl;
  if (args.length > 0) kubectl.usage(`Unexpected args: [${args.join(' ')}]`);
  const dryRun = kubectl.dryRun();
  requireFiles(kubectl);
  checkValidate(kubectl);
  const allowed = flags.bool('prune') ? allowedTypes(kubectl) : [];
  check(kubectl, dryRun);
  verbPrinter(kubectl, '');
  const selection = select(kubectl, { args: [], files: fileNames(kubectl), labelSelector: flags.string('selector') || undefined });
  const errors: Error[] = [...selection.errors];
  if (selection.targets.length === 0 && errors.length === 0) fail('no objects passed to apply');
  const several = selection.targets.length > 1;
  const shown: Value[] = [];
  const print = (operation: string, object: Value) => {
    uids.add(text(object, 'metadata', 'uid'));
    // With -o and several objects kubectl prints one List at the end.
    if (several && flags.string('output') !== '' && flags.string('output') !== 'name') shown.push(object);
    else kubectl.out(verbPrinter(kubectl, `${operation}${suffix(dryRun)}`)(object));
  };
  for (const { type } of selection.targets) readForValidation(kubectl, type);
  const uids = new Set<string>();
  for (const target of selection.targets) {
    try {
      if (flags.bool('server-side')) serverSide(kubectl, target, dryRun, print);
      else clientSide(kubectl, target, dryRun, print);
    } catch (error) {
      if (!(error instanceof StatusError) && !(error instanceof CommandError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length === 0 && flags.int('v') >= 4) {
    kubectl.err(`${klogHead(kubectl.process, 'I', 'apply.go:548')}Running apply post-processor function\n`);
  }
  if (errors.length === 0 && shown.length > 0) {
    const list = { kind: 'List', apiVersion: 'v1', metadata: {}, items: shown.map(sorted) };
    kubectl.out(verbPrinter(kubectl, '', { typed: true })(list));
  }
  throwAll(errors);
  if (flags.bool('prune')) prune(kubectl, allowed, { uids, namespaces: visited(kubectl, selection.targets) });
  return 0;
}

/** The namespaces that were applied to, and the one given by -n. */
function visited(kubectl: Kubectl, targets: readonly Target[]): readonly string[] {
  const given = kubectl.explicitNamespace ? [kubectl.namespace] : [];
  return [...new Set([...given, ...targets.filter(({ type }) => type.namespaced).map(({ namespace }) => namespace)])];
}

type Print = (operation: string, object: Value) => void;

function manager(kubectl: Kubectl): string {
  const { flags } = kubectl;
  if (flags.changed('field-manager')) return flags.string('field-manager');
  return flags.bool('server-side') ? 'kubectl' : 'kubectl-client-side-apply';
}

function serverSide(kubectl: Kubectl, target: Target, dryRun: string, print: Print): void {
  checkName(target);
  const again = () => sendApply(kubectl, target, dryRun, target.object!, {});
  let object: Value;
  try {
    object = again();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    if (error.reason === 'Conflict') throw new CommandError(`${error.message}${CONFLICT_ADVICE}`);
    throw error;
  }
  print('serverside-applied', migrated(kubectl, target, dryRun, object, again));
}

interface ApplyOptions {
  readonly manager?: string;
  /** The patch of one's own fields says whether to force, those beside it do not. */
  readonly beside?: boolean;
}

function sendApply(kubectl: Kubectl, target: Target, dryRun: string, object: Value, options: ApplyOptions): Value {
  return kubectl.client.send({
    method: 'PATCH',
    path: objectPath(target, kubectl.flags.string('subresource')),
    query: {
      dryRun: dryRun === 'server' ? 'All' : undefined,
      fieldManager: options.manager ?? manager(kubectl),
      fieldValidation: fieldValidation(kubectl),
      ...(options.beside ? {} : { force: kubectl.flags.bool('force-conflicts') }),
    },
    contentType: 'application/apply-patch+yaml',
    text: `${goJson(sorted(object))}\n`,
  }).body as Value;
}

/** None of these keeps the apply from having been done. */
const LATER = 'This is non-fatal and will be retried next time you apply. Error: ';
const NOT_KEPT = `Warning: failed to migrate ${LAST_APPLIED} for Server-Side Apply. ${LATER}`;
const NOT_MIGRATED = `Warning: server rejected managed fields migration to Server-Side Apply. ${LATER}`;
const NOT_AGAIN = `Warning: failed to re-apply configuration after performing Server-Side Apply migration. ${LATER}`;

/** The object after fields of an earlier client-side apply have passed to the server-side manager. */
function migrated(kubectl: Kubectl, target: Target, dryRun: string, applied: Value, again: () => Value): Value {
  let object = applied;
  let failure = NOT_KEPT;
  try {
    if (manager(kubectl) === 'kubectl') object = annotationKept(kubectl, target, dryRun, object);
    failure = NOT_MIGRATED;
    const patch = migration(object, manager(kubectl));
    if (patch === undefined) return object;
    object = sendMigration(kubectl, target, dryRun, patch);
    failure = NOT_AGAIN;
    return again();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    kubectl.err(`${failure}${error.message}\n`);
    return object;
  }
}

function sendMigration(kubectl: Kubectl, target: Target, dryRun: string, patch: Value): Value {
  return kubectl.client.send({
    method: 'PATCH',
    path: objectPath(target, kubectl.flags.string('subresource')),
    query: {
      dryRun: dryRun === 'server' ? 'All' : undefined,
      fieldManager: manager(kubectl),
      fieldValidation: fieldValidation(kubectl),
    },
    contentType: 'application/json-patch+json',
    body: patch,
  }).body as Value;
}

/** The annotation gets a manager of its own, lest the server drops it with the client-side one. */
function annotationKept(kubectl: Kubectl, target: Target, dryRun: string, object: Value): Value {
  const annotation = strings(object, 'metadata', 'annotations')[LAST_APPLIED];
  if (annotation === undefined || annotationOwners(object, 'Apply').length > 0) return object;
  const [name, namespace] = [text(object, 'metadata', 'name'), text(object, 'metadata', 'namespace')];
  const only = {
    apiVersion: text(object, 'apiVersion'),
    kind: text(object, 'kind'),
    metadata: { annotations: { [LAST_APPLIED]: annotation }, name, ...(namespace === '' ? {} : { namespace }) },
  };
  return sendApply(kubectl, target, dryRun, only, { manager: 'kubectl-last-applied', beside: true });
}

function checkName(target: Target): void {
  const prefix = text(target.object, 'metadata', 'generateName');
  if (target.name === '' && prefix !== '') fail(`from ${prefix}: cannot use generate name with apply`);
}

/** What the patcher knows of an object, for its error texts. */
function infoText(target: Target): string {
  const { type } = target;
  const version = `${type.group}/${type.version}`;
  return `Resource: "${version}, Resource=${type.name}", GroupVersionKind: "${version}, Kind=${type.kind}"\nName: "${target.name}", Namespace: "${target.namespace}"`;
}

function current(kubectl: Kubectl, target: Target): Value | undefined {
  if (target.name === '') {
    throw withSource(
      new CommandError('resource name may not be empty'),
      `retrieving current configuration of:\n${infoText(target)}\nfrom server for:`,
      target.source,
    );
  }
  try {
    return kubectl.client.get(objectPath(target));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    if (!(error instanceof StatusError)) throw error;
    throw withSource(error, `retrieving current configuration of:\n${infoText(target)}\nfrom server for:`, target.source);
  }
}

function clientSide(kubectl: Kubectl, target: Target, dryRun: string, print: Print): void {
  checkName(target);
  const live = current(kubectl, target);
  if (live === undefined) {
    print('created', make(kubectl, target, dryRun));
    return;
  }
  if (dryRun === 'client') {
    print('configured', live);
    return;
  }
  if (!Object.hasOwn(strings(live, 'metadata', 'annotations'), LAST_APPLIED)) {
    kubectl.err(
      `Warning: resource ${target.type.name}/${target.name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`,
    );
  }
  openApiDocument(kubectl.client, target.type);
  const patch = patchFor(target, live);
  const patched = Object.keys(patch as object).length === 0 ? live : send(kubectl, target, patch, dryRun);
  if (text(live, 'metadata', 'deletionTimestamp') !== '') {
    kubectl.err(`Warning: Detected changes to resource ${target.name} which is currently being deleted.\n`);
  }
  print(patched === live ? 'unchanged' : 'configured', patched);
}

/** The patch that brings the live object to what the file says. */
export function patchFor(target: Pick<Target, 'type' | 'object'>, live: Value, annotate = true): Value {
  const modified = annotate ? withLastApplied(target.object!) : withAnnotations(target.object!);
  const recorded = lastApplied(live);
  let original: Value = null;
  try {
    original = recorded === '' ? null : (JSON.parse(recorded) as Value);
  } catch {
    fail(`error decoding the last applied configuration of ${text(live, 'metadata', 'name')}`);
  }
  return usesMergeTags(target) ? strategicThreeWay(original, modified, live) : jsonThreeWay(original, modified, live);
}

/** Without the annotation Go's encoder still writes the map that held it. */
function withAnnotations(object: Value): Value {
  const bare = withoutLastApplied(object);
  return put(bare, ['metadata', 'annotations'], fields(bare, 'metadata', 'annotations'));
}

/** Kinds of Kubernetes itself carry merge tags; custom ones do not. */
function usesMergeTags({ type }: Pick<Target, 'type'>): boolean {
  return type.group === '' || !type.group.includes('.') || type.group.endsWith('.k8s.io');
}

function make(kubectl: Kubectl, target: Target, dryRun: string): Value {
  const object = withoutNulls(withLastApplied(target.object!));
  if (dryRun === 'client') return object;
  try {
    return kubectl.client.send({
      method: 'POST',
      path: collectionPath(target.type, target.namespace),
      query: {
        dryRun: dryRun === 'server' ? 'All' : undefined,
        fieldManager: manager(kubectl),
        fieldValidation: fieldValidation(kubectl),
      },
      body: sorted(object),
    }).body as Value;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw withSource(error, 'creating', target.source);
  }
}

function withoutNulls(value: Value): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).map(withoutNulls);
  if (!isDoc(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}

function send(kubectl: Kubectl, target: Target, patch: Value, dryRun: string): Value {
  try {
    return kubectl.client.send({
      method: 'PATCH',
      path: objectPath(target),
      query: {
        dryRun: dryRun === 'server' ? 'All' : undefined,
        fieldManager: manager(kubectl),
        fieldValidation: fieldValidation(kubectl),
      },
      contentType: usesMergeTags(target) ? 'application/strategic-merge-patch+json' : 'application/merge-patch+json',
      body: sorted(patch),
    }).body as Value;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw withSource(error, `applying patch:\n${goJson(sorted(patch))}\nto:\n${infoText(target)}\nfor:`, target.source);
  }
}
