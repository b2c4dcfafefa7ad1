/** `--sort-by`: objects or Table rows by the value a JSONPath finds in each, as k8s.io/kubectl's sorter compares them. */
import { parseQuantity } from '../../../../engine/index.ts';
import { CommandError, fail } from '../errors.ts';
import { isDoc, type Value } from '../value.ts';
import { relaxed } from './columns.ts';
import { JsonPathError, parseJsonPath } from './jsonpath.ts';

/** Values that have no order: kubectl dies of them. `message` is the log line that it leaves. */
export class Unsortable extends Error {
  /** The line of kubectl that logs it. */
  readonly source: string;
  constructor(source: string, message: string) {
    super(message);
    this.source = source;
  }
}

function checkSortable(values: readonly (Value | undefined)[], path: string, table: boolean): void {
  const bad = values.find((value) => Array.isArray(value) || isDoc(value));
  if (bad === undefined || values.length < 2) return;
  const type = Array.isArray(bad) ? '[]interface {}' : 'map[string]interface {}';
  const [source, where] = table ? ['sorter.go:375', '[][][]reflect.Value'] : ['sorter.go:329', '*unstructured.Unstructured'];
  throw new Unsortable(source, `Field {${path}} in ${where} is an unsortable type: interface, err: unsortable type: ${type}`);
}

function compare(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') {
    const [x, y] = [parseQuantity(a), parseQuantity(b)];
    if (x !== undefined && y !== undefined) return x - y;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return 0;
}

/**
 * The items in order of the field; those without it come first (insertionSorted).
 * @throws CommandError when no item has the field or the path is not one
 */
export function sortBy<T>(list: readonly T[], objectOf: (item: T) => Value, expression: string, table: boolean): readonly T[] {
  if (list.length === 0) return list;
  const path = relaxed(expression);
  const keyed = attempt(() => {
    const template = parseJsonPath(path);
    return list.map((item) => ({ item, key: template.find(objectOf(item), true)[0]?.[0] }));
  }, table);
  if (keyed.every(({ key }) => key === undefined)) {
    fail(`couldn't find any field with path "${path}" in the list of objects`);
  }
  checkSortable(
    keyed.map(({ key }) => key),
    path.slice(1, -1),
    table,
  );
  return insertionSorted(keyed, (a, b) => {
    if (a.key === undefined) return true;
    return b.key !== undefined && compare(a.key, b.key) < 0;
  }).map(({ item }) => item);
}

/** Go's sort for short lists. What has no key is less than everything, even than its like: those come in reverse. */
function insertionSorted<T>(list: readonly T[], less: (a: T, b: T) => boolean): readonly T[] {
  const sorted = [...list];
  for (let i = 1; i < sorted.length; i++) {
    for (let j = i; j > 0 && less(sorted[j]!, sorted[j - 1]!); j--) {
      [sorted[j], sorted[j - 1]] = [sorted[j - 1]!, sorted[j]!];
    }
  }
  return sorted;
}

function attempt<T>(work: () => T, table: boolean): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof JsonPathError) throw new CommandError(table ? `sorting error: ${error.message}` : error.message);
    throw error;
  }
}
