/**
 * `dig` of bind9-dnsutils 9.18: one or more questions to a name server over the simulated network. Simulated are names, types, -t,
 * -x, -q, -p 53, @server, +short, +search, +time, +tries and the +no… that trim the output. TCP, tracing, DNSSEC and zone transfer are not.
 */

import { type DnsOutcome, lookup, type Place, parseAddress, resolvConf } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { serviceNames } from '../completing.ts';
import { questionLine, recordLine } from './message.ts';
import { HELP } from './usage.ts';

export const DIG_VERSION = '9.18.49-1~deb12u3-Debian';

const USAGE = `Usage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}
            {global-d-opt} host [@local-server] {local-d-opt}
            [ host [@local-server] {local-d-opt} [...]]

Use "dig -h" (or "dig -h | more") for complete list of options
`;

/** How long a host asks for a neighbour before it gives up. */
const ARP_MS = 3000;
const TYPES = new Set(['A', 'AAAA', 'ANY', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']);
/** Switches `+x` / `+nox` that decide what is printed. */
const SECTIONS = ['cmd', 'comments', 'question', 'answer', 'authority', 'additional', 'stats'] as const;
type Section = (typeof SECTIONS)[number];
const ABSENT = new Set(['trace', 'tcp', 'vc', 'dnssec', 'nssearch', 'https', 'tls', 'notcp-fallback']);
/** Switches that change nothing that can be seen here. */
const HARMLESS = new Set([
  'recurse',
  'rec',
  'edns',
  'cookie',
  'multiline',
  'ttlid',
  'cl',
  'class',
  'ignore',
  'fail',
  'adflag',
  'cdflag',
  'all',
  'qr',
  'keepalive',
  'expire',
  'identify',
  'idnin',
  'idnout',
]);

interface Query {
  readonly name: string;
  readonly type: string;
  readonly server?: string;
  readonly show: Readonly<Record<Section, boolean>>;
  readonly short: boolean;
  readonly search: boolean;
  readonly timeoutMs: number;
  readonly tries: number;
}

type Read =
  | { readonly query: Query }
  | { readonly error: string; readonly status?: number }
  | { readonly absent: string }
  | { readonly text: string };

/** `10.49.0.1` → `1.0.49.10.in-addr.arpa` */
export function reverseName(address: string): string {
  return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
}

function readArguments(args: readonly string[]): Read {
  const show: Record<Section, boolean> = {
    cmd: true,
    comments: true,
    question: true,
    answer: true,
    authority: true,
    additional: true,
    stats: true,
  };
  let [name, type, server, short, search, timeoutMs, tries]: [
    string | undefined,
    string | undefined,
    string | undefined,
    boolean,
    boolean,
    number,
    number,
  ] = [undefined, undefined, undefined, false, false, 5000, 3];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg.startsWith('@')) server = arg.slice(1);
    else if (arg.startsWith('+')) {
      const [, no, word = '', value] = /^\+(no)?([a-z]+)(?:=(.*))?$/.exec(arg) ?? [];
      if (ABSENT.has(word) && !no) return { absent: arg };
      if (word === 'short') short = !no;
      else if (word === 'search') search = !no;
      else if (word === 'all') for (const section of SECTIONS) show[section] = !no;
      else if (['time', 'timeout', 'tries', 'retry'].includes(word) && !/^\d+$/.test(value ?? '0'))
        return {
          error: `invalid ${word.replace('time', 'timeout').replace('timeoutout', 'timeout')} '${value}': not a valid number\ndig: Couldn't parse ${word === 'time' || word === 'timeout' ? 'timeout' : word}\n`,
          status: 10,
        };
      else if (word === 'time' || word === 'timeout') timeoutMs = Math.max(1, Number(value) || 1) * 1000;
      else if (word === 'tries') tries = Math.max(1, Number(value) || 1);
      else if (word === 'retry') tries = Math.max(0, Number(value) || 0) + 1;
      else if ((SECTIONS as readonly string[]).includes(word)) show[word as Section] = !no;
      else if (!HARMLESS.has(word) && !ABSENT.has(word)) return { error: `Invalid option: ${arg}\n${USAGE}` };
    } else if (arg.startsWith('-')) {
      const letter = arg[1] ?? '';
      if (letter === 'h') return { text: HELP };
      if (letter === 'v') return { text: `DiG ${DIG_VERSION}\n` };
      if (letter === '4') continue;
      if (!'txqpbcf'.includes(letter) || letter === '') return { error: `Invalid option: ${arg}\n${USAGE}` };
      const value = arg.length > 2 ? arg.slice(2) : args[++i];
      if (value === undefined) return { error: `Invalid option: ${arg}\n${USAGE}` };
      if (letter === 't') {
        if (!TYPES.has(value.toUpperCase())) return { error: `;; Warning, ignoring invalid type ${value}\n` };
        type = value.toUpperCase();
      } else if (letter === 'q') name = value;
      else if (letter === 'x') [name, type] = [reverseName(value), 'PTR'];
      else if (letter === 'p' && (!/^\d+$/.test(value) || Number(value) > 65_535))
        return {
          error: `invalid port number '${value}': ${/^\d+$/.test(value) ? 'out of range' : 'not a valid number'}\ndig: Couldn't parse port number\n`,
          status: 1,
        };
      else if (letter === 'f')
        return { error: `${value}: No such file or directory\ndig: couldn't open specified batch file\n`, status: 8 };
      else if (letter === 'c' && value.toUpperCase() === 'IN') continue;
      else if (letter !== 'p' || value !== '53') return { absent: arg };
    } else if (TYPES.has(arg.toUpperCase())) type = arg.toUpperCase();
    else if (arg.toUpperCase() !== 'IN') name = arg;
  }
  return {
    query: {
      name: name ?? '.',
      type: type ?? (name === undefined ? 'NS' : 'A'),
      ...(server ? { server } : {}),
      show,
      short,
      search,
      timeoutMs,
      tries,
    },
  };
}

/** Name servers and search list of a place's resolv.conf. */
export function resolverOf(process: Process): {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
} {
  const place: Place = process.place;
  const text = place.netns === '' ? (process.files.read('/etc/resolv.conf') ?? '') : resolvConf(process.sim.world(), place);
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/));
  const servers = lines.filter(([key]) => key === 'nameserver').map(([, server]) => server!);
  const options = lines.filter(([key]) => key === 'options').flat();
  const ndots = Number(options.find((option) => option?.startsWith('ndots:'))?.slice(6) ?? 1);
  return {
    servers: servers.length ? servers : ['127.0.0.1'],
    search: lines.find(([key]) => key === 'search')?.slice(1) ?? [],
    ndots,
  };
}

/** Asks a server as often as it takes. @returns the answer, or undefined after telling about each failure */
/** A route that says no is met when the socket is connected; silence on the link only by the first packet. */
function routingError(process: Process, server: string): string | undefined {
  const address = parseAddress(server);
  const type = address === undefined ? undefined : lookup(process.kernel.namespace(), address).type;
  return type === 'none' ? 'network unreachable' : type === 'unreachable' ? 'host unreachable' : undefined;
}

export async function ask(
  process: Process,
  server: string,
  name: string,
  type: string,
  timeoutMs: number,
  tries: number,
  edns: boolean,
): Promise<(DnsOutcome & { outcome: 'answer' }) | undefined> {
  for (let i = 0; i < tries; i++) {
    const result = process.sim.dispatch({ type: 'dns', from: process.place, server, name, recordType: type, edns });
    if (result.outcome === 'answer') return result;
    const unroutable = result.outcome === 'unreachable' ? routingError(process, server) : undefined;
    if (unroutable !== undefined) {
      process.out(`;; UDP setup with ${server}#53(${server}) for ${name} failed: ${unroutable}.\n`);
      continue;
    }
    if (result.outcome === 'no-answer') await process.sleep(timeoutMs, 'waiting for an answer from the name server');
    const why = {
      'no-answer': 'timed out',
      refused: 'connection refused',
      unreachable: timeoutMs < ARP_MS ? 'timed out' : 'host unreachable',
    }[result.outcome];
    process.out(`;; communications error to ${server}#53: ${why}\n`);
  }
  return undefined;
}

async function addressOf(process: Process, server: string): Promise<string | undefined> {
  if (parseAddress(server) !== undefined) return server;
  return process.sim.dispatch({ type: 'resolve', from: process.place, name: server }).addresses[0];
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Tue Jun 17 14:02:00 UTC 2025` */
function when(ms: number): string {
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':');
  return `${WEEKDAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${two(at.getUTCDate())} ${time} UTC ${at.getUTCFullYear()}`;
}

function banner(args: readonly string[], query: Query): string {
  const found = query.server === undefined ? '' : '; (1 server found)\n';
  return query.show.cmd ? `\n; <<>> DiG ${DIG_VERSION} <<>> ${args.join(' ')}\n${found};; global options: +cmd\n` : '';
}

/** An answer ends with the cookie. */
const COOKIE_BYTES = 8;

function print(process: Process, query: Query, name: string, server: string, result: DnsOutcome & { outcome: 'answer' }): void {
  const { answer } = result;
  const { show } = query;
  const authority = answer.authority ?? [];
  const [, message = ''] = result.trace.datagrams ?? [];
  const hex = (bytes: string) => [...bytes].map((char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  let text = '';
  if (show.comments) {
    const mdns = /\.local\.?$/.test(name)
      ? ';; WARNING: .local is reserved for Multicast DNS\n;; You are currently testing what happens when an mDNS query is leaked to DNS\n'
      : '';
    const flags = `qr${answer.authoritative ? ' aa' : ''} rd`;
    text += `;; Got answer:\n${mdns};; ->>HEADER<<- opcode: QUERY, status: ${answer.code}, id: ${Number.parseInt(hex(message.slice(0, 2)), 16)}\n`;
    text += `;; flags: ${flags}; QUERY: 1, ANSWER: ${answer.answers.length}, AUTHORITY: ${authority.length}, ADDITIONAL: 1\n;; WARNING: recursion requested but not available\n\n`;
    if (show.additional)
      text += `;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n; COOKIE: ${hex(message.slice(-COOKIE_BYTES))} (echoed)\n`;
  }
  if (show.question) text += `${show.comments ? ';; QUESTION SECTION:\n' : ''}${questionLine(name, query.type)}\n`;
  for (const [title, section, records] of [
    ['ANSWER', 'answer', answer.answers],
    ['AUTHORITY', 'authority', authority],
  ] as const) {
    if (!show[section] || records.length === 0) continue;
    text += `${show.comments ? `;; ${title} SECTION:\n` : ''}${records.map(recordLine).join('')}${show.comments ? '\n' : ''}`;
  }
  if (show.stats)
    text += `;; Query time: 1 msec\n;; SERVER: ${server}#53(${server}) (UDP)\n;; WHEN: ${when(process.now())}\n;; MSG SIZE  rcvd: ${message.length}\n\n`;
  process.out(text);
}

async function run(process: Process, args: readonly string[]): Promise<number> {
  const read = readArguments(args);
  if ('error' in read) {
    process.err(read.error);
    return read.status ?? 1;
  }
  if ('text' in read) {
    process.out(read.text);
    return 0;
  }
  if ('absent' in read) {
    process.err(`dig ${read.absent}: not simulated in this lab\n`);
    return 1;
  }
  const { query } = read;
  const resolver = resolverOf(process);
  const server = query.server === undefined ? resolver.servers[0] : await addressOf(process, query.server);
  if (server === undefined) {
    process.err(`dig: couldn't get address for '${query.server}': not found\n`);
    return 10;
  }
  const names =
    query.search && !query.name.endsWith('.')
      ? [...resolver.search.map((domain) => `${query.name}.${domain}`), query.name]
      : [query.name];
  for (const [i, name] of names.entries()) {
    const result = await ask(process, server, name, query.type, query.timeoutMs, query.tries, true);
    if (!result) {
      // A short answer has no banner, nor has a question that was never sent.
      process.out(
        `${query.short || routingError(process, server) !== undefined ? '' : banner(args, query)};; no servers could be reached\n`,
      );
      return 9;
    }
    if (result.answer.code === 'NXDOMAIN' && i < names.length - 1) continue;
    if (query.short) process.out(result.answer.answers.map((record) => `${record.value}\n`).join(''));
    else {
      process.out(banner(args, query));
      print(process, query, name, server, result);
    }
    return 0;
  }
  return 0;
}

export const dig: Command = { name: 'dig', summary: 'ask a name server', where: 'everywhere', run, complete: serviceNames };
