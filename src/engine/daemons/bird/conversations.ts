/**
 * One round of a host's BGP sessions: what each finds of its peer, and what it takes in of what the peer sends.
 *
 * Reads peers as they stood when the round began; returns the host's bird state and when a session must be looked at again. The steps
 * of one session are in sessions.ts; here is which of them are worth taking: fifty nodes have 2,500 sessions, and hardly any of
 * them has news in a round.
 */
import { sameMembers } from '../../memo.ts';
import type { Host, World } from '../../world.ts';
import type { BgpProtocol, BirdConfig } from './config/types.ts';
import { bgpProtocols, logged } from './control.ts';
import { appearanceOf, faceOfLoaded, hostAt, pathToken, type Token } from './neighbourhood.ts';
import { connectStep, establishedPeer, establishedStep, mirrorOf } from './sessions.ts';
import { type BirdState, type LogLine, type ProtocolState, type Sent, type Session, withProtocols } from './state.ts';

/** What all sessions of a bird were last looked at with, none of them waiting for a moment. */
interface Visit {
  readonly here: Token;
  readonly peers: Token;
}

const visits = new WeakMap<BirdState['protocols'], Visit>();

/** What an established session was last found well with. */
interface Glance {
  readonly here: Token;
  /** All there is to see of the peer's host. */
  readonly there: Token;
  /** What of it matters to this session. */
  readonly facts: Token;
}

const glances = new WeakMap<Session, Glance>();

function factsOf(before: World, host: Host, protocol: BgpProtocol, peer: Host): Token {
  const bird = peer.daemons.bird;
  const mirror = mirrorOf(before, host, protocol);
  const theirs = mirror && bird?.protocols[mirror.name]?.session;
  const establishedAt = theirs?.phase === 'Established' ? theirs.establishedAt : undefined;
  return [bird?.running, faceOfLoaded(bird?.loaded), mirror && bird?.sent[mirror.name], establishedAt, pathToken(peer)];
}

/** Whether nothing has changed that matters to an established session since it was last found well. */
function isAsBefore(before: World, host: Host, protocol: BgpProtocol, session: Session): boolean {
  const last = glances.get(session);
  const peer = last && hostAt(before, protocol.neighbor);
  if (!peer || last.here !== pathToken(host)) return false;
  const there = appearanceOf(peer);
  if (last.there === there) return true;
  if (!sameMembers(factsOf(before, host, protocol, peer), last.facts)) return false;
  glances.set(session, { ...last, there });
  return true;
}

function foundWell(before: World, host: Host, protocol: BgpProtocol, session: Session): void {
  const peer = hostAt(before, protocol.neighbor);
  if (!peer) return;
  glances.set(session, { here: pathToken(host), there: appearanceOf(peer), facts: factsOf(before, host, protocol, peer) });
}

/** What the peer of an established session sends by now; undefined while the peer does not know of the session. */
function heardBy(before: World, host: Host, protocol: BgpProtocol, session: Session | undefined): Sent | undefined {
  const peer = session?.phase === 'Established' ? establishedPeer(before, host, protocol, session) : undefined;
  return peer?.bird.sent[peer.protocol.name];
}

/** @param peers what can be seen of each BGP protocol's peer, in the configuration's order */
export function runSessions(
  world: World,
  before: World,
  host: Host,
  state: BirdState,
  config: BirdConfig,
  peers: Token,
): { readonly state: BirdState; readonly wakeAt?: number } {
  let wakeAt: number | undefined;
  let protocols: Record<string, ProtocolState> | undefined;
  let received: Record<string, Sent> | undefined;
  let skipped = false;
  const lines: LogLine[] = [];
  const was = before.hosts[host.name]?.daemons.bird;
  const here = pathToken(host);
  const visit = visits.get(state.protocols);
  const last = visit?.here === here ? visit.peers : undefined;
  const all = bgpProtocols(config);
  for (let i = 0; i < all.length; i++) {
    if (last && last[i] === peers[i]) continue;
    const protocol = all[i] as BgpProtocol;
    const { name } = protocol;
    const current = state.protocols[name];
    if (!current?.session || current.disabled) continue;
    // A session that was made or changed in this round is not yet what its peer sees.
    if (was?.protocols[name]?.session !== current.session) {
      skipped = true;
      continue;
    }
    const established = current.session.phase === 'Established';
    if (established && isAsBefore(before, host, protocol, current.session)) continue;
    const step = established ? establishedStep : connectStep;
    const result = step(before, host, protocol, current, world.now);
    // Without `debug` only errors are told to the log.
    const told = result.log !== undefined && (/^(Received|Error):/.test(result.log) || protocol.debug.includes('events'));
    if (told) lines.push({ at: world.now, level: 'INFO', text: `${name}: ${result.log}` });
    if (result.wakeAt !== undefined) wakeAt = Math.min(wakeAt ?? result.wakeAt, result.wakeAt);
    const heard = heardBy(before, host, protocol, result.state.session);
    if (heard && heard !== state.received[name]) {
      received ??= { ...state.received };
      received[name] = heard;
    }
    if (result.state !== current) {
      protocols ??= { ...state.protocols };
      protocols[name] = result.state;
    } else if (established && result.wakeAt === undefined) foundWell(before, host, protocol, current.session);
  }
  if (!protocols && !skipped && wakeAt === undefined) visits.set(state.protocols, { here, peers });
  const taken = received ? { ...state, received } : state;
  const next = protocols ? logged(withProtocols(taken, protocols), lines) : taken;
  return wakeAt === undefined ? { state: next } : { state: next, wakeAt };
}
