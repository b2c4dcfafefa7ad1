/** What is asked of a configuration again and again, worked out once: protocols by name and by neighbour. */
import type { BgpProtocol, BirdConfig, ProtocolConfig } from './config/types.ts';

export interface ConfigIndex {
  readonly byName: ReadonlyMap<string, ProtocolConfig>;
  readonly bgp: readonly BgpProtocol[];
  /** The first protocol for a neighbour, as bgp_find_proto() looks for it. */
  readonly byNeighbor: ReadonlyMap<string, BgpProtocol>;
  /** All sessions internal and none reflected: what internal peers send never goes out again. */
  readonly isPlain: boolean;
}

const indexes = new WeakMap<BirdConfig, ConfigIndex>();

export function indexOf(config: BirdConfig): ConfigIndex {
  const known = indexes.get(config);
  if (known) return known;
  const bgp = config.protocols.filter((protocol): protocol is BgpProtocol => protocol.type === 'bgp');
  const byNeighbor = new Map<string, BgpProtocol>();
  for (const protocol of bgp) if (!byNeighbor.has(protocol.neighbor)) byNeighbor.set(protocol.neighbor, protocol);
  const index: ConfigIndex = {
    byName: new Map(config.protocols.map((protocol) => [protocol.name, protocol])),
    bgp,
    byNeighbor,
    isPlain: bgp.every((protocol) => protocol.localAs === protocol.neighborAs && !protocol.rrClient),
  };
  indexes.set(config, index);
  return index;
}
