/** What a session is, for sending: put together from state and configuration. Used by the agent and by birdc alike. */
import type { Host, World } from '../../world.ts';
import type { BgpProtocol, BirdConfig, ProtocolConfig } from './config/types.ts';
import type { Speaker } from './exchange.ts';
import { indexOf } from './index-of-config.ts';
import { addressTowards } from './neighbourhood.ts';
import { mirrorOf } from './sessions.ts';
import type { BirdState } from './state.ts';
import type { Judging } from './table.ts';

export const protocolsByName = (config: BirdConfig): ReadonlyMap<string, ProtocolConfig> => indexOf(config).byName;

const judgings = new WeakMap<BirdConfig, Judging>();

/** What routes are compared with: the same object as long as the configuration and the peers' ids are. */
export function judgingFor(state: BirdState, config: BirdConfig): Judging {
  const last = judgings.get(config);
  const peerIds = new Map<string, string>();
  let same = last !== undefined;
  for (const { name } of indexOf(config).bgp) {
    const id = state.protocols[name]?.session?.peerId;
    if (id !== undefined) peerIds.set(name, id);
    if (last?.peerIds.get(name) !== id) same = false;
  }
  if (last && same) return last;
  const judging: Judging = { protocols: protocolsByName(config), peerIds };
  judgings.set(config, judging);
  return judging;
}

interface Known {
  readonly judging: Judging;
  readonly mirror: BgpProtocol | undefined;
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
  const mirror = mirrorOf(before, host, protocol);
  const links = host.netns['']?.links;
  const known = speakers.get(protocol);
  if (known && known.judging === judging && known.mirror === mirror && known.links === links) return known.speaker;
  const speaker: Speaker = {
    protocol,
    protocols: judging.protocols,
    localAddress: protocol.sourceAddress ?? addressTowards(host, protocol.neighbor) ?? host.address,
    routerId: config.routerId ?? host.address,
    peerIds: judging.peerIds,
    sendsAllPaths: ['tx', 'full'].includes(protocol.addPaths) && ['rx', 'full'].includes(mirror?.addPaths ?? 'off'),
  };
  speakers.set(protocol, { judging, mirror, links, speaker });
  return speaker;
}
