/**
 * What -v=6 and above tell of each request: client-go's debugging round trippers (6 and 7: line, headers, status; 8: bodies to 1024
 * characters; 9: the request as a curl, times, bodies to 10240; 10: all) and rest.Request's bodies, which name the line of Go that asked.
 * Left out: real times, every one is a millisecond; protobuf, which typed clients speak: their bodies are shown as JSON and say so.
 */
import type { ApiResponse } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import type { Send } from './client.ts';
import { quote } from './flags.ts';
import { klogHead } from './klog.ts';

/** The lines of client-go's typed clients (gentype/type.go). */
const TYPED = {
  GET: 'type.go:168',
  LIST: 'type.go:204',
  POST: 'type.go:252',
  PATCH: 'type.go:328',
  PUT: 'type.go:276',
  DELETE: '',
};
/** The lines of cli-runtime's Helper. */
const HELPER = {
  GET: 'helper.go:105',
  LIST: 'helper.go:113',
  DELETE: 'helper.go:202',
  POST: 'helper.go:246',
  PATCH: 'helper.go:269',
  PUT: 'helper.go:319',
};

/** Paths that only one place in client-go asks for. */
const PLACES: Readonly<Record<string, string>> = {
  '/api': 'discovery_client.go:253',
  '/apis': 'discovery_client.go:319',
  '/version': 'discovery_client.go:658',
  '/openapi/v3': 'client.go:46',
};

/** `/api/v1/namespaces/yaobank/services`: no object's own path. */
function isCollection(path: string): boolean {
  const parts = path.split('/').slice(path.startsWith('/apis/') ? 4 : 3);
  return parts.length === 1 || (parts[0] === 'namespaces' && parts.length === 3);
}

function callerOf(request: Send): string {
  const { method, path, typed, caller } = request;
  if (caller !== undefined) return caller;
  if (request.raw) return 'raw.go:84';
  if (Object.hasOwn(PLACES, path)) return PLACES[path]!;
  if (path.startsWith('/openapi/v3/')) return 'groupversion.go:75';
  if (request.query?.watch) return 'request.go:736';
  const verb = method === 'GET' && isCollection(path) ? 'LIST' : method;
  return (typed && TYPED[verb]) || HELPER[verb];
}

/** A value of klog's structured lines: quoted, or on lines of its own when it has several. */
function klogValue(text: string): string {
  if (!text.includes('\n')) return quote(text);
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  return `<\n${lines.map((line) => `\t${line}\n`).join('')} >`;
}

/** Pod logs and `--raw` are streams, as a watch is: nobody reads them for the log. */
function isStream({ raw, path, query }: Send): boolean {
  return raw === true || path.endsWith('/log') || query?.watch === true;
}

/** What the answer is on the wire. */
export function bodyText({ body, indented }: ApiResponse): string {
  if (typeof body === 'string') return body;
  return indented ? JSON.stringify(body, undefined, 2) : `${JSON.stringify(body)}\n`;
}

/** net/http counts what fits its buffer. */
const COUNTED = 2048;

function responseHeaders(response: ApiResponse, now: number): readonly string[] {
  const text = bodyText(response);
  const type = typeof response.body === 'string' ? 'text/plain' : 'application/json';
  const headers: Record<string, string> = { 'Cache-Control': 'no-cache, private', 'Content-Type': type };
  for (const [name, value] of Object.entries(response.headers ?? {})) {
    headers[name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())] = value;
  }
  if (!response.watch && text.length <= COUNTED) headers['Content-Length'] = String(text.length);
  headers.Date = new Date(now).toUTCString();
  return Object.keys(headers)
    .sort()
    .map((name) => `    ${name}: ${headers[name]}`);
}

export class WireLog {
  readonly #process: Process;
  readonly #level: number;
  #connected = false;

  constructor(process: Process, level: number) {
    this.#process = process;
    this.#level = level;
  }

  #say(source: string, line: string): void {
    this.#process.err(`${klogHead(this.#process, 'I', source)}${line}\n`);
  }

  #trip(line: number, text: string): void {
    this.#say(`round_trippers.go:${line}`, text);
  }

  #body(request: Send, what: string, body: string): void {
    const limit = this.#level >= 10 ? Number.POSITIVE_INFINITY : this.#level >= 9 ? 10240 : 1024;
    const shown = body.length > limit ? `${body.slice(0, limit)} [truncated ${body.length - limit} chars]` : body;
    this.#say(callerOf(request), `"${what} Body" body=${klogValue(shown)}`);
  }

  /** Before the request goes out. */
  asking(request: Send, body = ''): void {
    if (this.#level < 8) return;
    const { method, typed } = request;
    // Encoders end what they write with a newline; a patch is sent as it is.
    const encoded = body !== '' && method !== 'PATCH' ? `${body}\n` : body;
    this.#body(request, 'Request', typed && encoded !== body ? `protobuf is not simulated in this lab: ${encoded}` : encoded);
  }

  /** @param headers those of the request, in the order in which they are written */
  answered(
    request: Send,
    url: string,
    headers: readonly (readonly [string, string])[],
    response: ApiResponse,
    status: string,
  ): void {
    if (this.#level < 6) return;
    const { method } = request;
    if (this.#level >= 9) {
      this.#trip(
        473,
        `curl -v -X${method} ${headers.map(([name, value]) => ` -H ${quote(`${name}: ${value}`)}`).join('')} '${url}'`,
      );
      this.#times(url, method, status);
    } else if (this.#level >= 7) {
      this.#trip(470, `${method} ${url}`);
      this.#trip(476, 'Request Headers:');
      for (const [name, value] of headers) this.#trip(480, `    ${name}: ${value}`);
      this.#trip(581, `Response Status: ${status} in 1 milliseconds`);
    } else this.#trip(560, `${method} ${url} ${status} in 1 milliseconds`);
    if (this.#level < 8) return;
    this.#trip(584, 'Response Headers:');
    for (const line of responseHeaders(response, this.#process.now())) this.#trip(587, line);
    if (!isStream(request)) this.#body(request, 'Response', bodyText(response));
  }

  #times(url: string, method: string, status: string): void {
    const address = /^[a-z]+:\/\/([^/]+)/.exec(url)?.[1] ?? '';
    if (!this.#connected) this.#trip(517, `HTTP Trace: Dial to tcp:${address} succeed`);
    this.#trip(560, `${method} ${url} ${status} in 1 milliseconds`);
    const connecting = this.#connected ? 'GetConnection 0 ms' : 'DNSLookup 0 ms Dial 0 ms TLSHandshake 0 ms';
    this.#trip(577, `HTTP Statistics: ${connecting} ServerProcessing 1 ms Duration 1 ms`);
    this.#connected = true;
  }
}
