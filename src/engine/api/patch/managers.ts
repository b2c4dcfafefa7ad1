/**
 * metadata.managedFields: which client wrote which field. Models apimachinery's pkg/util/managedfields: an update takes what it changes
 * from everybody else; an apply owns what its configuration names and conflicts with those who gave it another value.
 * The engine's own writes (controllers) are not tracked.
 */
import { equal } from '../equal.ts';
import { apiVersionOf, type Kind } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import type { TypeRef } from '../schema/types.ts';
import { timestamp } from '../time.ts';
import {
  changesBetween,
  difference,
  type FieldSet,
  fieldsOf,
  fromFieldsV1,
  intersection,
  isEmpty,
  NO_FIELDS,
  toFieldsV1,
  union,
} from './fieldset.ts';

export interface Writer {
  readonly manager: string;
  readonly subresource?: string;
  /** ms */
  readonly now: number;
}

interface Entry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fields: FieldSet;
}

interface StoredEntry {
  readonly manager?: string;
  readonly operation?: 'Apply' | 'Update';
  readonly apiVersion?: string;
  readonly time?: string;
  readonly subresource?: string;
  readonly fieldsV1?: unknown;
}

/** `kubectl/v1.32.0 (linux/amd64)` names itself `kubectl` where no field manager is given. */
export function managerName(fieldManager: string | undefined, userAgent: string | undefined): string {
  return fieldManager || (userAgent ?? '').split('/')[0] || 'unknown';
}

const typeOf = (kind: Kind): TypeRef => ({ is: 'struct', name: kind.type });

/** Fields that nobody owns: identity and bookkeeping. */
const STRIPPED = fromFieldsV1({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
});

/** What a write to the main resource cannot set, and the other way round. */
const STATUS = 'f:status';

function reset(set: FieldSet, subresource: string | undefined): FieldSet {
  const kept = [...set.children].filter(
    ([key]) => (key === STATUS) === (subresource === 'status') || (subresource === 'status' && key === 'f:metadata'),
  );
  return { member: false, children: new Map(kept) };
}

function readEntries(object: ApiObject | undefined): Entry[] {
  return ((object?.metadata.managedFields ?? []) as readonly StoredEntry[]).map((entry) => ({
    manager: entry.manager ?? '',
    operation: entry.operation ?? 'Update',
    apiVersion: entry.apiVersion ?? '',
    ...(entry.time ? { time: entry.time } : {}),
    ...(entry.subresource ? { subresource: entry.subresource } : {}),
    fields: fromFieldsV1(entry.fieldsV1),
  }));
}

/** Applies first, then by time and name, as upstream stores them. */
function writeEntries(entries: readonly Entry[]): unknown[] {
  const key = ({ operation, time = '', manager, subresource = '' }: Entry) => `${operation} ${time} ${manager} ${subresource}`;
  return entries
    .filter((entry) => !isEmpty(entry.fields))
    .sort((a, b) => (key(a) < key(b) ? -1 : 1))
    .map(({ fields, ...entry }) => ({ ...entry, fieldsType: 'FieldsV1', fieldsV1: toFieldsV1(fields) }));
}

function withEntries(object: ApiObject, entries: readonly Entry[]): ApiObject {
  const managedFields = writeEntries(entries);
  const { managedFields: _old, ...metadata } = object.metadata;
  return { ...object, metadata: managedFields.length > 0 ? { ...metadata, managedFields } : metadata };
}

const bare = (object: ApiObject | undefined): unknown => {
  if (!object) return { metadata: {} };
  const { managedFields: _none, ...metadata } = object.metadata;
  return { ...object, metadata };
};

/** The object with what this update changed on the writer's account. @param old undefined: it is new */
export function trackUpdate(kind: Kind, old: ApiObject | undefined, next: ApiObject, writer: Writer): ApiObject {
  const before = old ? bare(old) : { metadata: {}, spec: {} };
  const all = changesBetween(before, bare(next), typeOf(kind));
  const changed = difference(reset(all.changed, writer.subresource), STRIPPED);
  const gone = union(all.changed, all.removed);
  // A client that sends managedFields means them: that is how kubectl moves from client-side to server-side apply.
  const sent = next.metadata.managedFields;
  const entries = readEntries(sent && sent.length > 0 ? next : old);
  if (isEmpty(changed) && isEmpty(all.removed)) return withEntries(next, entries);
  const mine = (entry: Entry) =>
    entry.operation === 'Update' &&
    entry.manager === writer.manager &&
    entry.apiVersion === apiVersionOf(kind) &&
    entry.subresource === writer.subresource;
  const others = entries.filter((entry) => !mine(entry)).map((entry) => ({ ...entry, fields: difference(entry.fields, gone) }));
  const held = entries.find(mine)?.fields ?? NO_FIELDS;
  const own: Entry = {
    manager: writer.manager,
    operation: 'Update',
    apiVersion: apiVersionOf(kind),
    time: timestamp(writer.now),
    ...(writer.subresource ? { subresource: writer.subresource } : {}),
    fields: union(difference(held, all.removed), changed),
  };
  return withEntries(next, [...others, own]);
}

/** One field that another manager holds with another value. */
export interface Conflict {
  /** As upstream names the other side: `"kubectl-patch" using v1`. */
  readonly with: string;
  readonly fields: FieldSet;
}

function nameOf(entry: Entry): string {
  const name = JSON.stringify(entry.manager) + (entry.subresource ? ` with subresource ${JSON.stringify(entry.subresource)}` : '');
  return entry.operation === 'Update' ? `${name} using ${entry.apiVersion}` : name;
}

/** What an applied configuration names. */
export function appliedFields(kind: Kind, configuration: unknown): FieldSet {
  return difference(fieldsOf(configuration, typeOf(kind), false), STRIPPED);
}

const isOwn = (entry: Entry, writer: Writer) =>
  entry.operation === 'Apply' && entry.manager === writer.manager && entry.subresource === writer.subresource;

/** Fields this applier named before, does not name now, and nobody else holds: they go. */
export function abandonedFields(live: ApiObject, applied: FieldSet, writer: Writer): FieldSet {
  const entries = readEntries(live);
  const before = entries.find((entry) => isOwn(entry, writer))?.fields ?? NO_FIELDS;
  const held = entries.filter((entry) => !isOwn(entry, writer)).reduce((all, entry) => union(all, entry.fields), NO_FIELDS);
  return difference(difference(before, applied), held);
}

/** Where the merge would change what others hold. */
export function conflictsOf(kind: Kind, live: ApiObject, merged: ApiObject, applied: FieldSet, writer: Writer): Conflict[] {
  const { changed } = changesBetween(bare(live), bare(merged), typeOf(kind));
  const contested = intersection(changed, applied);
  return readEntries(live)
    .filter((entry) => !isOwn(entry, writer))
    .map((entry) => ({ with: nameOf(entry), fields: intersection(entry.fields, contested) }))
    .filter((conflict) => !isEmpty(conflict.fields));
}

/** The merged object with the applier's configuration on its account; contested fields leave their old owners. */
export function trackApply(
  kind: Kind,
  live: ApiObject | undefined,
  merged: ApiObject,
  applied: FieldSet,
  writer: Writer,
): ApiObject {
  const entries = readEntries(live);
  const contested = live ? changesBetween(bare(live), bare(merged), typeOf(kind)) : { changed: NO_FIELDS, removed: NO_FIELDS };
  const gone = union(contested.changed, contested.removed);
  const others = entries
    .filter((entry) => !isOwn(entry, writer))
    .map((entry) => ({ ...entry, fields: difference(entry.fields, gone) }));
  const before = entries.find((entry) => isOwn(entry, writer));
  const same = before !== undefined && equal(toFieldsV1(before.fields), toFieldsV1(applied)) && isEmpty(gone);
  const own: Entry = {
    manager: writer.manager,
    operation: 'Apply',
    apiVersion: apiVersionOf(kind),
    time: same ? before.time : timestamp(writer.now),
    ...(writer.subresource ? { subresource: writer.subresource } : {}),
    fields: applied,
  };
  return withEntries(merged, [...others, own]);
}
