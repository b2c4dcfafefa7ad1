/** Prints links and their addresses as `ip link` and `ip addr` do (ipaddress.c, print_linkinfo, print_addrinfo). */
import { type LinkAddress, type NetLink, type NetNamespace, operstate, toPrefix, uuid } from '../../../engine/index.ts';
import type { Context } from './context.ts';
import { detailsJson, detailsText } from './details.ts';
import { type Inet6Address, inet6Of } from './inet6.ts';
import type { Json } from './json.ts';

/** In the order print_link_flags() has them. */
export function linkFlags(link: NetLink): readonly string[] {
  const loopback = link.type === 'loopback';
  return [
    ...(link.up && !link.carrier ? ['NO-CARRIER'] : []),
    loopback ? 'LOOPBACK' : 'BROADCAST',
    ...(loopback ? [] : link.type === 'dummy' ? ['NOARP'] : ['MULTICAST']),
    ...(link.up ? ['UP'] : []),
    ...(link.up && link.carrier ? ['LOWER_UP'] : []),
  ];
}

const QDISC: Readonly<Record<NetLink['type'], string>> = {
  loopback: 'noqueue',
  ether: 'mq',
  veth: 'noqueue',
  bridge: 'noqueue',
  dummy: 'noqueue',
};

/** Bridges and Calico's veths have no transmit queue, so no `qlen`. */
const queueLength = (link: NetLink): number => (link.type === 'veth' || link.type === 'bridge' ? 0 : 1000);

/** Index of a veth's other end. */
function peerIndex(context: Context, link: NetLink): number | undefined {
  const { process, place } = context;
  if (!link.peer) return undefined;
  return process.sim.world().hosts[place.host]?.netns[link.peer.netns]?.links[link.peer.link]?.index;
}

/** `ens5`, `cali22d2c5e53b3@if3`. */
export function linkName(context: Context, link: NetLink): string {
  const peer = peerIndex(context, link);
  return peer === undefined ? link.name : `${link.name}@if${peer}`;
}

/** The name a pod's namespace has in /run/netns: what the container runtime made up. */
export function netnsName(context: Pick<Context, 'process'>, host: string, netns: string): string {
  return `cni-${uuid('netns', context.process.sim.world().seed, host, netns)}`;
}

function peerText(context: Context, link: NetLink): string {
  if (!link.peer) return '';
  return link.peer.netns === '' ? ' link-netnsid 0' : ` link-netns ${netnsName(context, context.place.host, link.peer.netns)}`;
}

function stateText(context: Context, link: NetLink): string {
  const state = operstate(link);
  const { paint } = context;
  return state === 'UP' ? paint.up(`${state} `) : state === 'DOWN' ? paint.down(`${state} `) : `${state} `;
}

/** The first lines of a link; `ip link` adds its mode, `ip -4 addr` leaves the hardware address out. */
export function linkText(context: Context, link: NetLink, mode: boolean): string {
  const { paint, options } = context;
  const newline = options.oneline ? '\\' : '\n';
  const qlen = queueLength(link);
  let text = `${link.index}: ${paint.dev(`${linkName(context, link)}: `)}<${linkFlags(link).join(',')}> mtu ${link.mtu} `;
  text += `qdisc ${QDISC[link.type]} state ${stateText(context, link)}${mode ? 'mode DEFAULT ' : ''}group default `;
  if (qlen) text += `qlen ${qlen}`;
  if (options.family === 'any' || mode) {
    const broadcast = link.type === 'loopback' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff';
    const kind = link.type === 'loopback' ? 'loopback' : 'ether';
    text += `${newline}    link/${kind} ${paint.mac(link.mac)} brd ${paint.mac(broadcast)}`;
  }
  return `${text}${peerText(context, link)}${options.details ? detailsText(link, mode, newline) : ''}\n`;
}

export function linkJson(context: Context, link: NetLink, mode: boolean): Record<string, Json> {
  const peer = peerIndex(context, link);
  const qlen = queueLength(link);
  return {
    ifindex: link.index,
    ...(peer === undefined ? {} : { link_index: peer }),
    ifname: link.name,
    flags: linkFlags(link),
    mtu: link.mtu,
    qdisc: QDISC[link.type],
    operstate: operstate(link),
    ...(mode ? { linkmode: 'DEFAULT' } : {}),
    group: 'default',
    ...(qlen ? { txqlen: qlen } : {}),
    ...(context.options.family === 'any' || mode
      ? {
          link_type: link.type === 'loopback' ? 'loopback' : 'ether',
          address: link.mac,
          broadcast: link.type === 'loopback' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff',
        }
      : {}),
    ...(link.peer ? { link_netnsid: 0 } : {}),
    ...(context.options.details ? detailsJson(link, mode) : {}),
  };
}

/** What `-br -j` says of a link before its own part. */
export function briefJson(context: Context, link: NetLink): Record<string, Json> {
  const peer = peerIndex(context, link);
  return { ...(peer === undefined ? {} : { link_index: peer }), ifname: link.name, operstate: operstate(link) };
}

/** A second address of the same subnet. */
function isSecondary(link: NetLink, a: LinkAddress): boolean {
  const network = (x: LinkAddress) => toPrefix(`${x.address}/${x.prefixLength}`);
  const own = network(a);
  const first = link.addresses.find((x) => x.prefixLength === a.prefixLength && network(x).address === own.address);
  return a.prefixLength < 32 && first !== a;
}

function lifetime(context: Context, dynamicSeconds: number | undefined): string {
  const text = dynamicSeconds === undefined ? 'forever' : `${dynamicSeconds}sec`;
  return `${context.options.oneline ? '\\' : '\n'}       valid_lft ${text} preferred_lft ${text}\n`;
}

function addressText(context: Context, link: NetLink, a: LinkAddress): string {
  const { paint, options } = context;
  let text = options.oneline ? `${link.index}: ${link.name}    ` : '    ';
  text += `inet ${paint.inet(a.address)}/${a.prefixLength} `;
  if (a.broadcast !== undefined) text += `brd ${paint.inet(`${a.broadcast} `)}`;
  text += `scope ${a.scope} ${isSecondary(link, a) ? 'secondary ' : ''}${a.dynamicSeconds === undefined ? '' : 'dynamic '}${link.name}`;
  return text + lifetime(context, a.dynamicSeconds);
}

function address6Text(context: Context, link: NetLink, a: Inet6Address): string {
  const { paint, options } = context;
  const start = options.oneline ? `${link.index}: ${link.name}    ` : '    ';
  return `${start}inet6 ${paint.inet6(a.address)}/${a.prefixLength} scope ${a.scope} ${lifetime(context, undefined)}`;
}

/** The addresses of a link that the options and the selector ask for. */
export interface Shown {
  readonly inet: readonly LinkAddress[];
  readonly inet6: readonly Inet6Address[];
}

export function shownAddresses(context: Context, link: NetLink, keep: (a: LinkAddress | Inet6Address) => boolean): Shown {
  const { family } = context.options;
  const primaryFirst = [...link.addresses].sort((a, b) => Number(isSecondary(link, a)) - Number(isSecondary(link, b)));
  return {
    inet: family === 'inet6' ? [] : primaryFirst.filter(keep),
    inet6: family === 'inet' ? [] : inet6Of(link).filter(keep),
  };
}

export function addressesText(context: Context, link: NetLink, shown: Shown): string {
  return (
    shown.inet.map((a) => addressText(context, link, a)).join('') + shown.inet6.map((a) => address6Text(context, link, a)).join('')
  );
}

export function addressesJson(link: NetLink, shown: Shown): readonly Json[] {
  const forever = 4_294_967_295;
  return [
    ...shown.inet.map((a) => ({
      family: 'inet',
      local: a.address,
      prefixlen: a.prefixLength,
      ...(a.broadcast === undefined ? {} : { broadcast: a.broadcast }),
      scope: a.scope,
      ...(isSecondary(link, a) ? { secondary: true } : {}),
      ...(a.dynamicSeconds === undefined ? {} : { dynamic: true }),
      label: link.name,
      valid_life_time: a.dynamicSeconds ?? forever,
      preferred_life_time: a.dynamicSeconds ?? forever,
    })),
    ...shown.inet6.map((a) => ({
      family: 'inet6',
      local: a.address,
      prefixlen: a.prefixLength,
      scope: a.scope,
      valid_life_time: forever,
      preferred_life_time: forever,
    })),
  ];
}

export const briefAddressesJson = ({ inet, inet6 }: Shown): readonly Json[] =>
  [...inet, ...inet6].map(({ address, prefixLength }) => ({ local: address, prefixlen: prefixLength }));

/** One line of `-br`: name, state, then what follows. */
export function briefText(context: Context, link: NetLink, rest: string): string {
  const { paint } = context;
  const state = operstate(link);
  const padded = `${state.padEnd(14)} `;
  const shown = state === 'UP' ? paint.up(padded) : state === 'DOWN' ? paint.down(padded) : padded;
  return `${paint.dev(`${linkName(context, link).padEnd(16)} `)}${shown}${rest}\n`;
}

/** Links in the order of their index. */
export function linksOf(ns: NetNamespace): readonly NetLink[] {
  return Object.values(ns.links).sort((a, b) => a.index - b.index);
}
