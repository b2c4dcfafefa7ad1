/**
 * What people do to a bird: load and change its configuration, disable a protocol, stop the process. Models config_commit() and
 * proto_reconfigure() of nest/proto.c and the CLI commands of BIRD 1.6.8. Pure functions over a host; inputs and the agent call them.
 */
import { closeSockets } from '../../kernel/socket.ts';
import { sameMembers } from '../../memo.ts';
import { random } from '../../net/random.ts';
import type { Host, World } from '../../world.ts';
import { configOf, filesOf, loadConfig, type ParseFailure } from './config/parse.ts';
import { needsRestart } from './config/reconfigure.ts';
import type { BgpProtocol, BirdConfig, ProtocolConfig } from './config/types.ts';
import { indexOf } from './index-of-config.ts';
import { withdrawKernel } from './kernel-sync.ts';
import { CEASE_DECONFIGURED, CEASE_RECONFIGURED, CEASE_SHUTDOWN, startSession } from './sessions.ts';
import {
  type BirdState,
  freshBird,
  type LoadedConfig,
  type LogLine,
  MAX_LOG_LINES,
  type ProtocolState,
  withProtocols,
} from './state.ts';

/** Where a host's bird finds its configuration: Calico's writes it for its own, the distribution's is in /etc/bird. */
export function configPath(host: Host): string {
  return host.daemons.confd ? '/etc/calico/confd/config/bird.cfg' : '/etc/bird/bird.conf';
}

/** `/etc/bird/bird.conf:3:1 syntax error`, or without a place what was wrong with the file as a whole. */
export function failureText({ at, error }: ParseFailure): string {
  return at ? `${at.file}:${at.line}:${at.column} ${error}` : error;
}

export function logged(state: BirdState, lines: readonly LogLine[]): BirdState {
  if (lines.length === 0) return state;
  const signed = lines.map((line) => ({ ...line, startedAt: state.startedAt }));
  return { ...state, log: [...state.log, ...signed].slice(-MAX_LOG_LINES) };
}

/** The state with the configuration on disk put in force, or with the reason why it was not. */
export function configure(world: World, host: Host, state: BirdState): BirdState {
  const { reload: _reload, ...rest } = state;
  const path = configPath(host);
  const result = loadConfig(path, filesOf(host.files), state);
  if ('error' in result) {
    const text = failureText(result);
    // A bird that has never read a configuration says so on stderr and gives up; one that runs goes on with what it has.
    const line = { at: world.now, level: 'ERR', text: state.loaded ? text : `bird: ${text}` };
    const failed = logged({ ...rest, loadError: text }, [line]);
    return state.loaded ? failed : { ...failed, running: false, stopped: 'clean' };
  }
  return commit(world, host, rest, result.loaded);
}

/** Puts a parsed configuration in force: protocols that are gone say goodbye, new ones start, changed ones restart. */
export function commit(world: World, host: Host, state: BirdState, loaded: LoadedConfig): BirdState {
  const config = configOf(loaded);
  if (!config) return state;
  const old = configOf(state.loaded);
  const { loadError: _loadError, ...rest } = state;
  const protocols: Record<string, ProtocolState> = {};
  const farewells: Record<string, { at: number; subcode: number }> = { ...state.farewells };
  const before = new Map(old?.protocols.map((protocol) => [protocol.name, protocol]));
  const rid = old && config.routerId !== old.routerId;
  for (const protocol of config.protocols) {
    const was = before.get(protocol.name);
    const known = state.protocols[protocol.name];
    before.delete(protocol.name);
    const kept = was && known && !rid && !needsRestart(was, protocol) && protocol.disabled === was.disabled;
    if (kept) protocols[protocol.name] = known;
    else {
      if (was?.type === 'bgp' && known?.session?.establishedAt !== undefined)
        farewells[was.neighbor] = { at: world.now, subcode: CEASE_RECONFIGURED };
      protocols[protocol.name] = startProtocol(
        world,
        host.name,
        protocol,
        known?.disabled === true && was?.disabled === protocol.disabled ? true : protocol.disabled,
      );
    }
  }
  for (const gone of before.values()) {
    if (gone.type === 'bgp') farewells[gone.neighbor] = { at: world.now, subcode: CEASE_DECONFIGURED };
  }
  const text = old ? 'Reconfigured' : 'Started';
  const next: BirdState = {
    ...withProtocols(rest, sameEntries(state.protocols, protocols) ? state.protocols : protocols),
    loaded,
    ...(state.loaded && { previous: state.loaded }),
    loadedAt: world.now,
    farewells: sameEntries(state.farewells, farewells) ? state.farewells : farewells,
  };
  return logged(next, [
    ...(old ? [{ at: world.now, level: 'INFO', text: 'Reconfiguring' }] : []),
    { at: world.now, level: 'INFO', text },
  ]);
}

/** Whether two records hold the same under the same names, in the same order. */
function sameEntries(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  return sameMembers(Object.keys(a), Object.keys(b)) && sameMembers(Object.values(a), Object.values(b));
}

/** A protocol as it begins. */
export function startProtocol(world: World, host: string, protocol: ProtocolConfig, disabled: boolean): ProtocolState {
  if (disabled) return { state: 'down', since: world.now, disabled };
  if (protocol.type !== 'bgp') return { state: 'up', since: world.now, disabled };
  return { state: 'start', since: world.now, disabled, session: startSession(world, host, protocol) };
}

/** Ends a BGP session on purpose: the peer hears why, the routes go. */
function closeSession(world: World, state: ProtocolState, subcode: number): ProtocolState {
  const { session, ...rest } = state;
  if (!session) return state;
  const { staleUntil: _staleUntil, possibleSince: _possible, attemptAt: _attempt, error: _error, ...kept } = session;
  return { ...rest, session: { ...kept, phase: 'Idle', startupDelay: 0, closed: { at: world.now, code: 6, subcode } } };
}

/** `birdc disable`: undefined when it is disabled already. */
export function disableProtocol(world: World, state: BirdState, name: string, subcode = CEASE_SHUTDOWN): BirdState | undefined {
  const protocol = state.protocols[name];
  if (!protocol || protocol.disabled) return undefined;
  const closed = closeSession(world, protocol, subcode);
  const down: ProtocolState = { ...closed, state: 'down', since: world.now, disabled: true };
  return withProtocols(state, { ...state.protocols, [name]: down });
}

/** `birdc enable`: undefined when it is enabled already. */
export function enableProtocol(
  world: World,
  host: string,
  state: BirdState,
  config: BirdConfig,
  name: string,
): BirdState | undefined {
  const known = state.protocols[name];
  const protocol = config.protocols.find((each) => each.name === name);
  if (!known?.disabled || !protocol) return undefined;
  return withProtocols(state, { ...state.protocols, [name]: restarted(world, host, protocol, known) });
}

function restarted(world: World, host: string, protocol: ProtocolConfig, known: ProtocolState): ProtocolState {
  const started = startProtocol(world, host, protocol, false);
  const closed = known.session?.closed;
  return started.session && closed ? { ...started, session: { ...started.session, closed } } : started;
}

/** `birdc restart`: down with its own Cease and up again; undefined when it is disabled. */
export function restartProtocol(
  world: World,
  host: string,
  state: BirdState,
  config: BirdConfig,
  name: string,
  subcode: number,
): BirdState | undefined {
  const down = disableProtocol(world, state, name, subcode);
  return down && enableProtocol(world, host, down, config, name);
}

/**
 * The host with its bird stopped. `clean` (SIGTERM): every peer hears Cease, and the kernel routes go unless `persist` is on.
 * `killed`: nothing is said and nothing is cleaned up; peers that know graceful restart keep the routes for a while.
 */
export function stopBird(world: World, host: Host, how: 'clean' | 'killed'): Host {
  const state = host.daemons.bird;
  if (!state?.running) return host;
  const config = configOf(state.loaded);
  let protocols = state.protocols;
  let netns = host.netns;
  const farewells = { ...state.farewells };
  if (how === 'clean') {
    for (const { name, neighbor } of config ? bgpProtocols(config) : []) {
      if (state.protocols[name]?.session?.establishedAt !== undefined)
        farewells[neighbor] = { at: world.now, subcode: CEASE_SHUTDOWN };
    }
    protocols = Object.fromEntries(
      Object.entries(state.protocols).map(([name, each]) => [name, closeSession(world, each, CEASE_SHUTDOWN)]),
    );
    const kernel = config?.protocols.find((each) => each.type === 'kernel');
    const ns = host.netns[''];
    if (kernel && !kernel.persist && ns) netns = { ...host.netns, '': withdrawKernel(ns) };
  }
  const own = netns[''];
  if (own) netns = { ...netns, '': closeSockets(own, (socket) => socket.process === 'bird') };
  const text = how === 'clean' ? ['Shutting down', 'Shutdown completed'] : [];
  const stopped = logged(
    { ...withProtocols(state, protocols), running: false, stopped: how, farewells, table: {}, sent: {} },
    text.map((line) => ({ at: world.now, level: 'INFO', text: line })),
  );
  return { ...host, netns, daemons: { ...host.daemons, bird: stopped } };
}

/** How long a recovering bird waits for its peers before it cleans the kernel (`graceful restart wait`), ms. */
const RECOVERY_MS = 240_000;

/** The host with its bird running anew: it has forgotten everything but its log and what it said goodbye with. */
export function startBird(world: World, host: Host): Host {
  const state = host.daemons.bird;
  if (!state || state.running) return host;
  // Calico starts its bird with -R; Debian's does not.
  const recovers = host.daemons.confd !== undefined;
  const fresh: BirdState = {
    ...freshBird(world.now),
    log: state.log,
    farewells: state.farewells,
    ...(recovers && { recoveryUntil: world.now + RECOVERY_MS }),
  };
  return { ...host, daemons: { ...host.daemons, bird: fresh } };
}

/** Process id for listings: made up, and stable while the process lives; `startedAt` names a run that is over. */
export function birdPid(world: World, host: Host, startedAt: number = host.daemons.bird?.startedAt ?? 0): number {
  return 600 + Math.floor(30_000 * random(world.seed, 'bird-pid', host.name, startedAt));
}

export const bgpProtocols = (config: BirdConfig): readonly BgpProtocol[] => indexOf(config).bgp;
