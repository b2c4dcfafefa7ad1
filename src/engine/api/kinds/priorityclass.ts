/**
 * scheduling.k8s.io/v1 PriorityClass: the two that every cluster has, which the pods of the control plane and of Calico name. Others
 * cannot be made: the lab's scheduler does not preempt. Models pkg/apis/scheduling and plugin/pkg/admission/priority.
 */
import { uuid } from '../../net/random.ts';
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject, Namespace } from '../objects.ts';
import { type ApiState, getObject } from '../storage.ts';

interface PriorityClass extends ApiObject {
  readonly value: number;
  readonly globalDefault?: boolean;
  readonly description?: string;
  readonly preemptionPolicy: string;
}

/** What a pod that names it counts, by name. */
export const SYSTEM_PRIORITIES: ReadonlyMap<string, number> = new Map([
  ['system-node-critical', 2000001000],
  ['system-cluster-critical', 2000000000],
]);

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'system-node-critical': 'Used for system critical pods that must not be moved from their current node.',
  'system-cluster-critical':
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
};

/** The API server makes them when it first starts, as it makes kube-system. */
function systemClasses(api: ApiState): readonly PriorityClass[] {
  const born = getObject<Namespace>(api, 'namespaces', 'kube-system')?.metadata;
  if (!born) return [];
  return [...SYSTEM_PRIORITIES].map(([name, value]) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: {
      name,
      uid: uuid('priorityclass', name, born.uid),
      creationTimestamp: born.creationTimestamp,
      generation: 1,
      ...(born.resourceVersion ? { resourceVersion: born.resourceVersion } : {}),
    },
    description: DESCRIPTIONS[name],
    preemptionPolicy: 'PreemptLowerPriority',
    value,
  }));
}

export const priorityClassKind = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  namespaced: false,
  simulated: false,
  derived: systemClasses,
  forbidsDelete: () => 'this is a system priority class and cannot be deleted',
  columns: [
    ...columns('Name', 'Value#'),
    { name: 'Global-Default', type: 'boolean', format: '', priority: 0, description: '' },
    ...columns('Age', 'PreemptionPolicy'),
  ],
  row: ({ metadata, value, globalDefault, preemptionPolicy }, now) => [
    metadata.name,
    value,
    globalDefault ?? false,
    age(metadata.creationTimestamp, now),
    preemptionPolicy,
  ],
});
