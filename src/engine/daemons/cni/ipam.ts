/**
 * Calico IPAM: addresses by blocks that nodes claim from the pools.
 *
 * Reads IP pools, namespaces, nodes; writes IPAMBlock and BlockAffinity objects. Models projectcalico/calico libcalico-go/lib/ipam
 * v3.30 with the CRD datastore: a node's own blocks first in order of name, then a new block (search starts at a place hashed from the
 * node's name), then a borrowed address. Leaves out IPAMConfig, reservations, handles as objects and IPv6.
 */
import type { BlockAffinity, IPAMBlock, IPPool, Node, Pod } from '../../api/objects.ts';
import { type ApiState, getObject, keyOf, objectsOf } from '../../api/storage.ts';
import { createObject, updateObject } from '../../api/write.ts';
import { contains, formatAddress, formatPrefix, type Prefix, parseAddress, parsePrefix } from '../../net/address.ts';
import { hash32 } from '../../net/random.ts';
import { matchesSelector } from './selector.ts';

export const BLOCKS = 'ipamblocks.crd.projectcalico.org';
export const AFFINITIES = 'blockaffinities.crd.projectcalico.org';
const POOLS_ANNOTATION = 'cni.projectcalico.org/ipv4pools';

export interface Assignment {
  readonly node: string;
  readonly pod: Pod;
  /** `k8s-pod-network.<container id>` */
  readonly handle: string;
  readonly now: number;
  readonly seed: string;
}

export type Assigned = { readonly api: ApiState; readonly address: string } | { readonly api: ApiState; readonly error: string };

/** Hands out an address to a pod on a node. The error is the CNI plugin's text. */
export function assignAddress(api: ApiState, request: Assignment): Assigned {
  const pools = poolsFor(api, request);
  if ('error' in pools) return { api, error: pools.error };
  const prefixes = pools.map((pool) => parsePrefix(pool.spec.cidr)!);
  const inPools = (block: IPAMBlock) => prefixes.some((prefix) => contains(prefix, parsePrefix(block.spec.cidr)!.address));
  const blocks = Object.values(objectsOf<IPAMBlock>(api, BLOCKS)).filter((block) => inPools(block) && !block.spec.deleted);
  const own = ownBlocks(api, request.node, blocks);
  const free = own.find((block) => block.spec.unallocated.length > 0);
  if (free) return take(api, free, request);
  for (const pool of pools) {
    const claimed = claimBlock(api, pool, request);
    if (claimed) return take(claimed.api, claimed.block, request);
  }
  const lender = blocks.find((block) => block.spec.unallocated.length > 0 && !block.spec.strictAffinity);
  if (lender) return take(api, lender, request);
  return {
    api,
    error:
      'failed to request IPv4 addresses: Assigned 0 out of 1 requested IPv4 addresses; No more free affine blocks and strict affinity enabled',
  };
}

/** Pools named by the pod's annotation, else by its namespace's; else every enabled pool whose selector takes the node. */
function poolsFor(api: ApiState, { pod, node }: Assignment): readonly IPPool[] | { readonly error: string } {
  const all = Object.values(objectsOf<IPPool>(api, 'ippools.projectcalico.org'));
  const labels = getObject<Node>(api, 'nodes', node)?.metadata.labels ?? {};
  const usable = all.filter(
    (pool) => !pool.spec.disabled && takesPods(pool) && matchesSelector(pool.spec.nodeSelector ?? 'all()', labels),
  );
  const namespace = getObject(api, 'namespaces', pod.metadata.namespace ?? '');
  const text = pod.metadata.annotations?.[POOLS_ANNOTATION] ?? namespace?.metadata.annotations?.[POOLS_ANNOTATION];
  if (text === undefined) {
    const automatic = usable.filter((pool) => pool.spec.assignmentMode !== 'Manual');
    return automatic.length ? automatic : { error: 'no configured Calico pools' };
  }
  let names: unknown;
  try {
    names = JSON.parse(text);
  } catch {
    names = undefined;
  }
  if (!Array.isArray(names)) return { error: `failed to parse '${POOLS_ANNOTATION}' annotation` };
  const chosen: IPPool[] = [];
  for (const name of names) {
    const pool = all.find((each) => each.metadata.name === name || each.spec.cidr === name);
    if (!pool)
      return {
        error: `error getting IP pool: resource does not exist: IPPool(${name}) with error: ippools.crd.projectcalico.org "${name}" not found`,
      };
    if (usable.includes(pool)) chosen.push(pool);
  }
  return chosen.length ? chosen : { error: 'no configured Calico pools' };
}

function takesPods(pool: IPPool): boolean {
  return pool.spec.allowedUses === undefined || pool.spec.allowedUses.length === 0 || pool.spec.allowedUses.includes('Workload');
}

function ownBlocks(api: ApiState, node: string, blocks: readonly IPAMBlock[]): readonly IPAMBlock[] {
  const byCidr = new Map(blocks.map((block) => [block.spec.cidr, block]));
  return Object.values(objectsOf<BlockAffinity>(api, AFFINITIES))
    .filter((affinity) => affinity.spec.node === node && affinity.spec.state === 'confirmed')
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((affinity) => byCidr.get(affinity.spec.cidr))
    .filter((block) => block !== undefined);
}

/** `10.48.0.128/26` → `10-48-0-128-26`: the name of a block's object. */
export function blockName(cidr: string): string {
  return cidr.replace(/[./]/g, '-');
}

function claimBlock(
  api: ApiState,
  pool: IPPool,
  { node, now, seed }: Assignment,
): { readonly api: ApiState; readonly block: IPAMBlock } | undefined {
  const range = parsePrefix(pool.spec.cidr)!;
  const size = 2 ** (32 - pool.spec.blockSize);
  const count = 2 ** (pool.spec.blockSize - range.length);
  const first = hash32(seed, 'ipam block', node, pool.spec.cidr) % count;
  for (let i = 0; i < count; i++) {
    const prefix: Prefix = { address: range.address + ((first + i) % count) * size, length: pool.spec.blockSize };
    const cidr = formatPrefix(prefix);
    if (getObject(api, BLOCKS, blockName(cidr))) continue;
    const affinity = {
      metadata: { name: `${node}-${blockName(cidr)}` },
      spec: { cidr, deleted: 'false', node, state: 'confirmed', type: 'host' },
    };
    const spec: IPAMBlock['spec'] = {
      affinity: `host:${node}`,
      allocations: Array.from({ length: size }, () => null),
      attributes: [],
      cidr,
      deleted: false,
      strictAffinity: false,
      unallocated: Array.from({ length: size }, (_, ordinal) => ordinal),
    };
    const confirmed = createObject(
      api,
      AFFINITIES,
      { apiVersion: 'crd.projectcalico.org/v1', kind: 'BlockAffinity', ...affinity },
      { now, seed },
    );
    const draft = { apiVersion: 'crd.projectcalico.org/v1', kind: 'IPAMBlock', metadata: { name: blockName(cidr) }, spec };
    const created = createObject(confirmed.api, BLOCKS, draft, { now, seed });
    return { api: created.api, block: created.object as IPAMBlock };
  }
  return undefined;
}

function take(api: ApiState, block: IPAMBlock, { node, pod, handle, now }: Assignment): Assigned {
  const [ordinal, ...unallocated] = block.spec.unallocated;
  const secondary = { namespace: pod.metadata.namespace ?? '', node, pod: pod.metadata.name, timestamp: goTime(now) };
  const allocations = [...block.spec.allocations];
  allocations[ordinal!] = block.spec.attributes.length;
  const attributes = [...block.spec.attributes, { handle_id: handle, secondary }];
  const next = updateObject<IPAMBlock>(
    api,
    BLOCKS,
    keyOf(block),
    (old) => ({ ...old, spec: { ...old.spec, allocations, attributes, unallocated } }),
    { now },
  );
  return { api: next, address: formatAddress(parsePrefix(block.spec.cidr)!.address + ordinal!) };
}

/** `2025-06-17 14:02:00.25 +0000 UTC`: Go's default text of a time. */
function goTime(ms: number): string {
  const [seconds = '', fraction = ''] = new Date(ms).toISOString().replace('T', ' ').replace('Z', '').split('.');
  const digits = fraction.replace(/0+$/, '');
  return `${seconds}${digits && `.${digits}`} +0000 UTC`;
}

/** Gives back every address held under a handle: each goes to the end of its block's queue. */
export function releaseHandle(start: ApiState, handle: string, now: number): ApiState {
  let api = start;
  for (const block of Object.values(objectsOf<IPAMBlock>(start, BLOCKS))) {
    const index = block.spec.attributes.findIndex((attribute) => attribute.handle_id === handle);
    if (index >= 0) api = updateObject<IPAMBlock>(api, BLOCKS, keyOf(block), (old) => released(old, index), { now });
  }
  return api;
}

/** Gives back one address (`calicoctl ipam release --ip`). The same api when nobody held it. */
export function releaseAddress(api: ApiState, address: string, now: number): ApiState {
  const number = parseAddress(address);
  for (const block of Object.values(objectsOf<IPAMBlock>(api, BLOCKS))) {
    const prefix = parsePrefix(block.spec.cidr)!;
    if (number === undefined || !contains(prefix, number)) continue;
    const index = block.spec.allocations[number - prefix.address];
    if (typeof index === 'number')
      return updateObject<IPAMBlock>(api, BLOCKS, keyOf(block), (old) => released(old, index), { now });
  }
  return api;
}

function released(block: IPAMBlock, attribute: number): IPAMBlock {
  const freed: number[] = [];
  const allocations = block.spec.allocations.map((held, ordinal) => {
    if (held === attribute) freed.push(ordinal);
    return held === null || held === attribute ? null : held > attribute ? held - 1 : held;
  });
  const attributes = block.spec.attributes.filter((_, index) => index !== attribute);
  return { ...block, spec: { ...block.spec, allocations, attributes, unallocated: [...block.spec.unallocated, ...freed] } };
}
