/**
 * Strategic merge patch: lists merge by the key the schema names. Models apimachinery's pkg/util/strategicpatch with its directives
 * `$patch: delete|replace|merge`, `$retainKeys`, `$deleteFromPrimitiveList/<field>` and `$setElementOrder/<field>`.
 */
import { equal, isFields, setField } from '../equal.ts';
import { type Field, structType, type TypeRef } from '../schema/types.ts';

type Fields = Readonly<Record<string, unknown>>;

const PATCH = '$patch';
const RETAIN = '$retainKeys';
const DELETE_PRIMITIVES = '$deleteFromPrimitiveList';
const ORDER = '$setElementOrder';

/** The patch itself is no valid patch; `message` is the sentence. */
export class PatchError extends Error {}

/** Merges `patch` into `original`, an object of the schema type `typeName`. @throws PatchError */
export function strategicMerge(original: Fields, patch: Fields, typeName: string): Fields {
  return mergeMap(original, patch, { is: 'struct', name: typeName });
}

function fieldIn(type: TypeRef, key: string): Field | undefined {
  return type.is === 'struct' ? structType(type.name)?.fields.get(key) : undefined;
}

function childType(type: TypeRef, key: string): TypeRef {
  if (type.is === 'map') return type.of;
  return fieldIn(type, key)?.type ?? { is: 'scalar', name: 'raw' };
}

/** A map that is to be replaced or emptied as a whole; undefined when it merges. */
function wholeMap(patch: Fields): Fields | undefined {
  if (!Object.hasOwn(patch, PATCH)) return undefined;
  const { [PATCH]: directive, ...rest } = patch;
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  if (directive === 'merge') return undefined;
  throw new PatchError(`Unknown patch type ${String(directive)} in map: ${JSON.stringify(patch)}`);
}

/** `$retainKeys`: drops what the patch does not list. */
function retained(original: Fields, patch: Fields): Fields {
  const keys = patch[RETAIN];
  if (keys === undefined) return original;
  if (!Array.isArray(keys)) throw new PatchError('invalid patch format of retainKeys: expect a list');
  const missing = Object.keys(patch).filter((key) => !key.startsWith('$') && !keys.includes(key));
  if (missing.length > 0) throw new PatchError('unable to find the key in the retainKeys list');
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)));
}

function mergeMap(given: Fields, patch: Fields, type: TypeRef): Fields {
  const whole = wholeMap(patch);
  if (whole) return whole;
  const merged: Record<string, unknown> = { ...retained(given, patch) };
  for (const key of Object.keys(patch)) {
    if (key === PATCH || key === RETAIN || key.startsWith(`${ORDER}/`)) continue;
    if (key.startsWith(`${DELETE_PRIMITIVES}/`)) {
      deletePrimitives(merged, key.slice(DELETE_PRIMITIVES.length + 1), patch);
      continue;
    }
    const value = patch[key];
    if (value === null) delete merged[key];
    else setField(merged, key, mergeValue(Object.hasOwn(merged, key) ? merged[key] : undefined, value, type, key));
  }
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(`${ORDER}/`)) continue;
    const name = key.slice(ORDER.length + 1);
    const list = merged[name];
    const order = patch[key];
    if (!Array.isArray(order)) throw new PatchError('invalid patch format of setElementOrder: expect a list');
    const live = Array.isArray(given[name]) ? given[name] : [];
    if (Array.isArray(list)) setField(merged, name, woven(list, order, live, fieldIn(type, name)?.mergeKey));
  }
  return merged;
}

function deletePrimitives(merged: Record<string, unknown>, name: string, patch: Fields): void {
  const gone = patch[`${DELETE_PRIMITIVES}/${name}`];
  const list = merged[name];
  if (!Array.isArray(gone)) throw new PatchError('invalid patch format of deleteFromPrimitiveList');
  if (Array.isArray(list))
    setField(
      merged,
      name,
      list.filter((item) => !gone.some((it) => equal(it, item))),
    );
}

function mergeValue(old: unknown, value: unknown, type: TypeRef, key: string): unknown {
  const child = childType(type, key);
  if (isFields(value)) {
    // A map merges even into nothing: directives must not be stored.
    return mergeMap(isFields(old) ? old : {}, value, child);
  }
  if (!Array.isArray(value)) return value;
  const field = fieldIn(type, key);
  return mergeList(Array.isArray(old) ? old : [], value, field, child);
}

function mergeList(old: readonly unknown[], patch: readonly unknown[], field: Field | undefined, type: TypeRef): unknown {
  const mergeKey = field?.mergeKey;
  const of: TypeRef = type.is === 'list' ? type.of : { is: 'scalar', name: 'raw' };
  const replace = patch.find((item) => isFields(item) && item[PATCH] === 'replace');
  if (mergeKey === undefined || replace) return replaced(patch, of);
  if (mergeKey === '') {
    const added = patch.filter((item) => !old.some((it) => equal(it, item)));
    return woven([...old, ...added], patch, old, undefined);
  }
  const items = mergeByKey(old, patch, mergeKey, of);
  const kept = patch.filter((item) => isFields(item) && item[PATCH] !== 'delete');
  return woven(items, kept, old, mergeKey);
}

/** A replaced list still has its directives carried out inside. */
function replaced(patch: readonly unknown[], of: TypeRef): unknown[] {
  const items: unknown[] = [];
  for (const item of patch) {
    if (!isFields(item)) items.push(item);
    else if (item[PATCH] === undefined) items.push(mergeMap({}, item, of));
    else if (item[PATCH] === 'merge') items.push(mergeMap({}, item, of));
  }
  return items;
}

function mergeByKey(old: readonly unknown[], patch: readonly unknown[], mergeKey: string, of: TypeRef): unknown[] {
  let items = [...old];
  const keyOf = (item: unknown): unknown => {
    const key = isFields(item) ? item[mergeKey] : undefined;
    if (key === undefined) throw new PatchError(`map: ${goMap(item)} does not contain declared merge key: ${mergeKey}`);
    return key;
  };
  for (const item of patch) {
    const key = keyOf(item);
    const same = (other: unknown) => isFields(other) && equal(other[mergeKey], key);
    const directive = (item as Fields)[PATCH];
    if (directive === 'delete') items = items.filter((other) => !same(other));
    else {
      const at = items.findIndex(same);
      if (at < 0) items.push(mergeMap({}, item as Fields, of));
      else items[at] = mergeMap(items[at] as Fields, item as Fields, of);
    }
  }
  return items;
}

/** Go's `%v` of a JSON value: `map[containerPort:80 name:http]`. */
export function goMap(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goMap).join(' ')}]`;
  if (!isFields(value)) return value === null ? '<nil>' : String(value);
  const keys = Object.keys(value).sort();
  return `map[${keys.map((key) => `${key}:${goMap(value[key])}`).join(' ')}]`;
}

/** What two entries of a list must share to be the same one. */
const identityBy =
  (mergeKey: string | undefined) =>
  (item: unknown): unknown =>
    mergeKey && isFields(item) ? item[mergeKey] : item;

/**
 * Puts the entries named in `order` in that order and the rest in the order of `live`; the two are woven by their places in `live`.
 * What is in `live` nowhere comes first: a container added by a patch stands before the old ones, as upstream.
 */
function woven(
  items: readonly unknown[],
  order: readonly unknown[],
  live: readonly unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const identity = identityBy(mergeKey);
  const place = (list: readonly unknown[], item: unknown) => list.findIndex((it) => equal(identity(it), identity(item)));
  const by = (list: readonly unknown[]) => (a: unknown, b: unknown) => place(list, a) - place(list, b);
  const named = items.filter((item) => place(order, item) >= 0).sort(by(order));
  const rest = items.filter((item) => place(order, item) < 0).sort(by(live));
  const result: unknown[] = [];
  while (named.length > 0 && rest.length > 0) {
    const left = place(live, rest[0]);
    const right = place(live, named[0]);
    result.push(left >= 0 && right >= 0 && left < right ? rest.shift() : named.shift());
  }
  return [...result, ...named, ...rest];
}
