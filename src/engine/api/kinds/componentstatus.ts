/**
 * core/v1 ComponentStatus: what the API server hears from the rest of the control plane when somebody asks. All of it runs on the API
 * server's own host here, and so answers when the server does. Upstream lists them in the order of a Go map.
 */
import { columns, defineKind } from '../kind.ts';
import type { ApiObject, Condition } from '../objects.ts';

interface ComponentStatus extends ApiObject {
  readonly conditions: readonly Condition[];
}

const COMPONENTS = ['controller-manager', 'etcd-0', 'scheduler'];

const componentOf = (name: string): ComponentStatus => ({
  apiVersion: 'v1',
  kind: 'ComponentStatus',
  metadata: { name, creationTimestamp: null } as unknown as ApiObject['metadata'],
  conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
});

export const componentStatusKind = defineKind<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  namespaced: false,
  simulated: false,
  verbs: ['get', 'list'],
  deprecated: 'v1 ComponentStatus is deprecated in v1.19+',
  derived: () => COMPONENTS.map(componentOf),
  columns: columns('Name', 'Status', 'Message', 'Error'),
  row: ({ metadata, conditions }) => [metadata.name, 'Healthy', conditions[0]?.message ?? '', ''],
});
