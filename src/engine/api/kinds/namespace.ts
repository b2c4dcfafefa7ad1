/**
 * core/v1 Namespace: the metadata.name label, the `kubernetes` finalizer that the namespace controller lifts, Active/Terminating.
 * Its `default` ServiceAccount and `kube-root-ca.crt` ConfigMap are made by controllers, as upstream.
 */

import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { Namespace } from '../objects.ts';
import { dns1123Label } from '../validation/names.ts';

/** Admission plugin NamespaceLifecycle keeps these. */
const IMMORTAL = ['default', 'kube-system', 'kube-public'];

export const namespaceKind = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  status: true,
  validateName: dns1123Label,
  defaults: (namespace) => {
    const { name, labels } = namespace.metadata;
    if (!name || labels?.['kubernetes.io/metadata.name'] === name) return namespace;
    return { ...namespace, metadata: { ...namespace.metadata, labels: { ...labels, 'kubernetes.io/metadata.name': name } } };
  },
  prepareCreate: (namespace) => {
    const finalizers = namespace.spec?.finalizers ?? [];
    const held = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'];
    return { ...namespace, spec: { ...namespace.spec, finalizers: held }, status: { phase: 'Active' } };
  },
  prepareUpdate: (next, old) => ({ ...next, spec: { ...next.spec, finalizers: old.spec.finalizers } }),
  forbidsDelete: ({ metadata }) => (IMMORTAL.includes(metadata.name) ? 'this namespace may not be deleted' : undefined),
  holdsDeletion: (namespace) => (namespace.spec?.finalizers ?? []).length > 0,
  whenDeleting: (namespace) => ({ ...namespace, status: { ...namespace.status, phase: 'Terminating' } }),
  fields: (namespace) => ({ name: namespace.metadata.name, 'status.phase': namespace.status?.phase ?? '' }),
  columns: columns('Name', 'Status', 'Age'),
  row: (namespace, now) => [namespace.metadata.name, namespace.status?.phase ?? '', age(namespace.metadata.creationTimestamp, now)],
});
