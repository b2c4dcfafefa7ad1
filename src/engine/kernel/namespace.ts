/**
 * One Linux network namespace: links, addresses, routes, neighbours, sysctls, netfilter, conntrack, sockets.
 *
 * Models what a Linux 6.x kernel holds per netns. Leaves out IPv6, traffic control, multiple routing rules beyond the main
 * and local tables. State only; the functions that change it are the kernel's doors: fib.ts, link.ts, neighbour.ts, sysctl.ts,
 * netfilter/, conntrack.ts, socket.ts.
 */
import type { Ref } from '../world.ts';
import type { Conntrack } from './conntrack.ts';
import type { Netfilter } from './netfilter/types.ts';

export interface NetNamespace {
  /** '' for the host's own; else `<namespace>/<pod>`. */
  readonly name: string;
  readonly links: Readonly<Record<string, NetLink>>;
  /** The main table, in the order `ip route` prints it: address ascending, longer prefix first, then metric. The local table is derived from addresses. */
  readonly routes: readonly Route[];
  /** `<dev> <address>` → entry. */
  readonly neighbours: Readonly<Record<string, Neighbour>>;
  /** Values that differ from the kernel's defaults (sysctl.ts holds those): `net.ipv4.fib_multipath_hash_policy` → `1`. */
  readonly sysctl: Readonly<Record<string, string>>;
  readonly netfilter: Netfilter;
  /** Entries by id. Expiry is `expiresAt`; an expired entry counts as absent. */
  readonly conntrack: Readonly<Record<string, Conntrack>>;
  readonly sockets: readonly Socket[];
  /** What each link has counted; absent: nothing yet. */
  readonly linkStats?: Readonly<Record<string, LinkStats>>;
  /** Next ephemeral source port, 32768–60999. */
  readonly nextPort: number;
}

export interface NetLink {
  readonly name: string;
  readonly index: number;
  readonly type: 'loopback' | 'ether' | 'veth' | 'bridge' | 'dummy';
  readonly mac: string;
  readonly mtu: number;
  /** Administratively up (`ip link set X up`). */
  readonly up: boolean;
  /** The cable: false is `NO-CARRIER`, and its routes print `linkdown`. */
  readonly carrier: boolean;
  readonly addresses: readonly LinkAddress[];
  /** Segment an `ether` link is plugged into. */
  readonly segment?: string;
  /** The other end of a `veth`, on the same host. */
  readonly peer?: { readonly netns: string; readonly link: string };
}

/** `rtnl_link_stats64`; bytes of whole Ethernet frames. */
export interface LinkStats {
  readonly rxPackets: number;
  readonly rxBytes: number;
  readonly txPackets: number;
  readonly txBytes: number;
}

export interface LinkAddress {
  readonly address: string;
  readonly prefixLength: number;
  readonly scope: 'global' | 'link' | 'host';
  readonly broadcast?: string;
  /** Seconds; undefined: forever. A DHCP address is `dynamic`. */
  readonly dynamicSeconds?: number;
}

export interface Route {
  /** Masked prefix, always with its length: `10.49.0.0/16`, `10.49.50.18/32`, `0.0.0.0/0`. */
  readonly dst: string;
  readonly type: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit';
  /** Empty for the types that have none. In the order they print; BIRD sorts by gateway. */
  readonly nexthops: readonly NextHop[];
  /** As `ip route` prints it: kernel, boot, static, dhcp, bird, 80 … */
  readonly proto: string;
  readonly scope: 'global' | 'link' | 'host';
  /** Preferred source address. */
  readonly src?: string;
  readonly metric?: number;
  readonly ref?: Ref;
}

export interface NextHop {
  readonly via?: string;
  readonly dev: string;
  readonly weight: number;
  readonly onlink?: boolean;
}

export interface Neighbour {
  readonly address: string;
  readonly dev: string;
  readonly mac?: string;
  readonly state: 'REACHABLE' | 'STALE' | 'DELAY' | 'PROBE' | 'FAILED' | 'INCOMPLETE' | 'PERMANENT' | 'NOARP';
  /** When it came to this state, ms; neighbourState() says what has become of it since. */
  readonly at: number;
}

/** A listening socket and who answers there. */
export interface Socket {
  readonly proto: 'tcp' | 'udp';
  /** `0.0.0.0`: any address. */
  readonly address: string;
  readonly port: number;
  /** Process name, as `ss -p` prints it. */
  readonly process: string;
  /**
   * Application behind it (engine/images): a name from the image list, with the pod's container where it runs in one.
   * Absent: accepts the connection and says nothing over HTTP (`curl: (52) Empty reply from server`).
   */
  readonly app?: string;
  /** Container that owns it: `<namespace>/<pod>/<container>`. */
  readonly container?: string;
}
