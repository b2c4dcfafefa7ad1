/**
 * The tree of kubectl's commands as recorded from kubectl v1.32 (commands.json: usage lines, groups, flags) and the finding of a
 * command in it: spf13/cobra's Find, its `Did you mean this?` and kubectl's search for plugins.
 */
import recorded from './commands.json';
import { Exit } from './errors.ts';
import { type Flag, FlagSet, type FlagType } from './flags.ts';

interface RecordedCommand {
  readonly usage: string;
  readonly flags: readonly number[];
  readonly aliases?: readonly string[];
  readonly groups?: readonly (readonly [string, readonly (readonly [string, string])[]])[];
}

interface Recorded {
  readonly flags: readonly (readonly [string, string, string, string, string])[];
  readonly global: readonly number[];
  readonly commands: Readonly<Record<string, RecordedCommand>>;
}

const RECORDED = recorded as unknown as Recorded;

/** Values that `--flag` stands for without `=` (pflag's NoOptDefVal). */
const IMPLIED: Readonly<Record<string, string>> = { 'dry-run': 'unchanged', validate: 'strict', cascade: 'background' };

const RECORD: Flag = {
  name: 'record',
  shorthand: '',
  type: 'bool',
  default: 'false',
  usage: '',
  deprecated: '--record will be removed in the future',
};

const HELP: Flag = { name: 'help', shorthand: 'h', type: 'bool', default: 'false', usage: '' };

/** Commands that still accept `--record`, hidden from their help. */
const RECORDING = new Set([
  'annotate',
  'apply',
  'autoscale',
  'create',
  'edit',
  'expose',
  'label',
  'patch',
  'run',
  'scale',
  'set env',
  'set image',
  'set resources',
  'set selector',
  'set serviceaccount',
]);

/** Flags without which cobra refuses to run a command. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  autoscale: ['max'],
  'create clusterrolebinding': ['clusterrole'],
  'create cronjob': ['image', 'schedule'],
  'create deployment': ['image'],
  'create service externalname': ['external-name'],
  run: ['image'],
  scale: ['replicas'],
};

/** What people type for another command (cobra's SuggestFor). */
const SUGGEST_FOR: Readonly<Record<string, readonly string[]>> = { get: ['list', 'ps'], wait: ['list', 'ps'], delete: ['rm'] };

export interface CommandNode {
  /** `create service clusterip`; '' is kubectl itself. */
  readonly path: string;
  /** The last word. */
  readonly name: string;
  readonly short: string;
  readonly usage: string;
  readonly aliases: readonly string[];
  /** Headings of the help and the commands under them. */
  readonly groups: readonly (readonly [string, readonly (readonly [string, string])[]])[];
  readonly flags: readonly Flag[];
  readonly children: readonly CommandNode[];
  readonly required: readonly string[];
}

function unlisted(name: string, short: string): CommandNode {
  return { path: name, name, short, usage: `kubectl ${name}`, aliases: [], groups: [], flags: [], children: [], required: [] };
}

/** Commands that stand in no group of the help. */
const UNLISTED: readonly CommandNode[] = [
  unlisted('options', 'Print the list of flags inherited by all commands'),
  unlisted('alpha', 'Commands for features in alpha'),
];

function flagAt(index: number): Flag {
  const [name, shorthand, type, fallback, usage] = RECORDED.flags[index]!;
  return { name, shorthand, type: type as FlagType, default: fallback, usage, implied: IMPLIED[name] };
}

function build(path: string, short: string): CommandNode {
  const command = RECORDED.commands[path]!;
  const groups = command.groups ?? [];
  const children = groups.flatMap(([, entries]) =>
    entries.map(([name, summary]) => build(path === '' ? name : `${path} ${name}`, summary)),
  );
  if (path === '') children.push(...UNLISTED);
  return {
    path,
    name: path === '' ? 'kubectl' : path.slice(path.lastIndexOf(' ') + 1),
    short,
    usage: command.usage,
    aliases: command.aliases ?? [],
    groups,
    flags: command.flags.map(flagAt),
    children,
    required: REQUIRED[path] ?? [],
  };
}

let tree: CommandNode | undefined;

export function root(): CommandNode {
  tree ??= build('', 'kubectl controls the Kubernetes cluster manager');
  return tree;
}

/** Flags that every command inherits. */
export function globalFlags(): readonly Flag[] {
  return RECORDED.global.map(flagAt);
}

const sets = new Map<string, FlagSet>();

/** A command's own flags, those it inherits, and the hidden ones. */
export function flagSet(command: CommandNode): FlagSet {
  const known = sets.get(command.path);
  if (known) return known;
  const own = command.path === 'options' ? [] : command.flags;
  const hidden = RECORDING.has(command.path) ? [RECORD] : [];
  const set = new FlagSet([...own, ...hidden, ...globalFlags(), HELP]);
  sets.set(command.path, set);
  return set;
}

export function childOf(command: CommandNode, word: string): CommandNode | undefined {
  return command.children.find((child) => child.name === word || child.aliases.includes(word));
}

/** Whether a flag takes the next word. cobra looks for the command before it defines `--help`, so that one seems to. */
function takesNext(flag: Flag | undefined, flags: FlagSet): boolean {
  return flag === HELP || flags.implied(flag) === undefined;
}

/** The words that are neither flags nor flags' values (cobra's stripFlags). */
function withoutFlags(args: readonly string[], flags: FlagSet): string[] {
  const words: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index]!;
    if (word === '--') break;
    if (word.startsWith('--') && !word.includes('=')) {
      if (takesNext(flags.lookup(word.slice(2)), flags)) index++;
    } else if (word.startsWith('-') && !word.startsWith('--') && !word.includes('=') && word.length === 2) {
      if (takesNext(flags.byShorthand.get(word[1]!), flags)) index++;
    } else if (word !== '' && !word.startsWith('-')) words.push(word);
  }
  return words;
}

/** args without the first free-standing `word` (cobra's argsMinusFirstX). */
function withoutFirst(args: readonly string[], word: string, flags: FlagSet): readonly string[] {
  for (let index = 0; index < args.length; index++) {
    const here = args[index]!;
    if (here === '--') break;
    if (here.startsWith('--') && !here.includes('=')) {
      if (takesNext(flags.lookup(here.slice(2)), flags)) index++;
    } else if (here.startsWith('-') && !here.startsWith('--') && !here.includes('=') && here.length === 2) {
      if (takesNext(flags.byShorthand.get(here[1]!), flags)) index++;
    } else if (!here.startsWith('-') && here === word) return [...args.slice(0, index), ...args.slice(index + 1)];
  }
  return args;
}

function levenshtein(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(a[i - 1] === b[j - 1] ? row[j - 1]! : Math.min(row[j]!, next[j - 1]!, row[j - 1]!) + 1);
    }
    row = next;
  }
  return row[b.length]!;
}

function suggestions(command: CommandNode, typed: string): string[] {
  const found: string[] = [];
  const low = typed.toLowerCase();
  for (const child of command.children) {
    const near = levenshtein(low, child.name.toLowerCase()) <= 2 || child.name.toLowerCase().startsWith(low);
    if (near || (SUGGEST_FOR[child.name] ?? []).some((word) => word.toLowerCase() === low)) found.push(child.name);
  }
  return found;
}

export interface Found {
  readonly command: CommandNode;
  readonly args: readonly string[];
}

/** @throws Exit with cobra's words when there is no such command */
export function find(args: readonly string[]): Found {
  let command = root();
  let rest = args;
  for (;;) {
    const flags = flagSet(command);
    const word = withoutFlags(rest, flags)[0];
    const child = word === undefined ? undefined : childOf(command, word);
    if (!child) break;
    rest = withoutFirst(rest, word!, flags);
    command = child;
  }
  if (command.path !== '') return { command, args: rest };
  const free = withoutFlags(rest, flagSet(command));
  if (free.length === 0 || free[0] === 'help') return { command, args: rest };
  // kubectl first looks for a plugin, whose name must stand before any flag.
  if (rest[0]!.startsWith('-')) throw new Exit(1, `Error: flags cannot be placed before plugin name: ${rest[0]}`);
  const near = suggestions(command, free[0]!);
  const tail = near.length > 0 ? `\n\nDid you mean this?\n${near.map((name) => `\t${name}\n`).join('')}` : '';
  throw new Exit(1, `error: unknown command "${free[0]}" for "kubectl"${tail}`);
}

/** The command that these words name, or the nearest one above it. */
export function locate(words: readonly string[]): CommandNode {
  let command = root();
  for (const word of words) {
    const child = childOf(command, word);
    if (!child) break;
    command = child;
  }
  return command;
}
