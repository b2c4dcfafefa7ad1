/** The command line of procps-ng 4.0.2's ps, SysV, BSD and long options mixed, and what it says of mistakes. Leaves out threads and forests. */
import { type Column, columnNamed, FORMATS } from './columns.ts';

export const PS_USAGE = `
Usage:
 ps [options]

 Try 'ps --help <simple|list|output|threads|misc|all>'
  or 'ps --help <s|l|o|t|m|a>'
 for additional help text.

For more details see ps(1).
`;

/** Criteria of which one must hold; none: the processes of this terminal. */
export interface Selection {
  all: boolean;
  /** BSD's `a`: with a terminal; `x`: one's own, also without. Both: all. */
  a: boolean;
  x: boolean;
  pids: number[];
  ppids: number[];
  commands: string[];
  users: string[];
  terminals: string[];
  inverted: boolean;
}

export interface Request {
  readonly selection: Selection;
  readonly columns: readonly Column[];
  readonly sort: readonly { readonly column: Column; readonly descending: boolean }[];
  readonly headers: boolean;
  /** As wide as it gets. */
  readonly wide: boolean;
}

export type Reading =
  | { readonly type: 'request'; readonly request: Request }
  | { readonly type: 'mistake'; readonly text: string }
  | { readonly type: 'help' | 'version' }
  /** An option that exists and is not here. */
  | { readonly type: 'absent'; readonly option: string };

class Mistake extends Error {}
class Absent extends Error {}

const USERS = /^(root|ubuntu|bird|\d+)$/;
const LIST_NAMES: Readonly<Record<string, string>> = {
  C: 'command names',
  U: 'real users',
  u: 'users',
  G: 'real groups',
  g: 'session leaders OR effective group IDs',
  t: 'terminals (pty, tty...)',
};
const SYSV = 'AadefFHjlLMnOopqCUuGgTtVwyZcNmPs';

class Reader {
  readonly selection: Selection = {
    all: false,
    a: false,
    x: false,
    pids: [],
    ppids: [],
    commands: [],
    users: [],
    terminals: [],
    inverted: false,
  };
  readonly custom: Column[] = [];
  sort: Request['sort'] = [];
  format: keyof typeof FORMATS | undefined;
  headers = true;
  wide = false;
  bsd = false;
  tells: 'help' | 'version' | undefined;
  private readonly args: readonly string[];
  private at = 0;

  constructor(args: readonly string[]) {
    this.args = args;
  }

  read(): void {
    // After --help comes the section one wants, if any.
    for (; this.at < this.args.length && this.tells === undefined; this.at++) {
      const arg = this.args[this.at]!;
      if (arg.startsWith('--')) this.long(arg);
      else if (arg.startsWith('-')) this.sysv(arg.slice(1));
      else this.bsdWord(arg);
    }
  }

  private next(missing: string): string {
    this.at++;
    if (this.at >= this.args.length) throw new Mistake(missing);
    return this.args[this.at]!;
  }

  private long(arg: string): void {
    const [, name = '', , inline] = /^--([\w-]+)(=(.*))?$/.exec(arg) ?? [];
    const value = (missing: string) => inline ?? this.next(missing);
    const option = Object.hasOwn(LONG, name) ? LONG[name] : undefined;
    if (option) option(this, value);
    else if (/^(info|forest|group|Group|sid|cumulative|context)$/.test(name)) throw new Absent(`--${name}`);
    else throw new Mistake('unknown gnu long option');
  }

  private sysv(letters: string): void {
    const { selection } = this;
    for (let i = 0; i < letters.length; i++) {
      const letter = letters[i]!;
      if (!SYSV.includes(letter)) throw new Mistake('unsupported SysV option');
      if ('pqsoOCUuGgt'.includes(letter)) {
        const rest = letters.slice(i + 1);
        const missing =
          letter === 'o' || letter === 'O'
            ? `format specification must follow -${letter}`
            : `list of ${LIST_NAMES[letter] ?? 'process IDs'} must follow -${letter}`;
        this.list(letter, rest === '' ? this.next(missing) : rest);
        return;
      }
      if (letter === 'A' || letter === 'e') selection.all = true;
      else if (letter === 'a' || letter === 'd') selection.all = true;
      else if (letter === 'N') selection.inverted = true;
      else if (letter === 'w') this.wide = true;
      else if (letter === 'V') this.tells = 'version';
      else if ('fFjl'.includes(letter)) this.format = letter as 'f' | 'F' | 'j' | 'l';
      else if (letter === 'y' && this.format !== 'l') throw new Mistake('modifier -y without format -l makes no sense');
      else throw new Absent(`-${letter}`);
    }
  }

  private list(letter: string, value: string): void {
    const { selection } = this;
    if (letter === 'p' || letter === 'q') selection.pids.push(...numbers(value));
    else if (letter === 's') {
      numbers(value);
      throw new Absent('-s');
    } else if (letter === 'C') selection.commands.push(...value.split(/[, ]+/));
    else if (letter === 'u' || letter === 'U') selection.users.push(...users(value));
    else if (letter === 't') selection.terminals.push(...terminals(value));
    else if (letter === 'o') this.custom.push(...columns(value));
    else throw new Absent(`-${letter}`);
  }

  private bsdWord(word: string): void {
    const { selection } = this;
    if (/^\d+([, ]\d+)*$/.test(word)) {
      this.bsd = true;
      selection.pids.push(...numbers(word));
      return;
    }
    this.bsd = true;
    for (let i = 0; i < word.length; i++) {
      const letter = word[i]!;
      const rest = word.slice(i + 1);
      if (letter === 'o') {
        this.custom.push(...columns(rest === '' ? this.next('format specification must follow o') : rest));
        return;
      }
      if (letter === 'p') {
        selection.pids.push(...numbers(rest === '' ? this.next('list of process IDs must follow p') : rest));
        return;
      }
      if (letter === 'a' || letter === 'g') selection.a ||= letter === 'a';
      else if (letter === 'x') selection.x = true;
      else if (letter === 'u') this.format = 'u';
      else if (letter === 'w') this.wide = true;
      else if (letter === 'V') this.tells = 'version';
      else if (letter === 'h') this.headers = false;
      else if ('AcefjklLmnNOPqrsStTUvXZ'.includes(letter)) {
        // `f` may end a word that began a user-defined format elsewhere; what it asks for is a forest.
        if (letter === 'f' && rest.startsWith('o')) {
          this.custom.push(...columns(rest.slice(1)));
          return;
        }
        throw new Absent(letter);
      } else throw new Mistake('unsupported option (BSD syntax)');
    }
  }
}

type Long = (reader: Reader, value: (missing: string) => string) => void;

const pids: Long = ({ selection }, value) => selection.pids.push(...numbers(value('list of process IDs must follow --pid')));
const byUser: Long = ({ selection }, value) => selection.users.push(...users(value('list of users must follow --user')));
const without: Long = (reader) => {
  reader.headers = false;
};
const sized: Long = (_, value) => {
  value('number of columns must follow --cols, --width, or --columns');
};
const tells =
  (what: 'help' | 'version'): Long =>
  (reader) => {
    reader.tells = what;
  };

const LONG: Readonly<Record<string, Long>> = {
  help: tells('help'),
  version: tells('version'),
  pid: pids,
  'quick-pid': pids,
  ppid: ({ selection }, value) => selection.ppids.push(...numbers(value('list of process IDs must follow --ppid'))),
  user: byUser,
  User: byUser,
  tty: ({ selection }, value) => selection.terminals.push(...terminals(value('list of terminals must follow --tty'))),
  format: ({ custom }, value) => custom.push(...columns(value('format specification must follow --format'))),
  sort: (reader, value) => {
    reader.sort = order(value('long sort specification must follow --sort'));
  },
  'no-headers': without,
  'no-header': without,
  'no-heading': without,
  'no-headings': without,
  headers: () => {},
  cols: sized,
  columns: sized,
  width: sized,
  rows: sized,
  lines: sized,
  deselect: ({ selection }) => {
    selection.inverted = true;
  },
};

function numbers(text: string): readonly number[] {
  if (!/^\d+([, ]+\d+)*$/.test(text)) throw new Mistake('process ID list syntax error');
  return text.split(/[, ]+/).map(Number);
}

function users(text: string): readonly string[] {
  const names = text.split(/[, ]+/);
  if (!names.every((name) => USERS.test(name))) throw new Mistake('user name does not exist');
  return names.map((name) => ({ 0: 'root', 105: 'bird', 1000: 'ubuntu' })[name] ?? name);
}

function terminals(text: string): readonly string[] {
  const names = text.split(/[, ]+/).map((name) => name.replace(/^\/dev\//, ''));
  if (!names.every((name) => /^(pts\/0|\?)$/.test(name))) throw new Mistake('TTY could not be found');
  return names;
}

function columns(text: string): readonly Column[] {
  const found: Column[] = [];
  const equals = text.indexOf('=');
  // All of the last word after its `=` is a title.
  const names = (equals < 0 ? text : text.slice(0, equals)).split(/[, ]+/);
  const whole = /=[^,]*,/.test(text)
    ? text.split(',')
    : names.map((name, i) => (equals >= 0 && i === names.length - 1 ? name + text.slice(equals) : name));
  for (const each of whole) {
    const [, name = '', wide, title] = /^([^=:]*)(?::(\d+))?(?:=(.*))?$/.exec(each) ?? [];
    const column = columnNamed(name);
    if (!column) throw new Mistake(`unknown user-defined format specifier "${name}"`);
    const width = Math.max(wide === undefined ? column.width : Number(wide), title?.length ?? 0);
    found.push({ ...column, width: Math.min(width, 1000), ...(title !== undefined && { title }) });
  }
  return found;
}

function order(text: string): Request['sort'] {
  return text.split(/[, ]+/).map((word) => {
    const column = columnNamed(word.replace(/^[-+]/, ''));
    if (!column) throw new Mistake('unknown sort specifier');
    return { column, descending: word.startsWith('-') };
  });
}

export function readOptions(args: readonly string[]): Reading {
  const reader = new Reader(args);
  try {
    reader.read();
  } catch (problem) {
    if (problem instanceof Mistake) return { type: 'mistake', text: problem.message };
    if (problem instanceof Absent) return { type: 'absent', option: problem.message };
    throw problem;
  }
  if (reader.tells) return { type: reader.tells };
  const { selection, custom, format, sort, headers, wide, bsd } = reader;
  const request = {
    selection,
    columns: custom.length > 0 ? custom : FORMATS[format ?? (bsd ? 'bsd' : 'default')],
    sort,
    headers,
    wide,
  };
  return { type: 'request', request };
}
