/** shuf: GNU coreutils 9.1. What comes out depends on the shell and on what went in, so that a replay sees the same order. */
import type { Invocation } from '../../bash/execution.ts';
import { fail, print } from '../tool.ts';
import { linesOf, quoted, readInputs, readOptions, tryHelp } from './options.ts';

const MAX_RANGE = 1_000_000;

export async function shuf(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'ei:n:o:rz',
    long: {
      echo: 'e',
      'input-range=': 'i',
      'head-count=': 'n',
      'output=': 'o',
      'random-source=': 'S',
      repeat: 'r',
      'zero-terminated': 'z',
    },
  });
  if (typeof given === 'number') return given;
  const range = given.value('i');
  const span = range === undefined ? undefined : /^(\d+)-(\d+)$/.exec(range);
  if (range !== undefined && (!span || Number(span[1]) > Number(span[2]) + 1))
    return fail(invocation, `invalid input range: ${quoted(range)}`);
  const wanted = given.value('n');
  if (wanted !== undefined && !/^\d+$/.test(wanted)) return fail(invocation, `invalid line count: ${quoted(wanted)}`);
  if (given.has('e') && span) return fail(invocation, `cannot combine -e and -i options${tryHelp(invocation)}`);
  const extra = given.has('e') ? undefined : given.operands[span ? 0 : 1];
  if (extra !== undefined) return fail(invocation, `extra operand ${quoted(extra)}${tryHelp(invocation)}`);
  let items: string[];
  if (span) {
    const [from, to] = [Number(span[1]), Number(span[2])];
    if (to - from >= MAX_RANGE) return fail(invocation, 'memory exhausted');
    items = Array.from({ length: to - from + 1 }, (_each, at) => String(from + at));
  } else if (given.has('e')) items = [...given.operands];
  else {
    const { inputs, failed } = await readInputs(invocation, given.operands);
    if (failed) return 1;
    items = linesOf(inputs[0]!.text, given.has('z') ? '\0' : '\n');
  }
  const end = given.has('z') ? '\0' : '\n';
  const chosen = choose(
    items,
    invocation,
    given.has('r'),
    given.value('S') === '/dev/zero',
    !span && !given.has('e'),
    wanted === undefined ? undefined : Number(wanted),
  );
  if (chosen === undefined) return fail(invocation, 'no lines to repeat');
  print(invocation, chosen.map((item) => item + end).join(''));
  return 0;
}

function reservoir(items: readonly string[], many: number): string[] {
  const kept = items.slice(0, many);
  for (const item of items.slice(many)) if (many > 0) kept[0] = item;
  return kept;
}

/** Lines that `shuf -r` without a count may print here. */
const MAX_REPEATED = 100_000;

function choose(
  given: readonly string[],
  { x }: Invocation,
  repeat: boolean,
  zeros: boolean,
  passing: boolean,
  count: number | undefined,
): string[] | undefined {
  const items = [...given];
  const random = (below: number) => {
    if (zeros) return 0;
    x.shell.randomState = (Math.imul(x.shell.randomState || 1, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((x.shell.randomState / 0x80000000) * below);
  };
  if (repeat) {
    if (items.length === 0) return count === 0 ? [] : undefined;
    return Array.from({ length: Math.min(count ?? MAX_REPEATED, MAX_REPEATED) }, () => items[random(items.length)]!);
  }
  const many = Math.min(count ?? items.length, items.length);
  // Of lines whose number is not known beforehand a few are kept while the others pass: with no chance each takes the last place.
  if (zeros && passing && count !== undefined && count < items.length) return reservoir(items, many);
  for (let at = 0; at < many; at++) {
    const other = at + random(items.length - at);
    [items[at], items[other]] = [items[other]!, items[at]!];
  }
  return items.slice(0, many);
}
