/**
 * Namespace lifecycle: a namespace being deleted loses its contents, then goes; a new one gets its default ServiceAccount and the
 * ConfigMap with the cluster's root certificate.
 *
 * Reads and writes everything. Models pkg/controller/namespace/deletion, pkg/controller/serviceaccount and
 * pkg/controller/certificates/rootcacertpublisher v1.32. Leaves out discovery failures and custom finalizers on namespaces.
 */
import type { ApiObject, Condition, Namespace } from '../api/objects.ts';
import { type ApiState, getObject, keyOf, objectsOf, type ResourceName, removeObject } from '../api/storage.ts';
import { timestamp } from '../api/time.ts';
import { createObject, deleteObject, updateStatus } from '../api/write.ts';
import { controllerAgent, type Reconciled, type Reconciling } from './controller.ts';

export const namespaceAgent = controllerAgent({ name: 'namespace', reconcile });

function reconcile(start: ApiState, context: Reconciling): Reconciled {
  let api = start;
  for (const namespace of Object.values(objectsOf<Namespace>(start, 'namespaces'))) {
    api = namespace.metadata.deletionTimestamp ? empty(api, namespace, context) : furnish(api, namespace.metadata.name, context);
  }
  return { api };
}

function furnish(start: ApiState, namespace: string, context: Reconciling): ApiState {
  let api = start;
  if (!getObject(api, 'serviceaccounts', `${namespace}/default`)) {
    api = createObject(
      api,
      'serviceaccounts',
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } },
      context,
    ).api;
  }
  if (!getObject(api, 'configmaps', `${namespace}/kube-root-ca.crt`)) {
    const draft = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'kube-root-ca.crt',
        namespace,
        annotations: {
          'kubernetes.io/description':
            'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
        },
      },
      data: { 'ca.crt': '-----BEGIN CERTIFICATE-----\n(no certificates in this simulation)\n-----END CERTIFICATE-----\n' },
    };
    api = createObject(api, 'configmaps', draft, context).api;
  }
  return api;
}

function empty(start: ApiState, namespace: Namespace, context: Reconciling): ApiState {
  const { name } = namespace.metadata;
  let api = start;
  for (const [resource, object] of contents(start, name)) {
    if (!object.metadata.deletionTimestamp)
      api = deleteObject(api, resource, keyOf(object), { now: context.now, propagation: 'Background' });
  }
  const left = contents(api, name).filter(([resource]) => resource !== 'events');
  if (left.length > 0)
    return updateStatus(api, 'namespaces', name, { phase: 'Terminating', conditions: conditions(namespace, left, context.now) });
  for (const [resource, object] of contents(api, name)) api = removeObject(api, resource, keyOf(object));
  return removeObject(api, 'namespaces', name);
}

function contents(api: ApiState, namespace: string): readonly (readonly [ResourceName, ApiObject])[] {
  return Object.keys(api.objects).flatMap((resource) =>
    Object.values(objectsOf(api, resource))
      .filter((object) => object.metadata.namespace === namespace)
      .map((object) => [resource, object] as const),
  );
}

function conditions(
  namespace: Namespace,
  left: readonly (readonly [ResourceName, ApiObject])[],
  now: number,
): readonly Condition[] {
  const counts = new Map<string, number>();
  const waiting = new Map<string, number>();
  for (const [resource, object] of left) {
    // Upstream names a core resource with its trailing dot: `pods.`.
    const name = resource.includes('.') ? resource : `${resource}.`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const finalizer of object.metadata.finalizers ?? []) waiting.set(finalizer, (waiting.get(finalizer) ?? 0) + 1);
  }
  const remaining = [...counts].sort().map(([name, count]) => `${name} has ${count} resource instances`);
  const finalizers = [...waiting].sort().map(([name, count]) => `${name} in ${count} resource instances`);
  const rows: readonly (readonly [string, boolean, string, string])[] = [
    ['NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'],
    ['NamespaceDeletionGroupVersionParsingFailure', false, 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
    [
      'NamespaceDeletionContentFailure',
      false,
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ],
    ['NamespaceContentRemaining', true, 'SomeResourcesRemain', `Some resources are remaining: ${remaining.join(', ')}`],
    finalizers.length
      ? [
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`,
        ]
      : ['NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
  ];
  return rows.map(([type, on, reason, message]) => {
    const status = on ? 'True' : 'False';
    const old = namespace.status.conditions?.find((condition) => condition.type === type);
    if (old?.status === status && old.message === message) return old;
    return { lastTransitionTime: old?.status === status ? old.lastTransitionTime : timestamp(now), message, reason, status, type };
  });
}
