/** What all `create` generators share: the name, --save-config, the POST and the printing. */
import type { Kubectl } from '../../context.ts';
import { CommandError, fail, StatusError } from '../../errors.ts';
import { withLastApplied } from '../../lastapplied.ts';
import { verbPrinter } from '../../printers/objects.ts';
import { collectionPath } from '../../selection.ts';
import { type Doc, put, text, type Value } from '../../value.ts';

/** The one NAME argument. */
export function nameArgument(kubectl: Kubectl): string {
  const count = kubectl.dashAt >= 0 ? kubectl.dashAt : kubectl.args.length;
  if (count !== 1) kubectl.usage(`exactly one NAME is required, got ${count}`);
  return kubectl.args[0]!;
}

/** The namespace to write into an object that is only printed: set when -n was given. */
export function enforcedNamespace(kubectl: Kubectl): string | undefined {
  return kubectl.explicitNamespace ? kubectl.namespace : undefined;
}

export function suffix(dryRun: string): string {
  return dryRun === 'client' ? ' (dry run)' : dryRun === 'server' ? ' (server dry run)' : '';
}

/** --validate as the server's fieldValidation. */
export function fieldValidation(kubectl: Kubectl): string {
  const value = kubectl.flags.string('validate').toLowerCase();
  if (value === 'warn') return 'Warn';
  if (value === 'ignore' || value === 'false' || value === '0' || value === 'f') return 'Ignore';
  return 'Strict';
}

export function createOptions(kubectl: Kubectl, dryRun: string, manager: string) {
  return {
    dryRun: dryRun === 'server' ? 'All' : undefined,
    fieldManager: kubectl.flags.string('field-manager') || manager,
    fieldValidation: kubectl.flags.has('validate') ? fieldValidation(kubectl) : undefined,
  };
}

/** Makes and prints a generated object. @param failure put before the server's refusal: `failed to create deployment` */
export function finish(kubectl: Kubectl, draft: Doc, failure?: string): number {
  const dryRun = kubectl.dryRun();
  const print = verbPrinter(kubectl, `created${suffix(dryRun)}`, { typed: true });
  checkValidate(kubectl);
  let object: Value = kubectl.flags.bool('save-config') ? withLastApplied(draft, true) : draft;
  if (dryRun !== 'client') object = post(kubectl, object, dryRun, failure);
  kubectl.out(print(object));
  return 0;
}

export function checkValidate(kubectl: Kubectl): void {
  if (!kubectl.flags.has('validate')) return;
  const value = kubectl.flags.string('validate');
  if (!/^(strict|warn|ignore|true|false|t|f|1|0|)$/i.test(value)) {
    fail(`invalid - validate option "${value}"; must be one of: strict (or true), warn, ignore (or false)`);
  }
}

function post(kubectl: Kubectl, object: Value, dryRun: string, failure: string | undefined): Value {
  const type = kubectl.client.discovery.byKind(text(object, 'apiVersion'), text(object, 'kind'))!;
  const namespace = type.namespaced ? kubectl.namespace : '';
  const body = type.namespaced ? put(object, ['metadata', 'namespace'], namespace) : object;
  try {
    return kubectl.client.send({
      method: 'POST',
      path: collectionPath(type, namespace),
      query: createOptions(kubectl, dryRun, 'kubectl-create'),
      body,
      typed: true,
    }).body as Value;
  } catch (error) {
    if (!(error instanceof StatusError) || failure === undefined) throw error;
    throw new CommandError(`${failure}${failure.endsWith(' ') ? '' : ': '}${error.message}`);
  }
}
