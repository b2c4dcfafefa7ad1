/**
 * The programs of a world played by themselves: a real server in each namespace takes a real request, the simulated image answers it,
 * and the server sends that answer's bytes in the writes the program would use. A program's own requests (customer → summary) are
 * answered by the simulation, not over the real network.
 *
 * Unlike routing/applications.ts, which compares what the network does and adds a header for it, this compares what clients print.
 */
import {
  closesAfter,
  type HttpCall,
  type HttpResponse,
  httpWrites,
  imageNamed,
  type Place,
  type Sim,
  type World,
} from '../../../src/engine/index.ts';
import { callTo, listening, nameOf, type ServerPlan, type Servers } from '../routing/applications.ts';

/** Tells a request it took as a line of JSON, and writes what the line that answers says. */
const RELAY_SCRIPT = `
const net = require('node:net');
const waiting = new Map();
let next = 0;
const lines = require('node:readline').createInterface({ input: process.stdin });
const answered = (text) => {
  const { id, writes, close } = JSON.parse(text);
  const socket = waiting.get(id);
  waiting.delete(id);
  for (const write of writes) socket.write(Buffer.from(write, 'base64'));
  if (close) socket.end();
};
const whole = (bytes) => {
  const text = bytes.toString('latin1');
  const end = text.indexOf('\\r\\n\\r\\n');
  if (end < 0) return undefined;
  const length = Number(/^content-length: *(\\d+)/im.exec(text.slice(0, end))?.[1] ?? 0);
  return bytes.length >= end + 4 + length ? { head: text.slice(0, end), body: bytes.subarray(end + 4).toString() } : undefined;
};
lines.once('line', (text) => {
  lines.on('line', answered);
  const plan = JSON.parse(text);
  let left = plan.listen.length;
  const ready = () => { if (left-- <= 1) console.log('ready'); };
  for (const { address, port } of plan.listen) {
    const server = net.createServer({ allowHalfOpen: true }, (socket) => {
      let bytes = Buffer.alloc(0);
      socket.on('error', () => {});
      socket.on('end', () => { if (!socket.writableEnded && ![...waiting.values()].includes(socket)) socket.end(); });
      socket.on('data', (chunk) => {
        bytes = Buffer.concat([bytes, chunk]);
        // A TLS handshake is no request to any of these programs.
        if (bytes[0] === 0x16) return socket.end('HTTP/1.0 400 Bad Request\\r\\n\\r\\n');
        const request = whole(bytes);
        if (!request) return;
        bytes = Buffer.alloc(0);
        waiting.set(++next, socket);
        console.log(JSON.stringify({ id: next, port, ...request, client: [socket.remoteAddress, socket.remotePort], server: socket.localAddress }));
      });
    });
    server.on('error', ready);
    server.listen(port, address, 1024, ready);
  }
  if (left === 0) console.log('ready');
});
`;

interface Taken {
  readonly id: number;
  readonly port: number;
  readonly head: string;
  readonly body: string;
  readonly client: readonly [address: string, port: number];
  readonly server: string;
}

export class Relay implements Servers {
  readonly script = RELAY_SCRIPT;
  private readonly sim: Sim;

  /** @param sim of the world whose programs answer */
  constructor(sim: Sim) {
    this.sim = sim;
  }

  planOf(world: World, place: Place): ServerPlan {
    return { name: nameOf(place), listen: listening(world, place).map(({ address, port }) => ({ address, port })) };
  }

  async answer(world: World, place: Place, line: string): Promise<string> {
    const taken = JSON.parse(line) as Taken;
    const response = this.respond(world, place, taken);
    const writes = response ? httpWrites(response) : [];
    const close = !response || closesAfter(response);
    return JSON.stringify({ id: taken.id, writes: writes.map((text) => Buffer.from(text).toString('base64')), close });
  }

  private respond(world: World, place: Place, { port, head, body, client, server }: Taken): HttpResponse | undefined {
    const socket = listening(world, place).find((each) => each.port === port)!;
    const [first = '', ...headers] = head.split('\r\n');
    const [method = '', path = '', version = ''] = first.split(' ');
    const call: HttpCall = {
      ...callTo(world, place, socket, path),
      method,
      body,
      version: version === 'HTTP/1.0' ? '1.0' : '1.1',
      headers: headers.map((each) => /^([^:]*): *(.*)$/.exec(each)!.slice(1) as [string, string]),
      client: { address: client[0], port: client[1] },
      server: { address: server, port },
      fetch: (before, request) => {
        const result = this.sim.ask({ type: 'http', from: place, request });
        return { world: before, tookMs: 0, ...(result.outcome === 'response' ? { response: result.response } : {}) };
      },
    };
    return imageNamed(socket.app ?? '')?.http?.(call).response;
  }
}
