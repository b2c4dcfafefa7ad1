/**
 * What a command changed, told from two worlds: routes, BGP, NAT rules, API objects, machines. Pure; skips whatever kept its identity,
 * so the cost grows with the change.
 */
import { type ApiObject, type Chain, type Host, objectsOf, type Route, type World } from '../../engine/index.ts';
import { announcedBy } from '../model/bgp.ts';
import { routeLine, routesOf } from '../model/routes.ts';

export type Sign = '+' | '-' | '~';

export type Change =
  | {
      readonly kind: 'route';
      readonly sign: Sign;
      readonly host: string;
      readonly dst: string;
      readonly text: string;
      readonly was?: string;
    }
  | { readonly kind: 'bgp'; readonly sign: '+' | '-'; readonly node: string; readonly prefix: string }
  | {
      readonly kind: 'nat';
      readonly sign: Sign;
      readonly host: string;
      readonly added: number;
      readonly removed: number;
      readonly chains: readonly string[];
    }
  | {
      readonly kind: 'object';
      readonly sign: Sign;
      readonly cluster: string;
      readonly resource: string;
      readonly key: string;
      /** Fields of spec and metadata that differ: `spec.externalTrafficPolicy`. */
      readonly fields: readonly FieldChange[];
    }
  | { readonly kind: 'host'; readonly host: string; readonly text: string }
  /** A packet that was sent. */
  | { readonly kind: 'flow'; readonly id: string; readonly disposition: string; readonly text: string; readonly reason: string };

export interface FieldChange {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

export function diff(before: World | undefined, after: World): readonly Change[] {
  if (!before || before === after) return [];
  return [
    ...objectChanges(before, after),
    ...bgpChanges(before, after),
    ...hostChanges(before, after),
    ...flowChanges(before, after),
  ];
}

/** Keys of what is new on the map: `<host> <dst>` of routes and `<node> <prefix>` of announcements. */
export function freshKeys(before: World | undefined, after: World): ReadonlySet<string> {
  const keys = new Set<string>();
  if (!before || before === after) return keys;
  for (const { sign, host, dst } of routeChangesOf(before, after)) if (sign !== '-') keys.add(`${host} ${dst}`);
  for (const { sign, node, prefix } of bgpChanges(before, after)) if (sign === '+') keys.add(`${node} ${prefix}`);
  return keys;
}

function flowChanges(before: World, after: World): Change[] {
  if (before.flows === after.flows) return [];
  const known = new Set(before.flows.map((trace) => trace.id));
  return after.flows
    .filter((trace) => !known.has(trace.id))
    .map(({ id, disposition, reason, flow, hops }) => {
      const last = hops.at(-1)?.place.host ?? flow.from.host;
      return {
        kind: 'flow',
        id,
        disposition,
        reason,
        text: `${flow.from.netns || flow.from.host} → ${flow.dst}${flow.dport ? `:${flow.dport}` : ''} by ${last}`,
      };
    });
}

function hostChanges(before: World, after: World): Change[] {
  const changes: Change[] = [];
  for (const [name, host] of Object.entries(after.hosts)) {
    const old = before.hosts[name];
    if (!old || old === host) continue;
    changes.push(...machineChanges(old, host), ...routeChanges(old, host), ...natChanges(old, host));
  }
  return changes;
}

function machineChanges(old: Host, host: Host): Change[] {
  const told: string[] = [];
  if (old.up !== host.up) told.push(host.up ? 'powered on' : 'powered off');
  const carrier = (each: Host) => Object.values(each.netns['']?.links ?? {}).every((link) => !link.segment || link.carrier);
  if (carrier(old) !== carrier(host)) told.push(carrier(host) ? 'cable plugged in' : 'cable cut');
  for (const daemon of ['bird', 'confd', 'felix', 'kubeProxy', 'kubelet'] as const) {
    const was = old.daemons[daemon]?.running;
    const is = host.daemons[daemon]?.running;
    if (was !== is && was !== undefined && is !== undefined)
      told.push(`${daemon === 'kubeProxy' ? 'kube-proxy' : daemon} ${is ? 'started' : 'stopped'}`);
  }
  return told.map((text) => ({ kind: 'host', host: host.name, text }));
}

const routeKey = (route: Route) => `${route.dst} ${route.metric ?? 0} ${route.proto}`;

/** Rows that main routing tables gained, lost or changed. */
export function routeChangesOf(before: World, after: World): readonly RouteChange[] {
  return Object.values(after.hosts).flatMap((host) => {
    const old = before.hosts[host.name];
    return old && old !== host ? routeChanges(old, host) : [];
  });
}

function routeChanges(old: Host, host: Host): RouteChange[] {
  const was = routesOf(old);
  const is = routesOf(host);
  if (was === is) return [];
  const known = new Map(was.map((route) => [routeKey(route), route]));
  const changes: RouteChange[] = [];
  for (const route of is) {
    const earlier = known.get(routeKey(route));
    known.delete(routeKey(route));
    if (earlier === route) continue;
    const text = routeLine(route);
    if (!earlier) changes.push({ kind: 'route', sign: '+', host: host.name, dst: route.dst, text });
    else if (routeLine(earlier) !== text)
      changes.push({ kind: 'route', sign: '~', host: host.name, dst: route.dst, text, was: routeLine(earlier) });
  }
  for (const route of known.values())
    changes.push({ kind: 'route', sign: '-', host: host.name, dst: route.dst, text: routeLine(route) });
  return changes;
}

function natChanges(old: Host, host: Host): Change[] {
  const was = old.netns['']?.netfilter.tables.nat?.chains;
  const is = host.netns['']?.netfilter.tables.nat?.chains;
  if (was === is) return [];
  let added = 0;
  let removed = 0;
  const chains: string[] = [];
  for (const name of new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])) {
    const [a, b] = ruleChanges(was?.[name], is?.[name]);
    if (a || b) chains.push(name);
    added += a;
    removed += b;
  }
  if (!added && !removed) return [];
  const sign: Sign = added && removed ? '~' : added ? '+' : '-';
  return [{ kind: 'nat', sign, host: host.name, added, removed, chains }];
}

/** Rules that one chain gained and lost. */
function ruleChanges(was: Chain | undefined, is: Chain | undefined): readonly [added: number, removed: number] {
  if (was === is || was?.rules === is?.rules) return [0, 0];
  const told = (rule: Chain['rules'][number]) => JSON.stringify({ ...rule, ref: undefined });
  const counts = new Map<string, number>();
  for (const rule of was?.rules ?? []) counts.set(told(rule), (counts.get(told(rule)) ?? 0) + 1);
  let added = 0;
  for (const rule of is?.rules ?? []) {
    const left = counts.get(told(rule)) ?? 0;
    if (left) counts.set(told(rule), left - 1);
    else added++;
  }
  return [added, [...counts.values()].reduce((sum, n) => sum + n, 0)];
}

export type BgpChange = Extract<Change, { readonly kind: 'bgp' }>;
export type RouteChange = Extract<Change, { readonly kind: 'route' }>;

/** What bastions hear that they did not, and no longer hear. */
export function bgpChanges(before: World, after: World): BgpChange[] {
  const was = announcedBy(before);
  const is = announcedBy(after);
  if (was === is) return [];
  const changes: BgpChange[] = [];
  for (const node of new Set([...was.keys(), ...is.keys()])) {
    const old = (was.get(node) ?? []).map((each) => each.prefix);
    const now = (is.get(node) ?? []).map((each) => each.prefix);
    for (const prefix of now) if (!old.includes(prefix)) changes.push({ kind: 'bgp', sign: '+', node, prefix });
    for (const prefix of old) if (!now.includes(prefix)) changes.push({ kind: 'bgp', sign: '-', node, prefix });
  }
  return changes;
}

/** Kinds that say how things stand, not what was asked; told only through what they cause. */
const SILENT = /^(events|leases|endpointslices|nodes\.projectcalico|ipam|blockaffinities)/;

function objectChanges(before: World, after: World): Change[] {
  const changes: Change[] = [];
  for (const [cluster, { api }] of Object.entries(after.clusters)) {
    const old = before.clusters[cluster]?.api;
    if (!old || old.objects === api.objects) continue;
    for (const resource of new Set([...Object.keys(old.objects), ...Object.keys(api.objects)])) {
      if (SILENT.test(resource) || old.objects[resource] === api.objects[resource]) continue;
      changes.push(...resourceChanges(cluster, resource, objectsOf(old, resource), objectsOf(api, resource)));
    }
  }
  return changes;
}

type Objects = Readonly<Record<string, ApiObject>>;

function resourceChanges(cluster: string, resource: string, old: Objects, now: Objects): Change[] {
  const changes: Change[] = [];
  const told = { kind: 'object', cluster, resource } as const;
  for (const [key, object] of Object.entries(now)) {
    const was = Object.hasOwn(old, key) ? old[key] : undefined;
    if (was === object) continue;
    if (!was) {
      changes.push({ ...told, sign: '+', key, fields: [] });
      continue;
    }
    const fields = fieldChanges(meaning(was, resource), meaning(object, resource));
    if (fields.length) changes.push({ ...told, sign: '~', key, fields });
  }
  for (const key of Object.keys(old)) if (!Object.hasOwn(now, key)) changes.push({ ...told, sign: '-', key, fields: [] });
  return changes;
}

/** The part of an object somebody asked for; of pods and endpoints also how they stand. */
function meaning(object: ApiObject, resource: string): unknown {
  const { labels, annotations, deletionTimestamp } = object.metadata;
  const { spec, data, subsets } = object as { spec?: unknown; data?: unknown; subsets?: unknown };
  const shown = { metadata: { labels, annotations, deletionTimestamp }, spec, data };
  if (resource === 'endpoints') return { subsets };
  if (resource !== 'pods' && resource !== 'nodes') return shown;
  const { phase, podIP, conditions } = (object.status ?? {}) as {
    phase?: string;
    podIP?: string;
    conditions?: { type: string; status: string }[];
  };
  const ready = conditions?.find((each) => each.type === 'Ready')?.status;
  return { ...shown, status: { phase, podIP, ready } };
}

const MAX_FIELDS = 20;

/** Leaves that differ, by path. */
export function fieldChanges(before: unknown, after: unknown, path = ''): FieldChange[] {
  if (before === after) return [];
  if (isBranch(before) && isBranch(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    const changes: FieldChange[] = [];
    for (const key of keys) {
      changes.push(...fieldChanges(before[key], after[key], path ? `${path}.${key}` : key));
      if (changes.length >= MAX_FIELDS) break;
    }
    return changes;
  }
  const [was, is] = [leaf(before), leaf(after)];
  return was === is ? [] : [{ path, before: was, after: is }];
}

const isBranch = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function leaf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
