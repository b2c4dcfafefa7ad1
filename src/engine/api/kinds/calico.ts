/**
 * Calico's kinds: projectcalico.org/v3 as its API server serves them, and the IPAM objects of crd.projectcalico.org/v1 that only
 * Calico itself writes. They print NAME and CREATED AT, as the aggregated API server does. `nodes.projectcalico.org` is calicoctl's
 * alone: kubectl's `nodes` are the core ones.
 */
import { age } from '../age.ts';
import { columns, defineKind, type Kind, type WriteScope } from '../kind.ts';
import type { ApiObject, IPPool } from '../objects.ts';
import { unknownError } from '../status.ts';
import { objectsOf } from '../storage.ts';
import { dns1123Subdomain } from '../validation/names.ts';
import { crdView } from './calico-crd.ts';
import { calicoNodeFrom } from './calico-node.ts';
import { calicoErrorText, validateCalico } from './calico-validation.ts';

const GROUP = 'projectcalico.org';
const CRD_GROUP = 'crd.projectcalico.org';

/** The Calico API server passes libcalico-go's error on as it is, so it has no reason: kubectl prints `Error from server: …`. */
function checked<T extends ApiObject>(object: T, old: T | undefined, { api }: WriteScope): T {
  const pools = Object.values(objectsOf<IPPool>(api, 'ippools.projectcalico.org'));
  const faults = validateCalico(object, { pools, ...(old ? { old } : {}) });
  if (faults.length > 0) throw unknownError(calicoErrorText(faults));
  return object;
}

function calico<T extends ApiObject>(kind: string, plural: string, settings: Partial<Kind<T>> = {}): Kind {
  return defineKind<T>({
    group: GROUP,
    version: 'v3',
    kind,
    plural,
    namespaced: false,
    validateName: dns1123Subdomain,
    prepareCreate: (object, scope) => checked(object, undefined, scope),
    prepareUpdate: (next, old, scope) => checked(next, old, scope),
    ...settings,
  });
}

function ipam(kind: string, plural: string): Kind {
  return defineKind({
    group: CRD_GROUP,
    version: 'v1',
    kind,
    plural,
    namespaced: false,
    generation: true,
    custom: true,
    columns: columns('Name', 'Age'),
    row: ({ metadata }, now) => [metadata.name, age(metadata.creationTimestamp, now)],
  });
}

/** What an IPPool has though nobody wrote it. */
function defaultPool(pool: IPPool): IPPool {
  const spec = pool.spec ?? ({} as IPPool['spec']);
  return {
    ...pool,
    spec: {
      ...spec,
      blockSize: spec.blockSize || (spec.cidr?.includes(':') ? 122 : 26),
      ipipMode: spec.ipipMode || 'Never',
      vxlanMode: spec.vxlanMode || 'Never',
      nodeSelector: spec.nodeSelector || 'all()',
      allowedUses: (spec.allowedUses ?? []).length > 0 ? spec.allowedUses! : ['Workload', 'Tunnel'],
      assignmentMode: spec.assignmentMode || 'Automatic',
    },
  };
}

/** What the Calico API server serves and a CRD stores. */
const apiKinds: readonly Kind[] = [
  calico('BGPConfiguration', 'bgpconfigurations', { shortNames: ['bgpconfig', 'bgpconfigs'] }),
  calico('BGPFilter', 'bgpfilters'),
  calico('BGPPeer', 'bgppeers'),
  calico('FelixConfiguration', 'felixconfigurations', { shortNames: ['felixconfig', 'felixconfigs'] }),
  calico('GlobalNetworkPolicy', 'globalnetworkpolicies', { shortNames: ['gnp', 'cgnp', 'calicoglobalnetworkpolicies'] }),
  calico<IPPool>('IPPool', 'ippools', { defaults: defaultPool }),
  calico('NetworkPolicy', 'networkpolicies', {
    namespaced: true,
    shortNames: ['cnp', 'caliconetworkpolicy', 'caliconetworkpolicies'],
  }),
  calico('ClusterInformation', 'clusterinformations'),
  calico('GlobalNetworkSet', 'globalnetworksets'),
  calico('HostEndpoint', 'hostendpoints'),
  calico('IPAMConfiguration', 'ipamconfigurations'),
  calico('IPReservation', 'ipreservations'),
  calico('KubeControllersConfiguration', 'kubecontrollersconfigurations'),
  calico('NetworkSet', 'networksets', { namespaced: true }),
  calico('StagedGlobalNetworkPolicy', 'stagedglobalnetworkpolicies'),
  calico('StagedKubernetesNetworkPolicy', 'stagedkubernetesnetworkpolicies', { namespaced: true }),
  calico('StagedNetworkPolicy', 'stagednetworkpolicies', { namespaced: true }),
  calico('Tier', 'tiers'),
];

/** Written by Calico's IPAM alone, in crd.projectcalico.org/v1. */
const ipamKinds: readonly Kind[] = [
  ipam('BlockAffinity', 'blockaffinities'),
  ipam('IPAMBlock', 'ipamblocks'),
  ipam('IPAMHandle', 'ipamhandles'),
];

export const calicoKinds: readonly Kind[] = [
  ...apiKinds,
  calico('Node', 'nodes', { internal: true, verbs: ['get', 'list', 'watch'], storedAs: 'nodes', fromStored: calicoNodeFrom }),
  ...ipamKinds,
  ...apiKinds.map(crdView),
];
