/**
 * One transfer of curl: the request over the simulated network, the waiting, the words. Texts and exit codes are curl 7.88.1's,
 * taken from the real one.
 */
import { errorText, type HttpResult, type InputResult } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import { createMeter, type Meter, silentMeter } from './meter.ts';
import type { CurlOptions } from './options.ts';
import { type Outgoing, outgoing, PORTS, type Target } from './request.ts';
import type { Facts } from './write-out.ts';

/** A SYN is sent again after 1, 2, 4 … seconds; Linux gives up about so many ms after the first. */
const SYN_TIMEOUT_MS = 131_072;
/** What a connection and an answer cost on this network, ms. */
const CONNECT_MS = 0.4;
const ANSWER_MS = 1.6;

export interface Transferred {
  readonly exitCode: number;
  readonly facts: Facts;
  /** Text for the output: headers with -i, the body. */
  readonly output: string;
  readonly headerText: string;
  /** What `curl: (N) …` says; undefined when all went well. */
  readonly error?: string;
  /** Where a Location header leads. */
  readonly location?: string;
}

export interface Progress {
  readonly meter: Meter;
  readonly say: (line: string) => void;
}

export function progressOf(process: Process, options: CurlOptions, toTerminal: boolean): Progress {
  const { flags } = options;
  const shown = !flags.has('silent') && !flags.has('no-progress-meter') && !flags.has('progress-bar') && !toTerminal;
  return {
    meter: shown ? createMeter((text) => process.err(text)) : silentMeter,
    say: flags.has('verbose') ? (line) => process.err(`${line}\n`) : () => {},
  };
}

/** Waits, with a row of the meter for each second that passes. */
async function wait(process: Process, ms: number, why: string, progress: Progress): Promise<void> {
  const end = process.now() + ms;
  for (let second = 1; second * 1000 <= ms - 1000 && progress.meter !== silentMeter; second++) {
    await process.sleep(Math.max(0, end - ms + second * 1000 - process.now()), why);
    progress.meter.tick(second * 1000);
  }
  await process.sleep(Math.max(0, end - process.now()), why);
}

interface State {
  readonly process: Process;
  readonly options: CurlOptions;
  readonly target: Target;
  readonly progress: Progress;
  readonly facts: Facts;
  /** Ms spent by earlier hops of the same URL. */
  readonly spentMs: number;
}

function failure(state: State, exitCode: number, error: string, facts: Partial<Facts> = {}): Transferred {
  return { exitCode, error, output: '', headerText: '', facts: { ...state.facts, ...facts, exitCode, error } };
}

/** Sends the request and waits as long as the real one would. */
export async function transfer(
  process: Process,
  options: CurlOptions,
  target: Target,
  progress: Progress,
  facts: Facts,
  spentMs: number,
): Promise<Transferred> {
  const state: State = { process, options, target, progress, facts, spentMs };
  const request = outgoing(process, options, target);
  const pinned = pinnedAddress(options, target);
  const host = pinned ?? target.host;
  if (options.flags.has('ipv6') && !host.includes(':')) {
    progress.meter.failed(0);
    return failure(
      state,
      /^[\d.]+$/.test(host) ? 7 : 6,
      /^[\d.]+$/.test(host) ? "Couldn't connect to server" : `Could not resolve host: ${target.host}`,
    );
  }
  const scheme = target.scheme === 'telnet' ? 'http' : target.scheme;
  const url = `${scheme}://${host}:${target.port}${target.path}`;
  const result: HttpResult = process.sim.dispatch({
    type: 'http',
    from: process.place,
    request: { method: request.method, url, headers: request.headers, body: request.body },
  }) as InputResult<'http'>;
  if (result.outcome === 'malformed-url') return failure(state, 3, 'URL using bad/illegal format or missing URL');
  if (result.outcome === 'unsupported-scheme')
    return failure(state, 1, `Protocol "${result.scheme}" not supported or disabled in libcurl`);
  if (result.outcome === 'unresolved') return unresolved(state, result);
  progress.say(`*   Trying ${result.address}:${result.port}...`);
  const at: Partial<Facts> = { lookupMs: 0.05, remotePort: 0 };
  if (result.outcome === 'no-answer') return noAnswer(state, result.address, at);
  if (result.outcome === 'connect-failed') return refused(state, result, at);
  return connected(state, request, result, at);
}

/** `--resolve host:port:address` */
function pinnedAddress(options: CurlOptions, target: Target): string | undefined {
  for (const entry of options.resolve) {
    const found = /^[+]?([^:]+):(\d+):\[?([^\],]+)/.exec(entry);
    if (found && (found[1] === '*' || found[1]!.toLowerCase() === target.host) && Number(found[2]) === target.port) return found[3];
  }
  return undefined;
}

async function unresolved(state: State, result: Extract<HttpResult, { outcome: 'unresolved' }>): Promise<Transferred> {
  const { process, target, options, progress } = state;
  const limit = Math.min(options.maxTimeMs ?? Number.POSITIVE_INFINITY, options.connectTimeoutMs ?? Number.POSITIVE_INFINITY);
  if (result.tookMs > limit) {
    await wait(process, limit + 1, `resolving ${target.host}`, progress);
    progress.meter.failed(limit);
    return failure(state, 28, `Resolving timed out after ${limit + 1} milliseconds`);
  }
  if (result.tookMs > 0) await wait(process, result.tookMs, `resolving ${target.host}`, progress);
  const error = `Could not resolve host: ${target.host}`;
  progress.say(`* ${error}`);
  if (options.flags.has('verbose')) progress.meter.failed(result.tookMs);
  progress.say('* Closing connection 0');
  return failure(state, 6, error, { totalMs: result.tookMs });
}

async function noAnswer(state: State, address: string, at: Partial<Facts>): Promise<Transferred> {
  const { process, target, options, progress, spentMs } = state;
  const { connectTimeoutMs = Number.POSITIVE_INFINITY } = options;
  const maxTimeMs = (options.maxTimeMs ?? Number.POSITIVE_INFINITY) - spentMs;
  const why = `waiting for ${address}:${target.port} to answer a SYN`;
  if (maxTimeMs <= Math.min(connectTimeoutMs, SYN_TIMEOUT_MS)) {
    await wait(process, maxTimeMs + 1, why, progress);
    const error = `Connection timed out after ${options.maxTimeMs! + 1} milliseconds`;
    progress.say(`* ${error}`);
    progress.meter.failed(maxTimeMs + 1);
    progress.say('* Closing connection 0');
    return failure(state, 28, error, { ...at, totalMs: maxTimeMs + 1 });
  }
  const limited = connectTimeoutMs <= SYN_TIMEOUT_MS;
  const ms = limited ? connectTimeoutMs + 1 : SYN_TIMEOUT_MS;
  await wait(process, ms, why, progress);
  const error = `Failed to connect to ${target.host} port ${target.port} after ${ms} ms: ${limited ? 'Timeout was reached' : "Couldn't connect to server"}`;
  progress.say(
    limited
      ? `* ipv4 connect timeout after ${connectTimeoutMs}ms, move on!`
      : `* connect to ${address} port ${target.port} failed: Connection timed out`,
  );
  progress.say(`* ${error}`);
  progress.meter.failed(ms);
  progress.say('* Closing connection 0');
  return failure(state, 28, error, { ...at, totalMs: ms });
}

async function refused(
  state: State,
  result: Extract<HttpResult, { outcome: 'connect-failed' }>,
  at: Partial<Facts>,
): Promise<Transferred> {
  const { process, target, options, progress } = state;
  const { afterMs, errno, address } = result;
  const limit = Math.min(options.maxTimeMs ?? Number.POSITIVE_INFINITY, options.connectTimeoutMs ?? Number.POSITIVE_INFINITY);
  if (afterMs > limit) return noAnswer(state, address, at);
  if (afterMs > 0) await wait(process, afterMs, `waiting for ${address} to answer`, progress);
  const error = `Failed to connect to ${target.host} port ${target.port} after ${Math.round(afterMs)} ms: Couldn't connect to server`;
  const immediate = errno === 'ENETUNREACH' || errno === 'EINVAL' || errno === 'EACCES';
  progress.say(
    immediate
      ? `* Immediate connect fail for ${address}: ${errorText(errno)}`
      : `* connect to ${address} port ${target.port} failed: ${errorText(errno)}`,
  );
  progress.say(`* ${error}`);
  progress.meter.failed(afterMs);
  progress.say('* Closing connection 0');
  return failure(state, 7, error, { ...at, totalMs: afterMs + CONNECT_MS });
}

async function connected(
  state: State,
  request: Outgoing,
  result: Extract<HttpResult, { outcome: 'response' | 'empty-reply' | 'not-tls' }>,
  before: Partial<Facts>,
): Promise<Transferred> {
  const { process, options, target, progress } = state;
  const { say, meter } = progress;
  const connectMs = CONNECT_MS;
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
  say(`* Connected to ${target.host} (${result.address}) port ${result.port} (#0)`);
  if (target.scheme === 'telnet') return telnet(state, at);
  const limit = (options.maxTimeMs ?? Number.POSITIVE_INFINITY) - state.spentMs;
  if (result.tookMs > limit) {
    await wait(process, limit + 1, 'waiting for the answer', progress);
    const error = `Operation timed out after ${options.maxTimeMs! + 1} milliseconds with 0 bytes received`;
    say(`* ${error}`);
    meter.failed(limit + 1);
    say('* Closing connection 0');
    return failure(state, 28, error, { ...at, totalMs: limit + 1 });
  }
  if (result.tookMs > 0) await wait(process, result.tookMs, 'waiting for the answer', progress);
  if (result.outcome === 'not-tls') return plainText(state, at);
  const requestText = `${request.method} ${target.path} HTTP/1.1\r\n${request.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  if (options.flags.has('verbose') && target.scheme === 'https') say('* using HTTP/1.x');
  say(quotedWith('>', requestText));
  if (request.body !== '') say(`} [${request.body.length} bytes data]`);
  const startMs = connectMs + ANSWER_MS + result.tookMs;
  if (result.outcome === 'empty-reply') {
    say('* Empty reply from server');
    meter.failed(startMs);
    say('* Closing connection 0');
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
  { response }: Extract<HttpResult, { outcome: 'response' }>,
  at: Partial<Facts> & { readonly startMs: number },
): Transferred {
  const { process, options, target, progress } = state;
  const { say, meter } = progress;
  const { startMs } = at;
  const headerText = `HTTP/${response.version} ${response.status} ${response.reason}\r\n${response.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  const keep =
    response.version === '1.1' &&
    !response.headers.some(([name, value]) => name.toLowerCase() === 'connection' && value.toLowerCase() === 'close');
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
    sizeDownload: bytes,
    sizeHeader: headerText.length,
    sizeUpload: request.body.length,
    numHeaders: response.headers.length,
    redirectUrl: location === '' ? '' : new UrlJoin(target).to(location),
    totalMs: startMs + 0.1,
  };
  const failed = (options.flags.has('fail') || options.flags.has('fail-with-body')) && response.status >= 400;
  const followed = options.flags.has('location') && location !== '' && response.status >= 300 && response.status < 400;
  const closing = keep ? `* Connection #0 to host ${target.host} left intact` : '* Closing connection 0';
  if (failed && !options.flags.has('fail-with-body')) {
    const error = `The requested URL returned error: ${response.status}`;
    say(`* ${error}`);
    meter.failed(startMs, Number(headerOf('content-length')) || bytes);
    say('* Closing connection 0');
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
  progress.say('* Closing connection 0');
  return failure(state, 35, `OpenSSL/3.0.19: ${error}`, at);
}

/** telnet://: the connection stands until Ctrl-C, or until the input ends. */
async function telnet(state: State, at: Partial<Facts>): Promise<Transferred> {
  const { process, options } = state;
  if (!process.hasStdin && process.isTTY) {
    const limit = options.maxTimeMs;
    if (limit !== undefined) {
      await process.sleep(limit + 1, 'connected; -m ends it');
      return failure(state, 28, `Operation timed out after ${limit + 1} milliseconds with 0 bytes received`, {
        ...at,
        totalMs: limit + 1,
      });
    }
    for (;;) await process.sleep(3_600_000, 'connected; Ctrl-C ends it');
  }
  return { exitCode: 0, output: '', headerText: '', facts: { ...state.facts, ...at } };
}
