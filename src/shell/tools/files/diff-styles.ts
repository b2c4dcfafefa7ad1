/** The styles of diff (diffutils 3.8): normal, unified, context, side by side, ed, RCS. */
import { bare, type Change, hunksOf, isCut } from './lines.ts';

export interface Sides {
  readonly old: readonly string[];
  readonly fresh: readonly string[];
  readonly changes: readonly Change[];
}

export type Paint = (kind: 'head' | 'range' | 'old' | 'new', text: string) => string;

const CUT = '\\ No newline at end of file';
const shown = (mark: string, line: string, paint: (text: string) => string = (text) => text) =>
  `${paint(mark + bare(line))}\n${isCut(line) ? `${CUT}\n` : ''}`;

const range = (from: number, to: number) => (to - from <= 1 ? `${to === from ? from : to}` : `${from + 1},${to}`);

export function normal({ old, fresh, changes }: Sides, paint: Paint): string {
  let out = '';
  for (const { from, to, start, end } of changes) {
    const letter = from === to ? 'a' : start === end ? 'd' : 'c';
    out += `${paint('range', `${range(from, to)}${letter}${range(start, end)}`)}\n`;
    for (const line of old.slice(from, to)) out += shown('< ', line, (text) => paint('old', text));
    if (letter === 'c') out += '---\n';
    for (const line of fresh.slice(start, end)) out += shown('> ', line, (text) => paint('new', text));
  }
  return out;
}

const span = (from: number, to: number) => (to - from === 1 ? `${to}` : `${to === from ? from : from + 1},${to - from}`);

export function unified({ old, fresh, changes }: Sides, heads: readonly [string, string], context: number, paint: Paint): string {
  let out = `${paint('head', `--- ${heads[0]}`)}\n${paint('head', `+++ ${heads[1]}`)}\n`;
  for (const hunk of hunksOf(changes, context)) {
    const [first, last] = [hunk[0]!, hunk.at(-1)!];
    const [from, to] = [Math.max(0, first.from - context), Math.min(old.length, last.to + context)];
    const [start, end] = [Math.max(0, first.start - context), Math.min(fresh.length, last.end + context)];
    out += `${paint('range', `@@ -${span(from, to)} +${span(start, end)} @@`)}\n`;
    let at = from;
    for (const change of hunk) {
      for (const line of old.slice(at, change.from)) out += shown(' ', line);
      for (const line of old.slice(change.from, change.to)) out += shown('-', line, (text) => paint('old', text));
      for (const line of fresh.slice(change.start, change.end)) out += shown('+', line, (text) => paint('new', text));
      at = change.to;
    }
    for (const line of old.slice(at, to)) out += shown(' ', line);
  }
  return out;
}

const lines = (from: number, to: number) => (to - from <= 1 ? `${to}` : `${from + 1},${to}`);

export function contextual({ old, fresh, changes }: Sides, heads: readonly [string, string], context: number): string {
  let out = `*** ${heads[0]}\n--- ${heads[1]}\n`;
  for (const hunk of hunksOf(changes, context)) {
    const [first, last] = [hunk[0]!, hunk.at(-1)!];
    const [from, to] = [Math.max(0, first.from - context), Math.min(old.length, last.to + context)];
    const [start, end] = [Math.max(0, first.start - context), Math.min(fresh.length, last.end + context)];
    out += `***************\n*** ${lines(from, to)} ****\n`;
    if (hunk.some((change) => change.to > change.from)) {
      let at = from;
      for (const change of hunk) {
        for (const line of old.slice(at, change.from)) out += shown('  ', line);
        for (const line of old.slice(change.from, change.to)) out += shown(change.start === change.end ? '- ' : '! ', line);
        at = change.to;
      }
      for (const line of old.slice(at, to)) out += shown('  ', line);
    }
    out += `--- ${lines(start, end)} ----\n`;
    if (hunk.some((change) => change.end > change.start)) {
      let at = start;
      for (const change of hunk) {
        for (const line of fresh.slice(at, change.start)) out += shown('  ', line);
        for (const line of fresh.slice(change.start, change.end)) out += shown(change.from === change.to ? '+ ' : '! ', line);
        at = change.end;
      }
      for (const line of fresh.slice(at, end)) out += shown('  ', line);
    }
  }
  return out;
}

/** For ed: from the end on, so that the numbers stay true. */
export function edScript({ fresh, changes }: Sides): string {
  let out = '';
  for (const { from, to, start, end } of [...changes].reverse()) {
    const letter = from === to ? 'a' : start === end ? 'd' : 'c';
    out += `${range(from, to)}${letter}\n`;
    if (letter !== 'd')
      out += `${fresh
        .slice(start, end)
        .map((line) => `${bare(line)}\n`)
        .join('')}.\n`;
  }
  return out;
}

export function rcsScript({ fresh, changes }: Sides): string {
  let out = '';
  for (const { from, to, start, end } of changes) {
    if (to > from) out += `d${from + 1} ${to - from}\n`;
    if (end > start)
      out += `a${to} ${end - start}\n${fresh
        .slice(start, end)
        .map((line) => `${bare(line)}\n`)
        .join('')}`;
  }
  return out;
}

const TAB = 8;

/** Blanks and tabs from one column to another. */
function reach(from: number, to: number): string {
  let out = '';
  let at = from;
  while (at < to) {
    const next = at + TAB - (at % TAB);
    if (next > to) break;
    out += '\t';
    at = next;
  }
  return out + ' '.repeat(Math.max(0, to - at));
}

/** What of a line fits one half. @returns the text, and the column it ends in */
function half(line: string, indent: number, bound: number): readonly [string, number] {
  let out = '';
  let [read, written] = [0, 0];
  for (const char of bare(line)) {
    if (char === '\t') {
      const blanks = TAB - (read % TAB);
      if (read === written && written + blanks < bound) {
        out += '\t';
        written += blanks;
      }
      read += blanks;
    } else if (read++ < bound) {
      out += char;
      written = read;
    }
  }
  return [out, indent + written];
}

export interface SideBySide {
  readonly width: number;
  readonly leftColumn: boolean;
  readonly suppress: boolean;
}

export function sideBySide({ old, fresh, changes }: Sides, { width, leftColumn, suppress }: SideBySide): string {
  const offset = Math.floor((width + TAB + 3) / (2 * TAB)) * TAB;
  const bound = Math.max(0, Math.min(offset - 3, width - offset));
  const second = bound > 0 ? offset : width;
  const row = (left: string | undefined, mark: string, right: string | undefined) => {
    let [out, column] = left === undefined ? ['', 0] : half(left, 0, bound);
    if (mark !== ' ') {
      const cut = left !== undefined && isCut(left);
      const differ = mark === '|' && right !== undefined && cut !== isCut(right);
      const place = Math.floor((bound + second - 1) / 2);
      out += reach(column, place) + (differ ? (cut ? '\\' : '/') : mark);
      column = place + 1;
    }
    if (right !== undefined && bare(right) !== '') out += reach(column, second) + half(right, second, bound)[0];
    return `${out}\n`;
  };
  let out = '';
  let [x, y] = [0, 0];
  const common = (until: number) => {
    for (; x < until; x++, y++) if (!suppress) out += leftColumn ? row(old[x], '(', undefined) : row(old[x], ' ', fresh[y]);
  };
  for (const { from, to, start, end } of changes) {
    common(from);
    const pairs = Math.min(to - from, end - start);
    for (let at = 0; at < pairs; at++) out += row(old[from + at], '|', fresh[start + at]);
    for (let at = from + pairs; at < to; at++) out += row(old[at], '<', undefined);
    for (let at = start + pairs; at < end; at++) out += row(undefined, '>', fresh[at]);
    x = to;
    y = end;
  }
  common(old.length);
  return out;
}
