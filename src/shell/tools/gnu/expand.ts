/** expand, unexpand: GNU coreutils 9.1. */
import type { Invocation } from '../../bash/execution.ts';
import { fail, print } from '../tool.ts';
import { type Given, quoted, readInputs, readOptions } from './options.ts';

/** Where the next tab leads from a column; undefined: there is no more. */
type Stops = (column: number) => number | undefined;

/** `4`, `4,10`, `4,/8`, `4,+8`. */
function readStops(texts: readonly string[]): Stops | string {
  const list: number[] = [];
  let multiple = 0;
  let increment = 0;
  for (const text of texts) {
    for (const part of text.split(/[ ,]+/).filter((each) => each !== '')) {
      const found = /^([/+]?)(\d*)(.*)$/s.exec(part)!;
      if (found[3] !== '' || found[2] === '') return `tab size contains invalid character(s): ${quoted(found[3] || part)}`;
      const size = Number(found[2]);
      if (found[1] === '/') multiple = size;
      else if (found[1] === '+') increment = size;
      else if (size === 0) return 'tab size cannot be 0';
      else if (list.length > 0 && size <= list.at(-1)!) return 'tab sizes must be ascending';
      else list.push(size);
    }
  }
  if (list.length === 0 && multiple === 0 && increment === 0) return (column) => column + 8 - (column % 8);
  if (list.length === 1 && multiple === 0 && increment === 0) return (column) => column + list[0]! - (column % list[0]!);
  return (column) => {
    const next = list.find((stop) => stop > column);
    if (next !== undefined) return next;
    if (multiple > 0) return column + multiple - (column % multiple);
    if (increment > 0) return column + increment - ((column - (list.at(-1) ?? 0)) % increment);
    return undefined;
  };
}

const LONG = { 'tabs=': 't', initial: 'i', all: 'a', 'first-only': 'f' } as const;

async function change(
  invocation: Invocation,
  short: string,
  long: Readonly<Record<string, string>>,
  line: (text: string, stops: Stops, given: Given) => string,
): Promise<number> {
  // `-4` is `-t 4`.
  const args = invocation.args.map((arg) => (/^-[\d,]+$/.test(arg) ? `-t${arg.slice(1)}` : arg));
  const given = readOptions({ ...invocation, args }, { short, long });
  if (typeof given === 'number') return given;
  const stops = readStops(given.values('t'));
  if (typeof stops === 'string') return fail(invocation, stops);
  const { inputs, failed } = await readInputs(invocation, given.operands);
  for (const { text } of inputs)
    print(
      invocation,
      text.replace(/[^\n]+/g, (each) => line(each, stops, given)),
    );
  return failed ? 1 : 0;
}

export function expand(invocation: Invocation): Promise<number> {
  return change(invocation, 'it:', { 'tabs=': LONG['tabs='], initial: LONG.initial }, (text, stops, given) => {
    let out = '';
    let column = 0;
    let leading = true;
    for (const char of text) {
      if (char === '\t' && (leading || !given.has('i'))) {
        const next = stops(column) ?? column + 1;
        out += ' '.repeat(next - column);
        column = next;
        continue;
      }
      if (char !== ' ' && char !== '\t') leading = false;
      out += char;
      column = char === '\b' ? Math.max(0, column - 1) : column + 1;
    }
    return out;
  });
}

export function unexpand(invocation: Invocation): Promise<number> {
  return change(invocation, 'aft:', { 'tabs=': 't', all: 'a', 'first-only': 'f' }, (text, stops, given) => {
    const all = (given.has('a') || given.has('t')) && !given.has('f');
    let column = 0;
    let leading = true;
    return text.replace(/[ \t]+|[^ \t]+/g, (piece) => {
      if (!/^[ \t]/.test(piece)) {
        leading = false;
        column += [...piece].length;
        return piece;
      }
      const start = column;
      for (const char of piece) column = char === '\t' ? (stops(column) ?? column + 1) : column + 1;
      if (!leading && !all) return piece;
      // One blank before a tab stop stays a blank, unless more follow.
      if (piece === ' ' && stops(start) === column && !leading) return piece;
      let out = '';
      let at = start;
      for (let next = stops(at); next !== undefined && next <= column; next = stops(at)) {
        out += '\t';
        at = next;
      }
      return out + ' '.repeat(column - at);
    });
  });
}
