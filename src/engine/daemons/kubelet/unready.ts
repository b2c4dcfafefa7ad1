/** A pod whose readiness probe is made to fail: the door for the fault. */
import { type World, withHost } from '../../world.ts';

/** Whether a pod's probe is made to fail on its host. @param podKey `namespace/name` */
export function isUnready(world: World, hostName: string, podKey: string): boolean {
  return world.hosts[hostName]?.daemons.kubelet?.unready?.[podKey] ?? false;
}

/** Makes the readiness probe of a pod fail, or lets it find what it finds again. The same world when nothing differs. */
export function setUnready(world: World, hostName: string, podKey: string, on: boolean): World {
  const host = world.hosts[hostName];
  const kubelet = host?.daemons.kubelet;
  if (!host || !kubelet || isUnready(world, hostName, podKey) === on) return world;
  const { [podKey]: _, ...others } = kubelet.unready ?? {};
  const unready = on ? { ...others, [podKey]: true as const } : others;
  return withHost(world, { ...host, daemons: { ...host.daemons, kubelet: { ...kubelet, unready } } });
}
