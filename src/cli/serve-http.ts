/**
 * The simulated API server over HTTP on loopback, for a real kubectl or any Kubernetes client. The same `handle` as inside the tab;
 * here the clock runs with the wall clock. No authentication, no TLS, only 127.0.0.1. Bad requests get a Status, never a crash;
 * slow clients are cut off.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ApiRequest, type ApiResponse, decodeProtobuf, PROTOBUF, type Sim, VERSIONS } from '../engine/index.ts';
import { Refusal, send, sendRaw, statusOf } from './serve-answer.ts';
import { createStreams } from './serve-stream.ts';

export interface ServeOptions {
  /** 0: any free port. */
  readonly port: number;
  /** The cluster to serve; default: the first. */
  readonly cluster?: string;
  /** Virtual time stands still but for requests (comparisons); default: it runs with the wall clock. */
  readonly frozen?: boolean;
  /** How long a client may take to send its headers, in ms (default 10 s), and its whole request (default 30 s). */
  readonly patience?: { readonly headers: number; readonly request: number };
}

export interface Serving {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** What kube-apiserver takes of a body. */
const BODY_LIMIT = 3 * 1024 * 1024;
/** What Go's server takes of headers. */
const HEADER_LIMIT = 1024 * 1024;
const PATIENCE = { headers: 10_000, request: 30_000 };
/** Longer than clients keep a connection: they must not meet one that closes under a request. */
const KEEP_ALIVE_MS = 120_000;
const TICK_MS = 200;
const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** @throws Refusal 413 */
function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT) chunks.push(chunk);
      // What is still to come is read and dropped: a client that is writing would else never read the answer.
      else reject(new Refusal(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${BODY_LIMIT}`));
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

/** The body as text. kubectl's typed clients (`create`, `auth can-i`) send protobuf since 1.32: that becomes the JSON it stands for. */
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
  if (!(request.url ?? '').startsWith('/openapi/v2') || !(request.headers.accept ?? '').includes('proto-openapi')) return false;
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

const FOLLOWED_LOG = /\/pods\/[^/]+\/log\?(?:.*&)?follow=(?:true|1)(?:&|$)/;

/** Serves the simulation until `close`. */
export function serveHttp(sim: Sim, options: ServeOptions): Promise<Serving> {
  const cluster = options.cluster ?? Object.keys(sim.world().clusters)[0]!;
  const began = { wall: Date.now(), virtual: sim.world().now };
  const tick = () => {
    if (options.frozen) return;
    const due = began.virtual + (Date.now() - began.wall);
    if (due > sim.world().now) sim.advance(due - sim.world().now);
  };
  const timer = options.frozen ? undefined : setInterval(tick, TICK_MS);
  const streams = createStreams(sim, cluster, tick);

  function handle(request: ApiRequest): ApiResponse {
    const input = { type: 'api' as const, cluster, request };
    const asked = sim.ask(input);
    if ('networkError' in asked) throw new Refusal(503, 'ServiceUnavailable', asked.message);
    // Only what succeeds is journaled: a client that sends nonsense for hours must not fill the memory.
    if (request.method === 'GET' || asked.status >= 400) return asked;
    const done = sim.dispatch(input, { session: 'serve', line: `${request.method} ${request.path}` }) as ApiResponse;
    if (options.frozen) sim.settle();
    return done;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    if (!METHODS.includes(method))
      throw new Refusal(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource');
    const { headers, body } = textual(headersOf(request), await readBody(request));
    tick();
    if (sendsOpenApiV2(request, response)) return;
    const path = request.url ?? '/';
    const asked: ApiRequest = { method: method as ApiRequest['method'], path, headers, ...(body === '' ? {} : { body }) };
    const result = handle(asked);
    if (result.watch) streams.watch(response, result.watch);
    else if (result.status === 200 && method === 'GET' && FOLLOWED_LOG.test(path)) streams.log(response, asked, result);
    else send(request, response, result);
  }

  const patience = options.patience ?? PATIENCE;
  const limits = {
    maxHeaderSize: HEADER_LIMIT,
    headersTimeout: patience.headers,
    requestTimeout: patience.request,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: Math.min(1000, patience.headers),
  };
  const server = createServer(limits, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      const refusal =
        error instanceof Refusal
          ? error
          : new Refusal(500, 'InternalError', error instanceof Error ? error.message : String(error));
      send(request, response, { status: refusal.code, headers: { connection: 'close' }, body: statusOf(refusal) });
    });
  });
  refuseUpgrades(server, handle);
  server.on('clientError', refuseNonsense);
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      clearInterval(timer);
      reject(error);
    });
    server.listen(options.port, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : options.port;
      resolve({
        url: `http://127.0.0.1:${port}`,
        port,
        close: () =>
          new Promise((done) => {
            clearInterval(timer);
            streams.close();
            server.closeAllConnections();
            server.close(() => done());
          }),
      });
    });
  });
}

/** exec, attach, port-forward and websocket watches: the API server says what it has there, and that is never another protocol. */
function refuseUpgrades(server: Server, handle: (request: ApiRequest) => ApiResponse): void {
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    const answer = handle({ method: 'GET', path: request.url ?? '/', headers: headersOf(request) });
    if (answer.status >= 400) return sendRaw(socket, answer.status, answer.body);
    sendRaw(socket, 501, statusOf(new Refusal(501, 'NotImplemented', 'upgrade: not simulated in this lab')));
  });
}

function refuseNonsense(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusals: Readonly<Record<string, Refusal>> = {
    ERR_HTTP_REQUEST_TIMEOUT: new Refusal(408, 'Timeout', 'request timed out'),
    HPE_HEADER_OVERFLOW: new Refusal(431, 'RequestEntityTooLarge', `Request headers too large: limit is ${HEADER_LIMIT}`),
  };
  const refusal = refusals[error.code ?? ''] ?? new Refusal(400, 'BadRequest', 'malformed HTTP request');
  sendRaw(socket, refusal.code, statusOf(refusal));
}

/** A kubeconfig for the server: plain HTTP (client-node wants to hear that there is nothing to verify), nobody to log in as. */
export function kubeconfigText(url: string, namespace = 'default'): string {
  return `apiVersion: v1
kind: Config
clusters:
- name: nexthop
  cluster:
    server: ${url}
    insecure-skip-tls-verify: true
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
