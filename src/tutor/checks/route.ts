/** Check `route`: a host's main table has (or has not) a route, with exactly these next hops. */
import * as v from 'valibot';
import { checkKind } from './predicate.ts';

export const routeCheck = checkKind({
  name: 'route',
  params: v.strictObject({
    host: v.string(),
    /** `10.49.0.0/16`; a bare address is a /32. */
    dst: v.string(),
    /** Next hops: hosts by name, or addresses. All of them, in any order. */
    via: v.optional(v.array(v.string())),
    /** Every node of the cluster that is a next hop. */
    viaAllNodes: v.optional(v.boolean(), false),
    absent: v.optional(v.boolean(), false),
  }),
  missing(world, { host, dst, via, viaAllNodes, absent }) {
    const prefix = dst.includes('/') ? dst : `${dst}/32`;
    const route = world.hosts[host]?.netns['']?.routes.find((r) => r.dst === prefix);
    if (absent) return route ? `${host} still has a route to ${dst}` : undefined;
    if (!route) return `${host} has no route to ${dst} yet`;
    const nodes = Object.values(world.hosts).filter((h) => h.kind === 'node');
    const wanted = viaAllNodes ? nodes.map((h) => h.address) : via?.map((name) => world.hosts[name]?.address ?? name);
    if (!wanted) return undefined;
    const have = route.nexthops.map((hop) => hop.via ?? hop.dev);
    const same = have.length === wanted.length && wanted.every((address) => have.includes(address));
    return same ? undefined : `${host} reaches ${dst} via ${have.join(', ')}, not via ${wanted.join(', ')}`;
  },
});
