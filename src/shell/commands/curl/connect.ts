/**
 * Getting a connection, or not: where curl connects to, what it binds to, and the words for names that are not found, SYNs that
 * nobody answers and ends that refuse. Texts and exit codes are curl 7.88.1's, taken from the real one.
 */
import { errorText, type HttpResult } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import { type Connection, keepConnecting, SYN_TIMEOUT_MS } from '../../connecting.ts';
import { type Meter, silentMeter } from './meter.ts';
import type { CurlOptions } from './options.ts';
import type { Target } from './request.ts';
import type { Facts } from './write-out.ts';

type NoAnswer = Extract<HttpResult, { outcome: 'no-answer' }>;
type ConnectFailed = Extract<HttpResult, { outcome: 'connect-failed' }>;

/** What a connection and an answer cost on this network, ms. */
export const CONNECT_MS = 0.4;

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

/** Waits, with a row of the meter for each second that passes. */
export function wait(process: Process, ms: number, why: string, progress: Progress): Promise<void> {
  return waiter(process, ms, progress)(ms, why);
}

/** Waits piece by piece, at most `limitMs` in all, with a row of the meter for each second but the last. */
function waiter(process: Process, limitMs: number, progress: Progress): (ms: number, why: string) => Promise<void> {
  const began = process.now();
  let second = 1;
  let pieces = 0;
  return async (ms, why) => {
    pieces += ms;
    const until = Math.min(pieces, limitMs - 1000);
    for (; second * 1000 <= until && progress.meter !== silentMeter; second++) {
      await process.sleep(Math.max(0, began + second * 1000 - process.now()), why);
      progress.meter.tick(second * 1000);
    }
    await process.sleep(Math.max(0, began + pieces - process.now()), why);
  };
}

/** What one run of curl keeps between its URLs. */
export interface Connections {
  made: number;
  /** Connections that stand, by `scheme host port`: their number and the trace that made them. */
  readonly open: Map<string, { readonly number: number; readonly id: string; readonly at: Partial<Facts> }>;
  /** Where the URL after this one leads, as a key of `open`. */
  next: string;
  /** Names in curl's DNS cache. */
  readonly resolved: Set<string>;
}

export interface State {
  /** Of the connection, from 0. */
  readonly number: number;
  readonly connections: Connections;
  readonly process: Process;
  readonly options: CurlOptions;
  readonly target: Target;
  readonly progress: Progress;
  readonly facts: Facts;
  /** Ms spent by earlier hops of the same URL. */
  readonly spentMs: number;
}

export function failure(state: State, exitCode: number, error: string, facts: Partial<Facts> = {}): Transferred {
  return { exitCode, error, output: '', headerText: '', facts: { ...state.facts, ...facts, exitCode, error } };
}

/** Where curl connects to: the URL's host, or what --resolve or --connect-to put in its place. */
export interface End {
  readonly host: string;
  readonly port: number;
  /** By --connect-to. */
  readonly changed: boolean;
}

export function endOf(options: CurlOptions, target: Target): End {
  for (const entry of options.connectTo) {
    const [, host, port, toHost, toPort] = /^([^:]*):(\d*):(\[[^\]]*\]|[^:]*):(\d*)$/.exec(entry) ?? [];
    if (toHost === undefined || (host && host.toLowerCase() !== target.host) || (port && Number(port) !== target.port)) continue;
    return { host: toHost || target.host, port: toPort ? Number(toPort) : target.port, changed: true };
  }
  return { host: pinnedAddress(options, target) ?? target.host, port: target.port, changed: false };
}

export const keyOf = ({ scheme, host, port }: Target, end: End) => `${scheme} ${host}:${port} ${end.host}:${end.port}`;

export const isAddress = (text: string) => /^\d+\.\d+\.\d+\.\d+$/.test(text);

export function withoutAddress(state: State, host: string): Transferred {
  const { progress, target } = state;
  progress.meter.failed(0);
  progress.say(`* Closing connection ${state.number}`);
  return isAddress(host)
    ? failure(state, 7, "Couldn't connect to server")
    : failure(state, 6, `Could not resolve host: ${target.host}`);
}

const isOwn = ({ process }: State, text: string): boolean => {
  const links = process.kernel.namespace().links;
  return (
    Object.hasOwn(links, text) || Object.values(links).some(({ addresses }) => addresses.some(({ address }) => address === text))
  );
};

/** --interface names nothing of this host: no packet leaves. */
export function bindProblem(state: State, end: End): Transferred | undefined {
  const { progress, target, number } = state;
  const { bindTo } = state.options;
  if (bindTo === undefined || isOwn(state, bindTo)) return undefined;
  progress.say(`*   Trying ${end.host}:${end.port}...`);
  progress.say(
    isAddress(bindTo)
      ? `* Name '${bindTo}' family 2 resolved to '${bindTo}' family 2\n* bind failed with errno 99: Cannot assign requested address`
      : `* Could not resolve host: ${bindTo}\n* Couldn't bind to '${bindTo}'`,
  );
  const error = `Failed to connect to ${target.host} port ${target.port} after 0 ms: Failed binding local connection end`;
  progress.say(`* ${error}`);
  progress.meter.failed(0);
  progress.say(`* Closing connection ${number}`);
  // Its message is the first thing that went wrong.
  return failure(
    state,
    45,
    isAddress(bindTo) ? 'bind failed with errno 99: Cannot assign requested address' : `Couldn't bind to '${bindTo}'`,
  );
}

export function sayBound({ progress, options: { bindTo, localPort } }: State): void {
  const byAddress = bindTo !== undefined && isAddress(bindTo);
  if (byAddress) progress.say(`* Name '${bindTo}' family 2 resolved to '${bindTo}' family 2`);
  if (byAddress || localPort !== undefined) progress.say(`* Local port: ${localPort ?? 0}`);
}

/** `--resolve host:port:address` */
function pinnedAddress(options: CurlOptions, target: Target): string | undefined {
  for (const entry of options.resolve) {
    const found = /^[+]?([^:]+):(\d+):\[?([^\],]+)/.exec(entry);
    if (found && (found[1] === '*' || found[1]!.toLowerCase() === target.host) && Number(found[2]) === target.port) return found[3];
  }
  return undefined;
}

export async function unresolved(state: State, result: Extract<HttpResult, { outcome: 'unresolved' }>): Promise<Transferred> {
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
  progress.say(`* Closing connection ${state.number}`);
  return failure(state, 6, error, { totalMs: result.tookMs });
}

/** How long curl waits for a connection, ms, and what ends it. */
function patienceOf({ options, spentMs }: State): { readonly ms: number; readonly by: 'max-time' | 'connect-timeout' | 'kernel' } {
  const { connectTimeoutMs = Number.POSITIVE_INFINITY } = options;
  const maxTimeMs = (options.maxTimeMs ?? Number.POSITIVE_INFINITY) - spentMs;
  if (maxTimeMs <= Math.min(connectTimeoutMs, SYN_TIMEOUT_MS)) return { ms: maxTimeMs + 1, by: 'max-time' };
  return connectTimeoutMs <= SYN_TIMEOUT_MS
    ? { ms: connectTimeoutMs + 1, by: 'connect-timeout' }
    : { ms: SYN_TIMEOUT_MS, by: 'kernel' };
}

/** Goes on where nobody answered the first SYN. */
export async function connectPatiently(state: State, { trace, address }: Pick<NoAnswer, 'trace' | 'address'>): Promise<Connection> {
  const { process, target, progress } = state;
  const limitMs = patienceOf(state).ms;
  const caller = { sim: process.sim, sleep: waiter(process, limitMs, progress) };
  return keepConnecting(caller, trace, limitMs, `waiting for ${address}:${target.port} to answer a SYN`);
}

/** Waited for nothing. */
export function timedOut(state: State, address: string, at: Partial<Facts>): Transferred {
  const { target, options, progress } = state;
  const { ms, by } = patienceOf(state);
  if (by === 'max-time') {
    const error = `Connection timed out after ${options.maxTimeMs! + 1} milliseconds`;
    progress.say(`* ${error}`);
    progress.meter.failed(ms);
    progress.say(`* Closing connection ${state.number}`);
    return failure(state, 28, error, { ...at, totalMs: ms });
  }
  const limited = by === 'connect-timeout';
  const error = `Failed to connect to ${target.host} port ${target.port} after ${ms} ms: ${limited ? 'Timeout was reached' : "Couldn't connect to server"}`;
  progress.say(
    limited
      ? `* ipv4 connect timeout after ${options.connectTimeoutMs}ms, move on!`
      : `* connect to ${address} port ${target.port} failed: Connection timed out`,
  );
  progress.say(`* ${error}`);
  progress.meter.failed(ms);
  progress.say(`* Closing connection ${state.number}`);
  return failure(state, 28, error, { ...at, totalMs: ms });
}

/** An error came back: at once, when ARP had failed, or for a later SYN. */
export async function refused(
  state: State,
  result: Pick<ConnectFailed, 'afterMs' | 'errno' | 'address'>,
  at: Partial<Facts>,
): Promise<Transferred> {
  const { process, progress } = state;
  const { afterMs, address } = result;
  const { ms } = patienceOf(state);
  if (afterMs > 0) await wait(process, Math.min(afterMs, ms), `waiting for ${address} to answer`, progress);
  return afterMs > ms ? timedOut(state, address, at) : failedToConnect(state, result, at);
}

export function failedToConnect(
  state: State,
  { afterMs, errno, address }: Pick<ConnectFailed, 'afterMs' | 'errno' | 'address'>,
  at: Partial<Facts>,
): Transferred {
  const { target, progress } = state;
  const error = `Failed to connect to ${target.host} port ${target.port} after ${Math.round(afterMs)} ms: Couldn't connect to server`;
  const immediate = errno === 'ENETUNREACH' || errno === 'EINVAL' || errno === 'EACCES';
  progress.say(
    immediate
      ? `* Immediate connect fail for ${address}: ${errorText(errno)}`
      : `* connect to ${address} port ${target.port} failed: ${errorText(errno)}`,
  );
  progress.say(`* ${error}`);
  progress.meter.failed(afterMs);
  progress.say(`* Closing connection ${state.number}`);
  return failure(state, 7, error, { ...at, totalMs: afterMs + CONNECT_MS });
}
