/** Connection tracking. Models nf_conntrack, Linux 6.x: original and reply tuples, NAT included. Leaves out helpers, zones, expectations. */
import { formatAddress, toNumber } from '../net/address.ts';
import type { NetNamespace } from './namespace.ts';
import { sysctlNumber } from './sysctl.ts';
import { type FlowTuple, TupleTable } from './tuplehash.ts';

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
  readonly state: 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED' | 'FIN_WAIT' | 'CLOSE_WAIT' | 'LAST_ACK' | 'TIME_WAIT' | 'CLOSE' | 'NONE';
  readonly assured: boolean;
  readonly replied: boolean;
  readonly mark: number;
  readonly packets: readonly [original: number, reply: number];
  /** Of IP packets; absent: none carried data. */
  readonly bytes?: readonly [original: number, reply: number];
  /** ms, virtual. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** An entry's id: its original tuple as text. */
export function idOf(original: FlowTuple): string {
  return `${original.proto}:${original.src}:${original.sport}:${original.dst}:${original.dport}`;
}

function toFlowTuple(tuple: Tuple): FlowTuple {
  return { proto: tuple.proto, src: toNumber(tuple.src), dst: toNumber(tuple.dst), sport: tuple.sport, dport: tuple.dport };
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

/** An entry as packets meet it: tuples in numbers; text is made of it only when it is kept. */
export interface Connection extends Omit<Conntrack, 'id' | 'original' | 'reply'> {
  readonly original: FlowTuple;
  readonly reply: FlowTuple;
}

export function toEntry({ original, reply, ...rest }: Connection): Conntrack {
  return { id: idOf(original), original: toTuple(original), reply: toTuple(reply), ...rest };
}

const tables = new WeakMap<NetNamespace['conntrack'], TupleTable<Connection>>();

/** A namespace's entries by tuple, expired ones with them. */
export function connectionsOf({ conntrack }: NetNamespace): TupleTable<Connection> {
  let table = tables.get(conntrack);
  if (!table) {
    table = new TupleTable();
    for (const { id: _id, original, reply, ...rest } of Object.values(conntrack)) {
      const connection: Connection = { ...rest, original: toFlowTuple(original), reply: toFlowTuple(reply) };
      table.put(connection.original, 0, connection);
      table.put(connection.reply, 1, connection);
    }
    tables.set(conntrack, table);
  }
  return table;
}

const TIMEOUTS: Readonly<Record<Conntrack['state'], string>> = {
  SYN_SENT: 'net.netfilter.nf_conntrack_tcp_timeout_syn_sent',
  SYN_RECV: 'net.netfilter.nf_conntrack_tcp_timeout_syn_recv',
  ESTABLISHED: 'net.netfilter.nf_conntrack_tcp_timeout_established',
  FIN_WAIT: 'net.netfilter.nf_conntrack_tcp_timeout_fin_wait',
  CLOSE_WAIT: 'net.netfilter.nf_conntrack_tcp_timeout_close_wait',
  LAST_ACK: 'net.netfilter.nf_conntrack_tcp_timeout_last_ack',
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
  for (const entry of entries) {
    if (entry.expiresAt > now) next[entry.id] = entry;
    else delete next[entry.id];
  }
  return next;
}

/** Removes the entries `goes` picks (`conntrack -D`); the same namespace when there are none. */
export function deleteConntrack(ns: NetNamespace, goes: (entry: Conntrack) => boolean): NetNamespace {
  const kept = Object.entries(ns.conntrack).filter(([, entry]) => !goes(entry));
  return kept.length === Object.keys(ns.conntrack).length ? ns : { ...ns, conntrack: Object.fromEntries(kept) };
}
