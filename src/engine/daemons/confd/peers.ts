/**
 * Which peers each node has. Models updatePeersV1() of confd/pkg/backends/calico/client.go, Calico v3.30: global peerings first, a
 * global one to an address suppresses a node's own to the same, nodes picked as peers get the peering in reverse. Leaves out local
 * workload peers and passwords (which need a Secret).
 */
import type { BGPPeer } from '../../api/objects.ts';
import { parseAddress } from '../../net/address.ts';
import { parseSelector } from './selector.ts';
import type { NodeValues, PeerValues } from './values.ts';

/** A node as peerings see it: its values and the labels selectors look at. */
export interface PeeringNode extends NodeValues {
  readonly labels: Readonly<Record<string, string>>;
}

export interface Peerings {
  readonly global: readonly PeerValues[];
  readonly byNode: ReadonlyMap<string, readonly PeerValues[]>;
}

interface Setting {
  readonly nodes: readonly PeeringNode[];
  readonly asNumber: string;
  readonly listenPort?: string;
}

const matching = ({ nodes }: Setting, selector: string): readonly PeeringNode[] => {
  const picks = parseSelector(selector);
  return picks ? nodes.filter((node) => picks(node.labels)) : [];
};

/** `10.0.1.10:179` → address and port; no port is 0. */
function split(peerIP: string): { address: string; port: number } {
  const match = /^([^:]+):(\d+)$/.exec(peerIP);
  return match ? { address: match[1] ?? '', port: Number(match[2]) } : { address: peerIP, port: 0 };
}

/** Go's duration text in whole seconds; '' when absent. */
function seconds(duration: unknown): string {
  if (typeof duration !== 'string') return '';
  let total = 0;
  for (const [, amount, unit] of duration.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    total += Number(amount) * (unit === 'h' ? 3600 : unit === 'm' ? 60 : unit === 's' ? 1 : 0.001);
  }
  return String(Math.round(total));
}

type Base = Omit<PeerValues, 'key' | 'address' | 'port' | 'asNumber' | 'clusterId' | 'isCalicoNode' | 'sourceAddress'>;

function common(peer: BGPPeer): Base {
  const { spec } = peer;
  const nextHopMode = typeof spec.nextHopMode === 'string' ? spec.nextHopMode : '';
  return {
    restartTime: seconds(spec.maxRestartTime),
    keepNextHop: nextHopMode === '' && spec.keepOriginalNextHop === true,
    nextHopMode,
    allowLocalAs: typeof spec.numAllowedLocalASNumbers === 'number' ? spec.numAllowedLocalASNumbers : 0,
    ttlSecurity: typeof spec.ttlSecurity === 'number' ? spec.ttlSecurity : 0,
    reachableBy: typeof spec.reachableBy === 'string' ? spec.reachableBy : '',
    filters: Array.isArray(spec.filters) ? (spec.filters as string[]) : [],
  };
}

function asPeer(node: PeeringNode, peer: BGPPeer, setting: Setting): PeerValues {
  return {
    ...common(peer),
    key: '',
    address: node.address,
    port: Number(node.listenPort ?? setting.listenPort ?? 0),
    asNumber: node.asNumber ?? setting.asNumber,
    clusterId: node.clusterId,
    isCalicoNode: false,
    sourceAddress: peer.spec.sourceAddress ?? 'UseNodeIP',
  };
}

/** Nodes that are themselves what a peerIP points at. */
function nodesAt(address: string, asNumber: string, port: number, setting: Setting): readonly PeeringNode[] {
  return setting.nodes.filter((node) => {
    if (node.address !== address || (node.asNumber ?? setting.asNumber) !== asNumber) return false;
    const listens = node.listenPort ?? setting.listenPort;
    return port === 0 || listens === undefined || Number(listens) === port;
  });
}

function peersOf(peer: BGPPeer, setting: Setting): readonly PeerValues[] {
  const { peerSelector, peerIP = '', asNumber } = peer.spec;
  if (peerSelector) return matching(setting, peerSelector).map((node) => asPeer(node, peer, setting));
  const { address, port } = split(peerIP);
  if (parseAddress(address) === undefined) return [];
  const as = asNumber === undefined ? '0' : String(asNumber);
  const atNode = nodesAt(address, as === '0' ? setting.asNumber : as, port, setting)[0];
  const listens = atNode && (atNode.listenPort ?? setting.listenPort);
  return [
    {
      ...common(peer),
      key: '',
      address,
      port: port || Number(listens ?? 0),
      asNumber: as,
      clusterId: '',
      isCalicoNode: setting.nodes.some((node) => node.address === address),
      sourceAddress: peer.spec.sourceAddress ?? 'UseNodeIP',
    },
  ];
}

const withPort = ({ address, port }: PeerValues): string => (port === 0 || port === 179 ? address : `${address}-${port}`);

/** Peerings of the whole cluster. */
export function peerings(peers: readonly BGPPeer[], setting: Setting): Peerings {
  const global = new Map<string, PeerValues>();
  const byNode = new Map<string, Map<string, PeerValues>>();
  const emit = (node: string | undefined, peer: PeerValues) => {
    const at = withPort(peer);
    if (node === undefined) {
      if (!global.has(at)) global.set(at, { ...peer, key: `/bgp/v1/global/peer_v4/${at}` });
      return;
    }
    if (global.has(at)) return;
    const own = byNode.get(node) ?? new Map<string, PeerValues>();
    byNode.set(node, own);
    if (!own.has(at)) own.set(at, { ...peer, key: `/bgp/v1/host/${node}/peer_v4/${at}` });
  };
  const isGlobal = ({ spec }: BGPPeer) => !spec.nodeSelector && !spec.node;
  for (const peer of peers) if (isGlobal(peer)) for (const each of peersOf(peer, setting)) emit(undefined, each);
  for (const peer of peers) {
    if (isGlobal(peer)) continue;
    const nodes = peer.spec.nodeSelector
      ? matching(setting, peer.spec.nodeSelector).map((node) => node.name)
      : [peer.spec.node ?? ''];
    for (const each of peersOf(peer, setting)) for (const node of nodes) emit(node, each);
  }
  for (const peer of peers) reverse(peer, setting, emit);
  const sorted = (map: ReadonlyMap<string, PeerValues>) => [...map.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return { global: sorted(global), byNode: new Map([...byNode].map(([node, map]) => [node, sorted(map)])) };
}

/** A node that is the far end of a peering gets the near ends as its peers. */
function reverse(peer: BGPPeer, setting: Setting, emit: (node: string, peer: PeerValues) => void): void {
  const { spec } = peer;
  if (spec.reversePeering === 'Manual') return;
  let locals: readonly PeeringNode[];
  if (spec.peerSelector) locals = matching(setting, spec.peerSelector);
  else {
    const { address, port } = split(spec.peerIP ?? '');
    locals = nodesAt(address, spec.asNumber ? String(spec.asNumber) : setting.asNumber, port, setting);
  }
  if (locals.length === 0) return;
  const far = spec.nodeSelector
    ? matching(setting, spec.nodeSelector)
    : spec.node
      ? setting.nodes.filter((node) => node.name === spec.node)
      : setting.nodes;
  for (const node of far) for (const local of locals) emit(local.name, asPeer(node, peer, setting));
}
