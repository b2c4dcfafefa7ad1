/**
 * What goes out over BGP sessions and what comes in. Models bgp_import_control(), bgp_create_attrs(), bgp_update_attrs() and
 * bgp_decode_attrs() of proto/bgp/attrs.c, BIRD 1.6.8: no iBGP to iBGP but through a route reflector, own AS prepended and next
 * hop set towards other ASes, add paths. Leaves out route refresh, which changes nothing that can be seen.
 */
import { remember } from '../../memo.ts';
import { hash32 } from '../../net/random.ts';
import { incomingOf } from './config/reconfigure.ts';
import type { BgpProtocol, FilterRef, ProtocolConfig } from './config/types.ts';
import { runFilter } from './filter.ts';
import { type Attributes, NOTHING_SENT, type Path, type Sent, type Table, type TableRoute } from './state.ts';

/** This side of one session. */
export interface Speaker {
  readonly protocol: BgpProtocol;
  readonly protocols: ReadonlyMap<string, ProtocolConfig>;
  /** Own address on the session. */
  readonly localAddress: string;
  readonly routerId: string;
  readonly peerIds: ReadonlyMap<string, string>;
  /** Both sides agreed that this one may send several paths. */
  readonly sendsAllPaths: boolean;
}

const isInternal = (protocol: BgpProtocol): boolean => protocol.localAs === protocol.neighborAs;

const filterIds = new Map<string, number>();

/** A number for a filter's text, which is long. */
function filterId(filter: FilterRef): number {
  const text = filter.kind === 'program' ? filter.key : filter.kind;
  const known = filterIds.get(text);
  if (known !== undefined) return known;
  if (filterIds.size > 5000) filterIds.clear();
  filterIds.set(text, filterIds.size);
  return filterIds.size - 1;
}

const speakerKeys = new WeakMap<Speaker, string>();

/** Sessions with equal keys send the same, but for what came from the peer itself. */
export function speakerKey(speaker: Speaker): string {
  return remember(speakerKeys, speaker, () => {
    const { protocol, localAddress, sendsAllPaths } = speaker;
    const {
      localAs,
      nextHop,
      rrClient,
      rrClusterId = '',
      rsClient,
      localPref,
      interpretCommunities,
      multihop,
      exportFilter,
    } = protocol;
    const settings = [localAs, isInternal(protocol), nextHop, rrClient, rrClusterId, rsClient, localPref, interpretCommunities];
    return [...settings, multihop > 0, filterId(exportFilter), localAddress, sendsAllPaths].join(' ');
  });
}

/**
 * The route as a session would send it, before its filter: undefined when the protocol itself refuses it.
 */
export function prepare(route: TableRoute, speaker: Speaker): TableRoute | undefined {
  const { protocol, protocols, localAddress } = speaker;
  if (route.protocol === protocol.name || route.filtered) return undefined;
  const source = protocols.get(route.protocol);
  const internal = isInternal(protocol);
  if (source?.type !== 'bgp') {
    const gateway = route.destination === 'router' ? route.gateway : undefined;
    // Towards another AS the gateway stays only on a shared link, which multihop sessions never have.
    const keeps =
      gateway !== undefined && protocol.nextHop !== 'self' && (internal || protocol.nextHop === 'keep' || protocol.multihop === 0);
    const attributes: Attributes = {
      ...route.attributes,
      origin: 0,
      asPath: internal ? [] : [protocol.localAs],
      nextHop: keeps ? gateway : localAddress,
      localPref: protocol.localPref,
    };
    return { ...route, attributes };
  }
  const fromInternal = isInternal(source);
  const reflected = internal && fromInternal && source.localAs === protocol.localAs;
  if (reflected && !protocol.rrClient && !source.rrClient) return undefined;
  const communities = route.attributes.communities ?? [];
  if (protocol.interpretCommunities) {
    if (communities.includes('65535,65282')) return undefined;
    if (!internal && (communities.includes('65535,65281') || communities.includes('65535,65283'))) return undefined;
  }
  return { ...route, attributes: passedOn(route, source, speaker, reflected) };
}

function passedOn(route: TableRoute, source: BgpProtocol, speaker: Speaker, reflected: boolean): Attributes {
  const { protocol, localAddress, routerId, peerIds } = speaker;
  const internal = isInternal(protocol);
  const { attributes } = route;
  const changed: { -readonly [K in keyof Attributes]: Attributes[K] } = { ...attributes };
  if (!internal && !protocol.rsClient) {
    changed.asPath = [protocol.localAs, ...(attributes.asPath ?? [])];
    if (attributes.med !== undefined) changed.med = 0;
  }
  const keeps = protocol.nextHop === 'keep' || (protocol.nextHop !== 'self' && (internal || protocol.multihop === 0));
  if (!keeps || attributes.nextHop === undefined) changed.nextHop = localAddress;
  if (reflected) {
    const originator = attributes.originatorId ?? peerIds.get(route.protocol);
    if (originator !== undefined) changed.originatorId = originator;
    const cluster = (source.rrClient ? source.rrClusterId : protocol.rrClusterId) ?? routerId;
    changed.clusterList = [cluster, ...(attributes.clusterList ?? [])];
  }
  return changed;
}

/** The attributes that travel: local preference stays inside the AS, the kernel's own do not travel at all. */
function onTheWire(attributes: Attributes, internal: boolean): Attributes {
  const { origin, asPath, nextHop, med, localPref, communities, largeCommunities, originatorId, clusterList } = attributes;
  return {
    ...(origin !== undefined && { origin }),
    ...(asPath && { asPath }),
    ...(nextHop !== undefined && { nextHop }),
    ...(med !== undefined && { med }),
    ...(internal && localPref !== undefined && { localPref }),
    ...(communities?.length && { communities }),
    ...(largeCommunities?.length && { largeCommunities }),
    ...(internal && originatorId !== undefined && { originatorId }),
    ...(internal && clusterList?.length && { clusterList }),
  };
}

/** The route as it leaves through the export filter; undefined when it does not. */
export function exported(route: TableRoute, speaker: Speaker): TableRoute | undefined {
  const prepared = prepare(route, speaker);
  if (!prepared) return undefined;
  const verdict = runFilter(speaker.protocol.exportFilter, prepared);
  return verdict.accepted ? verdict.route : undefined;
}

function pathsOf(list: readonly TableRoute[], speaker: Speaker): readonly Path[] {
  const internal = isInternal(speaker.protocol);
  const paths: Path[] = [];
  for (const route of list) {
    const out = exported(route, speaker);
    if (out) paths.push({ prefix: route.prefix, id: pathId(route), attributes: onTheWire(out.attributes, internal) });
    if (!speaker.sendsAllPaths) break;
  }
  return paths;
}

const pathsByKey = new WeakMap<readonly TableRoute[], Map<string, readonly Path[]>>();
const NO_PATHS: readonly Path[] = [];

interface ExportOptions {
  /** What makes two sessions send the same (speakerKey); absent: nobody shares it. */
  readonly key?: string | undefined;
  /** Networks that may be sent otherwise than in `old`; absent: any. */
  readonly changed?: Iterable<string> | undefined;
}

/** All that a session sends of a table: the same `Sent` as before when nothing in it differs, and the same lists inside where they do not. */
export function exportTable(table: Table, speaker: Speaker, old: Sent, { key, changed }: ExportOptions): Sent {
  let paths: Record<string, readonly Path[]> | undefined;
  for (const prefix of changed ?? new Set([...Object.keys(old.paths), ...Object.keys(table)])) {
    const list = table[prefix];
    const before = old.paths[prefix] ?? NO_PATHS;
    const now = list ? samePaths(before, sharedPaths(list, speaker, key)) : NO_PATHS;
    if (now === before) continue;
    paths ??= { ...old.paths };
    if (now.length > 0) paths[prefix] = now;
    else delete paths[prefix];
  }
  if (!paths) return old;
  return Object.keys(paths).length === 0 ? NOTHING_SENT : { paths };
}

function sharedPaths(list: readonly TableRoute[], speaker: Speaker, key: string | undefined): readonly Path[] {
  if (key === undefined) return pathsOf(list, speaker);
  const known = remember(pathsByKey, list, () => new Map<string, readonly Path[]>());
  return remember(known, key, () => pathsOf(list, speaker));
}

const samePaths = (before: readonly Path[], now: readonly Path[]): readonly Path[] =>
  before === now || JSON.stringify(before) === JSON.stringify(now) ? before : now;

/** Which of a sender's routes a path is: its source, as a number would say on the wire. */
const pathId = (route: TableRoute): string => (route.id === '' ? route.protocol : `${route.protocol}/${hash32(route.id)}`);

/** The receiving side of a session. */
export interface Receiver {
  readonly protocol: BgpProtocol;
  readonly routerId: string;
}

const imports = new WeakMap<Sent, WeakMap<object, readonly TableRoute[]>>();
const importsOfList = new WeakMap<readonly Path[], WeakMap<object, readonly TableRoute[]>>();

function kept<K extends object, V>(store: WeakMap<K, WeakMap<object, V>>, key: K, incoming: object, make: () => V): V {
  return remember(
    remember(store, key, () => new WeakMap<object, V>()),
    incoming,
    make,
  );
}

/** The routes a session makes of what its peer sent: next hops still to be resolved. Networks that did not change keep their routes. */
export function importPaths(received: Sent, receiver: Receiver, host: string): readonly TableRoute[] {
  const incoming = incomingOf(receiver.protocol);
  return kept(imports, received, incoming, () =>
    Object.values(received.paths).flatMap((list) =>
      kept(importsOfList, list, incoming, () => list.flatMap((path) => accept(path, receiver, host) ?? [])),
    ),
  );
}

function accept(path: Path, { protocol, routerId }: Receiver, host: string): TableRoute | undefined {
  const { asPath = [], originatorId, clusterList = [] } = path.attributes;
  if (asPath.filter((as) => as === protocol.localAs).length > protocol.allowLocalAs) return undefined;
  if (originatorId === routerId || clusterList.includes(protocol.rrClusterId ?? routerId)) return undefined;
  const route: TableRoute = {
    prefix: path.prefix,
    protocol: protocol.name,
    id: path.id,
    source: 'BGP',
    destination: 'unreachable',
    igpMetric: 'unknown',
    from: protocol.neighbor,
    preference: protocol.preference,
    attributes: path.attributes.localPref === undefined ? { ...path.attributes, localPref: protocol.localPref } : path.attributes,
    since: 0,
    ref: { kind: 'bgp', host, protocol: protocol.name, prefix: path.prefix },
  };
  const verdict = runFilter(protocol.importFilter, route);
  if (verdict.accepted) return verdict.route;
  return protocol.keepFiltered ? { ...route, filtered: true } : undefined;
}
