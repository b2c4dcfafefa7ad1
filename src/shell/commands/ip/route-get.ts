/**
 * `ip route get`: the one way the kernel would send a packet (iproute.c, iproute_get; inet_rtm_getroute). Where the real kernel hashes
 * an unspecified source for the first lookup, the chosen source is hashed here, so that the answer is the way a connection takes.
 */
import { formatAddress, type Lookup, lookup, multipathSeed, PROTO_NUMBER, selectSource, toNumber } from '../../../engine/index.ts';
import {
  abbreviates,
  type Context,
  type Cursor,
  kernelStop,
  notSimulated,
  readAddress,
  readPrefix,
  Stop,
  usageStop,
  wrongArgument,
} from './context.ts';
import { writeJson } from './json.ts';
import { routeJson, routeText } from './route-print.ts';
import { usage } from './usage.ts';

interface Query {
  dst?: string;
  from?: string;
  oif?: string;
  mark?: number;
  uid?: number;
  proto: number;
  sport: number;
  dport: number;
  fibmatch: boolean;
}

function readNumber(text: string, what: string): number {
  if (!/^\d+$/.test(text)) throw wrongArgument(text, what);
  return Number(text);
}

function readProto(text: string): number {
  if (Object.hasOwn(PROTO_NUMBER, text)) return PROTO_NUMBER[text as keyof typeof PROTO_NUMBER];
  return readNumber(text, 'Invalid "ipproto" value');
}

type Reader = (query: Query, cursor: Cursor, context: Context) => void;

const KEYWORDS: readonly (readonly [fits: (word: string) => boolean, read: Reader])[] = [
  [
    (word) => word === 'fibmatch',
    (q) => {
      q.fibmatch = true;
    },
  ],
  [
    (word) => word === 'from',
    (q, cursor, { options }) => {
      q.from = readAddress(cursor.value(), options.family);
    },
  ],
  [
    (word) => word === 'oif' || word === 'dev',
    (q, cursor) => {
      q.oif = cursor.value();
    },
  ],
  [
    (word) => word === 'mark',
    (q, cursor) => {
      q.mark = readNumber(cursor.value(), 'invalid mark');
    },
  ],
  [
    (word) => abbreviates(word, 'uid'),
    (q, cursor) => {
      q.uid = readNumber(cursor.value(), 'invalid UID');
    },
  ],
  [
    (word) => word === 'ipproto',
    (q, cursor) => {
      q.proto = readProto(cursor.value());
    },
  ],
  [
    (word) => word === 'sport',
    (q, cursor) => {
      q.sport = readNumber(cursor.value(), 'invalid sport');
    },
  ],
  [
    (word) => word === 'dport',
    (q, cursor) => {
      q.dport = readNumber(cursor.value(), 'invalid dport');
    },
  ],
  [
    (word) => ['iif', 'tos', 'dsfield', 'vrf', 'connected', 'notify', 'as'].includes(word),
    () => {
      throw notSimulated('route get with iif, tos, vrf, connected or notify');
    },
  ],
];

function readQuery(context: Context, cursor: Cursor): Query {
  const query: Query = { proto: 0, sport: 0, dport: 0, fibmatch: false };
  while (!cursor.done) {
    let word = cursor.take();
    const keyword = KEYWORDS.find(([fits]) => fits(word));
    if (keyword) {
      keyword[1](query, cursor, context);
      continue;
    }
    if (word === 'to') word = cursor.value();
    if (word === 'help') throw usageStop(usage.route);
    query.dst = readPrefix(word, context.options.family).split('/')[0]!;
  }
  return query;
}

const ERRORS = { none: 'ENETUNREACH', blackhole: 'EINVAL', unreachable: 'EHOSTUNREACH', prohibit: 'EACCES' } as const;

export function getRoute(context: Context, cursor: Cursor): undefined {
  const query = readQuery(context, cursor);
  if (query.dst === undefined) throw new Stop('need at least a destination address\n', 1);
  const ns = context.namespace();
  if (query.oif !== undefined && !Object.hasOwn(ns.links, query.oif)) throw new Stop(`Cannot find device "${query.oif}"\n`, 1);
  const { way, src } = find(context, query as Query & { dst: string });
  if (way.type in ERRORS) throw kernelStop({ errno: ERRORS[way.type as keyof typeof ERRORS] });
  if (query.fibmatch && way.type === 'unicast') {
    const { options, paint, process } = context;
    process.out(
      options.json ? writeJson([routeJson(ns, way.route, options)], options.pretty) : routeText(ns, way.route, options, paint),
    );
    return;
  }
  print(context, query as Query & { dst: string }, way, src);
}

function find(context: Context, query: Query & { dst: string }): { way: Lookup; src: number } {
  const ns = context.namespace();
  const world = context.process.sim.world();
  const host = world.hosts[context.place.host]!;
  const dst = toNumber(query.dst);
  const ask = (src: number) =>
    lookup(ns, dst, {
      flow: { src, dst, sport: query.sport, dport: query.dport, proto: query.proto },
      seed: multipathSeed(world, host),
      ...(query.oif === undefined ? {} : { oif: query.oif }),
    });
  if (query.from !== undefined) {
    const from = toNumber(query.from);
    if (lookup(ns, from).type !== 'local') throw kernelStop({ errno: 'ENETUNREACH' });
    return { way: ask(from), src: from };
  }
  const first = ask(0);
  if (first.type === 'local') return { way: first, src: dst };
  if (first.type === 'broadcast') return { way: first, src: selectSource(ns, first.dev, dst) };
  if (first.type !== 'unicast') return { way: first, src: 0 };
  const src = first.src || selectSource(ns, first.dev, first.via || dst);
  return { way: first.route.nexthops.length > 1 ? ask(src) : first, src };
}

function print(context: Context, query: Query & { dst: string }, way: Lookup, src: number): void {
  const { options, paint, process } = context;
  const local = way.type === 'local' || way.type === 'broadcast';
  const dev = way.type === 'local' ? 'lo' : 'dev' in way ? way.dev : '';
  const via = way.type === 'unicast' && way.via !== 0 ? formatAddress(way.via) : undefined;
  const uid = query.uid ?? (process.root ? 0 : 1000);
  const cache = way.type === 'broadcast' ? ['local', 'brd'] : local ? ['local'] : [];
  if (options.json) {
    const row = {
      ...(local ? { type: way.type } : {}),
      dst: query.dst,
      ...(query.from === undefined ? {} : { from: query.from }),
      ...(via === undefined ? {} : { gateway: via }),
      dev,
      ...(query.from === undefined && src !== 0 ? { prefsrc: formatAddress(src) } : {}),
      // The kernel's answer names no state of the link; only `fibmatch` shows that.
      flags: [],
      ...(query.mark ? { mark: query.mark } : {}),
      uid,
      cache,
    };
    process.out(writeJson([row], options.pretty));
    return;
  }
  let text = local ? `${way.type} ` : '';
  text += paint.inet(`${query.dst} `);
  if (query.from !== undefined) text += `from ${paint.inet(query.from)} `;
  if (via !== undefined) text += `via ${paint.inet(`${via} `)}`;
  text += `dev ${paint.dev(`${dev} `)}`;
  if (query.from === undefined && src !== 0) text += `src ${paint.inet(`${formatAddress(src)} `)}`;
  if (query.mark) text += `mark ${query.mark} `;
  text += `uid ${uid} ${options.oneline ? '\\' : '\n'}    cache ${cache.length > 0 ? `<${cache.join(',')}> ` : ''}\n`;
  process.out(text);
}
