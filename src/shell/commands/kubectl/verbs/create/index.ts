/** `kubectl create -f`. The generators are beside it. */
import type { Kubectl } from '../../context.ts';
import { CommandError, fail, StatusError, throwAll } from '../../errors.ts';
import { withLastApplied } from '../../lastapplied.ts';
import { checkFileNames, fileNames, refuseKustomize } from '../../manifests.ts';
import { readForValidation } from '../../openapi.ts';
import { verbPrinter } from '../../printers/objects.ts';
import { collectionPath, select, type Target } from '../../selection.ts';
import { sorted, type Value } from '../../value.ts';
import { createEdited } from '../edit.ts';
import { checkValidate, createOptions, suffix } from './finish.ts';

/** The server's refusal, told with the file it was about (cmdutil.AddSourceToErr). */
export function withSource(error: Error, verb: string, source: string | undefined): Error {
  if (!source) return error;
  const message = `error when ${verb} "${source}": ${error.message}`;
  return error instanceof StatusError ? error.withMessage(message) : new CommandError(message);
}

/** Refuses -f without a file. */
export function requireFiles(kubectl: Kubectl): void {
  checkFileNames(kubectl);
  if (kubectl.flags.list('filename').length === 0 && kubectl.flags.string('kustomize') === '') {
    fail('must specify one of -f and -k');
  }
  if (kubectl.flags.string('kustomize') !== '') refuseKustomize(kubectl, kubectl.flags.string('kustomize'));
}

export function create(kubectl: Kubectl): number | Promise<number> {
  const { flags } = kubectl;
  if (flags.list('filename').length === 0 && flags.string('kustomize') === '' && kubectl.args.length === 0) {
    throw new CommandError('must specify one of -f and -k\n\n'.trimEnd());
  }
  if (kubectl.args.length > 0) kubectl.usage(`Unexpected args: [${kubectl.args.join(' ')}]`);
  const dryRun = kubectl.dryRun();
  checkValidate(kubectl);
  const print = verbPrinter(kubectl, `created${suffix(dryRun)}`);
  requireFiles(kubectl);
  if (flags.string('raw') !== '') return sendRaw(kubectl, 'POST');
  if (flags.bool('edit')) return createEdited(kubectl);
  const selection = select(kubectl, { args: [], files: fileNames(kubectl), labelSelector: flags.string('selector') || undefined });
  const errors: Error[] = [...selection.errors];
  let count = 0;
  for (const target of selection.targets) {
    try {
      const object = flags.bool('save-config') ? withLastApplied(target.object!) : target.object!;
      readForValidation(kubectl, target.type);
      const made = dryRun === 'client' ? object : post(kubectl, target, object, dryRun);
      count++;
      kubectl.out(print(made));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      errors.push(withSource(error, 'creating', target.source));
    }
  }
  throwAll(errors);
  if (count === 0) fail('no objects passed to create');
  return 0;
}

/** --raw: one file as it stands, to a path of the user's. */
export function sendRaw(kubectl: Kubectl, method: 'POST' | 'PUT'): number {
  const { flags, process } = kubectl;
  const [file, ...others] = flags.list('filename');
  if (others.length > 0 || file === undefined) return fail('--raw can only use a single local file or stdin');
  if (/^https?:/.test(file)) fail('--raw cannot read from a url');
  if (flags.bool('recursive')) fail('--raw and --recursive are mutually exclusive');
  if (flags.string('selector') !== '') fail('--raw and --selector (-l) are mutually exclusive');
  if (flags.string('output') !== '') fail('--raw and --output are mutually exclusive');
  const content = file === '-' ? process.stdin : process.files.read(file);
  if (content === undefined) return fail(`open ${file}: no such file or directory`);
  const { body } = kubectl.client.send({ method, path: flags.string('raw'), text: content, raw: true });
  kubectl.out(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`);
  return 0;
}

function post(kubectl: Kubectl, target: Target, object: Value, dryRun: string): Value {
  return kubectl.client.send({
    method: 'POST',
    path: collectionPath(target.type, target.namespace),
    query: createOptions(kubectl, dryRun, 'kubectl-create'),
    body: sorted(object),
  }).body as Value;
}
