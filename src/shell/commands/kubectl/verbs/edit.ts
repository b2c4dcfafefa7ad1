/**
 * `kubectl edit`: the object as YAML in the editor, and what changed as a patch. In a terminal the editor is the overlay; otherwise
 * $KUBE_EDITOR or $EDITOR is run as a command with the file's name.
 */
import type { Kubectl } from '../context.ts';
import { qualifiedResource } from '../discovery.ts';
import { Exit, fail, StatusError } from '../errors.ts';
import { checkFileNames, documents, fileNames } from '../manifests.ts';
import { jsonThreeWay, strategicThreeWay } from '../merge/threeway.ts';
import { operationPrinter, unknownFormat, verbPrinter } from '../printers/objects.ts';
import { toYaml } from '../printers/yaml.ts';
import { collectionPath, objectPath, select, type Target } from '../selection.ts';
import { type Doc, equal, goJson, isDoc, items, sorted, text, type Value } from '../value.ts';
import { checkValidate, createOptions, fieldValidation } from './create/finish.ts';

const HEADER = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

function withoutManagedFields(object: Value): Value {
  const { managedFields: _hidden, ...metadata } = (object as Doc).metadata as Doc;
  return { ...(object as Doc), metadata };
}

function render(objects: readonly Value[], format: string): string {
  const shown = objects.map(withoutManagedFields);
  const value: Value = shown.length === 1 ? shown[0]! : { apiVersion: 'v1', items: shown, kind: 'List', metadata: {} };
  return format === 'json' ? `${goJson(sorted(value), '    ')}\n` : toYaml(value);
}

function stripComments(source: string): string {
  return source
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .trim();
}

/** kubectl runs the editor by a shell only when its name has quotes or backslashes; else it splits it at spaces. */
function commandOf(editor: string): string {
  if (/["'\\]/.test(editor)) return editor;
  return editor
    .split(' ')
    .map((word) => `'${word}'`)
    .join(' ');
}

/** Runs the editor on a file. @returns the text as it was saved */
async function launch(kubectl: Kubectl, name: string, source: string): Promise<string> {
  const { process } = kubectl;
  const editor = process.env('KUBE_EDITOR') || process.env('EDITOR');
  if (process.tty && !editor) return (await process.tty.edit(name, source)) ?? source;
  const path = `/tmp/${name}`;
  const complaint = process.files.write(path, source);
  if (complaint) fail(`open ${path}: ${complaint.toLowerCase()}`);
  if (!editor) {
    // vi needs a terminal.
    process.files.remove(path);
    fail(`there was a problem with the editor "vi"`);
  }
  const ran = await process.exec(`${commandOf(editor)} ${path}`);
  const missing = ran.exitCode === 127;
  if (!missing) {
    kubectl.out(ran.stdout);
    kubectl.err(ran.stderr);
  }
  if (ran.exitCode !== 0) {
    fail(
      missing
        ? `unable to launch the editor ${JSON.stringify(editor)}`
        : `there was a problem with the editor ${JSON.stringify(editor)}`,
    );
  }
  return process.files.read(path) ?? '';
}

function fileName(kubectl: Kubectl, format: string): string {
  return `kubectl-edit-${String(kubectl.process.now() % 1_000_000_000)}.${format}`;
}

export function stored(kubectl: Kubectl, name: string): void {
  kubectl.err(`A copy of your changes has been stored to "/tmp/${name}"\n`);
}

/** `create --edit`: every object goes through the editor first; one that comes back unchanged is not made. */
export async function createEdited(kubectl: Kubectl): Promise<number> {
  const { flags } = kubectl;
  const format = flags.string('output') === 'json' ? 'json' : 'yaml';
  const selection = select(kubectl, { args: [], files: fileNames(kubectl), labelSelector: flags.string('selector') || undefined });
  if (selection.errors.length > 0) throw selection.errors[0]!;
  for (const target of selection.targets) {
    const original = render([target.object!], format);
    const edited = await launch(kubectl, fileName(kubectl, format), HEADER + original);
    if (stripComments(edited) === stripComments(original)) {
      kubectl.err('Edit cancelled, no changes made.\n');
      continue;
    }
    const [first] = documents(stripComments(edited), 'edited-file');
    if (first === undefined || 'error' in first) return fail('Edit cancelled, no valid changes were saved.');
    const { body } = kubectl.client.send({
      method: 'POST',
      path: collectionPath(target.type, target.namespace),
      query: createOptions(kubectl, 'none', 'kubectl-create'),
      body: first.object,
    });
    kubectl.out(operationPrinter('created')(body as Value));
  }
  return 0;
}

interface Round {
  readonly reasons: string;
  readonly text: string;
}

/** One session with the editor: the objects as text, until what comes back is saved or given up. */
interface Session {
  readonly header: string;
  readonly targets: readonly Target[];
  /** @returns the complaints with which the editor must open again; undefined: done */
  save(edited: string, file: string): string | undefined;
}

/** Checks what both ways of editing take. */
export function editFormat(kubectl: Kubectl): 'json' | 'yaml' {
  checkFileNames(kubectl);
  checkValidate(kubectl);
  const output = kubectl.flags.string('output');
  if (!['', 'json', 'yaml'].includes(output)) unknownFormat(output, ['json', 'yaml']);
  return output === 'json' ? 'json' : 'yaml';
}

export async function editSession(kubectl: Kubectl, format: 'json' | 'yaml', { header, targets, save }: Session): Promise<number> {
  const name = fileName(kubectl, format);
  const original = render(
    targets.map((target) => target.object!),
    format,
  );
  // JSON has no comments.
  const head = (reasons: string) => (format === 'json' ? '' : header + reasons);
  let round: Round = { reasons: '', text: original };
  let previous: string | undefined;
  for (;;) {
    const edited = await launch(kubectl, name, head(round.reasons) + round.text);
    if (previous !== undefined && stripComments(previous) === stripComments(edited)) {
      stored(kubectl, name);
      fail('Edit cancelled, no valid changes were saved.');
    }
    if (stripComments(edited) === stripComments(original)) {
      kubectl.err('Edit cancelled, no changes made.\n');
      return 0;
    }
    const failures = save(edited, name);
    if (failures === undefined) return 0;
    previous = edited;
    round = { reasons: failures, text: edited.replace(/^#.*\n/gm, '') };
  }
}

export async function edit(kubectl: Kubectl): Promise<number> {
  const { flags, args } = kubectl;
  const format = editFormat(kubectl);
  if (args.length === 0 && flags.list('filename').length === 0) select(kubectl, { args: [] });
  const { targets, errors } = select(kubectl, {
    args,
    files: fileNames(kubectl),
    latest: true,
    subresource: flags.string('subresource'),
    allowEmptySelector: true,
  });
  if (errors.length > 0) throw errors[0]!;
  return editSession(kubectl, format, {
    header: HEADER,
    targets,
    save: (edited, file) => saveEach(kubectl, targets, edited, (target, object) => one(kubectl, target, object, file)),
  });
}

/** Hands on each object of the edited text. @returns the header's complaints when the editor must open again */
export function saveEach(
  kubectl: Kubectl,
  targets: readonly Target[],
  edited: string,
  saveOne: (target: Target, object: Value) => string,
): string | undefined {
  const [first = { object: null, source: '' }] = documents(stripComments(edited), 'edited-file');
  if ('error' in first) {
    const why = first.error.message;
    kubectl.err(`error: ${qualifiedResource(targets[0]!.type)} ${JSON.stringify(targets[0]!.name)} is invalid\n`);
    return syntaxError(why);
  }
  if (untyped(first.object)) {
    const { type, name: object } = targets[0]!;
    kubectl.err(`error: ${qualifiedResource(type)} ${JSON.stringify(object)} is invalid\n`);
    return `# ${qualifiedResource(type)} ${JSON.stringify(object)} was not valid:\n# * <nil>: Invalid value: "The edited file failed validation": ${untyped(first.object)}\n#\n`;
  }
  const list = isDoc(first.object) && text(first.object, 'kind') === 'List' ? items(first.object, 'items') : [first.object];
  const unmapped = list.find((one) => !kubectl.client.discovery.byKind(text(one, 'apiVersion'), text(one, 'kind')));
  if (unmapped !== undefined) return syntaxError(unrecognised(unmapped));
  let complaints = '';
  for (const object of list) {
    const target = targets.find((one) => text(object, 'metadata', 'uid') === text(one.object, 'metadata', 'uid')) ?? targets[0]!;
    complaints += saveOne(target, object);
  }
  return complaints === '' ? undefined : complaints;
}

const syntaxError = (why: string) => `# The edited file had a syntax error: ${why.replaceAll('\n', '\n# ')}\n#\n`;

/** A kind that no resource has of its own, such as a subresource's Scale. */
function unrecognised(object: Value): string {
  const [name, namespace] = [text(object, 'metadata', 'name'), text(object, 'metadata', 'namespace')];
  return `resource mapping not found for name: "${name}" namespace: "${namespace}" from "edited-file": no matches for kind "${text(object, 'kind')}" in version "${text(object, 'apiVersion')}"\nensure CRDs are installed first`;
}

/** Why kubectl's schema would not look at it at all. */
function untyped(object: Value): string {
  if (!isDoc(object)) return 'invalid object to validate';
  const missing = ['apiVersion', 'kind'].filter((field) => text(object, field) === '').map((field) => `${field} not set`);
  return missing.length > 1 ? `[${missing.join(', ')}]` : (missing[0] ?? '');
}

/** A file's object must stand in the namespace in force, as all files must. */
export function checkNamespace(kubectl: Kubectl, target: Target, object: Value, name: string): void {
  const own = text(object, 'metadata', 'namespace');
  if (!target.type.namespaced || own === kubectl.namespace) return;
  stored(kubectl, name);
  fail(
    `the namespace from the provided object "${own}" does not match the namespace "${kubectl.namespace}". You must pass '--namespace=${own}' to perform this operation.`,
  );
}

function one(kubectl: Kubectl, target: Target, object: Value, name: string): string {
  const before = withoutManagedFields(target.object!);
  checkNamespace(kubectl, target, object, name);
  if (equal(before, object)) {
    kubectl.out(verbPrinter(kubectl, 'skipped')(target.object!));
    return '';
  }
  for (const path of [['apiVersion'], ['kind'], ['metadata', 'name']]) {
    if (text(before, ...path) === text(object, ...path)) continue;
    stored(kubectl, name);
    fail('At least one of apiVersion, kind and name was changed');
  }
  const builtin = target.type.group === '' || !target.type.group.includes('.') || target.type.group.endsWith('.k8s.io');
  const patch = builtin ? strategicThreeWay(before, object, before) : jsonThreeWay(before, object, before);
  const resource = qualifiedResource(target.type);
  if (kubectl.flags.bool('output-patch')) kubectl.out(`Patch: ${goJson(sorted(patch))}\n`);
  try {
    const answer = kubectl.client.send({
      method: 'PATCH',
      path: objectPath(target, kubectl.flags.string('subresource')),
      query: { fieldManager: kubectl.flags.string('field-manager') || 'kubectl-edit', fieldValidation: fieldValidation(kubectl) },
      contentType: builtin ? 'application/strategic-merge-patch+json' : 'application/merge-patch+json',
      body: patch,
    }).body as Value;
    kubectl.out(verbPrinter(kubectl, 'edited')(answer));
    return '';
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return refusal(kubectl, error, resource, target.name, name);
  }
}

function refusal(kubectl: Kubectl, error: StatusError, resource: string, object: string, file: string): string {
  const quoted = JSON.stringify(object);
  if (error.reason === 'Invalid') {
    kubectl.err(`error: ${resource} ${quoted} is invalid\n`);
    const causes = items(error.status, 'details', 'causes').map(
      (cause) => `# * ${text(cause, 'field')}: ${text(cause, 'message')}\n`,
    );
    return `# ${resource} ${quoted} was not valid${causes.length > 0 ? ':' : ''}\n${causes.join('')}#\n`;
  }
  if (error.reason === 'NotFound') {
    kubectl.err(
      `error: ${resource} ${quoted} could not be found on the server\nThe edits you made on deleted resources have been saved to "/tmp/${file}"\n`,
    );
    throw new Exit(1);
  }
  kubectl.err(
    `error: ${resource} ${quoted} could not be patched: ${error.message}\nYou can run \`kubectl replace -f /tmp/${file}\` to try this update again.\n`,
  );
  throw new Exit(1);
}
