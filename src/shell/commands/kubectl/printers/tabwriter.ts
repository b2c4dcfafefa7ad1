/**
 * The table writer of k8s.io/cli-runtime: github.com/liggitt/tabwriter with minimum width 6, padding 3, spaces, and column widths
 * that may be remembered across flushes. Cells of a column are padded only where another cell follows on that line, which is why
 * kubectl's lines end without padding but a line may end in spaces when its last cell is empty.
 */
const MIN_WIDTH = 6;
const PADDING = 3;

export class TabWriter {
  #pending = '';
  #remembered: number[] = [];
  readonly #minWidth: number;
  readonly #padding: number;
  readonly #remember: boolean;

  constructor(options: { readonly minWidth?: number; readonly padding?: number; readonly remember?: boolean } = {}) {
    this.#minWidth = options.minWidth ?? MIN_WIDTH;
    this.#padding = options.padding ?? PADDING;
    this.#remember = options.remember ?? true;
  }

  write(text: string): void {
    this.#pending += text;
  }

  line(cells: readonly string[]): void {
    this.write(`${cells.join('\t')}\n`);
  }

  forgetWidths(): void {
    this.#remembered = [];
  }

  /** What was written since the last flush, aligned. */
  flush(): string {
    if (this.#pending === '') return '';
    const complete = this.#pending.endsWith('\n');
    const rows = (complete ? this.#pending.slice(0, -1) : this.#pending).split('\n').map((line) => line.split('\t'));
    this.#pending = '';
    const out = rows.map(() => '');
    this.#format(rows, out, 0, rows.length, []);
    return `${out.join('\n')}${complete ? '\n' : ''}`;
  }

  /** Lays out rows [from, to); widths of the columns before are given. A column is a run of rows that all have a further cell. */
  #format(rows: readonly (readonly string[])[], out: string[], from: number, to: number, widths: readonly number[]): void {
    const column = widths.length;
    let start = from;
    for (let row = from; row < to; row++) {
      if (column >= rows[row]!.length - 1) continue;
      for (let line = start; line < row; line++) out[line] = render(rows[line]!, widths);
      let width = this.#minWidth;
      let end = row;
      for (; end < to && column < rows[end]!.length - 1; end++) {
        width = Math.max(width, [...rows[end]![column]!].length + this.#padding);
      }
      if (this.#remember) {
        width = Math.max(width, this.#remembered[column] ?? 0);
        this.#remembered[column] = width;
      }
      this.#format(rows, out, row, end, [...widths, width]);
      start = end;
      row = end - 1;
    }
    for (let line = start; line < to; line++) out[line] = render(rows[line]!, widths);
  }
}

function render(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => {
      const width = index < widths.length ? widths[index]! : 0;
      return cell + ' '.repeat(Math.max(0, width - [...cell].length));
    })
    .join('');
}
