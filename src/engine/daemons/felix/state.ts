/** What felix keeps between rounds on one host. */
import type { DaemonState } from '../../world.ts';

export interface FelixState extends DaemonState {
  /** What is programmed (a digest of all Felix read), by the process that started at `since`, at `at` ms. */
  readonly programmed?: { readonly digest: string; readonly since: number; readonly at: number };
}
