/** `show route …`. Models rt_show() of nest/rt-table.c and the route info of proto/bgp and krt, BIRD 1.6.8, down to the order of its hash table. */
import { toPrefix } from '../../../net/address.ts';
import { ConfigError } from '../config/lex.ts';
import { type OptionContext, readFilter, readPrefix, readPrefixOrAddress } from '../config/options.ts';
import { NO_FILES, Reader } from '../config/reader.ts';
import { ACCEPT_ALL, type FilterRef, type ProtocolConfig } from '../config/types.ts';
import { exported, prepare, type Speaker } from '../exchange.ts';
import { runFilter } from '../filter.ts';
import { kernelRoute } from '../kernel-sync.ts';
import { judgingFor, protocolsByName, speakerOf } from '../speakers.ts';
import type { Attributes, Table, TableRoute } from '../state.ts';
import { longestMatch } from '../table.ts';
import { shortTime, type View } from './protocols.ts';

type Mode = 'preexport' | 'export' | 'noexport';

interface Query {
  readonly prefix?: string;
  readonly isFor?: boolean;
  readonly filter: FilterRef;
  readonly verbose?: boolean;
  readonly primary?: boolean;
  readonly filtered?: boolean;
  readonly mode?: Mode;
  readonly exportTo?: ProtocolConfig;
  readonly from?: ProtocolConfig;
  readonly stats?: 'stats' | 'count';
}

const complaint = (message: string): ConfigError => new ConfigError(message, { file: '', line: 1, column: 0 });

type Context = Pick<OptionContext, 'reader' | 'symbols'>;

function readQuery(view: View, args: string): Query {
  const context: Context = { reader: new Reader(args, '', NO_FILES), symbols: { ...view.config.symbols } };
  let query: Query = { filter: ACCEPT_ALL };
  while (context.reader.peek().kind !== 'end') query = readClause(view, query, context);
  return query;
}

function readClause(view: View, query: Query, context: Context): Query {
  const { reader, symbols } = context;
  const prefixed = (prefix: string, isFor: boolean): Query => {
    if (query.prefix !== undefined) throw complaint('Only one prefix expected');
    return { ...query, prefix, isFor };
  };
  if (reader.peek().kind === 'ip' || reader.peek().kind === 'symbol') return prefixed(readPrefix(context), false);
  if (reader.accept('for')) return prefixed(readPrefixOrAddress(context), true);
  if (reader.accept('all')) return { ...query, verbose: true };
  if (reader.accept('primary')) return { ...query, primary: true };
  if (reader.accept('filtered')) return { ...query, filtered: true };
  if (reader.accept('stats')) return { ...query, stats: 'stats' };
  if (reader.accept('count')) return { ...query, stats: 'count' };
  if (reader.at('where') || reader.at('filter')) {
    if (query.filter !== ACCEPT_ALL) throw complaint('Filter specified twice');
    return { ...query, filter: readFilter(context) };
  }
  if (reader.accept('table')) {
    const name = reader.symbol().text;
    if (name !== 'master' && symbols[name]?.class !== 'table') throw complaint(`${name} is not a table`);
    return query;
  }
  for (const mode of ['preexport', 'export', 'noexport'] as const) {
    if (!reader.accept(mode)) continue;
    if (query.mode) throw complaint('Protocol specified twice');
    return { ...query, mode, exportTo: readProtocolName(view, reader) };
  }
  if (reader.accept('protocol')) {
    if (query.from) throw complaint('Protocol specified twice');
    return { ...query, from: readProtocolName(view, reader) };
  }
  throw reader.error();
}

function readProtocolName({ config }: View, reader: Reader): ProtocolConfig {
  const name = reader.symbol().text;
  const protocol = protocolsByName(config).get(name);
  if (!protocol) throw complaint(`${name} is not a protocol`);
  return protocol;
}

/** Bucket and place in it: BIRD walks its table by this hash, 1024 buckets while there are at most 4096 networks. */
function hashOf(address: number): number {
  let x = address;
  x ^= x >>> 16;
  x ^= x << 10;
  return x & 0xffff;
}

/** Networks in the order BIRD lists them: by their hash, those with the same one as they came (fib_get). */
function inTableOrder(table: Table): readonly string[] {
  const keyed = Object.entries(table).map(([prefix, routes]) => {
    const { address, length } = toPrefix(prefix);
    return { prefix, hash: hashOf(address), since: Math.min(...routes.map((route) => route.since)), address, length };
  });
  keyed.sort((a, b) => a.hash - b.hash || a.since - b.since || a.address - b.address || a.length - b.length);
  return keyed.map(({ prefix }) => prefix);
}

interface Printed {
  text: string;
  shown: number;
  routes: number;
  networks: number;
}

/** `show route` with its arguments. @throws ConfigError */
export function showRoute(view: View, args: string): string {
  const query = readQuery(view, args);
  const { table } = view.state;
  const printed: Printed = { text: '', shown: 0, routes: 0, networks: 0 };
  if (query.prefix !== undefined) {
    const { length } = toPrefix(query.prefix);
    const prefix = query.isFor
      ? longestMatch(table, query.prefix.split('/')[0] ?? '', length)
      : Object.hasOwn(table, query.prefix)
        ? query.prefix
        : undefined;
    if (prefix !== undefined) showNetwork(view, query, prefix, printed);
    return printed.routes > 0 ? printed.text : 'Network not in table\n';
  }
  if (query.exportTo && view.state.protocols[query.exportTo.name]?.state !== 'up') return 'Protocol is down\n';
  for (const prefix of inTableOrder(table)) showNetwork(view, query, prefix, printed);
  if (!query.stats) return printed.text;
  return `${printed.text}${printed.shown} of ${printed.routes} routes for ${printed.networks} networks\n`;
}

function showNetwork(view: View, query: Query, prefix: string, printed: Printed): void {
  const list = (view.state.table[prefix] ?? []).filter((route) => (route.filtered === true) === (query.filtered === true));
  if (list.length === 0) return;
  printed.networks++;
  let label = prefix;
  for (const [route, primary] of selected(view, query, list)) {
    if (query.from && query.from.name !== route.protocol) continue;
    if (!runFilter(query.filter, route).accepted) continue;
    printed.shown++;
    if (query.stats !== 'count') printed.text += routeText(view, route, label, primary, query.verbose === true);
    label = '';
  }
  printed.routes += query.primary ? 1 : list.length;
}

/** What a query lets through of one network, as it would be told, and whether it is the one chosen. */
function selected(view: View, query: Query, list: readonly TableRoute[]): readonly (readonly [TableRoute, boolean])[] {
  const { exportTo, mode } = query;
  const candidates = query.primary ? list.slice(0, 1) : list;
  if (!exportTo || !mode) return candidates.map((route, i) => [route, i === 0 && !route.filtered] as const);
  if (exportTo.type === 'kernel') {
    const judging = judgingFor(view.state, view.config);
    const unfiltered = kernelRoute(list, { ...exportTo, mergePaths: 0, exportFilter: ACCEPT_ALL }, judging);
    const merged = kernelRoute(list, exportTo, judging);
    const shown = mode === 'export' ? merged : mode === 'preexport' || !merged ? unfiltered : undefined;
    return shown ? [[shown, shown === list[0]]] : [];
  }
  if (exportTo.type !== 'bgp') return [];
  const speaker = speakerOf(view.world, view.host, view.state, view.config, exportTo);
  const offered = speaker.sendsAllPaths ? candidates : candidates.slice(0, 1);
  return offered.flatMap((route, i) => {
    const out = outgoing(route, speaker, mode);
    // It is the route of the table that is shown, with the attributes it would carry.
    return out ? [[{ ...route, attributes: out.attributes }, i === 0] as const] : [];
  });
}

function outgoing(route: TableRoute, speaker: Speaker, mode: Mode): TableRoute | undefined {
  const prepared = prepare(route, speaker);
  if (!prepared || mode === 'preexport') return prepared;
  const out = exported(route, speaker);
  return mode === 'export' ? out : out ? undefined : prepared;
}

const DESTINATIONS: Readonly<Record<string, string>> = {
  blackhole: 'blackhole',
  unreachable: 'unreachable',
  prohibit: 'prohibited',
  multipath: 'multipath',
};

function viaText({ destination, gateway, device }: TableRoute): string {
  if (destination === 'router') return `via ${gateway} on ${device}`;
  return destination === 'device' ? `dev ${device}` : (DESTINATIONS[destination] ?? '???');
}

const ORIGIN_LETTERS = ['i', 'e', '?'];

function infoText(route: TableRoute, isBgp: boolean): string {
  if (!isBgp) return ` (${route.preference})`;
  const { igpMetric, attributes, destination } = route;
  const resolvable = destination === 'router' || destination === 'device' || destination === 'multipath';
  const cost = igpMetric === undefined ? '' : !resolvable ? '/-' : igpMetric === 'unknown' ? '/?' : `/${igpMetric}`;
  const origin = attributes.asPath?.at(-1);
  return ` (${route.preference}${cost}) [${origin === undefined ? '' : `AS${origin}`}${ORIGIN_LETTERS[attributes.origin ?? 2]}]`;
}

function routeText({ world, config }: View, route: TableRoute, label: string, primary: boolean, verbose: boolean): string {
  const isBgp = protocolsByName(config).get(route.protocol)?.type === 'bgp';
  const from = route.from !== undefined && route.from !== route.gateway ? ` from ${route.from}` : '';
  let text = `${label.padEnd(18)} ${viaText(route)} [${route.protocol} ${shortTime(route.since, world.now)}${from}]${primary ? ' *' : ''}${infoText(route, isBgp)}\n`;
  for (const { gateway, device, weight } of route.nexthops ?? []) text += `\tvia ${gateway} on ${device} weight ${weight}\n`;
  return verbose ? text + attributesText(route) : text;
}

const ORIGIN_NAMES = ['IGP', 'EGP', 'Incomplete'];
const pairs = (values: readonly string[]): string => values.map((value) => `(${value})`).join(' ');

/** Attributes in the order of their codes. */
const SHOWN: readonly (readonly [name: string, text: (attributes: Attributes) => string | number | undefined])[] = [
  ['BGP.origin', ({ origin }) => (origin === undefined ? undefined : ORIGIN_NAMES[origin])],
  ['BGP.as_path', ({ asPath }) => asPath?.join(' ')],
  ['BGP.next_hop', ({ nextHop }) => nextHop],
  ['BGP.med', ({ med }) => med],
  ['BGP.local_pref', ({ localPref }) => localPref],
  ['BGP.community', ({ communities }) => (communities?.length ? pairs(communities) : undefined)],
  ['BGP.originator_id', ({ originatorId }) => originatorId],
  ['BGP.cluster_list', ({ clusterList }) => (clusterList?.length ? clusterList.join(' ') : undefined)],
  [
    'BGP.large_community',
    ({ largeCommunities }) =>
      largeCommunities?.length ? pairs(largeCommunities.map((each) => each.replaceAll(',', ', '))) : undefined,
  ],
  ['Kernel.source', ({ krtSource }) => krtSource],
  ['Kernel.metric', ({ krtMetric }) => krtMetric],
  ['Kernel.prefsrc', ({ krtPrefsrc }) => krtPrefsrc],
  ['Kernel.scope', ({ krtScope }) => krtScope],
];

function attributesText(route: TableRoute): string {
  const lines = SHOWN.flatMap(([name, value]) => {
    const shown = value(route.attributes);
    return shown === undefined ? [] : [`\t${name}: ${shown}\n`];
  });
  return `\tType: ${route.source} unicast univ\n${lines.join('')}`;
}
