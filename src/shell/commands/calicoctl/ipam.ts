/** `calicoctl ipam show|check|release`. Models calicoctl/commands/ipam of Calico v3.30; split and configure are not simulated. */
import { contains, formatPrefix, type IPAMBlock, parseAddress, toNumber, toPrefix } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import type { Outcome } from './change.ts';
import { type CalicoClient, CalicoError, calicoClient } from './client.ts';
import type { Arguments } from './docopt.ts';
import { kindNamed, type Resource } from './kinds.ts';
import { renderTable } from './table.ts';

const BLOCKS = '/apis/crd.projectcalico.org/v1/ipamblocks';

const blocksOf = (client: CalicoClient): readonly IPAMBlock[] =>
  [...client.listPath(BLOCKS)]
    .map((each) => each as unknown as IPAMBlock)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));

const poolsOf = (client: CalicoClient): readonly Resource[] => {
  const kind = kindNamed('IPPool');
  return kind ? ((client.list(kind).items ?? []) as readonly Resource[]) : [];
};

/** The block and ordinal of an address that is handed out. */
function assigned(
  blocks: readonly IPAMBlock[],
  address: string,
): { readonly block: IPAMBlock; readonly ordinal: number; readonly attribute: number } | undefined {
  const value = toNumber(address);
  for (const block of blocks) {
    const prefix = toPrefix(block.spec.cidr);
    if (!contains(prefix, value)) continue;
    const ordinal = value - prefix.address;
    const attribute = block.spec.allocations[ordinal];
    return attribute === null || attribute === undefined ? undefined : { block, ordinal, attribute };
  }
  return undefined;
}

export function show(process: Process, args: Arguments): Outcome {
  const client = calicoClient(process);
  const address = args.value('--ip');
  if (address !== undefined) return showAddress(process, client, address);
  if (args.flag('--show-borrowed')) return showBorrowed(process, client);
  if (args.flag('--show-configuration')) {
    process.out(
      renderTable(
        ['PROPERTY', 'VALUE'],
        [
          ['StrictAffinity', 'false'],
          ['AutoAllocateBlocks', 'true'],
          ['MaxBlocksPerHost', '0'],
        ],
      ),
    );
    return undefined;
  }
  return showUse(process, client, args.flag('--show-blocks'));
}

function showAddress(process: Process, client: CalicoClient, address: string): Outcome {
  if (parseAddress(address) === undefined) {
    process.out(`Error executing command: invalid IP address specified: ${address}\n`);
    return '';
  }
  const found = assigned(blocksOf(client), address);
  if (!found) {
    process.out(`${address} is not assigned\n`);
    return undefined;
  }
  process.out(`IP ${address} is in use\n`);
  const attributes = Object.entries(found.block.spec.attributes[found.attribute]?.secondary ?? {});
  if (attributes.length === 0) process.out('No attributes defined\n');
  else process.out(`Attributes:\n${attributes.map(([key, value]) => `  ${key}: ${value}\n`).join('')}`);
  return undefined;
}

/** Go's %.5g for the counts that occur. */
function general(value: number): string {
  if (value < 100_000) return String(value);
  const exponent = Math.floor(Math.log10(value));
  const mantissa = Number((value / 10 ** exponent).toPrecision(5));
  return `${mantissa}e+${String(exponent).padStart(2, '0')}`;
}

/** Go rounds halves to even in %.f. */
function percent(part: number, whole: number): string {
  const exact = (100 * part) / whole;
  const floor = Math.floor(exact);
  return String(exact - floor === 0.5 ? floor + (floor % 2) : Math.round(exact));
}

const usageRow = (what: string, cidr: string, used: number, capacity: number): readonly string[] => [
  what,
  cidr,
  general(capacity),
  `${general(used)} (${percent(used, capacity)}%)`,
  `${general(capacity - used)} (${percent(capacity - used, capacity)}%)`,
];

function showUse(process: Process, client: CalicoClient, withBlocks: boolean): Outcome {
  const blocks = blocksOf(client);
  const rows: (readonly string[])[] = [];
  for (const pool of poolsOf(client)) {
    const range = toPrefix(String(pool.spec?.cidr ?? ''));
    const own = blocks.filter(({ spec }) => contains(range, toPrefix(spec.cidr).address));
    const used = ({ spec }: IPAMBlock) => spec.allocations.filter((each) => each !== null).length;
    rows.push(
      usageRow(
        'IP Pool',
        formatPrefix(range),
        own.reduce((sum, block) => sum + used(block), 0),
        2 ** (32 - range.length),
      ),
    );
    if (withBlocks)
      for (const block of own) rows.push(usageRow('Block', block.spec.cidr, used(block), block.spec.allocations.length));
  }
  process.out(renderTable(['GROUPING', 'CIDR', 'IPS TOTAL', 'IPS IN USE', 'IPS FREE'], rows));
  return undefined;
}

function showBorrowed(process: Process, client: CalicoClient): Outcome {
  const rows: (readonly string[])[] = [];
  for (const { spec } of blocksOf(client)) {
    const owner = spec.affinity?.replace(/^host:/, '') ?? '';
    const { address } = toPrefix(spec.cidr);
    spec.allocations.forEach((attribute, ordinal) => {
      const secondary = attribute === null ? undefined : spec.attributes[attribute]?.secondary;
      const node = secondary?.node;
      if (!secondary || node === undefined || node === owner) return;
      const to = secondary.pod === undefined ? (secondary.type ?? '') : `${secondary.namespace}/${secondary.pod}`;
      rows.push([
        formatPrefix({ address: address + ordinal, length: 32 }).slice(0, -3),
        node,
        spec.cidr,
        owner,
        secondary.pod === undefined ? 'tunnel' : 'pod',
        to,
      ]);
    });
  }
  process.out(renderTable(['IP', 'BORROWING-NODE', 'BLOCK', 'BLOCK OWNER', 'TYPE', 'ALLOCATED-TO'], rows));
  return undefined;
}

export function release(process: Process, args: Arguments): Outcome {
  const address = args.value('--ip');
  if (address === undefined) return undefined;
  if (parseAddress(address) === undefined) {
    process.out(`Error executing command: invalid IP address specified: ${address}\n`);
    return '';
  }
  const client = calicoClient(process);
  const found = assigned(blocksOf(client), address);
  if (!found) return `IP address ${address} is not assigned`;
  const { block, ordinal } = found;
  const spec = {
    ...block.spec,
    allocations: block.spec.allocations.map((each, i) => (i === ordinal ? null : each)),
    unallocated: [...block.spec.unallocated, ordinal],
  };
  try {
    client.putPath(`${BLOCKS}/${block.metadata.name}`, { ...block, spec });
  } catch (error) {
    if (error instanceof CalicoError) return `Error: ${error.message}`;
    throw error;
  }
  process.out(`Successfully released IP address ${address}\n`);
  return undefined;
}

export function check(process: Process, _args: Arguments): Outcome {
  const client = calicoClient(process);
  const blocks = blocksOf(client);
  const pools = poolsOf(client);
  const inUse = podAddresses(client);
  const out = (line: string) => process.out(`${line}\n`);
  out('Checking IPAM for inconsistencies...');
  out('');
  out('Loading all IPAM blocks...');
  out(`Found ${blocks.length} IPAM blocks.`);
  for (const { spec } of blocks) out(` IPAM block ${spec.cidr} affinity=${spec.affinity ?? '<nil>'}:`);
  const held = blocks.flatMap(({ spec }) => {
    const { address } = toPrefix(spec.cidr);
    return spec.allocations.flatMap((each, i) =>
      each === null ? [] : [formatPrefix({ address: address + i, length: 32 }).slice(0, -3)],
    );
  });
  out(`IPAM blocks record ${held.length} allocations.`);
  out('');
  out('Loading all IPAM pools...');
  for (const pool of pools) out(`  ${pool.spec?.cidr}`);
  out(`Found ${pools.length} active IP pools.`);
  out('');
  out('Loading all nodes.');
  out('Found 0 node tunnel IPs.');
  out('');
  out('Loading all workload endpoints.');
  out(`Found ${inUse.size} workload IPs.`);
  out(`Workloads and nodes are using ${inUse.size} IPs.`);
  out('');
  out('Loading all handles');
  out('Looking for top (up to 20) nodes by allocations...');
  nodesByUse(blocks).forEach((line) => {
    out(line);
  });
  const leaked = held.filter((address) => !inUse.has(address));
  const unallocated = [...inUse].filter((address) => !held.includes(address));
  out('');
  out(`Scanning for IPs that are allocated but not actually in use...`);
  out(`Found ${leaked.length} IPs that are allocated in IPAM but not actually in use.`);
  out('Scanning for IPs that are in use by a workload or node but not allocated in IPAM...');
  out(`Found ${unallocated.length} in-use IPs that are not in active IP pools.`);
  out('Found 0 in-use IPs that are in active IP pools but have no corresponding IPAM allocation.');
  out('');
  out('Scanning for IPAM handles with no matching IPs...');
  out('Found 0 handles with no matching IPs (and 0 handles with matches).');
  out('Scanning for IPs with missing handle...');
  out('Found 0 handles mentioned in blocks with no matching handle resource.');
  out(`Check complete; found ${leaked.length + unallocated.length} problems.`);
  return undefined;
}

function podAddresses(client: CalicoClient): ReadonlySet<string> {
  const addresses = new Set<string>();
  for (const pod of client.listPath('/api/v1/pods')) {
    const { podIP, phase } = (pod.status ?? {}) as { readonly podIP?: string; readonly phase?: string };
    const onHost = (pod.spec as { readonly hostNetwork?: boolean } | undefined)?.hostNetwork === true;
    if (podIP !== undefined && !onHost && phase !== 'Succeeded' && phase !== 'Failed') addresses.add(podIP);
  }
  return addresses;
}

function nodesByUse(blocks: readonly IPAMBlock[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { spec } of blocks) {
    for (const each of spec.allocations) {
      const node = each === null ? undefined : spec.attributes[each]?.secondary?.node;
      if (node !== undefined) counts.set(node, (counts.get(node) ?? 0) + 1);
    }
  }
  const sorted = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 20);
  const values = sorted.map(([, count]) => count);
  const lines = sorted.map(([node, count]) => `  ${node} has ${count} allocations`);
  if (values.length === 0) return lines;
  const median = values[Math.floor(values.length / 2)];
  return [...lines, `Node with most allocations has ${values[0]}; median is ${median}`];
}
