/** core/v1 ConfigMap. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject, ConfigMap } from '../objects.ts';
import { type FieldError, forbidden, invalid, tooLong } from '../validation/field.ts';
import { configMapKey, dns1123Subdomain } from '../validation/names.ts';

const MAX_BYTES = 1024 * 1024;

/** Keys and total size of `data` and `binaryData`, for ConfigMaps and Secrets alike. */
export function validateData(maps: Readonly<Record<string, Readonly<Record<string, string>> | undefined>>): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [field, map] of Object.entries(maps)) {
    for (const [key, value] of Object.entries(map ?? {})) {
      errors.push(...configMapKey(key).map((text) => invalid(`${field}[${key}]`, key, text)));
      size += value.length;
    }
  }
  if (size > MAX_BYTES) errors.push(tooLong('', MAX_BYTES));
  return errors;
}

type WithImmutable = ApiObject & { readonly immutable?: boolean };

export const configMapKind = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  namespaced: true,
  validateName: dns1123Subdomain,
  validate: (map) => validateData({ data: map.data, binaryData: map.binaryData as Readonly<Record<string, string>> }),
  validateUpdate: (next, old) => {
    if (!(old as WithImmutable).immutable) return [];
    const errors: FieldError[] = [];
    if (!(next as WithImmutable).immutable) errors.push(forbidden('immutable', 'field is immutable when `immutable` is set'));
    if (next.data !== old.data) errors.push(forbidden('data', 'field is immutable when `immutable` is set'));
    return errors;
  },
  columns: columns('Name', 'Data', 'Age'),
  row: (map, now) => [
    map.metadata.name,
    Object.keys(map.data ?? {}).length + Object.keys((map.binaryData as object) ?? {}).length,
    age(map.metadata.creationTimestamp, now),
  ],
});
