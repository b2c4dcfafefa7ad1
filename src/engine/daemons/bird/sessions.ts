/**
 * BGP sessions: when one comes up, why one does not, what ends it. Models the state machine of proto/bgp/bgp.c, BIRD 1.6.8: connect
 * delay and retry, error wait, hold timer, Cease, graceful restart.
 *
 * Two speakers never talk: each reads the other as it stood when the round began and comes to the same conclusion, so both go
 * Established in the same round. A connection that cannot succeed is tried once, to say why; after that nothing wakes until it
 * could. Leaves out connection collision, capabilities that differ, and MD5 beyond "both have the same password or nothing works".
 */
import { random } from '../../net/random.ts';
import type { Host, World } from '../../world.ts';
import { configOf } from './config/parse.ts';
import type { BgpProtocol, BirdConfig } from './config/types.ts';
import { indexOf } from './index-of-config.ts';
import { addressTowards, hostAt, isConnected, packetsPass } from './neighbourhood.ts';
import type { BirdState, ProtocolState, Session, SessionError } from './state.ts';

/** Names of NOTIFICATION messages, `code.subcode`. */
const NOTIFICATIONS: Readonly<Record<string, string>> = {
  '2.2': 'Bad peer AS',
  '4.0': 'Hold timer expired',
  '6.2': 'Administrative shutdown',
  '6.3': 'Peer de-configured',
  '6.4': 'Administrative reset',
  '6.6': 'Other configuration change',
};
export const CEASE_SHUTDOWN = 2;
export const CEASE_DECONFIGURED = 3;
export const CEASE_RESET = 4;
export const CEASE_RECONFIGURED = 6;

export const notificationText = (code: number, subcode: number): string =>
  NOTIFICATIONS[`${code}.${subcode}`] ?? `Unknown error ${code}.${subcode}`;

/** The other end of a session, as far as it exists. */
interface Peer {
  readonly host: Host;
  readonly bird: BirdState;
  readonly protocol: BgpProtocol;
  readonly state: ProtocolState;
}

/** What became of an attempt to connect. */
type Attempt =
  | { readonly result: 'ok'; readonly peer: Peer }
  | { readonly result: 'refused' | 'unreachable' | 'silent' | 'closed' | 'not-ready' }
  | { readonly result: 'bad-as'; readonly peer: Peer; readonly sees: boolean };

/** BGP's timers fire somewhere in the last quarter of their time (RFC 4271, 9.2.1.1). */
function jittered(seconds: number, world: World, host: string, protocol: string, what: string): number {
  return Math.round(seconds * 1000 * (0.75 + 0.25 * random(world.seed, 'bgp-timer', host, protocol, what, world.now)));
}

/** A session as it begins: after the connect delay it tries, unless it is passive. */
export function startSession(world: World, host: string, protocol: BgpProtocol, waitMs = 0, previous?: Session): Session {
  const readyAt = world.now + waitMs;
  const delay = jittered(Math.max(1, protocol.connectDelayTime), world, host, protocol.name, 'connect delay');
  return {
    phase: waitMs > 0 || protocol.passive ? 'Idle' : 'Active',
    readyAt,
    ...(!protocol.passive && { attemptAt: readyAt + delay, attemptEvery: Math.max(1, protocol.connectDelayTime) * 1000 }),
    startupDelay: previous?.startupDelay ?? 0,
    ...(previous?.lastErrorAt !== undefined && { lastErrorAt: previous.lastErrorAt }),
    ...(previous?.error && { error: previous.error }),
    ...(previous?.closed && { closed: previous.closed }),
  };
}

/** bgp_update_startup_delay(): how long the next start waits after a protocol error, seconds. */
function nextStartupDelay(session: Session, protocol: BgpProtocol, now: number): number {
  const forgotten = session.lastErrorAt !== undefined && now - session.lastErrorAt >= protocol.errorForgetTime * 1000;
  const last = forgotten ? 0 : session.startupDelay;
  return last === 0 ? protocol.errorWaitMin : Math.min(2 * last, protocol.errorWaitMax);
}

/** First moment, not before `from`, at which a side that fails again and again would be ready once more. */
function readyFrom(session: Session, protocol: BgpProtocol, from: number): number {
  let at = session.readyAt;
  let delay = Math.max(1, session.startupDelay);
  // Only a protocol error makes it wait longer each time; otherwise it stays ready.
  if (session.startupDelay === 0 || session.phase !== 'Idle' || at >= from) return Math.max(at, from);
  for (let i = 0; i < 1000 && at < from; i++) {
    delay = Math.min(2 * delay, protocol.errorWaitMax);
    at += (delay + protocol.connectDelayTime) * 1000;
  }
  return Math.max(at, from);
}

/** First own attempt not before `from`; Infinity never reaches the World. */
function attemptFrom(session: Session, from: number): number {
  if (session.attemptAt === undefined) return Number.POSITIVE_INFINITY;
  if (session.attemptAt >= from) return session.attemptAt;
  const every = session.attemptEvery ?? 1000;
  return session.attemptAt + Math.ceil((from - session.attemptAt) / every) * every;
}

const bgpNamed = (config: BirdConfig | undefined, neighbor: string): BgpProtocol | undefined =>
  config && indexOf(config).byNeighbor.get(neighbor);

/** What would happen if `host` connected now. */
function attempt(before: World, host: Host, protocol: BgpProtocol): Attempt {
  const target = hostAt(before, protocol.neighbor);
  if (!target || !isConnected(host, target, protocol.neighbor)) return { result: 'unreachable' };
  const bird = target.daemons.bird;
  const config = bird?.running ? configOf(bird.loaded) : undefined;
  if (!bird || !config || indexOf(config).bgp.length === 0 || config.listen.port !== protocol.neighborPort)
    return { result: 'refused' };
  const own = protocol.sourceAddress ?? addressTowards(host, protocol.neighbor);
  if (!packetsPass(before, host, target, protocol.neighbor, protocol.neighborPort)) return { result: 'silent' };
  const mirror = own === undefined ? undefined : bgpNamed(config, own);
  if (!mirror) return { result: 'closed' };
  const state = bird.protocols[mirror.name];
  if ((mirror.password ?? '') !== (protocol.password ?? '')) return { result: 'silent' };
  if (state?.state === 'down') return { result: 'closed' };
  if (!state?.session) return { result: 'not-ready' };
  const peer: Peer = { host: target, bird, protocol: mirror, state };
  if (mirror.localAs !== protocol.neighborAs) return { result: 'bad-as', peer, sees: true };
  if (protocol.localAs !== mirror.neighborAs) return { result: 'bad-as', peer, sees: false };
  return { result: 'ok', peer };
}

export interface SessionResult {
  readonly state: ProtocolState;
  /** When this session must be looked at again though nothing else changes. */
  readonly wakeAt?: number;
  readonly log?: string;
}

/** What strerror() says: Calico's bird is linked with musl, Debian's with glibc. */
const unreachableText = (host: Host): string => (host.daemons.confd ? 'Host is unreachable' : 'No route to host');

const FAILURES: Readonly<Record<'refused' | 'unreachable' | 'closed', (host: Host) => string>> = {
  refused: () => 'Connection refused',
  unreachable: unreachableText,
  // bgp_incoming_connection() closes what it does not expect; the OPEN that is already under way is answered with a RST.
  closed: () => 'Connection reset by peer',
};
/** ARP gives up after three seconds. */
const ARP_MS = 3000;

/** One step of a session that is not established. */
export function connectStep(before: World, host: Host, protocol: BgpProtocol, state: ProtocolState, now: number): SessionResult {
  const session = state.session;
  if (!session) return { state };
  const expired = expireStale(state, session, now);
  if (expired) return expired;
  const outcome = attempt(before, host, protocol);
  const result =
    outcome.result === 'ok' || outcome.result === 'bad-as'
      ? meet(before, host, protocol, state, session, outcome, now)
      : fail(host, protocol, state, session, outcome.result, now);
  return session.staleUntil === undefined
    ? result
    : { ...result, wakeAt: Math.min(result.wakeAt ?? Number.MAX_SAFE_INTEGER, session.staleUntil) };
}

/** The restart timer of a peer that did not come back: its routes go. */
function expireStale(state: ProtocolState, session: Session, now: number): SessionResult | undefined {
  if (session.staleUntil === undefined || session.staleUntil > now) return undefined;
  const { staleUntil: _staleUntil, ...rest } = session;
  return { state: { ...state, since: now, session: rest }, log: 'Neighbor graceful restart timeout' };
}

function withPossible(session: Session, possibleSince: number | undefined): Session {
  if (session.possibleSince === possibleSince) return session;
  const { possibleSince: _old, ...rest } = session;
  return possibleSince === undefined ? rest : { ...rest, possibleSince };
}

function meet(
  before: World,
  host: Host,
  protocol: BgpProtocol,
  state: ProtocolState,
  session: Session,
  outcome: Attempt & { readonly peer: Peer },
  now: number,
): SessionResult {
  const theirs = outcome.peer.state.session;
  // The other side has not noticed yet that the last connection is gone.
  if (!theirs || theirs.phase === 'Established') return { state: put(state, withPossible(session, undefined)) };
  const since = Math.max(session.possibleSince ?? now, theirs.possibleSince ?? now);
  const from = Math.max(readyFrom(session, protocol, since), readyFrom(theirs, outcome.peer.protocol, since));
  const at = Math.min(attemptFrom(session, from), attemptFrom(theirs, from));
  // Until both know that it is possible, they would reckon from different moments.
  const agreed = session.possibleSince !== undefined && theirs.possibleSince !== undefined;
  if (!agreed || at > now) {
    const wakeAt = Number.isFinite(at) ? Math.max(at, now) : undefined;
    return { state: put(state, withPossible(session, session.possibleSince ?? now)), ...(wakeAt !== undefined && { wakeAt }) };
  }
  if (outcome.result === 'bad-as') return reject(before, host, protocol, state, session, outcome.sees, now);
  const { possibleSince: _p, error: _e, staleUntil: _s, silentSince: _q, closed: _c, ...rest } = session;
  const peerId = routerIdOf(outcome.peer.host);
  return {
    state: { ...state, state: 'up', since: now, session: { ...rest, phase: 'Established', establishedAt: now, peerId } },
    log: 'BGP session established',
  };
}

/** Router id a host's bird would use: configured, else its lowest address. */
export function routerIdOf(host: Host): string {
  return configOf(host.daemons.bird?.loaded)?.routerId ?? host.address;
}

function put(state: ProtocolState, session: Session): ProtocolState {
  return state.session === session ? state : { ...state, session };
}

/** The AS numbers do not fit: who sees it complains, the other is told. Then both wait. */
function reject(
  world: World,
  host: Host,
  protocol: BgpProtocol,
  state: ProtocolState,
  session: Session,
  sees: boolean,
  now: number,
): SessionResult {
  const error: SessionError = { class: sees ? 'BGP Error' : 'Received', text: notificationText(2, 2) };
  const startupDelay = nextStartupDelay(session, protocol, now);
  const again = startSession(world, host.name, protocol, startupDelay * 1000, {
    ...session,
    startupDelay,
    lastErrorAt: now,
    error,
  });
  return { state: { ...state, state: 'start', since: now, session: again }, log: `${sees ? 'Error' : 'Received'}: ${error.text}` };
}

function fail(
  host: Host,
  protocol: BgpProtocol,
  state: ProtocolState,
  session: Session,
  result: 'refused' | 'unreachable' | 'silent' | 'closed' | 'not-ready',
  now: number,
): SessionResult {
  const clean = withPossible(session, undefined);
  if (clean.attemptAt === undefined || result === 'not-ready') return { state: put(state, clean) };
  const firstSeen = clean.attemptAt + (result === 'unreachable' ? ARP_MS : 0);
  const phase = result === 'silent' ? 'Connect' : 'Active';
  const text = result === 'silent' ? undefined : FAILURES[result](host);
  const told = clean.phase === phase && (clean.error?.class === 'Socket' ? clean.error.text : undefined) === text;
  if (told) return { state: put(state, clean) };
  if (firstSeen > now) return { state: put(state, clean), wakeAt: firstSeen };
  const every =
    result === 'silent'
      ? protocol.connectRetryTime * 1000
      : Math.max(1, protocol.connectDelayTime) * 1000 + (result === 'unreachable' ? ARP_MS : 0);
  const error: SessionError | undefined = text === undefined ? clean.error : { class: 'Socket', text };
  return {
    state: put(state, { ...clean, phase, attemptEvery: every, ...(error && { error }) }),
    ...(text !== undefined && { log: `Connection lost (${text})` }),
  };
}

/** One step of an established session: does the other side still know of it? */
export function establishedStep(
  before: World,
  host: Host,
  protocol: BgpProtocol,
  state: ProtocolState,
  now: number,
): SessionResult {
  const session = state.session;
  if (session?.establishedAt === undefined) return { state };
  const target = hostAt(before, protocol.neighbor);
  if (!target || !isConnected(host, target, protocol.neighbor)) return silence(before, host, protocol, state, session, now);
  const heard: Session = session.silentSince === undefined ? session : without(session, 'silentSince');
  const bird = target.daemons.bird;
  const own = protocol.sourceAddress ?? addressTowards(host, protocol.neighbor) ?? '';
  const mirror = bgpNamed(configOf(bird?.loaded), own);
  const theirs = mirror && bird?.protocols[mirror.name]?.session;
  if (bird?.running && theirs?.phase === 'Established' && theirs.establishedAt === session.establishedAt) {
    const passes = packetsPass(before, host, target, protocol.neighbor, protocol.neighborPort);
    return passes ? { state: put(state, heard) } : silence(before, host, protocol, state, session, now);
  }
  // Established in this very round there, not yet visible here.
  if (bird?.running && bird.startedAt <= session.establishedAt && now === session.establishedAt)
    return { state: put(state, heard) };
  const notice = theirs?.closed && theirs.closed.at >= session.establishedAt ? theirs.closed : undefined;
  const farewell = bird?.farewells[own];
  if (notice) return ceased(before, host, protocol, state, heard, notice.code, notice.subcode, now);
  if (farewell && farewell.at >= session.establishedAt)
    return ceased(before, host, protocol, state, heard, 6, farewell.subcode, now);
  return broken(
    before,
    host,
    protocol,
    state,
    heard,
    mirror,
    bird?.running ? 'Connection reset by peer' : 'Connection closed',
    host.daemons.bird?.received[protocol.name] !== undefined,
    now,
  );
}

function without(session: Session, key: 'silentSince'): Session {
  const { [key]: _gone, ...rest } = session;
  return rest;
}

/** The peer said why. Its routes go at once; after a Cease the next attempt need not wait. */
function ceased(
  world: World,
  host: Host,
  protocol: BgpProtocol,
  state: ProtocolState,
  session: Session,
  code: number,
  subcode: number,
  now: number,
): SessionResult {
  const error: SessionError = { class: 'Received', text: notificationText(code, subcode) };
  const startupDelay = code === 6 ? session.startupDelay : nextStartupDelay(session, protocol, now);
  const again = startSession(world, host.name, protocol, code === 6 ? 0 : startupDelay * 1000, { ...session, startupDelay, error });
  return { state: { ...state, state: 'start', since: now, session: again }, log: `Received: ${error.text}` };
}

/** The connection broke without a word: with graceful restart on both sides the routes stay for a while. */
function broken(
  world: World,
  host: Host,
  protocol: BgpProtocol,
  state: ProtocolState,
  session: Session,
  mirror: BgpProtocol | undefined,
  text: string,
  hasRoutes: boolean,
  now: number,
): SessionResult {
  const error: SessionError = { class: 'Socket', text };
  const again = startSession(world, host.name, protocol, 0, { ...session, error });
  const graceful = protocol.gracefulRestart !== 'off' && mirror?.gracefulRestart === 'able' && hasRoutes;
  // Its router id goes on to decide between its routes and others'.
  const known = session.peerId === undefined ? again : { ...again, peerId: session.peerId };
  const kept: Session = graceful ? { ...known, staleUntil: now + mirror.gracefulRestartTime * 1000 } : again;
  const log = graceful ? 'Neighbor graceful restart detected' : text;
  return { state: { ...state, state: 'start', since: now, session: kept }, log };
}

export const holdTimeOf = (protocol: BgpProtocol, peer: BgpProtocol | undefined): number =>
  Math.min(protocol.holdTime, peer?.holdTime ?? protocol.holdTime);
export const keepaliveTimeOf = (protocol: BgpProtocol, holdTime: number): number =>
  protocol.keepaliveTime || Math.floor(holdTime / 3);

/** Nothing arrives any more: the hold timer runs from the last keepalive that did. */
function silence(
  world: World,
  host: Host,
  protocol: BgpProtocol,
  state: ProtocolState,
  session: Session,
  now: number,
): SessionResult {
  const silentSince = session.silentSince ?? now;
  const established = session.establishedAt ?? now;
  const target = hostAt(world, protocol.neighbor);
  const mirror =
    target &&
    bgpNamed(configOf(target.daemons.bird?.loaded), protocol.sourceAddress ?? addressTowards(host, protocol.neighbor) ?? '');
  const hold = holdTimeOf(protocol, mirror) * 1000;
  if (hold === 0) return { state };
  const keepalive = Math.max(1000, keepaliveTimeOf(protocol, hold / 1000) * 1000);
  const lastHeard = established + Math.floor((silentSince - established) / keepalive) * keepalive;
  if (now < lastHeard + hold) {
    const waiting = session.silentSince === undefined ? { ...session, silentSince } : session;
    return { state: put(state, waiting), wakeAt: lastHeard + hold };
  }
  const error: SessionError = { class: 'BGP Error', text: notificationText(4, 0) };
  const startupDelay = nextStartupDelay(session, protocol, now);
  const closed = { at: now, code: 4, subcode: 0 };
  const again = startSession(world, host.name, protocol, startupDelay * 1000, {
    ...session,
    startupDelay,
    lastErrorAt: now,
    error,
    closed,
  });
  return { state: { ...state, state: 'start', since: now, session: again }, log: `Error: ${error.text}` };
}

/** The peer's side of an established session, for reading what it sends. Undefined until it sees this very connection too. */
export function establishedPeer(
  before: World,
  host: Host,
  protocol: BgpProtocol,
  session: Session,
): { readonly bird: BirdState; readonly protocol: BgpProtocol } | undefined {
  const target = hostAt(before, protocol.neighbor);
  const bird = target?.daemons.bird;
  if (!target?.up || !bird?.running || session.silentSince !== undefined) return undefined;
  const own = protocol.sourceAddress ?? addressTowards(host, protocol.neighbor) ?? '';
  const mirror = bgpNamed(configOf(bird.loaded), own);
  if (!mirror || bird.protocols[mirror.name]?.session?.establishedAt !== session.establishedAt) return undefined;
  return { bird, protocol: mirror };
}

/** The peer's protocol, whatever its state: for what both must agree on (add paths). */
export function mirrorOf(before: World, host: Host, protocol: BgpProtocol): BgpProtocol | undefined {
  const own = protocol.sourceAddress ?? addressTowards(host, protocol.neighbor) ?? '';
  return bgpNamed(configOf(hostAt(before, protocol.neighbor)?.daemons.bird?.loaded), own);
}
