/**
 * Whether a JSON value fits a type: unknown fields, and wrong types in the words of Go's decoder. Models sigs.k8s.io/json with
 * strict decoding: `unknown field "spec.foo"`, `json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32`.
 */
import { isFields } from '../equal.ts';
import { quote } from '../validation/field.ts';
import { type StructType, structType, type TypeRef } from './types.ts';

export interface Faults {
  /** The first value of a wrong type: the whole object is refused. */
  readonly wrong?: string;
  /** Unknown fields in the order they stand: refused, warned about or ignored, as the client wishes. */
  readonly unknown: readonly string[];
}

/**
 * Which of upstream's two decoders speaks: `json` reads a request's body, `converter` (pkg/runtime/converter.go) the result of a
 * strategic merge patch, with shorter sentences; `calicoctl` is projectcalico/go-json, which reads calicoctl's files.
 */
export type Dialect = 'json' | 'converter' | 'calicoctl';

interface Collector {
  readonly dialect: Dialect;
  wrong?: string;
  readonly unknown: string[];
}

/** Where we are: the innermost struct's Go name, the path of field names for errors, and the path with indexes for strict errors. */
interface Spot {
  readonly struct: string;
  readonly fields: string;
  readonly path: string;
}

const MAX_DEPTH = 60;

const STRING: TypeRef = { is: 'scalar', name: 'string' };

const INTEGERS: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-2147483648, 2147483647],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint8: [0, 255],
  uint16: [0, 65535],
  uint32: [0, 4294967295],
};

function wordFor(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'object' ? 'object' : typeof value;
}

/** Go's name of a type: `[]v1.ServicePort`, `map[string]string`. */
function goType(type: TypeRef): string {
  if (type.is === 'list') return `[]${goType(type.of)}`;
  if (type.is === 'map') return `map[string]${goType(type.of)}`;
  if (type.is === 'struct') return `v1.${type.name.slice(type.name.indexOf('.') + 1)}`;
  return type.name === 'bytes' ? '[]uint8' : type.name;
}

function mismatch(collector: Collector, value: unknown, type: TypeRef, spot: Spot, shown = wordFor(value)): void {
  if (collector.dialect === 'converter') {
    collector.wrong ??= converterFault(value, type);
    return;
  }
  if (collector.dialect === 'calicoctl') {
    collector.wrong ??= calicoctlFault(value, type, spot);
    return;
  }
  const where = spot.struct ? `Go struct field ${spot.struct}.${spot.fields}` : 'Go value';
  collector.wrong ??= `json: cannot unmarshal ${shown} into ${where} of type ${goType(type)}`;
}

const GO_NAMES: Readonly<Record<string, string>> = { int64: 'int', double: 'float64' };

/** Words of projectcalico/go-json, which shows the value: `cannot parse string 'big' into field IPPoolSpec.blockSize of type int`. */
function calicoctlFault(value: unknown, type: TypeRef, { struct, fields }: Spot): string {
  // Types that unmarshal themselves read a string, and do not know where they stand.
  if (type.is === 'scalar' && (type.name === 'asNumber' || type.name === 'duration'))
    return `json: cannot unmarshal ${wordFor(value)} into Go value of type string`;
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  const name = type.is === 'scalar' ? (GO_NAMES[type.name] ?? type.name) : goType(type).replace('v1.', 'v3.');
  return `cannot parse ${wordFor(value)} '${shown}' into field ${struct}.${fields.split('.').at(-1)} of type ${name}`;
}

const DURATION = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'object' ? 'map' : 'string';
}

function converterFault(value: unknown, type: TypeRef): string {
  const kind = goKind(value);
  if (type.is === 'list' || (type.is === 'scalar' && type.name === 'bytes')) return `cannot restore slice from ${kind}`;
  if (type.is === 'map') return `cannot restore map from ${kind}`;
  if (type.is === 'struct') return `cannot restore struct from: ${kind}`;
  // Go can convert between these two, so the converter notices later and says it differently.
  const convertible = typeof value === 'number' && (type.name === 'string' || type.name in INTEGERS);
  return convertible ? `cannot convert ${kind} to ${type.name}` : `unrecognized type: ${type.name}`;
}

const QUANTITY = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(([KMGTPE]i)|[numkMGTPE]|([eE][+-]?[0-9]+))?$/;
const QUANTITY_RULE = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

function checkScalar(collector: Collector, value: unknown, type: TypeRef & { is: 'scalar' }, spot: Spot): void {
  const range = INTEGERS[type.name];
  if (range) {
    if (typeof value !== 'number') mismatch(collector, value, type, spot);
    else if (!Number.isInteger(value) || value < range[0] || value > range[1])
      mismatch(collector, value, type, spot, `number ${value}`);
    return;
  }
  switch (type.name) {
    case 'bool':
      if (typeof value !== 'boolean') mismatch(collector, value, type, spot);
      return;
    case 'double':
      if (typeof value !== 'number') mismatch(collector, value, type, spot);
      return;
    case 'quantity':
      if (typeof value === 'number') return;
      if (typeof value !== 'string' || !QUANTITY.test(value)) collector.wrong ??= QUANTITY_RULE;
      return;
    case 'time':
    case 'microtime':
      if (typeof value !== 'string')
        mismatch(collector, value, { is: 'scalar', name: 'string' }, { struct: '', fields: '', path: '' });
      else if (!TIME.test(value))
        collector.wrong ??= `parsing time ${quote(quote(value))} as "2006-01-02T15:04:05Z07:00": cannot parse ${quote(value)} as "2006"`;
      return;
    case 'duration':
      if (typeof value !== 'string') mismatch(collector, value, collector.dialect === 'calicoctl' ? type : STRING, spot);
      else if (collector.dialect === 'calicoctl' && !DURATION.test(value))
        collector.wrong ??= `time: invalid duration ${quote(value)}`;
      return;
    case 'asNumber':
      checkAsNumber(collector, value, spot);
      return;
    case 'intOrString':
      if (typeof value === 'number' || typeof value === 'string') return;
      mismatch(collector, value, { is: 'scalar', name: 'int32' }, { struct: '', fields: '', path: '' });
      return;
    case 'raw':
    case 'fields':
      return;
    default:
      // go-json takes a number or a truth value for its text.
      if (collector.dialect === 'calicoctl' && (typeof value === 'number' || typeof value === 'boolean')) return;
      if (typeof value !== 'string') mismatch(collector, value, { is: 'scalar', name: 'string' }, spot);
  }
}

/** A uint32, or its digits, or two 16-bit halves with a dot between: numorstring.ASNumber's UnmarshalJSON, which tries them in turn. */
function checkAsNumber(collector: Collector, value: unknown, spot: Spot): void {
  const isBelow = (digits: string, limit: number) => /^\d+$/.test(digits) && Number(digits) < limit;
  if (typeof value === 'string') {
    const halves = value.split('.');
    const fits = isBelow(value, 2 ** 32) || (halves.length === 2 && halves.every((half) => isBelow(half, 2 ** 16)));
    if (!fits) collector.wrong ??= `invalid AS Number format (${value})`;
  } else if (typeof value !== 'number' || !isBelow(String(value), 2 ** 32)) {
    mismatch(collector, value, collector.dialect === 'calicoctl' ? { is: 'scalar', name: 'asNumber' } : STRING, spot);
  }
}

function checkValue(collector: Collector, value: unknown, type: TypeRef, spot: Spot, depth: number): void {
  // null is "not there" for every type.
  if (value === null || value === undefined || depth > MAX_DEPTH) return;
  if (type.is === 'scalar') checkScalar(collector, value, type, spot);
  else if (type.is === 'list') {
    if (!Array.isArray(value)) mismatch(collector, value, type, spot);
    else {
      for (const [i, item] of value.entries()) {
        checkValue(collector, item, type.of, { ...spot, path: `${spot.path}[${i}]` }, depth + 1);
      }
    }
  } else if (!isFields(value)) {
    mismatch(collector, value, type, spot);
  } else if (type.is === 'map') {
    for (const key of Object.keys(value))
      checkValue(collector, value[key], type.of, { ...spot, path: `${spot.path}.${key}` }, depth + 1);
  } else {
    checkStruct(collector, value, structType(type.name)!, spot, depth + 1);
  }
}

function checkStruct(
  collector: Collector,
  value: Readonly<Record<string, unknown>>,
  type: StructType,
  at: Spot,
  depth: number,
): void {
  for (const key of Object.keys(value)) {
    const known = type.fields.get(key);
    const path = at.path ? `${at.path}.${key}` : key;
    if (!known) collector.unknown.push(path);
    else {
      const fields = at.fields ? `${at.fields}.${key}` : key;
      checkValue(collector, value[key], known.type, { struct: type.short, fields, path }, depth);
    }
  }
}

/** Checks a decoded object against its type. */
export function checkObject(value: Readonly<Record<string, unknown>>, type: StructType, dialect: Dialect = 'json'): Faults {
  const collector: Collector = { dialect, unknown: [] };
  checkStruct(collector, value, type, { struct: '', fields: '', path: '' }, 0);
  return collector;
}

/** The value without its unknown fields and nulls: what the server keeps. The same reference when there are none. */
export function prune<T>(value: T, type: TypeRef): T {
  if (value === null || value === undefined) return value;
  if (type.is === 'list' && Array.isArray(value)) {
    const items = value.map((item) => prune(item, type.of));
    return items.every((item, i) => item === value[i]) ? value : (items as T);
  }
  if (!isFields(value) || type.is === 'scalar' || type.is === 'list') return value;
  const fieldType = (key: string): TypeRef | undefined =>
    type.is === 'map' ? type.of : structType(type.name)?.fields.get(key)?.type;
  let changed = false;
  const kept: [string, unknown][] = [];
  for (const key of Object.keys(value)) {
    const child = fieldType(key);
    const keepNull = child?.is === 'scalar' && (child.name === 'time' || child.name === 'microtime' || child.name === 'raw');
    if (!child || (value[key] === null && !keepNull)) {
      changed = true;
      continue;
    }
    const item = child.is === 'scalar' ? value[key] : prune(value[key], child);
    changed ||= item !== value[key];
    kept.push([key, item]);
  }
  return changed ? (Object.fromEntries(kept) as T) : value;
}
