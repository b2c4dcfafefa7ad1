/** Calico's IPAM as its objects tell it: blocks, pools, and where an address lies. Models libcalico-go/lib/ipam's readers, v3.30. */
import { contains, type IPAMBlock, toNumber, toPrefix } from '../../../../engine/index.ts';
import type { CalicoClient } from '../client.ts';
import { kindNamed, type Resource } from '../kinds.ts';

export const BLOCKS = '/apis/crd.projectcalico.org/v1/ipamblocks';

/** Sorted as the API server lists them, by name. */
export const blocksOf = (client: CalicoClient): readonly IPAMBlock[] =>
  [...client.listPath(BLOCKS)]
    .map((each) => each as unknown as IPAMBlock)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));

export const poolsOf = (client: CalicoClient): readonly Resource[] =>
  (client.list(kindNamed('IPPool')!).items ?? []) as readonly Resource[];

/** The block and ordinal of an address that is handed out. */
export function assigned(
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
