/** `ip address`: show, add, del, flush (iproute2 6.1, ip/ipaddress.c). */
import { formatAddress, isInside, type LinkAddress, lastAddress, type NetLink, parsePrefix } from '../../../engine/index.ts';
import {
  abbreviates,
  type Context,
  Cursor,
  garbage,
  kernelStop,
  notSimulated,
  readPrefix,
  requireRoot,
  Stop,
  unknownCommand,
  usageStop,
} from './context.ts';
import { writeJson } from './json.ts';
import {
  addressesJson,
  addressesText,
  briefAddressesJson,
  briefJson,
  briefText,
  linkJson,
  linksOf,
  linkText,
  type Shown,
  shownAddresses,
} from './link-print.ts';
import { readScope } from './names.ts';
import { statsJson, statsText } from './stats.ts';
import { usage } from './usage.ts';

interface Selector {
  dev?: string;
  to?: string;
  scope?: string;
  type?: string;
  up: boolean;
}

/** Words of `show`, shared with `ip link show`. */
export function readSelector(cursor: Cursor, help: string): Selector {
  const selector: Selector = { up: false };
  while (!cursor.done) {
    let word = cursor.take();
    if (word === 'to') selector.to = readPrefix(cursor.value(), 'any');
    else if (word === 'scope') selector.scope = readScope(cursor.value(), 'invalid "scope"');
    else if (word === 'up') selector.up = true;
    else if (word === 'type') selector.type = cursor.value();
    else if (['master', 'vrf', 'label', 'group', 'nomaster', 'permanent', 'dynamic', 'primary', 'secondary'].includes(word))
      throw notSimulated(`address selector ${word}`);
    else {
      if (word === 'dev') word = cursor.value();
      else if (word === 'help') throw usageStop(help);
      if (selector.dev !== undefined) throw garbage('dev', word);
      selector.dev = word;
    }
  }
  return selector;
}

export function selectLinks(context: Context, selector: Selector): readonly NetLink[] {
  const ns = context.namespace();
  if (selector.dev !== undefined && !Object.hasOwn(ns.links, selector.dev))
    throw new Stop(`Device "${selector.dev}" does not exist.\n`, 1);
  return linksOf(ns).filter(
    (link) =>
      (selector.dev === undefined || link.name === selector.dev) &&
      (!selector.up || link.up) &&
      (selector.type === undefined || (selector.type === link.type && link.type !== 'ether' && link.type !== 'loopback')),
  );
}

function show(context: Context, cursor: Cursor): undefined {
  const { process, options, paint } = context;
  const selector = readSelector(cursor, usage.address);
  const narrowed = selector.to !== undefined || selector.scope !== undefined || options.family !== 'any';
  const rows: { readonly link: NetLink; readonly shown: Shown }[] = [];
  for (const link of selectLinks(context, selector)) {
    const shown = shownAddresses(context, link, (a) => {
      const inside = selector.to === undefined || (!a.address.includes(':') && isInside(a.address, selector.to));
      return inside && (selector.scope === undefined || a.scope === selector.scope);
    });
    if (!narrowed || shown.inet.length + shown.inet6.length > 0) rows.push({ link, shown });
  }
  if (options.json && options.brief) {
    const objects = rows.map(({ link, shown }) => ({ ...briefJson(context, link), addr_info: briefAddressesJson(shown) }));
    process.out(writeJson(objects, options.pretty));
  } else if (options.json) {
    const objects = rows.map(({ link, shown }) => ({
      ...linkJson(context, link, false),
      addr_info: addressesJson(link, shown),
      ...(options.statistics ? statsJson(context, link) : {}),
    }));
    process.out(writeJson(objects, options.pretty));
  } else if (options.brief) {
    for (const { link, shown } of rows) {
      const inet = shown.inet.map((a) => `${paint.inet(a.address)}/${a.prefixLength} `);
      const inet6 = shown.inet6.map((a) => `${paint.inet6(a.address)}/${a.prefixLength} `);
      process.out(briefText(context, link, [...inet, ...inet6].join('')));
    }
  } else {
    for (const { link, shown } of rows) {
      const addresses = addressesText(context, link, shown);
      const stats = options.statistics ? statsText(context, link) : '';
      process.out(options.oneline ? addresses : linkText(context, link, false) + addresses + stats);
    }
  }
}

interface Change {
  prefix?: string;
  /** No length was written. */
  bare: boolean;
  dev?: string;
  broadcast?: string;
  scope?: LinkAddress['scope'];
}

function readChange(cursor: Cursor): Change {
  const change: Change = { bare: false };
  while (!cursor.done) {
    let word = cursor.take();
    if (word === 'dev') change.dev = cursor.value();
    else if (word === 'broadcast' || abbreviates(word, 'brd') || abbreviates(word, 'broadcast')) change.broadcast = cursor.value();
    else if (word === 'scope') change.scope = readScope(cursor.value(), 'invalid scope value.');
    else if (['peer', 'anycast', 'label', 'valid_lft', 'preferred_lft', 'metric', 'noprefixroute', 'home', 'nodad'].includes(word))
      throw notSimulated(`address option ${word}`);
    else {
      if (word === 'local') word = cursor.value();
      else if (word === 'help') throw usageStop(usage.address);
      if (change.prefix !== undefined) throw garbage('local', word);
      change.prefix = readPrefix(word, 'any');
      change.bare = !word.includes('/');
    }
  }
  return change;
}

function change(context: Context, action: 'add' | 'delete' | 'replace', cursor: Cursor): undefined {
  const wanted = readChange(cursor);
  if (wanted.dev === undefined) throw new Stop('Not enough information: "dev" argument is required.\n', 1);
  const { dev } = wanted;
  if (!Object.hasOwn(context.namespace().links, dev)) throw new Stop(`Cannot find device "${dev}"\n`, 1);
  requireRoot(context);
  const { sim } = context.process;
  const prefix = wanted.prefix === undefined ? undefined : parsePrefix(wanted.prefix);
  if (!prefix) throw kernelStop({ errno: action === 'delete' ? 'EADDRNOTAVAIL' : 'EINVAL' });
  const address = formatAddress(prefix.address);
  const { place } = context;
  if (action === 'delete') {
    if (wanted.bare) context.process.err(WILDCARD_WARNING(address));
    const length = wanted.bare ? {} : { prefixLength: prefix.length };
    const error = sim.dispatch({ type: 'link', place, dev, action: 'delete-address', address, ...length });
    if (error) throw kernelStop(error.message ? { ...error, message: `ipv4: ${error.message}` } : error);
    return;
  }
  const broadcast = wanted.broadcast === '+' ? formatAddress(lastAddress(prefix)) : wanted.broadcast;
  const added: LinkAddress = {
    address,
    prefixLength: prefix.length,
    scope: wanted.scope ?? (prefix.address >>> 24 === 127 ? 'host' : 'global'),
    ...(broadcast === undefined ? {} : { broadcast }),
  };
  const error = sim.dispatch({ type: 'link', place, dev, action: 'add-address', address: added });
  if (error && !(action === 'replace' && error.errno === 'EEXIST'))
    throw kernelStop(error.message ? { ...error, message: `ipv4: ${error.message}` } : error);
}

const WILDCARD_WARNING = (address: string): string =>
  `Warning: Executing wildcard deletion to stay compatible with old scripts.\n         Explicitly specify the prefix length (${address}/32) to avoid this warning.\n         This special behaviour is likely to disappear in further releases,\n         fix your scripts!\n`;

function flush(context: Context, cursor: Cursor): undefined {
  if (cursor.done) throw new Stop('Flush requires arguments.\n', 1);
  const selector = readSelector(cursor, usage.address);
  const links = selectLinks(context, selector);
  requireRoot(context);
  const { sim } = context.process;
  for (const link of links) {
    for (const { address, prefixLength } of link.addresses) {
      if (selector.to !== undefined && !isInside(address, selector.to)) continue;
      sim.dispatch({ type: 'link', place: context.place, dev: link.name, action: 'delete-address', address, prefixLength });
    }
  }
}

export function address(context: Context, args: readonly string[]): undefined {
  const [command = 'show', ...rest] = args;
  const cursor = new Cursor(rest);
  if (abbreviates(command, 'add')) return change(context, 'add', cursor);
  if (abbreviates(command, 'change') || command === 'chg' || abbreviates(command, 'replace'))
    return change(context, 'replace', cursor);
  if (abbreviates(command, 'delete')) return change(context, 'delete', cursor);
  if (abbreviates(command, 'show') || command === 'lst' || abbreviates(command, 'list')) return show(context, cursor);
  if (abbreviates(command, 'flush')) return flush(context, cursor);
  for (const word of ['save', 'restore', 'showdump']) if (abbreviates(command, word)) throw notSimulated(`address ${word}`);
  if (abbreviates(command, 'help')) throw usageStop(usage.address);
  throw unknownCommand(command, 'address');
}
