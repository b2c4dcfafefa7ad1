/**
 * Calico's kinds: projectcalico.org/v3 as its API server serves them, and the IPAM objects of crd.projectcalico.org/v1 that only
 * Calico itself writes. They print NAME and CREATED AT, as the aggregated API server does.
 */
import { defineKind, type Kind } from '../kind.ts';
import { dns1123Subdomain } from '../validation/names.ts';

const GROUP = 'projectcalico.org';
const CRD_GROUP = 'crd.projectcalico.org';

function calico(kind: string, plural: string, settings: Partial<Kind> = {}): Kind {
  return defineKind({
    group: GROUP,
    version: 'v3',
    kind,
    plural,
    namespaced: false,
    validateName: dns1123Subdomain,
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
  });
}

export const calicoKinds: readonly Kind[] = [
  calico('BGPConfiguration', 'bgpconfigurations', { shortNames: ['bgpconfig', 'bgpconfigs'] }),
  calico('BGPPeer', 'bgppeers'),
  calico('FelixConfiguration', 'felixconfigurations', { shortNames: ['felixconfig', 'felixconfigs'] }),
  calico('GlobalNetworkPolicy', 'globalnetworkpolicies', { shortNames: ['gnp', 'cgnp', 'calicoglobalnetworkpolicies'] }),
  calico('IPPool', 'ippools'),
  calico('NetworkPolicy', 'networkpolicies', {
    namespaced: true,
    shortNames: ['cnp', 'caliconetworkpolicy', 'caliconetworkpolicies'],
  }),
  calico('Node', 'nodes', { internal: true }),
  ipam('BlockAffinity', 'blockaffinities'),
  ipam('IPAMBlock', 'ipamblocks'),
  ipam('IPAMHandle', 'ipamhandles'),
];
