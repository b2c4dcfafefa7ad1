/** `ip route list` and `flush`: the selector and what it prints (iproute.c, iproute_list_flush_or_save). */
import { containsPrefix, formatAddress, lastAddress, type NetNamespace, type Route, toPrefix } from '../../../engine/index.ts';
import {
  abbreviates,
  type Context,
  type Cursor,
  kernelStop,
  readAddress,
  readPrefix,
  requireRoot,
  Stop,
  usageStop,
  wrongArgument,
} from './context.ts';
import { writeJson } from './json.ts';
import { readProtocol, readScope, readTable, readType } from './names.ts';
import { type RouteRow, routeJson, routeText } from './route-print.ts';
import { usage } from './usage.ts';

interface Selector {
  table: string;
  root?: string;
  match?: string;
  dev?: string;
  via?: string;
  proto?: string;
  scope?: string;
  type?: string;
  src?: string;
  metric?: number;
}

type Setter = (selector: Selector, cursor: Cursor, context: Context) => void;

const prefixSetter: Setter = (s, cursor, { options }) => {
  let word = cursor.value();
  if (abbreviates(word, 'root')) {
    s.root = readPrefix(cursor.value(), options.family);
    return;
  }
  if (abbreviates(word, 'match')) {
    s.match = readPrefix(cursor.value(), options.family);
    return;
  }
  if (abbreviates(word, 'exact')) word = cursor.value();
  s.root = readPrefix(word, options.family);
  s.match = s.root;
};

/** Keywords in iproute2's order: the first that the word abbreviates is meant. */
const KEYWORDS: readonly (readonly [word: string, exactly: boolean, set: Setter])[] = [
  [
    'table',
    false,
    (s, cursor) => {
      s.table = readTable(cursor.value());
    },
  ],
  [
    'protocol',
    false,
    (s, cursor) => {
      s.proto = readProtocol(cursor.value(), 'invalid "protocol"');
    },
  ],
  [
    'scope',
    false,
    (s, cursor) => {
      s.scope = readScope(cursor.value(), 'invalid "scope"');
    },
  ],
  [
    'type',
    false,
    (s, cursor) => {
      s.type = readType(cursor.value()) ?? 'none';
    },
  ],
  [
    'dev',
    true,
    (s, cursor) => {
      s.dev = cursor.value();
    },
  ],
  [
    'oif',
    true,
    (s, cursor) => {
      s.dev = cursor.value();
    },
  ],
  [
    'via',
    true,
    (s, cursor, { options }) => {
      s.via = readAddress(cursor.value(), options.family);
    },
  ],
  [
    'src',
    true,
    (s, cursor, { options }) => {
      s.src = readAddress(cursor.value(), options.family);
    },
  ],
  [
    'metric',
    true,
    (s, cursor) => {
      s.metric = readMetric(cursor.value());
    },
  ],
  [
    'cache',
    false,
    (s) => {
      s.table = 'cache';
    },
  ],
];

function readMetric(text: string): number {
  if (!/^\d+$/.test(text)) throw wrongArgument(text, '"metric" value is invalid');
  return Number(text);
}

function readSelector(context: Context, cursor: Cursor): Selector {
  const selector: Selector = { table: 'main' };
  while (!cursor.done) {
    const word = cursor.peek();
    const keyword = KEYWORDS.find(([name, exactly]) => (exactly ? name === word : abbreviates(word, name)));
    if (keyword) {
      cursor.take();
      keyword[2](selector, cursor, context);
    } else if (word === 'help') {
      throw usageStop(usage.route);
    } else {
      if (word === 'to') cursor.take();
      prefixSetter(selector, cursor, context);
    }
  }
  return selector;
}

function selects(s: Selector, row: RouteRow): boolean {
  const prefix = toPrefix(row.dst);
  const [hop] = row.nexthops;
  const single = row.nexthops.length === 1 ? hop : undefined;
  return (
    (s.root === undefined || containsPrefix(toPrefix(s.root), prefix)) &&
    (s.match === undefined || containsPrefix(prefix, toPrefix(s.match))) &&
    (s.dev === undefined || single?.dev === s.dev) &&
    (s.via === undefined || single?.via === s.via) &&
    (s.proto === undefined || row.proto === s.proto) &&
    (s.scope === undefined || row.scope === s.scope) &&
    (s.type === undefined || row.type === s.type) &&
    (s.src === undefined || row.src === s.src) &&
    (s.metric === undefined || (row.metric ?? 0) === s.metric)
  );
}

/** The local table as rows: what addresses imply. */
function localRows(ns: NetNamespace, table?: string): readonly RouteRow[] {
  const rows: RouteRow[] = [];
  const add = (type: 'local' | 'broadcast', dst: string, dev: string, src: string) => {
    const scope = type === 'local' ? 'host' : 'link';
    rows.push({
      dst,
      type,
      nexthops: [{ dev, weight: 1 }],
      proto: 'kernel',
      scope,
      src,
      ...(table === undefined ? {} : { table }),
    });
  };
  for (const link of Object.values(ns.links)) {
    if (!link.up) continue;
    for (const a of link.addresses) {
      const prefix = toPrefix(`${a.address}/${a.prefixLength}`);
      if (link.type === 'loopback' && a.prefixLength < 32)
        add('local', `${formatAddress(prefix.address)}/${a.prefixLength}`, link.name, a.address);
      add('local', `${a.address}/32`, link.name, a.address);
      if (a.prefixLength < 31) add('broadcast', `${formatAddress(lastAddress(prefix))}/32`, link.name, a.address);
    }
  }
  return rows.sort((p, q) => toPrefix(p.dst).address - toPrefix(q.dst).address || toPrefix(p.dst).length - toPrefix(q.dst).length);
}

function rowsOf(ns: NetNamespace, table: string): readonly RouteRow[] {
  if (table === 'main') return ns.routes;
  if (table === 'local') return localRows(ns);
  if (table === 'all') return [...ns.routes, ...localRows(ns, 'local')];
  if (table === 'cache' || table === 'default') return [];
  throw new Stop('Error: ipv4: FIB table does not exist.\nDump terminated\n', 2);
}

function chosen(context: Context, selector: Selector): readonly RouteRow[] {
  const ns = context.namespace();
  if (selector.dev !== undefined && !Object.hasOwn(ns.links, selector.dev))
    throw new Stop(`Cannot find device "${selector.dev}"\n`, 1);
  return rowsOf(ns, selector.table).filter((row) => selects(selector, row));
}

export function listRoutes(context: Context, cursor: Cursor): undefined {
  const { options, paint, process } = context;
  const selector = readSelector(context, cursor);
  const rows = chosen(context, selector);
  const ns = context.namespace();
  const hidden = {
    dev: selector.dev !== undefined,
    via: selector.via !== undefined,
    proto: selector.proto !== undefined,
    scope: selector.scope !== undefined,
    src: selector.src !== undefined,
  };
  if (options.json)
    process.out(
      writeJson(
        rows.map((row) => routeJson(ns, row, options, hidden)),
        options.pretty,
      ),
    );
  else process.out(rows.map((row) => routeText(ns, row, options, paint, hidden)).join(''));
}

export function flushRoutes(context: Context, cursor: Cursor): undefined {
  if (cursor.done) throw new Stop('"ip route flush" requires arguments.\n', 1);
  const selector = readSelector(context, cursor);
  if (selector.table === 'cache') return requireRoot(context);
  const rows = chosen(context, selector);
  if (rows.length === 0) return;
  requireRoot(context);
  const routes = rows.filter((row): row is Route => row.type !== 'local' && row.type !== 'broadcast');
  const error = context.process.sim.dispatch({ type: 'route', place: context.place, action: 'flush', routes });
  if (error) throw kernelStop(error);
}
