/**
 * Writes the table into the kernel. Models the export half of sysdep/unix/krt.c and rt_export_merged(), BIRD 1.6.8: next hops of
 * equal routes merged and sorted by gateway, routes of BIRD's own (`proto bird`) replaced or deleted, everybody else's left alone.
 */
import { programRoutes } from '../../kernel/fib-edit.ts';
import type { NetNamespace, NextHop, Route } from '../../kernel/namespace.ts';
import { remember, sameMembers } from '../../memo.ts';
import { toNumber } from '../../net/address.ts';
import type { KernelProtocol } from './config/types.ts';
import { runFilter } from './filter.ts';
import type { Table, TableRoute } from './state.ts';
import { isMergeable, isReachable, type Judging } from './table.ts';

/** The best route of a network as the kernel protocol exports it, merged; undefined when it does not. */
export function kernelRoute(list: readonly TableRoute[], protocol: KernelProtocol, judging: Judging): TableRoute | undefined {
  const best = list[0];
  if (!best || best.filtered) return undefined;
  const first = permitted(best, protocol);
  if (!first || !isReachable(first) || protocol.mergePaths === 0) return first;
  const hops = hopsOf(first);
  for (const other of list.slice(1)) {
    if (!isMergeable(best, other, judging)) continue;
    const also = permitted(other, protocol);
    if (also && isReachable(also)) hops.push(...hopsOf(also));
  }
  const distinct = [...new Map(hops.map((hop) => [`${hop.gateway} ${hop.device}`, hop])).values()];
  if (distinct.length < 2) return first;
  distinct.sort((a, b) => toNumber(a.gateway) - toNumber(b.gateway) || (a.device < b.device ? -1 : 1));
  return { ...first, destination: 'multipath', nexthops: distinct.slice(0, protocol.mergePaths) };
}

function permitted(route: TableRoute, protocol: KernelProtocol): TableRoute | undefined {
  if (route.protocol === protocol.name) return undefined;
  if (route.destination === 'device' && route.source !== 'static-device' && !protocol.deviceRoutes) return undefined;
  const verdict = runFilter(protocol.exportFilter, route);
  return verdict.accepted ? verdict.route : undefined;
}

function hopsOf(route: TableRoute): { gateway: string; device: string; weight: number }[] {
  if (route.nexthops) return [...route.nexthops];
  if (route.gateway === undefined || route.device === undefined) return [];
  return [{ gateway: route.gateway, device: route.device, weight: 1 }];
}

function toFib(route: TableRoute): Route | undefined {
  const { krtTunnel, krtPrefsrc, krtMetric } = route.attributes;
  const foreign = route.source === 'inherit';
  const common = {
    dst: route.prefix,
    proto: 'bird',
    ...(krtPrefsrc !== undefined && !foreign && { src: krtPrefsrc }),
    ...(krtMetric && !foreign && { metric: krtMetric }),
    ...(route.ref && { ref: route.ref }),
  };
  if (route.destination === 'blackhole' || route.destination === 'unreachable' || route.destination === 'prohibit') {
    return { ...common, type: route.destination, nexthops: [], scope: 'global' };
  }
  if (route.destination === 'device') {
    return route.device === undefined
      ? undefined
      : { ...common, type: 'unicast', nexthops: [{ dev: route.device, weight: 1 }], scope: 'link' };
  }
  const nexthops: NextHop[] = hopsOf(route).map(({ gateway, device, weight }) =>
    krtTunnel === undefined ? { via: gateway, dev: device, weight } : { via: gateway, dev: krtTunnel, weight, onlink: true },
  );
  return nexthops.length === 0 ? undefined : { ...common, type: 'unicast', nexthops, scope: 'global' };
}

type Rows = WeakMap<readonly TableRoute[], { readonly fib?: Route }>;

const rowsOf = new WeakMap<KernelProtocol, Rows>();

/** The kernel's row for a network, kept while its routes are the same. */
function fibOf(rows: Rows, list: readonly TableRoute[], protocol: KernelProtocol, judging: Judging): Route | undefined {
  return remember(rows, list, () => {
    const route = kernelRoute(list, protocol, judging);
    const fib = route && toFib(route);
    return fib ? { fib } : {};
  }).fib;
}

const isBirds = (route: Route): boolean => route.proto === 'bird';

/**
 * The namespace with the table programmed.
 * @param keepsStale leave routes of an earlier bird that are not in the table (graceful restart)
 */
export function syncKernel(
  ns: NetNamespace,
  table: Table,
  protocol: KernelProtocol,
  judging: Judging,
  keepsStale: boolean,
): NetNamespace {
  const desired: Route[] = [];
  const rows: Rows = remember(rowsOf, protocol, () => new WeakMap());
  for (const list of Object.values(table)) {
    const fib = fibOf(rows, list, protocol, judging);
    if (fib) desired.push(fib);
  }
  const last = synced.get(ns.routes);
  if (last && last.keepsStale === keepsStale && sameMembers(last.desired, desired)) return ns;
  const wanted = new Set(desired.map((route) => route.dst));
  const stale = keepsStale ? ns.routes.filter((route) => isBirds(route) && !wanted.has(route.dst)) : [];
  const next = programRoutes(ns, isBirds, [...desired, ...stale]);
  synced.set(next.routes, { desired, keepsStale });
  return next;
}

/** What a kernel table was last made equal to. */
const synced = new WeakMap<readonly Route[], { readonly desired: readonly Route[]; readonly keepsStale: boolean }>();

/** The namespace without BIRD's routes: what a clean stop leaves unless `persist` is on. */
export function withdrawKernel(ns: NetNamespace): NetNamespace {
  return programRoutes(ns, isBirds, []);
}
