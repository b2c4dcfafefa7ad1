/** `calicoctl ipam split`: one pool becomes several while the datastore is locked. Models calicoctl/commands/ipam/split.go of Calico v3.30. */
import { formatPrefix, toPrefix } from '../../../../engine/index.ts';
import type { Process } from '../../../command.ts';
import type { Outcome } from '../change.ts';
import { type CalicoClient, CalicoError, calicoClient } from '../client.ts';
import { connect, versionMismatch } from '../connection.ts';
import { clusterInformation } from '../datastore.ts';
import type { Arguments } from '../docopt.ts';
import { kindNamed } from '../kinds.ts';
import type { Resource } from '../resource.ts';
import type { Setting } from '../types.ts';
import { poolsOf } from './blocks.ts';

/** The pools' CRD, which lets ranges overlap: Calico's own checks would not. */
const POOLS = '/apis/crd.projectcalico.org/v1/ippools';

function splitCidr(cidr: string, parts: number): readonly string[] | string {
  const bits = Math.log2(parts);
  if (!(bits > 0) || !Number.isInteger(bits)) return `Number to split CIDR into is not a valid power of 2: ${parts}`;
  const { address, length } = toPrefix(cidr);
  if (bits + length > 32) return `The CIDR ${cidr} is not large enough to be split into ${parts} parts`;
  const size = 2 ** (32 - length - bits);
  return Array.from({ length: parts }, (_, i) => formatPrefix({ address: address + i * size, length: length + bits }));
}

function poolToSplit(client: CalicoClient, name: string, cidr: string): Resource | string {
  if (name !== '') {
    try {
      return client.get(kindNamed('IPPool')!, name);
    } catch (error) {
      if (error instanceof CalicoError) return `Unable to find IP pool with name ${name}: ${error.message}`;
      throw error;
    }
  }
  const found = poolsOf(client).find(({ spec }) => spec?.cidr === cidr);
  return found ?? `Unable to find IP pool  covering the specified CIDR ${cidr}`;
}

export function split(process: Process, args: Arguments, { context }: Setting): Outcome {
  const mismatch = versionMismatch(process, args, context);
  if (mismatch !== undefined) return mismatch;
  const [cidr, name] = [args.value('--cidr') ?? '', args.value('--name') ?? ''];
  if (cidr === '' && name === '') return 'No name or CIDR provided. Provide a name or CIDR to denote the IP pool to split.';
  connect(process, args, context);
  if (clusterInformation(process).spec?.datastoreReady !== false)
    return 'Datastore is not locked. Run the `calicoctl datastore migrate lock` command in order split the IP pools.';
  const client = calicoClient(process);
  const pool = poolToSplit(client, name, cidr);
  if (typeof pool === 'string') return pool;
  const disabled = client.update({ ...pool, spec: { ...pool.spec, disabled: true } });
  const word = args.positional[0] ?? '';
  if (!/^[+-]?\d+$/.test(word)) {
    const why = `strconv.Atoi: parsing "${word}": invalid syntax`;
    return `Error reading number to split IP pools into. ${word} is not a valid number: ${why}`;
  }
  const parts = splitCidr(String(pool.spec?.cidr), Number(word));
  if (typeof parts === 'string') return `Error splitting the CIDR ${pool.spec?.cidr} into ${Number(word)} CIDRs: ${parts}`;
  const names = parts.map((_, i) => `split-${pool.metadata.name}-${i}`);
  const { disabled: _disabled, ...spec } = disabled.spec ?? {};
  parts.forEach((part, i) => {
    client.postPath(POOLS, {
      apiVersion: 'crd.projectcalico.org/v1',
      kind: 'IPPool',
      metadata: { name: names[i] },
      spec: { ...spec, cidr: part },
    });
  });
  client.remove(disabled);
  process.out(`IP Pool ${pool.metadata.name} was successfully split into ${parts.length} smaller pools.`);
  parts.forEach((part, i) => {
    process.out(`Created ${names[i]} with CIDR ${part}.\n`);
  });
  process.out('Please refer to the documentation for final steps.');
  return undefined;
}
