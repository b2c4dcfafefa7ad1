/** Input: a change of a namespace's neighbour table (`ip neigh`, `arp -d`). */
import type { KernelError } from '../kernel/errno.ts';
import type { Neighbour } from '../kernel/namespace.ts';
import { deleteNeighbour, findNeighbour, setNeighbour } from '../kernel/neighbour.ts';
import { type Place, withNetns } from '../world.ts';
import type { InputHandler } from './input.ts';

export type NeighbourInput = { readonly place: Place; readonly dev: string; readonly address: string } & (
  | { readonly action: 'add' | 'replace' | 'change'; readonly mac?: string; readonly state: Neighbour['state'] }
  | { readonly action: 'delete' }
);

/** @returns null when done */
export const neighbourInput: InputHandler<NeighbourInput, KernelError | null> = {
  apply(world, input) {
    const { place, dev, address } = input;
    const ns = world.hosts[place.host]?.netns[place.netns];
    if (!ns?.links[dev]) return { world, result: { errno: 'ENODEV' } };
    const old = findNeighbour(ns, dev, address);
    if (input.action === 'delete') {
      if (!old) return { world, result: { errno: 'ENOENT' } };
      return { world: withNetns(world, place, deleteNeighbour(ns, dev, address)), result: null };
    }
    if (input.action === 'add' && old) return { world, result: { errno: 'EEXIST' } };
    if (input.action === 'change' && !old) return { world, result: { errno: 'ENOENT' } };
    const mac = input.mac ?? old?.mac;
    const entry: Neighbour = { address, dev, ...(mac === undefined ? {} : { mac }), state: input.state, at: world.now };
    const next = setNeighbour(deleteNeighbour(ns, dev, address), entry);
    return { world: withNetns(world, place, next), result: null };
  },
};
