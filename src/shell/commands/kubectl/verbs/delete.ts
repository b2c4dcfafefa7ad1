/** `kubectl delete`: waits on virtual time until the finalizers and the kubelet are done. */
import type { Kubectl } from '../context.ts';
import { qualifiedKind, type ResourceType } from '../discovery.ts';
import { CommandError, fail, isNotFound, StatusError, throwAll } from '../errors.ts';
import { checkFileNames, fileNames, refuseKustomize } from '../manifests.ts';
import { objectPath, select, type Target } from '../selection.ts';
import { text, type Value } from '../value.ts';
import { withSource } from './create/index.ts';

/** How long `delete` waits when no --timeout is given: a week, as upstream. */
const FOREVER_MS = 168 * 3_600_000;
const POLL_MS = 500;

interface Grace {
  /** Seconds; -1: the object's own. */
  readonly seconds: number;
  readonly force: boolean;
}

function grace(kubectl: Kubectl): Grace {
  const { flags } = kubectl;
  let seconds = flags.int('grace-period');
  const force = flags.bool('force');
  if (flags.bool('now')) {
    if (seconds !== -1) fail('--now and --grace-period cannot be specified together');
    seconds = 1;
  }
  if (seconds === 0 && !force) seconds = 1;
  if (force && seconds < 0) seconds = 0;
  return { seconds, force };
}

const CASCADE: Readonly<Record<string, string>> = {
  true: 'Background',
  background: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
  false: 'Orphan',
};

function cascade(kubectl: Kubectl): string {
  const value = kubectl.flags.string('cascade');
  if (!Object.hasOwn(CASCADE, value)) {
    fail(`invalid cascade value (${value}). Must be "background", "foreground", or "orphan"`);
  }
  if (value === 'true' || value === 'false') {
    const meant = value === 'true' ? 'background' : 'orphan';
    kubectl.err(`warning: --cascade=${value} is deprecated (boolean value) and can be replaced with --cascade=${meant}.\n`);
  }
  return CASCADE[value]!;
}

function check(kubectl: Kubectl, { seconds, force }: Grace): void {
  const { flags } = kubectl;
  const output = flags.string('output');
  if (output !== '' && output !== 'name') fail(`unexpected -o output mode: ${output}. We only support '-o name'`);
  if (flags.bool('all') && flags.string('selector') !== '') fail('cannot set --all and --selector at the same time');
  if (flags.bool('all') && flags.string('field-selector') !== '') fail('cannot set --all and --field-selector at the same time');
  if (seconds === 0 && force) {
    kubectl.err(
      'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n',
    );
  } else if (seconds > 0 && force) fail('--force and --grace-period greater than 0 cannot be specified together');
}

function removeRaw(kubectl: Kubectl): number {
  const { body } = kubectl.client.send({ method: 'DELETE', path: kubectl.flags.string('raw'), raw: true });
  kubectl.out(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`);
  return 0;
}

interface Deleted extends Target {
  readonly uid: string;
}

export async function remove(kubectl: Kubectl): Promise<number> {
  const { flags } = kubectl;
  const propagation = cascade(kubectl);
  const period = grace(kubectl);
  const dryRun = kubectl.dryRun();
  checkFileNames(kubectl);
  if (flags.string('raw') !== '') return removeRaw(kubectl);
  if (flags.string('kustomize') !== '') refuseKustomize(kubectl, flags.string('kustomize'));
  const all = flags.bool('all');
  const bySelector = all || flags.string('selector') !== '' || flags.string('field-selector') !== '';
  const ignoreNotFound = flags.changed('ignore-not-found') ? flags.bool('ignore-not-found') : bySelector;
  const selection = select(kubectl, {
    args: kubectl.args,
    files: fileNames(kubectl),
    labelSelector: flags.string('selector') || undefined,
    fieldSelector: flags.string('field-selector') || undefined,
    all,
    allNamespaces: flags.bool('all-namespaces'),
    namesOnly: true,
  });
  check(kubectl, period);
  if (flags.bool('interactive') && !(await confirm(kubectl, selection.targets))) return 0;
  const errors: Error[] = [...selection.errors];
  const deleted: Deleted[] = [];
  let found = 0;
  let warned = !flags.changed('namespace');
  for (const target of selection.targets) {
    found++;
    if (!target.type.namespaced && !warned) {
      kubectl.err('Warning: deleting cluster-scoped resources, not scoped to the provided namespace\n');
      warned = true;
    }
    try {
      const uid = dryRun === 'client' ? '' : send(kubectl, target, period, propagation, dryRun);
      say(kubectl, target, period, dryRun);
      deleted.push({ ...target, uid });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (ignoreNotFound && isNotFound(error)) continue;
      errors.push(withSource(error, 'deleting', target.source));
    }
  }
  throwAll(errors);
  if (found === 0) kubectl.out('No resources found\n');
  else if (flags.bool('wait') && dryRun === 'none') await waitGone(kubectl, deleted, flags.duration('timeout') || FOREVER_MS);
  return 0;
}

function send(kubectl: Kubectl, target: Target, { seconds }: Grace, propagationPolicy: string, dryRun: string): string {
  const body: Record<string, Value> = { propagationPolicy };
  if (seconds >= 0) body.gracePeriodSeconds = seconds;
  if (dryRun === 'server') body.dryRun = ['All'];
  const answer = kubectl.client.send({
    method: 'DELETE',
    path: objectPath(target),
    query: { dryRun: dryRun === 'server' ? 'All' : undefined },
    body,
  }).body as Value;
  return text(answer, 'kind') === 'Status' ? text(answer, 'details', 'uid') : text(answer, 'metadata', 'uid');
}

function kindText(type: ResourceType): string {
  return qualifiedKind(type.kind, type.group);
}

function say(kubectl: Kubectl, target: Target, { seconds }: Grace, dryRun: string): void {
  if (kubectl.flags.string('output') === 'name') {
    kubectl.out(`${kindText(target.type)}/${target.name}\n`);
    return;
  }
  const done = seconds === 0 ? 'force deleted' : 'deleted';
  const suffix = dryRun === 'client' ? ' (dry run)' : dryRun === 'server' ? ' (server dry run)' : '';
  kubectl.out(`${kindText(target.type)} "${target.name}" ${done}${suffix}\n`);
}

async function confirm(kubectl: Kubectl, targets: readonly Target[]): Promise<boolean> {
  if (targets.length === 0) {
    kubectl.out('No resources found\n');
    return false;
  }
  kubectl.out(`You are about to delete the following ${targets.length} resource(s):\n`);
  for (const target of targets) kubectl.out(`${kindText(target.type)}/${target.name}\n`);
  kubectl.out('Do you want to continue? (y/n): ');
  const answer = kubectl.process.hasStdin ? kubectl.process.stdin.trim().split(/\s/)[0]! : await readAnswer(kubectl);
  if (/^y$/i.test(answer)) return true;
  kubectl.out('deletion is cancelled\n');
  return false;
}

async function readAnswer(kubectl: Kubectl): Promise<string> {
  const { tty } = kubectl.process;
  if (!tty) return '';
  let typed = '';
  for (;;) {
    const key = await tty.readKey();
    if (key === '\r' || key === '\n') break;
    typed += key;
    kubectl.out(key);
  }
  kubectl.out('\n');
  return typed.trim();
}

/** Waits until none of the objects is there any more (or another of the same name is). */
export async function waitGone(kubectl: Kubectl, targets: readonly Deleted[], timeoutMs: number): Promise<void> {
  const until = kubectl.process.now() + timeoutMs;
  const late: Error[] = [];
  for (const target of targets) {
    for (;;) {
      const answer = kubectl.client.exchange({ method: 'GET', path: objectPath(target), caller: 'simple.go:247' });
      if (answer.status === 404) break;
      const uid = text(answer.body, 'metadata', 'uid');
      if (target.uid !== '' && uid !== '' && uid !== target.uid) break;
      if (kubectl.process.now() >= until) {
        late.push(new CommandError(`timed out waiting for the condition on ${target.type.name}/${target.name}`));
        break;
      }
      await kubectl.process.sleep(POLL_MS, `waiting for ${kindText(target.type)} ${target.name} to go`);
    }
  }
  throwAll(late);
}
