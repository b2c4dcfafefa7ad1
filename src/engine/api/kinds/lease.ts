/**
 * coordination.k8s.io/v1 Lease: the kubelets' heartbeats in kube-node-lease, computed from the Nodes when somebody looks. A write every
 * ten seconds and node would keep the world from ever coming to rest. Read only.
 */

import { uuid } from '../../net/random.ts';
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject, Node } from '../objects.ts';
import { type ApiState, objectsOf } from '../storage.ts';
import { microTimestamp, parseTimestamp } from '../time.ts';

const NAMESPACE = 'kube-node-lease';
/** How often a kubelet renews its lease, and how long the node controller waits for it, ms. */
const RENEW_MS = 10_000;
const GRACE_MS = 40_000;

interface Lease extends ApiObject {
  readonly spec: { readonly holderIdentity: string; readonly leaseDurationSeconds: number; readonly renewTime: string };
}

/** A node that is not Ready was last heard of a grace period before it was found out. */
function renewedAt(node: Node, now: number): number {
  const ready = (node.status?.conditions ?? []).find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return now - (now % RENEW_MS);
  const since = parseTimestamp(ready?.lastTransitionTime) ?? now;
  return since - GRACE_MS;
}

function leaseOf(node: Node, now: number): Lease {
  const { name, uid, creationTimestamp, resourceVersion } = node.metadata;
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: NAMESPACE,
      uid: uuid('lease', uid),
      creationTimestamp,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
      ...(resourceVersion ? { resourceVersion } : {}),
    },
    spec: { holderIdentity: name, leaseDurationSeconds: GRACE_MS / 1000, renewTime: microTimestamp(renewedAt(node, now)) },
  };
}

export const leaseKind = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  verbs: ['get', 'list', 'watch'],
  derived: (api: ApiState, now) => Object.values(objectsOf<Node>(api, 'nodes')).map((node) => leaseOf(node, now)),
  columns: columns('Name', 'Holder', 'Age'),
  row: (lease, now) => [lease.metadata.name, lease.spec.holderIdentity, age(lease.metadata.creationTimestamp, now)],
});
