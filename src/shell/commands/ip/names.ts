/** Names of protocols, scopes, tables and types as /etc/iproute2 and rtnetlink have them. */
import { abbreviates, wrongArgument } from './context.ts';

/** /etc/iproute2/rt_protos of iproute2 6.1. */
const PROTOCOLS: Readonly<Record<string, number>> = {
  unspec: 0,
  redirect: 1,
  kernel: 2,
  boot: 3,
  static: 4,
  gated: 8,
  ra: 9,
  mrt: 10,
  zebra: 11,
  bird: 12,
  dnrouted: 13,
  xorp: 14,
  ntk: 15,
  dhcp: 16,
  keepalived: 18,
  babel: 42,
  openr: 99,
  bgp: 186,
  isis: 187,
  ospf: 188,
  rip: 189,
  eigrp: 192,
};
const SCOPES = { global: 0, universe: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;
const TABLES: Readonly<Record<string, string>> = { '253': 'default', '254': 'main', '255': 'local' };

/** The name a protocol prints by, from a name or a number. */
export function readProtocol(text: string, why: string): string {
  if (Object.hasOwn(PROTOCOLS, text)) return text;
  if (!/^\d+$/.test(text) || Number(text) > 255) throw wrongArgument(text, why);
  return Object.keys(PROTOCOLS).find((name) => PROTOCOLS[name] === Number(text)) ?? String(Number(text));
}

export function readScope(text: string, why: string): 'global' | 'link' | 'host' {
  const number = Object.hasOwn(SCOPES, text) ? SCOPES[text as keyof typeof SCOPES] : /^\d+$/.test(text) ? Number(text) : -1;
  if (number === 0) return 'global';
  if (number === 253) return 'link';
  if (number === 254) return 'host';
  throw wrongArgument(text, why);
}

export function readTable(text: string): string {
  if (['main', 'local', 'default', 'all', 'cache'].includes(text)) return text;
  if (!/^\d+$/.test(text)) throw wrongArgument(text, 'table id value is invalid');
  return TABLES[text] ?? text;
}

const TYPES = [
  'nat',
  'broadcast',
  'brd',
  'anycast',
  'multicast',
  'prohibit',
  'unreachable',
  'blackhole',
  'xresolve',
  'unicast',
  'throw',
];

/** rtnl_rtntype_a2n(): a type's name or its beginning; undefined: not a type. */
export function readType(text: string): string | undefined {
  return text === 'local' ? 'local' : TYPES.find((type) => abbreviates(text, type));
}
