/**
 * Netfilter rules as objects: what kube-proxy and felix program, the packet walk evaluates and iptables prints.
 *
 * Models x_tables, iptables 1.8.9. `matches` keeps the order in which iptables prints them; a rule may carry two comments. Leaves out IPv6 and targets nobody here uses.
 */
import type { Ref } from '../../world.ts';

export type TableName = 'raw' | 'mangle' | 'nat' | 'filter';
export type HookName = 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

export interface Netfilter {
  readonly tables: Readonly<Partial<Record<TableName, Table>>>;
  readonly ipsets: Readonly<Record<string, IpSet>>;
  /** Rule hits: `<table> <chain> <index>`, a built-in chain's policy under `<table> <chain> policy` → [packets, bytes]. Reset when the chain is rewritten. */
  readonly counters: Readonly<Record<string, readonly [packets: number, bytes: number]>>;
  /** `-m recent` lists: name → source address → when it was last seen, ms. */
  readonly recent?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface IpSet {
  readonly name: string;
  readonly type: 'hash:ip' | 'hash:net' | 'hash:ip,port';
  /** Addresses or prefixes, sorted. */
  readonly members: readonly string[];
  /** Most members it takes; the tool's default is 65536. */
  readonly maxelem?: number;
}

export interface Table {
  readonly chains: Readonly<Record<string, Chain>>;
}

export interface Chain {
  readonly name: string;
  /** Only built-in chains have one. */
  readonly policy?: 'ACCEPT' | 'DROP';
  readonly rules: readonly Rule[];
}

export interface Rule {
  /** `-s`, `-d`: a prefix (`10.49.50.18/32`), `not` inverts. */
  readonly src?: Prefixed;
  readonly dst?: Prefixed;
  readonly in?: Inverted;
  readonly out?: Inverted;
  /** `-p`. `ipencap` is protocol 4 (IP in IP), which no packet of the simulation carries. */
  readonly proto?: 'tcp' | 'udp' | 'icmp' | 'ipencap';
  /** `! -p`. */
  readonly protoNot?: boolean;
  readonly matches: readonly Match[];
  readonly target: Target;
  readonly ref?: Ref;
}

export interface Prefixed {
  readonly prefix: string;
  readonly not?: boolean;
}

/** An interface name; a trailing `+` is a wildcard. */
export interface Inverted {
  readonly name: string;
  readonly not?: boolean;
}

export type Match =
  | { readonly type: 'comment'; readonly text: string }
  | { readonly type: 'dport' | 'sport'; readonly port: number; readonly to?: number; readonly not?: boolean }
  | { readonly type: 'addrtype'; readonly side: 'src' | 'dst'; readonly value: 'LOCAL'; readonly not?: boolean }
  | { readonly type: 'mark'; readonly value: number; readonly mask: number; readonly not?: boolean }
  /** `as: 'state'` was written as `-m state --state`. */
  | { readonly type: 'ctstate'; readonly states: readonly CtState[]; readonly not?: boolean; readonly as?: 'state' }
  /** `--syn`, that is `--tcp-flags FIN,SYN,RST,ACK SYN`: the packet that opens a connection. */
  | { readonly type: 'syn'; readonly not?: boolean }
  /** `-m tcp` without options, as DNAT needs it: always true. */
  | { readonly type: 'proto' }
  | { readonly type: 'multiport'; readonly side: 'dports' | 'sports'; readonly ports: readonly number[]; readonly not?: boolean }
  /** Reverse-path check. `invert`: matches what fails it. */
  | { readonly type: 'rpfilter'; readonly validmark?: boolean; readonly invert?: boolean }
  | { readonly type: 'statistic'; readonly probability: number }
  | { readonly type: 'set'; readonly set: string; readonly side: 'src' | 'dst'; readonly not?: boolean }
  /** 255: any. */
  | { readonly type: 'icmp'; readonly icmpType: number }
  | {
      readonly type: 'recent';
      readonly name: string;
      readonly action: 'rcheck' | 'set';
      readonly seconds?: number;
      readonly reap?: boolean;
    };

export type CtState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED' | 'DNAT' | 'SNAT';

export type Target =
  | { readonly type: 'ACCEPT' | 'DROP' | 'RETURN' }
  /** No `-j`: counts and goes on with the next rule. */
  | { readonly type: 'NONE' }
  /** `-j chain`; `goto` is `-g`. */
  | { readonly type: 'jump'; readonly chain: string; readonly goto?: boolean }
  | { readonly type: 'REJECT'; readonly with: RejectType }
  | { readonly type: 'DNAT'; readonly to: string }
  | { readonly type: 'SNAT'; readonly to: string; readonly randomFully?: boolean }
  | { readonly type: 'MASQUERADE'; readonly randomFully?: boolean }
  /** `--set-xmark value/mask` (ops `or`, `and`, `xor` print as such). */
  | { readonly type: 'MARK'; readonly value: number; readonly mask: number }
  | { readonly type: 'NOTRACK' }
  /** `level` as syslog counts; absent: 4, warning. */
  | { readonly type: 'LOG'; readonly prefix: string; readonly level?: number };

export type RejectType =
  | 'icmp-port-unreachable'
  | 'tcp-reset'
  | 'icmp-net-unreachable'
  | 'icmp-host-unreachable'
  | 'icmp-net-prohibited'
  | 'icmp-host-prohibited'
  | 'icmp-admin-prohibited';

export const emptyNetfilter: Netfilter = { tables: {}, ipsets: {}, counters: {} };
