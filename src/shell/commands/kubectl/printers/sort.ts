/** `--sort-by`: objects or Table rows by the value a JSONPath finds in each, as k8s.io/kubectl's sorter compares them. */
import { parseQuantity } from '../../../../engine/index.ts';
import { CommandError, fail } from '../errors.ts';
import type { Value } from '../value.ts';
import { relaxed } from './columns.ts';
import { JsonPathError, parseJsonPath } from './jsonpath.ts';

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
 * The items in order of the field; those without it come first.
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
  return keyed
    .sort((a, b) => {
      if (a.key === undefined || b.key === undefined) return a.key === b.key ? 0 : a.key === undefined ? -1 : 1;
      return compare(a.key, b.key);
    })
    .map(({ item }) => item);
}

function attempt<T>(work: () => T, table: boolean): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof JsonPathError) throw new CommandError(table ? `sorting error: ${error.message}` : error.message);
    throw error;
  }
}
