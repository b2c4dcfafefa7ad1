/**
 * What became of a packet, in Batfish's words: Flow, Trace, Hop, Step, Disposition.
 *
 * A Trace is the record of one walk through real tables (walk.ts): every Step names the place, the action, the header before
 * and after, the row that decided (`ref`) and one plain sentence. `reverse` is the answer's own walk.
 */
import type { Errno } from '../kernel/errno.ts';
import type { Place, Ref } from '../world.ts';

/** What a sender asks for. */
export interface Flow {
  readonly from: Place;
  readonly proto: 'tcp' | 'udp' | 'icmp';
  /** Absent: the route's preferred source is chosen, as connect() does. */
  readonly src?: string;
  readonly dst: string;
  /** Absent: the namespace's next ephemeral port; for icmp the id. */
  readonly sport?: number;
  /** 0 for icmp. */
  readonly dport: number;
  readonly ttl?: number;
  /** Bytes of payload, for counters and `ping -s`. */
  readonly length?: number;
  /** Of an ICMP echo; absent: 1. */
  readonly seq?: number;
}

export interface Header {
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
  readonly ttl: number;
  readonly mark: number;
}

export type Disposition =
  /** Reached a listening socket (or, for icmp, a stack that answers). */
  | 'delivered'
  /** RST, or ICMP port unreachable from a REJECT rule. */
  | 'refused'
  /** A rule or a policy swallowed it: nobody answers. */
  | 'dropped'
  /** No route on the sender (ENETUNREACH) or on a router (ICMP net unreachable). */
  | 'no-route'
  /** ARP failed: host unreachable. */
  | 'neighbour-unreachable'
  /** Sent to a hardware address that the neighbour table still holds, where nobody is: silence. */
  | 'lost'
  /** A blackhole route: EINVAL for the host itself, silence for others. */
  | 'blackhole'
  /** A prohibit route. */
  | 'prohibited'
  /** TTL ran out. */
  | 'ttl-exceeded'
  /** Left the simulated network by its gateway: silence. */
  | 'left-network';

export interface Trace {
  /** Unique in a world: `t<number of the input>-<n>`. */
  readonly id: string;
  readonly at: number;
  readonly flow: Flow;
  /** As it left the sender. */
  readonly sent: Header;
  readonly hops: readonly Hop[];
  readonly disposition: Disposition;
  /** One sentence: why it ended so. */
  readonly reason: string;
  /** What the sender's system call returns at once, when its own kernel refused: ENETUNREACH, EINVAL … */
  readonly errno?: Errno;
  /** Who answers with an error, when somebody does: a RST or an ICMP message comes from there. */
  readonly answeredBy?: string;
  /** Delivered: where, and what the receiver saw as source. */
  readonly received?: { readonly place: Place; readonly header: Header; readonly process?: string };
  /** The reply's own walk; absent when nothing came back. */
  readonly reverse?: Trace;
  /** TCP, answered: what went over the connection after that. */
  readonly conversation?: Conversation;
  /** UDP: the payloads sent and answered, a character a byte. */
  readonly datagrams?: readonly [sent: string, answered?: string];
}

/** What the ends of a TCP connection said, for those who look at its packets. */
export interface Conversation {
  readonly turns: readonly Turn[];
  /** Who closes; absent: the connection stays open. */
  readonly closedBy?: 'client' | 'server';
  /** It went over a connection that stood already. */
  readonly resumed?: boolean;
}

export interface Turn {
  readonly by: 'client' | 'server';
  /** What was handed to the kernel, a write each. */
  readonly writes: readonly Written[];
  /** Thinking before it, ms. */
  readonly afterMs: number;
}

export interface Written {
  /** Bytes. */
  readonly length: number;
  readonly text: string;
}

/** One host's (or pod's) part of the way. */
export interface Hop {
  readonly place: Place;
  /** Interface it came in by; absent on the sender. */
  readonly in?: string;
  /** Interface it left by; absent where it ended. */
  readonly out?: string;
  readonly steps: readonly Step[];
}

export interface Step {
  /** `socket`, `route`, `ecmp`, `neighbour`, `conntrack`, or `<table> <HOOK>` with `chain` naming the chain. */
  readonly at: string;
  readonly chain?: string;
  /** What happened: `matched 10.49.50.18/32`, `DNAT`, `ACCEPT`, `hash 0x2f… → 10.0.1.31`. Short. */
  readonly action: string;
  /** One sentence a learner understands. */
  readonly text: string;
  readonly before?: Header;
  readonly after?: Header;
  readonly ref?: Ref;
  readonly ecmp?: EcmpChoice;
}

export interface EcmpChoice {
  readonly policy: number;
  /** The fields that were hashed, in order, as text. */
  readonly inputs: readonly string[];
  /** 31-bit hash. */
  readonly hash: number;
  /** Upper bound of each next hop's bucket, and the next hop. */
  readonly buckets: readonly { readonly upper: number; readonly via: string; readonly dev: string }[];
  readonly chosen: number;
}
