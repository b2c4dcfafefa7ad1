/** ASCII tables of github.com/olekukonko/tablewriter with its defaults: centred upper-case headings, cells wrapped at 30. */
const MAX_WIDTH = 30;
const TOO_LONG = 100_000;

/** Breaks a text into lines with the least ragged right side, as the library's WrapWords. */
function wrap(text: string, limit: number): readonly string[] {
  const words = text.split(/\s+/).filter(Boolean);
  const count = words.length;
  const width = (from: number, to: number) => words.slice(from, to).join(' ').length;
  const longest = Math.max(limit, ...words.map((word) => word.length));
  const cost: number[] = new Array(count).fill(Number.MAX_SAFE_INTEGER);
  const next: number[] = new Array(count).fill(count);
  for (let i = count - 1; i >= 0; i--) {
    if (width(i, count) <= longest) {
      cost[i] = 0;
      continue;
    }
    for (let j = i + 1; j < count; j++) {
      const length = width(i, j);
      const price = (longest - length) ** 2 + (cost[j] ?? 0) + (length > longest ? TOO_LONG : 0);
      if (price >= (cost[i] ?? 0)) continue;
      cost[i] = price;
      next[i] = j;
    }
  }
  const lines: string[] = [];
  for (let i = 0; i < count; i = next[i] ?? count) lines.push(words.slice(i, next[i]).join(' '));
  return lines.length > 0 ? lines : [''];
}

const NUMERIC = /^-?(?:\d{1,3}(?:,\d{3})*|\d+)(?:\.\d+)?$/;

/** The table with its borders. */
export function renderTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading) => heading.length);
  const wrapped = rows.map((row) =>
    row.map((cell, i) => {
      const lines = cell.length > MAX_WIDTH ? wrap(cell, MAX_WIDTH) : [cell];
      const own = Math.min(cell.length, MAX_WIDTH);
      widths[i] = Math.max(widths[i] ?? 0, own, ...lines.map((line) => line.length));
      return lines;
    }),
  );
  const border = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const centred = headings.map((heading, i) => {
    const gap = (widths[i] ?? 0) - heading.length;
    const left = Math.floor(gap / 2);
    return ` ${' '.repeat(left)}${heading.toUpperCase()}${' '.repeat(gap - left)} `;
  });
  let text = `${border}|${centred.join('|')}|\n${border}`;
  for (const row of wrapped) {
    const height = Math.max(...row.map((lines) => lines.length));
    for (let line = 0; line < height; line++) {
      const cells = row.map((lines, i) => {
        const content = lines[line] ?? '';
        const width = widths[i] ?? 0;
        return ` ${NUMERIC.test(content) ? content.padStart(width) : content.padEnd(width)} `;
      });
      text += `|${cells.join('|')}|\n`;
    }
  }
  return `${text}${border}`;
}
