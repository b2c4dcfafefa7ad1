/** How Go's fmt prints values that came from JSON: `%v`, `%#v`, `%T`. */
import { isDoc, type Value } from '../value.ts';

export function goType(value: Value): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isDoc(value)) return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Go's fmt.Sprint of a JSON value: `map[a:1 b:[x y]]`. */
export function goPrint(value: Value): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(goPrint).join(' ')}]`;
  if (isDoc(value))
    return `map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${goPrint(value[key]!)}`)
      .join(' ')}]`;
  return String(value);
}

/** Go's `%#v` of a JSON value. */
export function goSyntax(value: Value): string {
  if (value === null) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${(value as readonly Value[]).map(goSyntax).join(', ')}}`;
  if (isDoc(value)) {
    const pairs = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key]!)}`);
    return `map[string]interface {}{${pairs.join(', ')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
