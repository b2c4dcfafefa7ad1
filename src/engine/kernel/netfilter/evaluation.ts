/** What a rule may ask, and what a table may answer: the sk_buff and nf_hook_state of x_tables, as far as rules here look at them. */
import type { NetNamespace } from '../namespace.ts';
import type { CtState, RejectType, Rule, TableName } from './types.ts';

/** A packet as rules see it. Addresses are numbers; `mark` is written by MARK. */
export interface FilterPacket {
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly src: number;
  readonly dst: number;
  readonly sport: number;
  readonly dport: number;
  mark: number;
  readonly icmpType: number;
  /** `syn` opens a connection. */
  readonly kind?: string;
}

/** Where and when rules are evaluated. */
export interface Evaluation {
  readonly ns: NetNamespace;
  readonly packet: FilterPacket;
  /** Interface names; '' where the hook has none. */
  readonly in: string;
  readonly out: string;
  readonly ctstate: CtState;
  readonly dnat: boolean;
  readonly snat: boolean;
  /** Key of the statistic match's randomness. */
  readonly seed: number;
  readonly now: number;
  /** Whether `hit` wants to hear; nobody listens to a walk that only asks yes or no. */
  readonly watched: boolean;
  /** Told of every rule that matched, and of a built-in chain's policy (index -1). */
  hit(table: TableName, chain: string, index: number, rule: Rule | undefined): void;
  /** When a `recent` list last saw the packet's source, ms; `note` writes it. */
  recentSeen(list: string): number | undefined;
  recentNote(list: string): void;
  /** Does the way back to the packet's source leave by the interface it came in? */
  reversePathHolds(): boolean;
}

export type Verdict =
  | { readonly type: 'accept' | 'drop' }
  | { readonly type: 'reject'; readonly with: RejectType; readonly rule: Rule }
  /** `port` 0: keep the packet's. */
  | {
      readonly type: 'dnat' | 'snat';
      readonly address: number;
      readonly port: number;
      readonly randomFully: boolean;
      readonly rule: Rule;
    }
  | { readonly type: 'masquerade'; readonly randomFully: boolean; readonly rule: Rule }
  | { readonly type: 'notrack' };
