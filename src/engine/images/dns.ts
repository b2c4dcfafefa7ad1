/**
 * Name resolution as a process does it: /etc/hosts, then the name servers of resolv.conf, over real UDP flows.
 * Models glibc's resolver: search list by ndots, servers in order. Leaves out caching, nsswitch, TCP fallback and IPv6 (AAAA has no answers).
 */
import { findSocket } from '../kernel/socket.ts';
import { parseAddress } from '../net/address.ts';
import { exchange, withDatagrams } from '../packet/exchange.ts';
import { outcomeOf } from '../packet/outcome.ts';
import type { Trace } from '../packet/trace.ts';
import type { Place, World } from '../world.ts';
import { answerMessage, type DnsQuery, queryMessage } from './dns-message.ts';
import type { DnsAnswer } from './image.ts';
import { hostnameAt, hostsFile, resolvConf } from './place.ts';
import { imageNamed } from './registry.ts';

/** What came of one question to one server. */
export type DnsOutcome =
  | { readonly outcome: 'answer'; readonly answer: DnsAnswer; readonly trace: Trace }
  /** ICMP port unreachable, or an answerer that speaks no DNS. */
  | { readonly outcome: 'refused'; readonly trace: Trace }
  | { readonly outcome: 'no-answer'; readonly trace: Trace }
  | { readonly outcome: 'unreachable'; readonly trace: Trace };

/** Asks one server one question. Nothing is waited for: `no-answer` is what `dig` reports after its timeouts. */
export function dnsQuery(
  world: World,
  from: Place,
  server: string,
  name: string,
  type: string,
  edns = false,
): { readonly world: World; readonly result: DnsOutcome } {
  const query: DnsQuery = { id: idOf(world), name, type, edns };
  const payload = queryMessage(query);
  const walked = exchange(world, { from, proto: 'udp', dst: server, dport: 53, length: payload.length });
  const sent = withDatagrams(walked.world, walked.trace, payload);
  const { trace } = sent;
  const result = (outcome: 'refused' | 'no-answer' | 'unreachable') => ({ world: sent.world, result: { outcome, trace } });
  const outcome = outcomeOf(trace);
  if (outcome.type === 'error') return result(outcome.errno === 'ECONNREFUSED' ? 'refused' : 'unreachable');
  const { received } = trace;
  if (outcome.type === 'silence' || !received) return result('no-answer');
  const host = sent.world.hosts[received.place.host]!;
  const socket = findSocket(host.netns[received.place.netns]!, 'udp', received.header.dst, received.header.dport);
  const image = imageNamed(socket?.app ?? '');
  if (!image?.dns) return result('no-answer');
  const question = { name: name.replace(/\.$/, '').toLowerCase(), type: type.toUpperCase(), client: received.header.src };
  const answer = image.dns(question, host);
  const heard = withDatagrams(sent.world, trace, payload, answerMessage(query, answer));
  return { world: heard.world, result: { outcome: 'answer', answer, trace: heard.trace } };
}

/** The message's id: any number, another for each question. */
const idOf = ({ inputs, flows }: World) => Math.imul(inputs * 131 + flows.length + 1, 40_503) & 0xffff;

export interface Resolution {
  readonly world: World;
  /** Addresses found, in the order to try them. Empty: none. */
  readonly addresses: readonly string[];
  /** No server answered: resolvers say `Temporary failure`, and only after their timeouts. */
  readonly timedOut: boolean;
  /** Time a caller waits for it, ms. */
  readonly tookMs: number;
  readonly traces: readonly Trace[];
}

/** resolv.conf's defaults: five seconds, two attempts. */
const TIMEOUT_MS = 5000;
const ATTEMPTS = 2;

/** Finds a name's IPv4 addresses from a place. */
export function resolveName(world: World, from: Place, name: string): Resolution {
  const found = (addresses: readonly string[]): Resolution => ({ world, addresses, timedOut: false, tookMs: 0, traces: [] });
  if (parseAddress(name) !== undefined) return found([name]);
  const known = fromHosts(world, from, name);
  if (known) return found([known]);
  const { servers, search, ndots } = readResolvConf(resolvConf(world, from));
  return askServers(world, from, servers, candidates(name, search, ndots));
}

function fromHosts(world: World, from: Place, name: string): string | undefined {
  const lower = name.toLowerCase();
  for (const line of hostsFile(world, from).split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (parseAddress(address) !== undefined && names.some((each) => each.toLowerCase() === lower)) return address;
  }
  if (lower === 'localhost') return '127.0.0.1';
  if (from.netns !== '') return undefined;
  // Hosts know each other and themselves by name, as their hosts files would say.
  if (lower === hostnameAt(from)) return '127.0.1.1';
  const host = Object.values(world.hosts).find((each) => each.name === lower || each.aliases.includes(lower));
  return host?.address;
}

interface ResolvConf {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
}

function readResolvConf(text: string): ResolvConf {
  const servers: string[] = [];
  let search: readonly string[] = [];
  let ndots = 1;
  for (const line of text.split('\n')) {
    const [key, ...values] = line.trim().split(/\s+/);
    if (key === 'nameserver' && values[0]) servers.push(values[0]);
    if (key === 'search' || key === 'domain') search = values;
    if (key === 'options') ndots = Number(values.find((value) => value.startsWith('ndots:'))?.slice(6) ?? ndots);
  }
  return { servers: servers.slice(0, 3), search, ndots };
}

/** Full names to try, in order. A final dot means: just this. */
function candidates(name: string, search: readonly string[], ndots: number): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = search.map((domain) => `${name}.${domain}`);
  return name.split('.').length - 1 >= ndots ? [name, ...searched] : [...searched, name];
}

function askServers(start: World, from: Place, servers: readonly string[], names: readonly string[]): Resolution {
  let world = start;
  const traces: Trace[] = [];
  let tookMs = 0;
  for (const name of names) {
    let answered = false;
    for (const server of servers) {
      const asked = ask(world, from, server, name, traces);
      world = asked.world;
      tookMs += asked.silent ? TIMEOUT_MS : 0;
      if (asked.addresses.length) return { world, addresses: asked.addresses, timedOut: false, tookMs, traces };
      answered ||= asked.answered;
      if (asked.answered) break;
    }
    // A resolver that hears nothing gives up rather than try the next name.
    if (!answered) return { world, addresses: [], timedOut: servers.length > 0, tookMs: tookMs * ATTEMPTS, traces };
  }
  return { world, addresses: [], timedOut: false, tookMs, traces };
}

/** One A question, following aliases. */
function ask(start: World, from: Place, server: string, name: string, traces: Trace[]) {
  let world = start;
  let wanted = name;
  for (let aliases = 0; aliases < 8; aliases++) {
    const { world: after, result } = dnsQuery(world, from, server, wanted, 'A');
    world = after;
    traces.push(result.trace);
    if (result.outcome !== 'answer') return { world, addresses: [], answered: false, silent: result.outcome === 'no-answer' };
    if (result.answer.code === 'SERVFAIL' || result.answer.code === 'REFUSED')
      return { world, addresses: [], answered: true, silent: false };
    const addresses = result.answer.answers.filter((record) => record.type === 'A').map((record) => record.value);
    const alias = result.answer.answers.find((record) => record.type === 'CNAME');
    if (addresses.length || !alias) return { world, addresses, answered: true, silent: false };
    wanted = alias.value.replace(/\.$/, '');
  }
  return { world, addresses: [], answered: true, silent: false };
}
