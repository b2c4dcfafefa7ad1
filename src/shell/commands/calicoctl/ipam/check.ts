/**
 * `calicoctl ipam check`: addresses handed out against those in use. Models calicoctl/commands/ipam/check.go of Calico v3.30, with the
 * report that `ipam release` takes. Upstream walks Go maps in any order where this one sorts.
 */
import { formatPrefix, type IPAMBlock, toPrefix, VERSIONS } from '../../../../engine/index.ts';
import type { Process } from '../../../command.ts';
import type { Outcome } from '../change.ts';
import { type CalicoClient, calicoClient } from '../client.ts';
import { connect, versionMismatch } from '../connection.ts';
import { clusterInformation } from '../datastore.ts';
import type { Arguments } from '../docopt.ts';
import { kindNamed } from '../kinds.ts';
import type { Resource } from '../resource.ts';
import type { Setting } from '../types.ts';
import { blocksOf, poolsOf } from './blocks.ts';

export interface Allocation {
  readonly ip: string;
  readonly handle?: string;
  readonly sequenceNumber: number;
  readonly pod?: string;
  readonly namespace?: string;
  readonly node?: string;
  readonly type?: string;
  readonly creationTimestamp?: string;
  inUse: boolean;
  readonly borrowed?: boolean;
  owners: string[] | null;
}

export interface Report {
  readonly version: string;
  readonly clusterGUID: string;
  readonly datastoreLocked: boolean;
  readonly clusterInformationRevision: string;
  readonly clusterType: string;
  readonly allocations: Readonly<Record<string, readonly Allocation[]>>;
  readonly leakedHandles?: readonly { readonly ID: string; readonly UID: string; readonly Revision: string }[];
}

interface Scan {
  readonly out: (line: string) => void;
  readonly client: CalicoClient;
  readonly all: boolean;
  readonly problems: boolean;
  readonly allocations: Map<string, Allocation>;
  readonly attributes: Map<string, string>;
  readonly inUse: Map<string, string[]>;
  readonly handles: Set<string>;
}

type Attribute = IPAMBlock['spec']['attributes'][number];

function attributeText(attribute: Attribute | undefined): string {
  if (!attribute) return '<missing>';
  const extra = Object.entries(attribute.secondary ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`);
  return `Main:${attribute.handle_id ?? '<none>'} Extra:${extra.join(',')}`;
}

function sequenceOf(spec: IPAMBlock['spec'], ordinal: number): number {
  const { sequenceNumberForAllocation: numbers = {} } = spec as { readonly sequenceNumberForAllocation?: Record<string, number> };
  return numbers[String(ordinal)] ?? 0;
}

function record(scan: Scan, { spec }: IPAMBlock, ordinal: number, index: number): void {
  const ip = formatPrefix({ address: toPrefix(spec.cidr).address + ordinal, length: 32 }).slice(0, -3);
  const attribute = spec.attributes[index];
  const { node, pod, namespace, type, timestamp } = attribute?.secondary ?? {};
  const owner = spec.affinity?.replace(/^host:/, '') ?? '';
  const handle = attribute?.handle_id;
  scan.allocations.set(ip, {
    ip,
    ...(handle && { handle }),
    sequenceNumber: sequenceOf(spec, ordinal),
    ...(pod && { pod }),
    ...(namespace && { namespace }),
    ...((node || owner) && { node: node || owner }),
    ...(type && { type }),
    ...(timestamp && { creationTimestamp: timestamp }),
    inUse: false,
    ...((node || owner) !== owner && { borrowed: true }),
    owners: null,
  });
  scan.attributes.set(ip, attributeText(attribute));
  if (handle) scan.handles.add(handle);
  if (scan.all) scan.out(`  ${ip} allocated; attrs ${attributeText(attribute)}`);
}

function use(scan: Scan, ip: string, owner: string): void {
  if (scan.all) scan.out(`  ${ip} belongs to ${owner}`);
  scan.inUse.set(ip, [...(scan.inUse.get(ip) ?? []), owner]);
  const allocation = scan.allocations.get(ip);
  if (!allocation) return;
  allocation.inUse = true;
  allocation.owners = [...(allocation.owners ?? []), owner];
}

function loadBlocks(scan: Scan): void {
  scan.out('Loading all IPAM blocks...');
  const blocks = blocksOf(scan.client);
  scan.out(`Found ${blocks.length} IPAM blocks.`);
  for (const block of blocks) {
    scan.out(` IPAM block ${block.spec.cidr} affinity=${block.spec.affinity ?? '<none>'}:`);
    block.spec.allocations.forEach((index, ordinal) => {
      if (index !== null) record(scan, block, ordinal, index);
    });
  }
  scan.out(`IPAM blocks record ${scan.allocations.size} allocations.\n`);
}

function loadPools({ out, client }: Scan): readonly string[] {
  out('Loading all IPAM pools...');
  const active = poolsOf(client)
    .filter(({ spec }) => spec?.disabled !== true)
    .map(({ spec }) => String(spec?.cidr));
  for (const cidr of active) out(`  ${cidr}`);
  out(`Found ${active.length} active IP pools.\n`);
  return active;
}

interface Balancer extends Resource {
  readonly spec?: { readonly type?: string; readonly loadBalancerClass?: string };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] } };
}

/** loadbalancer.IsCalicoManagedLoadBalancer, for kube-controllers that serve every service. */
function managed({ spec }: Balancer): boolean {
  if (spec?.type !== 'LoadBalancer') return false;
  return spec.loadBalancerClass === undefined || spec.loadBalancerClass === 'calico';
}

function loadUsers(scan: Scan): void {
  const { out, client } = scan;
  // Tunnels have addresses of their own, and nothing here is encapsulated.
  out('Loading all nodes.\nFound 0 node tunnel IPs.\n');
  out('Loading all service load balancer IPs.');
  const balancers = (client.listPath('/api/v1/services') as readonly Balancer[]).filter(managed);
  for (const { metadata, status } of balancers)
    for (const { ip } of status?.loadBalancer?.ingress ?? []) if (ip) use(scan, ip, metadata.name ?? '');
  out(`Found ${balancers.length} service load balancer.\n`);
  out('Loading all workload endpoints.');
  let count = 0;
  for (const { metadata, spec } of (client.list(kindNamed('WorkloadEndpoint')!).items ?? []) as readonly Resource[]) {
    for (const network of (spec?.ipNetworks ?? []) as readonly string[]) {
      use(scan, network.replace(/\/\d+$/, ''), `Workload(${metadata.namespace}/${metadata.name})`);
      count++;
    }
  }
  out(`Found ${count} workload IPs.\nWorkloads and nodes are using ${scan.inUse.size} IPs.\n`);
}

function topNodes({ out, allocations }: Scan): void {
  out('Loading all handles\nLooking for top (up to 20) nodes by allocations...');
  const counts = new Map<string, number>();
  for (const { node = '' } of allocations.values()) counts.set(node, (counts.get(node) ?? 0) + 1);
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  for (const [node, count] of sorted.slice(0, 20)) out(`  ${node} has ${count} allocations`);
  if (sorted.length > 0) {
    out(`Node with most allocations has ${sorted[0]?.[1]}; median is ${sorted[Math.floor(sorted.length / 2)]?.[1]}`);
  }
  out('');
}

function scanAddresses(scan: Scan, pools: readonly string[]): number {
  const { out, allocations, inUse, problems } = scan;
  out('Scanning for IPs that are allocated but not actually in use...');
  const leaked = [...allocations.keys()].filter((ip) => !inUse.has(ip));
  if (problems) for (const ip of leaked) out(`  ${ip} leaked; attrs ${scan.attributes.get(ip)}`);
  out(`Found ${leaked.length} IPs that are allocated in IPAM but not actually in use.`);
  out('Scanning for IPs that are in use by a workload or node but not allocated in IPAM...');
  const ranges = pools.map(toPrefix);
  const pooled = (ip: string) => {
    const { address } = toPrefix(`${ip}/32`);
    return ranges.some((range) => address >= range.address && address < range.address + 2 ** (32 - range.length));
  };
  let [foreign, unallocated] = [0, 0];
  for (const [ip, owners] of inUse) {
    if (problems && owners.length > 1) out(`  ${ip} has multiple owners.`);
    if (allocations.has(ip)) continue;
    const inPool = pooled(ip);
    const what = inPool ? 'and in active IPAM pool but has no IPAM allocation.' : 'is not in any active IP pool.';
    if (problems) for (const owner of owners) out(`  ${ip} in use by ${owner} ${what}`);
    if (inPool) unallocated++;
    else foreign++;
  }
  out(`Found ${foreign} in-use IPs that are not in active IP pools.`);
  out(`Found ${unallocated} in-use IPs that are in active IP pools but have no corresponding IPAM allocation.\n`);
  return leaked.length + foreign + unallocated;
}

function scanHandles({ out, handles, all, problems, client }: Scan): readonly Resource[] {
  const known = client.listPath('/apis/crd.projectcalico.org/v1/ipamhandles');
  const idOf = ({ spec }: Resource) => String(spec?.handleID ?? '');
  const leaked = known.filter((handle) => !handles.has(idOf(handle)));
  out('Scanning for IPAM handles with no matching IPs...');
  if (all) for (const handle of leaked) out(`  ${idOf(handle)} doesn't have any active IPs.`);
  out(`Found ${leaked.length} handles with no matching IPs (and ${known.length - leaked.length} handles with matches).`);
  out('Scanning for IPs with missing handle...');
  const missing = [...handles].filter((id) => !known.some((handle) => idOf(handle) === id));
  if (problems) for (const id of missing) out(`  ${id} is in use in a block but doesn't exist.`);
  out(`Found ${missing.length} handles mentioned in blocks with no matching handle resource.`);
  return leaked;
}

function reportText(scan: Scan, information: Resource, leaked: readonly Resource[]): string {
  const { clusterGUID = '', clusterType = '', datastoreReady } = information.spec ?? {};
  const sorted = [...scan.allocations].sort(([a], [b]) => (a < b ? -1 : 1));
  const report = {
    version: VERSIONS.calico,
    clusterGUID,
    datastoreLocked: datastoreReady === false,
    clusterInformationRevision: information.metadata.resourceVersion ?? '',
    clusterType,
    allocations: Object.fromEntries(sorted.map(([ip, allocation]) => [ip, [allocation]])),
    ...(leaked.length > 0 && {
      leakedHandles: leaked.map(({ metadata, spec }) => ({
        ID: spec?.handleID,
        UID: metadata.uid,
        Revision: metadata.resourceVersion,
      })),
    }),
  };
  return JSON.stringify(report, undefined, 2);
}

export function check(process: Process, args: Arguments, { context }: Setting): Outcome {
  const mismatch = versionMismatch(process, args, context);
  if (mismatch !== undefined) return mismatch;
  connect(process, args, context);
  const scan: Scan = {
    out: (line) => process.out(`${line}\n`),
    client: calicoClient(process),
    all: args.flag('--show-all-ips'),
    problems: args.flag('--show-problem-ips') || args.flag('--show-all-ips'),
    allocations: new Map(),
    attributes: new Map(),
    inUse: new Map(),
    handles: new Set(),
  };
  scan.out('Checking IPAM for inconsistencies...\n');
  const information = clusterInformation(process);
  loadBlocks(scan);
  const pools = loadPools(scan);
  loadUsers(scan);
  topNodes(scan);
  const problems = scanAddresses(scan, pools);
  const leaked = scanHandles(scan);
  scan.out(`Check complete; found ${problems + leaked.length} problems.`);
  const file = args.value('--output');
  if (file !== undefined && file !== '') process.files.write(file, reportText(scan, information, leaked));
  return undefined;
}
