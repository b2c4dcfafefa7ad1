/** `-o custom-columns=`: k8s.io/kubectl's CustomColumnsPrinter. */
import { CommandError, fail } from '../errors.ts';
import { items, type Value } from '../value.ts';
import { goPrint } from './gofmt.ts';
import { JsonPathError, parseJsonPath } from './jsonpath.ts';
import { TabWriter } from './tabwriter.ts';

export interface Column {
  readonly header: string;
  /** `{.metadata.name}` */
  readonly path: string;
}

/** `metadata.name`, `.metadata.name`, `{metadata.name}` → `{.metadata.name}`. */
export function relaxed(expression: string): string {
  if (expression === '') return '';
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(expression);
  if (!match) {
    return fail("unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'");
  }
  return `{.${match[1] || match[2]}}`;
}

export function columnsFromSpec(spec: string): readonly Column[] {
  return spec.split(',').map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) return fail(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    return { header: part.slice(0, colon), path: relaxed(part.slice(colon + 1)) };
  });
}

export function columnsFromFile(content: string): readonly Column[] {
  const lines = content.replace(/\n$/, '').split('\n');
  const missing = (what: string) =>
    `invalid template, missing ${what} line. Expected format is one line of space separated headers, one line of space separated column specs.`;
  if (content === '') fail(missing('header'));
  if (lines.length < 2) fail(missing('spec'));
  const words = (line: string) => line.split(/\s+/).filter((word) => word !== '');
  const headers = words(lines[0]!);
  const specs = words(lines[1]!);
  if (headers.length !== specs.length) {
    fail(`number of headers (${headers.length}) and field specifications (${specs.length}) don't match`);
  }
  return headers.map((header, index) => ({ header, path: relaxed(specs[index]!) }));
}

/** A printer of objects and lists; the header comes once, and the columns never grow narrower again. */
export function columnsPrinter(columns: readonly Column[], noHeaders: boolean): (object: Value) => string {
  let printed = noHeaders;
  const writer = new TabWriter();
  const parse = (path: string) => {
    try {
      return parseJsonPath(path);
    } catch (error) {
      if (error instanceof JsonPathError) throw new CommandError(error.message);
      throw error;
    }
  };
  return (object) => {
    const parsers = columns.map((column) => parse(column.path));
    if (!printed) writer.line(columns.map((column) => column.header));
    printed = true;
    const list = Array.isArray((object as { items?: unknown }).items) ? items(object, 'items') : [object];
    for (const item of list) {
      writer.line(
        parsers.map((parser) => {
          const found = cells(() => parser.find(item, true));
          if (found.length === 0 || found[0]!.length === 0) return '<none>';
          return found
            .flat()
            .map((value) => escapeTerminal(goPrint(value)))
            .join(',');
        }),
      );
    }
    return writer.flush();
  };
}

function cells<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof JsonPathError) throw new CommandError(error.message);
    throw error;
  }
}

/** Control characters that could steer a terminal are shown as `^[`. */
export function escapeTerminal(value: string): string {
  return value.replace(/[\x1b\r]/g, (char) => (char === '\x1b' ? '^[' : '\\r'));
}
