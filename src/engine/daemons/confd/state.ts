/** What confd keeps between rounds on one host. */
import type { DaemonState, Ref } from '../../world.ts';

export interface ConfdState extends DaemonState {
  /** When the files it has decided upon are to be written, ms. Absent: nothing is pending. */
  readonly dueAt?: number;
  /** The last list of each sort of range in which every entry could be read: one bad entry keeps the whole old list in force. */
  readonly ranges?: ServiceRanges;
  /** What it complained of last, for its log. */
  readonly complaints?: readonly string[];
  /** Which object each line comes from: path → line (from 1) → object. */
  readonly lines?: Readonly<Record<string, Readonly<Record<number, Ref>>>>;
}

/** Ranges whose services are announced, by the field of BGPConfiguration they stand in. */
export interface ServiceRanges {
  readonly serviceClusterIPs: readonly string[];
  readonly serviceExternalIPs: readonly string[];
  readonly serviceLoadBalancerIPs: readonly string[];
}
