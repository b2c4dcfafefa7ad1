/** `kubectl scale`, through the scale subresource. */
import type { Kubectl } from '../context.ts';
import { qualifiedResource } from '../discovery.ts';
import { CommandError, fail, messageOf, NetworkFailure, throwAll } from '../errors.ts';
import { checkFileNames, fileNames } from '../manifests.ts';
import { verbPrinter } from '../printers/objects.ts';
import { objectPath, select, type Target } from '../selection.ts';
import { number, put, text, type Value } from '../value.ts';
import { suffix } from './create/finish.ts';

const POLL_MS = 1000;

export async function scale(kubectl: Kubectl): Promise<number> {
  const { flags } = kubectl;
  const dryRun = kubectl.dryRun();
  const print = verbPrinter(kubectl, `scaled${suffix(dryRun)}`);
  if (flags.int('replicas') < 0) {
    fail('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
  }
  if (flags.int('current-replicas') < -1) fail('The --current-replicas must specify an integer of -1 or greater');
  checkFileNames(kubectl);
  const selection = select(kubectl, {
    args: kubectl.args,
    files: fileNames(kubectl),
    labelSelector: flags.string('selector') || undefined,
    allowEmptySelector: flags.bool('all'),
    latest: true,
  });
  if (flags.string('resource-version') !== '' && selection.targets.length > 1) {
    fail('cannot use --resource-version with multiple resources');
  }
  if (selection.targets.length === 0) {
    const [error] = selection.errors;
    if (error && flags.list('filename').length > 0) throw error;
    fail(error ? `no objects passed to scale ${plain(error)}` : 'no objects passed to scale');
  }
  for (const target of selection.targets) {
    if (dryRun !== 'client') await set(kubectl, target, dryRun);
    kubectl.out(print(target.object!));
  }
  throwAll(selection.errors);
  return 0;
}

/** An error wrapped into another loses kubectl's `Error from server` words. */
function plain(error: Error): string {
  return error instanceof NetworkFailure ? messageOf(error) : error.message;
}

async function set(kubectl: Kubectl, target: Target, dryRun: string): Promise<void> {
  const { flags } = kubectl;
  const wanted = flags.int('replicas');
  const expected = flags.int('current-replicas');
  const version = flags.string('resource-version');
  const path = objectPath(target, 'scale');
  const query = { dryRun: dryRun === 'server' ? 'All' : undefined };
  if (expected === -1 && version === '') {
    patchScale(kubectl, target, wanted, query);
  } else {
    const current = kubectl.client.get(path);
    const has = number(current, 'spec', 'replicas');
    if (expected !== -1 && has !== expected) throw new CommandError(`Expected replicas to be ${expected}, was ${has}`);
    const at = text(current, 'metadata', 'resourceVersion');
    if (version !== '' && at !== version) throw new CommandError(`Expected resource version to be ${version}, was ${at}`);
    kubectl.client.send({ method: 'PUT', path, query, body: put(current, ['spec', 'replicas'], wanted) as Value });
  }
  const timeout = flags.duration('timeout');
  if (timeout !== 0 && dryRun === 'none') await settle(kubectl, target, wanted, timeout);
}

function patchScale(kubectl: Kubectl, target: Target, replicas: number, query: { readonly dryRun: string | undefined }): void {
  const path = objectPath(target, 'scale');
  kubectl.client.send({
    method: 'PATCH',
    path,
    query,
    contentType: 'application/merge-patch+json',
    body: { spec: { replicas } },
    caller: 'client.go:232',
  });
}

async function settle(kubectl: Kubectl, target: Target, wanted: number, timeoutMs: number): Promise<void> {
  const until = kubectl.process.now() + timeoutMs;
  for (;;) {
    const current = kubectl.client.get(objectPath(target, 'scale'));
    if (number(current, 'status', 'replicas') === wanted && number(current, 'spec', 'replicas') === wanted) return;
    if (kubectl.process.now() >= until) {
      throw new CommandError(`timed out waiting for ${JSON.stringify(target.name)} to be synced`);
    }
    await kubectl.process.sleep(POLL_MS, `waiting for ${qualifiedResource(target.type)} ${target.name}`);
  }
}
