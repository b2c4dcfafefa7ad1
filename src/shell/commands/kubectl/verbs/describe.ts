/** `kubectl describe`. */
import type { Kubectl } from '../context.ts';
import { describeObject } from '../describe/index.ts';
import { CommandError, isNotFound, StatusError, throwAll } from '../errors.ts';
import { checkFileNames, fileNames, refuseKustomizeOf } from '../manifests.ts';
import { select } from '../selection.ts';
import { text } from '../value.ts';

export function describe(kubectl: Kubectl): number {
  const { flags, args } = kubectl;
  if (args.length === 0 && flags.list('filename').length === 0 && flags.string('kustomize') === '') {
    throw new CommandError(
      'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.\n',
    );
  }
  checkFileNames(kubectl);
  refuseKustomizeOf(kubectl);
  const selection = select(kubectl, {
    args,
    files: fileNames(kubectl),
    labelSelector: flags.string('selector') || undefined,
    allNamespaces: flags.bool('all-namespaces'),
    allowEmptySelector: true,
    chunkSize: flags.int('chunk-size'),
    latest: true,
  });
  const errors: Error[] = [...selection.errors];
  if (selection.errors.length === 1 && isNotFound(selection.errors[0]) && args.length === 2) {
    return byPrefix(kubectl, selection.errors[0]!);
  }
  let printed = 0;
  for (const target of selection.targets) {
    try {
      const shown = describeObject(kubectl, target.object!);
      kubectl.out(printed++ === 0 ? shown : `\n\n${shown}`);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (!errors.some((known) => known.message === error.message)) errors.push(error);
    }
  }
  if (selection.targets.length === 0 && errors.length === 0) {
    kubectl.err(flags.bool('all-namespaces') ? 'No resources found\n' : `No resources found in ${kubectl.namespace} namespace.\n`);
  }
  throwAll(errors);
  return 0;
}

/** A name that is not found may be the beginning of several. */
function byPrefix(kubectl: Kubectl, notFound: Error): number {
  const [type, prefix] = kubectl.args as [string, string];
  const selection = select(kubectl, { args: [type], allowEmptySelector: true, singleType: true });
  const matching = selection.targets.filter((target) => text(target.object, 'metadata', 'name').startsWith(prefix));
  if (matching.length === 0) throw notFound;
  for (const target of matching) kubectl.out(`${describeObject(kubectl, target.object!)}\n`);
  return 0;
}
