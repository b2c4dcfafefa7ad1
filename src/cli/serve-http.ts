/**
 * The simulated API server over HTTP on loopback, for a real kubectl or any Kubernetes client. The same `handle` as inside the tab;
 * here the clock runs with the wall clock. No authentication, no TLS, only 127.0.0.1. Bad requests get a Status, never a crash.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  type ApiRequest,
  type ApiResponse,
  decodeProtobuf,
  PROTOBUF,
  type Sim,
  VERSIONS,
  type Watch,
  watchEvents,
} from '../engine/index.ts';

export interface ServeOptions {
  /** 0: any free port. */
  readonly port: number;
  /** The cluster to serve; default: the first. */
  readonly cluster?: string;
  /** Virtual time stands still but for requests (comparisons); default: it runs with the wall clock. */
  readonly frozen?: boolean;
}

export interface Serving {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** What kube-apiserver takes of a body. */
const BODY_LIMIT = 3 * 1024 * 1024;
const WATCH_INTERVAL_MS = 50;
const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

class Refusal extends Error {
  readonly code: number;
  readonly reason: string;
  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

function status({ code, reason, message }: Refusal): unknown {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let refused = false;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT) chunks.push(chunk);
      else if (!refused) {
        refused = true;
        chunks.length = 0;
        reject(new Refusal(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_LIMIT}`));
      }
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}

/** The body as text. kubectl 1.32's typed clients (`create`, `auth can-i`) send protobuf: that becomes the JSON it stands for. */
function textual(headers: Record<string, string>, body: Buffer): { headers: Record<string, string>; body: string } {
  const decoded = headers['content-type'] === PROTOBUF ? decodeProtobuf(body) : undefined;
  if (!decoded) return { headers, body: body.toString('utf8') };
  return { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(decoded) };
}

/**
 * kubectl asks for OpenAPI v2, in protobuf, before it checks a `kind: List`. It only wants to know whether there is a document: this
 * one has a title and no paths (gnostic's openapi.v2.Document).
 */
function sendsOpenApiV2(request: IncomingMessage, response: ServerResponse): boolean {
  if (!(request.url ?? '').startsWith('/openapi/v2')) return false;
  const field = (number: number, bytes: Uint8Array) => Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
  const info = Buffer.concat([field(1, Buffer.from('Kubernetes')), field(2, Buffer.from(VERSIONS.kubernetes))]);
  const bytes = Buffer.concat([field(1, Buffer.from('2.0')), field(2, info), field(8, Buffer.alloc(0))]);
  response.writeHead(200, {
    'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
    'content-length': bytes.length,
  });
  response.end(bytes);
  return true;
}

function send(response: ServerResponse, code: number, body: unknown, extra: Readonly<Record<string, string>> = {}): void {
  if (response.headersSent || response.destroyed) return;
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  const bytes = Buffer.from(text);
  response.writeHead(code, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-cache, private',
    ...extra,
  });
  response.end(bytes);
}

/** RFC 7234's warn-text: quotes and backslashes escaped. */
function warningHeader(text: string): string {
  return `299 - "${text.replace(/["\\]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')}"`;
}

/** Serves the simulation until `close`. */
export function serveHttp(sim: Sim, options: ServeOptions): Promise<Serving> {
  const cluster = options.cluster ?? Object.keys(sim.world().clusters)[0]!;
  const began = { wall: Date.now(), virtual: sim.world().now };
  const tick = () => {
    if (options.frozen) return;
    const due = began.virtual + (Date.now() - began.wall);
    if (due > sim.world().now) sim.advance(due - sim.world().now);
  };
  const timer = options.frozen ? undefined : setInterval(tick, 200);
  const watches = new Set<NodeJS.Timeout>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    tick();
    const method = request.method ?? 'GET';
    if (!METHODS.includes(method))
      throw new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
    const { headers, body } = textual(headersOf(request), await readBody(request));
    if (sendsOpenApiV2(request, response)) return;
    const asked: ApiRequest = {
      method: method as ApiRequest['method'],
      path: request.url ?? '/',
      headers,
      ...(body === '' ? {} : { body }),
    };
    const input = { type: 'api' as const, cluster, request: asked };
    const result = method === 'GET' ? sim.ask(input) : sim.dispatch(input, { session: 'serve', line: `${method} ${asked.path}` });
    if ('networkError' in result) throw new Refusal(503, 'ServiceUnavailable', result.message);
    if (options.frozen && method !== 'GET') sim.settle();
    if (result.watch) stream(request, response, result.watch);
    else respond(response, result);
  }

  function respond(response: ServerResponse, result: ApiResponse): void {
    const warnings = (result.warnings ?? []).map(warningHeader);
    const extra: Record<string, string> = { ...result.headers };
    if (warnings.length > 0) extra.warning = warnings.join(', ');
    send(response, result.status, result.body, extra);
  }

  function stream(request: IncomingMessage, response: ServerResponse, start: Watch): void {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    let watch = start;
    const pump = () => {
      tick();
      const { api } = sim.world().clusters[cluster]!;
      if (api.resourceVersion === watch.resourceVersion && watch !== start) return;
      const polled = watchEvents(api, watch, sim.world().now);
      watch = polled.watch;
      for (const event of polled.events) response.write(`${JSON.stringify(event)}\n`);
    };
    pump();
    const every = setInterval(pump, WATCH_INTERVAL_MS);
    watches.add(every);
    const stop = () => {
      clearInterval(every);
      watches.delete(every);
      response.end();
    };
    const seconds = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('timeoutSeconds') ?? 0);
    if (seconds > 0) setTimeout(stop, seconds * 1000).unref();
    request.on('close', stop);
    response.on('close', stop);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const refusal =
        error instanceof Refusal
          ? error
          : new Refusal(500, 'InternalError', error instanceof Error ? error.message : String(error));
      send(response, refusal.code, status(refusal), { connection: 'close' });
    });
  });
  hardenAgainstClients(server);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : options.port;
      resolve({
        url: `http://127.0.0.1:${port}`,
        port,
        close: () =>
          new Promise((done) => {
            if (timer) clearInterval(timer);
            for (const watch of watches) clearInterval(watch);
            server.closeAllConnections();
            server.close(() => done());
          }),
      });
    });
  });
}

/** Slow clients, upgrades (exec, port-forward) and what is no HTTP at all. */
function hardenAgainstClients(server: Server): void {
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    const what = /\/(exec|attach|portforward|proxy)\b/.exec(request.url ?? '')?.[1] ?? 'upgrade';
    const refusal = new Refusal(501, 'NotImplemented', `${what}: not simulated in this lab`);
    reply(socket, '501 Not Implemented', JSON.stringify(status(refusal)));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const slow = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    const refusal = slow
      ? new Refusal(408, 'Timeout', 'request timed out')
      : new Refusal(400, 'BadRequest', 'malformed HTTP request');
    reply(socket, slow ? '408 Request Timeout' : '400 Bad Request', JSON.stringify(status(refusal)));
  });
}

function reply(socket: Socket, line: string, body: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${line}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** A kubeconfig for the server: plain HTTP, nobody to log in as. */
export function kubeconfigText(url: string, namespace = 'default'): string {
  return `apiVersion: v1
kind: Config
clusters:
- name: nexthop
  cluster:
    server: ${url}
contexts:
- name: nexthop
  context:
    cluster: nexthop
    namespace: ${namespace}
    user: nobody
current-context: nexthop
users:
- name: nobody
  user:
    token: none
`;
}
