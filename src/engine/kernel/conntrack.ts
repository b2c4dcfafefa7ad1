/** Connection tracking. Models nf_conntrack, Linux 6.x: original and reply tuples, NAT included. Leaves out helpers, zones, expectations. */
import { formatAddress, toNumber } from '../net/address.ts';
import type { NetNamespace } from './namespace.ts';
import { sysctlNumber } from './sysctl.ts';

export interface Tuple {
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly src: string;
  readonly dst: string;
  /** Port, or the ICMP id. */
  readonly sport: number;
  readonly dport: number;
}

export interface Conntrack {
  readonly id: string;
  readonly original: Tuple;
  /** What replies look like when they come in, i.e. the inverse of the packet after NAT. */
  readonly reply: Tuple;
  readonly state: 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED' | 'FIN_WAIT' | 'TIME_WAIT' | 'CLOSE' | 'NONE';
  readonly assured: boolean;
  readonly replied: boolean;
  readonly mark: number;
  readonly packets: readonly [original: number, reply: number];
  /** ms, virtual. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A tuple with addresses as numbers: what the packet path works with. */
export interface FlowTuple {
  readonly proto: Tuple['proto'];
  readonly src: number;
  readonly dst: number;
  readonly sport: number;
  readonly dport: number;
}

/** Key of a tuple; an entry's id is the key of its original tuple. */
export function tupleKey(proto: Tuple['proto'], src: number, sport: number, dst: number, dport: number): string {
  return `${proto}:${src}:${sport}:${dst}:${dport}`;
}

export function keyOfTuple(t: FlowTuple): string {
  return tupleKey(t.proto, t.src, t.sport, t.dst, t.dport);
}

const numeric = new WeakMap<Tuple, FlowTuple>();

/** The tuple in numbers, remembered by identity. */
export function toFlowTuple(tuple: Tuple): FlowTuple {
  let flow = numeric.get(tuple);
  if (!flow) {
    flow = { proto: tuple.proto, src: toNumber(tuple.src), dst: toNumber(tuple.dst), sport: tuple.sport, dport: tuple.dport };
    numeric.set(tuple, flow);
  }
  return flow;
}

export function toTuple(flow: FlowTuple): Tuple {
  return { proto: flow.proto, src: formatAddress(flow.src), dst: formatAddress(flow.dst), sport: flow.sport, dport: flow.dport };
}

/** The tuple of the answer. An ICMP id stays where it is. */
export function invert(t: FlowTuple): FlowTuple {
  return t.proto === 'icmp'
    ? { proto: t.proto, src: t.dst, dst: t.src, sport: t.sport, dport: t.dport }
    : { proto: t.proto, src: t.dst, dst: t.src, sport: t.dport, dport: t.sport };
}

const replies = new WeakMap<NetNamespace['conntrack'], ReadonlyMap<string, Conntrack>>();

/** The live entry whose original (`dir` 0) or reply (`dir` 1) tuple has this key. */
export function findConntrack(
  ns: NetNamespace,
  key: string,
  now: number,
): { readonly entry: Conntrack; readonly dir: 0 | 1 } | undefined {
  let index = replies.get(ns.conntrack);
  if (!index) {
    index = new Map(Object.values(ns.conntrack).map((entry) => [keyOfTuple(toFlowTuple(entry.reply)), entry]));
    replies.set(ns.conntrack, index);
  }
  if (index.size === 0) return undefined;
  const own = Object.hasOwn(ns.conntrack, key) ? ns.conntrack[key] : undefined;
  if (own && own.expiresAt > now) return { entry: own, dir: 0 };
  const entry = index.get(key);
  return entry && entry.expiresAt > now ? { entry, dir: 1 } : undefined;
}

const TIMEOUTS: Readonly<Record<Conntrack['state'], string>> = {
  SYN_SENT: 'net.netfilter.nf_conntrack_tcp_timeout_syn_sent',
  SYN_RECV: 'net.netfilter.nf_conntrack_tcp_timeout_syn_recv',
  ESTABLISHED: 'net.netfilter.nf_conntrack_tcp_timeout_established',
  FIN_WAIT: 'net.netfilter.nf_conntrack_tcp_timeout_fin_wait',
  TIME_WAIT: 'net.netfilter.nf_conntrack_tcp_timeout_time_wait',
  CLOSE: 'net.netfilter.nf_conntrack_tcp_timeout_close',
  NONE: 'net.netfilter.nf_conntrack_udp_timeout',
};

/** How long an entry of this sort lives after its last packet, ms. */
export function conntrackTimeout(ns: NetNamespace, proto: Tuple['proto'], state: Conntrack['state'], assured: boolean): number {
  let name = TIMEOUTS[state];
  if (proto === 'icmp') name = 'net.netfilter.nf_conntrack_icmp_timeout';
  if (proto === 'udp' && assured) name = 'net.netfilter.nf_conntrack_udp_timeout_stream';
  return sysctlNumber(ns, name) * 1000;
}

/** The table with entries written and the expired ones gone. */
export function writeConntrack(ns: NetNamespace, entries: Iterable<Conntrack>, now: number): NetNamespace['conntrack'] {
  const next: Record<string, Conntrack> = {};
  for (const [id, entry] of Object.entries(ns.conntrack)) if (entry.expiresAt > now) next[id] = entry;
  for (const entry of entries) next[entry.id] = entry;
  return next;
}

/** Removes the entries `goes` picks (`conntrack -D`); the same namespace when there are none. */
export function deleteConntrack(ns: NetNamespace, goes: (entry: Conntrack) => boolean): NetNamespace {
  const kept = Object.entries(ns.conntrack).filter(([, entry]) => !goes(entry));
  return kept.length === Object.keys(ns.conntrack).length ? ns : { ...ns, conntrack: Object.fromEntries(kept) };
}
