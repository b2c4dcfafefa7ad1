/** The sockets that ss and netstat list: who listens, and the connections of BGP sessions. Other flows come and go in one moment. */
import { bgpConnections, type Socket } from '../../engine/index.ts';
import type { Process } from '../command.ts';
import { socketOwner } from '../process-table.ts';

export interface ListedSocket extends Pick<Socket, 'proto' | 'address' | 'port' | 'process'> {
  readonly state: 'LISTEN' | 'UNCONN' | 'ESTAB';
  readonly peer?: { readonly address: string; readonly port: number };
  /** Who holds it; undefined: nobody who can be seen. */
  readonly pid: number | undefined;
}

export function socketsOf({ sim, place, kernel }: Process): readonly ListedSocket[] {
  const world = sim.world();
  const host = world.hosts[place.host];
  const pidOf = (socket: Pick<Socket, 'process' | 'container'>) => socketOwner(world, place, socket);
  const listening = kernel
    .namespace()
    .sockets.map(
      (socket): ListedSocket => ({ ...socket, state: socket.proto === 'tcp' ? 'LISTEN' : 'UNCONN', pid: pidOf(socket) }),
    );
  if (place.netns !== '' || !host) return listening;
  const bird = { process: 'bird' };
  const sessions = bgpConnections(world, host).map(
    ({ local, localPort, peer, peerPort }): ListedSocket => ({
      ...bird,
      proto: 'tcp',
      address: local,
      port: localPort,
      peer: { address: peer, port: peerPort },
      state: 'ESTAB',
      pid: pidOf(bird),
    }),
  );
  return [...listening, ...sessions];
}
