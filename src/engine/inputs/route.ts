/** Input: a change of a namespace's main routing table, as `ip route` asks the kernel for it. */
import { isKernelError, type KernelError } from '../kernel/errno.ts';
import { addRoute, deleteRoute, type RouteMode, type RoutePattern, removeRoutes, sameRoute } from '../kernel/fib-edit.ts';
import type { Route } from '../kernel/namespace.ts';
import { type Place, type World, withNetns } from '../world.ts';
import type { InputHandler } from './input.ts';

export type RouteInput = { readonly place: Place } & (
  | { readonly action: RouteMode; readonly route: Route }
  | { readonly action: 'delete'; readonly pattern: RoutePattern }
  /** Deletes exactly these rows (`ip route flush SELECTOR`). */
  | { readonly action: 'flush'; readonly routes: readonly Route[] }
);

function changed(world: World, input: RouteInput) {
  const ns = world.hosts[input.place.host]?.netns[input.place.netns];
  if (!ns) return { errno: 'ENODEV' } as const;
  if (input.action === 'delete') return deleteRoute(ns, input.pattern);
  if (input.action === 'flush') return removeRoutes(ns, (route) => input.routes.some((r) => sameRoute(r, route)));
  return addRoute(ns, { ...input.route, ref: { kind: 'input', index: world.inputs - 1 } }, input.action);
}

/** @returns null when done */
export const routeInput: InputHandler<RouteInput, KernelError | null> = {
  apply(world, input) {
    const result = changed(world, input);
    return isKernelError(result) ? { world, result } : { world: withNetns(world, input.place, result), result: null };
  },
};
