/**
 * core/v1 PersistentVolume: made by hand and bound to claims by controllers/volumes.ts. What is in it is not simulated. Models
 * pkg/apis/core/validation and plugin/pkg/admission/storage/storageobjectinuseprotection (v1.32).
 */
import { age } from '../age.ts';
import { equal } from '../equal.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import { structType } from '../schema/types.ts';
import { timestamp } from '../time.ts';
import { type FieldError, forbidden, notSupported, required } from '../validation/field.ts';
import { dns1123Subdomain } from '../validation/names.ts';

export interface PersistentVolume extends ApiObject {
  readonly spec: {
    readonly capacity?: Readonly<Record<string, string>>;
    readonly accessModes?: readonly string[];
    readonly claimRef?: { readonly namespace?: string; readonly name?: string; readonly uid?: string };
    readonly persistentVolumeReclaimPolicy?: string;
    readonly storageClassName?: string;
    readonly volumeMode?: string;
    readonly nodeAffinity?: { readonly required?: { readonly nodeSelectorTerms?: readonly unknown[] } };
    readonly hostPath?: { readonly path?: string; readonly type?: string };
    readonly [field: string]: unknown;
  };
  readonly status: {
    readonly phase?: string;
    readonly message?: string;
    readonly reason?: string;
    readonly lastPhaseTransitionTime?: string;
  };
}

export const ACCESS_MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** `RWO,ROX`. */
export function accessModesText(modes: readonly string[] = []): string {
  return Object.keys(ACCESS_MODES)
    .filter((mode) => modes.includes(mode))
    .map((mode) => ACCESS_MODES[mode])
    .join(',');
}

export function accessModeErrors(modes: readonly string[], at: string): FieldError[] {
  const known = Object.keys(ACCESS_MODES).sort();
  return modes.filter((mode) => !known.includes(mode)).map((mode) => notSupported(at, mode, known));
}

/** The object with a finalizer that a controller lifts when nothing needs it any more. */
export function protectedBy<T extends ApiObject>(object: T, finalizer: string): T {
  const { finalizers = [] } = object.metadata;
  if (finalizers.includes(finalizer)) return object;
  return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
}

/** Fields of the spec that say where the volume is: messages that stand inline in Go. */
function sourcesOf(spec: PersistentVolume['spec']): readonly string[] {
  const fields = structType('core.PersistentVolumeSpec')!.fields;
  return Object.keys(spec).filter((name) => fields.get(name)?.number.startsWith('2.'));
}

function validate({ spec }: PersistentVolume): FieldError[] {
  const errors: FieldError[] = [];
  const { accessModes = [], capacity = {} } = spec;
  if (accessModes.length === 0) errors.push(required('spec.accessModes'));
  errors.push(...accessModeErrors(accessModes, 'spec.accessModes'));
  const resources = Object.keys(capacity);
  if (resources.length === 0) errors.push(required('spec.capacity'));
  else if (resources.length > 1 || resources[0] !== 'storage')
    errors.push(notSupported('spec.capacity', { go: `core.ResourceList{…}` }, ['storage']));
  const [first, ...others] = sourcesOf(spec);
  if (first === undefined) errors.push(required('spec', 'must specify a volume type'));
  errors.push(...others.map((name) => forbidden(`spec.${name}`, 'may not specify more than 1 volume type')));
  if (spec.hostPath && !spec.hostPath.path) errors.push(required('spec.hostPath.path'));
  return errors;
}

function validateUpdate(next: PersistentVolume, old: PersistentVolume): FieldError[] {
  const moved = sourcesOf({ ...old.spec, ...next.spec }).some((name) => !equal(next.spec[name], old.spec[name]));
  // Upstream adds how the two differ, in a form of its own.
  return moved ? [forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation')] : [];
}

export const persistentVolumeKind = defineKind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  namespaced: false,
  status: true,
  validateName: dns1123Subdomain,
  defaults: (volume) => {
    const spec = volume.spec ?? {};
    return {
      ...volume,
      spec: {
        ...spec,
        ...(spec.hostPath ? { hostPath: { type: '', ...spec.hostPath } } : {}),
        persistentVolumeReclaimPolicy: spec.persistentVolumeReclaimPolicy ?? 'Retain',
        volumeMode: spec.volumeMode ?? 'Filesystem',
      },
      status: volume.status ?? { phase: 'Pending' },
    };
  },
  prepareCreate: (volume, { now }) => ({
    ...protectedBy(volume, 'kubernetes.io/pv-protection'),
    status: { phase: 'Pending', lastPhaseTransitionTime: timestamp(now) },
  }),
  validate,
  validateUpdate,
  columns: columns(
    'Name',
    'Capacity',
    'Access Modes',
    'Reclaim Policy',
    'Status',
    'Claim',
    'StorageClass',
    'VolumeAttributesClass',
    'Reason',
    'Age',
    'VolumeMode*',
  ),
  row: ({ metadata, spec, status }, now) => [
    metadata.name,
    spec.capacity?.storage ?? '0',
    accessModesText(spec.accessModes),
    spec.persistentVolumeReclaimPolicy ?? '',
    metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    spec.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '',
    spec.storageClassName ?? '',
    (spec.volumeAttributesClassName as string) || '<unset>',
    status?.reason ?? '',
    age(metadata.creationTimestamp, now),
    spec.volumeMode ?? '<unset>',
  ],
});
