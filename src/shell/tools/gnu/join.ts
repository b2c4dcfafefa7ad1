/** join: GNU coreutils 9.1. */
import type { Invocation } from '../../bash/execution.ts';
import { fail, print } from '../tool.ts';
import { linesOf, quoted, readInputs, readOptions, tryHelp } from './options.ts';

interface Row {
  readonly key: string;
  readonly fields: readonly string[];
}

export async function join(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'a:e:ij:o:t:v:1:2:z',
    long: { 'ignore-case': 'i', 'check-order': 'k', 'nocheck-order': 'n', header: 'h', 'zero-terminated': 'z' },
  });
  if (typeof given === 'number') return given;
  const [first, second, extra] = given.operands;
  if (first === undefined) return fail(invocation, `missing operand${tryHelp(invocation)}`);
  if (second === undefined) return fail(invocation, `missing operand after ${quoted(first)}${tryHelp(invocation)}`);
  if (extra !== undefined) return fail(invocation, `extra operand '${extra}'${tryHelp(invocation)}`);
  const separator = given.value('t');
  const fieldOf = (letter: '1' | '2') => Number(given.value(letter) ?? given.value('j') ?? 1);
  for (const letter of ['1', '2', 'j'])
    for (const value of given.values(letter))
      if (!/^[1-9]\d*$/.test(value)) return fail(invocation, `invalid field number: ${quoted(value)}`);
  const { inputs, failed } = await readInputs(invocation, [first, second]);
  if (failed) return 1;
  const fold = (text: string) => (given.has('i') ? text.toLowerCase() : text);
  const rows = (text: string, field: number): Row[] =>
    linesOf(text).map((line) => {
      const fields = separator === undefined ? line.trim().split(/[ \t]+/) : line.split(separator);
      return { key: fields[field - 1] ?? '', fields };
    });
  const numbers = [fieldOf('1'), fieldOf('2')] as const;
  const left = rows(inputs[0]!.text, numbers[0]);
  const right = rows(inputs[1]!.text, numbers[1]);
  const glue = separator ?? ' ';
  const empty = given.value('e') ?? '';
  const layout = given.values('o').flatMap((text) => text.split(/[, ]/));
  for (const each of layout)
    if (!/^(0|[12]\.[1-9]\d*|auto)$/.test(each)) return fail(invocation, `invalid field specifier: ${quoted(each)}`);
  const text = (a: Row | undefined, b: Row | undefined): string => {
    const key = (a ?? b)!.key;
    if (layout.length > 0 && layout[0] !== 'auto')
      return layout
        .map((each) => {
          if (each === '0') return key;
          const [file, field] = each.split('.').map(Number) as [number, number];
          return (file === 1 ? a : b)?.fields[field - 1] || empty;
        })
        .join(glue);
    const rest = (row: Row | undefined, field: number) => row?.fields.filter((_each, at) => at !== field - 1) ?? [];
    return [key, ...rest(a, numbers[0]), ...rest(b, numbers[1])].join(glue);
  };
  const alone = new Set([...given.values('a'), ...given.values('v')]);
  const pairs = !given.has('v');
  const complaints: string[] = [];
  const check = (list: readonly Row[], at: number, name: string) => {
    if (at > 0 && fold(list[at]!.key) < fold(list[at - 1]!.key) && complaints.length === 0)
      complaints.push(`${name}:${at + 1}: is not sorted: ${list[at]!.fields.join(glue)}`);
  };
  let out = '';
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length) check(left, i, first);
    if (j < right.length) check(right, j, second);
    const [a, b] = [left[i], right[j]];
    if (a && b && fold(a.key) === fold(b.key)) {
      let to = j;
      for (; to < right.length && fold(right[to]!.key) === fold(a.key); to++) if (pairs) out += `${text(a, right[to])}\n`;
      i++;
      if (i >= left.length || fold(left[i]!.key) !== fold(a.key)) j = to;
    } else if (!b || (a && fold(a.key) < fold(b.key))) {
      if (alone.has('1')) out += `${text(a, undefined)}\n`;
      i++;
    } else {
      if (alone.has('2')) out += `${text(undefined, b)}\n`;
      j++;
    }
  }
  print(invocation, out);
  for (const message of complaints) fail(invocation, message);
  return complaints.length > 0 ? fail(invocation, 'input is not in sorted order') : 0;
}
