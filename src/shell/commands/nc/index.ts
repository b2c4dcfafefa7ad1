/** OpenBSD netcat: does a port answer (`nc -z`)? And what does it say to an HTTP request that is piped in? Listening, proxies and all else that could be carried are not simulated. */

import { errorText, httpWrites, type Outcome, outcomeOf, parseAddress, type Trace } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { keepConnecting, SYN_TIMEOUT_MS } from '../../connecting.ts';
import { hostsOr } from '../completing.ts';
import { getopt, shortOptions } from '../getopt.ts';
import { portOf, serviceName } from '../services.ts';
import { help, usage } from './usage.ts';

const OPTIONS = shortOptions('46bCDdFhI:i:klM:m:NnO:P:p:q:rSs:T:tUuV:vW:w:X:x:Zz');

interface Probe {
  readonly process: Process;
  readonly name: string;
  readonly address: string;
  readonly proto: 'tcp' | 'udp';
  readonly verbose: boolean;
  readonly numeric: boolean;
  readonly timeoutMs?: number;
  /** Own address and port: -s, -p. */
  readonly bound: { readonly src?: string; readonly sport?: number };
}

/** Waits for what comes of a first packet: an answer, an error, or nothing within the time given. */
async function connecting({ process, proto, timeoutMs = SYN_TIMEOUT_MS }: Probe, trace: Trace): Promise<Outcome> {
  const outcome = outcomeOf(trace);
  if (outcome.type === 'error' && outcome.afterMs > 0) {
    await process.sleep(Math.min(timeoutMs, outcome.afterMs), 'waiting for ARP');
    return timeoutMs < outcome.afterMs ? { type: 'silence' } : outcome;
  }
  if (outcome.type !== 'silence') return outcome;
  if (proto === 'udp') {
    await process.sleep(timeoutMs, 'waiting for an answer');
    return outcome;
  }
  const connection = await keepConnecting(process, trace, timeoutMs, 'waiting for a SYN-ACK');
  return connection.type === 'timeout' ? outcome : connection;
}

async function probe(p: Probe, port: number): Promise<boolean> {
  const { process, proto } = p;
  // udptest() sends an X, and only where it would tell what came of it.
  const silent = proto === 'udp' && !p.verbose;
  const flow = {
    from: process.place,
    proto,
    dst: p.address,
    dport: port,
    ...p.bound,
    ...(proto === 'udp' && { length: 1 }),
  } as const;
  const { sim } = process;
  const trace = silent ? sim.ask({ type: 'flow', flow }) : sim.dispatch({ type: 'flow', flow });
  if (silent) return trace.errno === undefined || trace.errno === 'EHOSTUNREACH';
  const outcome = await connecting(p, trace);
  const service = p.numeric ? '*' : (serviceName(port, proto) ?? '*');
  // UDP has no handshake: no answer within the test is as good as an open port.
  const open = outcome.type === 'answered' || (proto === 'udp' && outcome.type === 'silence');
  if (open) {
    if (p.verbose) process.err(`Connection to ${p.name} ${port} port [${proto}/${service}] succeeded!\n`);
    return true;
  }
  let why: string;
  if (outcome.type === 'error') {
    why = `failed: ${errorText(outcome.errno)}`;
    // A datagram's connect() only fails for want of a route: what udptest() finds out after it, it does not say.
    if (proto === 'udp' && outcome.errno === 'ECONNREFUSED') return false;
  } else {
    why = p.timeoutMs === undefined ? `failed: ${errorText('ETIMEDOUT')}` : 'timed out: Operation now in progress';
  }
  if (p.verbose) process.err(`nc: connect to ${p.name} port ${port} (${proto}) ${why}\n`);
  return false;
}

const LINE_END = /\r?\n/;

/** A request that was piped in, and the answer as it comes over the wire. Undefined: no HTTP, or nobody there who speaks it. */
async function carry({ process, name, address, timeoutMs, bound }: Probe, port: number): Promise<number | undefined> {
  const [head = '', body = ''] = process.stdin.split(/\r?\n\r?\n/, 2);
  const [first = '', ...lines] = head.split(LINE_END);
  const [, method, path, version] = /^([A-Z]+) (\S+) HTTP\/(1\.[01])$/.exec(first) ?? [];
  if (method === undefined) return undefined;
  const headers = lines.flatMap((line) => {
    const [, key, value] = /^([^:\s]+): *(.*)$/.exec(line) ?? [];
    return key === undefined ? [] : [[key, value!] as const];
  });
  const request = {
    method,
    url: `http://${address}:${port}${path}`,
    headers,
    body,
    version: version === '1.0' ? '1.0' : '1.1',
  } as const;
  let result = process.sim.dispatch({ type: 'http', from: process.place, request, connect: bound });
  if (result.outcome === 'no-answer') {
    const connection = await keepConnecting(process, result.trace, timeoutMs ?? SYN_TIMEOUT_MS, 'waiting for a SYN-ACK');
    if (connection.type === 'answered')
      result = process.sim.dispatch({ type: 'http', from: process.place, request, connect: { over: connection.trace.id } });
    else if (connection.type === 'error') result = { ...result, ...connection, outcome: 'connect-failed', afterMs: 0 };
  }
  if (result.outcome === 'response') {
    process.out(httpWrites(result.response).join(''));
    return 0;
  }
  if (result.outcome === 'no-answer') {
    process.err(timeoutMs === undefined ? `nc: connect to ${name} port ${port} (tcp) failed: ${errorText('ETIMEDOUT')}\n` : '');
    return 1;
  }
  if (result.outcome === 'empty-reply') return 0;
  if (result.outcome !== 'connect-failed') return undefined;
  if (result.afterMs > 0) await process.sleep(result.afterMs, 'waiting for ARP');
  return 1;
}

/** `80`, `80-82`, or a service's name. */
function readPorts(text: string): readonly number[] | undefined {
  const named = portOf(text);
  if (named !== undefined) return [named];
  const range = /^(\d+)-(\d+)$/.exec(text);
  const [low, high] = range ? [Number(range[1]), Number(range[2])] : [Number(text), Number(text)];
  if (!/^\d+(-\d+)?$/.test(text) || low < 1 || high > 65_535) return undefined;
  return Array.from({ length: Math.abs(high - low) + 1 }, (_, i) => Math.min(low, high) + i);
}

async function run(process: Process, args: readonly string[]): Promise<number> {
  const { options, operands, error } = getopt(args, OPTIONS);
  const given = (name: string) => options.some((option) => option.name === name);
  if (error !== undefined) {
    process.err(`nc: ${error}\n${usage}`);
    return 1;
  }
  if (given('h')) {
    process.err(help);
    return 0;
  }
  const window = options.find((option) => option.name === 'I' || option.name === 'O');
  if (window && !/^\d+$/.test(window.value)) {
    process.err(`nc: TCP ${window.name === 'I' ? 'receive' : 'send'} window invalid: ${window.value}\n`);
    return 1;
  }
  if (given('l') && given('z')) {
    process.err('nc: cannot use -z and -l\n');
    return 1;
  }
  if (given('l') && operands.length === 0 && !given('p')) {
    process.err('nc: missing port number\n');
    return 1;
  }
  if (operands.length === 0) {
    process.err(usage);
    return 1;
  }
  const [name = '', ...portTexts] = operands;
  const [portText] = portTexts;
  const carrying = !given('z') && portText !== undefined;
  if (given('l') || (carrying && (given('u') || !process.hasStdin || process.stdin === ''))) {
    process.err(`nc: ${given('l') ? 'listening' : 'carrying data (use nc -z)'}: not simulated in this lab\n`);
    return 1;
  }
  if (portText === undefined) {
    process.err('nc: missing port number\n');
    return 1;
  }
  const ports: number[] = [];
  for (const text of portTexts) {
    const read = readPorts(text);
    if (!read) {
      const why = !/^\d+$/.test(text) ? 'invalid' : Number(text) === 0 ? 'too small' : 'too large';
      process.err(`nc: port number ${why}: ${text}\n`);
      return 1;
    }
    ports.push(...read);
  }
  const bound = options.find((option) => option.name === 's')?.value;
  const local = Object.values(process.kernel.namespace().links).flatMap((link) => link.addresses);
  if (bound !== undefined && !local.some(({ address: each }) => each === bound)) {
    process.err('nc: bind failed: Cannot assign requested address\n');
    return 1;
  }
  const from = options.find((option) => option.name === 'p')?.value;
  if (from !== undefined && !readPorts(from)) {
    process.err('nc: getaddrinfo: Servname not supported for ai_socktype\n');
    return 1;
  }
  const waits = options.find((option) => option.name === 'w')?.value;
  if (waits !== undefined && !/^\d+$/.test(waits)) {
    process.err(`nc: timeout invalid: ${waits}\n`);
    return 1;
  }
  let address = name;
  if (parseAddress(name) === undefined) {
    const { addresses, timedOut, tookMs } = process.sim.dispatch({ type: 'resolve', from: process.place, name });
    if (tookMs > 0) await process.sleep(tookMs, `looking up ${name}`);
    if (given('n') || addresses.length === 0) {
      process.err(
        `nc: getaddrinfo for host "${name}" port ${portText}: ${timedOut ? 'Temporary failure in name resolution' : 'Name or service not known'}\n`,
      );
      return 1;
    }
    address = addresses[0]!;
  }
  const shown: Probe = {
    process,
    name: address === name ? name : `${name} (${address})`,
    address,
    proto: given('u') ? 'udp' : 'tcp',
    verbose: given('v'),
    numeric: given('n'),
    bound: { ...(bound !== undefined && { src: bound }), ...(from !== undefined && { sport: readPorts(from)![0]! }) },
    ...(waits === undefined ? {} : { timeoutMs: Number(waits) * 1000 }),
  };
  if (carrying) {
    const carried = await carry(shown, ports[0]!);
    if (carried === undefined) process.err('nc: carrying anything but an HTTP request: not simulated in this lab\n');
    return carried ?? 1;
  }
  let status = 1;
  for (const port of ports) if (await probe(shown, port)) status = 0;
  return status;
}

export const nc: Command = {
  name: 'nc',
  summary: 'test whether a TCP or UDP port answers (nc -zv HOST PORT)',
  where: 'everywhere',
  complete: hostsOr('-n -u -v -w -z'),
  async run(process, args) {
    try {
      return await run(process, args);
    } catch (error) {
      if (process.signal.aborted) return 130;
      throw error;
    }
  },
};
