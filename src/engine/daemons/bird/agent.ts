/**
 * bird on every host: reads its configuration, keeps its sessions, chooses routes, tells peers and the kernel.
 *
 * Reads: the host's files and namespace, peers' birds as they stood when the round began. Writes: the host's bird state, its
 * kernel's `proto bird` routes and the listening socket. Models BIRD 1.6.8. A host is skipped while nothing it depends on changed;
 * what it depends on is compared by identity.
 */
import type { Agent, AgentResult } from '../../agent.ts';
import type { NetNamespace } from '../../kernel/namespace.ts';
import { closeSockets, listen } from '../../kernel/socket.ts';
import { remember, sameMembers } from '../../memo.ts';
import { type Host, type World, withHost } from '../../world.ts';
import { configOf } from './config/parse.ts';
import type { BirdConfig, KernelProtocol, ProtocolConfig } from './config/types.ts';
import { directRoutes, learnedRoutes, staticRoutes } from './contributions.ts';
import { bgpProtocols, configPath, configure, startBird } from './control.ts';
import { runSessions } from './conversations.ts';
import { importPaths } from './exchange.ts';
import { exportAll } from './exports.ts';
import { indexOf } from './index-of-config.ts';
import { syncKernel, type TableChange } from './kernel-sync.ts';
import { pathToken, type Scene, sceneOf, type Token } from './neighbourhood.ts';
import { judgingFor } from './speakers.ts';
import type { BirdState, TableRoute } from './state.ts';
import { buildTable, type Judging } from './table.ts';

export const bird: Agent = {
  name: 'bird',
  run(world, before): AgentResult {
    let next = world;
    let wakeAt: number | undefined;
    for (const name of Object.keys(world.hosts)) {
      const host = next.hosts[name];
      if (!host?.up || !host.daemons.bird) continue;
      const result = runHost(next, before, host);
      next = result.world;
      if (result.wakeAt !== undefined && (wakeAt === undefined || result.wakeAt < wakeAt)) wakeAt = result.wakeAt;
    }
    return wakeAt === undefined ? { world: next } : { world: next, wakeAt };
  },
};

interface Seen {
  /** Itself, as far as a run reads it. */
  readonly own: Token;
  readonly scene: Scene;
  readonly peers: Token;
  readonly wakeAt?: number;
}

/** What each state was last run with; forgotten after a reload, which then costs one run. */
const seen = new WeakMap<BirdState, Seen>();

/** What can be seen of each BGP protocol's peer. */
const peersOf = (scene: Scene, config: BirdConfig): Token => indexOf(config).bgp.map(({ neighbor }) => scene.at.get(neighbor));

const ownOf = (host: Host): Token => [host.netns['']?.routes, pathToken(host)];

/** When a host whose surroundings are as they were must run again; `false`: now. */
function idleUntil(scene: Scene, host: Host, state: BirdState, config: BirdConfig, now: number): number | undefined | false {
  const last = seen.get(state);
  if (!last || (last.wakeAt !== undefined && last.wakeAt <= now) || !sameMembers(last.own, ownOf(host))) return false;
  if (last.scene !== scene) {
    if (!sameMembers(last.peers, peersOf(scene, config))) return false;
    seen.set(state, { ...last, scene });
  }
  return last.wakeAt;
}

function runHost(world: World, before: World, start: Host): AgentResult {
  let host = start;
  const initial = host.daemons.bird;
  if (!initial?.running) return { world };
  if (host.bootedAt > initial.startedAt) host = rebooted(world, host);
  let state = host.daemons.bird ?? initial;
  if (state.reload || !state.loaded) {
    if (!state.loaded && host.daemons.confd && host.files[configPath(host)] === undefined) return { world };
    state = configure(world, host, state);
  }
  const config = configOf(state.loaded);
  if (!config || !state.running) return { world: stored(world, host, state) };
  const scene = sceneOf(before);
  const idle = state === initial ? idleUntil(scene, host, state, config, world.now) : false;
  if (idle !== false) return idle === undefined ? { world } : { world, wakeAt: idle };
  const peers = peersOf(scene, config);
  const result = work(world, before, host, state, config, peers);
  // A run that changed nothing need not be repeated until something else does.
  if (result.world.hosts[host.name]?.daemons.bird === initial) {
    const { wakeAt } = result;
    const around = { own: ownOf(host), scene, peers };
    seen.set(initial, wakeAt === undefined ? around : { ...around, wakeAt });
  }
  return result;
}

function rebooted(world: World, host: Host): Host {
  const state = host.daemons.bird;
  return state
    ? startBird(world, { ...host, daemons: { ...host.daemons, bird: { ...state, running: false, stopped: 'killed' } } })
    : host;
}

function stored(world: World, host: Host, state: BirdState): World {
  return withHost(world, host.daemons.bird === state ? host : { ...host, daemons: { ...host.daemons, bird: state } });
}

function work(world: World, before: World, host: Host, loaded: BirdState, config: BirdConfig, peers: Token): AgentResult {
  const { state: talked, wakeAt } = runSessions(world, before, host, loaded, config, peers);
  const around = [talked.protocols, talked.received, host.netns['']?.routes, host.netns['']?.sockets, pathToken(host), config];
  const settled = settledWith.get(talked.table);
  // Most runs only find that a peer changed something that is no concern of ours.
  if (settled && sameMembers(settled, around)) {
    return wakeAt === undefined ? { world: stored(world, host, talked) } : { world: stored(world, host, talked), wakeAt };
  }
  const judging = judgingFor(talked, config);
  const built = buildTable(talked.table, contributions(host, talked, config), judging, world.now);
  const sent = exportAll(before, host, talked, built, config, judging);
  const { table } = built;
  let state = talked.table === table && talked.sent === sent ? talked : { ...talked, table, sent };
  const recovered = recovery(state, config, world.now);
  state = recovered.state;
  const next = programmed(host, state, config, judging, { from: talked.table, prefixes: built.changed });
  if (state === talked && next === host && state.recoveryUntil === undefined) settledWith.set(state.table, around);
  const result = stored(world, next, state);
  const wakes = [wakeAt, recovered.wakeAt].filter((at) => at !== undefined);
  return wakes.length === 0 ? { world: result } : { world: result, wakeAt: Math.min(...wakes) };
}

/** The surroundings in which a table was found to be what it must be, and its exports and kernel routes with it. */
const settledWith = new WeakMap<BirdState['table'], Token>();

/** What a configuration's protocols last brought into the table, and from what. */
interface Brought {
  readonly protocols: BirdState['protocols'];
  readonly received: BirdState['received'];
  readonly lists: readonly (readonly TableRoute[])[];
}

const brought = new WeakMap<BirdConfig, Brought>();
const NOTHING: readonly TableRoute[] = [];

/** What each protocol brings into the table, in the configuration's order. */
function contributions(host: Host, state: BirdState, config: BirdConfig): readonly (readonly TableRoute[])[] {
  const ns = host.netns[''];
  if (!ns) return [];
  const { protocols, received } = state;
  const known = brought.get(config);
  const last = known?.protocols === protocols ? known : undefined;
  const routerId = config.routerId ?? host.address;
  const made = config.protocols.map((protocol, i) => {
    const { name, type } = protocol;
    // What a peer sent is the same whatever becomes of the host's own routes; the others know themselves what they look at.
    const kept = type === 'bgp' && last && last.received[name] === received[name] ? last.lists[i] : undefined;
    if (kept) return kept;
    return protocols[name]?.disabled === false ? contribution(protocol, state, host.name, ns, routerId) : NOTHING;
  });
  const lists = last && sameMembers(made, last.lists) ? last.lists : made;
  brought.set(config, { protocols, received, lists });
  return lists;
}

function contribution(
  protocol: ProtocolConfig,
  state: BirdState,
  host: string,
  ns: NetNamespace,
  routerId: string,
): readonly TableRoute[] {
  if (protocol.type === 'direct') return directRoutes(protocol, ns, host);
  if (protocol.type === 'static') return staticRoutes(protocol, ns, host);
  if (protocol.type === 'kernel') return learnedRoutes(protocol, ns, host);
  const received = state.received[protocol.name];
  if (protocol.type === 'device' || !received) return NOTHING;
  const routes = importPaths(received, { protocol, routerId }, host);
  return state.protocols[protocol.name]?.session?.staleUntil === undefined ? routes : asStale(routes);
}

const stale = new WeakMap<readonly TableRoute[], readonly TableRoute[]>();

function asStale(routes: readonly TableRoute[]): readonly TableRoute[] {
  return remember(stale, routes, () => routes.map((route) => ({ ...route, stale: true })));
}

/** A recovering bird leaves the kernel alone until all its peers are back, or it has waited long enough. */
function recovery(state: BirdState, config: BirdConfig, now: number): { state: BirdState; wakeAt?: number } {
  const { recoveryUntil, ...rest } = state;
  if (recoveryUntil === undefined) return { state };
  const waiting = bgpProtocols(config).some(
    (protocol) =>
      protocol.gracefulRestart === 'able' && !state.protocols[protocol.name]?.disabled && !state.received[protocol.name],
  );
  return waiting && now < recoveryUntil ? { state, wakeAt: recoveryUntil } : { state: rest };
}

function programmed(host: Host, state: BirdState, config: BirdConfig, judging: Judging, change: TableChange): Host {
  const ns = host.netns[''];
  if (!ns) return host;
  let next = ns;
  const kernel = config.protocols.find((protocol): protocol is KernelProtocol => protocol.type === 'kernel');
  if (kernel && !state.protocols[kernel.name]?.disabled) {
    const keepsStale = kernel.gracefulRestart && state.recoveryUntil !== undefined;
    next = syncKernel(next, state.table, kernel, { judging, keepsStale, change });
  }
  next = listening(next, config);
  return next === ns ? host : { ...host, netns: { ...host.netns, '': next } };
}

/** BIRD listens while it has a BGP protocol. */
function listening(ns: NetNamespace, config: BirdConfig): NetNamespace {
  const { address = '0.0.0.0', port } = config.listen;
  const wanted = bgpProtocols(config).length > 0;
  const isOurs = (socket: { process: string }) => socket.process === 'bird';
  const current = ns.sockets.find(isOurs);
  if (wanted && current?.port === port && current.address === address) return ns;
  if (!wanted && !current) return ns;
  const closed = closeSockets(ns, isOurs);
  if (!wanted) return closed;
  const opened = listen(closed, { proto: 'tcp', address, port, process: 'bird' });
  return 'errno' in opened ? closed : opened;
}
