/** `calicoctl ipam show`. Models calicoctl/commands/ipam/show.go of Calico v3.30. */
import { contains, formatPrefix, type IPAMBlock, parseAddress, toPrefix } from '../../../../engine/index.ts';
import type { Process } from '../../../command.ts';
import type { Outcome } from '../change.ts';
import { type CalicoClient, calicoClient } from '../client.ts';
import { connect, Ended, versionMismatch } from '../connection.ts';
import type { Arguments } from '../docopt.ts';
import { renderTable } from '../table.ts';
import type { Setting } from '../types.ts';
import { assigned, blocksOf, poolsOf } from './blocks.ts';
import { configurationOf } from './configure.ts';

export function show(process: Process, args: Arguments, { context }: Setting): Outcome {
  const mismatch = versionMismatch(process, args, context);
  if (mismatch !== undefined) return mismatch;
  connect(process, args, context);
  const client = calicoClient(process);
  const address = args.value('--ip');
  if (address !== undefined) return showAddress(process, client, address);
  if (args.flag('--show-borrowed')) return showBorrowed(process, client);
  if (args.flag('--show-configuration')) {
    const { strictAffinity, autoAllocateBlocks, maxBlocksPerHost } = configurationOf(client).spec;
    process.out(
      renderTable(
        ['PROPERTY', 'VALUE'],
        [
          ['StrictAffinity', String(strictAffinity)],
          ['AutoAllocateBlocks', String(autoAllocateBlocks)],
          ['MaxBlocksPerHost', String(maxBlocksPerHost)],
        ],
      ),
    );
    return undefined;
  }
  return showUse(process, client, args.flag('--show-blocks'));
}

const IPV6 = /^(?=.*:)[0-9a-fA-F:]+$/;

/** IPv6 addresses are recognised; none is ever handed out here. */
export const isAddress = (text: string): boolean => parseAddress(text) !== undefined || IPV6.test(text);

function showAddress(process: Process, client: CalicoClient, address: string): Outcome {
  if (!isAddress(address)) throw new Ended(`Error executing command: invalid IP address specified: ${address}`);
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
