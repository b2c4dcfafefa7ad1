/** storage.k8s.io/v1 CSINode: each kubelet registers one. Without a storage driver it lists none; computed from the Nodes when somebody looks. */
import { uuid } from '../../net/random.ts';
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject, Node } from '../objects.ts';
import { type ApiState, objectsOf } from '../storage.ts';

interface CSINode extends ApiObject {
  readonly spec: { readonly drivers: readonly unknown[] | null };
}

/** The in-tree volume plugins whose work the kubelet hands to CSI drivers, as v1.32 notes them. */
const MIGRATED = [
  'kubernetes.io/aws-ebs',
  'kubernetes.io/azure-disk',
  'kubernetes.io/azure-file',
  'kubernetes.io/cinder',
  'kubernetes.io/gce-pd',
  'kubernetes.io/portworx-volume',
  'kubernetes.io/vsphere-volume',
].join(',');

function csiNodeOf({ metadata }: Node): CSINode {
  const { name, uid, creationTimestamp, resourceVersion } = metadata;
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: {
      name,
      uid: uuid('csinode', uid),
      creationTimestamp,
      annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': MIGRATED },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
      ...(resourceVersion ? { resourceVersion } : {}),
    },
    spec: { drivers: null },
  };
}

export const csiNodeKind = defineKind<CSINode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  namespaced: false,
  simulated: false,
  derived: (api: ApiState) => Object.values(objectsOf<Node>(api, 'nodes')).map(csiNodeOf),
  columns: columns('Name', 'Drivers#', 'Age'),
  row: ({ metadata, spec }, now) => [metadata.name, spec.drivers?.length ?? 0, age(metadata.creationTimestamp, now)],
});
