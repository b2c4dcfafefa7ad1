/** describe node. */
import { formatQuantity, parseQuantity } from '../../../../engine/index.ts';
import { byBytes, dig, fields, items, sortedKeys, strings, text, type Value } from '../value.ts';
import type { Describer, Surveyor } from './index.ts';
import { type Description, events, metadata, rfc1123, taints } from './writer.ts';

const ROLE = 'node-role.kubernetes.io/';

export function nodeRoles(node: Value): readonly string[] {
  const labels = strings(node, 'metadata', 'labels');
  const roles = Object.keys(labels)
    .filter((key) => key.startsWith(ROLE) && key.length > ROLE.length)
    .map((key) => key.slice(ROLE.length));
  const old = labels['kubernetes.io/role'];
  return [...new Set([...roles, ...(old ? [old] : [])])].sort(byBytes);
}

function lease(d: Description, node: Value, world: Surveyor): void {
  const found = world.get('leases.coordination.k8s.io', 'kube-node-lease', text(node, 'metadata', 'name'));
  if ('error' in found) {
    d.field('Lease', `Failed to get lease: ${found.error}`);
    return;
  }
  const time = (field: string) =>
    text(found.object, 'spec', field) === '' ? '<unset>' : rfc1123(text(found.object, 'spec', field));
  d.write(0, 'Lease:\n');
  d.field('HolderIdentity', text(found.object, 'spec', 'holderIdentity') || '<unset>', 1);
  d.field('AcquireTime', time('acquireTime'), 1);
  d.field('RenewTime', time('renewTime'), 1);
}

function conditionLines(d: Description, list: readonly Value[]): void {
  if (list.length === 0) return;
  d.write(0, 'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n');
  d.write(1, '----\t------\t-----------------\t------------------\t------\t-------\n');
  for (const one of list) {
    const [heartbeat, transition] = [rfc1123(text(one, 'lastHeartbeatTime')), rfc1123(text(one, 'lastTransitionTime'))];
    d.write(
      1,
      `${text(one, 'type')} \t${text(one, 'status')} \t${heartbeat} \t${transition} \t${text(one, 'reason')} \t${text(one, 'message')}\n`,
    );
  }
}

function resourceLines(d: Description, title: string, map: Readonly<Record<string, string>>): void {
  if (Object.keys(map).length === 0) return;
  d.write(0, `${title}:\n`);
  for (const name of sortedKeys(map)) d.write(0, `  ${name}:\t${map[name]}\n`);
}

const SYSTEM: readonly (readonly [string, string])[] = [
  ['Machine ID', 'machineID'],
  ['System UUID', 'systemUUID'],
  ['Boot ID', 'bootID'],
  ['Kernel Version', 'kernelVersion'],
  ['OS Image', 'osImage'],
  ['Operating System', 'operatingSystem'],
  ['Architecture', 'architecture'],
  ['Container Runtime Version', 'containerRuntimeVersion'],
  ['Kubelet Version', 'kubeletVersion'],
  ['Kube-Proxy Version', 'kubeProxyVersion'],
];

/** What a pod asks for: the sum over its containers, or the largest init container. */
function asked(pod: Value, kind: 'requests' | 'limits', resource: string): number {
  const one = (container: Value) => parseQuantity(text(container, 'resources', kind, resource) || '0') ?? 0;
  const sum = items(pod, 'spec', 'containers')
    .map(one)
    .reduce((total, value) => total + value, 0);
  return Math.max(sum, ...items(pod, 'spec', 'initContainers').map(one));
}

function share(value: number, of: number): string {
  return `(${of === 0 ? 0 : Math.trunc((value / of) * 100)}%)`;
}

function podLines(d: Description, node: Value, pods: readonly Value[]): void {
  const allocatable = strings(
    node,
    'status',
    Object.keys(fields(node, 'status', 'allocatable')).length > 0 ? 'allocatable' : 'capacity',
  );
  const limit = (resource: string) => parseQuantity(allocatable[resource] ?? '0') ?? 0;
  d.field('Non-terminated Pods', `(${pods.length} in total)`);
  d.write(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n');
  d.write(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n');
  for (const pod of pods) {
    const cells = (['cpu', 'memory'] as const).flatMap((resource) =>
      (['requests', 'limits'] as const).map((kind) => {
        const value = asked(pod, kind, resource);
        return `${formatQuantity(value, resource)} ${share(value, limit(resource))}`;
      }),
    );
    const age = d.since(text(pod, 'metadata', 'creationTimestamp'));
    d.write(1, `${text(pod, 'metadata', 'namespace')}\t${text(pod, 'metadata', 'name')}\t\t${cells.join('\t')}\t${age}\n`);
  }
  d.write(0, 'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n');
  d.write(1, 'Resource\tRequests\tLimits\n');
  d.write(1, '--------\t--------\t------\n');
  const names = ['cpu', 'memory', 'ephemeral-storage', ...sortedKeys(allocatable).filter((name) => name.startsWith('hugepages-'))];
  for (const name of names) {
    const total = (kind: 'requests' | 'limits') => pods.reduce<number>((sum, pod) => sum + asked(pod, kind, name), 0);
    const cell = (kind: 'requests' | 'limits') => `${formatQuantity(total(kind), name)} ${share(total(kind), limit(name))}`;
    d.write(1, `${name}\t${cell('requests')}\t${cell('limits')}\n`);
  }
}

export const node: Describer = (d, object, world) => {
  const name = text(object, 'metadata', 'name');
  d.field('Name', name);
  d.field('Roles', nodeRoles(object).join(',') || '<none>');
  metadata(d, object);
  d.field('CreationTimestamp', rfc1123(text(object, 'metadata', 'creationTimestamp')));
  taints(d, items(object, 'spec', 'taints'));
  d.field('Unschedulable', String(dig(object, 'spec', 'unschedulable') === true));
  lease(d, object, world);
  conditionLines(d, items(object, 'status', 'conditions'));
  d.write(0, 'Addresses:\n');
  for (const one of items(object, 'status', 'addresses')) d.field(text(one, 'type'), text(one, 'address'), 1);
  resourceLines(d, 'Capacity', strings(object, 'status', 'capacity'));
  resourceLines(d, 'Allocatable', strings(object, 'status', 'allocatable'));
  d.write(0, 'System Info:\n');
  for (const [title, field] of SYSTEM) d.write(0, `  ${title}:\t${text(object, 'status', 'nodeInfo', field)}\n`);
  if (text(object, 'spec', 'podCIDR') !== '') d.field('PodCIDR', text(object, 'spec', 'podCIDR'));
  const cidrs = items(object, 'spec', 'podCIDRs');
  if (cidrs.length > 0) d.field('PodCIDRs', cidrs.join(','));
  if (text(object, 'spec', 'providerID') !== '') d.field('ProviderID', text(object, 'spec', 'providerID'));
  podLines(
    d,
    object,
    world.list('pods', '', { fieldSelector: `spec.nodeName=${name},status.phase!=Failed,status.phase!=Succeeded` }),
  );
  const own = world.events(object);
  // The kubelet names its node, other components its uid: both are the node's events.
  events(d, own && [...own, ...(world.events(object, { uid: name }) ?? [])]);
};
