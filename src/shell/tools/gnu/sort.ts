/** sort: GNU coreutils 9.1 in the C locale's order. Left out: temporary files, --compress-program, --debug. */
import type { Invocation } from '../../bash/execution.ts';
import { resolvePath } from '../../bash/files.ts';
import { fail, print } from '../tool.ts';
import { linesOf, quoted, readInputs, readOptions, tryHelp } from './options.ts';

interface Key {
  readonly field: number;
  readonly char: number;
  /** undefined: to the end of the line. */
  readonly endField?: number;
  readonly endChar?: number;
  /** Ordering letters of its own; without any it has the general ones. */
  readonly letters: string;
}

type Compare = (a: string, b: string) => number;

/** `2,2nr`, `1.3b`. @returns GNU's complaint when it is none */
function readKey(text: string): Key | string {
  const found = /^(\d*)(?:\.(\d*))?([bdfghiMnRrV]*)(?:,(\d*)(?:\.(\d*))?([bdfghiMnRrV]*))?(.*)$/s.exec(text)!;
  const [, field, char, letters, endField, endChar, endLetters, rest] = found;
  if (!field) return `invalid number at field start: invalid count at start of ${quoted(text)}`;
  if (Number(field) === 0) return `field number is zero: invalid field specification ${quoted(text)}`;
  if (char !== undefined && Number(char) === 0) return `character offset is zero: invalid field specification ${quoted(text)}`;
  if (rest) return `stray character in field spec: invalid field specification ${quoted(text)}`;
  if (endField === '') return `invalid number after ',': invalid count at start of ${quoted(text.slice(text.indexOf(',') + 1))}`;
  return {
    field: Number(field),
    char: Number(char ?? 1),
    ...(endField !== undefined && { endField: Number(endField) }),
    ...(endChar && { endChar: Number(endChar) }),
    letters: letters! + (endLetters ?? ''),
  };
}

/** Where each field begins and ends: blanks before a field belong to it, unless a separator is given. */
function fieldSpans(line: string, separator: string | undefined): readonly (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = [];
  if (separator !== undefined) {
    let from = 0;
    for (let at = line.indexOf(separator); at >= 0; at = line.indexOf(separator, from)) {
      spans.push([from, at]);
      from = at + separator.length;
    }
    return [...spans, [from, line.length]];
  }
  for (const found of line.matchAll(/[ \t]*[^ \t]+/g)) spans.push([found.index, found.index + found[0].length]);
  return spans;
}

function keyText(line: string, key: Key, separator: string | undefined, skipBlanks: boolean): string {
  const spans = fieldSpans(line, separator);
  const span = spans[key.field - 1];
  if (!span) return '';
  const blanks = (from: number) => (skipBlanks ? /^[ \t]*/.exec(line.slice(from))![0].length : 0);
  const start = span[0] + blanks(span[0]) + key.char - 1;
  if (key.endField === undefined) return line.slice(start);
  const last = spans[key.endField - 1];
  if (!last) return line.slice(start);
  return line.slice(start, key.endChar ? Math.min(line.length, last[0] + blanks(last[0]) + key.endChar) : last[1]);
}

const bytes: Compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

const leading = (text: string) => Number(/^[ \t]*(-?\d*\.?\d*)/.exec(text)![1] || 0) || 0;
const general = (text: string) => {
  const found = /^[ \t]*([-+]?(0x[\da-f]+|inf(inity)?|\d+\.?\d*(e[-+]?\d+)?|\.\d+(e[-+]?\d+)?))/i.exec(text);
  if (!found) return Number.NEGATIVE_INFINITY;
  return /inf/i.test(found[1]!)
    ? Number.POSITIVE_INFINITY
    : /^[-+]0x/i.test(found[1]!)
      ? -Number(found[1]!.slice(1))
      : Number(found[1]);
};

function human(text: string): readonly [number, number] {
  const found = /^[ \t]*(-?\d*\.?\d*)([KkMGTPEZY]?)/.exec(text)!;
  const size = Number(found[1] || 0) || 0;
  return [Math.sign(size) * UNITS.indexOf(found[2]!.toUpperCase()), size];
}

/** As `ls -v`: runs of digits by their number. */
function version(a: string, b: string): number {
  const pieces = (text: string) => text.match(/\d+|\D+/g) ?? [];
  const [left, right] = [pieces(a), pieces(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const [x, y] = [left[at], right[at]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const numbers = /^\d/.test(x) && /^\d/.test(y);
    const order = numbers ? Number(x) - Number(y) : bytes(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

function comparison(letters: string): Compare {
  const cleaned = (text: string) => {
    let out = letters.includes('d')
      ? text.replace(/[^A-Za-z0-9 \t]/g, '')
      : letters.includes('i')
        ? text.replace(/[^\x20-\x7e]/g, '')
        : text;
    if (letters.includes('f')) out = out.toUpperCase();
    return out;
  };
  if (letters.includes('n')) return (a, b) => leading(a) - leading(b);
  if (letters.includes('g')) return (a, b) => (general(a) === general(b) ? 0 : general(a) - general(b));
  if (letters.includes('h')) return (a, b) => human(a)[0] - human(b)[0] || human(a)[1] - human(b)[1];
  if (letters.includes('M')) {
    const month = (text: string) => MONTHS.indexOf(text.trimStart().slice(0, 3).toUpperCase());
    return (a, b) => month(a) - month(b);
  }
  if (letters.includes('V')) return version;
  if (letters.includes('R')) return (a, b) => hash(a) - hash(b);
  return (a, b) => bytes(cleaned(a), cleaned(b));
}

function hash(text: string): number {
  let value = 2166136261;
  for (const char of text) value = Math.imul(value ^ char.codePointAt(0)!, 16777619) >>> 0;
  return value;
}

export async function sort(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'bcCdfghik:mMno:rRsS:t:T:uVz',
    long: {
      'ignore-leading-blanks': 'b',
      'check=?': 'c',
      'dictionary-order': 'd',
      'ignore-case': 'f',
      'general-numeric-sort': 'g',
      'human-numeric-sort': 'h',
      'ignore-nonprinting': 'i',
      'key=': 'k',
      merge: 'm',
      'month-sort': 'M',
      'numeric-sort': 'n',
      'output=': 'o',
      'parallel=': 'P',
      'random-sort': 'R',
      'random-source=': 'Q',
      reverse: 'r',
      stable: 's',
      'buffer-size=': 'S',
      'field-separator=': 't',
      'temporary-directory=': 'T',
      unique: 'u',
      'version-sort': 'V',
      'zero-terminated': 'z',
    },
    status: 2,
  });
  if (typeof given === 'number') return given;
  const separator = given.value('t') === '\\0' ? '\0' : given.value('t');
  if (separator === '') return fail(invocation, 'empty tab', 2);
  if (separator !== undefined && [...separator].length > 1) return fail(invocation, `multi-character tab ${quoted(separator)}`, 2);
  const parallel = given.value('P');
  if (parallel !== undefined && !/^\d+$/.test(parallel)) return fail(invocation, `invalid --parallel argument '${parallel}'`, 2);
  const keys: Key[] = [];
  for (const text of given.values('k')) {
    const key = readKey(text);
    if (typeof key === 'string') return fail(invocation, key, 2);
    keys.push(key);
  }
  const checking = given.has('c') || given.has('C');
  if (checking && given.operands.length > 1)
    return fail(
      invocation,
      `extra operand ${quoted(given.operands[1]!)} not allowed with -${given.has('C') ? 'C' : 'c'}${tryHelp(invocation)}`.split(
        '\n',
      )[0]!,
      2,
    );
  const { inputs, failed } = await readInputs(invocation, given.operands, (name, why) =>
    why.startsWith('Is') ? `read failed: ${name}: ${why}` : `cannot read: ${name}: ${why}`,
  );
  if (failed) return 2;
  const general = 'bdfghiMnRV'
    .split('')
    .filter((letter) => given.has(letter))
    .join('');
  const compare = ordering(keys, general, given.has('r'), separator);
  const lastResort: Compare = given.has('s') || given.has('u') ? () => 0 : (a, b) => bytes(a, b) * (given.has('r') ? -1 : 1);
  const end = given.has('z') ? '\0' : '\n';
  if (checking) {
    const lines = linesOf(inputs[0]!.text, end);
    const bad = lines.findIndex(
      (line, at) => at > 0 && (compare(lines[at - 1]!, line) || lastResort(lines[at - 1]!, line)) >= (given.has('u') ? 0 : 1),
    );
    if (bad < 0) return 0;
    if (given.has('C') || /^(quiet|silent)$/.test(given.value('c') ?? '')) return 1;
    return fail(invocation, `${inputs[0]!.name}:${bad + 1}: disorder: ${lines[bad]}`);
  }
  let lines = inputs.flatMap(({ text }) => linesOf(text, end));
  lines.sort((a, b) => compare(a, b) || lastResort(a, b));
  if (given.has('u')) lines = lines.filter((line, at) => at === 0 || compare(lines[at - 1]!, line) !== 0);
  const text = lines.map((line) => line + end).join('');
  const to = given.value('o');
  if (to === undefined) print(invocation, text);
  else {
    const error = invocation.x.platform.files.write(resolvePath(invocation.x.shell.cwd, to), text);
    if (error) return fail(invocation, `open failed: ${to}: ${error}`, 2);
  }
  return 0;
}

function ordering(keys: readonly Key[], general: string, reverse: boolean, separator: string | undefined): Compare {
  if (keys.length === 0) {
    const compare = comparison(general);
    const trimmed: Compare = general.includes('b') ? (a, b) => compare(a.trimStart(), b.trimStart()) : compare;
    return reverse ? (a, b) => -trimmed(a, b) : trimmed;
  }
  const each = keys.map((key) => {
    const letters = key.letters || general;
    const compare = comparison(letters);
    const sign = key.letters ? key.letters.includes('r') : reverse;
    const take = (line: string) => keyText(line, key, separator, letters.includes('b'));
    return (a: string, b: string) => (sign ? -1 : 1) * compare(take(a), take(b));
  });
  return (a, b) => {
    for (const compare of each) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}
