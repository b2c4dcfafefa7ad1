/**
 * kubectl v1.32: a REST client. Finds the command in the tree, parses its flags as pflag does, runs the verb and prints errors as
 * kubectl's CheckErr. Sees the host's files and the API server through its network; never the kernel or the simulation's state.
 */
import type { Command, Process } from '../../command.ts';
import { complete } from './complete.ts';
import { Kubectl } from './context.ts';
import { Aggregate, CommandError, Exit, NetworkFailure, report, StatusError } from './errors.ts';
import { FlagError } from './flags.ts';
import { helpText, optionsText, usageText } from './help.ts';
import { klogHead } from './klog.ts';
import { home } from './kubeconfig.ts';
import { type CommandNode, childOf, find, flagSet, locate } from './tree.ts';
import { goJson } from './value.ts';
import { verbs } from './verbs/index.ts';

/** client-go gives a connection this long. */
const DIAL_TIMEOUT_MS = 30_000;

/** Groups that only hold subcommands: alone they print their help on standard error and fail. */
function isGroup(command: CommandNode): boolean {
  return command.children.length > 0 && !Object.hasOwn(verbs, command.path);
}

/** Verbs whose arguments after the first belong to another program. */
const PASSES_ON = new Set<string>();

async function invoke(process: Process, args: readonly string[]): Promise<number> {
  const { command, args: rest } = find(args);
  if (command.path === '' && rest[0] === 'help') return printHelp(process, rest.slice(1));
  const parsed = flagsOf(command, rest);
  for (const notice of parsed.notices) process.err(notice);
  // `alpha` has no help: it says at once that there is nothing in it.
  if ((parsed.help && command.path !== 'alpha') || command.path === '') {
    process.out(helpText(command));
    return 0;
  }
  if (command.path === 'options') {
    process.out(optionsText(home(process)));
    return 0;
  }
  const missing = command.required.filter((name) => !parsed.values.changed(name));
  if (missing.length > 0) throw new CommandError(`required flag(s) ${missing.map((name) => `"${name}"`).join(', ')} not set`);
  const kubectl = new Kubectl(process, command, parsed);
  if (isGroup(command)) {
    // `certificate` looks at no argument at all.
    if (parsed.positional.length > 0 && command.path !== 'certificate')
      kubectl.usage(`unknown command "${parsed.positional.join(' ')}"`);
    // `rollout` and `certificate` speak on standard output, the other groups on standard error.
    if (command.path !== 'rollout' && command.path !== 'certificate') process.err(helpText(command));
    else process.out(helpText(command));
    return command.path === 'certificate' ? 0 : 1;
  }
  const verb = Object.hasOwn(verbs, command.path) ? verbs[command.path] : undefined;
  if (!verb) throw new Exit(1, `kubectl ${command.path}: not simulated in this lab`);
  const code = await verb(kubectl);
  if (kubectl.flags.bool('warnings-as-errors') && code === 0) {
    const count = kubectl.warnings();
    if (count > 0) throw new CommandError(`${count} warning${count > 1 ? 's' : ''} received`);
  }
  return code;
}

function flagsOf(command: CommandNode, args: readonly string[]) {
  try {
    return flagSet(command).parse(args, { interspersed: !PASSES_ON.has(command.path) });
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    const name = command.path === '' ? 'kubectl' : `kubectl ${command.path}`;
    if (command.path === 'options') throw new CommandError(`${error.message}\nRun 'kubectl options' without flags.`);
    throw new CommandError(`${error.message}\nSee '${name} --help' for usage.`);
  }
}

function printHelp(process: Process, args: readonly string[]): number {
  const words = flagsOf(locate([]), args).positional;
  const first = words[0];
  if (first !== undefined && !childOf(locate([]), first)) {
    process.err(`Unknown help topic [\`${words.join('` `')}\`]\n\n\n${usageText(locate([]))}`);
    return 0;
  }
  process.out(helpText(locate(words)));
  return 0;
}

/** At -v=4 and above kubectl shows the Status it was refused with. */
function debugText(process: Process, args: readonly string[], error: unknown): string {
  const errors = error instanceof Aggregate ? error.errors : [error];
  const shown = errors.filter((one) => one instanceof StatusError && one.reason !== 'Invalid');
  if (shown.length === 0 || verbosityOf(args) < 4) return '';
  const head = klogHead(process, 'I', 'helpers.go:246');
  return shown.map((one) => `${head}server response object: %s[${goJson((one as StatusError).status, '  ')}]\n`).join('');
}

function verbosityOf(args: readonly string[]): number {
  const { command, args: rest } = find(args);
  return flagsOf(command, rest).values.int('v');
}

export const kubectl: Command = {
  name: 'kubectl',
  summary: 'control the Kubernetes cluster',
  where: 'bastion',
  async run(process, args) {
    try {
      return await invoke(process, args);
    } catch (error) {
      // A dial that nobody answers takes its time before it fails.
      if (error instanceof NetworkFailure && error.cause2 === 'timeout' && error.message.endsWith('i/o timeout')) {
        await process.sleep(DIAL_TIMEOUT_MS, 'waiting for the API server');
      }
      const { text, exitCode } = report(error);
      process.err(debugText(process, args, error));
      process.err(text);
      return exitCode;
    }
  },
  complete,
};
