/** What kube-proxy keeps between rounds on one host. */
import type { DaemonState } from '../../world.ts';

export interface KubeProxyState extends DaemonState {
  /**
   * What is programmed: a digest of the Services and EndpointSlices (plan.ts), and the start (`startedAt`) of the process that
   * did it. A process that has not written anything yet writes all anew.
   */
  readonly synced?: { readonly digest: string; readonly since: number };
}
