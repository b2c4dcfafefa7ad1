/**
 * `ping` of iputils 20221126: ICMP echoes that walk the real tables, on virtual time. Round trip times are made up (keyed by the
 * flow) but for what waits in earnest: an ARP failure takes its three seconds. Leaves out IPv6, record route, timestamps and
 * broadcasts.
 */

import type { Flow, Trace } from '../../../engine/index.ts';
import { outcomeOf, parseAddress } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { hostsOr } from '../completing.ts';
import { type PingOptions, readOptions } from './options.ts';
import { roundTrip, roundTripText, Statistics } from './statistics.ts';

/** How long ping waits for answers after its last packet when none has come yet, ms (-W, default MAXWAIT). */
const LINGER_MS = 10_000;
/** A flood that nobody answers sends a hundred a second (MIN_INTERVAL_MS). */
const FLOOD_GAP_MS = 10;
/** What others than root may not go below (MIN_USER_INTERVAL_MS). */
const USER_GAP_MS = 2;
/** The longest payload of an ICMP echo. */
const LONGEST = 65_507;

type Event =
  | { readonly at: number; readonly what: 'reply'; readonly seq: number; readonly trace: Trace; readonly rtt: number }
  | { readonly at: number; readonly what: 'error'; readonly seq: number; readonly from: string; readonly text: string }
  /** The kernel's own refusal to send. */
  | { readonly at: number; readonly what: 'local'; readonly seq: number; readonly text: string };

interface Target {
  readonly name: string;
  readonly address: string;
}

const ERROR_TEXTS: { readonly [K in Trace['disposition']]?: string } = {
  refused: 'Destination Port Unreachable',
  'no-route': 'Destination Net Unreachable',
  'neighbour-unreachable': 'Destination Host Unreachable',
  prohibited: 'Packet filtered',
  'ttl-exceeded': 'Time to live exceeded',
};

class Ping {
  readonly #process: Process;
  readonly #options: PingOptions;
  readonly #target: Target;
  readonly #statistics = new Statistics();
  readonly #events: Event[] = [];
  readonly #id: number;
  readonly #began: number;
  #lastSent = 0;
  #answered = 0;
  /** Between two packets, ms; -A changes it with every answer. */
  #interval: number;

  constructor(process: Process, options: PingOptions, target: Target) {
    this.#process = process;
    this.#options = options;
    this.#target = target;
    this.#began = process.now();
    this.#interval = options.intervalMs;
    this.#id = (process.sim.world().inputs * 7 + 1) % 65_536;
  }

  flow(): Flow {
    const { options, target } = { options: this.#options, target: this.#target };
    return {
      from: this.#process.place,
      proto: 'icmp',
      dst: target.address,
      dport: 0,
      sport: this.#id,
      length: options.size,
      seq: this.#statistics.sent,
      ...(options.ttl === undefined ? {} : { ttl: options.ttl }),
      ...(options.source === undefined ? {} : { src: options.source }),
    };
  }

  #send(): void {
    const process = this.#process;
    const { statistics, now } = { statistics: this.#statistics, now: process.now() };
    const seq = statistics.send();
    this.#lastSent = now;
    if (this.#options.flood && !this.#options.quiet) process.out('.');
    const limit = this.#tooLong();
    if (limit !== undefined) {
      this.#events.push({ at: now, what: 'local', seq, text: `local error: message too long, mtu=${limit}` });
      return;
    }
    const trace = process.sim.dispatch({ type: 'flow', flow: this.flow() });
    const rtt = roundTrip(process.sim.world().seed, trace, seq);
    const outcome = outcomeOf(trace);
    if (outcome.type === 'answered') {
      this.#events.push({ at: now + Math.ceil(rtt / 1000), what: 'reply', seq, trace, rtt });
    } else if (outcome.type === 'error') {
      const local = trace.errno !== undefined;
      const from = local ? trace.sent.src : (trace.reverse?.sent.src ?? trace.answeredBy ?? trace.sent.src);
      this.#events.push({
        at: now + outcome.afterMs,
        what: 'error',
        seq,
        from,
        text: ERROR_TEXTS[trace.disposition] ?? 'Destination Net Unreachable',
      });
    }
    statistics.outstanding(this.#events.length);
    this.#sortEvents();
  }

  #tooLong(): number | undefined {
    const { size, unfragmented } = this.#options;
    if (!unfragmented && size <= LONGEST) return undefined;
    const { hops } = this.#process.sim.ask({ type: 'flow', flow: this.flow() });
    const links = this.#process.kernel.namespace().links;
    const mtu = links[hops[0]?.out ?? '']?.mtu;
    return mtu !== undefined && size + 28 > mtu ? mtu : undefined;
  }

  #sortEvents(): void {
    this.#events.sort((a, b) => a.at - b.at);
  }

  #stamp(): string {
    return this.#options.timestamps ? `[${(this.#process.now() / 1000).toFixed(6)}] ` : '';
  }

  #handle(event: Event): void {
    const { quiet, size, flood, verbose, bell } = this.#options;
    const { name, address } = this.#target;
    if (event.what !== 'reply') {
      // receive_error_msg() does not count the kernel's own refusals when it is to be quiet.
      if (event.what === 'error' || !quiet) this.#statistics.fail();
      if (quiet) return;
      if (flood) this.#process.out(event.what === 'local' ? 'E' : '\bE');
      else if (event.what === 'local') this.#process.err(`ping: ${event.text}\n`);
      else this.#process.out(`${this.#stamp()}From ${event.from} icmp_seq=${event.seq} ${event.text}\n`);
      return;
    }
    this.#answered = event.seq;
    this.#statistics.receive(event.rtt);
    this.#adapt();
    if (quiet) return;
    if (flood) {
      this.#process.out('\b \b');
      return;
    }
    const header = event.trace.reverse?.received?.header;
    const from = header?.src ?? address;
    const named = name !== address && !this.#options.numeric && !/^[\d.]+$/.test(name) ? `${name} (${from})` : from;
    // A payload too small for a time stamp cannot be timed.
    const time = size >= 16 ? ` time=${roundTripText(event.rtt)} ms` : '';
    const ident = verbose ? ` ident=${this.#id}` : '';
    const ttl = header?.ttl ?? 64;
    this.#process.out(
      `${this.#stamp()}${size + 8} bytes from ${named}: icmp_seq=${event.seq}${ident} ttl=${ttl}${time}${bell ? '\x07' : ''}\n`,
    );
  }

  /** update_interval(): an adaptive ping waits about as long as an answer takes. */
  #adapt(): void {
    const { average } = this.#statistics;
    if (!this.#options.adaptive || average === undefined) return;
    this.#interval = Math.max(Math.floor((average + 500) / 1000), this.#process.root ? 0 : USER_GAP_MS);
  }

  /** When the next packet goes out, as pinger()'s bucket of tokens has it. */
  #nextSend(now: number): number {
    const { sent, inFlight } = this.#statistics;
    const { preload } = this.#options;
    if (sent < preload) return now;
    if (this.#interval > 0) return this.#lastSent + this.#interval;
    // A millisecond is as fast as the simulated clock goes.
    return this.#lastSent + (inFlight < preload ? 1 : FLOOD_GAP_MS);
  }

  #reportMissing(): void {
    const { sent } = this.#statistics;
    if (!this.#options.reportsMissing || sent === 0 || this.#answered === sent) return;
    this.#process.out(`${this.#stamp()}no answer yet for icmp_seq=${sent}\n`);
  }

  #opening(): string {
    const { size, device, source, pattern, quiet, verbose } = this.#options;
    const { name, address } = this.#target;
    const from = device !== undefined || source !== undefined ? ` from ${source ?? ''} ${device ?? ''}:` : '';
    const filled = pattern !== undefined && !quiet ? `PATTERN: 0x${pattern}\n` : '';
    const resolved = verbose ? `ai->ai_family: AF_INET, ai->ai_canonname: '${name}'\n` : '';
    return `${filled}${resolved}PING ${name} (${address})${from} ${size}(${size + 28}) bytes of data.\n`;
  }

  /** What the kernel or ping itself refuses once it has begun. */
  #refuses(): boolean {
    if (this.#interval >= USER_GAP_MS || this.#process.root) return false;
    this.#process.err(`ping: cannot flood; minimal interval allowed for user is ${USER_GAP_MS}ms\n`);
    return true;
  }

  /** When nothing more is to come: everything answered, or the last wait is over. */
  #deadline(): number {
    const { count, waitMs, deadlineMs } = this.#options;
    const s = this.#statistics;
    const hard = deadlineMs === undefined ? Number.POSITIVE_INFINITY : this.#began + deadlineMs;
    if (count === undefined || s.sent < count) return hard;
    if (s.received + s.errors >= count) return this.#process.now();
    return Math.min(hard, this.#lastSent + (s.received > 0 ? Math.max(1000, 2 * s.slowestMs) : (waitMs ?? LINGER_MS)));
  }

  async run(): Promise<number> {
    const process = this.#process;
    const { name } = this.#target;
    const { size, count, flood, adaptive } = this.#options;
    process.out(this.#opening());
    if (this.#refuses()) return 2;
    let ended = false;
    const manner = { timed: size >= 16, hurried: flood || adaptive || this.#interval === 0 };
    const statistics = () => (ended ? '' : this.#statistics.text(name, this.#lastSent - this.#began, manner));
    process.lastWords?.(statistics);
    try {
      while (!process.signal.aborted) {
        const now = process.now();
        while (this.#events[0] && this.#events[0].at <= now) this.#handle(this.#events.shift()!);
        const end = this.#deadline();
        if (now >= end) break;
        const more = count === undefined || this.#statistics.sent < count;
        const nextSend = this.#nextSend(now);
        if (more && now >= nextSend) {
          this.#reportMissing();
          this.#send();
          continue;
        }
        const next = Math.min(end, more ? nextSend : Number.POSITIVE_INFINITY, this.#events[0]?.at ?? Number.POSITIVE_INFINITY);
        await process.sleep(Math.max(Math.ceil(next - now), 1), 'waiting for an echo reply');
      }
    } catch (error) {
      if (process.signal.aborted) return 130;
      throw error;
    }
    if (process.signal.aborted) return 130;
    process.out(statistics());
    ended = true;
    if (this.#statistics.received === 0) return 1;
    const short = this.#options.deadlineMs !== undefined && count !== undefined && this.#statistics.received < count;
    return short ? 1 : 0;
  }
}

/** The kernel's own refusal when the socket is connected: before anything is sent. */
function refusal(process: Process, ping: Ping): string | undefined {
  const trace = process.sim.ask({ type: 'flow', flow: ping.flow() });
  if (trace.errno === 'EACCES') return 'Do you want to ping broadcast? Then -b. If not, check your local firewall rules';
  const outcome = outcomeOf(trace);
  if (trace.errno === undefined || trace.disposition === 'neighbour-unreachable' || outcome.type !== 'error') return undefined;
  return `connect: ${CONNECT_ERRORS[outcome.errno] ?? 'Invalid argument'}`;
}

const CONNECT_ERRORS: Readonly<Record<string, string>> = {
  ENETUNREACH: 'Network is unreachable',
  EHOSTUNREACH: 'No route to host',
  EINVAL: 'Invalid argument',
};

/** What -v says of the sockets that were opened. */
function sockets(onlyV4: boolean): string {
  const six = onlyV4
    ? 'sock6.fd: -1 (socktype: 0), hints.ai_family: AF_INET'
    : 'sock6.fd: 4 (socktype: SOCK_RAW), hints.ai_family: AF_UNSPEC';
  return `ping: sock4.fd: 3 (socktype: SOCK_RAW), ${six}\n\n`;
}

async function resolve(process: Process, name: string): Promise<Target | undefined> {
  if (name === '0') return { name, address: '127.0.0.1' };
  if (parseAddress(name) !== undefined) return { name, address: name };
  const { addresses, timedOut, tookMs } = process.sim.dispatch({ type: 'resolve', from: process.place, name });
  if (tookMs > 0) await process.sleep(tookMs, `looking up ${name}`);
  const [address] = addresses;
  if (address !== undefined) return { name, address };
  process.err(`ping: ${name}: ${timedOut ? 'Temporary failure in name resolution' : 'Name or service not known'}\n`);
  return undefined;
}

/** `-B`: the source that the first route gives is kept. */
function withSource(process: Process, options: PingOptions, target: Target): PingOptions {
  const { sent } = process.sim.ask({ type: 'flow', flow: new Ping(process, options, target).flow() });
  return { ...options, source: sent.src };
}

/** `-I`: a link's name, or an address of one. */
function bind(process: Process, options: PingOptions, target: Target): string | PingOptions {
  const { from } = options;
  if (from === undefined) return options.keepsSource ? withSource(process, options, target) : options;
  const links = process.kernel.namespace().links;
  if (parseAddress(from) === undefined) {
    const link = Object.hasOwn(links, from) ? links[from] : undefined;
    if (!link) return `SO_BINDTODEVICE ${from}: No such device`;
    const source = link.addresses[0]?.address;
    return { ...options, device: from, ...(source === undefined ? {} : { source }) };
  }
  const own = Object.values(links).some((link) => link.addresses.some((a) => a.address === from));
  return own ? { ...options, source: from } : 'bind: Cannot assign requested address';
}

export const ping: Command = {
  name: 'ping',
  summary: 'send ICMP echo requests to a host',
  where: 'everywhere',
  complete: hostsOr('-c -i -I -M -n -q -s -t -v -w -W'),
  async run(process, args) {
    const read = readOptions(process, args);
    if (typeof read === 'number') return read;
    try {
      if (read.verbose) process.err(sockets(read.onlyV4));
      const target = await resolve(process, read.destination);
      if (!target) return 2;
      const bound = bind(process, read, target);
      if (typeof bound === 'string') {
        process.err(`ping: ${bound}\n`);
        return 2;
      }
      const sender = new Ping(process, bound, target);
      const refused = refusal(process, sender);
      if (refused !== undefined) {
        process.err(`ping: ${refused}\n`);
        return 2;
      }
      return await sender.run();
    } catch (error) {
      if (process.signal.aborted) return 130;
      throw error;
    }
  },
};
