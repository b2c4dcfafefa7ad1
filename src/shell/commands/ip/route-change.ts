/** `ip route add|delete|change|replace|append|prepend` (iproute.c, iproute_modify): reads ROUTE and asks the kernel. */
import { formatPrefix, lookup, type NextHop, parsePrefix, type Route, toNumber, toPrefix } from '../../../engine/index.ts';
import {
  abbreviates,
  type Context,
  Cursor,
  garbage,
  kernelStop,
  notSimulated,
  readAddress,
  readPrefix,
  requireRoot,
  Stop,
  usageStop,
  wrongArgument,
} from './context.ts';
import { readProtocol, readScope, readType } from './names.ts';
import { usage } from './usage.ts';

interface Draft {
  dst?: string;
  type?: string;
  via?: string;
  dev?: string;
  src?: string;
  metric?: number;
  proto?: string;
  scope?: Route['scope'];
  onlink?: boolean;
  nexthops?: readonly DraftHop[];
}

interface DraftHop {
  via?: string;
  dev?: string;
  weight: number;
  onlink?: boolean;
}

type Mode = 'add' | 'change' | 'replace' | 'prepend' | 'append' | 'delete';

function readVia(cursor: Cursor): string {
  let word = cursor.value();
  if (word === 'inet') word = cursor.value();
  return readAddress(word, 'inet');
}

function readNexthops(args: readonly string[]): readonly DraftHop[] {
  const hops: DraftHop[] = [];
  const cursor = new Cursor(args);
  while (!cursor.done) {
    const word = cursor.take();
    const hop = hops.at(-1);
    if (word === 'nexthop') {
      if (cursor.done) throw new Stop('Error: unexpected end of line after "nexthop"\n', 255);
      hops.push({ weight: 1 });
    } else if (hop && word === 'via') {
      hop.via = readVia(cursor);
    } else if (hop && word === 'dev') {
      hop.dev = cursor.value();
    } else if (hop && word === 'weight') {
      const weight = cursor.value();
      if (!/^\d+$/.test(weight) || Number(weight) === 0 || Number(weight) > 256) throw wrongArgument(weight, '"weight" is invalid');
      hop.weight = Number(weight);
    } else if (hop && word === 'onlink') {
      hop.onlink = true;
    } else {
      throw new Stop(`Error: "nexthop" or end of line is expected instead of "${word}"\n`, 255);
    }
  }
  return hops;
}

function readMetric(text: string): number {
  if (!/^(\d+|0x[\da-f]+)$/i.test(text) || Number(text) > 0xffffffff) throw wrongArgument(text, '"metric" value is invalid');
  return Number(text);
}

const UNSIMULATED = [
  'from',
  'tos',
  'dsfield',
  'mtu',
  'hoplimit',
  'advmss',
  'initcwnd',
  'initrwnd',
  'window',
  'cwnd',
  'realms',
  'nhid',
  'encap',
  'ttl-propagate',
  'expires',
  'vrf',
  'pervasive',
  'as',
  'rtt',
  'rto_min',
];

type Reader = (draft: Draft, cursor: Cursor) => void;

const KEYWORDS: readonly (readonly [fits: (word: string) => boolean, read: Reader])[] = [
  [
    (word) => word === 'src',
    (d, cursor) => {
      d.src = readAddress(cursor.value(), 'inet');
    },
  ],
  [
    (word) => word === 'via',
    (d, cursor) => {
      d.via = readVia(cursor);
    },
  ],
  [
    (word) => abbreviates(word, 'metric') || abbreviates(word, 'priority') || word === 'preference',
    (d, cursor) => {
      d.metric = readMetric(cursor.value());
    },
  ],
  [
    (word) => word === 'scope',
    (d, cursor) => {
      d.scope = readScope(cursor.value(), 'invalid "scope" value');
    },
  ],
  [
    (word) => abbreviates(word, 'protocol'),
    (d, cursor) => {
      d.proto = readProtocol(cursor.value(), '"protocol" value is invalid');
    },
  ],
  [(word) => abbreviates(word, 'table'), (_, cursor) => readOnlyTable(cursor.value())],
  [
    (word) => word === 'dev' || word === 'oif',
    (d, cursor) => {
      d.dev = cursor.value();
    },
  ],
  [
    (word) => word === 'onlink',
    (d) => {
      d.onlink = true;
    },
  ],
];

function readOnlyTable(text: string): undefined {
  if (text === 'main' || text === '254') return;
  if (!/^\d+$/.test(text) && !['local', 'default', 'all'].includes(text)) throw wrongArgument(text, '"table" value is invalid');
  throw notSimulated(`route table ${text}`);
}

function readRoute(cursor: Cursor): Draft {
  const draft: Draft = {};
  while (!cursor.done) {
    if (cursor.peek() === 'nexthop') {
      draft.nexthops = readNexthops(cursor.rest());
      return draft;
    }
    let word = cursor.take();
    const keyword = KEYWORDS.find(([fits]) => fits(word));
    if (keyword) {
      keyword[1](draft, cursor);
      continue;
    }
    if (UNSIMULATED.includes(word)) throw notSimulated(`route option ${word}`);
    const type = readType(word);
    if (word === 'to') word = cursor.value();
    else if (type !== undefined && draft.type === undefined) {
      draft.type = type;
      word = cursor.value();
    }
    if (word === 'help') throw usageStop(usage.route);
    if (draft.dst !== undefined) throw garbage('to', word);
    draft.dst = readPrefix(word, 'any');
  }
  return draft;
}

/** Which link a gateway or a bare route goes out of, where the line names none. */
function outgoing(context: Context, via: string | undefined): string | undefined {
  if (via === undefined) return undefined;
  const found = lookup(context.namespace(), toNumber(via));
  if (found.type === 'unicast' && found.via === 0) return found.dev;
  return found.type === 'local' ? found.dev : undefined;
}

function hopOf(context: Context, hop: DraftHop): NextHop {
  const dev = hop.dev ?? outgoing(context, hop.via);
  if (dev === undefined)
    throw kernelStop(
      hop.via === undefined ? { errno: 'ENODEV' } : { errno: 'ENETUNREACH', message: 'Nexthop has invalid gateway' },
    );
  return { ...(hop.via === undefined ? {} : { via: hop.via }), dev, weight: hop.weight, ...(hop.onlink ? { onlink: true } : {}) };
}

function checkDevices(context: Context, draft: Draft): undefined {
  const ns = context.namespace();
  for (const dev of [draft.dev, ...(draft.nexthops ?? []).map((hop) => hop.dev)]) {
    if (dev !== undefined && !Object.hasOwn(ns.links, dev)) throw new Stop(`Cannot find device "${dev}"\n`, 1);
  }
}

const REFUSING = new Set(['blackhole', 'unreachable', 'prohibit']);

export function changeRoute(context: Context, mode: Mode, cursor: Cursor): undefined {
  const draft = readRoute(cursor);
  if (draft.dst === undefined) throw usageStop(usage.route);
  checkDevices(context, draft);
  requireRoot(context);
  const prefix = parsePrefix(draft.dst)!;
  if (formatPrefix(toPrefix(draft.dst)) !== formatPrefix(prefix))
    throw new Stop('Error: Invalid prefix for given prefix length.\n', 2);
  const { dst, type = 'unicast' } = draft;
  if (type !== 'unicast' && !REFUSING.has(type)) throw notSimulated(`${type} routes`);
  if (mode === 'delete') return deleteIt(context, { ...draft, dst });
  const hops = draft.nexthops ?? [{ weight: 1, ...pick(draft) }];
  const nexthops = REFUSING.has(type) ? [] : hops.map((hop) => hopOf(context, hop));
  const onLink = nexthops.length === 1 && nexthops[0]!.via === undefined;
  const route: Route = {
    dst,
    type: type as Route['type'],
    nexthops,
    proto: draft.proto ?? 'boot',
    scope: draft.scope ?? (onLink ? 'link' : 'global'),
    ...(draft.src === undefined ? {} : { src: draft.src }),
    ...(draft.metric ? { metric: draft.metric } : {}),
  };
  const error = context.process.sim.dispatch({ type: 'route', place: context.place, action: mode, route });
  if (error) throw kernelStop(error);
}

function pick({ via, dev, onlink }: Draft): Partial<DraftHop> {
  return { ...(via === undefined ? {} : { via }), ...(dev === undefined ? {} : { dev }), ...(onlink ? { onlink } : {}) };
}

function deleteIt(context: Context, draft: Draft & { dst: string }): undefined {
  const one = draft.via !== undefined || draft.dev !== undefined ? [pick(draft)] : undefined;
  const nexthops = (draft.nexthops ?? one)?.map(({ via, dev }) => ({ dev: dev ?? '', ...(via === undefined ? {} : { via }) }));
  const pattern = {
    dst: draft.dst,
    ...(draft.type === undefined ? {} : { type: draft.type as Route['type'] }),
    ...(draft.metric === undefined ? {} : { metric: draft.metric }),
    ...(draft.proto === undefined ? {} : { proto: draft.proto }),
    ...(draft.scope === undefined ? {} : { scope: draft.scope }),
    ...(draft.src === undefined ? {} : { src: draft.src }),
    ...(nexthops === undefined ? {} : { nexthops }),
  };
  const error = context.process.sim.dispatch({ type: 'route', place: context.place, action: 'delete', pattern });
  if (error) throw kernelStop(error);
}
