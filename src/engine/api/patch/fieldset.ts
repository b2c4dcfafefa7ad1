/**
 * Sets of field paths: who owns which field. Models structured-merge-diff's fieldpath.Set and its form in metadata.managedFields
 * (FieldsV1: `f:name` a field, `k:{"port":80}` an entry of a list by its keys, `v:"x"` a value of a set, `.` the thing itself).
 */
import { equal, isFields, setField } from '../equal.ts';
import { type Field, structType, type TypeRef } from '../schema/types.ts';

export interface FieldSet {
  /** The path that leads here is in the set itself. */
  readonly member: boolean;
  readonly children: ReadonlyMap<string, FieldSet>;
}

const LEAF: FieldSet = { member: true, children: new Map() };
export const NO_FIELDS: FieldSet = { member: false, children: new Map() };

export const isEmpty = (set: FieldSet): boolean => !set.member && set.children.size === 0;

function setOf(member: boolean, entries: Iterable<readonly [string, FieldSet]>): FieldSet {
  const children = new Map([...entries].filter(([, child]) => !isEmpty(child)));
  return member || children.size > 0 ? { member, children } : NO_FIELDS;
}

function combine(
  a: FieldSet,
  b: FieldSet,
  pick: (a: FieldSet, b: FieldSet) => FieldSet,
  keys: Iterable<string>,
): [string, FieldSet][] {
  return [...keys].map((key) => [key, pick(a.children.get(key) ?? NO_FIELDS, b.children.get(key) ?? NO_FIELDS)]);
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  return setOf(a.member || b.member, combine(a, b, union, new Set([...a.children.keys(), ...b.children.keys()])));
}

/** The paths of `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return setOf(a.member && !b.member, combine(a, b, difference, a.children.keys()));
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return setOf(a.member && b.member, combine(a, b, intersection, a.children.keys()));
}

/** Reads FieldsV1. What is not in that form counts as empty. */
export function fromFieldsV1(value: unknown): FieldSet {
  if (!isFields(value)) return NO_FIELDS;
  const keys = Object.keys(value);
  if (keys.length === 0) return LEAF;
  const children = keys.filter((key) => key !== '.').map((key): [string, FieldSet] => [key, fromFieldsV1(value[key])]);
  return setOf(keys.includes('.'), children);
}

/** Writes FieldsV1, keys sorted as upstream: `.` first. */
export function toFieldsV1(set: FieldSet): Readonly<Record<string, unknown>> {
  const out: Record<string, unknown> = {};
  if (set.children.size === 0) return out;
  if (set.member) out['.'] = {};
  for (const key of [...set.children.keys()].sort()) setField(out, key, toFieldsV1(set.children.get(key)!));
  return out;
}

/** How a value falls apart into owned parts; undefined: it is owned as a whole. */
interface Parts {
  readonly entries: ReadonlyMap<
    string,
    { readonly value: unknown; readonly type: TypeRef; readonly field?: Field; readonly item: boolean }
  >;
}

const RAW: TypeRef = { is: 'scalar', name: 'raw' };

function listParts(value: readonly unknown[], type: TypeRef & { is: 'list' }, field: Field): Parts | undefined {
  if (field.listType === 'set') {
    return { entries: new Map(value.map((item) => [`v:${JSON.stringify(item)}`, { value: item, type: RAW, item: true }])) };
  }
  if (field.listType !== 'map' || type.of.is !== 'struct') return undefined;
  const struct = structType(type.of.name);
  const entries = value.map((item) => {
    const fields = isFields(item) ? item : {};
    const keys = [...field.keys].sort().map((key) => [key, fields[key] ?? struct?.fields.get(key)?.default] as const);
    const present = keys.filter(([, it]) => it !== undefined);
    return [`k:${JSON.stringify(Object.fromEntries(present))}`, { value: item, type: type.of, item: true }] as const;
  });
  return { entries: new Map(entries) };
}

/** Of a schema type, its fields; of a map, its entries; of a list with keys, its items. */
function partsOf(value: unknown, type: TypeRef, field: Field | undefined): Parts | undefined {
  if (Array.isArray(value)) return type.is === 'list' && field ? listParts(value, type, field) : undefined;
  if (!isFields(value) || field?.listType === 'atomic') return undefined;
  if (type.is === 'map') {
    return { entries: new Map(Object.keys(value).map((key) => [`f:${key}`, { value: value[key], type: type.of, item: false }])) };
  }
  const struct = type.is === 'struct' ? structType(type.name) : undefined;
  if (!struct || struct.atomic) return undefined;
  const known = Object.keys(value).filter((key) => struct.fields.has(key) && value[key] !== null);
  const entry = (key: string) => ({
    value: value[key],
    type: struct.fields.get(key)!.type,
    field: struct.fields.get(key),
    item: false,
  });
  return { entries: new Map(known.map((key) => [`f:${key}`, entry(key)])) };
}

/** Whether a container that is new counts itself, beside its parts. Go's zero values are there before anybody writes them. */
function countsItself(type: TypeRef, field: Field | undefined, item: boolean): boolean {
  if (item) return true;
  if (!field) return false;
  return type.is === 'struct' ? field.pointer : !field.required;
}

/** All fields of a value. @param whole with the containers themselves, as an update that adds them is counted; without, as an apply */
export function fieldsOf(value: unknown, type: TypeRef, whole: boolean, field?: Field, item = false): FieldSet {
  const parts = partsOf(value, type, field);
  if (!parts || parts.entries.size === 0) return LEAF;
  const children = [...parts.entries].map(([key, it]): [string, FieldSet] => [
    key,
    fieldsOf(it.value, it.type, whole, it.field, it.item),
  ]);
  return setOf(item || (whole && countsItself(type, field, item)), children);
}

export interface Changes {
  /** Added or given another value. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

const NOTHING: Changes = { changed: NO_FIELDS, removed: NO_FIELDS };

/** What differs between two versions of an object. */
export function changesBetween(old: unknown, next: unknown, type: TypeRef, field?: Field): Changes {
  if (old === next || equal(old, next)) return NOTHING;
  const before = partsOf(old, type, field);
  const after = partsOf(next, type, field);
  if (!before || !after) return { changed: LEAF, removed: NO_FIELDS };
  const changed: [string, FieldSet][] = [];
  const removed: [string, FieldSet][] = [];
  for (const [key, it] of after.entries) {
    const was = before.entries.get(key);
    if (!was) changed.push([key, fieldsOf(it.value, it.type, true, it.field, it.item)]);
    else {
      const inside = changesBetween(was.value, it.value, it.type, it.field);
      changed.push([key, inside.changed]);
      removed.push([key, inside.removed]);
    }
  }
  for (const [key, it] of before.entries) {
    if (!after.entries.has(key)) removed.push([key, fieldsOf(it.value, it.type, true, it.field, it.item)]);
  }
  return { changed: setOf(false, changed), removed: setOf(false, removed) };
}

/** Merges an applied configuration into the live object: fields, map entries and keyed items each on their own. */
export function mergeApplied(live: unknown, applied: unknown, type: TypeRef, field?: Field): unknown {
  const before = partsOf(live, type, field);
  const after = partsOf(applied, type, field);
  if (!before || !after || live === undefined) return applied;
  if (Array.isArray(live)) {
    const merged = [...before.entries].map(([key, it]) => {
      const mine = after.entries.get(key);
      return mine ? mergeApplied(it.value, mine.value, it.type, it.field) : it.value;
    });
    const added = [...after.entries].filter(([key]) => !before.entries.has(key)).map(([, it]) => it.value);
    return [...merged, ...added];
  }
  const merged: Record<string, unknown> = { ...(live as object) };
  for (const [key, it] of after.entries) {
    const was = before.entries.get(key);
    setField(merged, key.slice(2), was ? mergeApplied(was.value, it.value, it.type, it.field) : it.value);
  }
  return merged;
}

/** The value without the fields of a set. */
export function withoutFields(value: unknown, gone: FieldSet, type: TypeRef, field?: Field): unknown {
  const parts = partsOf(value, type, field);
  if (!parts || isEmpty(gone)) return value;
  const left = [...parts.entries].flatMap(([key, it]): [string, unknown][] => {
    const inside = gone.children.get(key);
    if (!inside) return [[key, it.value]];
    if (inside.member) return [];
    return [[key, withoutFields(it.value, inside, it.type, it.field)]];
  });
  return Array.isArray(value) ? left.map(([, item]) => item) : Object.fromEntries(left.map(([key, item]) => [key.slice(2), item]));
}

/** The paths of a set as people read them: `.spec.ports[port=80,protocol="TCP"].nodePort`. */
export function pathsOf(set: FieldSet, at = ''): string[] {
  const below = [...set.children.keys()].sort().flatMap((key) => pathsOf(set.children.get(key)!, at + element(key)));
  return set.member ? [at, ...below] : below;
}

function element(key: string): string {
  if (key.startsWith('f:')) return `.${key.slice(2)}`;
  if (key.startsWith('v:')) return `[=${key.slice(2)}]`;
  const keys = JSON.parse(key.slice(2)) as Readonly<Record<string, unknown>>;
  return `[${Object.entries(keys)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')}]`;
}
