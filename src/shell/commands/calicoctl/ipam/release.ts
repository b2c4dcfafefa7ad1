/** `calicoctl ipam release`: one address, or what reports say has leaked. Models calicoctl/commands/ipam/release.go of Calico v3.30. */
import { type IPAMBlock, VERSIONS } from '../../../../engine/index.ts';
import type { Process } from '../../../command.ts';
import type { Outcome } from '../change.ts';
import { type CalicoClient, CalicoError, calicoClient } from '../client.ts';
import { connect, Ended, versionMismatch } from '../connection.ts';
import { clusterInformation } from '../datastore.ts';
import type { Arguments } from '../docopt.ts';
import type { Setting } from '../types.ts';
import { assigned, BLOCKS, blocksOf } from './blocks.ts';
import type { Report } from './check.ts';
import { isAddress } from './show.ts';

/** The block without an address; what nobody uses any more goes from its attributes too. */
function freed(block: IPAMBlock, ordinal: number): IPAMBlock {
  const allocations = block.spec.allocations.map((each, i) => (i === ordinal ? null : each));
  const kept = block.spec.attributes.map((_, index) => index).filter((index) => allocations.includes(index));
  return {
    ...block,
    spec: {
      ...block.spec,
      allocations: allocations.map((index) => (index === null ? null : kept.indexOf(index))),
      attributes: kept.flatMap((index) => block.spec.attributes[index] ?? []),
      unallocated: [...block.spec.unallocated, ordinal],
    },
  };
}

/** @returns whether it was handed out. @throws CalicoError */
function releaseAddress(client: CalicoClient, address: string): boolean {
  const found = assigned(blocksOf(client), address);
  if (!found) return false;
  client.putPath(`${BLOCKS}/${found.block.metadata.name}`, freed(found.block, found.ordinal));
  return true;
}

/** encoding/json's first complaint about a text. */
function syntaxError(text: string): string {
  const first = text.trimStart()[0];
  return first === undefined ? 'unexpected end of JSON input' : `invalid character '${first}' looking for beginning of value`;
}

function readReport(process: Process, file: string): Report | string {
  const text = process.files.read(file);
  if (text === undefined) return `open ${file}: no such file or directory`;
  try {
    return JSON.parse(text) as Report;
  } catch {
    return syntaxError(text);
  }
}

function releaseReports(process: Process, client: CalicoClient, files: readonly string[], force: boolean): Outcome {
  const information = clusterInformation(process);
  const reports: Report[] = [];
  for (const file of files) {
    const report = readReport(process, file);
    if (typeof report === 'string') return report;
    if (report.clusterGUID !== information.spec?.clusterGUID)
      return `Cluster does not match the provided report (${file}): mismatched cluster GUID. Refusing to release.`;
    if (report.version !== VERSIONS.calico) {
      const produced = `The provided report (${file}) was produced using a different version (${report.version}) of calicoctl.`;
      if (!force) return `${produced} Refusing to release.`;
      process.out('WARNING: Report was produced using a different version of calicoctl. Ignoring due to --force option\n');
    }
    reports.push(report);
  }
  if (!reports.some((report) => report.clusterInformationRevision === information.metadata.resourceVersion)) {
    return 'The provided reports are all stale - at least one should be up-to-date. Please generate a new report while the data store is locked and try again.';
  }
  if (information.spec?.datastoreReady !== false) {
    if (!force) return 'Data store is not locked. Either lock the data store, or re-run with --force.';
    process.out('WARNING: Data store is not locked. Ignoring due to --force option\n');
  }
  releaseLeaked(process, client, reports);
  process.out('You may now unlock the data store.\n');
  return undefined;
}

/** What every report calls leaked. */
function inAll(lists: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...rest] = lists;
  return first.filter((each) => rest.every((list) => list.includes(each)));
}

function releaseLeaked(process: Process, client: CalicoClient, reports: readonly Report[]): void {
  const unused = ({ allocations }: Report) =>
    Object.values(allocations)
      .flat()
      .filter(({ inUse }) => !inUse)
      .map(({ ip }) => ip);
  const addresses = inAll(reports.map(unused));
  if (addresses.length > 0) {
    process.out(`Releasing ${addresses.length} old IPs...\n`);
    const gone = addresses.filter((address) => !releaseAddress(client, address)).length;
    process.out(`Released ${addresses.length - gone} IPs successfully\n`);
    if (gone > 0) process.out(`${gone} addresses marked as leaked in the report had already been cleaned up.\n`);
  } else process.out("Report didn't contain any leaked IPs to clean up.\n");
  // Handles are written and removed with their addresses: none is ever left over.
  process.out("Report didn't contain any handles to clean up.\n");
}

export function release(process: Process, args: Arguments, { context }: Setting): Outcome {
  const mismatch = versionMismatch(process, args, context);
  if (mismatch !== undefined) return mismatch;
  connect(process, args, context);
  const client = calicoClient(process);
  const reports = args.values('--from-report');
  if (reports.length > 0) return releaseReports(process, client, reports, args.flag('--force'));
  const address = args.value('--ip');
  if (address === undefined) return undefined;
  if (!isAddress(address)) throw new Ended(`Error executing command: invalid IP address specified: ${address}`);
  try {
    if (!releaseAddress(client, address)) return `IP address ${address} is not assigned`;
  } catch (error) {
    if (error instanceof CalicoError) return `Error: ${error.message}`;
    throw error;
  }
  process.out(`Successfully released IP address ${address}\n`);
  return undefined;
}
