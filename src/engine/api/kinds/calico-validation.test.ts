import { expect, test } from 'vitest';
import type { ApiObject, IPPool } from '../objects.ts';
import { calicoErrorText, validateCalico } from './calico-validation.ts';

function object(kind: string, name: string, spec: Readonly<Record<string, unknown>>): ApiObject {
  return { apiVersion: 'projectcalico.org/v3', kind, metadata: { name, uid: 'u', creationTimestamp: '' }, spec };
}

const pool = (name: string, spec: Readonly<Record<string, unknown>>) => object('IPPool', name, spec) as IPPool;
const standing = [pool('default-ipv4-ippool', { cidr: '10.48.0.0/24', blockSize: 26 })];

const cases: readonly [what: string, given: ApiObject, text: string][] = [
  [
    'host bits in a service range',
    object('BGPConfiguration', 'default', { serviceExternalIPs: [{ cidr: '10.50.0.10/24' }] }),
    "error with field CIDR = '10.50.0.10/24' (Reason: failed to validate Field: CIDR because of Tag: net )",
  ],
  [
    'an absurd range',
    object('BGPConfiguration', 'default', { serviceClusterIPs: [{ cidr: '10.49.0.0/99' }] }),
    "error with field CIDR = '10.49.0.0/99' (Reason: failed to validate Field: CIDR because of Tag: net )",
  ],
  [
    'a service range elsewhere than on default',
    object('BGPConfiguration', 'other', { serviceExternalIPs: [{ cidr: '10.50.0.0/24' }] }),
    'error with field BGPConfiguration.Spec.ServiceExternalIPs (Cannot set ServiceExternalIPs on a non default BGP Configuration.)',
  ],
  [
    'mesh and AS number elsewhere',
    object('BGPConfiguration', 'other', { nodeToNodeMeshEnabled: false, asNumber: 64513 }),
    'error with the following fields:\n-  BGPConfiguration.Spec.NodeToNodeMeshEnabled (Cannot set nodeToNodeMeshEnabled on a non default BGP Configuration.)\n-  BGPConfiguration.Spec.ASNumber (Cannot set ASNumber on a non default BGP Configuration.)\n',
  ],
  [
    'a node and a selector',
    object('BGPPeer', 'p', { node: 'worker1', nodeSelector: 'all()', peerIP: '10.0.1.10', asNumber: 64512 }),
    "error with field Node = 'worker1' (Node field must be empty when NodeSelector is specified)",
  ],
  [
    'a bad peer address',
    object('BGPPeer', 'p', { peerIP: '10.0.1.300', asNumber: 64512 }),
    "error with field PeerIP = '10.0.1.300' (Reason: failed to validate Field: PeerIP because of Tag: IP:port )",
  ],
  [
    'a bad selector',
    object('BGPPeer', 'p', { nodeSelector: 'rack = 1', peerIP: '10.0.1.10', asNumber: 64512 }),
    "error with field NodeSelector = 'rack = 1' (Reason: failed to validate Field: NodeSelector because of Tag: selector )",
  ],
  [
    'a name in capitals',
    object('BGPPeer', 'Peer', { peerIP: '10.0.1.10', asNumber: 64512 }),
    "error with field Metadata.Name = 'Peer' (name must consist of lower case alphanumeric characters, '-' or '.' (regex: [a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*))",
  ],
  [
    'an overlapping pool',
    pool('b', { cidr: '10.48.0.128/25' }),
    "error with field IPPool.Spec.CIDR = '10.48.0.128/25' (IPPool(b) CIDR overlaps with IPPool(default-ipv4-ippool) CIDR 10.48.0.0/24)",
  ],
  [
    'a pool with host bits',
    pool('b', { cidr: '10.60.0.1/24' }),
    "error with field IPPool.Spec.CIDR = '10.60.0.0/24' (IPPool CIDR is not strictly masked)",
  ],
  [
    'a block size out of range',
    pool('b', { cidr: '10.60.0.0/16', blockSize: 19 }),
    "error with field IPPool.Spec.BlockSize = '19' (IPv4 block size must be between 20 and 32)",
  ],
  [
    'a pool smaller than its blocks',
    pool('b', { cidr: '10.60.0.0/28' }),
    "error with field IPPool.Spec.CIDR = '10.60.0.0/28' (IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.)",
  ],
  [
    'a word for a range',
    pool('b', { cidr: 'ten' }),
    "error with field IPPool.Spec.CIDR = 'ten' (IPPool CIDR must be a valid subnet)",
  ],
];

test.each(cases)("%s is refused in libcalico-go's words", (_what, given, text) => {
  expect(calicoErrorText(validateCalico(given, { pools: standing }))).toBe(text);
});

test('a pool keeps its range and block size for life', () => {
  const [old] = standing;
  const next = pool('default-ipv4-ippool', { cidr: '10.48.0.0/25', blockSize: 29 });
  expect(calicoErrorText(validateCalico(next, { pools: standing, old }))).toBe(
    "error with the following fields:\n-  IPPool.Spec.CIDR = '10.48.0.0/25' (IPPool CIDR cannot be modified)\n-  IPPool.Spec.BlockSize = '29' (IPPool BlockSize cannot be modified)\n",
  );
});

const fine: readonly ApiObject[] = [
  object('BGPConfiguration', 'default', {
    serviceClusterIPs: [{ cidr: '10.49.0.0/16' }],
    serviceExternalIPs: [{ cidr: '10.50.0.10' }],
  }),
  object('BGPPeer', 'bgppeer-global-64512', { peerIP: '10.0.1.10', asNumber: 64512 }),
  object('BGPPeer', 'by-rack', { nodeSelector: "rack == '1' && !has(spare)", peerSelector: "role in {'rr', 'edge'}" }),
  pool('external-pool', { cidr: '10.48.2.0/24', blockSize: 29, nodeSelector: 'all()' }),
];

test.each(fine)('$kind $metadata.name is accepted', (given) => {
  expect(validateCalico(given, { pools: standing })).toEqual([]);
});
