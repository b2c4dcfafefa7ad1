/** apply, create, replace, delete, patch and label. Sentences of calicoctl/commands of Calico v3.30. */
import type { Process } from '../../command.ts';
import { CalicoError, calicoClient } from './client.ts';
import type { Arguments } from './docopt.ts';
import { executeCommand, type Results } from './execute.ts';
import type { Setting } from './types.ts';

/** A verb's outcome: what went wrong, to standard error; undefined when nothing did. */
export type Outcome = string | undefined;

const list = (failures: readonly string[]): string => `[${failures.join(' ')}]`;
const noResources = (process: Process, { error }: Results): Outcome => {
  if (error !== undefined) return error;
  process.out('No resources specified\n');
  return undefined;
};

function succeeded(process: Process, done: string, { handled, singleKind }: Results): Outcome {
  process.out(`Successfully ${done} ${handled} ${singleKind === '' ? '' : `'${singleKind}' `}resource(s)\n`);
  return undefined;
}

/** apply and create: what fails is passed over, and told at the end. */
export function makeVerb(action: 'apply' | 'create', done: string) {
  return (process: Process, args: Arguments, setting: Setting): Outcome => {
    const results = executeCommand(process, args, setting, { action });
    const { fileInvalid, resourceCount, handled, singleKind, failures } = results;
    if (fileInvalid) return `Failed to execute command: ${results.error}`;
    if (resourceCount === 0) return noResources(process, results);
    if (handled === 0) {
      const what =
        resourceCount === 1 ? `'${singleKind}' resource` : singleKind === '' ? 'any resources' : `any '${singleKind}' resources`;
      return `Failed to ${action} ${what}: ${list(failures)}`;
    }
    if (failures.length === 0) return succeeded(process, done, results);
    if (handled - failures.length > 0) {
      const what = singleKind === '' ? 'resources' : `'${singleKind}' resources`;
      process.out(`Partial success: ${done} the first ${handled} out of ${resourceCount} ${what}:\n`);
    }
    return `Hit error${action === 'apply' ? '(s)' : ''}: ${list(failures)}`;
  };
}

export function replace(process: Process, args: Arguments, setting: Setting): Outcome {
  const results = executeCommand(process, args, setting, { action: 'update' });
  const { fileInvalid, resourceCount, handled, singleKind, error } = results;
  if (fileInvalid) return `Failed to execute command: ${error}`;
  if (resourceCount === 0) return noResources(process, results);
  if (error === undefined) return succeeded(process, 'replaced', results);
  const what = singleKind === '' ? 'resources' : `'${singleKind}' resources`;
  process.out(`Partial success: replaced the first ${handled} out of ${resourceCount} ${what}:\n`);
  return `Hit error: ${error}`;
}

export function remove(process: Process, args: Arguments, setting: Setting): Outcome {
  const [kind, ...names] = args.positional;
  const results = executeCommand(process, args, setting, { action: 'delete', kind, names });
  const { fileInvalid, resourceCount, handled, singleKind, failures } = results;
  if (fileInvalid) return `Failed to execute command: ${results.error}`;
  if (resourceCount === 0) return noResources(process, results);
  if (results.error !== undefined) return `Hit error: ${results.error}`;
  if (handled > 0) succeeded(process, 'deleted', results);
  if (failures.length === 0) return undefined;
  const what = singleKind === '' ? 'resource' : `'${singleKind}' resource`;
  return failures.map((failure) => `Failed to delete ${what}: ${failure}\n`).join('');
}

export function patch(process: Process, args: Arguments, setting: Setting): Outcome {
  const [kind, ...names] = args.positional;
  const results = executeCommand(process, args, setting, { action: 'patch', kind, names });
  if (results.resourceCount === 0) return results.error ?? 'No resources specified';
  if (results.error !== undefined) return `Hit error: ${results.error}`;
  process.out(`Successfully patched ${results.handled} '${results.singleKind}' resource\n`);
  return undefined;
}

/** A label's name, with or without a domain before it. */
const LABEL_KEY = /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

export function label(process: Process, args: Arguments, setting: Setting): Outcome {
  const [kindWord = '', name = '', change = ''] = args.positional;
  const removes = args.flag('--remove');
  const [key = '', value = '', ...more] = change.split('=');
  if (!removes && (!change.includes('=') || more.length > 0)) return `invalid label ${change}`;
  const results = executeCommand(process, args, setting, { action: 'get', kind: kindWord, names: [name] });
  if (results.error !== undefined) return `failed to get ${kindWord} ${name}, error ${results.error}`;
  const resource = results.resources[0];
  if (!resource) return `${kindWord} ${name} not found`;
  const labels: Record<string, string> = { ...resource.metadata.labels };
  const had = Object.hasOwn(labels, key);
  if (removes && !had) return `cannot remove label of ${kindWord} ${name}, key ${key} does not exist`;
  if (!removes && had && !args.flag('--overwrite') && labels[key] !== value) {
    return `failed to update label of ${kindWord} ${name}, key ${key} is already present. please use '--overwrite' to set a new value.`;
  }
  if (!removes && !LABEL_KEY.test(key)) return `failed to update ${kindWord} ${name}, label not changed`;
  if (removes) delete labels[key];
  else labels[key] = value;
  try {
    calicoClient(process).update({ ...resource, metadata: { ...resource.metadata, labels } });
  } catch (error) {
    if (error instanceof CalicoError) return `failed to update ${kindWord} ${name}, label not changed`;
    throw error;
  }
  const said = removes ? `removed label ${key} from` : `${had ? 'updated' : 'set'} label ${key} on`;
  process.out(`Successfully ${said} ${kindWord} ${name}\n`);
  return undefined;
}

/** Whether the words fit `( <KIND> [<NAME>...] | --filename=<FILENAME> )`. */
export const fitsKindOrFile = (args: Arguments): boolean => (args.value('--filename') === undefined) === args.positional.length > 0;
