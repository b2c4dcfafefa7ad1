/** apps/v1 Deployment. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { Deployment } from '../objects.ts';
import { containerCells, formatSelector } from '../printing.ts';
import { type FieldError, forbidden, invalid, notSupported } from '../validation/field.ts';
import { dns1123Subdomain, percent } from '../validation/names.ts';
import { notNegative } from './pod-validation.ts';
import { defaultTemplate } from './podtemplate.ts';
import { selectorIsFixed, validateWorkload } from './workload-validation.ts';

const STRATEGIES = ['Recreate', 'RollingUpdate'];

const isZero = (value: number | string | undefined) => value === undefined || value === 0 || value === '0%';

const goNumber = (value: number | string) =>
  typeof value === 'number'
    ? { go: `intstr.IntOrString{Type:0, IntVal:${value}, StrVal:""}` }
    : { go: `intstr.IntOrString{Type:1, IntVal:0, StrVal:"${value}"}` };

function strategyErrors({ spec }: Deployment): FieldError[] {
  const { type = '', rollingUpdate } = spec.strategy ?? {};
  if (!STRATEGIES.includes(type)) return [notSupported('spec.strategy.type', type, STRATEGIES)];
  if (type === 'Recreate') {
    const why = "may not be specified when strategy `type` is 'Recreate'";
    return rollingUpdate ? [forbidden('spec.strategy.rollingUpdate', why)] : [];
  }
  const errors: FieldError[] = [];
  for (const field of ['maxUnavailable', 'maxSurge'] as const) {
    const value = rollingUpdate?.[field];
    const at = `spec.strategy.rollingUpdate.${field}`;
    if (typeof value === 'number') errors.push(...notNegative(at, value));
    else if (value !== undefined) errors.push(...percent(value).map((text) => invalid(at, goNumber(value), text)));
  }
  if (isZero(rollingUpdate?.maxUnavailable) && isZero(rollingUpdate?.maxSurge)) {
    const value = goNumber(rollingUpdate?.maxUnavailable ?? 0);
    errors.push(invalid('spec.strategy.rollingUpdate.maxUnavailable', value, 'may not be 0 when `maxSurge` is 0'));
  }
  return errors;
}

function deadlineErrors({ spec }: Deployment): FieldError[] {
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec;
  const at = 'spec.progressDeadlineSeconds';
  if (deadline === undefined) return [];
  if (deadline < 0) return notNegative(at, deadline);
  return deadline <= minReadySeconds ? [invalid(at, deadline, 'must be greater than minReadySeconds')] : [];
}

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
  validate: (deployment) => [
    ...notNegative('spec.replicas', deployment.spec.replicas),
    ...validateWorkload(deployment.spec, 'deployment'),
    ...strategyErrors(deployment),
    ...notNegative('spec.minReadySeconds', deployment.spec.minReadySeconds),
    ...notNegative('spec.revisionHistoryLimit', deployment.spec.revisionHistoryLimit),
    ...deadlineErrors(deployment),
  ],
  validateUpdate: (next, old) => selectorIsFixed(next.spec.selector, old.spec.selector),
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
