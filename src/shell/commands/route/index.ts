/** `route` of net-tools 2.10: shows the main table, adds and deletes IPv4 routes by ioctl. Leaves out other families and the routing cache. */
import { formatAddress, type NextHop, parseAddress, parsePrefix, type Route } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { getopt, type OptionSpec } from '../getopt.ts';
import { builtWith, FAMILIES, lengthOfMask, VERSION } from '../net-tools.ts';
import { type Columns, tableText } from './table.ts';
import { CHANGE_USAGE, USAGE } from './usage.ts';

const OPTIONS: readonly OptionSpec[] = [
  ['A', 'family', true],
  ['e', 'extend'],
  ['h', 'help'],
  ['n', 'numeric'],
  ['N', 'symbolic'],
  ['v', 'verbose'],
  ['V', 'version'],
  ['C', 'cache'],
  ['F', 'fib'],
  ['4', 'inet'],
  ['6', 'inet6'],
  ['', 'numeric-hosts'],
].map(([short, long, value]) => ({
  short: short as string,
  long: long as string,
  ...(value === true && { argument: 'required' as const }),
}));

/** Ends with a text on standard error (or output) and a status. */
class Stop extends Error {
  readonly status: number;
  readonly usage: boolean;
  constructor(message: string, status: number, usage = false) {
    super(message);
    this.status = status;
    this.usage = usage;
  }
}
const misused = (message = '') => new Stop(message, 3, true);

interface Wish {
  readonly isDelete: boolean;
  readonly dst: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly metric?: number;
  readonly reject: boolean;
}

/** Words that take a value which the simulation has no use for. */
const SIZES = ['mss', 'window', 'irtt'];

class Reader {
  private readonly process: Process;
  private readonly words: string[];
  constructor(process: Process, words: readonly string[]) {
    this.process = process;
    this.words = [...words];
  }

  private value(): string {
    const word = this.words.shift();
    if (word === undefined) throw misused();
    return word;
  }

  private address(name: string): string {
    if (parseAddress(name) !== undefined) return name;
    const { addresses } = this.process.sim.dispatch({ type: 'resolve', from: this.process.place, name });
    if (addresses[0] === undefined) throw new Stop(`${name}: Unknown host\n`, 6);
    return addresses[0];
  }

  read(isDelete: boolean): Wish {
    let kind: 'net' | 'host' | undefined;
    if (this.words[0] === '-net' || this.words[0] === '-host') kind = this.words.shift() === '-net' ? 'net' : 'host';
    const target = this.value();
    const wish: { gateway?: string; dev?: string; metric?: number; mask?: number; reject: boolean } = { reject: false };
    while (this.words.length > 0) this.option(wish);
    return { isDelete, dst: this.target(target, kind, wish.mask), ...wish };
  }

  private option(wish: { gateway?: string; dev?: string; metric?: number; mask?: number; reject: boolean }): void {
    const word = this.value();
    if (word === 'gw' || word === 'gateway') {
      if (wish.gateway !== undefined) throw misused();
      wish.gateway = this.address(this.value());
    } else if (word === 'metric') {
      const metric = this.value();
      if (!/^\d+$/.test(metric)) throw misused();
      wish.metric = Number(metric);
    } else if (word === 'netmask') {
      const mask = this.value();
      const length = lengthOfMask(mask);
      if (length === undefined) throw misused(`route: bogus netmask ${mask}\n`);
      wish.mask = length;
    } else if (word === 'reject') wish.reject = true;
    else if (SIZES.includes(word)) this.value();
    else if (word === 'mod' || word === 'dyn' || word === 'reinstate') return;
    else if (word === 'dev' || word === 'device') wish.dev = this.value();
    else if (this.words.length === 0) wish.dev = word;
    else throw misused();
  }

  private target(text: string, kind: 'net' | 'host' | undefined, mask: number | undefined): string {
    if (text === 'default') return '0.0.0.0/0';
    const slash = text.indexOf('/');
    const name = slash < 0 ? text : text.slice(0, slash);
    const address = this.address(name);
    const value = parseAddress(address)!;
    const suffix = slash < 0 ? undefined : Number(text.slice(slash + 1));
    const length = suffix ?? mask;
    const mistaken = "route: netmask doesn't match route address\n";
    if (suffix !== undefined && !(Number.isInteger(suffix) && suffix >= 0 && suffix <= 32)) throw misused(mistaken);
    if (kind !== 'net' && length !== undefined && length !== 32) {
      const bits = formatAddress((0xffff_ffff << (32 - length)) >>> 0)
        .split('.')
        .reverse();
      const word = bits.map((byte) => Number(byte).toString(16).padStart(2, '0')).join('');
      throw misused(`route: netmask ${word} doesn't make sense with host route\n`);
    }
    if (kind !== 'net') return `${address}/32`;
    const used = length ?? 0;
    const outside = used === 32 ? 0 : used === 0 ? value : (value << used) >>> 0;
    if (outside !== 0) throw length === undefined ? new Stop('SIOCADDRT: Invalid argument\n', 7) : misused(mistaken);
    return `${address}/${used}`;
  }
}

const WORDS: Readonly<Record<string, string>> = {
  EEXIST: 'File exists',
  ESRCH: 'No such process',
  ENODEV: 'No such device',
  EPERM: 'Operation not permitted',
  EINVAL: 'Invalid argument',
};

/** The link on which a gateway lies; undefined: none. */
function linkTowards(process: Process, gateway: string): string | undefined {
  const route = process.kernel
    .namespace()
    .routes.find(({ dst, scope, nexthops }) => scope === 'link' && nexthops.length === 1 && isIn(gateway, dst));
  return route?.nexthops[0]?.dev;
}

function isIn(address: string, dst: string): boolean {
  const { address: network, length } = parsePrefix(dst)!;
  const mask = length === 0 ? 0 : (0xffff_ffff << (32 - length)) >>> 0;
  return (parseAddress(address)! & mask) >>> 0 === network;
}

function change(process: Process, { isDelete, dst, gateway, dev, metric, reject }: Wish): void {
  const call = isDelete ? 'SIOCDELRT' : 'SIOCADDRT';
  const stop = (errno: string, words = WORDS[errno] ?? errno) => new Stop(`${call}: ${words}\n`, 7);
  if (!process.root) throw stop('EPERM');
  if (dev !== undefined && !Object.hasOwn(process.kernel.namespace().links, dev)) throw stop('ENODEV');
  if (isDelete) {
    const hop = { ...(gateway !== undefined && { via: gateway }), dev: dev ?? (gateway && linkTowards(process, gateway)) ?? '' };
    const pattern = {
      dst,
      ...((gateway !== undefined || dev !== undefined) && { nexthops: [hop] }),
      ...(metric !== undefined && { metric }),
    };
    const error = process.sim.dispatch({ type: 'route', place: process.place, action: 'delete', pattern });
    if (error) throw stop(error.errno);
    return;
  }
  const towards = gateway === undefined ? dev : (dev ?? linkTowards(process, gateway));
  if (!reject && gateway === undefined && dev === undefined) throw stop('ENODEV');
  if (!reject && (towards === undefined || (gateway !== undefined && linkTowards(process, gateway) === undefined)))
    throw stop('ENETUNREACH', 'Network is unreachable');
  const hop: NextHop = { ...(gateway !== undefined && { via: gateway }), dev: towards ?? 'lo', weight: 1 };
  const route: Route = {
    dst,
    type: reject ? 'unreachable' : 'unicast',
    nexthops: reject ? [] : [hop],
    proto: 'boot',
    scope: reject ? 'host' : gateway === undefined ? 'link' : 'global',
    ...(metric ? { metric } : {}),
  };
  const error = process.sim.dispatch({ type: 'route', place: process.place, action: 'prepend', route });
  if (error) throw stop(error.errno);
}

function run(process: Process, args: readonly string[]): number {
  // Words after add or del are not options: `-net`, `-host`.
  const verb = args.findIndex((arg) => /^(add|del|delete|flush)$/.test(arg));
  const { options, operands, error } = getopt(verb < 0 ? args : args.slice(0, verb), OPTIONS);
  const given = (name: string) => options.filter((option) => option.name === name).length;
  if (error !== undefined || given('h') > 0) {
    process.err(`${error === undefined ? '' : `route: ${error}\n`}${FAMILIES}`);
    process.out(USAGE);
    return 0;
  }
  if (given('V') > 0) {
    process.out(VERSION + builtWith('+NEW_ADDRT +RTF_IRTT +RTF_REJECT'));
    return 0;
  }
  const family = options.find(({ name }) => name === 'A')?.value;
  if (given('6') > 0 || given('C') > 0 || (family !== undefined && family !== 'inet')) {
    process.err('route: other families and the routing cache: not simulated in this lab\n');
    return 1;
  }
  if (verb < 0 && operands.length === 0) {
    const columns = Math.min(3, given('e') + 1) as Columns;
    process.out(tableText(process, given('n') > 0 || given('numeric-hosts') > 0, columns));
    return 0;
  }
  if (verb < 0) {
    process.err(USAGE + FAMILIES);
    return 3;
  }
  if (args.length === verb + 1 && args[verb] !== 'flush') {
    process.out(CHANGE_USAGE);
    return 0;
  }
  if (args[verb] === 'flush') throw misused("Flushing `inet' routing table not supported\n");
  change(process, new Reader(process, args.slice(verb + 1)).read(args[verb] !== 'add'));
  return 0;
}

export const route: Command = {
  name: 'route',
  summary: 'show and change the main routing table (net-tools)',
  where: 'hosts',
  complete: () => ['-n', '-e', 'add', 'del', '-net', '-host', 'default', 'gw', 'dev', 'metric'].map((text) => ({ text })),
  run(process, args) {
    try {
      return run(process, args);
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop;
      process.err(stop.message + (stop.usage ? CHANGE_USAGE : ''));
      return stop.status;
    }
  },
};
