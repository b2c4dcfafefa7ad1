/** From a tool's invocation to the place it runs at. */
import type { Invocation } from '../bash/execution.ts';
import type { HostPlatform } from '../platform.ts';
import type { Surroundings } from '../process.ts';

export function platformOf({ x }: Pick<Invocation, 'x'>): HostPlatform {
  return x.platform as HostPlatform;
}

export function aroundOf(invocation: Pick<Invocation, 'x'>): Surroundings {
  return platformOf(invocation).around;
}
