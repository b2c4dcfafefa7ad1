/**
 * The TCP connections of a host's established BGP sessions, as its kernel has them. Which end opened one, and from which port, is what
 * the race of two BIRDs leaves to chance: here the world's seed decides, for both ends alike.
 */
import { random } from '../../net/random.ts';
import type { Host, World } from '../../world.ts';
import { configOf } from './config/parse.ts';
import { indexOf } from './index-of-config.ts';
import { addressTowards } from './neighbourhood.ts';

export interface BgpConnection {
  readonly local: string;
  readonly localPort: number;
  readonly peer: string;
  readonly peerPort: number;
}

const EPHEMERAL = { first: 32_768, count: 28_232 };

export function bgpConnections(world: World, host: Host): readonly BgpConnection[] {
  const { bird } = host.daemons;
  const config = bird?.running ? configOf(bird.loaded) : undefined;
  if (!bird || !config) return [];
  return indexOf(config).bgp.flatMap((protocol) => {
    const session = bird.protocols[protocol.name]?.session;
    const local = protocol.sourceAddress ?? addressTowards(host, protocol.neighbor);
    if (session?.phase !== 'Established' || local === undefined) return [];
    const { neighbor: peer, neighborPort } = protocol;
    const ends = [local, peer].sort();
    const draw = (what: string) => random(world.seed, 'bgp connection', ...ends, what);
    const opener = draw('opener') < 0.5 ? ends[0] : ends[1];
    const port = EPHEMERAL.first + 2 * Math.floor((draw('port') * EPHEMERAL.count) / 2);
    const opened = opener === local;
    return [{ local, localPort: opened ? port : neighborPort, peer, peerPort: opened ? neighborPort : port }];
  });
}
