/**
 * The REST client: requests to the API server through this process's network, their logging at -v=6 and above, and the turning of
 * Status answers into errors. Models client-go's rest.Request and its debugging round tripper.
 */
import type { ApiRequest, ApiResponse, Watch, WatchEvent } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import { Discovery } from './discovery.ts';
import { NetworkFailure, StatusError } from './errors.ts';
import type { FlagValues } from './flags.ts';
import { klogHead } from './klog.ts';
import type { Config } from './kubeconfig.ts';
import { goJson, isDoc, text, type Value } from './value.ts';
import { WireLog } from './wirelog.ts';

export const TABLE =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';
const USER_AGENT = 'kubectl/v1.32.5 (linux/amd64) kubernetes/9894294';
export const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** Commands that read what they work on into Go types (a builder WithScheme): their REST client takes anything beside JSON. */
const SCHEME = new Set(
  'attach cluster-info cordon cp debug drain exec expose logs port-forward rollout run set taint uncordon version'.split(' '),
);

export interface Send {
  readonly method: ApiRequest['method'];
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: Value;
  /** A body that is already text. */
  readonly text?: string;
  /** The path is the user's own (`get --raw`): nothing is known of what it means. */
  readonly raw?: boolean;
  /** Sent by one of client-go's typed clients; -v=8 tells. */
  readonly typed?: boolean;
  /** The line of Go that sends it, where it is another one. */
  readonly caller?: string;
}

/** `?a=1&b=2`, keys in order as Go's url.Values.Encode. */
function encodeQuery(query: Send['query']): string {
  const pairs = Object.entries(query ?? {})
    .filter(([, value]) => value !== undefined && value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${queryEscape(key)}=${queryEscape(String(value))}`);
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

function queryEscape(value: string): string {
  return encodeURIComponent(value)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+');
}

/** As they are logged. */
const HEADERS = [
  ['Accept', 'accept'],
  ['Content-Type', 'content-type'],
  ['User-Agent', 'user-agent'],
  ['Impersonate-User', 'impersonate-user'],
  ['Impersonate-Group', 'impersonate-group'],
] as const;

export class Client {
  readonly #process: Process;
  readonly #config: Config;
  readonly #log: WireLog;
  readonly #byScheme: boolean;
  readonly #impersonated: Readonly<Record<string, string>>;
  readonly #warningsSeen = new Set<string>();
  warned = false;
  readonly discovery: Discovery;

  constructor(process: Process, config: Config, flags: FlagValues, command: string) {
    this.#process = process;
    this.#config = config;
    this.#byScheme = SCHEME.has(command.split(' ')[0]!);
    const [user, groups] = [flags.string('as'), flags.list('as-group')];
    this.#impersonated = {
      ...(user === '' ? {} : { 'impersonate-user': user }),
      ...(groups.length === 0 ? {} : { 'impersonate-group': groups.join(', ') }),
    };
    this.#log = new WireLog(process, flags.int('v'));
    this.discovery = new Discovery(this, process.sim);
  }

  /** The server's URL as the kubeconfig has it. */
  get server(): string {
    return this.#config.server ?? 'http://localhost:8080';
  }

  /** @throws StatusError for an answer of 400 and above, NetworkFailure when nothing answers */
  send(request: Send): ApiResponse {
    const response = this.exchange(request);
    if (response.status >= 400) throw statusError(response, request);
    return response;
  }

  get(path: string, query?: Send['query'], accept?: string, more?: Pick<Send, 'typed' | 'caller'>): Value {
    return this.send({ method: 'GET', path, query, accept, ...more }).body as Value;
  }

  /** Like `send`, whatever the status. */
  exchange(request: Send): ApiResponse {
    const path = request.path + encodeQuery(request.query);
    const body = request.text ?? (request.body === undefined ? undefined : goJson(request.body));
    const headers: Record<string, string> = { accept: this.#acceptOf(request), 'user-agent': USER_AGENT, ...this.#impersonated };
    if (body !== undefined) headers['content-type'] = request.contentType ?? JSON_TYPE;
    const cluster = this.#process.cluster;
    if (this.#config.server === undefined) throw this.#unconfigured();
    if (!this.#reaches()) {
      const hostPort = hostPortOf(this.server);
      this.#undiscovered(`${this.server}/api?timeout=32s`, hostPort);
      throw new NetworkFailure('refused', hostPort, `dial tcp ${hostPort}: connect: connection refused`);
    }
    this.#log.asking(request, body);
    const response = cluster.request({ method: request.method, path, headers, body });
    if ('networkError' in response) {
      throw new NetworkFailure(response.networkError, hostPortOf(this.server), response.message);
    }
    if (request.typed && request.contentType === undefined && body !== undefined) headers['content-type'] = PROTOBUF;
    const sent = HEADERS.flatMap(([name, key]) => (headers[key] ? [[name, headers[key]] as const] : []));
    const status = `${response.status} ${REASONS[response.status] ?? ''}`.trim();
    this.#log.answered(request, `${this.server.replace(/\/$/, '')}${path}`, sent, response, status);
    for (const warning of response.warnings ?? []) this.warn(warning);
    return response;
  }

  #acceptOf({ accept, typed, raw, caller = '', path }: Send): string {
    if (accept !== undefined) return accept;
    if (typed) return `${PROTOBUF},${JSON_TYPE}`;
    const any = raw || path === '/version' || /^(client|discovery_client)\.go/.test(caller);
    return any || (this.#byScheme && !caller.startsWith('simple.go')) ? `${JSON_TYPE}, */*` : JSON_TYPE;
  }

  /** Events since the watch's version; waits `ms` of virtual time first. */
  async next(watch: Watch, ms: number, why: string): Promise<{ readonly events: readonly WatchEvent[]; readonly watch: Watch }> {
    if (ms > 0) await this.#process.sleep(ms, why);
    const polled = this.#process.cluster.poll(watch);
    if ('networkError' in polled) throw new NetworkFailure(polled.networkError, hostPortOf(this.server), polled.message);
    return polled;
  }

  /** The configured server is the one this process's network client speaks to. */
  #reaches(): boolean {
    const known = this.#process.cluster;
    return known.configured ? hostPortOf(known.server) === hostPortOf(this.server) || this.#sameHost(known.server) : false;
  }

  #sameHost(server: string): boolean {
    return server.replace(/\/+$/, '') === this.server.replace(/\/+$/, '');
  }

  #unconfigured(): NetworkFailure {
    this.#undiscovered('http://localhost:8080/api?timeout=32s', '127.0.0.1:8080');
    return new NetworkFailure('refused', 'localhost:8080', 'dial tcp 127.0.0.1:8080: connect: connection refused');
  }

  /** Discovery tries five times before kubectl gives up on a server it knows nothing of. */
  #undiscovered(url: string, address: string): void {
    const head = klogHead(this.#process, 'E', 'memcache.go:265');
    const line = `${head}"Unhandled Error" err="couldn't get current server API group list: Get \\"${url}\\": dial tcp ${address}: connect: connection refused"\n`;
    this.#process.err(line.repeat(5));
  }

  /** A warning of kubectl's own or the server's; each is said once. */
  warn(warning: string): void {
    if (this.#warningsSeen.has(warning)) return;
    this.#warningsSeen.add(warning);
    this.warned = true;
    this.#process.err(`Warning: ${warning}\n`);
  }

  warnings(): number {
    return this.#warningsSeen.size;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  410: 'Gone',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

const UNKNOWN_PATH = 'the server could not find the requested resource';

/** client-go says what it asked for when the server does not know the path at all: `(get deployments.apps customer)`. */
function asked({ method, path }: Send): string {
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const group = parts[0] === 'apis' ? parts[1]! : '';
  const rest = parts.slice(parts[0] === 'apis' ? 3 : 2);
  if (rest[0] === 'namespaces' && rest.length > 2) rest.splice(0, 2);
  const [resource, name] = rest;
  if (!resource) return '';
  const verb = method === 'PUT' ? 'put' : method.toLowerCase();
  return ` (${[verb, group === '' ? resource : `${resource}.${group}`, ...(name ? [name] : [])].join(' ')})`;
}

function statusError(response: ApiResponse, request: Send): StatusError {
  if (isDoc(response.body) && text(response.body, 'kind') === 'Status') {
    return new StatusError(response.body);
  }
  return new StatusError({
    kind: 'Status',
    message: request.raw ? UNKNOWN_PATH : UNKNOWN_PATH + asked(request),
    reason: response.status === 404 ? 'NotFound' : 'InternalError',
    code: response.status,
  });
}

/** `https://10.0.1.20:6443/x` → `10.0.1.20:6443`. */
export function hostPortOf(server: string): string {
  return server.replace(/^[a-z]+:\/\//, '').replace(/\/.*$/, '');
}
