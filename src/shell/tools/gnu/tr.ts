/** tr: GNU coreutils 9.1. */
import { type Invocation, stdin, stdout } from '../../bash/execution.ts';
import { fail, print } from '../tool.ts';
import { quoted, readOptions, tryHelp } from './options.ts';

const between = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_each, at) => String.fromCharCode(from + at));
const PUNCTUATION = [...between(33, 47), ...between(58, 64), ...between(91, 96), ...between(123, 126)];
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  alnum: [...between(48, 57), ...between(65, 90), ...between(97, 122)],
  alpha: [...between(65, 90), ...between(97, 122)],
  blank: ['\t', ' '],
  cntrl: [...between(0, 31), '\x7f'],
  digit: between(48, 57),
  graph: between(33, 126),
  lower: between(97, 122),
  print: between(32, 126),
  punct: PUNCTUATION,
  space: ['\t', '\n', '\v', '\f', '\r', ' '],
  upper: between(65, 90),
  xdigit: [...between(48, 57), ...between(65, 70), ...between(97, 102)],
};
const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' };

class SetError extends Error {}

interface CharacterSet {
  readonly chars: readonly string[];
  /** `[:upper:]` and the like that stand in it. */
  readonly classes: readonly string[];
}

/** @param length what `[x*]` fills up to */
function readSet(text: string, length: number): CharacterSet {
  const chars: string[] = [];
  const classes: string[] = [];
  let fill: { readonly at: number; readonly char: string } | undefined;
  let rest = text;
  const one = (): string => {
    const escaped = /^\\([0-7]{1,3}|[\s\S])/.exec(rest);
    const taken = escaped?.[0] ?? [...rest][0]!;
    rest = rest.slice(taken.length);
    if (!escaped) return taken;
    const body = escaped[1]!;
    return /^[0-7]/.test(body) ? String.fromCharCode(Number.parseInt(body, 8) & 255) : (ESCAPES[body] ?? body);
  };
  while (rest !== '') {
    const named = /^\[:([a-z]*):\]/.exec(rest);
    const same = /^\[=([\s\S])=\]/.exec(rest);
    const repeated = /^\[(\\?[\s\S])\*(\d*)\]/.exec(rest);
    if (named) {
      const members = CLASSES[named[1]!];
      if (!members) throw new SetError(`invalid character class ${quoted(named[1]!)}`);
      chars.push(...members);
      classes.push(named[1]!);
      rest = rest.slice(named[0].length);
    } else if (same) {
      chars.push(same[1]!);
      rest = rest.slice(same[0].length);
    } else if (repeated) {
      const char = repeated[1]!.length > 1 ? (ESCAPES[repeated[1]![1]!] ?? repeated[1]![1]!) : repeated[1]!;
      const count = repeated[2] ? Number.parseInt(repeated[2], repeated[2].startsWith('0') ? 8 : 10) : 0;
      if (count === 0) fill = { at: chars.length, char };
      else chars.push(...Array.from({ length: Math.min(count, 65_536) }, () => char));
      rest = rest.slice(repeated[0].length);
    } else {
      const from = one();
      if (rest[0] !== '-' || rest.length < 2) {
        chars.push(from);
        continue;
      }
      rest = rest.slice(1);
      const to = one();
      if (from > to) throw new SetError(`range-endpoints of '${from}-${to}' are in reverse collating sequence order`);
      chars.push(...between(from.charCodeAt(0), to.charCodeAt(0)));
    }
  }
  if (fill && chars.length < length) chars.splice(fill.at, 0, ...Array.from({ length: length - chars.length }, () => fill.char));
  return { chars, classes };
}

export async function tr(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'cCdst',
    long: { complement: 'c', delete: 'd', 'squeeze-repeats': 's', 'truncate-set1': 't' },
  });
  if (typeof given === 'number') return given;
  const [deleting, squeezing] = [given.has('d'), given.has('s')];
  const [first, second, third] = given.operands;
  const refuse = (message: string) => fail(invocation, message + tryHelp(invocation));
  if (first === undefined) return refuse('missing operand');
  const needsTwo = deleting === squeezing;
  if (second === undefined && needsTwo)
    return refuse(
      `missing operand after ${quoted(first)}\nTwo strings must be given when ${deleting ? 'both deleting and squeezing repeats' : 'translating'}.`,
    );
  if (third !== undefined) return refuse(`extra operand ${quoted(third)}`);
  if (second !== undefined && deleting && !squeezing)
    return refuse(`extra operand ${quoted(second)}\nOnly one string may be given when deleting without squeezing repeats.`);
  let work: (text: string) => string;
  try {
    work = plan(first, second, { deleting, squeezing, complement: given.has('c') || given.has('C'), truncate: given.has('t') });
  } catch (error) {
    if (error instanceof SetError) return fail(invocation, error.message);
    throw error;
  }
  const source = stdin(invocation.x);
  for (let chunk = await source?.read(); chunk !== undefined; chunk = await source?.read()) {
    print(invocation, work(chunk));
    await stdout(invocation.x)?.ready();
  }
  return 0;
}

interface Plan {
  readonly deleting: boolean;
  readonly squeezing: boolean;
  readonly complement: boolean;
  readonly truncate: boolean;
}

function plan(
  first: string,
  second: string | undefined,
  { deleting, squeezing, complement, truncate }: Plan,
): (text: string) => string {
  const one = readSet(first, 0);
  const members = new Set(one.chars);
  const inFirst = (char: string) => members.has(char) !== complement;
  let squeezed = '';
  const squeeze = (text: string, among: (char: string) => boolean) => {
    let out = '';
    for (const char of text) {
      if (char === squeezed && among(char)) continue;
      squeezed = char;
      out += char;
    }
    return out;
  };
  if (deleting) {
    const kept = (text: string) => [...text].filter((char) => !inFirst(char)).join('');
    if (!squeezing) return kept;
    const others = new Set(readSet(second!, 0).chars);
    return (text) => squeeze(kept(text), (char) => others.has(char));
  }
  if (second === undefined) return (text) => squeeze(text, inFirst);
  const two = readSet(second, complement ? 1 : one.chars.length);
  if (two.chars.length === 0 && !truncate) throw new SetError('when not truncating set1, string2 must be non-empty');
  if (two.classes.some((name) => name !== 'upper' && name !== 'lower'))
    throw new SetError("when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'");
  const last = two.chars.at(-1)!;
  const map = new Map<string, string>();
  one.chars.forEach((char, at) => {
    if (at < two.chars.length || !truncate) map.set(char, two.chars[at] ?? last);
  });
  const translate = (text: string) =>
    [...text].map((char) => (complement ? (members.has(char) ? char : last) : (map.get(char) ?? char))).join('');
  if (!squeezing) return translate;
  const others = new Set(two.chars);
  return (text) => squeeze(translate(text), (char) => others.has(char));
}
