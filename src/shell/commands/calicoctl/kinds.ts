/**
 * The kinds calicoctl knows: names it takes, columns it prints. Models calicoctl/resourcemgr of Calico v3.30.
 */
import { nodes } from './backends/node.ts';
import { profiles } from './backends/profile.ts';
import { workloadEndpoints } from './backends/workloadendpoint.ts';
import type { Backend, Resource } from './resource.ts';

export type { Metadata, Resource } from './resource.ts';

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
  /** In the API's paths. */
  readonly plural: string;
  /** Where its objects come from, when no CRD stores them. */
  readonly backend?: Backend;
  /** How a list is sorted, where not by name. */
  readonly sort?: (a: Resource, b: Resource) => number;
  /** Operations calicoctl itself refuses, in its words. */
  readonly refuses?: Readonly<Partial<Record<'create' | 'update' | 'delete', string>>>;
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

/** Go's %v of a float64; a missing pointer is `<nil>`. */
function float(value: unknown): string {
  if (typeof value !== 'number') return '<nil>';
  if (value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-4)) {
    const [mantissa = '', exponent = ''] = value.toExponential().split('e');
    return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  return String(value);
}
const order = (resource: Resource): string => float(spec(resource).order);

/** joinAndTruncate of commands/common/printer.go: long lists end in dots. */
const truncated =
  (field: string) =>
  (resource: Resource): string => {
    const text = joined(field)(resource);
    return text.length > TRUNCATED ? `${text.slice(0, TRUNCATED - 3)}...` : text;
  };
const TRUNCATED = 80;

/** Go's %v of a metav1.LabelSelector. */
function selectorText(resource: Resource): string {
  const { matchLabels = {}, matchExpressions = [] } = (spec(resource).podSelector ?? {}) as {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
  };
  const labels = Object.entries(matchLabels)
    .sort(([x], [y]) => (x < y ? -1 : 1))
    .map(([key, value]) => `${key}:${value}`);
  const expressions = matchExpressions.map(({ key, operator, values = [] }) => `{${key} ${operator} [${values.join(' ')}]}`);
  return `{map[${labels.join(' ')}] [${expressions.join(' ')}]}`;
}

type Cells = CalicoKind['cells'];
/** A kind of projectcalico.org/v3; the first columns are shown always, `wide` names all of -o wide. */
function kind(
  name: string,
  names: string,
  plural: string,
  cells: Cells,
  columns: string,
  wide = columns,
  more: Partial<CalicoKind> = {},
): CalicoKind {
  return {
    kind: name,
    names: names.split(' '),
    namespaced: Object.hasOwn(cells, 'NAMESPACE'),
    plural,
    columns: columns.split(' '),
    wide: wide.split(' '),
    cells,
    ...more,
  };
}

/** A tier without an order comes last. */
const rank = (resource: Resource): number => (spec(resource).order as number | undefined) ?? Number.MAX_VALUE;

const POLICY: Cells = { NAME: name, TIER: text('tier', 'default'), ORDER: order, SELECTOR: text('selector') };
const POLICY_WIDE = 'NAME TIER ORDER SELECTOR';
const inNamespace = (cells: Cells): Cells => ({ ...cells, NAMESPACE: namespace });

export const KINDS: readonly CalicoKind[] = [
  kind(
    'BGPConfiguration',
    'bgpconfiguration bgpconfigurations bgpconfig bgpconfigs',
    'bgpconfigurations',
    {
      NAME: name,
      LOGSEVERITY: text('logSeverityScreen'),
      MESHENABLED: text('nodeToNodeMeshEnabled', '-'),
      ASNUMBER: text('asNumber', '-'),
    },
    'NAME LOGSEVERITY MESHENABLED ASNUMBER',
  ),
  kind(
    'BGPFilter',
    'bgpfilter bgpfilters bgpf bgpfs bf bfs',
    'bgpfilters',
    {
      NAME: name,
      NUMEXPORTV4: count('exportV4'),
      NUMIMPORTV4: count('importV4'),
      NUMEXPORTV6: count('exportV6'),
      NUMIMPORTV6: count('importV6'),
    },
    'NAME NUMEXPORTV4 NUMIMPORTV4 NUMEXPORTV6 NUMIMPORTV6',
  ),
  kind(
    'BGPPeer',
    'bgppeer bgppeers bgpp bgpps bp bps',
    'bgppeers',
    {
      NAME: name,
      PEERIP: text('peerIP'),
      NODE: (resource) => text('node')(resource) || text('nodeSelector')(resource) || '(global)',
      ASN: text('asNumber', '0'),
    },
    'NAME PEERIP NODE ASN',
  ),
  kind(
    'ClusterInformation',
    'clusterinformation clusterinformations clusterinfo clusterinfos',
    'clusterinformations',
    {
      NAME: name,
      CLUSTERGUID: text('clusterGUID'),
      CLUSTERTYPE: text('clusterType'),
      CALICOVERSION: text('calicoVersion'),
      DATASTOREREADY: text('datastoreReady', '<nil>'),
    },
    'NAME CLUSTERGUID CLUSTERTYPE CALICOVERSION DATASTOREREADY',
    undefined,
    { refuses: { create: 'create or apply', update: 'apply or replace', delete: 'delete' } },
  ),
  kind(
    'FelixConfiguration',
    'felixconfiguration felixconfigurations felixconfig felixconfigs',
    'felixconfigurations',
    { NAME: name },
    'NAME',
  ),
  kind(
    'GlobalNetworkPolicy',
    'globalnetworkpolicy globalnetworkpolicies gnp gnps',
    'globalnetworkpolicies',
    POLICY,
    'NAME TIER',
    POLICY_WIDE,
  ),
  kind(
    'GlobalNetworkSet',
    'globalnetworkset globalnetworksets gnetsets',
    'globalnetworksets',
    { NAME: name, NETS: truncated('nets') },
    'NAME',
    'NAME NETS',
  ),
  kind(
    'HostEndpoint',
    'hostendpoint hostendpoints hep heps',
    'hostendpoints',
    {
      NAME: name,
      NODE: text('node'),
      INTERFACE: text('interfaceName'),
      IPS: joined('expectedIPs'),
      PROFILES: joined('profiles'),
    },
    'NAME NODE',
    'NAME NODE INTERFACE IPS PROFILES',
  ),
  kind(
    'IPPool',
    'ippool ippools ipp ipps pool pools',
    'ippools',
    {
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
    'NAME CIDR SELECTOR',
    'NAME CIDR NAT IPIPMODE VXLANMODE DISABLED DISABLEBGPEXPORT SELECTOR ASSIGNMENTMODE',
  ),
  kind(
    'IPReservation',
    'ipreservation ipreservations reservation reservations',
    'ipreservations',
    { NAME: name, CIDRS: truncated('reservedCIDRs') },
    'NAME',
    'NAME CIDRS',
  ),
  kind(
    'KubeControllersConfiguration',
    'kubecontrollersconfiguration kubecontrollersconfigurations kubecontrollersconfig kubecontrollersconfigs',
    'kubecontrollersconfigurations',
    { NAME: name },
    'NAME',
  ),
  kind(
    'NetworkPolicy',
    'networkpolicy networkpolicies policy np policies pol pols',
    'networkpolicies',
    inNamespace(POLICY),
    'NAME TIER',
    POLICY_WIDE,
  ),
  kind(
    'NetworkSet',
    'networkset networksets netsets',
    'networksets',
    inNamespace({ NAME: name, NETS: truncated('nets') }),
    'NAME',
    'NAME NETS',
  ),
  kind(
    'Node',
    'node nodes no nos',
    'nodes',
    {
      NAME: name,
      ASN: (resource, setting) => (bgp(resource) ? String(bgp(resource)?.asNumber ?? `(${setting.asNumber()})`) : ''),
      IPV4: (resource) => String(bgp(resource)?.ipv4Address ?? ''),
      IPV6: (resource) => String(bgp(resource)?.ipv6Address ?? ''),
    },
    'NAME',
    'NAME ASN IPV4 IPV6',
    { backend: nodes },
  ),
  kind(
    'Profile',
    'profile profiles pro pros',
    'profiles',
    {
      NAME: name,
      LABELS: (resource) =>
        Object.entries((spec(resource).labelsToApply ?? {}) as Readonly<Record<string, string>>)
          .map(([key, value]) => `${key}=${value}`)
          .sort()
          .join(','),
    },
    'NAME',
    'NAME LABELS',
    { backend: profiles },
  ),
  kind(
    'StagedGlobalNetworkPolicy',
    'stagedglobalnetworkpolicy stagedglobalnetworkpolicies sgnp sgnps',
    'stagedglobalnetworkpolicies',
    POLICY,
    'NAME TIER',
    POLICY_WIDE,
  ),
  kind(
    'StagedKubernetesNetworkPolicy',
    'stagedkubernetesnetworkpolicy stagedkubernetesnetworkpolicies stagedkubernetespolicy sknp stagedkubernetespolicies skpol skpols',
    'stagedkubernetesnetworkpolicies',
    inNamespace({ NAME: name, PODSELECTOR: selectorText }),
    'NAME',
    'NAME PODSELECTOR',
  ),
  kind(
    'StagedNetworkPolicy',
    'stagednetworkpolicy stagednetworkpolicies stagedpolicy snp stagedpolicies spol spols',
    'stagednetworkpolicies',
    inNamespace(POLICY),
    'NAME TIER',
    POLICY_WIDE,
  ),
  kind('Tier', 'tier tiers', 'tiers', { NAME: name, ORDER: order }, 'NAME ORDER', undefined, {
    sort: (a, b) => rank(a) - rank(b) || (name(a) < name(b) ? -1 : 1),
  }),
  kind(
    'WorkloadEndpoint',
    'workloadendpoint workloadendpoints wep weps',
    'workloadendpoints',
    inNamespace({
      NAME: name,
      NODE: text('node'),
      ORCHESTRATOR: text('orchestrator'),
      WORKLOAD: (resource) => text('workload')(resource) || text('pod')(resource),
      NETWORKS: joined('ipNetworks'),
      NATS: (resource) =>
        ((spec(resource).ipNATs ?? []) as readonly { internalIP: string; externalIP: string }[])
          .map(({ internalIP, externalIP }) => `{${internalIP} ${externalIP}}`)
          .join(','),
      PROFILES: joined('profiles'),
      INTERFACE: text('interfaceName'),
    }),
    'WORKLOAD NODE NETWORKS INTERFACE',
    'NAME WORKLOAD NODE NETWORKS INTERFACE PROFILES NATS',
    { backend: workloadEndpoints },
  ),
];

export const findKind = (word: string): CalicoKind | undefined => KINDS.find(({ names }) => names.includes(word.toLowerCase()));
export const kindNamed = (kind: string): CalicoKind | undefined => KINDS.find((each) => each.kind === kind);
