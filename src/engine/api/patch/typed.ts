/**
 * Whether an applied configuration fits its type, in the words of server-side apply: `.data.a: expected string, got …`, `.spec.x: field not
 * declared in schema`. Models structured-merge-diff v4's typed/validate.go; maps are walked in the order they were sent, where Go's order
 * is drawn.
 */
import { isFields } from '../equal.ts';
import { type Field, structType, type TypeRef } from '../schema/types.ts';

interface Fault {
  readonly path: string;
  readonly message: string;
}

const fault = (message: string): Fault[] => [{ path: '', message }];
const under = (prefix: string, faults: readonly Fault[]): Fault[] =>
  faults.map(({ path, message }) => ({ path: prefix + path, message }));

const NUMERIC = ['int32', 'int64', 'uint8', 'uint16', 'uint32', 'double', 'asNumber'];
/** Written as one of several forms; the schema leaves them open. */
const UNTYPED = ['quantity', 'time', 'microtime', 'intOrString', 'raw', 'fields'];

/** Go's `%T` of a decoded JSON value. */
function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'map[string]interface {}';
}

/** Go's `%v` (plain) or `%#v` of a decoded JSON value. */
function goText(value: unknown, typed: boolean): string {
  if (value === null || value === undefined) return typed ? 'interface {}(nil)' : '<nil>';
  if (typeof value === 'string') return typed ? JSON.stringify(value) : value;
  if (typeof value !== 'object') return String(value);
  const [open, close] = typed ? [`${goTypeOf(value)}{`, '}'] : Array.isArray(value) ? ['[', ']'] : ['map[', ']'];
  const separator = typed ? ', ' : ' ';
  if (Array.isArray(value)) return `${open}${value.map((item) => goText(item, typed)).join(separator)}${close}`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = entries.map(([key, item]) => `${typed ? JSON.stringify(key) : key}:${goText(item, typed)}`);
  return `${open}${shown.join(separator)}${close}`;
}

const plain = (value: unknown): string => `&{${goText(value, false)}}`;

function scalarFaults(value: unknown, name: string): Fault[] {
  if (UNTYPED.includes(name)) return [];
  if (NUMERIC.includes(name))
    return typeof value === 'number' ? [] : fault(`expected numeric (int or float), got ${goTypeOf(value)}`);
  if (name === 'bool') return typeof value === 'boolean' ? [] : fault(`expected boolean, got ${plain(value)}`);
  if (typeof value === 'string') return [];
  return fault(`expected string, got &value.valueUnstructured{Value:${goText(value, true)}}`);
}

/** The path of a list's item, or why it has none. */
function itemPath(item: unknown, index: number, of: TypeRef, field: Field | undefined): { path: string } | { why: string } {
  if (field?.listType === 'set') {
    if (isFields(item)) return { why: "associative list without keys has an element that's a map type" };
    if (Array.isArray(item)) return { why: 'not supported: associative list with lists as elements' };
    if (item === null) return { why: "associative list without keys has an element that's an explicit null" };
    return { path: `[=${JSON.stringify(item)}]` };
  }
  if (field?.listType !== 'map' || of.is !== 'struct') return { path: `[${index}]` };
  if (item === null) return { why: 'associative list with keys may not have a null element' };
  if (!isFields(item)) return { why: 'associative list with keys may not have non-map elements' };
  const keys: string[] = [];
  for (const name of [...field.keys].sort()) {
    const value = Object.hasOwn(item, name) ? item[name] : structType(of.name)?.fields.get(name)?.default;
    if (value === undefined) {
      const quoted = JSON.stringify(name);
      return { why: `associative list with keys has an element that omits key field ${quoted} (and doesn't have default value)` };
    }
    keys.push(`${name}=${JSON.stringify(value)}`);
  }
  return { path: `[${keys.join(',')}]` };
}

function listFaults(value: unknown, of: TypeRef, field: Field | undefined): Fault[] {
  if (!Array.isArray(value)) return fault(`expected list, got ${plain(value)}`);
  const faults: Fault[] = [];
  const seen = new Set<string>();
  for (const [i, item] of value.entries()) {
    const place = itemPath(item, i, of, field);
    if ('why' in place) return [...faults, ...fault(`element ${i}: ${place.why}`)];
    if (seen.has(place.path)) faults.push(...fault(`duplicate entries for key ${place.path}`));
    seen.add(place.path);
    faults.push(...under(place.path, faultsOf(item, of, undefined)));
  }
  return faults;
}

function mapFaults(value: unknown, type: TypeRef & { is: 'map' | 'struct' }): Fault[] {
  if (!isFields(value)) return fault(`expected map, got ${plain(value)}`);
  const fields = type.is === 'struct' ? structType(type.name)?.fields : undefined;
  const faults: Fault[] = [];
  for (const key of Object.keys(value)) {
    const field = fields?.get(key);
    const child = type.is === 'map' ? type.of : field?.type;
    if (!child) return [...faults, { path: `.${key}`, message: 'field not declared in schema' }];
    faults.push(...under(`.${key}`, faultsOf(value[key], child, field)));
  }
  return faults;
}

function faultsOf(value: unknown, type: TypeRef, field: Field | undefined): Fault[] {
  // null fits everything.
  if (value === null || value === undefined) return [];
  if (type.is === 'scalar') return scalarFaults(value, type.name);
  return type.is === 'list' ? listFaults(value, type.of, field) : mapFaults(value, type);
}

/** What is wrong with an object of a type, as one text; undefined when it fits. */
export function typedFault(value: unknown, type: TypeRef): string | undefined {
  const texts = faultsOf(value, type, undefined).map(({ path, message }) => (path ? `${path}: ${message}` : message));
  if (texts.length === 0) return undefined;
  return texts.length === 1 ? texts[0] : ['errors:', ...texts.map((text) => `  ${text}`)].join('\n');
}
