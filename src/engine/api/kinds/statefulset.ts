/** apps/v1 StatefulSet. Volume claims are stored and printed only. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject, LabelSelector, PodTemplate } from '../objects.ts';
import { containerCells } from '../printing.ts';
import { dns1123Label } from '../validation/names.ts';
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
  };
  readonly status: { readonly replicas: number; readonly readyReplicas?: number; readonly availableReplicas: number };
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
      },
      status: set.status ?? { replicas: 0, availableReplicas: 0 },
    };
  },
  prepareCreate: (set) => ({ ...set, status: { replicas: 0, availableReplicas: 0 } }),
  validate: (set) => [...notNegative('spec.replicas', set.spec.replicas), ...validateWorkload(set.spec, 'statefulset')],
  validateUpdate: (next, old) => selectorIsFixed(next.spec.selector, old.spec.selector),
  columns: columns('Name', 'Ready', 'Age', 'Containers*', 'Images*'),
  row: ({ metadata, spec, status }, now) => [
    metadata.name,
    `${status?.readyReplicas ?? 0}/${spec.replicas}`,
    age(metadata.creationTimestamp, now),
    ...containerCells(spec.template.spec),
  ],
});
