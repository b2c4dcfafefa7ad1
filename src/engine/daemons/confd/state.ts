/** What confd keeps between rounds on one host. */
import type { DaemonState } from '../../world.ts';

export interface ConfdState extends DaemonState {}
