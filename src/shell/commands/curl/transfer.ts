/**
 * One transfer of curl: the request over a connection (connect.ts), the answer, the words. Texts and exit codes are curl 7.88.1's,
 * taken from the real one.
 */
import { closesAfter, type HttpResult, type InputResult, random } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import {
  bindProblem,
  CONNECT_MS,
  type Connections,
  connectPatiently,
  type End,
  endOf,
  failedToConnect,
  failure,
  isAddress,
  keyOf,
  type Progress,
  refused,
  type State,
  sayBound,
  type Transferred,
  timedOut,
  unresolved,
  wait,
  withoutAddress,
} from './connect.ts';
import { createBar, createMeter, silentMeter } from './meter.ts';
import type { CurlOptions } from './options.ts';
import { type Outgoing, outgoing, PORTS, type Target } from './request.ts';
import type { Facts } from './write-out.ts';

const ANSWER_MS = 1.6;

const sayer = (process: Process, flags: ReadonlySet<string>) =>
  flags.has('verbose') ? (line: string) => process.err(`${line}\n`) : () => {};

export function progressOf(process: Process, options: CurlOptions, toTerminal: boolean): Progress {
  const { flags } = options;
  const shown = !flags.has('silent') && !flags.has('no-progress-meter') && !flags.has('progress-bar') && !toTerminal;
  if (flags.has('progress-bar') && !flags.has('silent') && !toTerminal)
    return { meter: createBar((text) => process.err(text)), say: sayer(process, flags) };
  return {
    meter: shown ? createMeter((text) => process.err(text)) : silentMeter,
    say: sayer(process, flags),
  };
}

/** Sends the request and waits as long as the real one would. */
export async function transfer(
  process: Process,
  options: CurlOptions,
  connections: Connections,
  target: Target,
  progress: Progress,
  facts: Facts,
  spentMs: number,
): Promise<Transferred> {
  const request = outgoing(process, options, target);
  const end = endOf(options, target);
  const standing = connections.open.get(keyOf(target, end));
  const number = standing?.number ?? connections.made++;
  const state: State = { number, connections, process, options, target, progress, facts, spentMs };
  if (options.flags.has('ipv6') && !end.host.includes(':')) return withoutAddress(state, end.host);
  if (standing) return reused(state, request, end, standing);
  if (end.changed) progress.say(`* Connecting to hostname: ${end.host}\n* Connecting to port: ${end.port}`);
  if (connections.resolved.has(end.host)) progress.say(`* Hostname ${end.host} was found in DNS cache`);
  const unbound = bindProblem(state, end);
  if (unbound) return unbound;
  const result = send(state, request, end);
  if (result.outcome === 'malformed-url') return failure(state, 3, 'URL using bad/illegal format or missing URL');
  if (result.outcome === 'unsupported-scheme')
    return failure(state, 1, `Protocol "${result.scheme}" not supported or disabled in libcurl`);
  if (result.outcome === 'unresolved') return unresolved(state, result);
  connections.resolved.add(end.host);
  progress.say(`*   Trying ${result.address}:${result.port}...`);
  sayBound(state);
  const at: Partial<Facts> = { lookupMs: 0.05, remotePort: 0 };
  if (result.outcome === 'no-answer') {
    const connection = await connectPatiently(state, result);
    const { afterMs } = connection;
    if (connection.type === 'timeout') return timedOut(state, result.address, at);
    if (connection.type === 'error') return failedToConnect(state, { ...connection, address: result.address }, at);
    const late = send(state, request, end, connection.trace.id);
    return isConnected(late) ? connected(state, request, late, at, afterMs) : timedOut(state, result.address, at);
  }
  if (result.outcome === 'connect-failed') return refused(state, result, at);
  return connected(state, request, result, at);
}

type OverConnection = Extract<HttpResult, { outcome: 'response' | 'empty-reply' | 'not-tls' }>;

const isConnected = (result: HttpResult): result is OverConnection =>
  result.outcome === 'response' || result.outcome === 'empty-reply' || result.outcome === 'not-tls';

function send({ process, options, target, connections }: State, request: Outgoing, end: End, over?: string): HttpResult {
  const scheme = target.scheme === 'https' ? 'https' : 'http';
  return process.sim.dispatch({
    type: 'http',
    from: process.place,
    request: {
      method: request.method,
      url: `${scheme}://${end.host}:${end.port}${target.path}`,
      headers: request.headers,
      body: request.body,
      ...(request.version === '1.0' && { version: request.version }),
    },
    connect: {
      ...(over !== undefined && { over }),
      ...(options.bindTo && isAddress(options.bindTo) && { src: options.bindTo }),
      ...(options.localPort !== undefined && { sport: options.localPort }),
      ...(connections.next === keyOf(target, end) && { keep: true }),
    },
  }) as InputResult<'http'>;
}

/** A connection that an earlier URL left open. */
async function reused(
  state: State,
  request: Outgoing,
  end: End,
  { id, number, at }: { readonly id: string; readonly number: number; readonly at: Partial<Facts> },
): Promise<Transferred> {
  const { progress, target, process, connections } = state;
  connections.open.delete(keyOf(target, end));
  // Where the bundle lies in memory differs from run to run.
  const bundle = Math.floor(random(id, 'bundle') * 0xff_ffff)
    .toString(16)
    .padStart(6, '0');
  progress.say(`* Found bundle for host: 0x55${bundle}4cb0 [serially]\n* Can not multiplex, even if we wanted to`);
  progress.say(`* Re-using existing connection #${number} with host ${target.host}`);
  const result = send(state, request, end, id);
  if (result.outcome !== 'response' && result.outcome !== 'empty-reply') return failure(state, 52, 'Empty reply from server');
  if (result.tookMs > 0) await wait(process, result.tookMs, 'waiting for the answer', progress);
  return exchanged(state, request, result, { ...at, connects: 0, connectMs: 0, lookupMs: 0 });
}

async function connected(
  state: State,
  request: Outgoing,
  result: OverConnection,
  before: Partial<Facts>,
  waitedMs = 0,
): Promise<Transferred> {
  const { process, options, target, progress } = state;
  const { say, meter } = progress;
  const connectMs = waitedMs + CONNECT_MS;
  const { src, sport } = result.trace.sent;
  const at: Partial<Facts> = {
    ...before,
    remoteIp: result.address,
    remotePort: result.port,
    localIp: src,
    localPort: sport,
    connects: 1,
    connectMs,
  };
  const name = endOf(options, target).changed ? '(nil)' : target.host;
  say(`* Connected to ${name} (${result.address}) port ${result.port} (#${state.number})`);
  if (target.scheme === 'telnet') return telnet(state, at);
  if (target.scheme === 'ftp') return failure(state, 1, 'ftp://: not simulated in this lab', at);
  const limit = (options.maxTimeMs ?? Number.POSITIVE_INFINITY) - state.spentMs;
  if (result.tookMs > limit) {
    await wait(process, limit + 1, 'waiting for the answer', progress);
    const error = `Operation timed out after ${options.maxTimeMs! + 1} milliseconds with 0 bytes received`;
    say(`* ${error}`);
    meter.failed(limit + 1);
    say(`* Closing connection ${state.number}`);
    return failure(state, 28, error, { ...at, totalMs: limit + 1 });
  }
  if (result.tookMs > 0) await wait(process, result.tookMs, 'waiting for the answer', progress);
  if (result.outcome === 'not-tls') return plainText(state, at);
  return exchanged(state, request, result, at);
}

/** The request is sent and its answer taken. */
function exchanged(
  state: State,
  request: Outgoing,
  result: Extract<HttpResult, { outcome: 'response' | 'empty-reply' }>,
  at: Partial<Facts>,
): Transferred {
  const { options, target, progress } = state;
  const { say, meter } = progress;
  if (request.user !== undefined) say(`* Server auth using Basic with user '${request.user}'`);
  const requestText = `${request.method} ${target.path} HTTP/${request.version}\r\n${request.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  if (options.flags.has('verbose') && target.scheme === 'https') say('* using HTTP/1.x');
  say(quotedWith('>', requestText));
  if (request.body !== '') say(`} [${request.body.length} bytes data]`);
  const startMs = (at.connectMs ?? 0) + ANSWER_MS + result.tookMs;
  if (result.outcome === 'empty-reply') {
    say('* Empty reply from server');
    meter.failed(startMs);
    say(`* Closing connection ${state.number}`);
    return failure(state, 52, 'Empty reply from server', { ...at, totalMs: startMs, sizeRequest: requestText.length });
  }
  return received(state, request, result, { ...at, startMs, sizeRequest: requestText.length });
}

const quotedWith = (prefix: string, text: string) =>
  text
    .trimEnd()
    .split('\r\n')
    .concat('')
    .map((line) => `${prefix} ${line}\r`)
    .join('\n');

/** The answer is here: what is shown, kept and followed of it. */
function received(
  state: State,
  request: Outgoing,
  { response, trace }: Extract<HttpResult, { outcome: 'response' }>,
  at: Partial<Facts> & { readonly startMs: number },
): Transferred {
  const { process, options, target, progress } = state;
  const { say, meter } = progress;
  const { startMs } = at;
  const headerText = `HTTP/${response.version} ${response.status} ${response.reason}\r\n${response.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const keep = !closesAfter(response);
  if (response.version === '1.0') say('* HTTP 1.0, assume close after body');
  say(quotedWith('<', headerText));
  const body = options.flags.has('head') || request.method === 'HEAD' ? '' : response.body;
  const bytes = new TextEncoder().encode(body).length;
  const headerOf = (name: string) => response.headers.find(([each]) => each.toLowerCase() === name)?.[1] ?? '';
  const location = headerOf('location');
  const facts: Facts = {
    ...state.facts,
    ...at,
    status: response.status,
    httpVersion: response.version === '1.0' ? '1' : '1.1',
    contentType: headerOf('content-type'),
    headers: response.headers,
    sizeDownload: bytes,
    sizeHeader: headerText.length,
    sizeUpload: request.body.length,
    numHeaders: response.headers.length,
    redirectUrl: location === '' ? '' : new UrlJoin(target).to(location),
    totalMs: startMs + 0.1,
  };
  if (options.maxFileSize !== undefined && Number(headerOf('content-length')) > options.maxFileSize) {
    say('* Maximum file size exceeded');
    meter.failed(startMs, Number(headerOf('content-length')));
    say(`* Closing connection ${state.number}`);
    return { ...failure(state, 63, 'Maximum file size exceeded', facts), headerText };
  }
  if (keep) state.connections.open.set(keyOf(target, endOf(options, target)), { number: state.number, id: trace.id, at });
  const failed = (options.flags.has('fail') || options.flags.has('fail-with-body')) && response.status >= 400;
  const followed = options.flags.has('location') && location !== '' && response.status >= 300 && response.status < 400;
  const closing = keep
    ? `* Connection #${state.number} to host ${target.host} left intact`
    : `* Closing connection ${state.number}`;
  if (failed && !options.flags.has('fail-with-body')) {
    const error = `The requested URL returned error: ${response.status}`;
    say(`* ${error}`);
    meter.failed(startMs, Number(headerOf('content-length')) || bytes);
    say(`* Closing connection ${state.number}`);
    return { exitCode: 22, error, output: '', headerText, facts: { ...facts, exitCode: 22, error, sizeDownload: 0 } };
  }
  if (bytes > 0 && !process.isTTY && !followed) say(`{ [${bytes} bytes data]`);
  if (!followed) {
    if (options.flags.has('head')) meter.failed(startMs, Number(headerOf('content-length')) || 0);
    else meter.done(bytes, request.body.length, startMs);
  }
  say(closing);
  const shown = options.flags.has('include') || options.flags.has('head') ? headerText : '';
  const transferred = { exitCode: failed ? 22 : 0, output: followed ? shown : shown + body, headerText, facts };
  if (followed) return { ...transferred, location: facts.redirectUrl };
  return failed
    ? { ...transferred, error: `The requested URL returned error: ${response.status}`, facts: { ...facts, exitCode: 22 } }
    : transferred;
}

/** Resolves a Location against the URL it came from. */
class UrlJoin {
  private readonly base: Target;
  constructor(base: Target) {
    this.base = base;
  }
  to(location: string): string {
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) return location;
    const { scheme, host, port, path } = this.base;
    const origin = `${scheme}://${host}${port === PORTS[scheme] ? '' : `:${port}`}`;
    if (location.startsWith('//')) return `${scheme}:${location}`;
    return location.startsWith('/') ? origin + location : `${origin}${path.replace(/[^/]*(\?.*)?$/, '')}${location}`;
  }
}

function plainText(state: State, at: Partial<Facts>): Transferred {
  const { progress, options } = state;
  const error = 'error:0A00010B:SSL routines::wrong version number';
  progress.say('* ALPN: offers h2,http/1.1');
  progress.say('} [5 bytes data]');
  progress.say('* TLSv1.3 (OUT), TLS handshake, Client hello (1):');
  progress.say('} [512 bytes data]');
  if (!options.flags.has('insecure'))
    progress.say('*  CAfile: /etc/ssl/certs/ca-certificates.crt\n*  CApath: /etc/ssl/certs\n{ [5 bytes data]');
  progress.say(`* OpenSSL/3.0.19: ${error}`);
  progress.meter.failed(0);
  progress.say(`* Closing connection ${state.number}`);
  return failure(state, 35, `OpenSSL/3.0.19: ${error}`, at);
}

/** telnet://: the connection stands until Ctrl-C or -m, for the server says nothing; the end of the input ends nothing. */
async function telnet({ process, options, facts, progress, number }: State, at: Partial<Facts>): Promise<Transferred> {
  const limit = options.maxTimeMs;
  if (limit === undefined) for (;;) await process.sleep(3_600_000, 'connected; Ctrl-C ends it');
  await process.sleep(limit + 1, 'connected; -m ends it');
  const error = 'Time-out';
  progress.say(`* ${error}\n* Closing connection ${number}`);
  return {
    exitCode: 28,
    error,
    output: '',
    headerText: '',
    facts: { ...facts, ...at, exitCode: 28, error, totalMs: limit + 1 },
  };
}
