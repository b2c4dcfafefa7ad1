/** What metadata must look like. Models apimachinery's pkg/api/validation/objectmeta.go. */

import { equal } from '../equal.ts';
import type { Kind } from '../kind.ts';
import type { ObjectMeta, OwnerReference } from '../objects.ts';
import { type FieldError, forbidden, invalid, required, tooLong } from './field.ts';
import { labelValue, qualifiedName } from './names.ts';

const MAX_ANNOTATIONS = 256 * 1024;

export function validateLabels(labels: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedName(key).map((text) => invalid(field, key, text)),
    ...labelValue(value).map((text) => invalid(field, value, text)),
  ]);
}

export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  const entries = Object.entries(annotations ?? {});
  const errors = entries.flatMap(([key]) => qualifiedName(key.toLowerCase()).map((text) => invalid(field, key, text)));
  const size = entries.reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return size > MAX_ANNOTATIONS ? [...errors, tooLong(field, MAX_ANNOTATIONS)] : errors;
}

function validateOwners(owners: readonly OwnerReference[] | undefined): FieldError[] {
  const field = 'metadata.ownerReferences';
  return (owners ?? []).flatMap((owner) => [
    ...(owner.apiVersion ? [] : [invalid(`${field}.apiVersion`, '', 'version must not be empty')]),
    ...(owner.kind ? [] : [invalid(`${field}.kind`, '', 'kind must not be empty')]),
    ...(owner.name ? [] : [invalid(`${field}.name`, '', 'name must not be empty')]),
    ...(owner.uid ? [] : [invalid(`${field}.uid`, '', 'uid must not be empty')]),
  ]);
}

function validateFinalizers(finalizers: readonly string[] | undefined): FieldError[] {
  return (finalizers ?? []).flatMap((name) => {
    const field = 'metadata.finalizers';
    const wrong = qualifiedName(name);
    if (wrong.length > 0) return wrong.map((text) => invalid(field, name, text));
    const standard = ['orphan', 'foregroundDeletion', 'kubernetes'].includes(name);
    const hint = 'name is neither a standard finalizer name nor is it fully qualified';
    return standard || name.includes('/') ? [] : [invalid(field, name, hint)];
  });
}

export function validateMetadata(kind: Kind, metadata: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  const { name, generateName, namespace } = metadata;
  if (generateName)
    errors.push(
      ...kind
        .validateName(generateName.replace(/-$/, 'a'), true)
        .map((text) => invalid('metadata.generateName', generateName, text)),
    );
  if (!name) errors.push(required('metadata.name', 'name or generateName is required'));
  else errors.push(...kind.validateName(name, false).map((text) => invalid('metadata.name', name, text)));
  if (kind.namespaced && !namespace) errors.push(required('metadata.namespace', ''));
  return [
    ...errors,
    ...validateLabels(metadata.labels, 'metadata.labels'),
    ...validateAnnotations(metadata.annotations, 'metadata.annotations'),
    ...validateOwners(metadata.ownerReferences),
    ...validateFinalizers(metadata.finalizers),
  ];
}

const IMMUTABLE = ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const;

export function validateMetadataUpdate(next: ObjectMeta, old: ObjectMeta): FieldError[] {
  const errors: FieldError[] = [];
  const added = (next.finalizers ?? []).filter((name) => !(old.finalizers ?? []).includes(name));
  if (old.deletionTimestamp && added.length > 0) {
    const listed = `[]string{${added.map((name) => JSON.stringify(name)).join(', ')}}`;
    errors.push(
      forbidden(
        'metadata.finalizers',
        `no new finalizers can be added if the object is being deleted, found new finalizers ${listed}`,
      ),
    );
  }
  for (const field of IMMUTABLE) {
    if (!equal(next[field], old[field])) errors.push(invalid(`metadata.${field}`, next[field], 'field is immutable'));
  }
  return [
    ...errors,
    ...validateLabels(next.labels, 'metadata.labels'),
    ...validateAnnotations(next.annotations, 'metadata.annotations'),
    ...validateFinalizers(next.finalizers),
  ];
}
