/** What kubeadm init leaves in an empty cluster: the four namespaces and the `kubernetes` service with its endpoints. */
import { formatAddress, toPrefix } from '../net/address.ts';
import type { WorldFile } from './schema.ts';

/** [resource, object without the fields the API server sets] in the order they are made. */
export function bootstrapObjects(world: WorldFile, cluster: string): readonly (readonly [resource: string, draft: object])[] {
  const { serviceCidr, apiHost } = world.clusters[cluster]!;
  const first = formatAddress(toPrefix(serviceCidr).address + 1);
  const server = world.hosts[apiHost]!.address;
  const namespaces = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
  return [
    ...namespaces.map((name) => ['namespaces', namespace(name)] as const),
    [
      'services',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
        spec: {
          type: 'ClusterIP',
          clusterIP: first,
          clusterIPs: [first],
          internalTrafficPolicy: 'Cluster',
          ipFamilies: ['IPv4'],
          ipFamilyPolicy: 'SingleStack',
          ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
          sessionAffinity: 'None',
        },
        status: { loadBalancer: {} },
      },
    ],
    [
      'endpoints',
      {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
        subsets: [{ addresses: [{ ip: server }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
      },
    ],
    [
      'endpointslices.discovery.k8s.io',
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: [server], conditions: { ready: true } }],
        ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
      },
    ],
  ];
}

function namespace(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}
