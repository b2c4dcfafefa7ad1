/** Fault: a pod's readiness probe fails. The pod runs on, but services stop sending to it. */
import { isUnready, setUnready } from '../daemons/kubelet/unready.ts';
import type { Fault, FaultTarget } from './fault.ts';

export const podUnready: Fault = {
  name: 'pod-unready',
  breakLabel: 'Fail readiness',
  mendLabel: 'Pass readiness',
  targets: (world) =>
    Object.values(world.hosts).flatMap((host) =>
      Object.keys(host.daemons.kubelet?.pods ?? {}).map((what): FaultTarget => ({ host: host.name, what })),
    ),
  broken: (world, { host, what = '' }) => isUnready(world, host, what),
  set: (world, { host, what = '' }, on) => setUnready(world, host, what, on),
};
