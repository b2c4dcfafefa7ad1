/** cut, uniq, paste, comm, join, tr: GNU coreutils 9.1 on fields and lines. */

import type { Invocation } from '../../bash/execution.ts';
import { bytesOf, textOfBytes } from '../../bytes.ts';
import { fail, print } from '../tool.ts';
import { linesOf, quoted, readInputs, readOptions, tryHelp } from './options.ts';

type Ranges = readonly (readonly [from: number, to: number])[];

/** `1,3-5,-2,7-` . @returns GNU's complaint when it is none */
function readRanges(list: string, fields: boolean): Ranges | string {
  const kind = fields ? 'fields are numbered from 1' : 'byte/character positions are numbered from 1';
  const ranges: (readonly [number, number])[] = [];
  for (const piece of list.split(/[, \t]/)) {
    const found = /^(\d*)(-?)(\d*)$/.exec(piece);
    if (!found || piece === '')
      return piece === ''
        ? kind
        : `invalid ${fields ? 'field' : 'byte/character'} ${/-/.test(piece) ? 'range' : fields ? 'value' : 'position'} ${quoted(piece)}`;
    const [, first, dash, last] = found;
    if (dash && !first && !last) return 'invalid range with no endpoint: -';
    const from = first ? Number(first) : 1;
    const to = dash ? (last ? Number(last) : Number.POSITIVE_INFINITY) : from;
    if (from === 0 || (last && to === 0)) return kind;
    if (to < from) return 'invalid decreasing range';
    ranges.push([from, to]);
  }
  return ranges;
}

export async function cut(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'b:c:d:f:nsz',
    long: {
      'bytes=': 'b',
      'characters=': 'c',
      'delimiter=': 'd',
      'fields=': 'f',
      'only-delimited': 's',
      'zero-terminated': 'z',
      complement: '!',
      'output-delimiter=': 'O',
    },
  });
  if (typeof given === 'number') return given;
  const refuse = (why: string) => fail(invocation, why + tryHelp(invocation));
  const lists = ['b', 'c', 'f'].flatMap((letter) => given.values(letter).map((list) => ({ letter, list })));
  if (lists.length === 0) return refuse('you must specify a list of bytes, characters, or fields');
  if (lists.length > 1) return refuse('only one list may be specified');
  const { letter, list } = lists[0]!;
  const byFields = letter === 'f';
  const delimiter = given.value('d') ?? '\t';
  if (given.has('d') && [...delimiter].length > 1) return refuse('the delimiter must be a single character');
  if (given.has('d') && !byFields) return refuse('an input delimiter may be specified only when operating on fields');
  if (given.has('s') && !byFields) return refuse('suppressing non-delimited lines makes sense\n\tonly when operating on fields');
  const ranges = readRanges(list, byFields);
  if (typeof ranges === 'string') return refuse(ranges);
  const inside = (at: number) => ranges.some(([from, to]) => at >= from && at <= to) !== given.has('!');
  const glue = given.value('O') ?? (byFields ? delimiter : '');
  const end = given.has('z') ? '\0' : '\n';
  const { inputs, failed } = await readInputs(invocation, given.operands);
  for (const { text } of inputs) {
    const out: string[] = [];
    for (const line of linesOf(text, end)) {
      if (byFields && !line.includes(delimiter || '\0')) {
        if (!given.has('s')) out.push(line);
      } else if (byFields || glue !== '') {
        const pieces = byFields ? line.split(delimiter || '\0') : [...line];
        out.push(pieces.filter((_piece, at) => inside(at + 1)).join(glue));
      }
      // A character is a byte to coreutils 9.1.
      else out.push(textOfBytes(bytesOf(line).filter((_byte, at) => inside(at + 1))));
    }
    print(invocation, out.map((line) => line + end).join(''));
  }
  return failed ? 1 : 0;
}

export async function uniq(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'cdDf:is:uw:z',
    long: {
      count: 'c',
      repeated: 'd',
      'all-repeated=?': 'D',
      'skip-fields=': 'f',
      'ignore-case': 'i',
      'skip-chars=': 's',
      unique: 'u',
      'check-chars=': 'w',
      'zero-terminated': 'z',
      'group=?': 'g',
    },
  });
  if (typeof given === 'number') return given;
  const numbers = { f: 'fields to skip', s: 'bytes to skip', w: 'bytes to compare' } as const;
  for (const [letter, what] of Object.entries(numbers))
    for (const value of given.values(letter))
      if (!/^\d+$/.test(value)) return fail(invocation, `${value}: invalid number of ${what}`);
  const [from, to, extra] = given.operands;
  if (extra !== undefined) return fail(invocation, `extra operand ${quoted(extra)}${tryHelp(invocation)}`);
  const { inputs, failed } = await readInputs(invocation, from === undefined ? [] : [from]);
  if (failed) return 1;
  const end = given.has('z') ? '\0' : '\n';
  const key = (line: string): string => {
    let rest = line;
    for (let left = Number(given.value('f') ?? 0); left > 0; left--) rest = rest.replace(/^[ \t]*[^ \t]*/, '');
    rest = rest.slice(Number(given.value('s') ?? 0)).slice(0, given.has('w') ? Number(given.value('w')) : undefined);
    return given.has('i') ? rest.toLowerCase() : rest;
  };
  const groups: string[][] = [];
  let last: string | undefined;
  for (const line of linesOf(inputs[0]!.text, end)) {
    const now = key(line);
    if (now === last) groups.at(-1)!.push(line);
    else groups.push([line]);
    last = now;
  }
  const text = uniqText(groups, given.has, end);
  if (to === undefined || to === '-') print(invocation, text);
  else {
    const { files } = invocation.x.platform;
    const { resolvePath } = await import('../../bash/files.ts');
    const error = files.write(resolvePath(invocation.x.shell.cwd, to), text);
    if (error) return fail(invocation, `${to}: ${error}`);
  }
  return 0;
}

function uniqText(groups: readonly string[][], has: (letter: string) => boolean, end: string): string {
  if (has('g')) return groups.map((group) => group.map((line) => line + end).join('')).join(end);
  return groups
    .filter(({ length }) => !((has('d') || has('D')) && length < 2) && !(has('u') && length > 1))
    .flatMap((group) => (has('D') ? group : [has('c') ? `${String(group.length).padStart(7)} ${group[0]}` : group[0]!]))
    .map((line) => line + end)
    .join('');
}

export async function paste(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, { short: 'd:sz', long: { 'delimiters=': 'd', serial: 's', 'zero-terminated': 'z' } });
  if (typeof given === 'number') return given;
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\', '0': '' };
  const list = (given.value('d') ?? '\t').match(/\\[\s\S]|[\s\S]/gu) ?? [''];
  const glue = list.map((each) => (each.length > 1 && each.startsWith('\\') ? (escapes[each[1]!] ?? each[1]!) : each));
  const end = given.has('z') ? '\0' : '\n';
  const names = given.operands.length > 0 ? given.operands : ['-'];
  const { inputs, failed } = await readInputs(invocation, [...new Set(names)]);
  if (failed && (!given.has('s') || inputs.length === 0)) return 1;
  const texts = new Map(inputs.map(({ name, text }) => [name, linesOf(text, end)]));
  if (given.has('s')) {
    for (const name of names) {
      const lines = texts.get(name);
      if (lines)
        print(invocation, `${lines.map((line, at) => (at === 0 ? line : glue[(at - 1) % glue.length]! + line)).join('')}${end}`);
    }
    return failed ? 1 : 0;
  }
  const places = new Map(names.map((name) => [name, 0]));
  const standardInput = names.filter((name) => name === '-').length;
  const out: string[] = [];
  for (;;) {
    let some = false;
    const row = names.map((name) => {
      const at = places.get(name)!;
      const line = texts.get(name)![at];
      if (line !== undefined) some = true;
      // The same file named twice is read twice; standard input only once.
      if (name === '-' || names.indexOf(name) === names.lastIndexOf(name)) places.set(name, at + 1);
      return line ?? '';
    });
    for (const name of new Set(names))
      if (name !== '-' && names.indexOf(name) !== names.lastIndexOf(name)) places.set(name, places.get(name)! + 1);
    if (!some) break;
    out.push(row.map((cell, at) => (at === 0 ? cell : glue[(at - 1) % glue.length]! + cell)).join('') + end);
  }
  void standardInput;
  print(invocation, out.join(''));
  return 0;
}

export async function comm(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: '123z',
    long: { 'check-order': 'k', 'nocheck-order': 'n', 'output-delimiter=': 'o', total: 't', 'zero-terminated': 'z' },
  });
  if (typeof given === 'number') return given;
  const [first, second, extra] = given.operands;
  if (first === undefined) return fail(invocation, `missing operand${tryHelp(invocation)}`);
  if (second === undefined) return fail(invocation, `missing operand after ${quoted(first)}${tryHelp(invocation)}`);
  if (extra !== undefined) return fail(invocation, `extra operand ${quoted(extra)}${tryHelp(invocation)}`);
  const { inputs, failed } = await readInputs(invocation, [first, second]);
  if (failed) return 1;
  const end = given.has('z') ? '\0' : '\n';
  const [left, right] = inputs.map(({ text }) => linesOf(text, end)) as [string[], string[]];
  const glue = given.value('o') ?? '\t';
  const counts = [0, 0, 0];
  let out = '';
  const put = (column: number, line: string) => {
    counts[column - 1]!++;
    if (given.has(String(column))) return;
    const before = [1, 2].filter((each) => each < column && !given.has(String(each))).length;
    out += glue.repeat(before) + line + end;
  };
  const complaints: string[] = [];
  const unsorted = (lines: readonly string[], at: number, file: number) => {
    const message = `file ${file} is not in sorted order`;
    if (at > 0 && lines[at]! < lines[at - 1]! && !given.has('n') && !complaints.includes(message)) complaints.push(message);
  };
  let [a, b] = [0, 0];
  while (a < left.length || b < right.length) {
    if (a < left.length) unsorted(left, a, 1);
    if (b < right.length) unsorted(right, b, 2);
    if (b >= right.length || (a < left.length && left[a]! < right[b]!)) put(1, left[a++]!);
    else if (a >= left.length || right[b]! < left[a]!) put(2, right[b++]!);
    else {
      put(3, left[a++]!);
      b++;
    }
  }
  if (given.has('t')) out += `${counts.join(glue)}${glue}total${end}`;
  print(invocation, out);
  for (const message of complaints) fail(invocation, message);
  return complaints.length > 0 ? fail(invocation, 'input is not in sorted order') : 0;
}
