/**
 * What listens in a namespace: the simulated images' own answers, given by a real web server. A program that asks another one before
 * it answers (customer → summary → database) does so for real, through the real kernel's NAT; names are put in as addresses.
 *
 * Reads a healthy world for the answers. Leaves out the cluster's DNS, which scenarios therefore keep alive. Each answer carries `X-Seen`: the client's address and the place that answered.
 */
import {
  getObject,
  type HttpCall,
  type HttpRequest,
  imageNamed,
  type Place,
  type Service,
  type Sim,
  type Socket,
  type World,
} from '../../../src/engine/index.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

interface PathAnswer extends Answer {
  /** `http://10.49.213.58/519940`: asked first; any answer but 200 makes it `otherwise`. */
  readonly asks?: string;
  readonly otherwise?: Answer;
}

/** What a server does, as its script reads it. */
export interface ServerPlan {
  readonly name: string;
  readonly listen: readonly {
    readonly address: string;
    readonly port: number;
    /** By path; `*` for all others; absent: it closes every connection without a word. */
    readonly answers?: Readonly<Record<string, PathAnswer>>;
  }[];
}

/** Who plays the programs of a world in its namespaces. */
export interface Servers {
  /** Of the server, for Node: a ServerPlan comes as the first line of its standard input, `ready` is the first of its output. */
  readonly script: string;
  planOf(world: World, place: Place): ServerPlan;
  /** What is written to a server that goes on to ask: one line for each line of its output. */
  answer?(world: World, place: Place, line: string): Promise<string>;
}

const SERVER_SCRIPT = `
const http = require('node:http');
require('node:readline').createInterface({ input: process.stdin }).once('line', (text) => {
  const plan = JSON.parse(text);
  let waiting = plan.listen.length;
  const ready = () => { if (waiting-- <= 1) console.log('ready'); };
  for (const { address, port, answers } of plan.listen) {
    const server = http.createServer((request, response) => {
      if (!answers) return request.socket.destroy();
      const answer = answers[request.url] ?? answers['*'];
      const say = ({ status, body }) => {
        response.writeHead(status, { connection: 'close', 'x-seen': request.socket.remoteAddress + ' ' + plan.name });
        response.end(body);
      };
      if (!answer.asks) return say(answer);
      http.get(answer.asks, { agent: false }, (upstream) => { upstream.resume(); say(upstream.statusCode === 200 ? answer : answer.otherwise); })
        .on('error', () => say(answer.otherwise));
    });
    server.on('error', ready);
    server.listen(port, address, 1024, ready);
  }
  if (waiting === 0) console.log('ready');
});
`;

/** A path that no program knows. */
const NOWHERE = '/nosuch';

/** How a place is called in what was seen. */
export const nameOf = ({ host, netns }: Place): string => (netns === '' ? host : netns);

/** The programs of a world, as servers can play them. */
export class Applications implements Servers {
  readonly script = SERVER_SCRIPT;
  private readonly healthy: Sim;
  private readonly paths: readonly string[];

  /** @param healthy a world in which every program gets what it asks others for */
  constructor(healthy: Sim) {
    this.healthy = healthy;
    this.paths = this.askedPaths();
  }

  /** Everything that listens on TCP in a namespace; BIRD's own port is BIRD's. */
  planOf(world: World, place: Place): ServerPlan {
    const listen = listening(world, place).map((socket) => {
      const { address, port } = socket;
      if (!imageNamed(socket.app ?? '')?.http) return { address, port };
      const known = this.paths.map((path) => [path, this.answerTo(world, place, socket, path)] as const);
      return {
        address,
        port,
        answers: Object.fromEntries([...known, ['*', this.answerTo(world, place, socket, NOWHERE)] as const]),
      };
    });
    return { name: nameOf(place), listen };
  }

  /** `/` and what programs ask one another for. */
  private askedPaths(): readonly string[] {
    const world = this.healthy.world();
    const sockets = Object.values(world.hosts).flatMap((host) =>
      Object.keys(host.netns).flatMap((netns) => {
        const place = { host: host.name, netns };
        return listening(world, place).map((socket) => ({ place, socket }));
      }),
    );
    const paths = new Set(['/']);
    // A Set hands out what is added while it is walked.
    for (const path of paths) {
      for (const { place, socket } of sockets) {
        const { asks } = this.answerTo(world, place, socket, path);
        if (asks !== undefined) paths.add(new URL(asks).pathname);
      }
    }
    return [...paths];
  }

  private answerTo(world: World, place: Place, socket: Socket, path: string): PathAnswer {
    const asked: HttpRequest[] = [];
    const call = (fetch: HttpCall['fetch']): Answer => {
      const response = imageNamed(socket.app ?? '')?.http?.({ ...callTo(world, place, socket, path), fetch }).response;
      return { status: response?.status ?? 404, body: response?.body ?? '' };
    };
    const alone = call((before, request) => {
      asked.push(request);
      return { world: before, tookMs: 0 };
    });
    const first = asked[0];
    if (!first) return alone;
    const asks = byAddress(world, place, first.url);
    const from = { host: Object.values(this.healthy.world().hosts).find((host) => host.kind === 'node')!.name, netns: '' };
    const helped = call((before) => {
      const result = this.healthy.ask({ type: 'http', from, request: { ...first, url: asks } });
      return { world: before, tookMs: 0, ...(result.outcome === 'response' ? { response: result.response } : {}) };
    });
    return { ...helped, asks, otherwise: alone };
  }
}

export function listening(world: World, { host, netns }: Place): readonly Socket[] {
  return world.hosts[host]!.netns[netns]!.sockets.filter(
    ({ proto, address, process }) => proto === 'tcp' && process !== 'bird' && !address.startsWith('127.'),
  );
}

export function callTo(world: World, place: Place, socket: Socket, path: string): Omit<HttpCall, 'fetch'> {
  const address = world.hosts[place.host]!.address;
  return {
    world,
    place,
    method: 'GET',
    path,
    headers: [['Host', address]],
    body: '',
    client: { address, port: 40_000 },
    server: { address, port: socket.port },
    hostname: nameOf(place).split('/').at(-1)!,
    argv: [],
  };
}

/** A URL whose host is a service of the same namespace, by that service's address. */
function byAddress(world: World, place: Place, text: string): string {
  const url = new URL(text);
  const api = world.clusters[world.hosts[place.host]!.cluster ?? '']!.api;
  const service = getObject<Service>(api, 'services', `${place.netns.split('/')[0]}/${url.hostname}`);
  if (service?.spec.clusterIP) url.hostname = service.spec.clusterIP;
  return url.href;
}
