/**
 * column: util-linux 2.38's. Lists filled into columns with tabs, tables, JSON. Left out: trees (--tree), a header repeated on each page,
 * what --table-noextreme spares.
 */
import type { Invocation } from '../bash/execution.ts';
import { readAll } from '../bash/streams.ts';
import { type Given, readOptions } from './gnu/options.ts';
import { openOperand } from './operands.ts';
import { fail, print } from './tool.ts';

const USAGE = `
Usage:
 column [options] [<file>...]

Columnate lists.

Options:
 -t, --table                      create a table
 -n, --table-name <name>          table name for JSON output
 -O, --table-order <columns>      specify order of output columns
 -N, --table-columns <names>      comma separated columns names
 -l, --table-columns-limit <num>  maximal number of input columns
 -E, --table-noextreme <columns>  don't count long text from the columns to column width
 -d, --table-noheadings           don't print header
 -e, --table-header-repeat        repeat header for each page
 -H, --table-hide <columns>       don't print the columns
 -R, --table-right <columns>      right align text in these columns
 -T, --table-truncate <columns>   truncate text in the columns when necessary
 -W, --table-wrap <columns>       wrap text in the columns when necessary
 -L, --keep-empty-lines           don't ignore empty lines
 -J, --json                       use JSON output format for table

 -r, --tree <column>              column to use tree-like output for the table
 -i, --tree-id <column>           line ID to specify child-parent relation
 -p, --tree-parent <column>       parent to specify child-parent relation

 -c, --output-width <width>       width of output in number of characters
 -o, --output-separator <string>  columns separator for table output (default is two spaces)
 -s, --separator <string>         possible table delimiters
 -x, --fillrows                   fill rows before columns

 -h, --help                       display this help
 -V, --version                    display version

For more details see column(1).
`;

const LONG: Readonly<Record<string, string>> = {
  'output-width=': 'c',
  fillrows: 'x',
  help: 'h',
  json: 'J',
  'keep-empty-lines': 'L',
  'output-separator=': 'o',
  'separator=': 's',
  table: 't',
  'table-columns=': 'N',
  'table-columns-limit=': 'l',
  'table-hide=': 'H',
  'table-name=': 'n',
  'table-noextreme=': 'E',
  'table-noheadings': 'd',
  'table-order=': 'O',
  'table-right=': 'R',
  'table-truncate=': 'T',
  'table-wrap=': 'W',
  'table-empty-lines': 'L',
  'table-header-repeat': 'e',
  'tree=': 'r',
  'tree-id=': 'i',
  'tree-parent=': 'p',
  version: 'V',
};

/** Cells a text takes on a terminal: colours take none, East Asian characters two. */
function widthOf(text: string): number {
  let width = 0;
  for (const char of text.replace(/\x1b\[[\d;]*m/g, ''))
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(char) ? 2 : 1;
  return width;
}

export async function column(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, { short: 'c:dE:eH:hi:JLl:N:n:O:o:p:R:r:s:T:tVW:x', long: LONG });
  if (typeof given === 'number') return given;
  if (given.has('h')) {
    print(invocation, USAGE);
    return 0;
  }
  if (given.has('V')) {
    print(invocation, 'column from util-linux 2.38.1\n');
    return 0;
  }
  const refusal = refused(given);
  if (refusal) return fail(invocation, refusal);
  const lines: string[] = [];
  let opened = 0;
  for (const operand of given.operands.length > 0 ? given.operands : ['-']) {
    const source = openOperand(invocation, operand, (why) => (why.startsWith('Is') ? `read failed: ${why}` : `${operand}: ${why}`));
    if (source) opened++;
    if (source) lines.push(...(await readAll(source)).replace(/\n$/, '').split('\n'));
  }
  const status = opened > 0 ? 0 : 1;
  const kept = given.has('L') ? lines : lines.filter((line) => line.trim() !== '');
  const width = Number(given.value('c') ?? invocation.env.get('COLUMNS') ?? 80) || 80;
  if (!given.has('t') && !given.has('J')) {
    if (kept.some((line) => line !== '')) print(invocation, filled(kept, given.value('c') === '0' ? 0 : width, given.has('x')));
    return status;
  }
  if (kept.length === 0) return status;
  const made = given.has('J') ? asJson(kept, given) : asTable(kept, given, width);
  if (typeof made !== 'string') return fail(invocation, made.error);
  print(invocation, made);
  return status;
}

/** Options that do not go together, or have no such value. */
function refused(given: Given): string | undefined {
  const width = given.value('c');
  if (width !== undefined && !/^\d+$/.test(width)) return `invalid columns argument: '${width}'`;
  const limit = given.value('l');
  if (limit !== undefined && !/^\d+$/.test(limit)) return `invalid columns limit argument: '${limit}'`;
  if (limit !== undefined && Number(limit) === 0) return 'columns limit must be greater than zero';
  if (given.has('r')) {
    if (!given.has('i') || !given.has('p')) return 'options --tree-id and --tree-parent are required for tree formatting';
    return '--tree: not simulated in this lab';
  }
  if (given.has('J') && !given.has('N')) return 'option --table-columns required for --json';
  const table = given.has('t') || given.has('J');
  if (!table && [...'NnOldEHRTW'].some((letter) => given.has(letter))) return 'option --table required for all --table-*';
  return undefined;
}

/** As many columns as fit, each as wide as the longest entry up to the next tab. */
function filled(entries: readonly string[], width: number, byRows: boolean): string {
  const longest = Math.max(...entries.map(widthOf));
  const cell = (longest + 8) & ~7;
  const columns = Math.floor(width / cell);
  if (longest >= width || columns < 1) return entries.map((entry) => `${entry}\n`).join('');
  const rows = Math.ceil(entries.length / columns);
  let out = '';
  for (let row = 0; row < rows; row++) {
    const list = byRows
      ? entries.slice(row * columns, (row + 1) * columns)
      : entries.filter((_entry, at) => at % rows === row).slice(0, columns);
    let reached = 0;
    for (const [at, entry] of list.entries()) {
      out += entry;
      reached += widthOf(entry);
      if (at === list.length - 1) break;
      for (let next = (reached + 8) & ~7; next <= (at + 1) * cell; next = (reached + 8) & ~7) {
        out += '\t';
        reached = next;
      }
    }
    out += '\n';
  }
  return out;
}

function cellsOf(line: string, given: Given): string[] {
  const separators = given.value('s');
  const limit = Number(given.value('l') ?? Number.POSITIVE_INFINITY);
  const cells: string[] = [];
  let rest = separators === undefined ? line.replace(/^[ \t]+/, '') : line;
  const end = (text: string) =>
    separators === undefined ? text.search(/[ \t]/) : [...text].findIndex((c) => separators.includes(c));
  for (let at = end(rest); at >= 0 && cells.length + 1 < limit; at = end(rest)) {
    cells.push(rest.slice(0, at));
    rest = separators === undefined ? rest.slice(at).replace(/^[ \t]+/, '') : rest.slice(at + 1);
    if (separators === undefined && rest === '') return cells;
  }
  return [...cells, rest];
}

const namesOf = (given: Given) => given.value('N')?.split(',') ?? [];

type Chosen = readonly number[] | { readonly error: string };

/** Columns by number or name; `0` means all. */
function chosen(list: string | undefined, names: readonly string[], count: number): Chosen {
  const found: number[] = [];
  for (const each of list?.split(',') ?? []) {
    if (each === '-') {
      for (let at = 0; at < count; at++) if ((names[at] ?? '') === '') found.push(at);
    } else if (each === '0') for (let at = 0; at < count; at++) found.push(at);
    else if (/^\d+$/.test(each)) {
      if (Number(each) <= count) found.push(Number(each) - 1);
    } else {
      const at = names.indexOf(each);
      if (at < 0) return { error: `undefined column name '${each}'` };
      found.push(at);
    }
  }
  return found;
}

/** What is shown of each column, in order. */
function columnsOf(
  given: Given,
  names: readonly string[],
  count: number,
):
  | {
      readonly shown: readonly number[];
      readonly right: ReadonlySet<number>;
      readonly cut: ReadonlySet<number>;
      readonly wrapped: ReadonlySet<number>;
    }
  | { readonly error: string } {
  const lists: (readonly number[])[] = [];
  for (const letter of 'HORTWE') {
    const list = chosen(given.value(letter), names, count);
    if ('error' in list) return list;
    lists.push(list);
  }
  const [hidden, order, right, cut, wrapped] = lists as [number[], number[], number[], number[], number[]];
  const all = [...new Set([...order, ...Array.from({ length: count }, (_each, at) => at)])];
  return { shown: all.filter((at) => !hidden.includes(at)), right: new Set(right), cut: new Set(cut), wrapped: new Set(wrapped) };
}

function asTable(lines: readonly string[], given: Given, terminal: number): string | { readonly error: string } {
  const rows = lines.map((line) => (line === '' ? [] : cellsOf(line, given)));
  const names = namesOf(given);
  const count = Math.max(names.length, ...rows.map((row) => row.length));
  const columns = columnsOf(given, names, count);
  if ('error' in columns) return columns;
  const { shown, right } = columns;
  const separator = given.value('o') ?? '  ';
  if (names.length > 0 && !given.has('d')) rows.unshift(names);
  const widths = widthsOf(rows, columns, separator, terminal);
  let out = '';
  for (const row of rows) {
    // A wrapped cell goes on in the lines below.
    const pieces = shown.map((at, place) => broken(row[at] ?? '', widths[place]!, columns.wrapped.has(at), columns.cut.has(at)));
    for (let line = 0; line < Math.max(...pieces.map((each) => each.length)); line++) {
      out += pieces
        .map((piece, place) => {
          const text = piece[line] ?? '';
          const blanks = ' '.repeat(Math.max(0, widths[place]! - widthOf(text)));
          if (right.has(shown[place]!)) return blanks + text;
          return place === pieces.length - 1 ? text : text + blanks;
        })
        .join(separator);
      out += '\n';
    }
  }
  return out;
}

/** As wide as the widest cell; those that may be cut or wrapped give way when the terminal is too narrow. */
function widthsOf(
  rows: readonly (readonly string[])[],
  {
    shown,
    cut,
    wrapped,
  }: { readonly shown: readonly number[]; readonly cut: ReadonlySet<number>; readonly wrapped: ReadonlySet<number> },
  separator: string,
  terminal: number,
): number[] {
  const widths = shown.map((at) => Math.max(0, ...rows.map((row) => widthOf(row[at] ?? ''))));
  let over = widths.reduce((sum, width) => sum + width, 0) + separator.length * (shown.length - 1) - terminal;
  for (const [place, at] of shown.entries()) {
    if (over <= 0 || (!cut.has(at) && !wrapped.has(at))) continue;
    const less = Math.min(over, widths[place]! - 1);
    widths[place]! -= less;
    over -= less;
  }
  return widths;
}

function broken(text: string, width: number, wraps: boolean, cuts: boolean): string[] {
  if (widthOf(text) <= width || (!wraps && !cuts)) return [text];
  if (!wraps) return [text.slice(0, width)];
  return text.match(new RegExp(`[\\s\\S]{1,${width}}`, 'g')) ?? [''];
}

function asJson(lines: readonly string[], given: Given): string | { readonly error: string } {
  const names = namesOf(given);
  const rows = lines.map((line) => cellsOf(line, given));
  const wide = rows.findIndex((row) => row.length > names.length);
  if (wide >= 0) return { error: `line ${wide + 2}: for JSON the name of the column ${names.length + 1} is required` };
  const columns = columnsOf(given, names, names.length);
  if ('error' in columns) return columns;
  const objects = rows.map((row) => {
    const pairs = columns.shown.map((at) => {
      const cell = row[at];
      return `         ${JSON.stringify(names[at]!.toLowerCase())}: ${cell === undefined ? 'null' : JSON.stringify(cell)}`;
    });
    return `{\n${pairs.join(',\n')}\n      }`;
  });
  return `{\n   ${JSON.stringify(given.value('n') ?? 'table')}: [\n      ${objects.join(',')}\n   ]\n}\n`;
}
