/**
 * HTTP between processes of the world: names resolved, a connection walked through real tables, the server's program asked.
 *
 * Reads and writes the world: conntrack, counters and `world.flows` by packet/exchange, the server's log. What went wrong comes back
 * as data; the words for it are the client's (curl's) business. Nothing is waited for here: `tookMs` and the kinds of silence say
 * how long a client would have waited. Leaves out redirects (the client follows them), keep-alive and certificates.
 */
import { appendLog } from '../daemons/kubelet/log.ts';
import type { Errno } from '../kernel/errno.ts';
import { findSocket } from '../kernel/socket.ts';
import { exchange, resume, withConversation } from '../packet/exchange.ts';
import { outcomeOf } from '../packet/outcome.ts';
import type { Conversation, Trace } from '../packet/trace.ts';
import type { Place, World } from '../world.ts';
import { resolveName } from './dns.ts';
import { byteLength, type HttpAnswer, type HttpCall, type HttpRequest, type HttpResponse, header } from './image.ts';
import { hostnameAt } from './place.ts';
import { imageNamed } from './registry.ts';
import { parseUrl, type Url } from './url.ts';

/** Where a client connected to. */
interface Connected {
  readonly address: string;
  readonly port: number;
  readonly trace: Trace;
  /** The walks of the name's resolution. */
  readonly dns: readonly Trace[];
  /** What resolving and the server's own requests cost, ms. */
  readonly tookMs: number;
}

export type HttpResult =
  | (Connected & {
      readonly outcome: 'response';
      readonly response: HttpResponse;
      /** The client's address as the server saw it. */
      readonly client: string;
      /** Where the server runs and what it is. */
      readonly server: { readonly place: Place; readonly process: string; readonly tls: boolean };
    })
  /** connect() failed: refused, no route, ARP failed …; `afterMs` later. */
  | (Connected & { readonly outcome: 'connect-failed'; readonly errno: Errno; readonly afterMs: number })
  /** Nobody answers the SYN: a client waits for its timeout. */
  | (Connected & { readonly outcome: 'no-answer' })
  /** The server closed without a word. */
  | (Connected & { readonly outcome: 'empty-reply' })
  /** https to a server that speaks plain text. */
  | (Connected & { readonly outcome: 'not-tls' })
  | { readonly outcome: 'malformed-url' }
  | { readonly outcome: 'unsupported-scheme'; readonly scheme: string }
  | {
      readonly outcome: 'unresolved';
      readonly host: string;
      readonly timedOut: boolean;
      readonly tookMs: number;
      readonly dns: readonly Trace[];
    };

/** How a client wants to be connected. */
export interface Connecting {
  /** Id of the trace whose connection is used again. */
  readonly over?: string;
  /** Own address and port it binds to. */
  readonly src?: string;
  readonly sport?: number;
  /** More will be asked over this connection: it stays open. */
  readonly keep?: boolean;
}

/** Requests may cause requests (customer → summary → database); a circle of them ends here. */
const MAX_DEPTH = 8;
/** How long connect() goes on sending SYNs: six retries, Linux's default. */
const SYN_TIMEOUT_MS = 130_000;

/** What a server's program hands to the kernel for an answer, one text a write. */
export function httpWrites({ version, status, reason, headers, body, unbuffered }: HttpResponse): readonly string[] {
  const lines = [`HTTP/${version} ${status} ${reason}`, ...headers.map(([name, value]) => `${name}: ${value}`), ''];
  const writes = [...lines.map((line) => `${line}\r\n`), body];
  return unbuffered ? writes.filter((text) => text !== '') : [writes.join('')];
}

/** Sends one request from a place and gives what came of it. */
export function httpRequest(
  world: World,
  from: Place,
  request: HttpRequest,
  connect: Connecting = {},
): { readonly world: World; readonly result: HttpResult } {
  return send(world, from, request, 0, connect);
}

function send(
  world: World,
  from: Place,
  request: HttpRequest,
  depth: number,
  { over, keep = false, ...bound }: Connecting = {},
): { readonly world: World; readonly result: HttpResult } {
  const url = parseUrl(request.url);
  if (!url) return { world, result: { outcome: 'malformed-url' } };
  if (url.scheme !== 'http' && url.scheme !== 'https')
    return { world, result: { outcome: 'unsupported-scheme', scheme: url.scheme } };
  const known = over === undefined ? undefined : world.flows.find(({ id }) => id === over);
  if (known) return again(world, url, request, known, depth, keep);
  const { world: resolved, addresses, timedOut, tookMs, traces: dns } = resolveName(world, from, url.host);
  const address = addresses[0];
  if (address === undefined) return { world: resolved, result: { outcome: 'unresolved', host: url.host, timedOut, tookMs, dns } };
  const length = byteLength(request.body ?? '') + 200;
  const walked = exchange(resolved, { from, proto: 'tcp', dst: address, dport: url.port, length, ...bound });
  const connected: Connected = { address, port: url.port, trace: walked.trace, dns, tookMs };
  const outcome = outcomeOf(walked.trace);
  if (outcome.type === 'silence') return { world: walked.world, result: { ...connected, outcome: 'no-answer' } };
  if (outcome.type === 'error') {
    const { errno, afterMs } = outcome;
    return { world: walked.world, result: { ...connected, outcome: 'connect-failed', errno, afterMs } };
  }
  return answered(walked.world, url, request, connected, depth, keep);
}

/** Over a connection that stands. */
function again(world: World, url: Url, request: HttpRequest, known: Trace, depth: number, keep: boolean) {
  const { world: after, trace } = resume(world, known);
  const connected = { address: known.flow.dst, port: known.flow.dport, trace, dns: [], tookMs: 0 };
  return answered(after, url, request, connected, depth, keep);
}

function answered(
  world: World,
  url: Url,
  request: HttpRequest,
  connected: Connected,
  depth: number,
  keep: boolean,
): { readonly world: World; readonly result: HttpResult } {
  const { place, header: packet } = connected.trace.received!;
  const socket = findSocket(world.hosts[place.host]!.netns[place.netns]!, 'tcp', packet.dst, packet.dport);
  const image = imageNamed(socket?.app ?? '');
  const tls = image?.tls?.includes(packet.dport) ?? false;
  if (url.scheme === 'https' && !tls) return { world, result: { ...connected, outcome: image?.http ? 'not-tls' : 'empty-reply' } };
  const headers = headersOf(request, url);
  if (!socket || !image?.http || depth >= MAX_DEPTH) return { world, result: { ...connected, outcome: 'empty-reply' } };
  const call: HttpCall = {
    world,
    place,
    method: request.method,
    path: url.path,
    headers,
    body: request.body ?? '',
    ...(request.version && { version: request.version }),
    client: { address: packet.src, port: packet.sport },
    server: { address: packet.dst, port: packet.dport },
    hostname: hostnameAt(place),
    argv: argvOf(world, place, socket.container),
    fetch: (before, nested) => fetched(before, place, nested, depth + 1),
  };
  const answer: HttpAnswer = image.http(call);
  const after =
    socket.container && answer.lines?.length ? appendLog(answer.world, place.host, socket.container, answer.lines) : answer.world;
  const said = withConversation(after, connected.trace, conversationOf(call, answer, connected.trace, keep));
  const done = { ...connected, tookMs: connected.tookMs + (answer.tookMs ?? 0) };
  if (!answer.response) return { world: said, result: { ...done, outcome: 'empty-reply' } };
  const server = { place, process: socket.process, tls };
  return { world: said, result: { ...done, outcome: 'response', response: answer.response, client: packet.src, server } };
}

function conversationOf(call: HttpCall, { response, tookMs = 0 }: HttpAnswer, trace: Trace, keep: boolean): Conversation {
  const { method, path, version = '1.1', body } = call;
  const lines = call.headers.filter(([name]) => !name.startsWith(':')).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `${method} ${path} HTTP/${version}\r\n${lines.join('')}\r\n${body}`;
  return {
    turns: [
      { by: 'client', writes: [written(request)], afterMs: 0 },
      ...(response ? [{ by: 'server', writes: httpWrites(response).map(written), afterMs: tookMs } as const] : []),
    ],
    ...(!response || closesAfter(response) ? { closedBy: 'server' } : keep ? {} : { closedBy: 'client' }),
    ...(trace.conversation?.resumed && { resumed: true }),
  };
}

const written = (text: string) => ({ length: byteLength(text), text });

/** Whether the server closes the connection once it has answered. */
export const closesAfter = ({ version, headers }: HttpResponse): boolean =>
  version === '1.0' || header(headers, 'connection')?.toLowerCase() === 'close';

function headersOf(request: HttpRequest, url: Url): readonly (readonly [string, string])[] {
  const given = request.headers ?? [];
  const host = url.port === 80 ? url.host : `${url.host}:${url.port}`;
  const named = header(given, 'host') === undefined ? ([['Host', host], ...given] as const) : given;
  // Not on the wire: tells a program's TLS ports apart.
  return url.scheme === 'https' ? [...named, [':tls', '1']] : named;
}

function argvOf(world: World, place: Place, container = ''): readonly string[] {
  const cut = container.lastIndexOf('/');
  const pod = world.hosts[place.host]?.daemons.kubelet?.pods?.[container.slice(0, cut)];
  return pod?.containers[container.slice(cut + 1)]?.argv ?? [];
}

function fetched(world: World, place: Place, request: HttpRequest, depth: number) {
  const { world: after, result } = send(world, place, request, depth);
  if (result.outcome === 'response') return { world: after, response: result.response, tookMs: result.tookMs };
  const waited = result.outcome === 'no-answer' ? SYN_TIMEOUT_MS : result.outcome === 'connect-failed' ? result.afterMs : 0;
  return { world: after, tookMs: waited + ('tookMs' in result ? result.tookMs : 0) };
}
