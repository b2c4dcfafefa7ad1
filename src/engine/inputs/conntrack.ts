/** Input: entries of a namespace's connection tracking table are removed (`conntrack -D`, `-F`). */
import { deleteConntrack } from '../kernel/conntrack.ts';
import { type Place, type World, withNetns } from '../world.ts';
import type { Failure, InputHandler } from './input.ts';

export interface ConntrackInput {
  readonly place: Place;
  /** Entries by id; absent: all of them. */
  readonly remove?: readonly string[];
}

export const conntrackInput: InputHandler<ConntrackInput, Failure | undefined> = {
  apply(world: World, { place, remove }) {
    const ns = world.hosts[place.host]?.netns[place.netns];
    if (!ns) return { world, result: { error: `no network namespace ${place.host} ${place.netns}` } };
    const gone = remove && new Set(remove);
    return {
      world: withNetns(
        world,
        place,
        deleteConntrack(ns, ({ id }) => gone?.has(id) ?? true),
      ),
      result: undefined,
    };
  },
};
