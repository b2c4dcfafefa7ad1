/**
 * calicoctl: Calico's own client. Models calicoctl v3.30: its usage texts decide what is accepted, everything else goes to the API server.
 * Leaves out what needs a container runtime (node run, diags, checksystem), an etcd datastore (datastore migrate export, import) and the
 * conversion of old files: they check their arguments and say so.
 */
import type { Command, Process } from '../../command.ts';
import { fitsKindOrFile, label, makeVerb, type Outcome, patch, remove, replace } from './change.ts';
import { CalicoError } from './client.ts';
import { complete } from './complete.ts';
import { Ended, NoClient } from './connection.ts';
import { convert } from './convert.ts';
import { setReady } from './datastore.ts';
import { type Arguments, optionsOf, parseArguments, usageOf } from './docopt.ts';
import { get, version } from './get.ts';
import { commandsBelow, helpOf } from './help.ts';
import { check } from './ipam/check.ts';
import { configure } from './ipam/configure.ts';
import { release } from './ipam/release.ts';
import { show } from './ipam/show.ts';
import { split } from './ipam/split.ts';
import { status } from './node.ts';
import type { Setting } from './types.ts';

interface Verb {
  /** Whether the positional words and options fit the usage. */
  fits(args: Arguments): boolean;
  run(process: Process, args: Arguments, setting: Setting): Outcome;
}

const onlyFile = (args: Arguments): boolean => args.value('--filename') !== undefined && args.positional.length === 0;
const nothing = (args: Arguments): boolean => args.positional.length === 0;
const given = (args: Arguments, ...names: readonly string[]): number => names.filter((name) => args.flag(name)).length;

/** A command that is there and does nothing here. */
const absent = (path: string, fits: (args: Arguments) => boolean = nothing): Readonly<Record<string, Verb>> => ({
  [path]: { fits, run: () => `calicoctl ${path}: not simulated in this lab` },
});

const VERBS: Readonly<Record<string, Verb>> = {
  apply: { fits: onlyFile, run: makeVerb('apply', 'applied') },
  create: { fits: onlyFile, run: makeVerb('create', 'created') },
  replace: { fits: onlyFile, run: replace },
  delete: { fits: fitsKindOrFile, run: remove },
  get: { fits: fitsKindOrFile, run: get },
  patch: { fits: (args) => args.positional.length === 2 && args.flag('--patch'), run: patch },
  label: { fits: (args) => args.positional.length === 3 && given(args, '--remove', '--overwrite') < 2, run: label },
  convert: { fits: onlyFile, run: convert },
  version: { fits: nothing, run: version },
  'ipam show': {
    fits: (args) => nothing(args) && given(args, '--ip', '--show-blocks', '--show-borrowed', '--show-configuration') < 2,
    run: show,
  },
  'ipam check': { fits: nothing, run: check },
  'ipam release': { fits: nothing, run: release },
  'ipam configure': { fits: (args) => nothing(args) && args.flag('--strictaffinity'), run: configure },
  'ipam split': { fits: (args) => args.positional.length === 1, run: split },
  'node status': { fits: nothing, run: status },
  ...absent('node diags'),
  ...absent('node checksystem'),
  ...absent('node run'),
  ...absent('datastore migrate export'),
  ...absent('datastore migrate import', onlyFile),
  'datastore migrate lock': { fits: nothing, run: setReady(false) },
  'datastore migrate unlock': { fits: nothing, run: setReady(true) },
};

const text = (path: string): string => helpOf(path).trimEnd();

function runVerb(process: Process, path: string, verb: Verb, args: readonly string[], setting: Setting): number {
  const help = helpOf(path);
  const parsed = parseArguments(args, optionsOf(help));
  const mistaken = (message: string): number => {
    process.err(`${`${message}\n${usageOf(help)}`.trim()}\n`);
    return 1;
  };
  if ('mistake' in parsed) return mistaken(parsed.mistake);
  if (parsed.flag('--help')) {
    process.out(help);
    return 0;
  }
  if (!verb.fits(parsed)) return mistaken('');
  try {
    const complaint = verb.run(process, parsed, setting);
    if (complaint === undefined) return 0;
    if (complaint !== '') process.err(`${complaint}\n`);
    return 1;
  } catch (error) {
    if (error instanceof Ended) process.out(`${error.message}\n`);
    else if (error instanceof CalicoError || error instanceof NoClient) process.err(`${error.message}\n`);
    else throw error;
    return 1;
  }
}

/** `ipam`, `node`, `datastore`: their options end where the command below them begins. */
function runGroup(process: Process, path: string, args: readonly string[], setting: Setting): number {
  const help = helpOf(path);
  const parsed = parseArguments(args, optionsOf(help), true);
  if ('mistake' in parsed || (parsed.positional.length === 0 && !parsed.flag('--help'))) {
    process.err(`${usageOf(help)}\n`);
    return 1;
  }
  if (parsed.flag('--help')) {
    process.out(help);
    return 0;
  }
  const [word = '', ...rest] = parsed.positional;
  if (commandsBelow(path).includes(word)) return runPath(process, `${path} ${word}`, rest, setting);
  process.out(`${text(path)}\n\n`);
  return 0;
}

function runPath(process: Process, path: string, args: readonly string[], setting: Setting): number {
  const verb = VERBS[path];
  return verb ? runVerb(process, path, verb, args, setting) : runGroup(process, path, args, setting);
}

const LEVELS = ['panic', 'fatal', 'error', 'warn', 'warning', 'info', 'debug', 'trace'];

/** `-a` is an old spelling of `-A`. */
const modern = (args: readonly string[]): readonly string[] => args.map((arg) => (arg === '-a' ? '-A' : arg));

function run(process: Process, args: readonly string[]): number {
  const help = helpOf('');
  const parsed = parseArguments(args, optionsOf(help), true);
  if (args[0] === '--version') {
    process.out("Run 'calicoctl version' to see version information.\n");
    return 0;
  }
  if ('mistake' in parsed || (parsed.positional.length === 0 && !parsed.flag('--help'))) {
    const why = 'mistake' in parsed ? parsed.mistake : '';
    process.err(`${`${why}\n${usageOf(help)}`.trim()}\n`);
    process.out(`Invalid option: '${args.join(' ')}'. Use flag '--help' to read about a specific subcommand.\n`);
    return 1;
  }
  if (parsed.flag('--help')) {
    process.out(help);
    return 0;
  }
  const level = parsed.value('--log-level');
  if (level !== undefined && !LEVELS.includes(level.toLowerCase())) {
    process.out(`Unknown log level: ${level}, expected one of: \npanic, fatal, error, warn, info, debug.\n`);
    return 1;
  }
  const [word = '', ...rest] = parsed.positional;
  if (!commandsBelow('').includes(word)) {
    process.err(`Unknown command: "${word}"\n${text('')}\n\n`);
    return 1;
  }
  const context = parsed.value('--context');
  const asked = [
    ...(word === 'get' ? modern(rest) : rest),
    ...(parsed.flag('--allow-version-mismatch') ? ['--allow-version-mismatch'] : []),
  ];
  return runPath(process, word, asked, context === undefined ? {} : { context });
}

export const calicoctl: Command = {
  name: 'calicoctl',
  summary: "Calico's client: BGP configuration and peers, IP pools, node status",
  where: 'hosts',
  run,
  complete,
};
