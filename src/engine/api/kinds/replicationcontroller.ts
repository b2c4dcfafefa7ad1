/** core/v1 ReplicationController: the ReplicaSet of old, whose selector is a plain map of labels. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject, PodTemplate, ReplicaSet } from '../objects.ts';
import { containerCells, formatLabels } from '../printing.ts';
import { type FieldError, goValue, invalid, required } from '../validation/field.ts';
import { dns1123Subdomain } from '../validation/names.ts';
import { notNegative } from './pod-validation.ts';
import { defaultTemplate } from './podtemplate.ts';
import { validateTemplate } from './workload-validation.ts';

export interface ReplicationController extends ApiObject {
  readonly spec: {
    readonly replicas: number;
    readonly minReadySeconds?: number;
    readonly selector?: Readonly<Record<string, string>>;
    readonly template: PodTemplate;
  };
  readonly status: ReplicaSet['status'];
}

type Given = Partial<ReplicationController['spec']> | undefined;

function validate({ spec }: ReplicationController): FieldError[] {
  const errors = notNegative('spec.replicas', spec.replicas);
  const selector = Object.entries(spec.selector ?? {});
  if (selector.length === 0) errors.push(required('spec.selector'));
  if (!spec.template) return [...errors, required('spec.template')];
  const labels = spec.template.metadata?.labels;
  if (selector.some(([key, value]) => labels?.[key] !== value)) {
    const shown = { go: labels ? goValue(labels) : 'map[string]string(nil)' };
    errors.push(invalid('spec.template.metadata.labels', shown, '`selector` does not match template `labels`'));
  }
  return [...errors, ...validateTemplate(spec.template)];
}

export const replicationControllerKind = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  generation: true,
  status: true,
  scale: true,
  validateName: dns1123Subdomain,
  defaults: (controller) => {
    const spec: Given = controller.spec;
    const labels = spec?.template?.metadata?.labels;
    const selects = Object.keys(spec?.selector ?? {}).length > 0;
    const labelled = Object.keys(controller.metadata.labels ?? {}).length > 0;
    return {
      ...controller,
      metadata: labels && !labelled ? { ...controller.metadata, labels } : controller.metadata,
      spec: {
        ...controller.spec,
        replicas: spec?.replicas ?? 1,
        ...(labels && !selects ? { selector: labels } : {}),
        ...(spec?.template ? { template: defaultTemplate(spec.template) } : {}),
      },
      status: controller.status ?? { replicas: 0 },
    };
  },
  prepareCreate: (controller) => ({ ...controller, status: { replicas: 0 } }),
  fields: (controller) => ({ 'status.replicas': String(controller.status?.replicas ?? 0) }),
  validate,
  columns: columns('Name', 'Desired#', 'Current#', 'Ready#', 'Age', 'Containers*', 'Images*', 'Selector*'),
  row: ({ metadata, spec, status }, now) => [
    metadata.name,
    spec.replicas,
    status?.replicas ?? 0,
    status?.readyReplicas ?? 0,
    age(metadata.creationTimestamp, now),
    ...containerCells(spec.template?.spec),
    formatLabels(spec.selector),
  ],
});
