/** nl, fold, tac, rev, expand's kin and seq, shuf: GNU coreutils 9.1 and util-linux 2.38, line by line. */

import { formatPrintf } from '../../bash/builtins/printf.ts';
import { type Invocation, stdout, throwIfInterrupted } from '../../bash/execution.ts';
import { fail, print } from '../tool.ts';
import { linesOf, quoted, readInputs, readOptions, tryHelp } from './options.ts';

export async function nl(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'b:d:f:h:i:l:n:ps:v:w:',
    long: {
      'body-numbering=': 'b',
      'section-delimiter=': 'd',
      'footer-numbering=': 'f',
      'header-numbering=': 'h',
      'line-increment=': 'i',
      'join-blank-lines=': 'l',
      'number-format=': 'n',
      'no-renumber': 'p',
      'number-separator=': 's',
      'starting-line-number=': 'v',
      'number-width=': 'w',
    },
  });
  if (typeof given === 'number') return given;
  const style = given.value('b') ?? 't';
  if (!/^([atn]|p[\s\S]*)$/.test(style))
    return fail(invocation, `invalid body numbering style: ${quoted(style)}${tryHelp(invocation)}`);
  const format = given.value('n') ?? 'rn';
  if (!['ln', 'rn', 'rz'].includes(format))
    return fail(invocation, `invalid line numbering format: ${quoted(format)}${tryHelp(invocation)}`);
  for (const [letter, what] of [
    ['w', 'line number field width'],
    ['v', 'starting line number'],
    ['i', 'line number increment'],
  ] as const)
    for (const value of given.values(letter))
      if (!/^-?\d+$/.test(value)) return fail(invocation, `invalid ${what}: ${quoted(value)}`);
  const width = Number(given.value('w') ?? 6);
  const separator = given.value('s') ?? '\t';
  const { inputs, failed } = await readInputs(invocation, given.operands);
  const { translateRegExp } = await import('./pattern.ts');
  const numbered = (line: string) =>
    style === 'a' || (style === 't' && line !== '') || (style.startsWith('p') && translateRegExp(style.slice(1)).test(line));
  let number = Number(given.value('v') ?? 1);
  const blank = ' '.repeat(width + separator.length);
  for (const { text } of inputs)
    for (const line of linesOf(text)) {
      const digits = String(number);
      const shown = format === 'ln' ? digits.padEnd(width) : digits.padStart(width, format === 'rz' ? '0' : ' ');
      if (numbered(line)) number += Number(given.value('i') ?? 1);
      print(invocation, numbered(line) ? `${shown}${separator}${line}\n` : `${blank}${line}\n`);
    }
  return failed ? 1 : 0;
}

export async function fold(invocation: Invocation): Promise<number> {
  const args = invocation.args.map((arg) => arg.replace(/^-(\d+)$/, '-w$1'));
  const given = readOptions({ ...invocation, args }, { short: 'bsw:', long: { bytes: 'b', spaces: 's', 'width=': 'w' } });
  if (typeof given === 'number') return given;
  const asked = given.value('w') ?? '80';
  if (!/^\d+$/.test(asked)) return fail(invocation, `invalid number of columns: ${quoted(asked)}`);
  const width = Number(asked);
  if (width === 0) return fail(invocation, `invalid number of columns: ${quoted(asked)}: Numerical result out of range`);
  const { inputs, failed } = await readInputs(invocation, given.operands);
  const advance = (column: number, char: string) => (char === '\t' && !given.has('b') ? column + 8 - (column % 8) : column + 1);
  for (const { text } of inputs)
    for (const piece of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
      let line = '';
      let column = 0;
      for (const char of piece.replace(/\n$/, '')) {
        if (advance(column, char) > width && line !== '') {
          const space = given.has('s') ? Math.max(line.lastIndexOf(' '), line.lastIndexOf('\t')) : -1;
          print(invocation, `${space >= 0 ? line.slice(0, space + 1) : line}\n`);
          line = space >= 0 ? line.slice(space + 1) : '';
          column = [...line].reduce(advance, 0);
        }
        line += char;
        column = advance(column, char);
      }
      print(invocation, line + (piece.endsWith('\n') ? '\n' : ''));
    }
  return failed ? 1 : 0;
}

export async function tac(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, { short: 'brs:', long: { before: 'b', regex: 'r', 'separator=': 's' } });
  if (typeof given === 'number') return given;
  const { inputs, failed } = await readInputs(invocation, given.operands, (name, why) =>
    why.startsWith('Is') ? `${name}: read error: ${why}` : `failed to open '${name}' for reading: ${why}`,
  );
  const separator = given.value('s') ?? '\n';
  for (const { text } of inputs) {
    const pieces = text.split(separator);
    const last = pieces.pop()!;
    const whole = pieces.map((piece) => piece + separator);
    if (last !== '') whole.push(last);
    print(invocation, whole.reverse().join(''));
  }
  return failed ? 1 : 0;
}

export async function rev(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, { short: 'hV0', long: { zero: '0', help: 'h', version: 'V' } });
  if (typeof given === 'number') return given;
  const { inputs, failed } = await readInputs(invocation, given.operands, (name, why) => `cannot open ${name}: ${why}`);
  for (const { text } of inputs)
    print(
      invocation,
      text.replace(/[^\n]+/g, (line) => [...line].reverse().join('')),
    );
  return failed ? 1 : 0;
}

const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$|^\s*[-+]?0x[\da-f]+$|^[-+]?inf(inity)?$/i;
const placesOf = (text: string) => /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
/** Characters written between two turns of the event loop. */
const BATCH = 65_536;

export async function seq(invocation: Invocation): Promise<number> {
  const args: string[] = [];
  // A negative number is none of its options.
  let ended = false;
  for (const [at, arg] of invocation.args.entries()) {
    if (
      !ended &&
      (/^-[\d.]/.test(arg) || (at > 0 && !arg.startsWith('-') && !/^-[fs]$|^--(format|separator)$/.test(invocation.args[at - 1]!)))
    ) {
      args.push('--', ...invocation.args.slice(at));
      ended = true;
      break;
    }
    args.push(arg);
  }
  const given = readOptions(
    { ...invocation, args },
    { short: 'f:s:w', long: { 'format=': 'f', 'separator=': 's', 'equal-width': 'w' } },
  );
  if (typeof given === 'number') return given;
  const { operands } = given;
  if (operands.length === 0) return fail(invocation, `missing operand${tryHelp(invocation)}`);
  if (operands.length > 3) return fail(invocation, `extra operand ${quoted(operands[3]!)}${tryHelp(invocation)}`);
  const bad = operands.find((text) => !NUMBER.test(text));
  if (bad !== undefined) return fail(invocation, `invalid floating point argument: ${quoted(bad)}${tryHelp(invocation)}`);
  const format = given.value('f');
  if (format !== undefined && !/%/.test(format.replaceAll('%%', '')))
    return fail(invocation, `format ${quoted(format)} has no % directive`);
  if (format !== undefined && given.has('w'))
    return fail(invocation, `format string may not be specified when printing equal width strings${tryHelp(invocation)}`);
  const [first, step, last] =
    operands.length === 1 ? ['1', '1', operands[0]!] : operands.length === 2 ? [operands[0]!, '1', operands[1]!] : operands;
  const [from, by, to] = [Number(first), Number(step), Number(last)] as [number, number, number];
  if (by === 0) return fail(invocation, `invalid Zero increment value: ${quoted(step!)}${tryHelp(invocation)}`);
  const places = Math.max(placesOf(first!), placesOf(step!));
  const plain = (value: number) => value.toFixed(places);
  const count = Math.floor((to - from) / by + 1e-10);
  const widths = given.has('w')
    ? Math.max(plain(from).length, plain(from + count * by).length, placesOf(last!) < places ? 0 : 0)
    : 0;
  const shown = (value: number) => {
    if (format !== undefined) return formatPrintf(format, [String(value)], 0).text;
    const text = plain(value);
    return text.startsWith('-') ? `-${text.slice(1).padStart(widths - 1, '0')}` : text.padStart(widths, '0');
  };
  if (count < 0) return 0;
  const glue = (given.value('s') ?? '\n').replace(/\\n/g, '\n').replace(/\\t/g, '\t');
  let batch = '';
  for (let at = 0; at <= count; at++) {
    batch += (at === 0 ? '' : glue) + shown(from + at * by);
    if (batch.length < BATCH) continue;
    print(invocation, batch);
    batch = '';
    await stdout(invocation.x)?.ready();
    await invocation.x.platform.clock.breathe();
    throwIfInterrupted(invocation.x);
  }
  print(invocation, `${batch}\n`);
  return 0;
}
