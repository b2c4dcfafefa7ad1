/** What a session is, for sending: put together from state and configuration. Used by the agent and by birdc alike. */
import type { Host, World } from '../../world.ts';
import { type Face, faceOf } from './config/reconfigure.ts';
import type { BgpProtocol, BirdConfig, ProtocolConfig } from './config/types.ts';
import type { Speaker } from './exchange.ts';
import { indexOf } from './index-of-config.ts';
import { addressTowards } from './neighbourhood.ts';
import { mirrorOf } from './sessions.ts';
import type { BirdState } from './state.ts';
import type { Judging } from './table.ts';

export const protocolsByName = (config: BirdConfig): ReadonlyMap<string, ProtocolConfig> => indexOf(config).byName;

interface Judged {
  readonly protocols: BirdState['protocols'];
  readonly judging: Judging;
}

const judgings = new WeakMap<Face, Judged>();

/** What routes are compared with: the same object as long as the protocols, their filters aside, and the peers' ids are. */
export function judgingFor({ protocols }: BirdState, config: BirdConfig): Judging {
  const face = faceOf(config);
  const last = judgings.get(face);
  if (last?.protocols === protocols) return last.judging;
  const judging = judgingOf(protocols, config, last?.judging);
  judgings.set(face, { protocols, judging });
  return judging;
}

function judgingOf(protocols: BirdState['protocols'], config: BirdConfig, last: Judging | undefined): Judging {
  const peerIds = new Map<string, string>();
  let same = last !== undefined;
  for (const { name } of indexOf(config).bgp) {
    const id = protocols[name]?.session?.peerId;
    if (id !== undefined) peerIds.set(name, id);
    if (last?.peerIds.get(name) !== id) same = false;
  }
  return last && same ? last : { protocols: protocolsByName(config), peerIds };
}

interface Known {
  readonly judging: Judging;
  readonly links: unknown;
  readonly speaker: Speaker;
}

const speakers = new WeakMap<BgpProtocol, Known>();

/** @param before the world the peer is looked at in */
export function speakerOf(
  before: World,
  host: Host,
  state: BirdState,
  config: BirdConfig,
  protocol: BgpProtocol,
  judging = judgingFor(state, config),
): Speaker {
  const heard = mirrorOf(before, host, protocol)?.addPaths ?? 'off';
  const sendsAllPaths = ['tx', 'full'].includes(protocol.addPaths) && ['rx', 'full'].includes(heard);
  const links = host.netns['']?.links;
  const known = speakers.get(protocol);
  if (known && known.judging === judging && known.links === links && known.speaker.sendsAllPaths === sendsAllPaths)
    return known.speaker;
  const speaker: Speaker = {
    protocol,
    protocols: judging.protocols,
    localAddress: protocol.sourceAddress ?? addressTowards(host, protocol.neighbor) ?? host.address,
    routerId: config.routerId ?? host.address,
    peerIds: judging.peerIds,
    sendsAllPaths,
  };
  speakers.set(protocol, { judging, links, speaker });
  return speaker;
}
