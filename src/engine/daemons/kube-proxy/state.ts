/** What kube-proxy keeps between rounds on one host. */
import type { DaemonState } from '../../world.ts';

export interface KubeProxyState extends DaemonState {}
