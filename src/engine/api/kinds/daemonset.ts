/** apps/v1 DaemonSet. */
import { age } from '../age.ts';
import { equal } from '../equal.ts';
import { columns, defineKind } from '../kind.ts';
import type { DaemonSet } from '../objects.ts';
import { containerCells, formatLabels, formatSelector } from '../printing.ts';
import { dns1123Subdomain } from '../validation/names.ts';
import { defaultTemplate } from './podtemplate.ts';
import { selectorIsFixed, validateWorkload } from './workload-validation.ts';

const NONE: DaemonSet['status'] = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 };

/** The deprecated template generation lives on as an annotation in apps/v1. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

interface UpdateStrategy {
  readonly type?: string;
  readonly rollingUpdate?: object;
}

export const daemonSetKind = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  namespaced: true,
  generation: true,
  status: true,
  validateName: dns1123Subdomain,
  defaults: (set) => {
    const strategy = (set.spec?.updateStrategy ?? {}) as UpdateStrategy;
    const type = strategy.type || 'RollingUpdate';
    const rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...strategy.rollingUpdate };
    return {
      ...set,
      spec: {
        ...set.spec,
        updateStrategy: type === 'RollingUpdate' ? { ...strategy, type, rollingUpdate } : { ...strategy, type },
        revisionHistoryLimit: set.spec?.revisionHistoryLimit ?? 10,
        template: defaultTemplate(set.spec?.template),
      },
      status: set.status ?? NONE,
    };
  },
  prepareCreate: (set) => ({
    ...set,
    metadata: {
      ...set.metadata,
      annotations: { ...set.metadata.annotations, [TEMPLATE_GENERATION]: '1' },
    },
    status: NONE,
  }),
  prepareUpdate: (next, old) => {
    if (equal(next.spec.template, old.spec.template)) return next;
    const generation = Number(old.metadata.annotations?.[TEMPLATE_GENERATION] ?? 1) + 1;
    const annotations = { ...next.metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
    return { ...next, metadata: { ...next.metadata, annotations } };
  },
  validate: (set) => [...validateWorkload(set.spec, 'daemonset')],
  validateUpdate: (next, old) => selectorIsFixed(next.spec.selector, old.spec.selector),
  columns: columns(
    'Name',
    'Desired#',
    'Current#',
    'Ready#',
    'Up-to-date#',
    'Available#',
    'Node Selector',
    'Age',
    'Containers*',
    'Images*',
    'Selector*',
  ),
  row: ({ metadata, spec, status }, now) => [
    metadata.name,
    status?.desiredNumberScheduled ?? 0,
    status?.currentNumberScheduled ?? 0,
    status?.numberReady ?? 0,
    status?.updatedNumberScheduled ?? 0,
    status?.numberAvailable ?? 0,
    formatLabels(spec.template.spec.nodeSelector),
    age(metadata.creationTimestamp, now),
    ...containerCells(spec.template.spec),
    formatSelector(spec.selector),
  ],
});
