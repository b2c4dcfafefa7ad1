/**
 * Reading objects that clients send as protobuf: kubectl 1.32's typed clients (`create`, `auth can-i`) speak nothing else. The answer goes
 * back as JSON, which they accept. Models apimachinery's protobuf serializer: `k8s\0`, then runtime.Unknown {typeMeta, raw}.
 */
import { base64 } from '../base64.ts';
import { findKindOf } from '../kinds/index.ts';
import { type Field, type StructType, structType, type TypeRef } from '../schema/types.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

type Fields = Readonly<Record<string, unknown>>;
type Entries = ReadonlyMap<number, readonly (Uint8Array | bigint)[]>;

class Malformed extends Error {}

const MAX_DEPTH = 60;

/** Field number → its values: bytes of a length-delimited one, the number of any other. */
function readMessage(bytes: Uint8Array): Entries {
  const entries = new Map<number, (Uint8Array | bigint)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Malformed('unexpected EOF');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new Malformed('integer overflow');
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new Malformed('unexpected EOF');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const wire = tag & 7;
    const value =
      wire === 0 ? varint() : wire === 1 ? take(8) : wire === 5 ? take(4) : wire === 2 ? take(Number(varint())) : undefined;
    if (value === undefined) throw new Malformed(`illegal wireType ${wire}`);
    const list = entries.get(tag >>> 3);
    if (list) list.push(value);
    else entries.set(tag >>> 3, [value]);
  }
  return entries;
}

const text = (value: Uint8Array | bigint | undefined): string =>
  value instanceof Uint8Array ? new TextDecoder().decode(value) : '';
const integer = (value: Uint8Array | bigint | undefined): number =>
  typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : 0;
const message = (value: Uint8Array | bigint | undefined): Entries => (value instanceof Uint8Array ? readMessage(value) : new Map());

function time(value: Uint8Array | bigint): string | undefined {
  const entries = message(value);
  const seconds = integer(entries.get(1)?.[0]);
  // Go's zero time is the year 1.
  return seconds <= -62135596800 || !entries.has(1) ? undefined : `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function scalar(value: Uint8Array | bigint, name: string): unknown {
  switch (name) {
    case 'int32':
    case 'int64':
      return integer(value);
    case 'bool':
      return integer(value) !== 0;
    case 'bytes':
      return value instanceof Uint8Array ? base64(value) : '';
    case 'quantity':
      return text(message(value).get(1)?.[0]);
    case 'time':
    case 'microtime':
      return time(value);
    case 'intOrString': {
      const entries = message(value);
      return integer(entries.get(1)?.[0]) === 1 ? text(entries.get(3)?.[0]) : integer(entries.get(2)?.[0]);
    }
    case 'raw':
    case 'fields': {
      const raw = text(message(value).get(1)?.[0]);
      return raw === '' ? undefined : (JSON.parse(raw) as unknown);
    }
    default:
      return text(value);
  }
}

function single(value: Uint8Array | bigint, type: TypeRef, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new Malformed('nested too deeply');
  if (type.is === 'scalar') return scalar(value, type.name);
  if (type.is === 'struct') return structOf(message(value), structType(type.name)!, depth + 1);
  // A list as a map's value is wrapped in a message of its own.
  return repeated(message(value).get(1) ?? [], type, depth + 1);
}

function repeated(values: readonly (Uint8Array | bigint)[], type: TypeRef, depth: number): unknown {
  if (type.is === 'list') return values.map((value) => single(value, type.of, depth));
  if (type.is !== 'map') return single(values.at(-1)!, type, depth);
  const pairs = values.map((value): [string, unknown] => {
    const entry = message(value);
    const [item] = entry.get(2) ?? [new Uint8Array()];
    return [text(entry.get(1)?.[0]), single(item!, type.of, depth)];
  });
  return Object.fromEntries(pairs);
}

/** Go writes the zero of everything that is no pointer: such a field was not given. */
function isUnset(field: Field, value: unknown): boolean {
  if (value === undefined) return true;
  if (field.pointer) return false;
  return value === '' || value === 0 || value === false;
}

function valuesAt(entries: Entries, number: string): readonly (Uint8Array | bigint)[] | undefined {
  const [first, ...rest] = number.split('.');
  const values = entries.get(Number(first));
  if (rest.length === 0 || !values) return values;
  return valuesAt(message(values.at(-1)), rest.join('.'));
}

function structOf(entries: Entries, type: StructType, depth: number): Fields {
  const fields: [string, unknown][] = [];
  for (const field of type.fields.values()) {
    const values = field.number === '0' ? undefined : valuesAt(entries, field.number);
    if (!values) continue;
    const value = repeated(values, field.type, depth);
    if (!isUnset(field, value)) fields.push([field.name, value]);
  }
  return Object.fromEntries(fields);
}

const MAGIC = [0x6b, 0x38, 0x73, 0x00];

/** Types that clients send without being kinds of their own here. */
const OTHER_TYPES: Readonly<Record<string, string>> = {
  'policy/v1 Eviction': 'policy.Eviction',
  'autoscaling/v1 Scale': 'autoscaling.Scale',
  'v1 DeleteOptions': 'meta.DeleteOptions',
  'meta.k8s.io/v1 DeleteOptions': 'meta.DeleteOptions',
};

/**
 * A request's protobuf body as the object it stands for, ready to be sent on as JSON.
 * @returns undefined when it is no such message or of a type that is not known here
 */
export function decodeProtobuf(body: Uint8Array): Fields | undefined {
  if (!MAGIC.every((byte, i) => body[i] === byte)) return undefined;
  try {
    const unknown = readMessage(body.subarray(4));
    const meta = message(unknown.get(1)?.[0]);
    const apiVersion = text(meta.get(1)?.[0]);
    const kind = text(meta.get(2)?.[0]);
    const type = findKindOf(apiVersion, kind)?.type ?? OTHER_TYPES[`${apiVersion} ${kind}`];
    const struct = type === undefined ? undefined : structType(type);
    return struct && { apiVersion, kind, ...structOf(message(unknown.get(2)?.[0]), struct, 0) };
  } catch (error) {
    if (error instanceof Malformed || error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
