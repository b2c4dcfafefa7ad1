/** The functions of Go's text/template and the two that kubectl adds, `exists` and `base64decode`. A function's fault is thrown as Go words it. */
import { decodeBase64 } from '../encode.ts';
import { isDoc, type Value } from '../value.ts';
import { goPrint } from './gofmt.ts';
import { GoNumber } from './gotemplate-grammar.ts';

/** undefined: Go's zero reflect.Value, printed as `<no value>`. */
export type Result = Value | GoNumber | undefined;

/** What a function answers instead of a value. */
export class FunctionFault extends Error {}

export function truth(value: Result): boolean {
  if (value instanceof GoNumber) return value.value !== 0;
  if (value === undefined || value === null || value === false || value === 0 || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return isDoc(value) ? Object.keys(value).length > 0 : true;
}

export function printable(value: Result): string {
  if (value instanceof GoNumber) return String(value.value);
  return value === undefined ? '<no value>' : goPrint(value);
}

/** Go's type of a result; what came from an object was decoded from JSON. */
function typeName(value: Result): string {
  if (value instanceof GoNumber) return value.type;
  if (value === undefined || value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (isDoc(value)) return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

const KINDS: Readonly<Record<string, RegExp>> = {
  d: /^int/,
  f: /^float64$/,
  g: /^float64$/,
  s: /^(?:string|\[\]interface \{\}|map\[string\]interface \{\})$/,
  q: /^(?:string|int|int64)$/,
  t: /^bool$/,
  x: /^(?:int|int64|string|float64)$/,
  X: /^(?:int|int64|string|float64)$/,
};

function verbText(verb: string, value: Result, digits: string | undefined): string {
  const plain = printable(value);
  if (verb === 'v') return plain;
  if (!KINDS[verb]!.test(typeName(value))) return `%!${verb}(${typeName(value)}=${plain})`;
  if (verb === 'q') return JSON.stringify(plain);
  if (verb === 'f') return Number(plain).toFixed(digits === undefined ? 6 : Number(digits));
  if (verb === 'x' || verb === 'X') {
    const number = numberOf(value);
    const hex = number === undefined ? hexOf(plain) : number.toString(16);
    return verb === 'x' ? hex : hex.toUpperCase();
  }
  return verb === 's' && digits !== undefined ? plain.slice(0, Number(digits)) : plain;
}

function numberOf(value: Result): number | undefined {
  return value instanceof GoNumber ? value.value : typeof value === 'number' ? value : undefined;
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
      const at = numberOf(key);
      if (at === undefined || !typeName(key).startsWith('int')) {
        throw new FunctionFault(`cannot index slice/array with type ${typeName(key)}`);
      }
      if (at < 0 || at >= value.length) throw new FunctionFault(`index out of range: ${at}`);
      value = value[at] as Value;
    } else if (isDoc(value)) {
      if (typeof key !== 'string') throw new FunctionFault(`value has type ${typeName(key)}; should be string`);
      value = Object.hasOwn(value, key) ? value[key] : undefined;
    } else if (value === undefined || value === null) throw new FunctionFault('index of nil pointer');
    else throw new FunctionFault(`can't index item of type ${typeName(value)}`);
  }
  return value;
}

function length(value: Result): GoNumber {
  if (typeof value === 'string') return new GoNumber(new TextEncoder().encode(value).length);
  if (Array.isArray(value)) return new GoNumber(value.length);
  if (isDoc(value) && !(value instanceof GoNumber)) return new GoNumber(Object.keys(value).length);
  if (value === undefined) throw new FunctionFault('reflect: call of reflect.Value.Type on zero Value');
  throw new FunctionFault(value === null ? 'len of nil pointer' : `len of type ${typeName(value)}`);
}

function basicKind(value: Result): string {
  const name = typeName(value);
  if (/^(?:int|int64|float64|bool|string)$/.test(name)) return name.replace('int64', 'int');
  throw new FunctionFault(
    name === '<nil>' ? 'incompatible types for comparison' : `non-comparable type ${printable(value)}: ${name}`,
  );
}

/** Only values of one kind compare: an integer is never a float. */
function order(a: Result, b: Result): number {
  if (basicKind(a) !== basicKind(b)) throw new FunctionFault('incompatible types for comparison');
  const [left, right] = [a, b].map((one) => numberOf(one) ?? one) as [string | number, string | number];
  return left < right ? -1 : left > right ? 1 : 0;
}

function exists([value, ...keys]: readonly Result[]): boolean {
  let here: Result = value;
  for (const key of keys) {
    if (Array.isArray(here)) here = here[numberOf(key) ?? Number.NaN] as Value | undefined;
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
