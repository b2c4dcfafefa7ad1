/** JSON values as kubectl holds objects it has no type for (unstructured), and the reading of their fields. */

export type Value = null | boolean | number | string | readonly Value[] | Doc;
export interface Doc {
  readonly [key: string]: Value;
}

export function isDoc(value: unknown): value is Doc {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path of keys, or undefined. Only own keys are followed. */
export function dig(value: unknown, ...path: readonly (string | number)[]): Value | undefined {
  let here = value;
  for (const key of path) {
    if (Array.isArray(here)) here = here[key as number];
    else if (isDoc(here) && Object.hasOwn(here, key)) here = here[key];
    else return undefined;
  }
  return here as Value | undefined;
}

export function text(value: unknown, ...path: readonly (string | number)[]): string {
  const found = dig(value, ...path);
  return typeof found === 'string' ? found : typeof found === 'number' || typeof found === 'boolean' ? String(found) : '';
}

export function number(value: unknown, ...path: readonly (string | number)[]): number {
  const found = dig(value, ...path);
  return typeof found === 'number' ? found : 0;
}

export function items(value: unknown, ...path: readonly (string | number)[]): readonly Value[] {
  const found = dig(value, ...path);
  return Array.isArray(found) ? (found as readonly Value[]) : [];
}

export function fields(value: unknown, ...path: readonly (string | number)[]): Doc {
  const found = dig(value, ...path);
  return isDoc(found) ? found : {};
}

/** A map of strings, such as labels. */
export function strings(value: unknown, ...path: readonly (string | number)[]): Readonly<Record<string, string>> {
  return fields(value, ...path) as Readonly<Record<string, string>>;
}

/** The value with `next` at the path; objects on the way are created. undefined removes the key. */
export function put(value: Value | undefined, path: readonly string[], next: Value | undefined): Value {
  const [key, ...rest] = path;
  if (key === undefined) return next ?? null;
  const here = isDoc(value) ? value : {};
  if (rest.length === 0 && next === undefined) {
    const { [key]: _gone, ...others } = here;
    return others;
  }
  return { ...here, [key]: put(Object.hasOwn(here, key) ? here[key] : undefined, rest, next) };
}

/** Go compares strings by bytes; for the characters that occur here that is code unit order. */
export function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function sortedKeys(doc: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(doc).sort(byBytes);
}

/** The value with all object keys in order, as Go's encoding/json prints maps. */
export function sorted(value: Value): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).map(sorted);
  if (!isDoc(value)) return value;
  const out: Record<string, Value> = Object.create(null);
  for (const key of sortedKeys(value)) out[key] = sorted(value[key]!);
  return out;
}

/** encoding/json escapes these inside strings so that JSON can stand in HTML. */
function escapeHtml(json: string): string {
  return json
    .replace(/[<>&\u2028\u2029\b\f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/\\b/g, (match, at: number, whole: string) => (precededByEscape(whole, at) ? match : '\\u0008'))
    .replace(/\\f/g, (match, at: number, whole: string) => (precededByEscape(whole, at) ? match : '\\u000c'));
}

function precededByEscape(text: string, at: number): boolean {
  let count = 0;
  for (let index = at - 1; index >= 0 && text[index] === '\\'; index--) count++;
  return count % 2 === 1;
}

/** Go's json.Marshal. Keys in the order they have; `sorted` first for maps. `indent` as json.MarshalIndent's. */
export function goJson(value: Value, indent?: string): string {
  return escapeHtml(JSON.stringify(value, null, indent));
}

export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]));
  if (!isDoc(a) || !isDoc(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}
