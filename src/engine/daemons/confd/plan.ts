/**
 * From API objects to the values of every node's templates. What all nodes share is worked out once and kept by the identity of the
 * objects it came from, so that a change costs what changed and not what there is.
 */

import { calicoNodeOf } from '../../api/kinds/calico-node.ts';
import type {
  ApiObject,
  BGPConfiguration,
  BGPPeer,
  BlockAffinity,
  CalicoNode,
  Endpoints,
  IPPool,
  Node,
  Service,
} from '../../api/objects.ts';
import { type ApiState, objectsOf } from '../../api/storage.ts';
import { remember } from '../../memo.ts';
import { formatPrefix, parsePrefix, toPrefix } from '../../net/address.ts';
import { type PeeringNode, type Peerings, peerings } from './peers.ts';
import { isCidr, type ServiceRoute, type ServiceRoutes, serviceRoutes, wholeRanges } from './services.ts';
import type { ServiceRanges } from './state.ts';
import type { PeerValues, PoolValues, TemplateValues } from './values.ts';

const BGP_CONFIGURATIONS = 'bgpconfigurations.projectcalico.org';
const BGP_PEERS = 'bgppeers.projectcalico.org';
const POOLS = 'ippools.projectcalico.org';
const AFFINITIES = 'blockaffinities.crd.projectcalico.org';

/** Everything confd watches. A change of identity in any of them makes it look again. */
export const WATCHED: readonly string[] = [BGP_CONFIGURATIONS, BGP_PEERS, POOLS, AFFINITIES, 'nodes', 'services', 'endpoints'];

/** Calico's default when no BGPConfiguration names an AS. */
const DEFAULT_AS = 64512;
const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** Remembers the last result of a function for the identity of its arguments. */
function latest<A extends readonly unknown[], R>(make: (...args: A) => R): (...args: A) => R {
  let last: { readonly args: A; readonly result: R } | undefined;
  return (...args) => {
    if (last && last.args.length === args.length && args.every((arg, i) => arg === last?.args[i])) return last.result;
    const result = make(...args);
    last = { args, result };
    return result;
  };
}

/** The last result again when a new one holds the same. */
function steady<A extends readonly unknown[], R>(make: (...args: A) => R): (...args: A) => R {
  let last: { readonly text: string; readonly result: R } | undefined;
  return latest((...args: A) => {
    const result = make(...args);
    const text = JSON.stringify(result);
    if (last?.text === text) return last.result;
    last = { text, result };
    return result;
  });
}

const calicoNodes = new WeakMap<Node, CalicoNode>();

type Objects<T extends ApiObject> = Readonly<Record<string, T>>;

function nodeListOf(nodes: Objects<Node>, config: BGPConfigurations): readonly PeeringNode[] {
  const list: PeeringNode[] = [];
  for (const name of Object.keys(nodes).sort()) {
    const node = nodes[name]!;
    const bgp = remember(calicoNodes, node, () => calicoNodeOf(node)).spec.bgp;
    const { ipv4Address = '', asNumber, routeReflectorClusterID = '' } = bgp ?? {};
    const address = ipv4Address.split('/')[0] ?? '';
    const network = ipv4Address.includes('/') ? formatPrefix(toPrefix(ipv4Address)) : undefined;
    const listenPort = config[`node.${name}`]?.spec.listenPort;
    list.push({
      name,
      address,
      ...(network !== undefined && { network }),
      ...(asNumber !== undefined && { asNumber: String(asNumber) }),
      clusterId: routeReflectorClusterID,
      ...(listenPort && { listenPort: String(listenPort) }),
      labels: node.metadata.labels ?? {},
    });
  }
  return list;
}

type BGPConfigurations = Objects<BGPConfiguration>;
const nodeList = steady(nodeListOf);

interface Common {
  readonly asNumber: string;
  readonly meshEnabled: boolean;
  readonly meshRestartTime?: string;
  readonly listenPort?: string;
  readonly bindMode?: string;
  readonly ignoredInterfaces?: string;
}

const commonOf = steady((config: BGPConfiguration | undefined): Common => {
  const spec = config?.spec;
  const restart = typeof spec?.nodeMeshMaxRestartTime === 'string' ? Number.parseInt(spec.nodeMeshMaxRestartTime, 10) : undefined;
  return {
    asNumber: String(spec?.asNumber ?? DEFAULT_AS),
    meshEnabled: spec?.nodeToNodeMeshEnabled ?? true,
    ...(restart !== undefined && { meshRestartTime: String(restart) }),
    ...(spec?.listenPort && { listenPort: String(spec.listenPort) }),
    ...(typeof spec?.bindMode === 'string' && { bindMode: spec.bindMode }),
    ...(Array.isArray(spec?.ignoredInterfaces) && { ignoredInterfaces: spec.ignoredInterfaces.join(',') }),
  };
});

const peeringsOf = latest(
  (peers: Objects<BGPPeer>, nodes: readonly PeeringNode[], common: Common): Peerings =>
    peerings(
      Object.keys(peers)
        .sort()
        .flatMap((name) => peers[name] ?? []),
      { nodes, asNumber: common.asNumber, ...(common.listenPort !== undefined && { listenPort: common.listenPort }) },
    ),
);

const poolsOf = steady((pools: Objects<IPPool>): readonly PoolValues[] =>
  Object.values(pools)
    .map(({ spec }) => ({
      cidr: spec.cidr,
      disableBGPExport: spec.disableBGPExport === true,
      ...(spec.ipipMode === 'Always' && { ipipMode: 'always' as const }),
      ...(spec.ipipMode === 'CrossSubnet' && { ipipMode: 'cross-subnet' as const }),
      vxlan: spec.vxlanMode === 'Always' || spec.vxlanMode === 'CrossSubnet',
    }))
    .sort((a, b) => (keyOfCidr(a.cidr) < keyOfCidr(b.cidr) ? -1 : 1)),
);

/** confd's keys have a dash for the slash, which changes how they sort. */
const keyOfCidr = (cidr: string): string => cidr.replace('/', '-');
const sortedCidrs = (cidrs: Iterable<string>): readonly string[] =>
  [...new Set(cidrs)].sort((a, b) => (keyOfCidr(a) < keyOfCidr(b) ? -1 : 1));

interface Block {
  readonly cidr: string;
  readonly state?: string;
  /** Name of the BlockAffinity. */
  readonly key: string;
}

const blocksOf = latest((affinities: Objects<BlockAffinity>): ReadonlyMap<string, readonly Block[]> => {
  const byNode = new Map<string, Block[]>();
  for (const [key, { spec }] of Object.entries(affinities)) {
    // A pending affinity is nobody's block yet.
    if (spec.state === 'pending' || spec.deleted === 'true' || spec.cidr.includes(':')) continue;
    const list = byNode.get(spec.node) ?? [];
    list.push({ cidr: spec.cidr, state: spec.state, key });
    byNode.set(spec.node, list);
  }
  for (const list of byNode.values()) list.sort((a, b) => (keyOfCidr(a.cidr) < keyOfCidr(b.cidr) ? -1 : 1));
  return byNode;
});

const routesOf: (services: Objects<Service>, endpoints: Objects<Endpoints>, ranges: ServiceRanges) => ServiceRoutes =
  latest(serviceRoutes);

const COMMUNITY = /^\d+:\d+(:\d+)?$/;

function advertisements(config: BGPConfiguration | undefined): TemplateValues['prefixAdvertisements'] {
  const { communities = [], prefixAdvertisements = [] } = config?.spec ?? {};
  return prefixAdvertisements.map(({ cidr, communities: wanted }) => {
    const values = wanted.flatMap((each) =>
      COMMUNITY.test(each) ? [each] : (communities.find(({ name }) => name === each)?.value ?? []),
    );
    return { cidr, communities: [...new Set(values)].sort() };
  });
}

const LEVELS: ReadonlySet<string> = new Set(['debug', 'info']);
function logLevel(config: BGPConfiguration | undefined): string | undefined {
  const level = config?.spec.logSeverityScreen?.toLowerCase();
  return level === undefined || level === '' ? undefined : LEVELS.has(level) ? level : 'none';
}

interface ReadRanges {
  readonly ranges: ServiceRanges;
  readonly complaints: readonly string[];
}

/** The ranges as a list each, and what was wrong with them. One entry that is no CIDR keeps a whole list from taking effect. */
export const readRanges = (api: ApiState, old: ServiceRanges | undefined): ReadRanges =>
  rangesOf(objectsOf<BGPConfiguration>(api, BGP_CONFIGURATIONS).default?.spec, old);

const rangesOf = latest((spec: BGPConfiguration['spec'] | undefined, old: ServiceRanges | undefined): ReadRanges => {
  const complaints: string[] = [];
  const read = (field: keyof ServiceRanges, what: string): readonly string[] => {
    const cidrs = (spec?.[field] ?? []).map(({ cidr }) => cidr).filter(Boolean);
    const bad = cidrs.find((cidr) => !isCidr(cidr));
    if (bad === undefined) return sameList(old?.[field], cidrs);
    complaints.push(`Failed to update ${what} routes error=invalid CIDR address: ${bad}`);
    return old?.[field] ?? [];
  };
  const ranges: ServiceRanges = {
    serviceExternalIPs: read('serviceExternalIPs', 'external IP'),
    serviceClusterIPs: read('serviceClusterIPs', 'cluster CIDR'),
    serviceLoadBalancerIPs: read('serviceLoadBalancerIPs', 'external IP'),
  };
  const same = old && (Object.keys(ranges) as (keyof ServiceRanges)[]).every((field) => old[field] === ranges[field]);
  return { ranges: same ? old : shared(ranges), complaints };
});

const sameList = (old: readonly string[] | undefined, next: readonly string[]): readonly string[] =>
  old && old.length === next.length && old.every((each, i) => each === next[i]) ? old : next;

/** Equal ranges of different nodes as one object, so that their services are worked out once. */
const shared = (() => {
  let last: ServiceRanges | undefined;
  return (ranges: ServiceRanges): ServiceRanges => {
    if (last && JSON.stringify(last) === JSON.stringify(ranges)) return last;
    last = ranges;
    return ranges;
  };
})();

export interface Plan {
  readonly values: TemplateValues;
  /** Own blocks and service routes with what they come from, for the origins of each line. */
  readonly blocks: readonly Block[];
  readonly services: readonly ServiceRoute[];
}

const addressed = latest((nodes: readonly PeeringNode[]) => nodes.filter(({ address }) => address !== ''));
const defaultAdvertisements = latest(advertisements);
const NO_PEERS: readonly PeerValues[] = [];
const NO_BLOCKS: readonly Block[] = [];
const NO_FILTERS: TemplateValues['filters'] = [];

/** What ranges are to every node. */
const wholeOf = latest((ranges: ServiceRanges) => {
  const whole = wholeRanges(ranges).map(({ cidr }) => cidr);
  return {
    whole,
    rejectCidrs: sortedCidrs(whole),
    loadBalancerCidrs: ranges.serviceLoadBalancerIPs.filter((cidr) => parsePrefix(cidr) !== undefined),
  };
});

/** Template values of one node; undefined while the cluster does not know it. */
export function planFor(api: ApiState, name: string, ranges: ServiceRanges): Plan | undefined {
  const configs = objectsOf<BGPConfiguration>(api, BGP_CONFIGURATIONS);
  const nodes = nodeList(objectsOf<Node>(api, 'nodes'), configs);
  const node = nodes.find((each) => each.name === name);
  if (!node) return undefined;
  const common = commonOf(configs.default);
  const own = configs[`node.${name}`];
  const peers = peeringsOf(objectsOf<BGPPeer>(api, BGP_PEERS), nodes, common);
  // The exact text "true": an empty value, as kubeadm sets it, excludes nothing.
  const excluded = node.labels[EXCLUDE_LABEL] === 'true';
  const all = routesOf(objectsOf<Service>(api, 'services'), objectsOf<Endpoints>(api, 'endpoints'), ranges);
  const services = excluded ? [] : [...all.everywhere, ...(all.local.get(name) ?? [])];
  const { whole, rejectCidrs, loadBalancerCidrs } = wholeOf(ranges);
  const blocks = blocksOf(objectsOf<BlockAffinity>(api, AFFINITIES)).get(name) ?? NO_BLOCKS;
  const level = logLevel(own) ?? logLevel(configs.default);
  const values: TemplateValues = {
    ...common,
    node,
    nodes: addressed(nodes),
    ...(level !== undefined && { logLevel: level }),
    prefixAdvertisements: own?.spec.prefixAdvertisements ? advertisements(own) : defaultAdvertisements(configs.default),
    globalPeers: peers.global,
    nodePeers: peers.byNode.get(name) ?? NO_PEERS,
    filters: NO_FILTERS,
    pools: poolsOf(objectsOf<IPPool>(api, POOLS)),
    blocks,
    staticRoutes:
      excluded || services.length > 0
        ? sortedCidrs([...(excluded ? [] : whole), ...services.map(({ cidr }) => cidr)])
        : rejectCidrs,
    rejectCidrs,
    loadBalancerCidrs,
  };
  return { values, blocks, services };
}
