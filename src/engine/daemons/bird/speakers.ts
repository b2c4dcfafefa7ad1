/** What a session is, for sending: put together from state and configuration. Used by the agent and by birdc alike. */
import type { Host, World } from '../../world.ts';
import type { BgpProtocol, BirdConfig, ProtocolConfig } from './config/types.ts';
import type { Speaker } from './exchange.ts';
import { addressTowards } from './neighbourhood.ts';
import { mirrorOf } from './sessions.ts';
import type { BirdState } from './state.ts';
import type { Judging } from './table.ts';

const protocolMaps = new WeakMap<BirdConfig, ReadonlyMap<string, ProtocolConfig>>();

export function protocolsByName(config: BirdConfig): ReadonlyMap<string, ProtocolConfig> {
  let map = protocolMaps.get(config);
  if (!map) {
    map = new Map(config.protocols.map((protocol) => [protocol.name, protocol]));
    protocolMaps.set(config, map);
  }
  return map;
}

export function judgingFor(state: BirdState, config: BirdConfig): Judging {
  const peerIds = new Map<string, string>();
  for (const [name, { session }] of Object.entries(state.protocols)) if (session?.peerId) peerIds.set(name, session.peerId);
  return { protocols: protocolsByName(config), peerIds };
}

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
  return {
    protocol,
    protocols: judging.protocols,
    localAddress: protocol.sourceAddress ?? addressTowards(host, protocol.neighbor) ?? host.address,
    routerId: config.routerId ?? host.address,
    peerIds: judging.peerIds,
    sendsAllPaths: ['tx', 'full'].includes(protocol.addPaths) && ['rx', 'full'].includes(mirror?.addPaths ?? 'off'),
  };
}
