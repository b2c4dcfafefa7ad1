/**
 * Writes the table into the kernel. Models the export half of sysdep/unix/krt.c and rt_export_merged(), BIRD 1.6.8: next hops of
 * equal routes merged and sorted by gateway, routes of BIRD's own (`proto bird`) replaced or deleted, everybody else's left alone.
 */
import { programRoutes } from '../../kernel/fib-edit.ts';
import type { NetNamespace, NextHop, Route } from '../../kernel/namespace.ts';
import { remember } from '../../memo.ts';
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

interface Row {
  readonly fib?: Route;
}

/** The kernel's row for each network, kept while its routes are the same and compared by the same. */
interface Rows {
  readonly judging: Judging;
  readonly byList: WeakMap<readonly TableRoute[], Row>;
}

const rowsOf = new WeakMap<KernelProtocol, Rows>();

function rowsFor(protocol: KernelProtocol, judging: Judging): Rows {
  const known = rowsOf.get(protocol);
  if (known?.judging === judging) return known;
  const rows: Rows = { judging, byList: new WeakMap() };
  rowsOf.set(protocol, rows);
  return rows;
}

function fibOf({ judging, byList }: Rows, list: readonly TableRoute[] | undefined, protocol: KernelProtocol): Route | undefined {
  if (!list) return undefined;
  return remember(byList, list, () => {
    const route = kernelRoute(list, protocol, judging);
    const fib = route && toFib(route);
    return fib ? { fib } : {};
  }).fib;
}

const isBirds = (route: Route): boolean => route.proto === 'bird';

/** What a kernel table was last made equal to, and by which rows. */
interface Synced {
  readonly table: Table;
  readonly rows: Rows;
  readonly keepsStale: boolean;
}

const synced = new WeakMap<readonly Route[], Synced>();

/** The networks in which a table is another than it was. */
export interface TableChange {
  readonly from: Table;
  readonly prefixes: ReadonlySet<string>;
}

interface SyncOptions {
  readonly judging: Judging;
  /** Leave routes of an earlier bird that are not in the table (graceful restart). */
  readonly keepsStale: boolean;
  readonly change: TableChange;
}

/** The namespace with the table programmed. */
export function syncKernel(
  ns: NetNamespace,
  table: Table,
  protocol: KernelProtocol,
  { judging, keepsStale, change }: SyncOptions,
): NetNamespace {
  const rows = rowsFor(protocol, judging);
  const rowOf = (of: Table, prefix: string) => fibOf(rows, of[prefix], protocol);
  const last = synced.get(ns.routes);
  let next = ns;
  if (last?.rows === rows && last.table === change.from && last.keepsStale === keepsStale && !keepsStale) {
    const changed = new Set([...change.prefixes].filter((prefix) => rowOf(change.from, prefix) !== rowOf(table, prefix)));
    if (changed.size > 0) {
      const desired = [...changed].flatMap((prefix) => rowOf(table, prefix) ?? []);
      next = programRoutes(ns, (route) => isBirds(route) && changed.has(route.dst), desired);
    }
  } else if (last?.rows !== rows || last.table !== table || last.keepsStale !== keepsStale) {
    const desired = Object.keys(table).flatMap((prefix) => rowOf(table, prefix) ?? []);
    next = programRoutes(ns, isBirds, keepsStale ? [...desired, ...others(ns.routes, desired)] : desired);
  }
  synced.set(next.routes, { table, rows, keepsStale });
  return next;
}

/** BIRD's routes to networks that are not in a list. */
function others(routes: readonly Route[], desired: readonly Route[]): readonly Route[] {
  const wanted = new Set(desired.map((route) => route.dst));
  return routes.filter((route) => isBirds(route) && !wanted.has(route.dst));
}

/** The namespace without BIRD's routes: what a clean stop leaves unless `persist` is on. */
export function withdrawKernel(ns: NetNamespace): NetNamespace {
  return programRoutes(ns, isBirds, []);
}
