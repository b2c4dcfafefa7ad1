/** A server's answer as a typed client of Go would encode it: fields in the order of the Go structs, maps by key. */
import { type Field, structType, type TypeRef } from '../../../../engine/index.ts';
import { isDoc, sorted, text, type Value } from '../value.ts';

const ZEROES: readonly Value[] = ['', 0, false];

/** Go's omitempty: nothing is left of a list or map without entries, and of a zero that no pointer holds. */
function omits({ type, required, pointer }: Field, value: Value): boolean {
  if (required) return false;
  if (type.is === 'list') return Array.isArray(value) && value.length === 0;
  if (type.is === 'map') return isDoc(value) && Object.keys(value).length === 0;
  return type.is === 'scalar' && !pointer && ZEROES.includes(value) && type.name !== 'intOrString';
}

function ordered(value: Value, type: TypeRef | undefined): Value {
  if (!type || type.is === 'scalar') return sorted(value);
  if (type.is === 'list') return Array.isArray(value) ? value.map((item: Value) => ordered(item, type.of)) : value;
  if (!isDoc(value)) return value;
  if (type.is === 'map') {
    const map = sorted(value) as Readonly<Record<string, Value>>;
    return Object.fromEntries(Object.entries(map).map(([key, item]) => [key, ordered(item, type.of)]));
  }
  const struct = structType(type.name);
  if (!struct) return sorted(value);
  const out: Record<string, Value> = {};
  // Go's TypeMeta has the kind first.
  const head = struct.kind ? ['kind', 'apiVersion'] : [];
  for (const name of [...head, ...struct.fields.keys(), ...Object.keys(value).sort()]) {
    const field = struct.fields.get(name);
    if (Object.hasOwn(out, name) || !Object.hasOwn(value, name) || (field && omits(field, value[name]!))) continue;
    out[name] = ordered(value[name]!, field?.type);
  }
  return out;
}

/** `apps/v1`, `Deployment` → `apps.Deployment`. */
function typeOf(apiVersion: string, kind: string): TypeRef {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : 'core';
  const suffix = apiVersion === 'autoscaling/v2' ? 'v2' : '';
  return { is: 'struct', name: `${group.split('.')[0]}${suffix}.${kind}` };
}

/** An object or a list of one kind. */
export function goOrdered(object: Value): Value {
  const [apiVersion, kind] = [text(object, 'apiVersion'), text(object, 'kind')];
  if (!isDoc(object) || !Array.isArray(object.items)) return ordered(object, typeOf(apiVersion, kind));
  const item = typeOf(apiVersion, kind.replace(/List$/, ''));
  return {
    kind,
    apiVersion,
    metadata: ordered(object.metadata ?? {}, { is: 'struct', name: 'meta.ListMeta' }),
    items: object.items.map((one: Value) => ordered(one, item)),
  };
}
