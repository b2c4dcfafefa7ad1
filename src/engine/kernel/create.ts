/**
 * Making namespaces and cabling them: a fresh netns with its loopback, an ethernet link plugged into a segment, a veth pair between
 * two namespaces of a host. What a world's loader and the CNI plugin build from.
 */
import { hash32 } from '../net/random.ts';
import type { Host } from '../world.ts';
import { isKernelError } from './errno.ts';
import { addLink, deleteLink, nextIndex } from './link.ts';
import type { LinkAddress, NetLink, NetNamespace } from './namespace.ts';
import { emptyNetfilter } from './netfilter/types.ts';

const LOOPBACK: NetLink = {
  name: 'lo',
  index: 1,
  type: 'loopback',
  mac: '00:00:00:00:00:00',
  mtu: 65536,
  up: true,
  carrier: true,
  addresses: [{ address: '127.0.0.1', prefixLength: 8, scope: 'host' }],
};

/** An empty namespace, loopback up. */
export function createNamespace(name: string): NetNamespace {
  return {
    name,
    links: { lo: LOOPBACK },
    routes: [],
    neighbours: {},
    sysctl: {},
    netfilter: emptyNetfilter,
    conntrack: {},
    sockets: [],
    nextPort: 32768 + (hash32('port', name) % 1000) * 2,
  };
}

/** A locally administered MAC address, fixed by what it is for. */
export function macAddress(...parts: readonly string[]): string {
  const a = hash32('mac', ...parts);
  const b = hash32('mac2', ...parts);
  const bytes = [(a & 0xfc) | 0x02, a >>> 8, a >>> 16, a >>> 24, b, b >>> 8].map((x) => (x & 255).toString(16).padStart(2, '0'));
  return bytes.join(':');
}

export interface EtherOptions {
  readonly name: string;
  readonly segment: string;
  readonly addresses: readonly LinkAddress[];
  readonly mac?: string;
  readonly mtu?: number;
  /** For the default MAC: whose it is. */
  readonly owner: string;
}

/** Plugs an ethernet link, up, into a segment; with it come the connected routes of its addresses. A name that is taken is left as it is. */
export function plugEther(ns: NetNamespace, options: EtherOptions): NetNamespace {
  const added = addLink(ns, {
    name: options.name,
    index: nextIndex(ns),
    type: 'ether',
    mac: options.mac ?? macAddress(options.owner, options.name),
    mtu: options.mtu ?? 1500,
    up: true,
    carrier: true,
    addresses: options.addresses,
    segment: options.segment,
  });
  return isKernelError(added) ? ns : added;
}

export interface VethEnd {
  readonly netns: string;
  readonly link: string;
  readonly mac?: string;
  readonly addresses?: readonly LinkAddress[];
  /** Answers ARP for addresses it routes elsewhere (net.ipv4.conf.<link>.proxy_arp): Calico's host side. */
  readonly proxyArp?: boolean;
}

function endOf(ns: NetNamespace, host: string, end: VethEnd, other: VethEnd, mtu: number): NetNamespace {
  const added = addLink(ns, {
    name: end.link,
    index: nextIndex(ns),
    type: 'veth',
    mac: end.mac ?? macAddress(host, end.netns, end.link),
    mtu,
    up: true,
    carrier: true,
    addresses: end.addresses ?? [],
    peer: { netns: other.netns, link: other.link },
  });
  if (isKernelError(added) || !end.proxyArp) return isKernelError(added) ? ns : added;
  return { ...added, sysctl: { ...added.sysctl, [`net.ipv4.conf.${end.link}.proxy_arp`]: '1' } };
}

/** Joins two namespaces of a host by a veth pair, both ends up. A namespace that does not exist yet is created. */
export function connectVeth(host: Host, a: VethEnd, b: VethEnd, mtu = 1500): Host {
  const netns: Record<string, NetNamespace> = { ...host.netns };
  for (const [end, other] of [
    [a, b],
    [b, a],
  ] as const) {
    netns[end.netns] = endOf(netns[end.netns] ?? createNamespace(end.netns), host.name, end, other, mtu);
  }
  return { ...host, netns };
}

/** Deletes a pod's namespace with the host's ends of its veth pairs; the same host when there is none. */
export function deleteNamespace(host: Host, name: string): Host {
  const gone = Object.hasOwn(host.netns, name) ? host.netns[name] : undefined;
  if (!gone) return host;
  const { [name]: _gone, ...rest } = host.netns;
  const netns: Record<string, NetNamespace> = rest;
  for (const link of Object.values(gone.links)) {
    const peer = link.peer && netns[link.peer.netns];
    if (!link.peer || !peer) continue;
    const cut = deleteLink(peer, link.peer.link);
    // A link takes its own parameters with it.
    const own = `net.ipv4.conf.${link.peer.link}.`;
    const sysctl = Object.fromEntries(Object.entries(cut.sysctl).filter(([name]) => !name.startsWith(own)));
    netns[link.peer.netns] = { ...cut, sysctl };
  }
  return { ...host, netns };
}
