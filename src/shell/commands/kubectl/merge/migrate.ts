/**
 * What `kubectl apply --server-side` does for an object that was applied by the client before: the annotation gets an owner of its own,
 * and what the client-side managers own passes to the server-side one. Models migrateToSSAIfNecessary of k8s.io/kubectl and
 * client-go's csaupgrade.
 */
import { fieldsTogether, fieldsWithout, fromFieldsV1, toFieldsV1 } from '../../../../engine/index.ts';
import { LAST_APPLIED } from '../lastapplied.ts';
import { type Doc, dig, equal, items, text, type Value } from '../value.ts';

const ANNOTATION = fromFieldsV1({ 'f:metadata': { 'f:annotations': { [`f:${LAST_APPLIED}`]: {} } } });

const ownsAnnotation = (entry: Value) => dig(entry, 'fieldsV1', 'f:metadata', 'f:annotations', `f:${LAST_APPLIED}`) !== undefined;

/** Managers of one operation that own the last-applied annotation. */
export function annotationOwners(object: Value, operation: 'Apply' | 'Update'): readonly string[] {
  const entries = items(object, 'metadata', 'managedFields').filter(
    (entry) => text(entry, 'operation') === operation && ownsAnnotation(entry),
  );
  return [...new Set(entries.map((entry) => text(entry, 'manager')))].sort();
}

const isOf = (entry: Value, manager: string, operation: string) =>
  text(entry, 'manager') === manager && text(entry, 'operation') === operation && text(entry, 'subresource') === '';

/** One client-side manager's fields go over to the server-side one. */
function upgraded(entries: readonly Value[], from: string, to: string): readonly Value[] {
  let at = entries.findIndex((entry) => isOf(entry, to, 'Apply'));
  const given = at < 0 ? entries.findIndex((entry) => isOf(entry, from, 'Update')) : -1;
  if (at < 0 && given < 0) return entries;
  const next = [...entries];
  if (at < 0) {
    at = given;
    next[at] = { ...(entries[at] as Doc), manager: to, operation: 'Apply' };
  }
  const target = next[at] as Doc;
  const other = next.find((entry) => isOf(entry, from, 'Update') && text(entry, 'apiVersion') === text(target, 'apiVersion'));
  const own = fromFieldsV1(target.fieldsV1);
  const all = other === undefined ? own : fieldsTogether(own, fromFieldsV1(dig(other, 'fieldsV1')));
  next[at] = { ...target, fieldsV1: toFieldsV1(fieldsWithout(all, ANNOTATION)) as Doc };
  return next.filter((entry) => !isOf(entry, from, 'Update'));
}

/** The JSON patch that hands the fields over; undefined when there is nothing to hand over. */
export function migration(object: Value, to: string): Value | undefined {
  const before = items(object, 'metadata', 'managedFields');
  const after = annotationOwners(object, 'Update').reduce<readonly Value[]>((all, from) => upgraded(all, from, to), before);
  if (equal(before, after)) return undefined;
  return [
    { op: 'replace', path: '/metadata/managedFields', value: after },
    { op: 'replace', path: '/metadata/resourceVersion', value: text(object, 'metadata', 'resourceVersion') },
  ];
}
