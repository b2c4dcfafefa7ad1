/** diff and cmp: diffutils 3.8. Leaves out #ifdef output (-D), line formats and functions in hunk heads (-p, -F). */
import { type Invocation, stdout } from '../../bash/execution.ts';
import type { FileStat } from '../../bash/files.ts';
import { readAll } from '../../bash/streams.ts';
import { bytesOf } from '../../bytes.ts';
import { type Given, readOptions } from '../gnu/options.ts';
import { openOperand } from '../operands.ts';
import { fail, print } from '../tool.ts';
import { contextual, edScript, normal, type Paint, rcsScript, type Sides, sideBySide, unified } from './diff-styles.ts';
import { bare, changesBetween, linesWithEnds } from './lines.ts';
import { baseName, filesOf, isStat, joinName, look, pathOf } from './paths.ts';
import { fullTime } from './stat.ts';

const OPTIONS = {
  short: '0123456789abBcC:dD:eEfF:hHiI:l:L:nNpPqrsS:tTuU:vwW:x:X:yZ',
  status: 2,
  long: {
    normal: 'normal',
    brief: 'q',
    'report-identical-files': 's',
    context: 'c',
    'context=?': 'C',
    unified: 'u',
    'unified=?': 'U',
    ed: 'e',
    rcs: 'n',
    'side-by-side': 'y',
    'width=': 'W',
    'left-column': 'left-column',
    'suppress-common-lines': 'suppress',
    'show-c-function': 'p',
    'label=': 'L',
    'expand-tabs': 't',
    'initial-tab': 'T',
    recursive: 'r',
    'no-dereference': 'no-dereference',
    'new-file': 'N',
    'unidirectional-new-file': 'P',
    'ignore-file-name-case': 'file-case',
    'exclude=': 'x',
    'ignore-case': 'i',
    'ignore-tab-expansion': 'E',
    'ignore-trailing-space': 'Z',
    'ignore-space-change': 'b',
    'ignore-all-space': 'w',
    'ignore-blank-lines': 'B',
    'ignore-matching-lines=': 'I',
    text: 'a',
    'strip-trailing-cr': 'cr',
    'ifdef=': 'D',
    minimal: 'd',
    'speed-large-files': 'H',
    'color=?': 'color',
    'palette=': 'palette',
  },
} as const;

interface How {
  readonly invocation: Invocation;
  readonly given: Given;
  readonly style: 'normal' | 'unified' | 'context' | 'ed' | 'rcs' | 'side';
  readonly context: number;
  readonly width: number;
  readonly paint: Paint;
  /** Options as they stand before the names of files in a directory. */
  readonly spelled: string;
}

interface Side {
  readonly name: string;
  readonly stat?: FileStat;
  readonly text: string;
}

const ABSENT = ['D', 'F', 'l'];

export async function diff(invocation: Invocation): Promise<number> {
  const hint = "diff: Try 'diff --help' for more information.";
  const refuse = (message: string) => fail(invocation, `${message}\n${hint}`, 2);
  const given = readOptions(invocation, { ...OPTIONS, help: hint });
  if (typeof given === 'number') return given;
  const absent = given.order.find((letter) => ABSENT.includes(letter));
  if (absent) return fail(invocation, `-${absent}: not simulated in this lab`, 2);
  const how = howOf(invocation, given, refuse);
  if (typeof how === 'number') return how;
  const [left, right, more] = given.operands;
  if (left === undefined || right === undefined)
    return refuse(`missing operand after '${left ?? invocation.args.at(-1) ?? 'diff'}'`);
  if (more !== undefined) return refuse(`extra operand '${more}'`);
  const [a, b] = [look(invocation, left), look(invocation, right)];
  const directory = (found: FileStat | string) => isStat(found) && found.type === 'directory';
  if (left !== '-' && right !== '-') {
    if (directory(a) && directory(b)) return compareDirectories(how, left, right);
    if (directory(a) && isStat(b)) return compareFiles(how, joinName(left, baseName(right)), right);
    if (directory(b) && isStat(a)) return compareFiles(how, left, joinName(right, baseName(left)));
  }
  return compareFiles(how, left, right);
}

function howOf(invocation: Invocation, given: Given, refuse: (message: string) => number): How | number {
  const styles: Readonly<Record<string, How['style']>> = {
    normal: 'normal',
    u: 'unified',
    U: 'unified',
    c: 'context',
    C: 'context',
    e: 'ed',
    n: 'rcs',
    y: 'side',
  };
  const wanted = new Set(given.order.map((letter) => styles[letter]).filter((style) => style !== undefined));
  const spelled = given.value('U') || given.value('C') || '3';
  if (!/^\d+$/.test(spelled)) return refuse(`invalid context length '${spelled}'`);
  const width = given.value('W') ?? '130';
  if (!/^\d+$/.test(width) || width === '0') return refuse(`invalid width '${width}'`);
  if (wanted.size > 1) return refuse('conflicting output style options');
  const when = given.value('color');
  if (when !== undefined && !['', 'auto', 'always', 'never'].includes(when)) return refuse(`invalid color '${when}'`);
  const codes = { head: '1', range: '36', old: '31', new: '32' } as const;
  const colored = when === 'always' || ((when === '' || when === 'auto') && stdout(invocation.x)?.isTTY === true);
  const operands = new Set(given.operands);
  return {
    invocation,
    given,
    style: [...wanted][0] ?? 'normal',
    context: Math.min(Number(spelled), 100_000),
    width: Number(width),
    paint: colored ? (kind, text) => `\x1b[${codes[kind]}m${text}\x1b[0m` : (_kind, text) => text,
    spelled: ['diff', ...invocation.args.filter((arg) => !operands.has(arg))].join(' '),
  };
}

/** Compares what is in both, names what is in one only. */
async function compareDirectories(how: How, left: string, right: string): Promise<number> {
  const { invocation, given } = how;
  const files = filesOf(invocation);
  const excluded = given.values('x').map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .replace(/[.+^${}()|\\]/g, '\\$&')
          .replace(/\*/g, '.*')
          .replace(/\?/g, '.')}$`,
      ),
  );
  const namesIn = (directory: string) =>
    (files.list(pathOf(invocation, directory)) ?? [])
      .map((name) => name.replace(/\/$/, ''))
      .filter((name) => !excluded.some((each) => each.test(name)));
  const [a, b] = [namesIn(left), namesIn(right)];
  let status = 0;
  for (const name of [...new Set([...a, ...b])].sort()) {
    const [from, to] = [joinName(left, name), joinName(right, name)];
    const only = !b.includes(name) ? left : !a.includes(name) ? right : undefined;
    const [x, y] = [look(invocation, from), look(invocation, to)];
    const type = (found: FileStat | string) => (isStat(found) ? found.type : undefined);
    let result = 1;
    if (only !== undefined && !(given.has('N') || (given.has('P') && only === right)))
      print(invocation, `Only in ${only}: ${name}\n`);
    else if ((type(x) ?? type(y)) === 'directory' && (type(y) ?? type(x)) === 'directory') {
      if (given.has('r')) result = await compareDirectories(how, from, to);
      else {
        print(invocation, `Common subdirectories: ${from} and ${to}\n`);
        result = 0;
      }
    } else if (only === undefined && (type(x) === 'directory') !== (type(y) === 'directory')) {
      const kind = (found: FileStat | string) =>
        type(found) === 'directory' ? 'directory' : isStat(found) && found.size === 0 ? 'regular empty file' : 'regular file';
      print(invocation, `File ${from} is a ${kind(x)} while file ${to} is a ${kind(y)}\n`);
    } else result = await compareFiles(how, from, to, `${how.spelled} ${from} ${to}\n`);
    status = Math.max(status, result);
  }
  return status;
}

async function sideOf({ invocation, given }: How, name: string, other: string): Promise<Side | undefined> {
  const found = name === '-' ? undefined : look(invocation, name);
  if (
    found === 'No such file or directory' &&
    (given.has('N') || given.has('P')) &&
    (other === '-' || isStat(look(invocation, other)))
  )
    return { name, text: '' };
  if (typeof found === 'string') {
    fail(invocation, `${name}: ${found}`);
    return undefined;
  }
  const source = openOperand(invocation, name);
  return source && { name, text: await readAll(source), ...(found && { stat: found }) };
}

async function compareFiles(how: How, left: string, right: string, title = ''): Promise<number> {
  const { invocation, given } = how;
  const absent = given.has('N') ? [] : [left, right].filter((name) => name !== '-' && !isStat(look(invocation, name)));
  for (const name of absent) fail(invocation, `${name}: ${look(invocation, name)}`);
  if (absent.length > 0 && !(given.has('P') && absent.length === 1 && absent[0] === left)) return 2;
  const a = await sideOf(how, left, right);
  const b = left === '-' && right === '-' ? a : await sideOf(how, right, left);
  if (!a || !b) return 2;
  const same = () => {
    if (given.has('s')) print(invocation, `Files ${left} and ${right} are identical\n`);
    return 0;
  };
  if (a.text === b.text) return how.style === 'side' && !given.has('q') ? show(how, a, b, title) && 0 : same();
  const binary = !given.has('a') && (a.text.slice(0, 4096).includes('\0') || b.text.slice(0, 4096).includes('\0'));
  if (binary) {
    print(invocation, `${given.has('q') ? 'Files' : 'Binary files'} ${left} and ${right} differ\n`);
    return 1;
  }
  return show(how, a, b, title) || same();
}

/** Blanks, case and line ends that do not count. */
function keyOf(given: Given): (line: string) => string {
  return (line) => {
    let key = given.has('cr') ? line.replace(/\r(\0?)$/, '$1') : line;
    if (given.has('w')) key = key.replace(/[ \t\v\f\r]+/g, '');
    else if (given.has('b')) key = key.replace(/[ \t\v\f\r]+(?=\0?$)/, '').replace(/[ \t\v\f\r]+/g, ' ');
    else if (given.has('Z')) key = key.replace(/[ \t\v\f\r]+(?=\0?$)/, '');
    if (given.has('w') || given.has('b')) key = bare(key);
    return given.has('i') ? key.toLowerCase() : key;
  };
}

function show(how: How, a: Side, b: Side, title: string): number {
  const { invocation, given, style, context, paint } = how;
  const [old, fresh] = [linesWithEnds(a.text), linesWithEnds(b.text)];
  const changes = changesBetween(old, fresh, { key: keyOf(given), ignoreBlank: given.has('B') });
  if (changes.length === 0 && style !== 'side') return 0;
  if (given.has('q')) {
    if (changes.length > 0) print(invocation, `Files ${a.name} and ${b.name} differ\n`);
    return changes.length > 0 ? 1 : 0;
  }
  const sides: Sides = { old, fresh, changes };
  const labels = given.values('L');
  const now = invocation.x.platform.clock.now();
  const head = ({ name, stat }: Side, at: number) =>
    labels[at] ?? `${name}\t${fullTime(stat?.modifiedAt ?? (name === '-' ? now : 0))}`;
  const heads = [head(a, 0), head(b, 1)] as const;
  const texts: Readonly<Record<How['style'], () => string>> = {
    normal: () => normal(sides, paint),
    unified: () => unified(sides, heads, context, paint),
    context: () => contextual(sides, heads, context),
    ed: () => edScript(sides),
    rcs: () => rcsScript(sides),
    side: () => sideBySide(sides, { width: how.width, leftColumn: given.has('left-column'), suppress: given.has('suppress') }),
  };
  print(invocation, title + texts[style]());
  return changes.length > 0 ? 1 : 0;
}

const CMP_HINT = "cmp: Try 'cmp --help' for more information.";

export async function cmp(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'bci:ln:sv',
    long: { 'print-bytes': 'b', 'ignore-initial=': 'i', verbose: 'l', 'bytes=': 'n', quiet: 's', silent: 's' },
    status: 2,
    help: CMP_HINT,
  });
  if (typeof given === 'number') return given;
  const refuse = (message: string) => fail(invocation, `${message}\n${CMP_HINT}`, 2);
  const [left, right = '-', skipLeft, skipRight, more] = given.operands;
  if (left === undefined) return refuse("missing operand after 'cmp'");
  if (more !== undefined) return refuse(`extra operand '${more}'`);
  const skips = given.value('i')?.split(':') ?? [];
  const from = [skipLeft ?? skips[0] ?? '0', skipRight ?? skips[1] ?? skipLeft ?? skips[0] ?? '0'];
  const wrong = from.find((each) => !/^\d+$/.test(each));
  if (wrong !== undefined) return refuse(`invalid --ignore-initial value '${wrong}'`);
  const limit = given.value('n');
  if (limit !== undefined && !/^\d+$/.test(limit)) return refuse(`invalid --bytes value '${limit}'`);
  const sides: Uint8Array[] = [];
  for (const [at, name] of [left, right].entries()) {
    const found = name === '-' ? undefined : look(invocation, name);
    if (typeof found === 'string') return given.has('s') ? 2 : fail(invocation, `${name}: ${found}`, 2);
    const source = openOperand(invocation, name);
    if (!source) return 2;
    const skip = Number(from[at]);
    sides.push(bytesOf(await readAll(source)).subarray(skip, limit === undefined ? undefined : skip + Number(limit)));
  }
  return compareBytes(invocation, given, [left, right], sides as [Uint8Array, Uint8Array]);
}

const byteText = (byte: number): string => {
  const low = byte & 127;
  return (
    (byte > 127 ? 'M-' : '') + (low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? '^?' : String.fromCharCode(low))
  );
};

function compareBytes(
  invocation: Invocation,
  given: Given,
  names: readonly [string, string],
  [a, b]: readonly [Uint8Array, Uint8Array],
): number {
  const shorter = Math.min(a.length, b.length);
  const octal = (byte: number) => byte.toString(8).padStart(3);
  const width = String(Math.max(a.length, b.length)).length;
  let line = 1;
  let differs = false;
  for (let at = 0; at < shorter; at++) {
    if (a[at] !== b[at]) {
      differs = true;
      if (given.has('s')) return 1;
      const bytes = given.has('b') ? ` is ${octal(a[at]!)} ${byteText(a[at]!)} ${octal(b[at]!)} ${byteText(b[at]!)}` : '';
      if (!given.has('l')) {
        print(invocation, `${names[0]} ${names[1]} differ: byte ${at + 1}, line ${line}${bytes}\n`);
        return 1;
      }
      print(
        invocation,
        given.has('b')
          ? `${String(at + 1).padStart(width)} ${octal(a[at]!)} ${byteText(a[at]!).padEnd(4)} ${octal(b[at]!)} ${byteText(b[at]!)}\n`
          : `${String(at + 1).padStart(width)} ${octal(a[at]!)} ${octal(b[at]!)}\n`,
      );
    }
    if (a[at] === 10) line++;
  }
  if (a.length === b.length) return differs ? 1 : 0;
  const short = a.length < b.length ? names[0] : names[1];
  if (!given.has('s')) {
    const ended = shorter > 0 && a[shorter - 1] === 10;
    const where =
      shorter === 0
        ? ' which is empty'
        : ` after byte ${shorter}${given.has('l') ? '' : `, ${ended ? 'line' : 'in line'} ${ended ? line - 1 : line}`}`;
    fail(invocation, `EOF on ${short}${where}`);
  }
  return 1;
}
