/** Listening sockets of a namespace. Models what `ss -ln` shows; connected sockets are conntrack's and the commands' business. */
import { toNumber } from '../net/address.ts';
import type { KernelError } from './errno.ts';
import type { NetNamespace, Socket } from './namespace.ts';

const ANY = '0.0.0.0';

/** Opens a listening socket. EADDRINUSE when the port is taken at that address (or at any, or by any). */
export function listen(ns: NetNamespace, socket: Socket): NetNamespace | KernelError {
  const taken = ns.sockets.some(
    (s) =>
      s.proto === socket.proto &&
      s.port === socket.port &&
      (s.address === socket.address || s.address === ANY || socket.address === ANY),
  );
  return taken ? { errno: 'EADDRINUSE' } : { ...ns, sockets: [...ns.sockets, socket] };
}

/** Closes the sockets that `closes` picks; the same namespace when there are none. */
export function closeSockets(ns: NetNamespace, closes: (socket: Socket) => boolean): NetNamespace {
  const sockets = ns.sockets.filter((s) => !closes(s));
  return sockets.length === ns.sockets.length ? ns : { ...ns, sockets };
}

/** The socket a packet to `address:port` reaches: one bound to the address (as text, or its number) before one bound to any. */
export function findSocket(ns: NetNamespace, proto: 'tcp' | 'udp', address: string | number, port: number): Socket | undefined {
  let any: Socket | undefined;
  for (const socket of ns.sockets) {
    if (socket.port !== port || socket.proto !== proto) continue;
    if (socket.address === ANY) any = socket;
    if (socket.address === address || (typeof address === 'number' && toNumber(socket.address) === address)) return socket;
  }
  return any;
}
