/**
 * The options of each protocol: the words that begin one, and how its value is read. Models proto_item of nest/config.Y and the
 * grammars of proto/{bgp,static}, sysdep/unix/krt.Y and sysdep/linux/netlink.Y of BIRD 1.6.8. Adding an option is a line here.
 */
import { formatAddress, masked, toNumber } from '../../../net/address.ts';
import { evaluateConstant } from '../filter.ts';
import { newScope, programKey, readBody, readExpression } from './programs.ts';
import type { Reader } from './reader.ts';
import { ACCEPT_ALL, type ConfigSymbol, type FilterRef, type InterfacePattern, REJECT_ALL, type StaticRoute } from './types.ts';

export type Symbols = Record<string, ConfigSymbol>;
export type Settings = Record<string, unknown>;

export interface OptionContext {
  readonly reader: Reader;
  readonly symbols: Symbols;
  readonly settings: Settings;
  /** A check to be made when the semicolon has been read, because yacc's rule ends there. */
  afterSemicolon?: (() => void) | undefined;
}

interface Option {
  /** `connect delay time`: words; the value follows. */
  readonly words: string;
  read(context: OptionContext): void;
}

function put({ settings }: OptionContext, setting: string, value: unknown): void {
  settings[setting] = value;
}

/** A constant whole number. */
export function readNumber({ reader, symbols }: Pick<OptionContext, 'reader' | 'symbols'>): number {
  const token = reader.peek();
  if (token.kind === 'num') return Number(reader.next().text);
  if (reader.accept('(')) {
    const value = evaluateConstant(readExpression(reader, newScope(symbols)));
    reader.expect(')');
    if (typeof value !== 'number') reader.failHere('Integer expression expected');
    return value as number;
  }
  if (token.kind !== 'symbol') reader.fail();
  const symbol = symbols[reader.next().text];
  if (symbol?.class === 'constant' && typeof symbol.value === 'number') return symbol.value;
  return reader.failHere('Number expected');
}

/** `on`, `yes`, `off`, `no`, a number, or silence, which means yes. */
export function readSwitch(context: OptionContext): boolean {
  const { reader } = context;
  if (reader.accept('on') || reader.accept('yes')) return true;
  if (reader.accept('off') || reader.accept('no')) return false;
  if (reader.peek().kind === 'num' || reader.peek().kind === 'symbol' || reader.at('(')) return readNumber(context) !== 0;
  return true;
}

export function readAddress({ reader, symbols }: Pick<OptionContext, 'reader' | 'symbols'>): string {
  const token = reader.peek();
  if (token.kind === 'ip') return reader.next().text;
  if (token.kind !== 'symbol') reader.fail();
  const symbol = symbols[reader.next().text];
  if (symbol?.class === 'constant' && typeof symbol.value === 'object' && symbol.value.type === 'ip') return symbol.value.ip;
  return reader.failHere('IP address expected');
}

/** A router or cluster id: an address, or the number it is. */
export function readId(context: Pick<OptionContext, 'reader' | 'symbols'>): string {
  const { reader, symbols } = context;
  const token = reader.peek();
  if (token.kind === 'ip') return reader.next().text;
  if (token.kind === 'num' || reader.at('(')) return formatAddress(readNumber(context));
  if (token.kind !== 'symbol') reader.fail();
  const symbol = symbols[reader.next().text];
  const value = symbol?.class === 'constant' ? symbol.value : undefined;
  if (typeof value === 'number') return formatAddress(value);
  if (typeof value === 'object' && value.type === 'ip') return value.ip;
  return reader.failHere('Number or IPv4 address constant expected');
}

export function readPrefix(context: Pick<OptionContext, 'reader' | 'symbols'>): string {
  const { reader } = context;
  const ip = readAddress(context);
  reader.expect('/');
  const length = readNumber(context);
  if (length > 32) reader.failHere(`Invalid prefix length ${length}`);
  if (!(masked(toNumber(ip), length) === toNumber(ip))) reader.failHere('Invalid prefix');
  return `${ip}/${length}`;
}

function readText({ reader, symbols }: OptionContext): string {
  const token = reader.peek();
  if (token.kind === 'text') return reader.next().text;
  if (token.kind !== 'symbol') reader.fail();
  const symbol = symbols[reader.next().text];
  if (symbol?.class === 'constant' && typeof symbol.value === 'string') return symbol.value;
  return reader.failHere('String expected');
}

/** `all`, `none`, `filter <name>`, `filter { … }`, `where <condition>`. */
export function readFilter(context: Pick<OptionContext, 'reader' | 'symbols'>): FilterRef {
  const { reader, symbols } = context;
  if (reader.accept('all')) return ACCEPT_ALL;
  if (reader.accept('none')) return REJECT_ALL;
  const scope = newScope(symbols);
  const from = reader.position;
  const key = () => programKey(reader.textSince(from), scope.uses);
  if (reader.accept('where')) {
    const condition = readExpression(reader, scope);
    return { kind: 'program', body: [{ op: 'if', condition, yes: [{ op: 'accept' }] }, { op: 'reject' }], key: key() };
  }
  reader.expect('filter');
  if (reader.peek().kind === 'symbol') {
    const name = reader.next().text;
    const symbol = symbols[name];
    if (symbol?.class !== 'filter') return reader.failHere('No such filter.');
    return { kind: 'program', name, body: symbol.body, key: symbol.key };
  }
  const body = readBody(reader, scope);
  return { kind: 'program', body, key: key() };
}

function readDebug(reader: Reader): readonly string[] {
  if (reader.accept('all')) return ['states', 'routes', 'filters', 'interfaces', 'events', 'packets'];
  if (reader.accept('off')) return [];
  reader.expect('{');
  const flags: string[] = [];
  do {
    if (!['states', 'routes', 'filters', 'interfaces', 'events', 'packets'].includes(reader.peek().text)) reader.fail();
    flags.push(reader.next().text);
  } while (reader.accept(','));
  reader.expect('}');
  return flags;
}

function readLimit(context: OptionContext): { limit: number; action: string } | undefined {
  const { reader } = context;
  if (reader.accept('off')) return undefined;
  const limit = readNumber(context);
  if (!reader.accept('action')) return { limit, action: 'disable' };
  if (!['warn', 'block', 'restart', 'disable'].includes(reader.peek().text)) reader.fail();
  return { limit, action: reader.next().text };
}

const number = (words: string, setting: string): Option => ({
  words,
  read: (context) => put(context, setting, readNumber(context)),
});
const toggle = (words: string, setting: string): Option => ({
  words,
  read: (context) => put(context, setting, readSwitch(context)),
});
const fixed = (words: string, setting: string, value: unknown): Option => ({
  words,
  read: (context) => put(context, setting, value),
});
const address = (words: string, setting: string): Option => ({
  words,
  read: (context) => put(context, setting, readAddress(context)),
});
const text = (words: string, setting: string): Option => ({
  words,
  read: (context) => put(context, setting, readText(context)),
});
const filter = (words: string, setting: string): Option => ({
  words,
  read: (context) => put(context, setting, readFilter(context)),
});
const ignored = (words: string): Option => ({ words, read: (context) => void readSwitch(context) });

const COMMON: readonly Option[] = [
  { words: '', read: () => undefined },
  {
    words: 'preference',
    read: (context) => {
      const preference = readNumber(context);
      if (preference > 0xffff) context.reader.failHere('Invalid preference');
      context.settings.preference = preference;
    },
  },
  toggle('disabled', 'disabled'),
  { words: 'debug', read: (context) => put(context, 'debug', readDebug(context.reader)) },
  filter('import', 'importFilter'),
  filter('export', 'exportFilter'),
  toggle('import keep filtered', 'keepFiltered'),
  { words: 'import limit', read: (context) => put(context, 'importLimit', readLimit(context)) },
  { words: 'export limit', read: (context) => put(context, 'exportLimit', readLimit(context)) },
  { words: 'receive limit', read: (context) => put(context, 'receiveLimit', readLimit(context)) },
  {
    words: 'table',
    read: ({ reader, symbols, settings }) => {
      const name = reader.symbol().text;
      if (name !== 'master' && symbols[name]?.class !== 'table') reader.failHere('Table name expected');
      settings.table = name;
    },
  },
  { words: 'router id', read: (context) => put(context, 'routerId', readId(context)) },
  text('description', 'description'),
];

const KERNEL: readonly Option[] = [
  toggle('persist', 'persist'),
  number('scan time', 'scanTime'),
  toggle('learn', 'learn'),
  toggle('device routes', 'deviceRoutes'),
  toggle('graceful restart', 'gracefulRestart'),
  number('kernel table', 'kernelTable'),
  number('metric', 'metric'),
  {
    words: 'merge paths',
    read: (context) => {
      const on = readSwitch(context);
      const limit = context.reader.accept('limit') ? readNumber(context) : 16;
      if (limit < 1 || limit > 255) context.reader.failHere('Merge paths limit must be in range 1-255');
      context.settings.mergePaths = on ? limit : 0;
    },
  },
];

const DEVICE: readonly Option[] = [number('scan time', 'scanTime')];

export function readInterfaces(context: OptionContext): readonly InterfacePattern[] {
  const { reader } = context;
  const patterns: InterfacePattern[] = [];
  do {
    const not = reader.accept('-');
    if (reader.peek().kind === 'text') {
      const pattern = reader.next().text;
      patterns.push(reader.peek().kind === 'ip' ? { not, pattern, prefix: readPrefixOrAddress(context) } : { not, pattern });
    } else patterns.push({ not, prefix: readPrefixOrAddress(context) });
  } while (reader.accept(','));
  return patterns;
}

export function readPrefixOrAddress(context: Pick<OptionContext, 'reader' | 'symbols'>): string {
  return context.reader.at('/', 1) ? readPrefix(context) : `${readAddress(context)}/32`;
}

const DIRECT: readonly Option[] = [
  {
    words: 'interface',
    read: (context) => put(context, 'interfaces', [...((context.settings.interfaces ?? []) as []), readInterfaces(context)]),
  },
  ignored('check link'),
];

const PLAIN_DESTINATIONS: Readonly<Record<string, StaticRoute['dest']>> = {
  drop: 'blackhole',
  blackhole: 'blackhole',
  reject: 'unreachable',
  unreachable: 'unreachable',
  prohibit: 'prohibit',
};

function readStaticRoute(context: OptionContext): void {
  const { reader, symbols, settings } = context;
  const token = reader.peek();
  const { file, line } = token;
  const prefix = readPrefix(context);
  const word = reader.peek().text;
  let route: StaticRoute;
  if (reader.accept('via')) {
    route =
      reader.peek().kind === 'text'
        ? { prefix, dest: 'device', via: [], device: reader.next().text, file, line }
        : { prefix, dest: 'router', via: [{ address: readAddress(context), weight: 1 }], file, line };
  } else if (reader.accept('recursive')) {
    route = { prefix, dest: 'recursive', via: [{ address: readAddress(context), weight: 1 }], file, line };
  } else if (reader.accept('multipath')) {
    const via: { address: string; weight: number }[] = [];
    do {
      reader.expect('via');
      const gateway = readAddress(context);
      const weight = reader.accept('weight') ? readNumber(context) : 1;
      if (weight < 1 || weight > 256) reader.failHere('Weight must be in range 1-256');
      via.push({ address: gateway, weight });
    } while (reader.at('via'));
    route = { prefix, dest: 'multipath', via, file, line };
  } else {
    const dest = PLAIN_DESTINATIONS[word];
    if (!dest || reader.peek().kind !== 'keyword') throw reader.error();
    reader.next();
    route = { prefix, dest, via: [], file, line };
  }
  if (reader.at('{')) readBody(reader, newScope(symbols));
  settings.routes = [...((settings.routes ?? []) as StaticRoute[]), route];
}

const STATIC: readonly Option[] = [{ words: 'route', read: readStaticRoute }, ignored('check link')];

function readNeighbor(context: OptionContext): void {
  const { reader, settings } = context;
  const again = settings.neighbor !== undefined && toNumber(String(settings.neighbor)) !== 0;
  const named = reader.peek().kind === 'ip' || reader.peek().kind === 'symbol';
  if (named) settings.neighbor = readAddress(context);
  for (;;) {
    if (reader.accept('port')) {
      const port = readNumber(context);
      if (port < 1 || port > 65535) reader.failHere('Invalid port number');
      settings.neighborPort = port;
    } else if (reader.accept('as')) settings.neighborAs = readNumber(context);
    else break;
  }
  if (named && again) context.afterSemicolon = () => reader.failHere('Only one neighbor per BGP instance is allowed');
}

function readLocal(context: OptionContext): void {
  const { reader, settings } = context;
  if (!reader.at('as')) settings.sourceAddress = readAddress(context);
  reader.expect('as');
  settings.localAs = readNumber(context);
}

const BGP: readonly Option[] = [
  { words: 'local', read: readLocal },
  { words: 'neighbor', read: readNeighbor },
  { words: 'rr cluster id', read: (context) => put(context, 'rrClusterId', readId(context)) },
  fixed('rr client', 'rrClient', true),
  fixed('rs client', 'rsClient', true),
  number('hold time', 'holdTime'),
  number('startup hold time', 'initialHoldTime'),
  fixed('direct', 'multihop', 0),
  {
    words: 'multihop',
    read: (context) => {
      if (context.reader.at(';')) {
        context.settings.multihop = 64;
        return;
      }
      const hops = readNumber(context);
      if (hops < 1 || hops > 255) context.reader.fail('Multihop must be in range 1-255');
      context.settings.multihop = hops;
    },
  },
  fixed('next hop self', 'nextHop', 'self'),
  fixed('next hop keep', 'nextHop', 'keep'),
  fixed('gateway direct', 'gateway', 'direct'),
  fixed('gateway recursive', 'gateway', 'recursive'),
  toggle('path metric', 'pathMetric'),
  toggle('med metric', 'medMetric'),
  toggle('igp metric', 'igpMetric'),
  toggle('prefer older', 'preferOlder'),
  ignored('deterministic med'),
  number('default bgp_med', 'defaultMed'),
  number('default bgp_local_pref', 'localPref'),
  address('source address', 'sourceAddress'),
  number('start delay time', 'connectDelayTime'),
  number('connect delay time', 'connectDelayTime'),
  number('connect retry time', 'connectRetryTime'),
  number('keepalive time', 'keepaliveTime'),
  number('error forget time', 'errorForgetTime'),
  {
    words: 'error wait time',
    read: (context) => {
      context.settings.errorWaitMin = readNumber(context);
      context.reader.expect(',');
      context.settings.errorWaitMax = readNumber(context);
    },
  },
  toggle('disable after error', 'disableAfterError'),
  ignored('enable route refresh'),
  ignored('enable as4'),
  ignored('enable extended messages'),
  ignored('capabilities'),
  ignored('advertise ipv4'),
  text('password', 'password'),
  ignored('setkey'),
  toggle('passive', 'passive'),
  toggle('interpret communities', 'interpretCommunities'),
  ignored('secondary'),
  fixed('add paths rx', 'addPaths', 'rx'),
  fixed('add paths tx', 'addPaths', 'tx'),
  { words: 'add paths', read: (context) => put(context, 'addPaths', readSwitch(context) ? 'full' : 'off') },
  ignored('allow bgp_local_pref'),
  {
    words: 'allow local as',
    read: (context) => put(context, 'allowLocalAs', context.reader.at(';') ? Number.MAX_SAFE_INTEGER : readNumber(context)),
  },
  fixed('graceful restart aware', 'gracefulRestart', 'aware'),
  number('graceful restart time', 'gracefulRestartTime'),
  { words: 'graceful restart', read: (context) => put(context, 'gracefulRestart', readSwitch(context) ? 'able' : 'off') },
  fixed('long lived graceful restart aware', 'longLived', 'aware'),
  ignored('long lived graceful restart'),
  number('long lived stale time', 'longLivedTime'),
  toggle('ttl security', 'ttlSecurity'),
  ignored('check link'),
  fixed('bfd graceful', 'bfd', 'graceful'),
  ignored('bfd'),
];

interface Branch {
  readonly next: Map<string, Branch>;
  option?: Option;
}

function grow(options: readonly Option[]): Branch {
  const root: Branch = { next: new Map() };
  for (const option of options) {
    let branch = root;
    for (const word of option.words.split(' ').filter(Boolean)) {
      let child = branch.next.get(word);
      if (!child) {
        child = { next: new Map() };
        branch.next.set(word, child);
      }
      branch = child;
    }
    branch.option = option;
  }
  return root;
}

/** Words of each protocol type as a tree: the parse stops at the first word no option continues with, as yacc's would. */
export const OPTION_TREES: Readonly<Record<string, Branch>> = {
  bgp: grow([...COMMON, ...BGP]),
  kernel: grow([...COMMON, ...KERNEL]),
  device: grow([...COMMON, ...DEVICE]),
  direct: grow([...COMMON, ...DIRECT]),
  static: grow([...COMMON, ...STATIC]),
};

/** Reads one `option … ;` of a protocol block. */
export function readOption(tree: Branch, context: OptionContext): void {
  const { reader } = context;
  let branch = tree;
  for (;;) {
    const token = reader.peek();
    const child = token.kind === 'keyword' ? branch.next.get(token.text) : undefined;
    if (!child) break;
    reader.next();
    branch = child;
  }
  if (!branch.option) reader.fail();
  branch.option?.read(context);
  reader.expect(';');
  context.afterSemicolon?.();
}
