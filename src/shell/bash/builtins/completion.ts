/**
 * Programmable completion as bash 5.2 keeps it: `complete` writes and shows what is to be done for a command's name, `compopt` changes
 * it, `compgen` lists words. So a completion script (`source <(kubectl completion bash)`) runs as it does there. Left out: Tab itself
 * does not call the functions; what it offers comes from the commands (line/complete.ts).
 */
import { stderr } from '../execution.ts';
import { resolvePath } from '../files.ts';
import { type Builtin, type BuiltinCall, fail, print, quoteAlways } from './builtin.ts';
import { builtins } from './index.ts';
import { KEYWORDS } from './type.ts';

/** In the order in which `complete -p` writes them. */
const OPTIONS = ['bashdefault', 'default', 'dirnames', 'filenames', 'noquote', 'nosort', 'nospace', 'plusdirs'];

/** `-A alias` and its letter; those without one are written `-A name`. */
const ACTIONS: Readonly<Record<string, string>> = {
  alias: 'a',
  builtin: 'b',
  command: 'c',
  directory: 'd',
  export: 'e',
  file: 'f',
  group: 'g',
  job: 'j',
  keyword: 'k',
  service: 's',
  user: 'u',
  variable: 'v',
  arrayvar: '',
  binding: '',
  disabled: '',
  enabled: '',
  function: '',
  helptopic: '',
  hostname: '',
  running: '',
  setopt: '',
  shopt: '',
  signal: '',
  stopped: '',
};
const ACTION_OF = new Map(Object.entries(ACTIONS).map(([name, letter]) => [letter, name]));

/** Options with a value that are written back, in `complete -p`'s order. */
const VALUES = ['G', 'W', 'P', 'S', 'X', 'C', 'F'];

const USAGE: Readonly<Record<string, string>> = {
  complete:
    'complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]',
  compgen:
    'compgen [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [word]',
  compopt: 'compopt [-o|+o option] [-DEI] [name ...]',
};

interface Asked {
  readonly options: ReadonlySet<string>;
  /** `compopt +o`. */
  readonly without: ReadonlySet<string>;
  readonly actions: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  /** `-p`, `-r`, `-D`, `-E`, `-I`. */
  readonly flags: ReadonlySet<string>;
  readonly names: readonly string[];
}

export type CompletionSpec = Pick<Asked, 'options' | 'actions' | 'values'>;

function usage(call: BuiltinCall): undefined {
  stderr(call.x)?.write(`${call.name}: usage: ${USAGE[call.name]}\n`);
  return undefined;
}

function complain(call: BuiltinCall, message: string, withUsage = false): undefined {
  fail(call, message);
  return withUsage ? usage(call) : undefined;
}

/** @returns undefined: refused, and said so */
function read(call: BuiltinCall, flagLetters: string, valueLetters: string): Asked | undefined {
  const asked = {
    options: new Set<string>(),
    without: new Set<string>(),
    actions: new Set<string>(),
    values: new Map<string, string>(),
    flags: new Set<string>(),
  };
  const rest = [...call.args];
  while (rest.length > 0) {
    const word = rest.shift()!;
    const removes = call.name === 'compopt' && /^\+./.test(word);
    if (word === '--') break;
    if (!/^-./.test(word) && !removes) return { ...asked, names: [word, ...rest] };
    for (let at = 1; at < word.length; at++) {
      const letter = word[at]!;
      if (flagLetters.includes(letter)) asked.flags.add(letter);
      else if (call.name !== 'compopt' && ACTION_OF.has(letter)) asked.actions.add(ACTION_OF.get(letter)!);
      else if (valueLetters.includes(letter)) {
        const value = at + 1 < word.length ? word.slice(at + 1) : rest.shift();
        if (value === undefined) return complain(call, `-${letter}: option requires an argument`, true);
        if (letter === 'o' && !OPTIONS.includes(value)) return complain(call, `${value}: invalid option name`);
        if (letter === 'A' && !Object.hasOwn(ACTIONS, value)) return complain(call, `${value}: invalid action name`);
        if (letter === 'o') (removes ? asked.without : asked.options).add(value);
        else if (letter === 'A') asked.actions.add(value);
        else asked.values.set(letter, value);
        break;
      } else return complain(call, `${word[0]}${letter}: invalid option`, true);
    }
  }
  return { ...asked, names: rest };
}

/** `-D`, `-E` and `-I` stand for an empty line, any command, and a command's own name; the first of them counts. */
const placesOf = ({ flags, names }: Asked): readonly string[] => {
  const special = ['D', 'E', 'I'].find((flag) => flags.has(flag));
  return special === undefined ? names : [`-${special}`];
};

function specText({ options, actions, values }: CompletionSpec, name: string): string {
  const words = ['complete', ...OPTIONS.filter((option) => options.has(option)).map((option) => `-o ${option}`)];
  const chosen = Object.entries(ACTIONS).filter(([action]) => actions.has(action));
  words.push(...chosen.filter(([, letter]) => letter !== '').map(([, letter]) => `-${letter}`));
  words.push(...chosen.filter(([, letter]) => letter === '').map(([action]) => `-A ${action}`));
  for (const letter of VALUES) {
    const value = values.get(letter);
    if (value !== undefined) words.push(`-${letter} ${letter === 'F' && /^[\w-]+$/.test(value) ? value : quoteAlways(value)}`);
  }
  return `${[...words, name].join(' ')}\n`;
}

const complete: Builtin = (call) => {
  const { completions } = call.x.shell;
  const asked = read(call, 'prDEI', 'oAGWFCXPS');
  if (!asked) return 2;
  const places = placesOf(asked);
  const bare = call.args.length === 0;
  if (bare || asked.flags.has('p')) {
    if (places.length === 0) return print(call, [...completions].map(([name, spec]) => specText(spec, name)).join(''));
    let status = 0;
    for (const name of places) {
      const spec = completions.get(name);
      if (spec) print(call, specText(spec, name));
      else status = fail(call, `${name}: no completion specification`);
    }
    return status;
  }
  if (asked.flags.has('r')) {
    if (places.length === 0) completions.clear();
    for (const name of places) completions.delete(name);
    return 0;
  }
  if (places.length === 0) {
    usage(call);
    return 2;
  }
  for (const name of places) completions.set(name, asked);
  return 0;
};

const compopt: Builtin = (call) => {
  const { completions } = call.x.shell;
  const asked = read(call, 'DEI', 'o');
  if (!asked) return 2;
  const places = placesOf(asked);
  if (places.length === 0) return fail(call, 'not currently executing completion function');
  let status = 0;
  for (const name of places) {
    const spec = completions.get(name);
    if (!spec) {
      status = fail(call, `${name}: no completion specification`);
      continue;
    }
    const kept = [...spec.options].filter((option) => !asked.without.has(option));
    completions.set(name, { ...spec, options: new Set([...kept, ...asked.options]) });
  }
  return status;
};

/** The words of an action; undefined: this shell keeps no such list. */
function wordsOf({ x }: BuiltinCall, action: string, prefix: string): readonly string[] {
  const { shell, platform } = x;
  const slash = prefix.lastIndexOf('/') + 1;
  const entries = () => {
    const base = resolvePath(shell.cwd, prefix.slice(0, slash) || '.');
    return (platform.files.list(base) ?? []).map((name) => name.replace(/\/$/, '')).map((name) => prefix.slice(0, slash) + name);
  };
  const lists: Readonly<Record<string, () => Iterable<string>>> = {
    alias: () => [...shell.aliases.keys()].sort(),
    builtin: () => Object.keys(builtins).sort(),
    command: () => [...platform.programs()].sort(),
    directory: () => entries().filter((path) => platform.files.stat(resolvePath(shell.cwd, path))?.type === 'directory'),
    export: () => [...shell.variables].filter(([, variable]) => variable.exported).map(([name]) => name),
    file: entries,
    function: () => [...shell.functions.keys()].sort(),
    keyword: () => KEYWORDS,
    variable: () => [...shell.variables.keys()].sort(),
  };
  return [...(lists[action]?.() ?? [])];
}

const compgen: Builtin = (call) => {
  const asked = read(call, '', 'oAGWFCXPS');
  if (!asked) return 2;
  if (call.args.length === 0) return 0;
  const [prefix = ''] = asked.names;
  const words = [...asked.actions].flatMap((action) => wordsOf(call, action, prefix));
  words.push(...(asked.values.get('W') ?? '').split(/[ \t\n]+/).filter((word) => word !== ''));
  const found = words.filter((word) => word.startsWith(prefix));
  const [before = '', after = ''] = [asked.values.get('P'), asked.values.get('S')];
  print(call, found.map((word) => `${before}${word}${after}\n`).join(''));
  return found.length > 0 ? 0 : 1;
};

export const completion: Readonly<Record<string, Builtin>> = { complete, compopt, compgen };
