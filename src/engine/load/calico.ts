/**
 * What Calico's own daemons put into an empty datastore when they start: calico-node the cluster's information and the tiers,
 * kube-controllers their configuration. Models clientv3's EnsureInitialized and kube-controllers' runconfig, v3.30, of a cluster that
 * kubeadm made and the operator gave Calico to.
 */
import { randomText } from '../net/random.ts';
import { VERSIONS } from '../versions.ts';
import type { WorldFile } from './schema.ts';

const TIERS: readonly (readonly [name: string, order: number, defaultAction: 'Deny' | 'Pass'])[] = [
  ['default', 1_000_000, 'Deny'],
  ['adminnetworkpolicy', 1_000, 'Pass'],
  ['baselineadminnetworkpolicy', 10_000_000, 'Pass'],
];

const RECONCILE = { reconcilerPeriod: '5m0s' };

const CONTROLLERS = {
  logSeverityScreen: 'Info',
  healthChecks: 'Enabled',
  etcdV3CompactionPeriod: '10m0s',
  controllers: {
    node: {
      ...RECONCILE,
      syncLabels: 'Enabled',
      hostEndpoint: { autoCreate: 'Disabled', createDefaultHostEndpoint: 'Enabled' },
      leakGracePeriod: '15m0s',
    },
    policy: RECONCILE,
    workloadEndpoint: RECONCILE,
    serviceAccount: RECONCILE,
    namespace: RECONCILE,
    loadBalancer: { assignIPs: 'AllServices' },
  },
};

/** [resource, object]; one that exists already is left alone. */
export function calicoObjects(world: WorldFile, cluster: string): readonly (readonly [resource: string, draft: object])[] {
  const information = {
    calicoVersion: VERSIONS.calico,
    clusterGUID: randomText(32, '0123456789abcdef', world.seed, 'calico', cluster),
    clusterType: 'typha,kdd,k8s,operator,bgp,kubeadm',
    datastoreReady: true,
  };
  return [
    ['clusterinformations.projectcalico.org', { metadata: { name: 'default' }, spec: information }],
    ...TIERS.map(
      ([name, order, defaultAction]) =>
        ['tiers.projectcalico.org', { metadata: { name }, spec: { order, defaultAction } }] as const,
    ),
    ['kubecontrollersconfigurations.projectcalico.org', { metadata: { name: 'default' }, spec: CONTROLLERS }],
  ];
}
