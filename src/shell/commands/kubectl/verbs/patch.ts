/** `kubectl patch`. The server merges; only --local and --dry-run=client merge here. */
import type { Kubectl } from '../context.ts';
import { CommandError, fail, StatusError, throwAll } from '../errors.ts';
import { checkFileNames, fileNames, jsonComplaint, parseYaml } from '../manifests.ts';
import { applyLocally } from '../merge/local.ts';
import { verbPrinter } from '../printers/objects.ts';
import { objectPath, select, type Target } from '../selection.ts';
import { equal, type Value } from '../value.ts';

export const PATCH_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
};

function check(kubectl: Kubectl): void {
  const { flags } = kubectl;
  const [inline, file] = [flags.string('patch'), flags.string('patch-file')];
  if (inline !== '' && file !== '') fail('cannot specify --patch and --patch-file together');
  if (inline === '' && file === '') fail('must specify --patch or --patch-file containing the contents of the patch');
  if (flags.bool('local') && kubectl.args.length > 0) fail('cannot specify --local and server resources');
  if (flags.bool('local') && flags.string('dry-run') === 'server') {
    fail('cannot specify --local and --dry-run=server - did you mean --dry-run=client?');
  }
  const type = flags.string('type');
  if (type !== '' && !Object.hasOwn(PATCH_TYPES, type.toLowerCase())) {
    fail(`--type must be one of [json merge strategic], not ${JSON.stringify(type)}`);
  }
}

/** The patch: JSON as it was typed (it is the server's to judge), anything else read as YAML. */
function readPatch(kubectl: Kubectl): { readonly text: string } | { readonly value: Value } {
  const { flags } = kubectl;
  const file = flags.string('patch-file');
  let source = flags.string('patch');
  if (file !== '') {
    const content = kubectl.process.files.read(file);
    if (content === undefined) return fail(`unable to read patch file: open ${file}: no such file or directory`);
    source = content;
  }
  if (source.trimStart().startsWith('{')) return { text: source };
  const parsed = parseYaml(source);
  if ('error' in parsed) return fail(`unable to parse ${JSON.stringify(flags.string('patch'))}: yaml: ${parsed.error}`);
  return parsed;
}

function decoded(body: { readonly text: string } | { readonly value: Value }): Value {
  if ('value' in body) return body.value;
  try {
    return JSON.parse(body.text) as Value;
  } catch {
    return fail(jsonComplaint(body.text));
  }
}

export function patch(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const dryRun = kubectl.dryRun();
  check(kubectl);
  const type = flags.string('type').toLowerCase() || 'strategic';
  const body = readPatch(kubectl);
  checkFileNames(kubectl);
  const selection = select(kubectl, {
    args: kubectl.args,
    files: fileNames(kubectl),
    subresource: flags.string('subresource'),
    noServer: flags.bool('local'),
  });
  const errors: Error[] = [...selection.errors];
  let count = 0;
  for (const target of selection.targets) {
    count++;
    try {
      const local = flags.bool('local') || dryRun === 'client';
      const next = local ? applyLocally(type, target.object!, decoded(body)) : send(kubectl, target, type, body, dryRun);
      const operation = equal(target.object, next) ? 'patched (no change)' : 'patched';
      kubectl.out(verbPrinter(kubectl, operation)(next));
    } catch (error) {
      if (!(error instanceof StatusError) && !(error instanceof CommandError)) throw error;
      errors.push(error);
    }
  }
  throwAll(errors);
  if (count === 0) fail('no objects passed to patch');
  return 0;
}

function send(kubectl: Kubectl, target: Target, type: string, body: ReturnType<typeof readPatch>, dryRun: string): Value {
  return kubectl.client.send({
    method: 'PATCH',
    path: objectPath(target, kubectl.flags.string('subresource')),
    query: {
      fieldManager: kubectl.flags.string('field-manager') || 'kubectl-patch',
      dryRun: dryRun === 'server' ? 'All' : undefined,
    },
    contentType: PATCH_TYPES[type],
    ...('text' in body ? { text: body.text } : { body: body.value }),
  }).body as Value;
}
