/**
 * `kubectl exec`: a command in a pod's own place. The session runs it there; what a container's image does not have cannot be run.
 * The stream itself (SPDY to the kubelet) is left out.
 */
import { uuid } from '../../../../engine/index.ts';
import type { Kubectl } from '../context.ts';
import { CommandError, fail, StatusError } from '../errors.ts';
import { checkFileNames, fileNames } from '../manifests.ts';
import { containerNames, defaultContainer, firstPod, resolve } from '../pods.ts';
import { select } from '../selection.ts';
import { items, text, type Value } from '../value.ts';

const SHELLS = new Set(['sh', 'bash', 'ash', '/bin/sh', '/bin/bash', '/bin/ash']);

interface Wanted {
  readonly word: string;
  readonly command: readonly string[];
}

function readArgs(kubectl: Kubectl): Wanted {
  const { args, dashAt, flags } = kubectl;
  const files = flags.list('filename');
  const word = args.length > 0 && dashAt !== 0 ? args[0]! : '';
  let command: readonly string[] = [];
  if (dashAt > -1) command = args.slice(dashAt);
  else if (args.length > 1 || (args.length > 0 && files.length !== 0)) {
    kubectl.usage('exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead');
  }
  if (word === '' && files.length === 0) fail('pod, type/name or --filename must be specified');
  if (command.length === 0) fail('you must specify at least one command for the container');
  return { word, command };
}

async function podFor(kubectl: Kubectl, word: string): Promise<Value> {
  const timeout = kubectl.flags.duration('pod-running-timeout');
  if (timeout <= 0) kubectl.usage('--pod-running-timeout must be higher than zero');
  if (word === '') {
    const selection = select(kubectl, { args: [], files: fileNames(kubectl), latest: true });
    if (selection.errors.length > 0) throw selection.errors[0]!;
    if (selection.targets.length !== 1) fail('cannot exec into multiple objects at a time');
    return selection.targets[0]!.object!;
  }
  const { object } = resolve(kubectl, word);
  if (text(object, 'kind') === 'Pod') return object!;
  return (await firstPod(kubectl, object!, timeout, 'attach')).pod;
}

function statusOf(pod: Value, container: string): Value | undefined {
  return [...items(pod, 'status', 'containerStatuses'), ...items(pod, 'status', 'initContainerStatuses')].find(
    (one) => text(one, 'name') === container,
  );
}

/** What the API server and the kubelet check before they start the command. */
function checkContainer(pod: Value, container: string): void {
  const name = text(pod, 'metadata', 'name');
  if (!containerNames(pod).includes(container)) throw refused(`container ${container} is not valid for pod ${name}`);
  if (text(pod, 'spec', 'nodeName') === '') throw refused(`pod ${name} does not have a host assigned`);
  if (text(statusOf(pod, container), 'state', 'running', 'startedAt') === '') {
    throw new CommandError(`Internal error occurred: unable to upgrade connection: container not found ("${container}")`);
  }
}

function refused(message: string): Error {
  return new StatusError({ kind: 'Status', reason: 'BadRequest', code: 400, message });
}

export async function exec(kubectl: Kubectl): Promise<number> {
  const { word, command } = readArgs(kubectl);
  checkFileNames(kubectl);
  const pod = await podFor(kubectl, word);
  const phase = text(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') {
    fail(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  }
  const container = kubectl.flags.string('container') || defaultContainer(kubectl, pod, kubectl.flags.bool('quiet'));
  checkContainer(pod, container);
  const stdin = kubectl.flags.bool('stdin');
  const tty = stdin && kubectl.flags.bool('tty') && terminal(kubectl);
  enter(kubectl, pod, container, command, { stdin, tty });
  return 0;
}

/** -t needs a terminal on this side. */
function terminal(kubectl: Kubectl): boolean {
  const { process } = kubectl;
  if (process.isTTY && !process.hasStdin) return true;
  if (!kubectl.flags.bool('quiet')) kubectl.err('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  return false;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Runs the command where the pod is; an interactive shell becomes the session's next level. */
export function enter(
  kubectl: Kubectl,
  pod: Value,
  container: string,
  command: readonly string[],
  { stdin, tty }: { readonly stdin: boolean; readonly tty: boolean },
): void {
  const host = kubectl.process.sim.world().hosts[text(pod, 'spec', 'nodeName')];
  const netns =
    text(pod, 'spec', 'hostNetwork') === 'true' ? '' : `${text(pod, 'metadata', 'namespace')}/${text(pod, 'metadata', 'name')}`;
  if (!host) throw new CommandError(`Internal error occurred: unable to upgrade connection: container not found ("${container}")`);
  const place = { host: host.name, netns };
  const [program, ...rest] = command;
  const shell = SHELLS.has(program!);
  if (shell && rest.length === 0 && tty) {
    kubectl.process.enter(place, { container, user: 'root' });
    return;
  }
  const inner =
    shell && rest[0] === '-c'
      ? (rest[1] ?? '')
      : shell && rest.length === 0
        ? stdin
          ? kubectl.process.stdin
          : ''
        : command.map(quoted).join(' ');
  kubectl.process.enter(place, { container, user: 'root', script: wrap(program!, shell, inner, execId(kubectl, pod, container)) });
}

/** What containerd calls the process: 64 hexadecimal digits that it draws. */
function execId({ process }: Kubectl, pod: Value, container: string): string {
  const { seed, now, inputs } = process.sim.world();
  const draw = (half: string) => uuid(seed, 'exec', text(pod, 'metadata', 'uid'), container, now, inputs, half).replaceAll('-', '');
  return draw('first') + draw('second');
}

/** The command, and kubectl's words when it cannot start or ends badly. */
function wrap(program: string, shell: boolean, inner: string, id: string): string {
  const name = quoted(program);
  const missing = `error: Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "${id}": OCI runtime exec failed: exec failed: unable to start container process: exec: "${program}": executable file not found in $PATH: unknown`;
  const start = shell ? '' : `if ! command -v ${name} >/dev/null 2>&1; then printf '%s\\n' ${quoted(missing)} >&2; exit 1; fi\n`;
  return `${start}(\n${inner.trim() === '' ? ':' : inner}\n)\n__status=$?\nif [ $__status -ne 0 ]; then echo "command terminated with exit code $__status" >&2; fi\nexit $__status\n`;
}
