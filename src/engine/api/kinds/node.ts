/** core/v1 Node. */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { Node } from '../objects.ts';
import { dns1123Subdomain } from '../validation/names.ts';

const ROLE = 'node-role.kubernetes.io/';

function roles(node: Node): string {
  const found = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(ROLE)) return key.length > ROLE.length ? [key.slice(ROLE.length)] : [];
    return key === 'kubernetes.io/role' && value !== '' ? [value] : [];
  });
  return [...new Set(found)].sort().join(',') || '<none>';
}

function statusText(node: Node): string {
  const ready = (node.status?.conditions ?? []).find(({ type }) => type === 'Ready');
  const words = [ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'];
  if (node.spec?.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

function address(node: Node, type: string): string {
  return (node.status?.addresses ?? []).find((entry) => entry.type === type)?.address ?? '<none>';
}

export const nodeKind = defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  shortNames: ['no'],
  namespaced: false,
  status: true,
  statusTakesMetadata: true,
  connects: ['proxy'],
  validateName: dns1123Subdomain,
  defaults: (node) => (node.spec ? node : { ...node, spec: {} }),
  fields: (node) => ({ 'spec.unschedulable': String(node.spec?.unschedulable ?? false) }),
  columns: columns(
    'Name',
    'Status',
    'Roles',
    'Age',
    'Version',
    'Internal-IP*',
    'External-IP*',
    'OS-Image*',
    'Kernel-Version*',
    'Container-Runtime*',
  ),
  row: (node, now) => {
    const about = node.status?.nodeInfo ?? {};
    return [
      node.metadata.name,
      statusText(node),
      roles(node),
      age(node.metadata.creationTimestamp, now),
      about.kubeletVersion ?? '',
      address(node, 'InternalIP'),
      address(node, 'ExternalIP'),
      about.osImage || '<unknown>',
      about.kernelVersion || '<unknown>',
      about.containerRuntimeVersion || '<unknown>',
    ];
  },
});
