/** grep, egrep, fgrep: line by line as the input comes, so that `kubectl get -w | grep x` shows each hit at once. */
import { type Invocation, stdin, stdout } from '../bash/execution.ts';
import { resolvePath } from '../bash/files.ts';
import { emptySource, readLine, type Source, textSource } from '../bash/streams.ts';
import { bytesOf } from '../bytes.ts';
import { startWarnings, toRegExpSource } from './regexp.ts';
import { fail, print, type Tool } from './tool.ts';

interface GrepOptions {
  syntax: 'basic' | 'extended' | 'fixed' | 'perl';
  patterns: string[];
  flags: Set<string>;
  max: number;
  before: number;
  after: number;
  color: boolean;
  /** Groups of lines are told apart. */
  grouped: boolean;
  /** How standard input is called. */
  label: string;
  exclude: string[];
  include: string[];
  operands: string[];
}

const LONG: Readonly<Record<string, string>> = {
  'extended-regexp': 'E',
  'fixed-strings': 'F',
  'basic-regexp': 'G',
  'perl-regexp': 'P',
  'ignore-case': 'i',
  'invert-match': 'v',
  count: 'c',
  'line-number': 'n',
  'only-matching': 'o',
  quiet: 'q',
  silent: 'q',
  'word-regexp': 'w',
  'line-regexp': 'x',
  'files-with-matches': 'l',
  'files-without-match': 'L',
  'no-filename': 'h',
  'with-filename': 'H',
  recursive: 'r',
  'no-messages': 's',
  text: 'a',
  'line-buffered': 'u',
  'byte-offset': 'b',
  'initial-tab': 'T',
  null: 'Z',
  'null-data': 'z',
  binary: 'U',
  'dereference-recursive': 'R',
  regexp: 'e',
  file: 'f',
  'max-count': 'm',
  'after-context': 'A',
  'before-context': 'B',
  context: 'C',
};
const USAGE = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n";

function usage({ x }: Invocation, text = ''): number {
  x.fds.get(2)?.sink?.write(text + USAGE);
  return 2;
}

function readOptions(invocation: Invocation): GrepOptions | number {
  const options: GrepOptions = {
    syntax: invocation.name === 'egrep' ? 'extended' : invocation.name === 'fgrep' ? 'fixed' : 'basic',
    patterns: [],
    flags: new Set(),
    max: Number.POSITIVE_INFINITY,
    before: 0,
    after: 0,
    color: false,
    grouped: false,
    label: '(standard input)',
    exclude: [],
    include: [],
    operands: [],
  };
  const args = [...invocation.args];
  let given = false;
  let matcher: string | undefined;
  const apply = (letter: string, value: () => string | undefined): number | undefined => {
    if ('EFGP'.includes(letter)) {
      if (matcher !== undefined && matcher !== letter && (matcher === 'P' || letter === 'P'))
        return fail({ ...invocation, name: 'grep' }, 'conflicting matchers specified', 2);
      matcher = letter;
      options.syntax = ({ E: 'extended', F: 'fixed', G: 'basic', P: 'perl' } as const)[letter as 'E'];
    } else if ('ABCmef'.includes(letter)) {
      const text = value();
      if (text === undefined) return usage(invocation, `grep: option requires an argument -- '${letter}'\n`);
      if (letter === 'e' || letter === 'f') {
        given = true;
        const file = letter === 'f' ? invocation.x.platform.files.read(resolvePath(invocation.x.shell.cwd, text)) : undefined;
        if (letter === 'f' && file === undefined) return fail(invocation, `${text}: No such file or directory`, 2);
        options.patterns.push(...(file ?? text).replace(/\n$/, '').split('\n'));
        return undefined;
      }
      if (!/^\d+$/.test(text))
        return fail(invocation, letter === 'm' ? 'invalid max count' : `${text}: invalid context length argument`, 2);
      if (letter !== 'm') options.grouped = true;
      if (letter === 'm') options.max = Number(text);
      if (letter === 'A' || letter === 'C') options.after = Number(text);
      if (letter === 'B' || letter === 'C') options.before = Number(text);
    } else if ('iyvcnoqwxlLhHrRsaUzbuTZ'.includes(letter)) options.flags.add(letter === 'y' ? 'i' : letter === 'R' ? 'r' : letter);
    else return usage(invocation, `grep: invalid option -- '${letter}'\n`);
    return undefined;
  };
  let ended = false;
  while (args.length > 0) {
    const arg = args.shift()!;
    if (ended || !/^-./.test(arg)) {
      options.operands.push(arg);
      continue;
    }
    if (arg === '--') {
      ended = true;
      continue;
    }
    const long = /^--([a-z-]+)(?:=(.*))?$/s.exec(arg);
    let status: number | undefined;
    if (long) {
      if (long[1] === 'color' || long[1] === 'colour')
        options.color =
          long[2] === undefined || long[2] === 'always' || (long[2] === 'auto' && stdout(invocation.x)?.isTTY === true);
      else if (long[1] === 'include') options.include.push(long[2] ?? args.shift() ?? '');
      else if (/^(?:binary-files|devices|directories)$/.test(long[1]!)) void (long[2] ?? args.shift());
      else if (/^(?:exclude|exclude-dir|label)$/.test(long[1]!)) {
        const value = long[2] ?? args.shift() ?? '';
        if (long[1] === 'label') options.label = value;
        else options.exclude.push(value);
      } else {
        const letter = LONG[long[1]!];
        if (!letter) return usage(invocation, `grep: unrecognized option '${arg}'\n`);
        status = apply(letter, () => long[2] ?? args.shift());
      }
    } else if (/^-\d+$/.test(arg)) {
      options.before = Number(arg.slice(1));
      options.after = options.before;
      options.grouped = true;
    } else {
      for (let at = 1; at < arg.length && status === undefined; at++) {
        status = apply(arg[at]!, () => {
          const rest = arg.slice(at + 1);
          at = arg.length;
          return rest !== '' ? rest : args.shift();
        });
      }
    }
    if (status !== undefined) return status;
  }
  if (!given) {
    const pattern = options.operands.shift();
    if (pattern === undefined) return usage(invocation);
    options.patterns.push(...pattern.split('\n'));
  }
  return options;
}

function compile(options: GrepOptions): RegExp | string {
  const sources: string[] = [];
  for (const pattern of options.patterns) {
    const source = toRegExpSource(pattern, options.syntax);
    if (typeof source !== 'string') return source.error;
    sources.push(source);
  }
  let source = sources.map((each) => `(?:${each})`).join('|');
  if (options.flags.has('x')) source = `^(?:${source})$`;
  else if (options.flags.has('w')) source = `(?<!\\w)(?:${source})(?!\\w)`;
  try {
    return new RegExp(source, options.flags.has('i') ? 'gi' : 'g');
  } catch {
    return 'Invalid regular expression';
  }
}

/** Whether a file's own name, or a directory's on its way, is like a glob. */
function named(path: string, glob: string): boolean {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return path.split('/').some((part) => new RegExp(`^${source}$`).test(part));
}

interface Named {
  readonly name: string;
  readonly source: Source;
}

/** Opens the operands; directories are walked with -r. */
function open(invocation: Invocation, options: GrepOptions, complain: (name: string, why: string) => void): Named[] {
  const { x } = invocation;
  const { files } = x.platform;
  const found: Named[] = [];
  const add = (name: string) => {
    const path = resolvePath(x.shell.cwd, name);
    const stat = files.stat(path);
    if (stat?.type === 'directory' && options.flags.has('r')) {
      for (const each of files.list(path) ?? []) add(`${name.replace(/\/$/, '')}/${each.replace(/\/$/, '')}`);
      return;
    }
    if (stat?.type === 'directory') return complain(name, 'Is a directory');
    if (stat?.type === 'device') return found.push({ name, source: emptySource() });
    const text = files.read(path);
    if (text === undefined) return complain(name, stat ? 'Permission denied' : 'No such file or directory');
    if (
      (options.include.length === 0 || options.include.some((glob) => named(name, glob))) &&
      !options.exclude.some((glob) => named(name, glob))
    ) {
      found.push({ name, source: textSource(text) });
    }
  };
  const operands = options.operands.length > 0 ? options.operands : [options.flags.has('r') ? '.' : '-'];
  for (const operand of operands) {
    if (operand === '-') found.push({ name: options.label, source: stdin(x) ?? emptySource() });
    else add(operand);
  }
  return found;
}

const RED = '\x1b[01;31m\x1b[K';
const OFF = '\x1b[m\x1b[K';

async function grep(invocation: Invocation): Promise<number> {
  const options = readOptions(invocation);
  if (typeof options === 'number') return options;
  const expression = compile(options);
  if (typeof expression === 'string') return fail({ ...invocation, name: 'grep' }, expression, 2);
  const { flags } = options;
  if (options.syntax === 'extended')
    for (const pattern of options.patterns)
      for (const warning of startWarnings(pattern)) fail({ ...invocation, name: 'grep' }, warning);
  let troubled = false;
  const inputs = open(invocation, options, (name, why) => {
    troubled = true;
    if (!flags.has('s')) fail({ ...invocation, name: 'grep' }, `${name}: ${why}`);
  });
  const named = !flags.has('h') && (flags.has('H') || options.operands.length > 1 || flags.has('r'));
  let any = false;
  for (const input of inputs) {
    const hits = await grepOne(invocation, input, expression, options, named ? `${input.name}` : undefined);
    any = any || hits > 0;
    if (any && flags.has('q')) return 0;
    if (flags.has('c')) print(invocation, `${named ? `${input.name}:` : ''}${hits}\n`);
    const end = flags.has('Z') ? '\0' : '\n';
    if (flags.has('l') && hits > 0) print(invocation, input.name + end);
    if (flags.has('L') && hits === 0) print(invocation, input.name + end);
  }
  return troubled && !(any && flags.has('q')) ? 2 : any ? 0 : 1;
}

/** @returns how many lines were selected */
async function grepOne(
  invocation: Invocation,
  { source }: Named,
  expression: RegExp,
  options: GrepOptions,
  name: string | undefined,
): Promise<number> {
  const { flags, before, after, max, color, grouped } = options;
  const silent = flags.has('c') || flags.has('l') || flags.has('L') || flags.has('q');
  const end = flags.has('z') ? '\0' : '\n';
  const earlier: { line: string; number: number; at: number }[] = [];
  let hits = 0;
  let owed = 0;
  let last = 0;
  let offset = 0;
  const show = (line: string, number: number, separator: string, at: number) => {
    if (grouped && last > 0 && number > last + 1) print(invocation, '--\n');
    last = number;
    const width = flags.has('T') ? 19 : 0;
    const place = [
      name === undefined ? '' : `${name}${flags.has('Z') ? '\0' : separator}`,
      flags.has('n') ? `${String(number).padStart(width)}${separator}` : '',
      flags.has('b') ? `${String(at).padStart(width)}${separator}` : '',
    ].join('');
    print(invocation, `${place}${flags.has('T') && place !== '' ? '\t' : ''}${line}${end}`);
  };
  for (let number = 1; max > 0; number++) {
    const raw = await readLine(source, end);
    if (raw === undefined) break;
    const line = raw.endsWith(end) ? raw.slice(0, -1) : raw;
    const at = offset;
    offset += bytesOf(raw).length;
    expression.lastIndex = 0;
    const matched = expression.test(line) !== flags.has('v');
    if (matched && hits < max) {
      hits++;
      if (silent) {
        if (!flags.has('c')) break;
        continue;
      }
      for (const each of earlier) show(each.line, each.number, '-', each.at);
      earlier.length = 0;
      if (flags.has('o')) showMatches(line, number, at, expression, flags, show);
      else show(color && !flags.has('v') ? line.replace(expression, (hit) => (hit ? RED + hit + OFF : '')) : line, number, ':', at);
      owed = after;
      if (hits >= max && owed === 0) break;
    } else if (owed > 0 && !silent) {
      show(line, number, '-', at);
      owed--;
      if (hits >= max && owed === 0) break;
    } else if (before > 0) {
      earlier.push({ line, number, at });
      if (earlier.length > before) earlier.shift();
    }
  }
  return hits;
}

function showMatches(
  line: string,
  number: number,
  at: number,
  expression: RegExp,
  flags: ReadonlySet<string>,
  show: (line: string, number: number, separator: string, at: number) => void,
): void {
  if (flags.has('v')) return;
  expression.lastIndex = 0;
  for (const match of line.matchAll(expression))
    if (match[0] !== '') show(match[0], number, ':', at + bytesOf(line.slice(0, match.index)).length);
}

const tool: Tool = { summary: 'Print lines that match', run: grep };
export const grepTools: Readonly<Record<string, Tool>> = { grep: tool, egrep: tool, fgrep: tool };
