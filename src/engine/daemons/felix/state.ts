/** What felix keeps between rounds on one host. */
import type { DaemonState } from '../../world.ts';

export interface FelixState extends DaemonState {}
