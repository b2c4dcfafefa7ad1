/** apps/v1 StatefulSet. Its volume claim templates are completed as claims are. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject, LabelSelector, PodTemplate } from '../objects.ts';
import { containerCells } from '../printing.ts';
import { dns1123Label } from '../validation/names.ts';
import type { PersistentVolumeClaim } from './persistentvolumeclaim.ts';
import { notNegative } from './pod-validation.ts';
import { defaultTemplate } from './podtemplate.ts';
import { selectorIsFixed, validateWorkload } from './workload-validation.ts';

interface StatefulSet extends ApiObject {
  readonly spec: {
    readonly replicas: number;
    readonly selector?: LabelSelector;
    readonly serviceName?: string;
    readonly template: PodTemplate;
    readonly podManagementPolicy?: string;
    readonly updateStrategy?: { readonly type?: string; readonly rollingUpdate?: object };
    readonly revisionHistoryLimit?: number;
    readonly volumeClaimTemplates?: readonly PersistentVolumeClaim[];
  };
  readonly status: { readonly replicas: number; readonly readyReplicas?: number; readonly availableReplicas: number };
}

function defaultClaim(claim: PersistentVolumeClaim): PersistentVolumeClaim {
  return {
    ...claim,
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { ...claim.metadata, creationTimestamp: claim.metadata?.creationTimestamp ?? (null as unknown as string) },
    spec: { ...claim.spec, volumeMode: claim.spec?.volumeMode ?? 'Filesystem' },
    status: claim.status ?? { phase: 'Pending' },
  };
}

/** The containers may mount what only the pods will have: the claims made of the templates. */
function withClaimVolumes(spec: StatefulSet['spec']): StatefulSet['spec'] {
  if (!spec.volumeClaimTemplates) return spec;
  const own = spec.volumeClaimTemplates.map(({ metadata }) => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: metadata.name },
  }));
  const pod = spec.template.spec;
  const volumes = [...own, ...((pod.volumes ?? []) as readonly unknown[])];
  return { ...spec, template: { ...spec.template, spec: { ...pod, volumes } } };
}

export const statefulSetKind = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  namespaced: true,
  generation: true,
  status: true,
  scale: true,
  validateName: dns1123Label,
  defaults: (set) => {
    const strategy = set.spec?.updateStrategy ?? {};
    const type = strategy.type || 'RollingUpdate';
    return {
      ...set,
      spec: {
        ...set.spec,
        replicas: set.spec?.replicas ?? 1,
        podManagementPolicy: set.spec?.podManagementPolicy || 'OrderedReady',
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        revisionHistoryLimit: set.spec?.revisionHistoryLimit ?? 10,
        updateStrategy:
          type === 'RollingUpdate' ? { ...strategy, type, rollingUpdate: { partition: 0, ...strategy.rollingUpdate } } : strategy,
        template: defaultTemplate(set.spec?.template),
        ...(set.spec?.volumeClaimTemplates ? { volumeClaimTemplates: set.spec.volumeClaimTemplates.map(defaultClaim) } : {}),
      },
      status: set.status ?? { replicas: 0, availableReplicas: 0 },
    };
  },
  prepareCreate: (set) => ({ ...set, status: { replicas: 0, availableReplicas: 0 } }),
  validate: (set) => [
    ...notNegative('spec.replicas', set.spec.replicas),
    ...validateWorkload(withClaimVolumes(set.spec), 'statefulset'),
  ],
  validateUpdate: (next, old) => selectorIsFixed(next.spec.selector, old.spec.selector),
  columns: columns('Name', 'Ready', 'Age', 'Containers*', 'Images*'),
  row: ({ metadata, spec, status }, now) => [
    metadata.name,
    `${status?.readyReplicas ?? 0}/${spec.replicas}`,
    age(metadata.creationTimestamp, now),
    ...containerCells(spec.template.spec),
  ],
});
