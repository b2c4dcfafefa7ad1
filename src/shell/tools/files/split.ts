/** split: GNU coreutils 9.1, by lines, bytes or a number of pieces. Leaves out --filter and round robin. */
import type { Invocation } from '../../bash/execution.ts';
import { readAll } from '../../bash/streams.ts';
import { bytesOf, textOfBytes } from '../../bytes.ts';
import { quoted, readOptions, tryHelp } from '../gnu/options.ts';
import { openOperand } from '../operands.ts';
import { fail, print } from '../tool.ts';
import { filesOf, isStat, look, named, pathOf } from './paths.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 512,
  K: 1024,
  KB: 1000,
  kB: 1000,
  M: 1024 ** 2,
  MB: 1e6,
  G: 1024 ** 3,
  GB: 1e9,
};
const MAX_PIECES = 20_000;

function sizeOf(text: string): number | undefined {
  const found = /^(\d+)(b|[KMG]|[kKMG]B|[KMG]iB)?$/.exec(text);
  return found ? Number(found[1]) * UNITS[(found[2] ?? '').replace('iB', '')]! : undefined;
}

export async function split(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: '0123456789a:b:C:del:n:ut:x',
    long: {
      'suffix-length=': 'a',
      'additional-suffix=': 'suffix',
      'bytes=': 'b',
      'line-bytes=': 'C',
      'numeric-suffixes=?': 'd',
      'hex-suffixes=?': 'x',
      'elide-empty-files': 'e',
      'filter=': 'filter',
      'lines=': 'l',
      'number=': 'n',
      'separator=': 't',
      unbuffered: 'u',
      verbose: 'verbose',
    },
  });
  if (typeof given === 'number') return given;
  if (given.has('filter') || given.has('C'))
    return fail(invocation, `${given.has('filter') ? '--filter' : '-C'}: not simulated in this lab`);
  const kinds = ['b', 'l', 'n'].filter((letter) => given.has(letter));
  if (kinds.length > 1) return fail(invocation, `cannot split in more than one way${tryHelp(invocation)}`);
  const [source = '-', prefix = 'x', more] = given.operands;
  const words = { b: 'bytes', l: 'lines', n: 'chunks' } as const;
  const kind = (kinds[0] ?? 'l') as keyof typeof words;
  const spelled = given.value(kind) ?? '1000';
  const pieces = /^(?:l\/)?(\d+)$/.exec(spelled);
  const amount = kind === 'n' ? (pieces ? Number(pieces[1]) : undefined) : sizeOf(spelled);
  if (amount === undefined) return fail(invocation, `invalid number of ${words[kind]}: ${quoted(spelled)}`);
  if (amount === 0)
    return fail(
      invocation,
      `invalid number of ${words[kind]}: ${quoted(spelled)}${kind === 'n' ? '' : ': Numerical result out of range'}`,
    );
  const length = Number(given.value('a') ?? 2);
  if (!Number.isInteger(length) || length < 0) return fail(invocation, `invalid suffix length: ${quoted(given.value('a')!)}`);
  if (more !== undefined) return fail(invocation, `extra operand ${quoted(more)}${tryHelp(invocation)}`);
  if (kind === 'n' && source === '-') return fail(invocation, '-: cannot determine file size');
  const found = source === '-' ? undefined : look(invocation, source);
  if (typeof found === 'string') return fail(invocation, `cannot open ${named(source)} for reading: ${found}`);
  if (found && isStat(found) && found.type === 'directory') return fail(invocation, `read error: Is a directory`);
  const opened = openOperand(invocation, source);
  if (!opened) return 1;
  const chunks = chunksOf(await readAll(opened), kind, amount, spelled.startsWith('l/'), given.value('t') ?? '\n');
  const digits = given.has('d') ? '0123456789' : given.has('x') ? '0123456789abcdef' : 'abcdefghijklmnopqrstuvwxyz';
  const from = Number(given.value('d') || given.value('x') || 0);
  for (const [index, chunk] of chunks.entries()) {
    if (chunk === '' && given.has('e')) continue;
    const suffix = suffixOf(index + from, digits, length, given.has('a'));
    if (suffix === undefined || index > MAX_PIECES) return fail(invocation, 'output file suffixes exhausted');
    const name = prefix + suffix + (given.value('suffix') ?? '');
    if (given.has('verbose')) print(invocation, `creating file ${named(name)}\n`);
    const error = filesOf(invocation).write(pathOf(invocation, name), chunk);
    if (error) return fail(invocation, `${name}: ${error}`);
  }
  return 0;
}

function chunksOf(text: string, kind: 'b' | 'l' | 'n', amount: number, whole: boolean, separator: string): string[] {
  if (kind === 'l' || whole) {
    const lines = text.split(separator);
    const last = lines.pop()!;
    const all = lines.map((line) => line + separator);
    if (last !== '') all.push(last);
    if (kind === 'l')
      return Array.from({ length: Math.ceil(all.length / amount) }, (_, at) => all.slice(at * amount, (at + 1) * amount).join(''));
    return byLines(all, amount);
  }
  const bytes = bytesOf(text);
  const size = kind === 'b' ? amount : Math.floor(bytes.length / amount);
  const count = kind === 'b' ? Math.ceil(bytes.length / amount) : amount;
  // The last piece takes what is left over.
  return Array.from({ length: Math.min(count, MAX_PIECES + 2) }, (_, at) =>
    textOfBytes(bytes.subarray(at * size, kind === 'n' && at === count - 1 ? bytes.length : (at + 1) * size)),
  );
}

/** A line goes to the piece that its first byte lies in. */
function byLines(lines: readonly string[], count: number): string[] {
  const total = lines.reduce((sum, line) => sum + bytesOf(line).length, 0);
  const size = Math.max(1, Math.floor(total / count));
  const pieces = new Array<string>(Math.min(count, MAX_PIECES)).fill('');
  let at = 0;
  for (const line of lines) {
    const place = Math.min(pieces.length - 1, Math.floor(at / size));
    pieces[place] += line;
    at += bytesOf(line).length;
  }
  return pieces;
}

/** `aa`, `ab` … `yz`, `zaaa`: without a length of its own it grows before it runs out. */
function suffixOf(index: number, digits: string, length: number, fixed: boolean): string | undefined {
  const base = digits.length;
  let [rest, size, head] = [index, length, ''];
  if (!fixed)
    for (let room = (base - 1) * base ** (size - 1); rest >= room; room = (base - 1) * base ** (size - 1)) {
      rest -= room;
      size++;
      head += digits.at(-1);
    }
  let text = '';
  for (let at = 0; at < size; at++) {
    text = digits[rest % base]! + text;
    rest = Math.floor(rest / base);
  }
  return rest > 0 ? undefined : head + text;
}
