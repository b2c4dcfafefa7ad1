/**
 * The map of a world: which cards, lines and chips there are and where. Pure; the same world and view give the same map.
 * Reads kernels (routes, links), daemons (BGP) and the API (pods), as an observer above all machines.
 */
import type { Host, Route, Trace, World } from '../../engine/index.ts';
import { type Announced, announcedBy, type SessionView, sessionsOf } from '../model/bgp.ts';
import { type PodView, podsOf } from '../model/pods.ts';
import { hostAt, isLearned, printedDst, routeLine, routesOf, suffix } from '../model/routes.ts';
import { pathOf } from './flight.ts';
import { CARD, COMPACT_FROM, layout } from './layout.ts';
import { between, curve, line, portOf } from './paths.ts';
import type { Announcement, Fault, Graph, GraphEdge, GraphNode, HostCard, Positions, RouteRow, View } from './types.ts';

const MAX_ROWS = 14;
/** From here on only the sessions that are down are drawn. */
const MANY = 12;
const MAX_PODS = 8;
const MAX_COMPACT_PODS = 3;

export function graph(world: World, view: View): Graph {
  const hosts = Object.values(world.hosts);
  const bastionHosts = hosts.filter((host) => host.kind === 'bastion');
  const nodeHosts = hosts.filter((host) => host.kind === 'node');
  const focus = focusOf(world, view);
  const sessions = sessionsOf(world);
  const announced = announcedBy(world);
  const pods = podsByNode(world, focus.trace);
  const compact = nodeHosts.length >= COMPACT_FROM;

  const bastions = bastionHosts.map((host) => ({ ...cardOf(host, focus, sessions), ...routeRows(world, host, view, focus) }));
  const nodes = nodeHosts.map((host) => ({
    ...cardOf(host, focus, sessions),
    ...announcements(host, announced.get(host.name) ?? [], view, focus, compact),
    ...podChips(pods.get(host.name) ?? [], compact),
    compact,
  }));
  const placed = layout(bastions, nodes, view.shape);
  const { positions } = placed;

  const graphNodes: GraphNode[] = [
    ...Object.values(world.segments).map(
      (segment, index): GraphNode => ({
        id: `segment ${segment.name}`,
        type: 'segment',
        box: { ...placed.bus, x: placed.bus.x + index * 14 },
        segment: { name: segment.name, cidr: segment.cidr, lit: focus.hosts.size > 0 },
      }),
    ),
    ...bastions.map((card): GraphNode => ({ id: card.name, type: 'bastion', box: positions.hosts[card.name]!, card })),
    ...nodes.map((card): GraphNode => ({ id: card.name, type: 'node', box: positions.hosts[card.name]!, card })),
  ];
  return {
    nodes: graphNodes,
    edges: [
      ...links([...bastionHosts, ...nodeHosts], positions),
      ...(view.layers.control
        ? sessionEdges(nodeHosts.length > MANY ? sessions.filter((each) => !each.up) : sessions, positions)
        : []),
      ...(view.layers.data ? ecmpEdges(world, view, positions) : []),
      ...(view.layers.data && focus.trace ? pathEdges(focus.trace, positions) : []),
    ],
    positions,
    width: placed.width,
    height: placed.height,
  };
}

interface Lit {
  readonly trace: Trace | undefined;
  readonly route: { readonly host: string; readonly dst: string } | undefined;
  /** Prefix whose announcements are lit. */
  readonly prefix: string | undefined;
  readonly hosts: ReadonlySet<string>;
}

function focusOf(world: World, view: View): Lit {
  const { focus } = view;
  if (focus.kind === 'trace') {
    const trace = world.flows.find((each) => each.id === focus.id);
    const step = trace?.hops[0]?.steps.find((each) => each.ref?.kind === 'route');
    const route = step?.ref?.kind === 'route' ? { host: step.ref.host, dst: step.ref.dst } : undefined;
    return { trace, route, prefix: route?.dst, hosts: new Set(trace?.hops.map((hop) => hop.place.host)) };
  }
  if (focus.kind === 'prefix') {
    const route = routesOf(world.hosts[focus.host]).find((each) => each.dst === focus.dst);
    const via = route?.nexthops.flatMap((hop) => hostAt(world, hop.via) ?? []) ?? [];
    return { trace: undefined, route: { host: focus.host, dst: focus.dst }, prefix: focus.dst, hosts: new Set(via) };
  }
  return { trace: undefined, route: undefined, prefix: undefined, hosts: new Set() };
}

function faultsOf(host: Host): readonly Fault[] {
  const faults: Fault[] = [];
  if (!host.up) faults.push('powered off');
  if (wires(host).some((link) => !link.carrier)) faults.push('cable cut');
  if (host.daemons.bird && !host.daemons.bird.running && host.up) faults.push('bird stopped');
  return faults;
}

const wires = (host: Host) => Object.values(host.netns['']?.links ?? {}).filter((link) => link.segment !== undefined);

function cardOf(host: Host, focus: Lit, sessions: readonly SessionView[]): HostCard {
  return {
    name: host.name,
    address: host.address,
    role: host.kind === 'bastion' ? 'bastion' : 'node',
    up: host.up,
    faults: faultsOf(host),
    lit: focus.hosts.has(host.name),
    chosen: false,
    routes: [],
    hiddenRoutes: 0,
    sessions: sessions
      .filter((each) => each.host === host.name)
      .map(({ protocol, peer, address, state, up }) => ({ protocol, peer: peer ?? address, state, up })),
    announces: [],
    hiddenAnnouncements: 0,
    refused: [],
    pods: [],
    hiddenPods: 0,
    compact: false,
  };
}

function viaText(world: World, route: Route): string {
  const vias = route.nexthops.flatMap((hop) => (hop.via ? [hop.via] : []));
  if (!vias.length) return route.nexthops[0]?.dev ?? route.type;
  if (vias.length === 1) return hostAt(world, vias[0]) ?? vias[0]!;
  return vias.length <= 4 ? vias.map(suffix).join(' ') : `${vias.length} next hops`;
}

function routeRows(world: World, host: Host, view: View, focus: Lit): Pick<HostCard, 'routes' | 'hiddenRoutes'> {
  const all = routesOf(host);
  const routes = all.slice(0, all.length > MAX_ROWS ? MAX_ROWS - 1 : MAX_ROWS).map(
    (route): RouteRow => ({
      dst: route.dst,
      printed: printedDst(route.dst),
      via: viaText(world, route),
      title: routeLine(route),
      learned: isLearned(route),
      lit: focus.route?.host === host.name && focus.route.dst === route.dst,
      fresh: view.fresh.has(`${host.name} ${route.dst}`),
    }),
  );
  return { routes, hiddenRoutes: all.length - routes.length };
}

function announcements(host: Host, heard: readonly Announced[], view: View, focus: Lit, compact: boolean) {
  const all = heard
    .filter((each) => each.accepted)
    .map(
      ({ prefix }): Announcement => ({
        prefix,
        printed: prefix,
        lit: focus.prefix === prefix,
        fresh: view.fresh.has(`${host.name} ${prefix}`),
      }),
    );
  const limit = compact ? 1 : 6;
  const refused = heard.filter((each) => !each.accepted).map((each) => each.prefix);
  if (all.length <= limit) return { announces: all, hiddenAnnouncements: 0, refused };
  const ranked = [...all].sort((a, b) => Number(b.lit || b.fresh) - Number(a.lit || a.fresh));
  const kept = new Set(ranked.slice(0, limit));
  return { announces: all.filter((each) => kept.has(each)), hiddenAnnouncements: all.length - limit, refused };
}

function podsByNode(world: World, trace: Trace | undefined): ReadonlyMap<string, readonly PodView[]> {
  const touched = new Set([trace, trace?.reverse].flatMap((each) => each?.hops.map((hop) => hop.place.netns) ?? []));
  const map = new Map<string, PodView[]>();
  for (const pod of podsOf(world)) {
    if (!pod.node || pod.state === 'done' || (pod.system && !touched.has(pod.key))) continue;
    const list = map.get(pod.node);
    if (list) list.push(pod);
    else map.set(pod.node, [pod]);
  }
  return map;
}

function podChips(pods: readonly PodView[], compact: boolean): Pick<HostCard, 'pods' | 'hiddenPods'> {
  const limit = compact ? MAX_COMPACT_PODS : MAX_PODS;
  if (pods.length <= limit) return { pods, hiddenPods: 0 };
  return { pods: pods.slice(0, limit - 1), hiddenPods: pods.length - limit + 1 };
}

function links(hosts: readonly Host[], positions: Positions): GraphEdge[] {
  return hosts.flatMap((host) => {
    const wire = wires(host)[0];
    if (!wire) return [];
    const from = portOf(positions, host.name, 'link');
    const lane = positions.lanes[host.name];
    const to = { x: positions.busX, y: lane ?? from.y };
    const up = wire.carrier && wire.up;
    return {
      id: `link ${host.name}`,
      type: 'link' as const,
      source: host.name,
      target: `segment ${wire.segment}`,
      d: lane === undefined ? line(from, to) : `M${to.x} ${lane} L${from.x - 8} ${lane} Q${from.x} ${lane} ${from.x} ${from.y}`,
      up: up && host.up,
      title: `${host.name} ${wire.name} on ${wire.segment}${wire.carrier ? '' : ': no carrier'}`,
      middle: lane === undefined ? between(from, to) : { x: from.x - 22, y: lane },
    };
  });
}

/** A session between a bastion and a node; those among nodes (the mesh) are counted on the cards, not drawn. */
function sessionEdges(sessions: readonly SessionView[], positions: Positions): GraphEdge[] {
  return sessions.flatMap((session) => {
    const bastion = positions.hosts[session.host];
    if (!session.peer || !bastion || !positions.hosts[session.peer] || !isBastionRow(positions, session.host)) return [];
    const side = positions.facesRight.has(session.host) ? bastion.w : 0;
    const to = { x: bastion.x + side, y: bastion.y + bastion.h - CARD.birdRow / 2 };
    const from = portOf(positions, session.peer, 'control');
    return {
      id: `session ${session.host} ${session.peer}`,
      type: 'session' as const,
      source: session.peer,
      target: session.host,
      d: curve(positions, from, session.peer, to, session.host),
      up: session.up,
      title: `BGP ${session.peer} – ${session.host}: ${session.state}`,
      middle: between(from, to),
    };
  });
}

const isBastionRow = (positions: Positions, host: string) => Object.keys(positions.rows).some((row) => row.startsWith(`${host} `));

/** The next hops of the chosen route, from its row to each node. */
function ecmpEdges(world: World, view: View, positions: Positions): GraphEdge[] {
  const { focus } = view;
  if (focus.kind !== 'prefix') return [];
  const route = routesOf(world.hosts[focus.host]).find((each) => each.dst === focus.dst);
  const from = positions.rows[`${focus.host} ${focus.dst}`];
  if (!route || !from) return [];
  return route.nexthops.flatMap((hop) => {
    const node = hostAt(world, hop.via);
    if (!node || !hop.via || !positions.hosts[node]) return [];
    const to = portOf(positions, node, 'data');
    return {
      id: `ecmp ${focus.host} ${focus.dst} ${hop.via}`,
      type: 'ecmp' as const,
      source: focus.host,
      target: node,
      d: curve(positions, from, focus.host, to, node),
      up: world.hosts[node]?.up ?? false,
      testId: `ecmp-${focus.host}-${printedDst(focus.dst)}`,
      nexthop: hop.via,
      fresh: view.fresh.has(`${focus.host} ${focus.dst}`),
      title: `${printedDst(focus.dst)} via ${hop.via} (${node})`,
      middle: between(from, to),
    };
  });
}

/** The way a chosen packet went, drawn as it went. */
function pathEdges(trace: Trace, positions: Positions): GraphEdge[] {
  return pathOf(trace, positions).map((leg, index) => ({
    id: `path ${trace.id} ${index}`,
    type: 'path' as const,
    source: leg.fromHost,
    target: leg.toHost,
    d: leg.d,
    up: true,
    title: `packet ${trace.sent.src} → ${trace.sent.dst}`,
    middle: leg.to,
  }));
}
