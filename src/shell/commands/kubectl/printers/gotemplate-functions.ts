/** The functions of Go's text/template and the two that kubectl adds, `exists` and `base64decode`. A function's fault is thrown as Go words it. */
import { decodeBase64 } from '../encode.ts';
import { isDoc, type Value } from '../value.ts';
import { goPrint } from './gofmt.ts';
import { Int } from './gotemplate-grammar.ts';

/** undefined: Go's zero reflect.Value, printed as `<no value>`. */
export type Result = Value | Int | undefined;

/** What a function answers instead of a value. */
export class FunctionFault extends Error {}

export function truth(value: Result): boolean {
  if (value instanceof Int) return value.value !== 0;
  if (value === undefined || value === null || value === false || value === 0 || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return isDoc(value) ? Object.keys(value).length > 0 : true;
}

export function printable(value: Result): string {
  if (value instanceof Int) return String(value.value);
  return value === undefined ? '<no value>' : goPrint(value);
}

/** Go's type of a result; what came from an object was decoded from JSON. */
function typeName(value: Result): string {
  if (value instanceof Int) return 'int';
  if (value === undefined || value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (isDoc(value)) return 'map[string]interface {}';
  return typeof value === 'number' ? 'float64' : typeof value === 'boolean' ? 'bool' : 'string';
}

const KINDS: Readonly<Record<string, RegExp>> = {
  d: /^int$/,
  f: /^float64$/,
  g: /^float64$/,
  s: /^(?:string|\[\]interface \{\}|map\[string\]interface \{\})$/,
  q: /^(?:string|int)$/,
  t: /^bool$/,
  x: /^(?:int|string|float64)$/,
  X: /^(?:int|string|float64)$/,
};

function verbText(verb: string, value: Result, digits: string | undefined): string {
  const plain = printable(value);
  if (verb === 'v') return plain;
  if (!KINDS[verb]!.test(typeName(value))) return `%!${verb}(${typeName(value)}=${plain})`;
  if (verb === 'q') return JSON.stringify(plain);
  if (verb === 'f') return Number(plain).toFixed(digits === undefined ? 6 : Number(digits));
  if (verb === 'x' || verb === 'X') {
    const hex = value instanceof Int ? value.value.toString(16) : hexOf(plain);
    return verb === 'x' ? hex : hex.toUpperCase();
  }
  return verb === 's' && digits !== undefined ? plain.slice(0, Number(digits)) : plain;
}

function hexOf(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function sprintf(format: string, args: readonly Result[]): string {
  let next = 0;
  const text = format.replace(
    /%(-?)(0?)(\d*)(?:\.(\d+))?([vsdqtfgxX%])/g,
    (_all, left: string, zero: string, width: string, digits: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      if (next >= args.length) return `%!${verb}(MISSING)`;
      const shown = verbText(verb, args[next++], digits);
      const size = Number(width || 0);
      return left ? shown.padEnd(size) : shown.padStart(size, zero ? '0' : ' ');
    },
  );
  const extra = args.slice(next).map((arg) => `${typeName(arg)}=${printable(arg)}`);
  return extra.length > 0 ? `${text}%!(EXTRA ${extra.join(', ')})` : text;
}

/** fmt.Sprint: a space between two operands when neither is a string. */
function sprint(args: readonly Result[]): string {
  return args
    .map((arg, at) => (at > 0 && typeof arg !== 'string' && typeof args[at - 1] !== 'string' ? ' ' : '') + printable(arg))
    .join('');
}

function index(args: readonly Result[]): Result {
  let value = args[0];
  if (value === undefined || value === null) throw new FunctionFault('index of untyped nil');
  for (const key of args.slice(1)) {
    if (Array.isArray(value)) {
      if (!(key instanceof Int)) throw new FunctionFault(`cannot index slice/array with type ${typeName(key)}`);
      if (key.value < 0 || key.value >= value.length) throw new FunctionFault(`index out of range: ${key.value}`);
      value = value[key.value] as Value;
    } else if (isDoc(value)) {
      if (typeof key !== 'string') throw new FunctionFault(`value has type ${typeName(key)}; should be string`);
      value = Object.hasOwn(value, key) ? value[key] : undefined;
    } else if (value === undefined || value === null) throw new FunctionFault('index of nil pointer');
    else throw new FunctionFault(`can't index item of type ${typeName(value)}`);
  }
  return value;
}

function length(value: Result): Int {
  if (typeof value === 'string') return new Int(new TextEncoder().encode(value).length);
  if (Array.isArray(value)) return new Int(value.length);
  if (isDoc(value) && !(value instanceof Int)) return new Int(Object.keys(value).length);
  throw new FunctionFault(value === undefined || value === null ? 'len of nil pointer' : `len of type ${typeName(value)}`);
}

function basicKind(value: Result): string {
  const name = typeName(value);
  if (/^(?:int|float64|bool|string)$/.test(name)) return name;
  throw new FunctionFault(
    name === '<nil>' ? 'incompatible types for comparison' : `non-comparable type ${printable(value)}: ${name}`,
  );
}

/** Only values of one kind compare: a number of an object is never an integer. */
function order(a: Result, b: Result): number {
  if (basicKind(a) !== basicKind(b)) throw new FunctionFault('incompatible types for comparison');
  const [left, right] = [a, b].map((one) => (one instanceof Int ? one.value : one)) as [string | number, string | number];
  return left < right ? -1 : left > right ? 1 : 0;
}

function exists([value, ...keys]: readonly Result[]): boolean {
  let here: Result = value;
  for (const key of keys) {
    if (Array.isArray(here)) here = here[key instanceof Int ? key.value : Number.NaN] as Value | undefined;
    else if (isDoc(here) && Object.hasOwn(here, String(key))) here = here[String(key)];
    else return false;
    if (here === undefined) return false;
  }
  return true;
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };
const SCRIPT: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

export const FUNCTIONS: Readonly<Record<string, (args: readonly Result[]) => Result>> = {
  print: sprint,
  println: (args) => `${args.map(printable).join(' ')}\n`,
  printf: ([format, ...rest]) => sprintf(String(format), rest),
  index,
  len: ([value]) => length(value),
  not: ([value]) => !truth(value),
  eq: ([first, ...rest]) => rest.some((other) => order(first, other) === 0),
  ne: ([a, b]) => order(a, b) !== 0,
  lt: ([a, b]) => order(a, b) < 0,
  le: ([a, b]) => order(a, b) <= 0,
  gt: ([a, b]) => order(a, b) > 0,
  ge: ([a, b]) => order(a, b) >= 0,
  exists,
  base64decode: ([value]) => {
    try {
      return decodeBase64(String(value));
    } catch (error) {
      throw new FunctionFault((error as Error).message);
    }
  },
  html: (args) => sprint(args).replace(/[&<>"']/g, (char) => HTML[char]!),
  js: (args) => sprint(args).replace(/[\\'"<>&=]/g, (char) => SCRIPT[char]!),
  urlquery: (args) =>
    encodeURIComponent(sprint(args))
      .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
      .replace(/%20/g, '+'),
};
