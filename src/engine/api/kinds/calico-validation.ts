/**
 * What Calico refuses, in libcalico-go's words: the checks that both calicoctl and the Calico API server run before they store an
 * object. Models libcalico-go/lib/validator/v3 and lib/clientv3 (v3.30) for IPPool, BGPConfiguration, BGPPeer and BGPFilter; other
 * kinds have only their name checked. IPv6 is recognised, not looked into.
 */
import { contains, formatPrefix, masked, type Prefix, parsePrefix } from '../../net/address.ts';
import type { ApiObject, BGPConfiguration, BGPPeer, IPPool } from '../objects.ts';
import { structFaults } from './calico-fields.ts';
import { isSelector } from './calico-selector.ts';

/** One field that is wrong. Without a value only the name is shown. */
export interface CalicoFault {
  readonly name: string;
  readonly value?: string;
  readonly reason: string;
}

export interface CalicoScope {
  /** The pools that exist, by which a new one is found to overlap. */
  readonly pools: readonly IPPool[];
  /** What is stored now, when this is an update. */
  readonly old?: ApiObject;
}

/** libcalico-go's ErrorValidation as text: `error with field CIDR = '10.50.0.10/24' (Reason: …)`. */
export function calicoErrorText(faults: readonly CalicoFault[]): string {
  const lines = faults.map(({ name, value, reason }) => `${value === undefined ? name : `${name} = '${value}'`} (${reason})`);
  if (lines.length === 1) return `error with field ${lines[0]}`;
  return `error with the following fields:\n${lines.map((line) => `-  ${line}\n`).join('')}`;
}

/** A field's own validator failed; the reason names the field and the validator, with the space at its end. */
function tagged(field: string, value: unknown, tag: string): CalicoFault {
  return { name: field, value: String(value), reason: `Reason: failed to validate Field: ${field} because of Tag: ${tag} ` };
}

const IPV6 = /^[0-9a-fA-F:]*:[0-9a-fA-F:.]*(\/\d{1,3})?$/;

/** A strictly masked network, or a bare address. */
export function isStrictNetwork(text: string): boolean {
  const prefix = parsePrefix(text);
  if (!prefix) return IPV6.test(text);
  return masked(prefix.address, prefix.length) === prefix.address;
}

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const NAME_FORMAT = '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*';

function nameFaults({ metadata }: ApiObject): CalicoFault[] {
  const faults: CalicoFault[] = [];
  const { name = '' } = metadata as Partial<ApiObject['metadata']>;
  if (name.length > 253)
    faults.push({ name: 'Metadata.Name', value: name, reason: `name is too long by ${name.length - 253} bytes` });
  if (!NAME.test(name)) {
    const reason = `name must consist of lower case alphanumeric characters, '-' or '.' (regex: ${NAME_FORMAT})`;
    faults.push({ name: 'Metadata.Name', value: name, reason });
  }
  return faults;
}

const MODES = ['Always', 'CrossSubnet', 'Never'];

function overlap(a: Prefix, b: Prefix): boolean {
  return contains(a, b.address) || contains(b, a.address);
}

const LINK_LOCAL = parsePrefix('169.254.0.0/16')!;
const TOO_SMALL = 'IP pool size is too small for use with Calico IPAM. It must be equal to or greater than the block size.';

/** clientv3's checks: they run first, and name the fields `IPPool.Spec.…`. */
function poolFaults(pool: IPPool, { pools, old }: CalicoScope): CalicoFault[] {
  const { cidr, disabled, ipipMode = 'Never', vxlanMode = 'Never' } = pool.spec;
  const blockSize = pool.spec.blockSize || 26;
  const field = 'IPPool.Spec.CIDR';
  if (!cidr) return [{ name: field, reason: 'IPPool CIDR must be specified' }];
  const given = parsePrefix(cidr);
  if (!given || !cidr.includes('/')) {
    return IPV6.test(cidr) && cidr.includes('/')
      ? ipipMode === 'Never'
        ? []
        : [{ name: 'IPPool.Spec.IPIPMode', value: ipipMode, reason: 'IPIP is not supported on an IPv6 IP pool' }]
      : [{ name: field, value: cidr, reason: 'IPPool CIDR must be a valid subnet' }];
  }
  const network = { address: masked(given.address, given.length), length: given.length };
  const value = formatPrefix(network);
  const faults: CalicoFault[] = [];
  const before = old as IPPool | undefined;
  if (before && before.spec.cidr !== value) faults.push({ name: field, value, reason: 'IPPool CIDR cannot be modified' });
  const size = { name: 'IPPool.Spec.BlockSize', value: String(blockSize) };
  if (before && (before.spec.blockSize ?? 26) !== blockSize)
    faults.push({ ...size, reason: 'IPPool BlockSize cannot be modified' });
  if (blockSize > 32 || blockSize < 20) faults.push({ ...size, reason: 'IPv4 block size must be between 20 and 32' });
  if (!disabled && network.length > blockSize) faults.push({ name: field, value, reason: TOO_SMALL });
  for (const other of before ? [] : pools) {
    const range = parsePrefix(other.spec.cidr);
    if (other.metadata.name === pool.metadata.name || !range || !overlap(range, network)) continue;
    const { name } = other.metadata;
    faults.push({
      name: field,
      value,
      reason: `IPPool(${pool.metadata.name}) CIDR overlaps with IPPool(${name}) CIDR ${other.spec.cidr}`,
    });
  }
  if (vxlanMode !== 'Never' && ipipMode !== 'Never') {
    const reason = 'Cannot enable both VXLAN and IPIP on the same IPPool';
    faults.push({ name: 'IPPool.Spec.VXLANMode', value: vxlanMode, reason });
  }
  if (network.address !== given.address) faults.push({ name: field, value, reason: 'IPPool CIDR is not strictly masked' });
  if (overlap(LINK_LOCAL, network)) {
    faults.push({ name: field, value, reason: 'IPPool CIDR overlaps with IPv4 Link Local range 169.254.0.0/16' });
  }
  return faults;
}

/** The validator's own checks of a pool, after clientv3's. */
function poolFieldFaults({ spec }: IPPool): CalicoFault[] {
  const faults: CalicoFault[] = [];
  if (spec.vxlanMode && !MODES.includes(spec.vxlanMode)) faults.push(tagged('VXLANMode', spec.vxlanMode, 'vxlanMode'));
  if (spec.ipipMode && !MODES.includes(spec.ipipMode)) faults.push(tagged('IPIPMode', spec.ipipMode, 'ipIpMode'));
  if (spec.nodeSelector && !isSelector(spec.nodeSelector)) faults.push(tagged('NodeSelector', spec.nodeSelector, 'selector'));
  if (spec.assignmentMode && !['Automatic', 'Manual'].includes(spec.assignmentMode)) {
    faults.push(tagged('AssignmentMode', spec.assignmentMode, 'assignmentMode'));
  }
  for (const use of spec.allowedUses ?? []) {
    if (['Workload', 'Tunnel', 'LoadBalancer'].includes(use)) continue;
    faults.push({ name: 'IPpool.AllowedUses', value: `[${(spec.allowedUses ?? []).join(' ')}]`, reason: `unknown use: ${use}` });
  }
  const uses = spec.allowedUses ?? [];
  const others = uses.filter((use) => use !== 'LoadBalancer');
  if (faults.length === 0 && others.length > 0 && others.length < uses.length) {
    const reason = `LoadBalancer cannot be used at the same time as: ${others[0]}`;
    faults.push({ name: 'IPpool.AllowedUses', value: `[${uses.join(' ')}]`, reason });
  }
  return faults;
}

const LOG_LEVELS = ['Debug', 'Info', 'Warning', 'Error', 'Fatal'];
const ADVERTISED = ['serviceLoadBalancerIPs', 'serviceExternalIPs', 'serviceClusterIPs'] as const;

const COMMUNITY = /^(\d+):(\d+)(?::(\d+))?$/;

function isCommunity(text: string): boolean {
  const parts = COMMUNITY.exec(text)
    ?.slice(1)
    .filter((part) => part !== undefined);
  if (!parts) return false;
  const max = parts.length === 2 ? 65535 : 4294967295;
  return parts.every((part) => Number(part) <= max);
}

function communityFaults({ spec }: BGPConfiguration): CalicoFault[] {
  const faults: CalicoFault[] = [];
  const communities = spec.communities ?? [];
  const adverts = spec.prefixAdvertisements ?? [];
  for (const { value } of communities) {
    if (isCommunity(value)) continue;
    faults.push({ name: 'Spec.Communities[].Value', value, reason: 'invalid community value or format used.' });
  }
  if (adverts.length === 0 && communities.length > 0) {
    const value = `[${communities.map(({ name, value }) => `{${name} ${value}}`).join(' ')}]`;
    faults.push({
      name: 'Spec.Communities[]',
      value,
      reason: 'communities are defined but not used in Spec.PrefixAdvertisement[].',
    });
  }
  for (const { cidr, communities: used = [] } of adverts) {
    if (!parsePrefix(cidr) && !IPV6.test(cidr)) {
      faults.push({ name: 'Spec.PrefixAdvertisement[].CIDR', value: cidr, reason: 'invalid CIDR value.' });
    }
    for (const value of used) {
      if (isCommunity(value) || communities.some(({ name }) => name === value)) continue;
      const name = 'Spec.PrefixAdvertisement[].Communities[]';
      const bits = COMMUNITY.exec(value)?.[3] === undefined ? 16 : 32;
      const tooBig = `invalid community value, expected ${bits} bit value`;
      faults.push({ name, value, reason: COMMUNITY.test(value) ? tooBig : 'community used is invalid or not defined.' });
    }
  }
  return faults;
}

/** Settings that only the object named `default` may carry, with upstream's uneven spelling. */
const DEFAULT_ONLY: readonly (readonly [field: keyof BGPConfiguration['spec'] & string, name: string, word: string])[] = [
  ['nodeToNodeMeshEnabled', 'NodeToNodeMeshEnabled', 'nodeToNodeMeshEnabled'],
  ['asNumber', 'ASNumber', 'ASNumber'],
  ['serviceLoadBalancerIPs', 'ServiceLoadBalancerIPs', 'ServiceLoadBalancerIPs'],
  ['serviceExternalIPs', 'ServiceExternalIPs', 'ServiceExternalIPs'],
  ['serviceClusterIPs', 'ServiceClusterIPs', 'ServiceClusterIPs'],
  ['nodeMeshPassword', 'NodeMeshPassword', 'NodeMeshPassword'],
  ['nodeMeshMaxRestartTime', 'NodeMeshMaxRestartTime', 'NodeMeshMaxRestartTime'],
];

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

function defaultOnlyFaults({ metadata, spec }: BGPConfiguration): CalicoFault[] {
  if (metadata.name === 'default') return [];
  return DEFAULT_ONLY.filter(([field]) => isSet(spec[field])).map(([, name, word]) => ({
    name: `BGPConfiguration.Spec.${name}`,
    reason: `Cannot set ${word} on a non default BGP Configuration.`,
  }));
}

function configurationFaults(configuration: BGPConfiguration): CalicoFault[] {
  const { spec } = configuration;
  const faults: CalicoFault[] = [];
  if (spec.logSeverityScreen && !LOG_LEVELS.includes(spec.logSeverityScreen)) {
    faults.push(tagged('LogSeverityScreen', spec.logSeverityScreen, 'logLevel'));
  }
  for (const field of ADVERTISED) {
    for (const { cidr } of spec[field] ?? []) if (cidr && !isStrictNetwork(cidr)) faults.push(tagged('CIDR', cidr, 'net'));
  }
  for (const { cidr } of spec.prefixAdvertisements ?? [])
    if (cidr && !isStrictNetwork(cidr)) faults.push(tagged('CIDR', cidr, 'net'));
  const valid = [...nameFaults(configuration), ...faults, ...communityFaults(configuration)];
  return valid.length > 0 ? valid : defaultOnlyFaults(configuration);
}

const PEER_ADDRESS = /^(\d+\.\d+\.\d+\.\d+)(?::(\d+))?$/;

function isPeerAddress(text: string): boolean {
  const match = PEER_ADDRESS.exec(text);
  if (!match) return IPV6.test(text) || /^\[[0-9a-fA-F:.]+\]:\d+$/.test(text);
  const port = match[2] === undefined ? 1 : Number(match[2]);
  return parsePrefix(match[1]!) !== undefined && port >= 1 && port <= 65535;
}

function peerFaults(peer: BGPPeer): CalicoFault[] {
  const { node, nodeSelector, peerIP, peerSelector, asNumber = 0, sourceAddress } = peer.spec;
  const localWorkloadSelector = peer.spec.localWorkloadSelector as string | undefined;
  const faults = nameFaults(peer);
  const add = (wrong: unknown, name: string, value: unknown, reason: string) => {
    if (wrong) faults.push({ name, value: String(value ?? ''), reason });
  };
  if (node && !NAME.test(node)) faults.push(tagged('Node', node, 'name'));
  if (nodeSelector && !isSelector(nodeSelector)) faults.push(tagged('NodeSelector', nodeSelector, 'selector'));
  if (peerIP && !isPeerAddress(peerIP)) faults.push(tagged('PeerIP', peerIP, 'IP:port'));
  if (peerSelector && !isSelector(peerSelector)) faults.push(tagged('PeerSelector', peerSelector, 'selector'));
  if (sourceAddress && !['UseNodeIP', 'None'].includes(sourceAddress))
    faults.push(tagged('SourceAddress', sourceAddress, 'sourceAddress'));
  const reachableBy = String(peer.spec.reachableBy ?? '');
  if (reachableBy && !isPeerAddress(reachableBy)) {
    faults.push(tagged('ReachableBy', reachableBy, 'reachableBy'));
    faults.push({ name: 'ReachableBy', value: reachableBy, reason: 'ReachableBy is invalid address' });
  }
  add(node && nodeSelector, 'Node', node, 'Node field must be empty when NodeSelector is specified');
  add(peerIP && peerSelector, 'PeerIP', peerIP, 'PeerIP field must be empty when PeerSelector is specified');
  add(asNumber && peerSelector, 'ASNumber', asNumber, 'ASNumber field must be empty when PeerSelector is specified');
  const empty = 'field must be empty when LocalWorkloadSelector is specified';
  add(
    !asNumber && localWorkloadSelector,
    'ASNumber',
    asNumber,
    'ASNumber field must NOT be empty when LocalWorkloadSelector is specified',
  );
  add(peerIP && localWorkloadSelector, 'PeerIP', peerIP, `PeerIP ${empty}`);
  add(peerSelector && localWorkloadSelector, 'PeerSelector', peerIP, `PeerSelector ${empty}`);
  return faults;
}

const TIER_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** A tier is one label; a policy may carry its tier's before its own. */
function labelFaults({ kind, metadata }: ApiObject): CalicoFault[] {
  const { name } = metadata;
  const own = kind === 'Tier' ? name : kind === 'GlobalNetworkPolicy' ? name.replace(/^[^.]*\./, '') : 'fits';
  if (TIER_NAME.test(own)) return [];
  const reason = "name must consist of lower case alphanumeric characters or '-' (regex: [a-z0-9]([-a-z0-9]*[a-z0-9])?)";
  return [{ name: 'Metadata.Name', value: name, reason }];
}

/** The kinds without checks of their own: names, then fields. */
function generalFaults(object: ApiObject): CalicoFault[] {
  const fields = structFaults(object.spec, { is: 'struct', name: `calico.${object.kind}Spec` });
  return [...nameFaults(object), ...labelFaults(object), ...fields];
}

const CHECKS: Readonly<Record<string, (object: ApiObject, scope: CalicoScope) => CalicoFault[]>> = {
  IPPool: (object, scope) => {
    const pool = object as IPPool;
    const first = poolFaults(pool, scope);
    return first.length > 0 ? first : [...nameFaults(pool), ...poolFieldFaults(pool)];
  },
  BGPConfiguration: (object) => configurationFaults(object as BGPConfiguration),
  BGPPeer: (object) => peerFaults(object as BGPPeer),
};

/** Everything that is wrong with an object of projectcalico.org/v3, as creating or updating it would be refused. Empty when all is well. */
export function validateCalico(object: ApiObject, scope: CalicoScope): readonly CalicoFault[] {
  const spec = object.spec ?? {};
  return (CHECKS[object.kind] ?? generalFaults)({ ...object, spec }, scope);
}
