/**
 * `traceroute` 2.1: probes with growing TTL that walk the real tables; who answers is who threw the probe away. UDP (default), ICMP
 * (-I) and TCP (-T) probes. Times are made up as ping's are. Leaves out IPv6, source routes, extensions and MTU discovery.
 */

import { errorText, type Flow, outcomeOf, parseAddress, type Trace } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { hostsOr } from '../completing.ts';
import { getopt, type OptionSpec } from '../getopt.ts';
import { roundTrip } from '../ping/statistics.ts';
import { usage } from './usage.ts';

const OPTIONS: readonly OptionSpec[] = [
  { short: '4' },
  { short: '6' },
  { short: 'd', long: 'debug' },
  { short: 'F', long: 'dont-fragment' },
  { short: 'f', long: 'first', argument: 'required' },
  { short: 'g', long: 'gateway', argument: 'required' },
  { short: 'I', long: 'icmp' },
  { short: 'T', long: 'tcp' },
  { short: 'i', long: 'interface', argument: 'required' },
  { short: 'm', long: 'max-hops', argument: 'required' },
  { short: 'N', long: 'sim-queries', argument: 'required' },
  { short: 'n' },
  { short: 'p', long: 'port', argument: 'required' },
  { short: 'w', long: 'wait', argument: 'required' },
  { short: 'q', long: 'queries', argument: 'required' },
  { short: 's', long: 'source', argument: 'required' },
  { short: 't', long: 'tos', argument: 'required' },
  { short: 'l', long: 'flowlabel', argument: 'required' },
  { short: 'z', long: 'sendwait', argument: 'required' },
  { short: 'M', long: 'module', argument: 'required' },
  { short: 'O', long: 'options', argument: 'required' },
  { short: 'U', long: 'udp' },
  { short: 'V', long: 'version' },
  { short: '', long: 'help' },
];
/** Options that are not simulated; an existing interface changes nothing here. */
const UNSIMULATED = ['6', 'd', 'F', 'g', 't', 'l', 'z', 'M', 'O'];
/** What the usage calls an option's argument. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  f: 'first_ttl',
  g: 'gate,...',
  i: 'device',
  m: 'max_ttl',
  N: 'squeries',
  p: 'port',
  t: 'tos',
  l: 'flow_label',
  w: 'MAX,HERE,NEAR',
  q: 'nqueries',
  s: 'src_addr',
  z: 'sendwait',
  M: 'name',
  O: 'OPTS,...',
};

interface Task {
  readonly process: Process;
  readonly name: string;
  readonly address: string;
  readonly proto: Flow['proto'];
  readonly port: number;
  readonly first: number;
  readonly hops: number;
  readonly queries: number;
  readonly waitMs: number;
  readonly numeric: boolean;
  readonly source?: string;
  /** Of a whole packet. */
  readonly size: number;
}

interface Answer {
  readonly from: string;
  readonly us: number;
  readonly mark: string;
  readonly reached: boolean;
}

const MARKS: { readonly [K in Trace['disposition']]?: string } = {
  'no-route': '!N',
  'neighbour-unreachable': '!H',
  prohibited: '!X',
};

function probe(task: Task, ttl: number, nth: number): Answer | undefined | Trace {
  const { process, proto, address } = task;
  const flow: Flow = {
    from: process.place,
    proto,
    dst: address,
    // The default method counts the port up, from where nothing listens; others keep theirs.
    dport: proto === 'icmp' ? 0 : proto === 'udp' && task.port === 33_434 ? task.port + nth : task.port,
    ttl,
    length: 32,
    ...(proto === 'icmp' ? { sport: 1000 } : {}),
    ...(task.source === undefined ? {} : { src: task.source }),
  };
  const trace = process.sim.dispatch({ type: 'flow', flow });
  if (trace.errno !== undefined && trace.disposition !== 'neighbour-unreachable') return trace;
  const outcome = outcomeOf(trace);
  if (outcome.type === 'silence') return undefined;
  // A host's own ARP failure comes back as an error of its own socket, if it was waited for long enough.
  if (outcome.type === 'error' && outcome.afterMs > 0 && trace.errno !== undefined) {
    if (task.waitMs < outcome.afterMs) return undefined;
    return { from: trace.sent.src, us: outcome.afterMs * 1000 + 50_000 + nth * 11, mark: '!H', reached: true };
  }
  const us = roundTrip(process.sim.world().seed, trace, ttl * 16 + nth);
  const from = trace.reverse?.sent.src ?? address;
  return {
    from,
    us,
    mark: MARKS[trace.disposition] ?? '',
    reached: trace.disposition === 'delivered' || trace.disposition === 'refused',
  };
}

async function run(task: Task): Promise<number> {
  const { process, name, address } = task;
  process.out(`traceroute to ${name} (${address}), ${task.hops} hops max, ${task.size} byte packets`);
  let nth = 0;
  for (let ttl = task.first; ttl <= task.hops; ttl++) {
    let line = `${ttl === task.first ? '\n' : ''}${String(ttl).padStart(2)} `;
    let last: string | undefined;
    let over = false;
    let silent = 0;
    for (let query = 0; query < task.queries; query++) {
      const answer = probe(task, ttl, nth++);
      if (answer !== undefined && 'hops' in answer) {
        process.err(`\nconnect: ${errorText(answer.errno!)}\n`);
        return 1;
      }
      if (!answer) {
        line += ' *';
        silent++;
        continue;
      }
      if (answer.from !== last) line += task.numeric ? ` ${answer.from}` : ` ${answer.from} (${answer.from})`;
      last = answer.from;
      line += `  ${(answer.us / 1000).toFixed(3)} ms${answer.mark === '' ? '' : ` ${answer.mark}`}`;
      over ||= answer.reached || answer.mark !== '';
    }
    // Sixteen probes are under way at once, so silence is waited for about once in five hops.
    if (silent > 0 && (ttl - task.first) % 5 === 0) await process.sleep(task.waitMs, 'waiting for an answer to a probe');
    process.out(`${line}\n`);
    if (over) break;
  }
  return 0;
}

/** Where a word stands, as its complaints count. */
const argc = (args: readonly string[], word: string): number => args.indexOf(word) + 1;

function badOption(args: readonly string[], option: string, error: string): string {
  const at = args.findIndex((arg) => arg.startsWith('-') && arg.includes(option.replace(/^-+/, ''))) + 1;
  const dashed = option.startsWith('-') ? option : `-${option}`;
  const wants = ARGUMENTS[dashed.replace(/^-+/, '')];
  return error.includes('requires an argument') && wants !== undefined
    ? `Option \`${dashed}' (argc ${at}) requires an argument: \`${dashed} ${wants}'\n`
    : `Bad option \`${dashed}' (argc ${at})\n`;
}

/** What is wrong with the values, in the words of traceroute's own command-line reader. */
function mistakeIn(
  args: readonly string[],
  options: readonly { readonly name: string; readonly value: string }[],
  operands: readonly string[],
): string | undefined {
  for (const { name, value } of options) {
    const numeric = name === 'w' ? /^\d*\.?\d+(,[\d.]+)*$/ : /^\d+$/;
    if ('fmNpqtw'.includes(name) && name !== '' && !numeric.test(value)) {
      const at = argc(args, value) || args.findIndex((arg) => arg.startsWith(`-${name}`)) + 1;
      return `Cannot handle \`-${name}' option with arg \`${value}' (argc ${at})\n`;
    }
  }
  const value = (name: string) => options.find((option) => option.name === name)?.value;
  const module = value('M');
  if (module !== undefined && !['default', 'icmp', 'tcp', 'tcpconn', 'udp', 'udplite', 'dccp', 'raw'].includes(module))
    return `Unknown traceroute module ${module}\n`;
  const queries = Number(value('q') ?? 3);
  if (queries < 1 || queries > 10) return 'no more than 10 probes per hop\n';
  const [, size, more] = operands;
  if (size !== undefined && !/^\d+$/.test(size))
    return `Cannot handle "packetlen" cmdline arg \`${size}' on position 2 (argc ${argc(args, size)})\n`;
  if (Number(size ?? 0) > 65_000) return `too big packetlen ${size} specified\n`;
  return more === undefined ? undefined : `Extra arg \`${more}' (position 3, argc ${argc(args, more)})\n`;
}

function number(text: string | undefined, fallback: number): number {
  return text === undefined || !/^\d+(\.\d+)?$/.test(text) ? fallback : Number(text);
}

export const traceroute: Command = {
  name: 'traceroute',
  summary: 'print the way packets take to a host',
  where: 'hosts',
  complete: hostsOr('-I -T -m -n -p -q -w'),
  async run(process, args) {
    const { options, operands, error } = getopt(args, OPTIONS);
    const value = (name: string) => options.find((option) => option.name === name)?.value;
    const given = (name: string) => value(name) !== undefined;
    if (error !== undefined) {
      process.err(badOption(args, /'(.*)'/.exec(error)?.[1] ?? '', error));
      return 2;
    }
    if (given('help') || (operands.length === 0 && !given('V'))) {
      process.out(usage);
      return 0;
    }
    if (given('V')) {
      process.err(
        'Modern traceroute for Linux, version 2.1.2\nCopyright (c) 2016  Dmitry Butskoy,   License: GPL v2 or any later\n',
      );
      return 0;
    }
    const mistake = mistakeIn(args, options, operands);
    if (mistake !== undefined) {
      process.err(mistake);
      return 2;
    }
    const odd = UNSIMULATED.find(given);
    if (odd !== undefined) {
      process.err(`traceroute: -${odd}: not simulated in this lab\n`);
      return 1;
    }
    const dev = value('i');
    if (dev !== undefined && !Object.hasOwn(process.kernel.namespace().links, dev)) {
      process.out(`traceroute to ${operands[0]} (${operands[0]}), ${number(value('m'), 30)} hops max, 60 byte packets\n`);
      process.err('setsockopt SO_BINDTODEVICE: No such device\n');
      return 1;
    }
    const hops = number(value('m'), 30);
    if (hops > 255 || hops < 1) {
      process.err(hops < 1 ? 'first hop out of range\n' : 'max hops cannot be more than 255\n');
      return 2;
    }
    if (number(value('f'), 1) > hops || number(value('f'), 1) < 1) {
      process.err('first hop out of range\n');
      return 2;
    }
    if (given('T') && !process.root) {
      process.err('You do not have enough privileges to use this traceroute method.\nsocket: Operation not permitted\n');
      return 1;
    }
    const [name = ''] = operands;
    try {
      let address = name;
      if (parseAddress(name) === undefined) {
        const found = process.sim.dispatch({ type: 'resolve', from: process.place, name });
        if (found.tookMs > 0) await process.sleep(found.tookMs, `looking up ${name}`);
        if (found.addresses.length === 0) {
          const why = found.timedOut ? 'Temporary failure in name resolution' : 'Name or service not known';
          process.err(
            `${name}: ${why}\nCannot handle "host" cmdline arg \`${name}' on position 1 (argc ${args.indexOf(name) + 1})\n`,
          );
          return 2;
        }
        address = found.addresses[0]!;
      }
      const proto = given('I') ? 'icmp' : given('T') ? 'tcp' : 'udp';
      const source = value('s');
      const local = Object.values(process.kernel.namespace().links).flatMap((link) => link.addresses);
      if (source !== undefined && !local.some((each) => each.address === source)) {
        process.out(`traceroute to ${name} (${address}), ${hops} hops max, 60 byte packets\n`);
        process.err('bind: Cannot assign requested address\n');
        return 1;
      }
      return await run({
        process,
        name,
        address,
        proto,
        port: number(value('p'), given('T') ? 80 : given('U') ? 53 : 33_434),
        first: number(value('f'), 1),
        hops,
        queries: Math.min(number(value('q'), 3), 10),
        waitMs: number(value('w'), 5) * 1000,
        numeric: given('n'),
        size: operands[1] === undefined ? 60 : Math.max(Number(operands[1]), 28),
        ...(source === undefined ? {} : { source }),
      });
    } catch (error_) {
      if (process.signal.aborted) return 130;
      throw error_;
    }
  },
};
