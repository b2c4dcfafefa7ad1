/** wc: GNU coreutils 9.1. */
import type { Invocation } from '../../bash/execution.ts';
import { stdin } from '../../bash/execution.ts';
import { resolvePath } from '../../bash/files.ts';
import { readAll } from '../../bash/streams.ts';
import { bytesOf } from '../../bytes.ts';
import { openOperand, shownName } from '../operands.ts';
import { fail, print } from '../tool.ts';
import { type Given, readOptions, tryHelp } from './options.ts';

type Counts = Readonly<Record<'l' | 'w' | 'm' | 'c' | 'L', number>>;

const NONE: Counts = { l: 0, w: 0, m: 0, c: 0, L: 0 };

function countsOf(text: string): Counts {
  const lines = text.split('\n');
  const width = (line: string) => {
    let at = 0;
    for (const char of line) {
      if (char === '\t') at = (at + 8) & ~7;
      else if (char >= ' ' && char !== '\x7f') at++;
    }
    return at;
  };
  return {
    l: lines.length - 1,
    w: text.match(/\S+/g)?.length ?? 0,
    m: [...text].length,
    c: bytesOf(text).length,
    L: lines.reduce((longest, line) => Math.max(longest, width(line)), 0),
  };
}

const sum = (a: Counts, b: Counts): Counts => ({
  l: a.l + b.l,
  w: a.w + b.w,
  m: a.m + b.m,
  c: a.c + b.c,
  L: Math.max(a.L, b.L),
});

/** Numbers are as wide as the size of all files; 7 when there is one whose size is not known, a pipe. */
function widthFor({ x }: Invocation, names: readonly string[], columns: number): number {
  if (names.length === 0) return columns === 1 ? 1 : 7;
  if (names.length === 1 && columns === 1) return 1;
  let least = 1;
  let size = 0;
  for (const name of names) {
    const stat = name === '-' ? undefined : x.platform.files.stat(resolvePath(x.shell.cwd, name));
    if (stat?.type === 'file') size += stat.size;
    else if (stat || name === '-') least = 7;
  }
  return Math.max(least, String(size).length);
}

/** The names that --files0-from gives. */
async function namesFrom(invocation: Invocation, given: Given): Promise<readonly string[] | number> {
  const from = given.value('F');
  if (from === undefined) return given.operands;
  if (given.operands.length > 0)
    return fail(
      invocation,
      `extra operand ‘${given.operands[0]}’\nfile operands cannot be combined with --files0-from${tryHelp(invocation)}`,
    );
  const source =
    from === '-' ? stdin(invocation.x) : openOperand(invocation, from, (why) => `cannot open '${from}' for reading: ${why}`);
  if (!source) return 1;
  return (await readAll(source)).split('\0').filter((name) => name !== '');
}

export async function wc(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'lwcmL',
    long: { lines: 'l', words: 'w', bytes: 'c', chars: 'm', 'max-line-length': 'L', 'files0-from=': 'F' },
  });
  if (typeof given === 'number') return given;
  const asked = (['l', 'w', 'm', 'c', 'L'] as const).filter((letter) => given.has(letter));
  const order = asked.length > 0 ? asked : (['l', 'w', 'c'] as const);
  const names = await namesFrom(invocation, given);
  if (typeof names === 'number') return names;
  const width = widthFor(invocation, names, order.length);
  const row = (counts: Counts, name: string) =>
    print(invocation, `${order.map((letter) => String(counts[letter]).padStart(width)).join(' ')}${name && ` ${name}`}\n`);
  if (names.length === 0) {
    const source = given.has('F') ? undefined : stdin(invocation.x);
    if (!given.has('F')) row(source ? countsOf(await readAll(source)) : NONE, '');
    return 0;
  }
  let total = NONE;
  let status = 0;
  for (const name of names) {
    let directory = false;
    const source = openOperand(invocation, name, (why) => {
      directory = why.startsWith('Is');
      return `${shownName(name)}: ${why}`;
    });
    if (!source) status = 1;
    if (!source && !directory) continue;
    const counts = source ? countsOf(await readAll(source)) : NONE;
    total = sum(total, counts);
    row(counts, shownName(name));
  }
  if (names.length > 1) row(total, 'total');
  return status;
}
