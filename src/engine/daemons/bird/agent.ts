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
import { remember } from '../../memo.ts';
import { type Host, type World, withHost } from '../../world.ts';
import { configOf } from './config/parse.ts';
import type { BgpProtocol, BirdConfig, KernelProtocol, ProtocolConfig } from './config/types.ts';
import { directRoutes, learnedRoutes, staticRoutes } from './contributions.ts';
import { bgpProtocols, configPath, configure, logged, startBird } from './control.ts';
import { exportTable, importPaths, reuseSent, speakerKey } from './exchange.ts';
import { indexOf } from './index-of-config.ts';
import { syncKernel } from './kernel-sync.ts';
import { hostAt, type PathToken, pathToken } from './neighbourhood.ts';
import { connectStep, establishedPeer, establishedStep, mirrorOf } from './sessions.ts';
import { judgingFor, speakerOf } from './speakers.ts';
import type { BirdState, LogLine, ProtocolState, Sent, Session, Table, TableRoute } from './state.ts';
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
  readonly inputs: readonly unknown[];
  readonly wakeAt?: number;
}

/** What each state was last run with; forgotten after a reload, which then costs one run. */
const seen = new WeakMap<BirdState, Seen>();

/** Everything a run depends on, to be compared by identity. */
function inputsOf(before: World, host: Host, config: BirdConfig): readonly unknown[] {
  const inputs: unknown[] = [host.netns['']?.routes, pathToken(host)];
  for (const { neighbor } of indexOf(config).bgp) {
    const peer = hostAt(before, neighbor);
    if (peer) inputs.push(peer.daemons.bird, pathToken(peer));
    else inputs.push(undefined);
  }
  return inputs;
}

const sameInputs = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, i) => each === b[i]);

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
  const last = state === initial ? seen.get(state) : undefined;
  const inputs = inputsOf(before, host, config);
  if (last && sameInputs(last.inputs, inputs) && (last.wakeAt === undefined || last.wakeAt > world.now)) {
    return last.wakeAt === undefined ? { world } : { world, wakeAt: last.wakeAt };
  }
  const result = work(world, before, host, state, config);
  const after = result.world.hosts[host.name];
  const afterState = after?.daemons.bird;
  // A run that changed nothing need not be repeated until something else does.
  if (after && afterState === initial)
    seen.set(afterState, result.wakeAt === undefined ? { inputs } : { inputs, wakeAt: result.wakeAt });
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

function work(world: World, before: World, host: Host, loaded: BirdState, config: BirdConfig): AgentResult {
  const { state: talked, wakeAt } = runSessions(world, before, host, loaded, config);
  const around = [host.netns['']?.routes, host.netns['']?.sockets, pathToken(host), config];
  const settled = settledWith.get(talked);
  // Most runs only find that a peer changed something that is no concern of ours.
  if (settled && sameInputs(settled, around)) {
    return wakeAt === undefined ? { world: stored(world, host, talked) } : { world: stored(world, host, talked), wakeAt };
  }
  const judging = judgingFor(talked, config);
  const routerId = config.routerId ?? host.address;
  const table = buildTable(talked.table, contributions(host, talked, config, routerId), judging, world.now);
  const sent = exportAll(before, host, { ...talked, table }, config, judging);
  let state = talked.table === table && talked.sent === sent ? talked : { ...talked, table, sent };
  const recovered = recovery(state, config, world.now);
  state = recovered.state;
  const next = programmed(host, state, config, judging);
  if (state === talked && next === host && state.recoveryUntil === undefined) settledWith.set(state, around);
  const result = stored(world, next, state);
  const wakes = [wakeAt, recovered.wakeAt].filter((at) => at !== undefined);
  return wakes.length === 0 ? { world: result } : { world: result, wakeAt: Math.min(...wakes) };
}

/** The surroundings in which a state's table, exports and kernel routes were found to be what they must be. */
const settledWith = new WeakMap<BirdState, readonly unknown[]>();

/** What matters of the other side to a session that is established. */
interface Glance {
  readonly running: boolean;
  readonly loaded: unknown;
  readonly sent: unknown;
  readonly establishedAt: number | undefined;
  readonly there: PathToken;
  readonly here: PathToken;
}

/** What an established session was last found well with. */
const glances = new WeakMap<Session, Glance>();

/** What matters to an established session, as it is now; undefined: something is missing. */
function glanceAt(before: World, host: Host, protocol: BgpProtocol): Glance | undefined {
  const peer = hostAt(before, protocol.neighbor);
  const bird = peer?.daemons.bird;
  const mirror = bird && mirrorOf(before, host, protocol);
  if (!peer || !bird || !mirror) return undefined;
  const theirs = bird.protocols[mirror.name]?.session;
  return {
    running: bird.running,
    loaded: bird.loaded,
    sent: bird.sent[mirror.name],
    establishedAt: theirs?.phase === 'Established' ? theirs.establishedAt : undefined,
    there: pathToken(peer),
    here: pathToken(host),
  };
}

const sameGlance = (a: Glance, b: Glance): boolean =>
  a.running === b.running &&
  a.loaded === b.loaded &&
  a.sent === b.sent &&
  a.establishedAt === b.establishedAt &&
  a.there === b.there &&
  a.here === b.here;

function runSessions(
  world: World,
  before: World,
  host: Host,
  state: BirdState,
  config: BirdConfig,
): { state: BirdState; wakeAt?: number } {
  let wakeAt: number | undefined;
  let protocols = state.protocols;
  const lines: LogLine[] = [];
  const was = before.hosts[host.name]?.daemons.bird;
  for (const protocol of bgpProtocols(config)) {
    const current = state.protocols[protocol.name];
    // A session that was made or changed in this round is not yet what its peer sees.
    if (!current?.session || current.disabled || was?.protocols[protocol.name]?.session !== current.session) continue;
    const established = current.session.phase === 'Established';
    const glance = established ? glanceAt(before, host, protocol) : undefined;
    const last = glance && glances.get(current.session);
    if (glance && last && sameGlance(glance, last)) continue;
    const step = established ? establishedStep : connectStep;
    const result = step(before, host, protocol, current, world.now);
    // Without `debug` only errors are told to the log.
    const told = result.log !== undefined && (/^(Received|Error):/.test(result.log) || protocol.debug.includes('events'));
    if (told) lines.push({ at: world.now, level: 'INFO', text: `${protocol.name}: ${result.log}` });
    if (result.wakeAt !== undefined) wakeAt = Math.min(wakeAt ?? result.wakeAt, result.wakeAt);
    const updated = listened(before, host, protocol, result.state);
    if (updated !== current) protocols = { ...protocols, [protocol.name]: updated };
    else if (glance && result.wakeAt === undefined) glances.set(current.session, glance);
  }
  const next = protocols === state.protocols ? state : logged({ ...state, protocols }, lines);
  return wakeAt === undefined ? { state: next } : { state: next, wakeAt };
}

/** The session with what the peer sends by now. */
function listened(before: World, host: Host, protocol: BgpProtocol, state: ProtocolState): ProtocolState {
  const session = state.session;
  if (session?.phase !== 'Established') return state;
  const peer = establishedPeer(before, host, protocol, session);
  const sent = peer?.bird.sent[peer.protocol.name];
  if (!sent || sent === session.received) return state;
  const { staleUntil: _staleUntil, ...rest } = session;
  return { ...state, session: { ...rest, received: sent } };
}

function contributions(host: Host, state: BirdState, config: BirdConfig, routerId: string): readonly (readonly TableRoute[])[] {
  const ns = host.netns[''];
  if (!ns) return [];
  return config.protocols.map((protocol) => {
    const current = state.protocols[protocol.name];
    return current && !current.disabled ? contribution(protocol, current, host.name, ns, routerId) : [];
  });
}

function contribution(
  protocol: ProtocolConfig,
  { session }: ProtocolState,
  host: string,
  ns: NetNamespace,
  routerId: string,
): readonly TableRoute[] {
  if (protocol.type === 'direct') return directRoutes(protocol, ns, host);
  if (protocol.type === 'static') return staticRoutes(protocol, ns, host);
  if (protocol.type === 'kernel') return learnedRoutes(protocol, ns, host);
  if (protocol.type === 'device' || !session?.received) return [];
  const routes = importPaths(session.received, { protocol, routerId }, host);
  return session.staleUntil === undefined ? routes : asStale(routes);
}

const stale = new WeakMap<readonly TableRoute[], readonly TableRoute[]>();

function asStale(routes: readonly TableRoute[]): readonly TableRoute[] {
  return remember(stale, routes, () => routes.map((route) => ({ ...route, stale: true })));
}

function exportAll(before: World, host: Host, state: BirdState, config: BirdConfig, judging: Judging): BirdState['sent'] {
  const last = exportedFrom.get(state.sent);
  if (last && last.table === state.table && last.protocols === state.protocols && last.config === config) return state.sent;
  const sent = exportAnew(before, host, state, config, judging);
  exportedFrom.set(sent, { table: state.table, protocols: state.protocols, config });
  return sent;
}

/** What a set of exports was made from. */
const exportedFrom = new WeakMap<
  BirdState['sent'],
  { readonly table: Table; readonly protocols: BirdState['protocols']; readonly config: BirdConfig }
>();

function exportAnew(before: World, host: Host, state: BirdState, config: BirdConfig, judging: Judging): BirdState['sent'] {
  const shared = new Map<string, Sent>();
  const plain = indexOf(config).isPlain;
  const next: Record<string, Sent> = {};
  let same = true;
  for (const protocol of bgpProtocols(config)) {
    if (state.protocols[protocol.name]?.session?.phase !== 'Established') continue;
    const speaker = speakerOf(before, host, state, config, protocol, judging);
    const key = speakerKey(speaker);
    const old = state.sent[protocol.name];
    // Only a session whose own routes could come back to it needs a list of its own.
    const alone = !plain && Object.keys(state.protocols[protocol.name]?.session?.received?.paths ?? {}).length > 0;
    const made = alone ? undefined : shared.get(key);
    const sent = made ?? reuseSent(old, exportTable(state.table, speaker, alone ? undefined : key));
    if (!alone && !made) shared.set(key, sent);
    next[protocol.name] = sent;
    if (sent !== old) same = false;
  }
  return same && Object.keys(next).length === Object.keys(state.sent).length ? state.sent : next;
}

/** A recovering bird leaves the kernel alone until all its peers are back, or it has waited long enough. */
function recovery(state: BirdState, config: BirdConfig, now: number): { state: BirdState; wakeAt?: number } {
  const { recoveryUntil, ...rest } = state;
  if (recoveryUntil === undefined) return { state };
  const waiting = bgpProtocols(config).some(
    (protocol) =>
      protocol.gracefulRestart === 'able' &&
      !state.protocols[protocol.name]?.disabled &&
      !state.protocols[protocol.name]?.session?.received,
  );
  return waiting && now < recoveryUntil ? { state, wakeAt: recoveryUntil } : { state: rest };
}

function programmed(host: Host, state: BirdState, config: BirdConfig, judging: Judging): Host {
  const ns = host.netns[''];
  if (!ns) return host;
  let next = ns;
  const kernel = config.protocols.find((protocol): protocol is KernelProtocol => protocol.type === 'kernel');
  if (kernel && !state.protocols[kernel.name]?.disabled) {
    next = syncKernel(next, state.table, kernel, judging, kernel.gracefulRestart && state.recoveryUntil !== undefined);
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
