/**
 * Tables that the server sends (meta.k8s.io/v1 Table) as text: cli-runtime's HumanReadablePrinter with the NAMESPACE, label and LABELS
 * columns, `kind/name`, wide columns and headers printed once per set of columns.
 */
import type { Value } from '../value.ts';
import { dig, equal, isDoc, items, number, sortedKeys, strings, text } from '../value.ts';
import { escapeTerminal } from './columns.ts';
import { goPrint } from './gofmt.ts';
import type { TabWriter } from './tabwriter.ts';

export interface TableOptions {
  readonly noHeaders: boolean;
  readonly wide: boolean;
  readonly showLabels: boolean;
  readonly columnLabels: readonly string[];
  readonly withNamespace: boolean;
  /** Set: names are printed as `<kind>/<name>`. */
  readonly kind?: string;
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly priority: number;
}

type Cell = Value | undefined;

const EVENT_TYPES: Readonly<Record<string, string>> = {
  ADDED: 'ADDED   ',
  MODIFIED: 'MODIFIED',
  DELETED: 'DELETED ',
  ERROR: 'ERROR   ',
};

export function isTable(object: Value): boolean {
  return text(object, 'kind') === 'Table' && text(object, 'apiVersion').startsWith('meta.k8s.io/');
}

/** `app=customer,version=v1`, or `<none>`. */
export function formatLabels(labels: Readonly<Record<string, string>>): string {
  const keys = sortedKeys(labels);
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels[key]}`).join(',');
}

export class TablePrinter {
  readonly #options: TableOptions;
  #lastColumns: readonly Value[] = [];
  #printedHeaders = false;

  constructor(options: TableOptions) {
    this.#options = options;
  }

  /** Writes a Table, or an object as name and age. `event`: print it in a first column. */
  print(table: Value, writer: TabWriter, now: number, event?: string): void {
    const definitions = items(table, 'columnDefinitions');
    let noHeaders = this.#options.noHeaders;
    if (this.#printedHeaders && (definitions.length === 0 || equal(definitions, this.#lastColumns))) noHeaders = true;
    const shown = definitions.length === 0 ? this.#lastColumns : definitions;
    if (!equal(shown, this.#lastColumns)) {
      this.#lastColumns = shown;
      this.#printedHeaders = false;
    }
    const rows = items(table, 'rows');
    if (rows.length > 0) this.#printedHeaders = true;
    if (rows.length === 0) return;
    const columns = this.#columns(shown, event);
    const visible = columns
      .map((column, index) => ({ column, index }))
      .filter(({ column }) => this.#options.wide || column.priority === 0);
    if (!noHeaders) writer.line(visible.map(({ column }) => column.name.toUpperCase()));
    for (const row of rows) {
      const cells = this.#cells(row, shown, event);
      writer.line(visible.filter(({ index }) => index < cells.length).map(({ index }) => show(cells[index])));
    }
    void now;
  }

  #columns(definitions: readonly Value[], event: string | undefined): readonly Column[] {
    const plain = (name: string): Column => ({ name, type: 'string', format: '', priority: 0 });
    return [
      ...(event === undefined ? [] : [plain('Event')]),
      ...(this.#options.withNamespace ? [plain('Namespace')] : []),
      ...definitions.map((one) => ({
        name: text(one, 'name'),
        type: text(one, 'type'),
        format: text(one, 'format'),
        priority: number(one, 'priority'),
      })),
      ...this.#options.columnLabels.map((label) => plain(label.split('/').at(-1)!)),
      ...(this.#options.showLabels ? [plain('Labels')] : []),
    ];
  }

  #cells(row: Value, definitions: readonly Value[], event: string | undefined): readonly Cell[] {
    const { kind, withNamespace, columnLabels, showLabels } = this.#options;
    let cells: readonly Cell[] = items(row, 'cells');
    if (kind) {
      const name = definitions.findIndex((one) => text(one, 'format') === 'name' && text(one, 'type') === 'string');
      if (name >= 0) cells = cells.map((cell, index) => (index === name ? `${kind}/${show(cell)}` : cell));
    }
    const object = dig(row, 'object');
    const labels = strings(object, 'metadata', 'labels');
    const extra: Cell[] = isDoc(object)
      ? [...columnLabels.map((label) => labels[label] ?? ''), ...(showLabels ? [formatLabels(labels)] : [])]
      : [...columnLabels.map(() => undefined), ...(showLabels ? [undefined] : [])];
    return [
      ...(event === undefined ? [] : [EVENT_TYPES[event] ?? event]),
      ...(withNamespace ? [text(object, 'metadata', 'namespace')] : []),
      ...cells,
      ...extra,
    ];
  }
}

function show(cell: Cell): string {
  if (cell === undefined || cell === null) return '';
  if (typeof cell !== 'string') return goPrint(cell);
  const stop = cell.search(/[\f\n\r]/);
  return stop < 0 ? escapeTerminal(cell) : `${escapeTerminal(cell.slice(0, stop))}...`;
}
