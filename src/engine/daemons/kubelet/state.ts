/** What kubelet keeps between rounds on one host. */
import type { DaemonState } from '../../world.ts';

export interface KubeletState extends DaemonState {}
