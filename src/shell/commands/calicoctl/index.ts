/**
 * calicoctl: Calico's own client. Models calicoctl v3.30: its usage texts decide what is accepted, everything else goes to the API server.
 * Leaves out convert, datastore, node run/diags/checksystem, ipam split/configure.
 */
import type { Command, Completion, Process } from '../../command.ts';
import { fitsKindOrFile, label, makeVerb, type Outcome, patch, remove, replace } from './change.ts';
import { CalicoError } from './client.ts';
import { type Arguments, optionsOf, parseArguments, usageOf } from './docopt.ts';
import { NoClient } from './execute.ts';
import { get, version } from './get.ts';
import * as help from './help.ts';
import * as ipam from './ipam.ts';
import { KINDS } from './kinds.ts';
import { status } from './node.ts';

interface Verb {
  readonly help: string;
  /** Whether the positional words fit the usage. */
  fits(args: Arguments): boolean;
  run(process: Process, args: Arguments): Outcome;
}

const onlyFile = (args: Arguments): boolean => args.value('--filename') !== undefined && args.positional.length === 0;
const nothing = (args: Arguments): boolean => args.positional.length === 0;

const VERBS: Readonly<Record<string, Verb>> = {
  apply: { help: help.APPLY, fits: onlyFile, run: makeVerb('apply', 'applied') },
  create: { help: help.CREATE, fits: onlyFile, run: makeVerb('create', 'created') },
  replace: { help: help.REPLACE, fits: onlyFile, run: replace },
  delete: { help: help.DELETE, fits: fitsKindOrFile, run: remove },
  get: { help: help.GET, fits: fitsKindOrFile, run: get },
  patch: { help: help.PATCH, fits: (args) => args.positional.length === 2 && args.value('--patch') !== undefined, run: patch },
  label: {
    help: help.LABEL,
    fits: (args) => args.positional.length === 3 && !(args.flag('--remove') && args.flag('--overwrite')),
    run: label,
  },
  version: { help: help.VERSION, fits: nothing, run: version },
};

const NODE_VERBS: Readonly<Record<string, Verb>> = { status: { help: help.NODE_STATUS, fits: nothing, run: status } };
const IPAM_VERBS: Readonly<Record<string, Verb>> = {
  show: {
    help: help.IPAM_SHOW,
    fits: (args) =>
      nothing(args) &&
      [args.value('--ip') !== undefined, ...['--show-blocks', '--show-borrowed', '--show-configuration'].map(args.flag)].filter(
        Boolean,
      ).length <= 1,
    run: ipam.show,
  },
  check: { help: help.IPAM_CHECK, fits: nothing, run: ipam.check },
  release: { help: help.IPAM_RELEASE, fits: nothing, run: ipam.release },
};
const UNSIMULATED: ReadonlySet<string> = new Set([
  'convert',
  'datastore',
  'node run',
  'node diags',
  'node checksystem',
  'ipam split',
  'ipam configure',
]);

function unsimulated(process: Process, words: string): number {
  process.err(`calicoctl ${words}: not simulated in this lab\n`);
  return 1;
}

function runVerb(process: Process, verb: Verb, args: readonly string[]): number {
  const options = optionsOf(verb.help);
  const parsed = parseArguments(args, options);
  const mistaken = (message: string): number => {
    process.err(`${`${message}\n${usageOf(verb.help)}`.trim()}\n`);
    return 1;
  };
  if ('mistake' in parsed) return mistaken(parsed.mistake);
  if (parsed.flag('--help')) {
    process.out(`${verb.help.replace(/^\n+|\n+$/g, '')}\n`);
    return 0;
  }
  if (!verb.fits(parsed)) return mistaken('');
  try {
    const complaint = verb.run(process, parsed);
    if (complaint === undefined) return 0;
    if (complaint !== '') process.err(`${complaint}\n`);
    return 1;
  } catch (error) {
    if (error instanceof NoClient) {
      process.out(`Failed to create Calico API client: ${error.message}\n`);
      return 1;
    }
    if (!(error instanceof CalicoError)) throw error;
    process.err(`${error.message}\n`);
    return 1;
  }
}

function runGroup(
  process: Process,
  name: 'node' | 'ipam',
  verbs: Readonly<Record<string, Verb>>,
  text: string,
  args: readonly string[],
): number {
  const parsed = parseArguments(args, optionsOf(text), true);
  if ('mistake' in parsed || (parsed.positional.length === 0 && !parsed.flag('--help'))) {
    process.err(`${usageOf(text)}\n`);
    return 1;
  }
  const [word = '', ...rest] = parsed.positional;
  const verb = Object.hasOwn(verbs, word) ? verbs[word] : undefined;
  if (verb) return runVerb(process, verb, rest);
  if (UNSIMULATED.has(`${name} ${word}`)) return unsimulated(process, `${name} ${word}`);
  process.out(`${text.replace(/^\n+|\n+$/g, '')}\n${parsed.flag('--help') ? '' : '\n'}`);
  return 0;
}

/** `-a` is an old spelling of `-A`. */
const modern = (args: readonly string[]): readonly string[] => args.map((arg) => (arg === '-a' ? '-A' : arg));

function run(process: Process, args: readonly string[]): number {
  const parsed = parseArguments(args, optionsOf(help.MAIN), true);
  if ('mistake' in parsed || (parsed.positional.length === 0 && !parsed.flag('--help'))) {
    const version = args[0] === '--version';
    if (version) {
      process.out("Run 'calicoctl version' to see version information.\n");
      return 0;
    }
    process.err(`${usageOf(help.MAIN)}\n`);
    process.out(`Invalid option: '${args.join(' ')}'. Use flag '--help' to read about a specific subcommand.\n`);
    return 1;
  }
  if (parsed.flag('--help')) {
    process.out(`${help.MAIN.trim()}\n`);
    return 0;
  }
  const [word = '', ...rest] = parsed.positional;
  if (word === 'node') return runGroup(process, 'node', NODE_VERBS, help.NODE, rest);
  if (word === 'ipam') return runGroup(process, 'ipam', IPAM_VERBS, help.IPAM, rest);
  const verb = Object.hasOwn(VERBS, word) ? VERBS[word] : undefined;
  if (verb) return runVerb(process, verb, word === 'get' ? modern(rest) : rest);
  if (UNSIMULATED.has(word)) return unsimulated(process, word);
  process.err(`Unknown command: "${word}"\n${help.MAIN}\n`);
  return 1;
}

const words = (texts: readonly string[]): readonly Completion[] => texts.map((text) => ({ text }));

function complete(process: Process, line: readonly string[], index: number): readonly Completion[] {
  if (index === 1) return words([...Object.keys(VERBS), 'node', 'ipam', 'convert', 'datastore']);
  const verb = line[1] ?? '';
  if (verb === 'node') return words(['status', 'run', 'diags', 'checksystem']);
  if (verb === 'ipam')
    return words(
      index === 2 ? ['show', 'check', 'release'] : ['--show-blocks', '--show-borrowed', '--show-configuration', '--ip='],
    );
  const typed = line[index] ?? '';
  if (typed.startsWith('-'))
    return words(optionsOf(VERBS[verb]?.help ?? '').map(({ long, takesValue }) => (takesValue ? `${long}=` : long)));
  const positional = line.slice(2, index).filter((word) => !word.startsWith('-'));
  if (positional.length === 0) return words(KINDS.filter(({ plural }) => plural !== undefined).map(({ names }) => names[0] ?? ''));
  const kind = KINDS.find(({ names }) => names.includes((positional[0] ?? '').toLowerCase()));
  if (!kind?.plural || !process.cluster.configured) return [];
  const answer = process.cluster.request({ method: 'GET', path: `/apis/projectcalico.org/v3/${kind.plural}` });
  if ('networkError' in answer || answer.status !== 200) return [];
  const { items = [] } = answer.body as { readonly items?: readonly { readonly metadata: { readonly name: string } }[] };
  return words(items.map(({ metadata }) => metadata.name));
}

export const calicoctl: Command = {
  name: 'calicoctl',
  summary: "Calico's client: BGP configuration and peers, IP pools, node status",
  where: 'hosts',
  run,
  complete,
};
