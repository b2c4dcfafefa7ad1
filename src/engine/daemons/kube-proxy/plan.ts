/**
 * From API objects to the chains of a node, shared between nodes.
 *
 * Reads Services and EndpointSlices as a host last saw them. Models the change trackers of k8s.io/kubernetes v1.32 pkg/proxy.
 * Everything is memoised on the identity of what it was made from: a Service's block is built once for all nodes that have none
 * of its endpoints, and nodes whose blocks are all the same share one Plan. Service order is by name; the real one ranges over
 * a Go map, so its order changes from sync to sync.
 */
import type { EndpointSlice, Service } from '../../api/objects.ts';
import { type ApiState, objectsOf } from '../../api/storage.ts';
import { remember } from '../../memo.ts';
import { hash32 } from '../../net/random.ts';
import { type Block, buildBlock, type Health, isProxied, loadBalancerIPsOf, type Setting } from './block.ts';
import { policiesOf, usesLocal } from './endpoints.ts';

/** All that a node's tables hold of services: one block a service, in their order. */
export interface Plan {
  readonly blocks: readonly Block[];
  /** By `healthCheckNodePort`. */
  readonly health: ReadonlyMap<number, Health>;
}

/** What a cluster's Services and EndpointSlices say to every node. */
interface Survey {
  readonly digest: string;
  readonly entries: readonly Entry[];
  readonly comments: boolean;
  /** Entries whose block is a node's own, by node. */
  readonly ownEntries: ReadonlyMap<string, readonly number[]>;
  /** Entries whose block depends on the node's address. */
  readonly addressed: readonly number[];
  /** Plans by the part of the node that matters (see `planFor`). */
  readonly plans: Map<string, Plan>;
}

interface Entry {
  readonly service: Service;
  readonly slices: readonly EndpointSlice[];
  /** Nodes whose block is their own: they hold endpoints of a service with a Local policy. */
  readonly ownNodes?: ReadonlySet<string>;
  /** Load-balancer source ranges are compared with the node's own address. */
  readonly needsNodeIP: boolean;
}

/** The proxier counts endpoints of all services; above this it leaves out comments (largeClusterEndpointsThreshold). */
const LARGE_CLUSTER_ENDPOINTS = 1000;
const NO_SLICES: readonly EndpointSlice[] = [];

const surveys = new WeakMap<object, WeakMap<object, Survey>>();
const grouped = new WeakMap<object, ReadonlyMap<string, readonly EndpointSlice[]>>();
type BlockVariants = Map<string, { readonly slices: readonly EndpointSlice[]; readonly block: Block }>;
const blocks = new WeakMap<Service, BlockVariants>();

/** Names what is programmed: equal as long as no Service or EndpointSlice was written. */
export function digestOf(view: ApiState): string {
  return survey(view).digest;
}

/** The chains of a node. The same Plan for nodes on which nothing differs. */
export function planFor(view: ApiState, setting: Omit<Setting, 'comments'>): Plan {
  const found = survey(view);
  const { entries, plans, comments } = found;
  const everywhere = `${setting.cluster} ${setting.podCidr}`;
  // A node that holds no endpoint of a Local service is any such node: no name.
  const common = remember(plans, everywhere, () =>
    planOf(entries.map((entry) => blockOf(entry, { ...setting, comments, node: '', nodeIP: '0.0.0.0' }))),
  );
  const own = [...(found.ownEntries.get(setting.node) ?? []), ...found.addressed];
  if (own.length === 0) return common;
  return remember(plans, `${everywhere} ${setting.node} ${setting.nodeIP}`, () => {
    const blocks = [...common.blocks];
    for (const index of own) blocks[index] = blockOf(entries[index] as Entry, { ...setting, comments });
    return planOf(blocks);
  });
}

function planOf(parts: readonly Block[]): Plan {
  const health = new Map<number, Health>();
  for (const part of parts) if (part.health) health.set(part.health.port, part.health);
  return { blocks: parts, health };
}

function survey(view: ApiState): Survey {
  const services = objectsOf<Service>(view, 'services');
  const slices = objectsOf<EndpointSlice>(view, 'endpointslices.discovery.k8s.io');
  const bySlices = remember(surveys, services, () => new WeakMap<object, Survey>());
  return remember(bySlices, slices, () => look(services, slices));
}

function look(services: Readonly<Record<string, Service>>, slices: Readonly<Record<string, EndpointSlice>>): Survey {
  const byService = group(slices);
  const versions: string[] = [];
  const entries: Entry[] = [];
  let endpoints = 0;
  for (const key of Object.keys(services).sort()) {
    const service = services[key] as Service;
    versions.push(key, service.metadata.resourceVersion ?? '');
    if (!isProxied(service)) continue;
    const own = byService.get(key) ?? NO_SLICES;
    for (const slice of own) endpoints += slice.endpoints.length * slice.ports.length;
    entries.push({
      service,
      slices: own,
      ownNodes: ownNodes(service, own),
      needsNodeIP: Boolean(service.spec.loadBalancerSourceRanges?.length),
    });
  }
  for (const key of Object.keys(slices)) versions.push(key, slices[key]?.metadata.resourceVersion ?? '');
  return {
    digest: hash32('kube-proxy', ...versions).toString(16),
    entries,
    comments: endpoints <= LARGE_CLUSTER_ENDPOINTS,
    ownEntries: byNode(entries),
    addressed: entries.flatMap(({ needsNodeIP }, index) => (needsNodeIP ? [index] : [])),
    plans: new Map(),
  };
}

function byNode(entries: readonly Entry[]): ReadonlyMap<string, readonly number[]> {
  const map = new Map<string, number[]>();
  entries.forEach(({ ownNodes: nodes }, index) => {
    for (const node of nodes ?? []) remember(map, node, (): number[] => []).push(index);
  });
  return map;
}

function group(slices: Readonly<Record<string, EndpointSlice>>): ReadonlyMap<string, readonly EndpointSlice[]> {
  const known = grouped.get(slices);
  if (known) return known;
  const map = new Map<string, EndpointSlice[]>();
  for (const slice of Object.values(slices)) {
    const name = slice.metadata.labels?.['kubernetes.io/service-name'];
    if (!name) continue;
    const key = `${slice.metadata.namespace}/${name}`;
    remember(map, key, (): EndpointSlice[] => []).push(slice);
  }
  grouped.set(slices, map);
  return map;
}

function ownNodes(service: Service, slices: readonly EndpointSlice[]): ReadonlySet<string> | undefined {
  const ips = loadBalancerIPsOf(service);
  if (!(service.spec.ports ?? []).some((port) => usesLocal(policiesOf(service, port, ips)))) return undefined;
  const nodes = new Set<string>();
  for (const slice of slices) for (const { nodeName } of slice.endpoints) if (nodeName) nodes.add(nodeName);
  return nodes;
}

function blockOf({ service, slices, ownNodes: own, needsNodeIP }: Entry, setting: Setting): Block {
  const local = own?.has(setting.node) ? setting.node : '';
  const key = `${setting.cluster} ${setting.podCidr} ${setting.comments} ${local} ${needsNodeIP ? setting.nodeIP : ''}`;
  const variants = remember(blocks, service, (): BlockVariants => new Map());
  const known = variants.get(key);
  if (known && sameItems(known.slices, slices)) return known.block;
  const block = buildBlock(service, slices, { ...setting, node: local });
  variants.set(key, { slices, block });
  return block;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((item, i) => item === b[i]));
}
