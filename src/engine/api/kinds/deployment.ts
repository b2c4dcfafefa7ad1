/** apps/v1 Deployment. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { Deployment } from '../objects.ts';
import { containerCells, formatSelector } from '../printing.ts';
import { dns1123Subdomain } from '../validation/names.ts';
import { defaultTemplate } from './podtemplate.ts';

export const deploymentKind = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  generation: true,
  status: true,
  scale: true,
  validateName: dns1123Subdomain,
  defaults: (deployment) => {
    const spec = deployment.spec ?? {};
    const strategy = spec.strategy ?? {};
    const type = strategy.type || 'RollingUpdate';
    const rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...strategy.rollingUpdate };
    return {
      ...deployment,
      spec: {
        ...spec,
        replicas: spec.replicas ?? 1,
        strategy: type === 'RollingUpdate' ? { ...strategy, type, rollingUpdate } : { ...strategy, type },
        revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
        progressDeadlineSeconds: spec.progressDeadlineSeconds ?? 600,
        template: defaultTemplate(spec.template),
      },
      status: deployment.status ?? {},
    };
  },
  prepareCreate: (deployment) => ({ ...deployment, status: {} }),
  columns: columns('Name', 'Ready', 'Up-to-date#', 'Available#', 'Age', 'Containers*', 'Images*', 'Selector*'),
  row: ({ metadata, spec, status }, now) => [
    metadata.name,
    `${status?.readyReplicas ?? 0}/${spec.replicas}`,
    status?.updatedReplicas ?? 0,
    status?.availableReplicas ?? 0,
    age(metadata.creationTimestamp, now),
    ...containerCells(spec.template.spec),
    formatSelector(spec.selector),
  ],
});
