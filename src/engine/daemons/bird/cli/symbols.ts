/**
 * `show symbols`. Models cmd_show_symbols() of nest/cmds.c and the symbol hash of conf/cf-lex.l, BIRD 1.6.8: BIRD's own constants
 * (from iproute2's tables of Debian 12) among the configuration's names, in the order of its buckets.
 */
import { ConfigError } from '../config/lex.ts';
import { NO_FILES, Reader } from '../config/reader.ts';
import type { View } from './protocols.ts';

const CLASSES: Readonly<Record<string, string>> = {
  filter: 'filter',
  function: 'function',
  constant: 'constant',
  protocol: 'protocol',
  template: 'protocol template',
  table: 'routing table',
  roa: 'ROA table',
  variable: 'unknown type',
};

/** In the order read_iproute_table() defines them. */
const CONSTANTS = [
  'ipp_unspec ipp_redirect ipp_kernel ipp_boot ipp_static ipp_gated ipp_ra ipp_mrt ipp_zebra ipp_bird ipp_dnrouted ipp_xorp ipp_ntk',
  'ipp_dhcp ipp_keepalived ipp_babel ipp_openr ipp_bgp ipp_isis ipp_ospf ipp_rip ipp_eigrp ipr_cosmos',
  'ips_global ips_nowhere ips_host ips_link ips_site ipt_local ipt_main ipt_default ipt_unspec',
].flatMap((line) => line.split(' '));

function hashOf(name: string): number {
  let hash = 13 << 24;
  for (const byte of new TextEncoder().encode(name)) hash = (hash + (hash >>> 2) + (hash >>> 5) + (byte << 24)) >>> 0;
  return hash;
}

const FIRST_ORDER = 6;
const STEP = 2;

/** Names as the hash table holds them: newest first in a bucket; it grows fourfold when it has more names than buckets. */
function inHashOrder(names: readonly string[]): readonly string[] {
  let order = FIRST_ORDER;
  let buckets: string[][] = [];
  const insert = (name: string) => {
    const at = hashOf(name) >>> (32 - order);
    buckets[at] = [name, ...(buckets[at] ?? [])];
  };
  let count = 0;
  for (const name of names) {
    insert(name);
    if (++count <= 2 ** order || order + STEP > 20) continue;
    const old = buckets.flatMap((bucket) => bucket ?? []);
    order += STEP;
    buckets = [];
    for (const each of old) insert(each);
  }
  return buckets.flatMap((bucket) => bucket ?? []);
}

/** @param args a sort of symbol, a name, or nothing; the last of several counts. @throws ConfigError */
export function showSymbols({ config }: View, args: string): string {
  const known = new Map<string, string>(CONSTANTS.map((name) => [name, 'constant']));
  for (const [name, symbol] of Object.entries(config.symbols)) known.set(name, symbol.class);
  for (const { name } of config.protocols) known.set(name, 'protocol');
  const line = (name: string): string => `${name.padEnd(8)}\t${CLASSES[known.get(name) ?? ''] ?? 'undefined'}\n`;
  const reader = new Reader(args, '', NO_FILES);
  let sort: string | undefined;
  let wanted: string | undefined;
  while (reader.peek().kind !== 'end') {
    const token = reader.next();
    if (token.kind === 'symbol') wanted = token.text;
    else if (token.kind === 'keyword' && ['table', 'function', 'filter', 'protocol', 'template', 'roa'].includes(token.text))
      sort = token.text;
    else throw new ConfigError('syntax error', token);
  }
  if (wanted !== undefined) return line(wanted);
  return inHashOrder([...known.keys()])
    .filter((name) => sort === undefined || known.get(name) === sort)
    .map(line)
    .join('');
}
