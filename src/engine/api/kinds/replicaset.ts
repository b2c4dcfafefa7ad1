/** apps/v1 ReplicaSet. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ReplicaSet } from '../objects.ts';
import { containerCells, formatSelector } from '../printing.ts';
import { dns1123Subdomain } from '../validation/names.ts';
import { notNegative } from './pod-validation.ts';
import { defaultTemplate } from './podtemplate.ts';
import { selectorIsFixed, validateWorkload } from './workload-validation.ts';

export const replicaSetKind = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  generation: true,
  status: true,
  scale: true,
  validateName: dns1123Subdomain,
  defaults: (set) => ({
    ...set,
    spec: { ...set.spec, replicas: set.spec?.replicas ?? 1, template: defaultTemplate(set.spec?.template) },
    status: set.status ?? { replicas: 0 },
  }),
  prepareCreate: (set) => ({ ...set, status: { replicas: 0 } }),
  fields: (set) => ({ 'status.replicas': String(set.status?.replicas ?? 0) }),
  validate: (set) => [...notNegative('spec.replicas', set.spec.replicas), ...validateWorkload(set.spec, 'deployment')],
  validateUpdate: (next, old) => selectorIsFixed(next.spec.selector, old.spec.selector),
  columns: columns('Name', 'Desired#', 'Current#', 'Ready#', 'Age', 'Containers*', 'Images*', 'Selector*'),
  row: ({ metadata, spec, status }, now) => [
    metadata.name,
    spec.replicas,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    age(metadata.creationTimestamp, now),
    ...containerCells(spec.template.spec),
    formatSelector(spec.selector),
  ],
});
