/** What bird keeps between rounds on one host. */
import type { DaemonState } from '../../world.ts';

export interface BirdState extends DaemonState {}
