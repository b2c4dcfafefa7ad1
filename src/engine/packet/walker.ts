/**
 * The state of one packet's walk, shared by the stages (hooks, tracking, routing, wire), and how it may end. Mutable, and gone
 * when the walk is over; only its Draft and its Trace outlive it.
 */
import type { FlowTuple } from '../kernel/conntrack.ts';
import type { Errno } from '../kernel/errno.ts';
import type { LookupOptions } from '../kernel/fib.ts';
import type { Evaluation } from '../kernel/netfilter/evaluate.ts';
import type { CtState, HookName } from '../kernel/netfilter/types.ts';
import type { Place } from '../world.ts';
import type { Connection, Draft, NetnsDraft } from './draft.ts';
import type { Packet } from './packet.ts';
import type { Recorder } from './recorder.ts';
import type { Disposition } from './trace.ts';

/** The connection a packet belongs to, as its sk_buff carries it through one namespace. */
export interface Attached {
  /** Key of the original tuple: the entry's id. */
  readonly key: string;
  /** Key of the reply tuple, once its ports are settled. */
  replyKey?: string;
  /** What the table holds; absent: a new connection, not confirmed yet. */
  readonly known?: Connection;
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
  readonly reason: string;
  /** What the sender's system call returns at once, when the sender's own kernel refused. */
  readonly errno?: Errno;
  readonly answer?: Answer;
  readonly received?: { readonly at: NetnsDraft; readonly process?: string };
}

/** The packet is on its way into a namespace by a link. */
export interface Arrival {
  readonly at: NetnsDraft;
  readonly dev: string;
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

/** What rules see of a walk; moves from namespace to namespace with it. */
export type WalkEvaluation = { -readonly [K in keyof Evaluation]: Evaluation[K] };

export interface Walk {
  readonly draft: Draft;
  readonly packet: Packet;
  at: NetnsDraft;
  attached: Attached | undefined;
  readonly recorder: Recorder | undefined;
  readonly expects: Expectation | undefined;
  /** The packet as it left its socket: source chosen, nothing translated yet. */
  sent: FlowTuple;
  readonly sentTtl: number;
  /** Hook being run, for the steps its rules write. */
  hook: HookName;
  /** NOTRACK took the packet out of connection tracking in this namespace. */
  untracked: boolean;
  readonly evaluation: WalkEvaluation;
  readonly routing: LookupOptions;
}
