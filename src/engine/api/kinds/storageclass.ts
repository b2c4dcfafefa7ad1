/**
 * storage.k8s.io/v1 StorageClass. The lab has no storage drivers: claims of a class get the volumes somebody made for it by hand. Models
 * pkg/apis/storage/validation (v1.32).
 */
import { age } from '../age.ts';
import { equal } from '../equal.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import { type FieldError, forbidden, invalid, notSupported, required } from '../validation/field.ts';
import { dns1123Subdomain } from '../validation/names.ts';

export interface StorageClass extends ApiObject {
  readonly provisioner: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly reclaimPolicy?: string;
  readonly volumeBindingMode?: string;
  readonly allowVolumeExpansion?: boolean;
}

const DEFAULT = 'storageclass.kubernetes.io/is-default-class';
const POLICIES = ['Delete', 'Retain'];
const MODES = ['Immediate', 'WaitForFirstConsumer'];

/** Whether claims that name no class get this one. */
export const isDefaultClass = ({ metadata }: ApiObject): boolean => metadata.annotations?.[DEFAULT] === 'true';

function validate({ provisioner, reclaimPolicy, volumeBindingMode }: StorageClass): FieldError[] {
  const errors = provisioner ? [] : [required('provisioner')];
  if (reclaimPolicy && !POLICIES.includes(reclaimPolicy)) errors.push(notSupported('reclaimPolicy', reclaimPolicy, POLICIES));
  if (volumeBindingMode && !MODES.includes(volumeBindingMode))
    errors.push(notSupported('volumeBindingMode', volumeBindingMode, MODES));
  return errors;
}

function validateUpdate(next: StorageClass, old: StorageClass): FieldError[] {
  const fixed = (['parameters', 'provisioner', 'reclaimPolicy'] as const).filter((field) => !equal(next[field], old[field]));
  const errors = fixed.map((field) => forbidden(field, `updates to ${field} are forbidden.`));
  if (next.volumeBindingMode === old.volumeBindingMode) return errors;
  return [...errors, invalid('volumeBindingMode', next.volumeBindingMode, 'field is immutable')];
}

export const storageClassKind = defineKind<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  namespaced: false,
  validateName: dns1123Subdomain,
  defaults: (object) => ({
    ...object,
    reclaimPolicy: object.reclaimPolicy ?? 'Delete',
    volumeBindingMode: object.volumeBindingMode ?? 'Immediate',
  }),
  validate,
  validateUpdate,
  columns: columns('Name', 'Provisioner', 'ReclaimPolicy', 'VolumeBindingMode', 'AllowVolumeExpansion', 'Age'),
  row: (object, now) => [
    isDefaultClass(object) ? `${object.metadata.name} (default)` : object.metadata.name,
    object.provisioner,
    object.reclaimPolicy ?? 'Delete',
    object.volumeBindingMode ?? '<unset>',
    String(object.allowVolumeExpansion ?? false),
    age(object.metadata.creationTimestamp, now),
  ],
});
