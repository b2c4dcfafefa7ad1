/**
 * core/v1 PersistentVolumeClaim: bound to a volume by controllers/volumes.ts, or Pending. Models pkg/apis/core/validation and the admission
 * plugins DefaultStorageClass and StorageObjectInUseProtection (v1.32).
 */
import { age } from '../age.ts';
import { equal } from '../equal.ts';
import { columns, defineKind, type WriteScope } from '../kind.ts';
import type { ApiObject, LabelSelector } from '../objects.ts';
import { objectsOf } from '../storage.ts';
import { type FieldError, forbidden, invalid, required } from '../validation/field.ts';
import { dns1123Subdomain } from '../validation/names.ts';
import { accessModeErrors, accessModesText, protectedBy } from './persistentvolume.ts';
import { parseQuantity } from './quantity.ts';
import { isDefaultClass, type StorageClass } from './storageclass.ts';

export interface PersistentVolumeClaim extends ApiObject {
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
    readonly selector?: LabelSelector;
    readonly storageClassName?: string;
    readonly volumeName?: string;
    readonly volumeMode?: string;
    readonly volumeAttributesClassName?: string;
  };
  readonly status: {
    readonly phase?: string;
    readonly accessModes?: readonly string[];
    readonly capacity?: Readonly<Record<string, string>>;
  };
}

function validate({ spec }: PersistentVolumeClaim): FieldError[] {
  const { accessModes = [] } = spec;
  const errors = accessModes.length === 0 ? [required('spec.accessModes', 'at least 1 access mode is required')] : [];
  errors.push(...accessModeErrors(accessModes, 'spec.accessModes'));
  const wanted = spec.resources?.requests?.storage;
  if (wanted === undefined) errors.push(required('spec.resources[storage]'));
  else if ((parseQuantity(wanted) ?? 0) <= 0) errors.push(invalid('spec.resources[storage]', wanted, 'must be greater than zero'));
  if (spec.storageClassName)
    errors.push(
      ...dns1123Subdomain(spec.storageClassName).map((text) => invalid('spec.storageClassName', spec.storageClassName, text)),
    );
  return errors;
}

const FIXED = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

function validateUpdate(next: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const bound = old.status?.phase === 'Bound';
  const free = (spec: PersistentVolumeClaim['spec']) => ({
    ...spec,
    volumeName: old.spec.volumeName ? spec.volumeName : undefined,
    resources: bound ? undefined : spec.resources,
    volumeAttributesClassName: bound ? undefined : spec.volumeAttributesClassName,
  });
  // Upstream adds how the two differ, in a form of its own.
  return equal(free(next.spec), free(old.spec)) ? [] : [forbidden('spec', FIXED)];
}

/** The class that claims get when they name none: of several the newest. */
function withClass(claim: PersistentVolumeClaim, { api }: WriteScope): PersistentVolumeClaim {
  if (claim.spec.storageClassName !== undefined) return claim;
  const defaults = Object.values(objectsOf<StorageClass>(api, 'storageclasses.storage.k8s.io')).filter(isDefaultClass);
  const newest = defaults.sort((a, b) => (a.metadata.creationTimestamp > b.metadata.creationTimestamp ? -1 : 1))[0];
  return newest ? { ...claim, spec: { ...claim.spec, storageClassName: newest.metadata.name } } : claim;
}

export const persistentVolumeClaimKind = defineKind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  namespaced: true,
  status: true,
  validateName: dns1123Subdomain,
  defaults: (claim) => ({
    ...claim,
    spec: { ...claim.spec, volumeMode: claim.spec?.volumeMode ?? 'Filesystem' },
    status: claim.status ?? { phase: 'Pending' },
  }),
  prepareCreate: (claim, scope) => ({
    ...protectedBy(withClass(claim, scope), 'kubernetes.io/pvc-protection'),
    status: { phase: 'Pending' },
  }),
  validate,
  validateUpdate,
  columns: columns(
    'Name',
    'Status',
    'Volume',
    'Capacity',
    'Access Modes',
    'StorageClass',
    'VolumeAttributesClass',
    'Age',
    'VolumeMode*',
  ),
  row: ({ metadata, spec, status }, now) => [
    metadata.name,
    metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    spec.volumeName ?? '',
    spec.volumeName ? (status?.capacity?.storage ?? '0') : '',
    spec.volumeName ? accessModesText(status?.accessModes) : '',
    spec.storageClassName ?? '',
    spec.volumeAttributesClassName || '<unset>',
    age(metadata.creationTimestamp, now),
    spec.volumeMode ?? '<unset>',
  ],
});
