/** `calicoctl ipam configure`: the one IPAM configuration there is. Models calicoctl/commands/ipam/configure.go of Calico v3.30. */
import type { Process } from '../../../command.ts';
import type { Outcome } from '../change.ts';
import { type CalicoClient, calicoClient } from '../client.ts';
import { connect, versionMismatch } from '../connection.ts';
import type { Arguments } from '../docopt.ts';
import type { Resource } from '../resource.ts';
import type { Setting } from '../types.ts';

const CONFIGS = '/apis/crd.projectcalico.org/v1/ipamconfigs';

interface IpamConfig extends Resource {
  readonly spec: { readonly strictAffinity: boolean; readonly autoAllocateBlocks: boolean; readonly maxBlocksPerHost: number };
}

/** What holds when nobody configured anything (lib/ipam's GetIPAMConfig). */
const DEFAULTS = { strictAffinity: false, autoAllocateBlocks: true, maxBlocksPerHost: 0 };

export function configurationOf(client: CalicoClient): IpamConfig {
  const stored = client.listPath(CONFIGS).find(({ metadata }) => metadata.name === 'default');
  const metadata = stored?.metadata ?? { name: 'default' };
  return {
    ...(stored ?? { apiVersion: 'crd.projectcalico.org/v1', kind: 'IPAMConfig' }),
    metadata,
    spec: { ...DEFAULTS, ...stored?.spec },
  } as IpamConfig;
}

function store(client: CalicoClient, config: IpamConfig): void {
  if (config.metadata.uid === undefined) client.postPath(CONFIGS, config);
  else client.putPath(`${CONFIGS}/default`, config);
}

/** strconv.ParseBool. */
const BOOLS: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'TRUE', 'true', 'True'].map((word) => [word, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'FALSE', 'false', 'False'].map((word) => [word, false])),
};

export function configure(process: Process, args: Arguments, { context }: Setting): Outcome {
  const mismatch = versionMismatch(process, args, context);
  if (mismatch !== undefined) return mismatch;
  connect(process, args, context);
  const word = args.value('--strictaffinity') ?? '';
  const strictAffinity = Object.hasOwn(BOOLS, word) ? BOOLS[word] : undefined;
  if (strictAffinity === undefined) return 'Invalid value. Use true or false to set strictaffinity';
  const most = args.value('--max-blocks-per-host') ?? '';
  if (most !== '' && !/^[+-]?\d+$/.test(most)) return 'Invalid value for maxblockhost. Use a valid number';
  const client = calicoClient(process);
  const config = configurationOf(client);
  const maxBlocksPerHost = most === '' ? config.spec.maxBlocksPerHost : Number(most);
  store(client, { ...config, spec: { ...config.spec, strictAffinity, maxBlocksPerHost } });
  process.out(`Successfully set StrictAffinity to: ${strictAffinity}\n`);
  if (most !== '') process.out(`Successfully set MaxBlocksPerHost to: ${maxBlocksPerHost}\n`);
  return undefined;
}
