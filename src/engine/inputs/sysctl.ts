/** Input: a kernel parameter is written (`sysctl -w`). */
import { isKernelError, type KernelError } from '../kernel/errno.ts';
import { setSysctl } from '../kernel/sysctl.ts';
import { type Place, withNetns } from '../world.ts';
import type { InputHandler } from './input.ts';

export interface SysctlInput {
  readonly place: Place;
  readonly name: string;
  readonly value: string;
}

/** @returns null when done */
export const sysctlInput: InputHandler<SysctlInput, KernelError | null> = {
  apply(world, { place, name, value }) {
    const ns = world.hosts[place.host]?.netns[place.netns];
    if (!ns) return { world, result: { errno: 'ENOENT' } };
    const result = setSysctl(ns, name, value);
    return isKernelError(result) ? { world, result } : { world: withNetns(world, place, result), result: null };
  },
};
