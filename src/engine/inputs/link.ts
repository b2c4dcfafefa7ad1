/** Input: a change of a link or its addresses, as `ip link set` and `ip addr` ask the kernel for it. */
import { isKernelError, type KernelError } from '../kernel/errno.ts';
import { addAddress, deleteAddress, setLink } from '../kernel/link.ts';
import type { LinkAddress } from '../kernel/namespace.ts';
import { type Place, withNetns } from '../world.ts';
import type { InputHandler } from './input.ts';

export type LinkInput = { readonly place: Place; readonly dev: string } & (
  | { readonly action: 'set'; readonly up?: boolean; readonly mtu?: number }
  | { readonly action: 'add-address'; readonly address: LinkAddress }
  | { readonly action: 'delete-address'; readonly address: string; readonly prefixLength?: number }
);

/** @returns null when done */
export const linkInput: InputHandler<LinkInput, KernelError | null> = {
  apply(world, input) {
    const { place, dev } = input;
    const ns = world.hosts[place.host]?.netns[place.netns];
    if (!ns) return { world, result: { errno: 'ENODEV' } };
    let result: ReturnType<typeof setLink>;
    if (input.action === 'set') result = setLink(ns, dev, input);
    else if (input.action === 'add-address') result = addAddress(ns, dev, input.address);
    else result = deleteAddress(ns, dev, input.address, input.prefixLength);
    return isKernelError(result) ? { world, result } : { world: withNetns(world, place, result), result: null };
  },
};
