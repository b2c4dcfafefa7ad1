/**
 * The kinds calicoctl knows: names it takes, columns it prints. Models calicoctl/resourcemgr of Calico v3.30; every kind of upstream
 * is here so that the list of valid types is whole, those without a `plural` are not simulated.
 */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string | null;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a column may need beside the object. */
export interface Setting {
  /** AS number of nodes that set none. */
  readonly asNumber: () => string;
}

export interface CalicoKind {
  readonly kind: string;
  /** Accepted on the command line, any case. */
  readonly names: readonly string[];
  readonly namespaced: boolean;
  /** In the API's paths; absent: not simulated. */
  readonly plural?: string;
  readonly columns: readonly string[];
  readonly wide: readonly string[];
  /** Every heading, in the order of the field list of upstream. */
  readonly cells: Readonly<Record<string, (resource: Resource, setting: Setting) => string>>;
}

const spec = (resource: Resource): Readonly<Record<string, unknown>> => resource.spec ?? {};
/** Go's template prints a missing string as nothing, a missing number or bool as its zero. */
const text =
  (field: string, missing = '') =>
  (resource: Resource): string => {
    const value = spec(resource)[field];
    return value === undefined || value === null || value === '' ? missing : String(value);
  };
const joined =
  (field: string) =>
  (resource: Resource): string => {
    const value = spec(resource)[field];
    return Array.isArray(value) ? value.join(',') : '';
  };
const count =
  (field: string) =>
  (resource: Resource): string => {
    const value = spec(resource)[field];
    return String(Array.isArray(value) ? value.length : 0);
  };
const name = (resource: Resource): string => resource.metadata.name ?? '';
const namespace = (resource: Resource): string => resource.metadata.namespace ?? '';
const bgp = (resource: Resource): Readonly<Record<string, unknown>> | undefined =>
  spec(resource).bgp as Readonly<Record<string, unknown>> | undefined;

const plain = (kind: string, names: string, namespaced = false): CalicoKind => ({
  kind,
  names: names.split(' '),
  namespaced,
  columns: ['NAME'],
  wide: ['NAME'],
  cells: { NAME: name, ...(namespaced && { NAMESPACE: namespace }) },
});

export const KINDS: readonly CalicoKind[] = [
  {
    kind: 'BGPConfiguration',
    names: ['bgpconfiguration', 'bgpconfigurations', 'bgpconfig', 'bgpconfigs'],
    namespaced: false,
    plural: 'bgpconfigurations',
    columns: ['NAME', 'LOGSEVERITY', 'MESHENABLED', 'ASNUMBER'],
    wide: ['NAME', 'LOGSEVERITY', 'MESHENABLED', 'ASNUMBER'],
    cells: {
      NAME: name,
      LOGSEVERITY: text('logSeverityScreen'),
      MESHENABLED: text('nodeToNodeMeshEnabled', '-'),
      ASNUMBER: text('asNumber', '-'),
    },
  },
  {
    ...plain('BGPFilter', 'bgpfilter bgpfilters bgpf bgpfs bf bfs'),
    columns: ['NAME', 'NUMEXPORTV4', 'NUMIMPORTV4', 'NUMEXPORTV6', 'NUMIMPORTV6'],
    wide: ['NAME', 'NUMEXPORTV4', 'NUMIMPORTV4', 'NUMEXPORTV6', 'NUMIMPORTV6'],
    cells: {
      NAME: name,
      NUMEXPORTV4: count('exportV4'),
      NUMIMPORTV4: count('importV4'),
      NUMEXPORTV6: count('exportV6'),
      NUMIMPORTV6: count('importV6'),
    },
  },
  {
    kind: 'BGPPeer',
    names: ['bgppeer', 'bgppeers', 'bgpp', 'bgpps', 'bp', 'bps'],
    namespaced: false,
    plural: 'bgppeers',
    columns: ['NAME', 'PEERIP', 'NODE', 'ASN'],
    wide: ['NAME', 'PEERIP', 'NODE', 'ASN'],
    cells: {
      NAME: name,
      PEERIP: text('peerIP'),
      NODE: (resource) => text('node')(resource) || text('nodeSelector')(resource) || '(global)',
      ASN: text('asNumber', '0'),
    },
  },
  plain('BlockAffinity', 'blockaffinity blockaffinities affinity affinities'),
  plain('ClusterInformation', 'clusterinformation clusterinformations clusterinfo clusterinfos'),
  {
    ...plain('FelixConfiguration', 'felixconfiguration felixconfigurations felixconfig felixconfigs'),
    plural: 'felixconfigurations',
  },
  {
    ...plain('GlobalNetworkPolicy', 'globalnetworkpolicy globalnetworkpolicies gnp gnps'),
    plural: 'globalnetworkpolicies',
    columns: ['NAME', 'TIER'],
    wide: ['NAME', 'TIER', 'ORDER', 'SELECTOR'],
    cells: { NAME: name, TIER: text('tier', 'default'), ORDER: text('order', '<nil>'), SELECTOR: text('selector') },
  },
  plain('GlobalNetworkSet', 'globalnetworkset globalnetworksets gnetsets'),
  plain('HostEndpoint', 'hostendpoint hostendpoints hep heps'),
  plain('IPAMConfiguration', 'ipamconfiguration ipamconfigurations ipamconfig ipamconfigs'),
  {
    kind: 'IPPool',
    names: ['ippool', 'ippools', 'ipp', 'ipps', 'pool', 'pools'],
    namespaced: false,
    plural: 'ippools',
    columns: ['NAME', 'CIDR', 'SELECTOR'],
    wide: ['NAME', 'CIDR', 'NAT', 'IPIPMODE', 'VXLANMODE', 'DISABLED', 'DISABLEBGPEXPORT', 'SELECTOR', 'ASSIGNMENTMODE'],
    cells: {
      NAME: name,
      CIDR: text('cidr'),
      NAT: text('natOutgoing', 'false'),
      IPIPMODE: text('ipipMode', 'Never'),
      VXLANMODE: text('vxlanMode', 'Never'),
      DISABLED: text('disabled', 'false'),
      DISABLEBGPEXPORT: text('disableBGPExport', 'false'),
      SELECTOR: text('nodeSelector'),
      ASSIGNMENTMODE: text('assignmentMode', 'Automatic'),
    },
  },
  {
    ...plain('IPReservation', 'ipreservation ipreservations reservation reservations'),
    wide: ['NAME', 'CIDRS'],
    cells: { NAME: name, CIDRS: joined('reservedCIDRs') },
  },
  plain(
    'KubeControllersConfiguration',
    'kubecontrollersconfiguration kubecontrollersconfigurations kubecontrollersconfig kubecontrollersconfigs',
  ),
  {
    ...plain('NetworkPolicy', 'networkpolicy networkpolicies policy np policies pol pols', true),
    plural: 'networkpolicies',
    columns: ['NAME', 'TIER'],
    wide: ['NAME', 'TIER', 'ORDER', 'SELECTOR'],
    cells: {
      NAME: name,
      NAMESPACE: namespace,
      TIER: text('tier', 'default'),
      ORDER: text('order', '<nil>'),
      SELECTOR: text('selector'),
    },
  },
  plain('NetworkSet', 'networkset networksets netsets', true),
  {
    kind: 'Node',
    names: ['node', 'nodes', 'no', 'nos'],
    namespaced: false,
    plural: 'nodes',
    columns: ['NAME'],
    wide: ['NAME', 'ASN', 'IPV4', 'IPV6'],
    cells: {
      NAME: name,
      ASN: (resource, setting) => (bgp(resource) ? String(bgp(resource)?.asNumber ?? `(${setting.asNumber()})`) : ''),
      IPV4: (resource) => String(bgp(resource)?.ipv4Address ?? ''),
      IPV6: (resource) => String(bgp(resource)?.ipv6Address ?? ''),
    },
  },
  plain('Profile', 'profile profiles pro pros'),
  plain('StagedGlobalNetworkPolicy', 'stagedglobalnetworkpolicy stagedglobalnetworkpolicies sgnp sgnps'),
  plain('StagedKubernetesNetworkPolicy', 'stagedkubernetesnetworkpolicy stagedkubernetesnetworkpolicies sknp sknps', true),
  plain('StagedNetworkPolicy', 'stagednetworkpolicy stagednetworkpolicies snp snps', true),
  plain('Tier', 'tier tiers'),
  plain('WorkloadEndpoint', 'workloadendpoint workloadendpoints wep weps', true),
];

export const findKind = (word: string): CalicoKind | undefined => KINDS.find(({ names }) => names.includes(word.toLowerCase()));
export const kindNamed = (kind: string): CalicoKind | undefined => KINDS.find((each) => each.kind === kind);

/** The list of valid types in every help text. */
export function resourceList(): string {
  return KINDS.map(({ kind }) => kind.toLowerCase())
    .sort()
    .map((kind) => `    - ${kind}\n`)
    .join('');
}
