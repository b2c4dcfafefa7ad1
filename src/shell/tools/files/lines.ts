/** What differs between two texts, line by line: the edits as diff of GNU places them. */
import { diffArrays } from 'diff';

/** Lines [from, to) of the old text are replaced by lines [start, end) of the new one; either may be empty. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

export interface Comparing {
  /** A line as it counts: without case, without blanks. */
  readonly key: (line: string) => string;
  /** Changes that touch blank lines only are none. */
  readonly ignoreBlank: boolean;
}

/** The last line without a newline differs from the same one with it. */
export function linesWithEnds(text: string): string[] {
  const lines = text.split('\n');
  const last = lines.pop()!;
  return last === '' ? lines : [...lines, `${last}\0`];
}

export const isCut = (line: string): boolean => line.endsWith('\0');
export const bare = (line: string): string => (isCut(line) ? line.slice(0, -1) : line);

const MAX_EDITS = 20_000;

export function changesBetween(old: readonly string[], fresh: readonly string[], { key, ignoreBlank }: Comparing): Change[] {
  const [a, b] = [old.map(key), fresh.map(key)];
  const parts = diffArrays(a, b, { maxEditLength: MAX_EDITS }) ?? [
    { value: a, removed: true, added: false },
    { value: b, removed: false, added: true },
  ];
  const changes: Change[] = [];
  let [x, y] = [0, 0];
  for (const { value, added, removed } of parts) {
    const count = value.length;
    if (!added && !removed) {
      x += count;
      y += count;
      continue;
    }
    const last = changes.at(-1);
    const next = { from: x, to: x + (removed ? count : 0), start: y, end: y + (added ? count : 0) };
    x = next.to;
    y = next.end;
    if (last && last.to === next.from && last.end === next.start)
      changes[changes.length - 1] = { ...last, to: next.to, end: next.end };
    else changes.push(next);
  }
  return changes.map((change) => slid(change, a, b)).filter((change) => !ignoreBlank || !onlyBlank(change, old, fresh));
}

/** As far down as it goes: what is added or removed ends where the same lines end. */
function slid(change: Change, a: readonly string[], b: readonly string[]): Change {
  let { from, to, start, end } = change;
  if (from === to)
    while (end < b.length && b[start] === b[end]) {
      start++;
      end++;
      from++;
      to++;
    }
  else if (start === end)
    while (to < a.length && a[from] === a[to]) {
      from++;
      to++;
      start++;
      end++;
    }
  return { from, to, start, end };
}

const onlyBlank = ({ from, to, start, end }: Change, old: readonly string[], fresh: readonly string[]) =>
  [...old.slice(from, to), ...fresh.slice(start, end)].every((line) => bare(line) === '');

/** Changes with so little between them that their surroundings meet. */
export function hunksOf(changes: readonly Change[], context: number): Change[][] {
  const hunks: Change[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1);
    if (last && change.from - last.at(-1)!.to <= 2 * context) last.push(change);
    else hunks.push([change]);
  }
  return hunks;
}
