/** The tests and actions of find (findutils 4.9). Leaves out -fprint and kin, and file systems. */
import { runWords } from '../../bash/command.ts';
import { type Execution, type Invocation, stderr, stdin } from '../../bash/execution.ts';
import type { FileStat } from '../../bash/files.ts';
import { patternToRegExp } from '../../bash/pattern.ts';
import { emptySource, readLine } from '../../bash/streams.ts';
import { parseDate } from '../date-parse.ts';
import { fail, print } from '../tool.ts';
import type { Settings } from './find-expression.ts';
import { formatted, LETTERS, lastPart, listed, USER_IDS } from './find-print.ts';
import { filesOf, isStat, look, parseMode, pathOf } from './paths.ts';

export interface Visited {
  /** As find shows it. */
  readonly name: string;
  /** The operand it lies under. */
  readonly operand: string;
  readonly depth: number;
  readonly stat: FileStat;
}

export type Test = (visited: Visited) => boolean;

export interface Walk {
  prune: boolean;
  quit: boolean;
  status: number;
}

export interface Action {
  /** With it in the expression, nothing is printed that is not asked for. */
  readonly silences: boolean;
  run(visited: Visited, walk: Walk): Promise<boolean> | boolean;
  /** When all is visited. */
  end?(walk: Walk): Promise<void>;
}

interface Given {
  readonly invocation: Invocation;
  readonly word: string;
  readonly settings: Settings;
}
type Make = (value: string, given: Given) => Test | string;

const matches = (value: string, caseless: boolean, text: (visited: Visited) => string): Test => {
  const pattern = patternToRegExp(value, { caseless });
  return (visited) => pattern.test(text(visited));
};

/** `+7`, `-7`, `7` */
function compared(value: string, take: (visited: Visited) => number): Test | undefined {
  const found = /^([+-]?)(\d+(?:\.\d*)?)$/.exec(value);
  if (!found) return undefined;
  const number = Number(found[2]);
  return (visited) =>
    found[1] === '+' ? take(visited) > number : found[1] === '-' ? take(visited) < number : take(visited) === number;
}

const numeric =
  (take: (visited: Visited) => number): Make =>
  (value, { word }) =>
    compared(value, take) ?? `invalid argument \`${value}' to \`${word}'`;

const aged =
  (unit: number): Make =>
  (value, { invocation, word, settings }) => {
    const now = invocation.x.platform.clock.now();
    const from = settings.fromMidnight ? Math.floor(now / 86_400_000 + 1) * 86_400_000 : now;
    const age = ({ stat }: Visited) => (from - stat.modifiedAt) / unit;
    const found = /^([+-]?)(\d+)$/.exec(value);
    if (!found) return `invalid argument \`${value}' to \`${word}'`;
    const number = Number(found[2]);
    if (unit === 86_400_000)
      return (visited) =>
        found[1] === '+'
          ? Math.floor(age(visited)) > number
          : found[1] === '-'
            ? Math.floor(age(visited)) < number
            : Math.floor(age(visited)) === number;
    return (visited) =>
      found[1] === '+' ? age(visited) > number : found[1] === '-' ? age(visited) < number : Math.ceil(age(visited)) === number;
  };

const typed: Make = (value, { word, invocation }) => {
  const letters = value.split(',');
  if (value === '') return `Arguments to ${word} should contain at least one letter`;
  const last = letters.at(-1);
  if (last === '') return `Last file type in list argument to ${word} is missing, i.e., list is ending on: ','`;
  const unknown = letters.find((letter) => !/^[bcdpflsD]$/.test(letter));
  if (unknown !== undefined)
    return unknown.length > 1 && /^[bcdpflsD]/.test(unknown)
      ? `Must separate multiple arguments to ${word} using: ','`
      : `Unknown argument to ${word}: ${unknown[0]}`;
  return ({ name, stat }) => {
    const target = word === '-xtype' ? look(invocation, name) : stat;
    return letters.includes(LETTERS[(isStat(target) ? target : stat).type]);
  };
};

const UNITS: Readonly<Record<string, number>> = { c: 1, w: 2, b: 512, k: 1024, M: 1024 ** 2, G: 1024 ** 3, '': 512 };

const sized: Make = (value) => {
  const found = /^([+-]?)(\d+)([cwbkMG]?)$/.exec(value);
  if (!found)
    return /^[+-]?\d*[^\d]$/.test(value) ? `invalid -size type \`${value.at(-1)}'` : `Invalid argument \`${value}' to -size`;
  return compared(`${found[1]}${found[2]}`, ({ stat }) => Math.ceil(stat.size / UNITS[found[3]!]!))!;
};

const permitted: Make = (value) => {
  const kind = /^[-/]/.exec(value)?.[0] ?? '';
  const change = parseMode(value.slice(kind.length));
  if (!change) return `invalid mode ‘${value}’`;
  const wanted = change(0, false, 0);
  return ({ stat }) => {
    const mode = stat.type === 'link' ? 0o777 : stat.mode;
    return kind === '-' ? (mode & wanted) === wanted : kind === '/' ? wanted === 0 || (mode & wanted) !== 0 : mode === wanted;
  };
};

const newer: Make = (value, { invocation, word }) => {
  const dated = /^-newer.t$/.test(word);
  const at = dated ? parseDate(value, invocation.x.platform.clock.now()) : look(invocation, value);
  if (at === undefined) return `I cannot figure out how to interpret ‘${value}’ as a date or time`;
  if (typeof at === 'string') return `‘${value}’: ${at}`;
  const time = typeof at === 'number' ? at : at.modifiedAt;
  return ({ stat }) => stat.modifiedAt > time;
};

const USERS: Readonly<Record<string, string>> = { 0: 'root', 1000: 'ubuntu', root: 'root', ubuntu: 'ubuntu' };

const owned =
  (which: 'owner' | 'group'): Make =>
  (value) => {
    const name = USERS[value];
    if (name === undefined && !/^\d+$/.test(value))
      return which === 'owner' ? `‘${value}’ is not the name of a known user` : `‘${value}’ is not the name of an existing group`;
    return ({ stat }) => stat[which] === name;
  };

const regexed =
  (caseless: boolean): Make =>
  (value, { settings }) => {
    try {
      // Emacs' syntax: \( \) \| are operators, ( ) | are not.
      const source = settings.extended
        ? value
        : value.replace(/\\([(){}|])|([(){}|])/g, (_all, operator?: string, plain?: string) => operator ?? `\\${plain}`);
      const pattern = new RegExp(`^(?:${source})$`, caseless ? 'is' : 's');
      return ({ name }) => pattern.test(name);
    } catch {
      return `failed to compile regular expression '${value}': Invalid preceding regular expression`;
    }
  };

/** Tests that take a value. */
export const VALUE_TESTS: Readonly<Record<string, Make>> = {
  '-name': (value) => matches(value, false, ({ name }) => lastPart(name)),
  '-iname': (value) => matches(value, true, ({ name }) => lastPart(name)),
  '-path': (value) => matches(value, false, ({ name }) => name),
  '-wholename': (value) => matches(value, false, ({ name }) => name),
  '-ipath': (value) => matches(value, true, ({ name }) => name),
  '-iwholename': (value) => matches(value, true, ({ name }) => name),
  '-lname': (value, { invocation }) =>
    matches(value, false, ({ name }) => filesOf(invocation).readLink(pathOf(invocation, name)) ?? ''),
  '-regex': regexed(false),
  '-iregex': regexed(true),
  '-type': typed,
  '-xtype': typed,
  '-size': sized,
  '-perm': permitted,
  '-newer': newer,
  '-anewer': newer,
  '-cnewer': newer,
  '-newermt': newer,
  '-newerct': newer,
  '-newerat': newer,
  '-newermm': newer,
  '-mtime': aged(86_400_000),
  '-atime': aged(86_400_000),
  '-ctime': aged(86_400_000),
  '-mmin': aged(60_000),
  '-amin': aged(60_000),
  '-cmin': aged(60_000),
  '-links': numeric(({ stat }) => stat.links),
  '-inum': numeric(({ stat }) => stat.inode),
  '-uid': numeric(({ stat }) => USER_IDS[stat.owner] ?? 1000),
  '-gid': numeric(({ stat }) => USER_IDS[stat.group] ?? 1000),
  '-user': owned('owner'),
  '-group': owned('group'),
  '-samefile': (value, { invocation }) => {
    const stat = look(invocation, value, false);
    return isStat(stat) ? (visited) => visited.stat.inode === stat.inode : `‘${value}’: ${stat}`;
  },
};

/** Tests that stand alone. @returns undefined when there is no such test */
export function plainTest(invocation: Invocation, word: string): Test | undefined {
  const files = filesOf(invocation);
  const tests: Readonly<Record<string, Test>> = {
    '-true': () => true,
    '-false': () => false,
    '-empty': ({ name, stat }) =>
      stat.type === 'directory' ? files.list(pathOf(invocation, name))?.length === 0 : stat.type === 'file' && stat.size === 0,
    '-readable': ({ name }) => files.missing(pathOf(invocation, name)) !== 'Permission denied',
    '-writable': ({ name, stat }) => stat.type === 'directory' || files.refusal(pathOf(invocation, name)) === undefined,
    '-executable': ({ stat }) => stat.type === 'directory' || (stat.mode & 0o111) !== 0,
    '-nouser': () => false,
    '-nogroup': () => false,
  };
  return tests[word];
}

const ABSENT = /^-(fprint0?|fprintf|fls|fstype|context|newer..|used)$/;

/** @returns undefined when the word is no action */
export function makeAction(
  invocation: Invocation,
  word: string,
  take: () => string | undefined,
  peek: () => string | undefined,
  settings: Settings,
): Action | undefined {
  const shows = (text: (visited: Visited) => string): Action => ({
    silences: true,
    run: (visited) => {
      print(invocation, text(visited));
      return true;
    },
  });
  if (word === '-print') return shows(({ name }) => `${name}\n`);
  if (word === '-print0') return shows(({ name }) => `${name}\0`);
  if (word === '-printf') {
    const format = take();
    if (format === undefined) throw new Error(`missing argument to \`${word}'`);
    return shows((visited) => formatted(invocation, format, visited));
  }
  if (word === '-ls') return shows((visited) => listed(invocation, visited));
  if (word === '-prune')
    return {
      silences: false,
      run: (_visited, walk) => {
        walk.prune = true;
        return true;
      },
    };
  if (word === '-quit')
    return {
      silences: true,
      run: (_visited, walk) => {
        walk.quit = true;
        return true;
      },
    };
  if (word === '-delete') {
    settings.depthFirst = true;
    return { silences: true, run: (visited, walk) => removed(invocation, visited, walk) };
  }
  if (/^-(exec|ok)(dir)?$/.test(word)) return executing(invocation, word, take, peek);
  if (ABSENT.test(word) && !VALUE_TESTS[word]) throw new Error(`${word}: not simulated in this lab`);
  return undefined;
}

function removed(invocation: Invocation, { name, stat }: Visited, walk: Walk): boolean {
  if (name === '.' || name === './') return true;
  const files = filesOf(invocation);
  const path = pathOf(invocation, name);
  const full = stat.type === 'directory' && (files.list(path)?.length ?? 0) > 0;
  const error = full ? 'Directory not empty' : files.remove(path);
  if (!error) return true;
  walk.status = fail(invocation, `cannot delete ‘${name}’: ${error}`);
  return false;
}

/** Words a command line may hold at once with `+`. */
const MAX_WORDS = 4000;

function executing(invocation: Invocation, word: string, take: () => string | undefined, peek: () => string | undefined): Action {
  const words: string[] = [];
  for (;;) {
    if (peek() === undefined) throw new Error(`missing argument to \`${word}'`);
    const next = take()!;
    if (next === ';') break;
    if (next === '+' && words.at(-1) === '{}' && !word.startsWith('-ok')) return batch(invocation, words.slice(0, -1));
    words.push(next);
  }
  if (words.length === 0) throw new Error(`missing argument to \`${word}'`);
  const inDirectory = word.endsWith('dir');
  const asks = word.startsWith('-ok');
  return {
    silences: true,
    async run({ name }) {
      const shown = inDirectory ? `./${lastPart(name)}` : name;
      const args = words.map((each) => each.replaceAll('{}', shown));
      if (asks && !(await agreed(invocation, words[0]!, name))) return false;
      const { x } = invocation;
      const cwd = inDirectory ? pathOf(invocation, name.includes('/') ? name.replace(/\/[^/]*$/, '') || '/' : '.') : x.shell.cwd;
      return (
        (await run(invocation, args, {
          ...x,
          shell: { ...x.shell, cwd },
          ...(asks && { fds: new Map(x.fds).set(0, { source: emptySource() }) }),
        })) === 0
      );
    },
  };
}

async function agreed(invocation: Invocation, command: string, name: string): Promise<boolean> {
  stderr(invocation.x)?.write(`< ${command} ... ${name} > ? `);
  const source = stdin(invocation.x);
  return /^[yY]/.test((source && (await readLine(source))) ?? '');
}

/** Builtins of the shell that are programs as well. */
const ALSO_PROGRAMS = new Set(['echo', 'printf', 'test', '[', 'true', 'false', 'pwd', 'kill']);

async function run(invocation: Invocation, words: readonly string[], x: Execution): Promise<number> {
  if (!words[0]!.includes('/') && !ALSO_PROGRAMS.has(words[0]!) && !invocation.x.platform.program(words[0]!)) {
    fail(invocation, `‘${words[0]}’: No such file or directory`);
    return 127;
  }
  return runWords(words, x, ALSO_PROGRAMS.has(words[0]!) ? {} : { only: 'program' });
}

function batch(invocation: Invocation, words: readonly string[]): Action {
  let names: string[] = [];
  const flush = async (walk: Walk) => {
    if (names.length === 0) return;
    const status = await run(invocation, [...words, ...names], invocation.x);
    names = [];
    if (status !== 0) walk.status = 1;
  };
  return {
    silences: true,
    async run({ name }, walk) {
      names.push(name);
      if (names.length >= MAX_WORDS) await flush(walk);
      return true;
    },
    end: flush,
  };
}
