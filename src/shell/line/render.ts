/** Draws the edited line: from what is on the screen to what should be, in VT sequences. */
import type { LineState } from './editor.ts';

/** What is on the screen: where the cursor is within the drawn block. */
export interface Drawn {
  readonly row: number;
  readonly text: string;
  readonly cursor: number;
  readonly prompt: string;
  readonly columns: number;
}

/** Columns a character takes: 2 for East Asian wide ones, 0 for combining marks. */
export function charWidth(char: string): number {
  const code = char.codePointAt(0)!;
  if (code < 0x300) return 1;
  if (/\p{Mn}|\p{Me}|\u200b|\u200d|\ufe0f/u.test(char)) return 0;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}

const withoutEscapes = (text: string) => text.replace(/\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07/g, '');

interface Point {
  readonly row: number;
  readonly column: number;
}

/** Where a terminal's cursor is after a text, from a given place; wrapping as xterm does. */
function advance(text: string, from: Point, columns: number): Point {
  let { row, column } = from;
  for (const char of withoutEscapes(text)) {
    if (char === '\n') {
      row++;
      column = 0;
      continue;
    }
    if (char === '\r') {
      column = 0;
      continue;
    }
    const width = char === '\t' ? 8 - (column % 8) : charWidth(char);
    if (column + width > columns) {
      row++;
      column = 0;
    }
    column += width;
  }
  return { row, column };
}

/** The line's visible text: what it shows for control characters is plain. */
const visible = (text: string) => text.replaceAll('\t', '    ');

export function promptWhileSearching(state: LineState): string | undefined {
  const { search } = state;
  if (!search) return undefined;
  const name = `${search.failed ? 'failed ' : ''}${search.forward ? 'i-search' : 'reverse-i-search'}`;
  return `(${name})\`${search.query}': `;
}

/** @returns the sequences to write and what is drawn then */
export function render(
  before: Drawn | undefined,
  usualPrompt: string,
  state: LineState,
  columns: number,
): { readonly output: string; readonly drawn: Drawn } {
  const prompt = promptWhileSearching(state) ?? usualPrompt;
  const text = visible(state.text);
  const cursorText = visible(state.text.slice(0, state.cursor));
  const origin = { row: 0, column: 0 };
  const start = advance(prompt, origin, columns);
  const end = advance(text, start, columns);
  const cursor = advance(cursorText, start, columns);
  // A full row leaves the terminal's cursor on its edge: go on to the next row ourselves.
  const wrapped = (point: Point): Point => (point.column >= columns ? { row: point.row + 1, column: 0 } : point);
  const [endAt, cursorAt] = [wrapped(end), wrapped(cursor)];
  const drawn: Drawn = { row: cursorAt.row, text, cursor: cursorText.length, prompt, columns };
  const appended =
    before &&
    before.prompt === prompt &&
    before.columns === columns &&
    before.cursor === before.text.length &&
    text.startsWith(before.text) &&
    cursorText.length === text.length &&
    end.column < columns &&
    !text.includes('\n')
      ? text.slice(before.text.length)
      : undefined;
  if (appended !== undefined && before && end.row === before.row) return { output: appended, drawn };
  const home = before ? `${before.row > 0 ? `\x1b[${before.row}A` : ''}\r\x1b[J` : '';
  const body = prompt + text.replaceAll('\n', '\r\n') + (end.column >= columns ? '\r\n' : '');
  const up = endAt.row - cursorAt.row;
  const place =
    cursorAt.row === endAt.row && cursorAt.column === endAt.column
      ? ''
      : `${up > 0 ? `\x1b[${up}A` : ''}\r${cursorAt.column > 0 ? `\x1b[${cursorAt.column}C` : ''}`;
  return { output: home + body + place, drawn };
}

/** Moves below the drawn line, as Enter does. */
export function leaveLine(drawn: Drawn | undefined, columns: number): string {
  if (!drawn) return '\r\n';
  const end = advance(drawn.text, advance(drawn.prompt, { row: 0, column: 0 }, columns), columns);
  const row = end.column >= columns ? end.row + 1 : end.row;
  const down = row - drawn.row;
  return `${down > 0 ? `\x1b[${down}B` : ''}${end.column >= columns ? '\r' : '\r\n'}`;
}

/** Candidates in columns, as readline lists them. */
export function listInColumns(items: readonly string[], columns: number): string {
  const width = Math.max(...items.map((item) => item.length)) + 2;
  const perRow = Math.max(1, Math.floor(columns / width));
  const rows = Math.ceil(items.length / perRow);
  let out = '';
  for (let row = 0; row < rows; row++) {
    const cells = [];
    for (let column = 0; column < perRow; column++) {
      const item = items[column * rows + row];
      if (item !== undefined) cells.push(item);
    }
    out += `${cells.map((cell, index) => (index === cells.length - 1 ? cell : cell.padEnd(width))).join('')}\r\n`;
  }
  return out;
}
