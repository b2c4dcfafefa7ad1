/** How ls puts names on lines: one below the other, in columns, along lines, between commas. */

interface Cell {
  readonly text: string;
  /** What it takes on the screen. */
  readonly width: number;
}

export function layOut(
  cells: readonly Cell[],
  format: 'columns' | 'across' | 'commas' | 'single',
  width: number,
  tab: number,
): string {
  if (format === 'single') return cells.map(({ text }) => `${text}\n`).join('');
  if (format === 'commas') return commas(cells, width);
  return columns(cells, format === 'across', width, tab);
}

function commas(cells: readonly Cell[], width: number): string {
  let out = '';
  let at = 0;
  for (const [index, cell] of cells.entries()) {
    if (index > 0) {
      if (width === 0 || at + cell.width + 2 < width) {
        out += ', ';
        at += 2;
      } else {
        out += ',\n';
        at = 0;
      }
    }
    out += cell.text;
    at += cell.width;
  }
  return `${out}\n`;
}

/** The widths of as many columns as fit the line; each but the last has two blanks after it. */
function fitting(cells: readonly Cell[], across: boolean, width: number): number[] {
  const most = Math.min(cells.length, width === 0 ? cells.length : Math.max(1, Math.floor(width / 3) + (width % 3 ? 1 : 0)));
  for (let count = most; count > 1; count--) {
    const rows = Math.ceil(cells.length / count);
    const widths = new Array<number>(count).fill(3);
    for (const [index, cell] of cells.entries()) {
      const column = across ? index % count : Math.floor(index / rows);
      widths[column] = Math.max(widths[column]!, cell.width + (column === count - 1 ? 0 : 2));
    }
    if (width === 0 || widths.reduce((sum, each) => sum + each, 0) < width) return widths;
  }
  return [0];
}

/** Moves on as ls does, with tabs where one fits. */
function blanks(from: number, to: number, tab: number): string {
  let out = '';
  let at = from;
  while (at < to) {
    if (tab > 0 && Math.floor(to / tab) > Math.floor((at + 1) / tab)) {
      out += '\t';
      at += tab - (at % tab);
    } else {
      out += ' ';
      at++;
    }
  }
  return out;
}

function columns(cells: readonly Cell[], across: boolean, width: number, tab: number): string {
  const widths = fitting(cells, across, width);
  const count = widths.length;
  const rows = Math.ceil(cells.length / count);
  let out = '';
  for (let row = 0; row < rows; row++) {
    let at = 0;
    for (let column = 0; column < count; column++) {
      const cell = cells[across ? row * count + column : column * rows + row];
      if (!cell) break;
      out += cell.text;
      const next = cells[across ? row * count + column + 1 : (column + 1) * rows + row];
      if (next && column + 1 < count) out += blanks(at + cell.width, at + widths[column]!, tab);
      at += widths[column]!;
    }
    out += '\n';
  }
  return out;
}
