/**
 * What confd knows when it writes: the key-value tree its templates read, as plain fields. Models the backend of Calico v3.30
 * (confd/pkg/backends/calico): keys sorted as text, numbers as text, `undefined` for a key that does not exist.
 */
export interface TemplateValues {
  readonly node: NodeValues;
  /** Every node with an address, by name ascending. */
  readonly nodes: readonly NodeValues[];
  readonly asNumber: string;
  readonly meshEnabled: boolean;
  readonly meshRestartTime?: string;
  readonly logLevel?: string;
  readonly listenPort?: string;
  readonly bindMode?: string;
  readonly ignoredInterfaces?: string;
  readonly prefixAdvertisements: readonly { readonly cidr: string; readonly communities: readonly string[] }[];
  readonly globalPeers: readonly PeerValues[];
  readonly nodePeers: readonly PeerValues[];
  readonly filters: readonly FilterValues[];
  readonly pools: readonly PoolValues[];
  /** Own blocks in the order of their keys. */
  readonly blocks: readonly { readonly cidr: string; readonly state?: string }[];
  /** Service routes this node originates. */
  readonly staticRoutes: readonly string[];
  /** Ranges whose routes must not enter the kernel. */
  readonly rejectCidrs: readonly string[];
  /** Load balancer ranges as configured, for route reflectors. */
  readonly loadBalancerCidrs: readonly string[];
}

export interface NodeValues {
  readonly name: string;
  /** '' without IPv4. */
  readonly address: string;
  /** Masked network of the address. */
  readonly network?: string;
  readonly asNumber?: string;
  readonly clusterId: string;
  readonly listenPort?: string;
}

export interface PeerValues {
  /** As it stands in the comment: `/bgp/v1/global/peer_v4/10.0.1.10`. */
  readonly key: string;
  readonly address: string;
  readonly port: number;
  readonly asNumber: string;
  readonly clusterId: string;
  readonly sourceAddress: string;
  readonly restartTime: string;
  readonly keepNextHop: boolean;
  readonly nextHopMode: string;
  readonly isCalicoNode: boolean;
  readonly allowLocalAs: number;
  readonly ttlSecurity: number;
  readonly reachableBy: string;
  readonly filters: readonly string[];
}

/** A BGPFilter as far as its functions are called; the functions' own text is made from the object. */
export interface FilterValues {
  readonly name: string;
  readonly importLines: readonly string[];
  readonly exportLines: readonly string[];
}

export interface PoolValues {
  readonly cidr: string;
  readonly disableBGPExport: boolean;
  readonly ipipMode?: 'always' | 'cross-subnet';
  readonly vxlan: boolean;
}
