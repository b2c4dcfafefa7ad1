/**
 * The state of one packet's walk, shared by the stages (hooks, tracking, routing, wire), and how it may end. Mutable, and gone
 * when the walk is over; only its Draft and its Trace outlive it.
 */
import type { Connection } from '../kernel/conntrack.ts';
import type { Errno } from '../kernel/errno.ts';
import type { LookupOptions } from '../kernel/fib.ts';
import type { Evaluation } from '../kernel/netfilter/evaluation.ts';
import type { CtState, HookName } from '../kernel/netfilter/types.ts';
import type { FlowTuple } from '../kernel/tuplehash.ts';
import type { Place } from '../world.ts';
import type { Arrival, Draft, NetnsDraft } from './draft.ts';
import type { Packet } from './packet.ts';
import type { Recorder } from './recorder.ts';
import type { Disposition } from './trace.ts';

/** The connection a packet belongs to, as its sk_buff carries it through one namespace. */
export interface Attached {
  /** What the table holds; absent: a new connection, not confirmed yet. */
  readonly known: Connection | undefined;
  readonly original: FlowTuple;
  reply: FlowTuple;
  readonly dir: 0 | 1;
  readonly state: CtState;
  /** NAT is decided by a connection's first packet, once for each side. */
  dnatDecided: boolean;
  snatDecided: boolean;
}

/** An answer to a packet that did not get through: who sends what. */
export interface Answer {
  readonly from: NetnsDraft;
  readonly kind: 'rst' | 'icmp-error';
  readonly icmpType: number;
  /** Source of the message; 0: as the route back prefers. */
  readonly src: number;
  /** The connection it is about, where it was not confirmed (nf_ct_attach). */
  readonly about?: Attached | undefined;
}

export interface Ending {
  readonly disposition: Disposition;
  /** Why, in one sentence. Asked for by whoever shows it: most walks are not shown. */
  readonly reason: () => string;
  /** What the sender's system call returns at once, when the sender's own kernel refused. */
  readonly errno?: Errno;
  readonly answer?: Answer;
  readonly received?: { readonly at: NetnsDraft; readonly process?: string };
}

export type Outcome = Ending | Arrival;

export function hasEnded(outcome: Outcome): outcome is Ending {
  return 'disposition' in outcome;
}

/** For the answers' walks: who waits for it, and the header as the first packet was sent. */
export interface Expectation {
  readonly place: Place;
  readonly sent: FlowTuple;
}

/** A walk, as the stages, the rules and the route lookups of the namespace it is in see it. */
export interface Walk extends Evaluation, LookupOptions {
  readonly draft: Draft;
  readonly packet: Packet;
  /** Key of the arbitrary choices of the host it is on. */
  readonly seed: number;
  at: NetnsDraft;
  attached: Attached | undefined;
  readonly recorder: Recorder | undefined;
  readonly expects: Expectation | undefined;
  /** The packet as it left its socket: source chosen, nothing translated yet. */
  sent: FlowTuple;
  readonly sentTtl: number;
  /** Hook being run, for the steps its rules write, and its interfaces. */
  hook: HookName;
  in: string;
  out: string;
  /** NOTRACK took the packet out of connection tracking in this namespace. */
  untracked: boolean;
}
