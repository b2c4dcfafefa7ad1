/**
 * `ip monitor` (iproute2 6.1, ipmonitor.c): what rtnetlink tells of links, addresses, routes and neighbours as they change, until Ctrl-C. As in
 * the kernel nobody is told of routes that go with their link, nor of a STALE entry that is used. Leaves out files and other namespaces.
 */
import {
  formatAddress,
  type LinkAddress,
  lastAddress,
  type Neighbour,
  type NetLink,
  type NetNamespace,
  networkOf,
  type Route,
  sameRoute,
  toNumber,
} from '../../../engine/index.ts';
import { abbreviates, type Context, Cursor, notSimulated, Stop, usageStop } from './context.ts';
import { addressesText, linksOf, linkText } from './link-print.ts';
import { neighbourText } from './neigh.ts';
import { type RouteRow, routeText } from './route-print.ts';
import { usage } from './usage.ts';

const OBJECTS = ['link', 'address', 'route', 'mroute', 'prefix', 'neigh', 'rule', 'netconf', 'nsid', 'nexthop', 'stats'] as const;
type Kind = (typeof OBJECTS)[number];

interface Request {
  /** Empty: all. */
  readonly kinds: ReadonlySet<Kind>;
  readonly labelled: boolean;
  readonly dev: string | undefined;
}

function readRequest(context: Context, args: readonly string[]): Request {
  const cursor = new Cursor(args);
  const kinds = new Set<Kind>();
  let labelled = false;
  let dev: string | undefined;
  while (!cursor.done) {
    const word = cursor.take();
    const kind = OBJECTS.find((name) => abbreviates(word, name));
    if (word === 'file') throw notSimulated('monitor file');
    if (abbreviates(word, 'label')) labelled = true;
    else if (word === 'all-nsid') throw notSimulated('monitor all-nsid');
    else if (kind) kinds.add(kind);
    else if (word === 'all') labelled = true;
    else if (abbreviates(word, 'help')) throw usageStop(usage.monitor);
    else if (word === 'dev') {
      dev = cursor.value();
      if (!Object.hasOwn(context.namespace().links, dev))
        throw new Stop(`Error: argument "${dev}" is wrong: Device does not exist\n\n`, 255);
    } else throw new Stop(`Argument "${word}" is unknown, try "ip monitor help".\n`, 255);
  }
  return { kinds, labelled, dev };
}

interface Event {
  readonly kind: 'link' | 'address' | 'route' | 'neigh';
  readonly text: string;
  readonly dev?: string;
}

const deleted = (text: string): string => `Deleted ${text}`;

/** What an address brings into the local table (fib_add_ifaddr); its connected route is in the main one. */
function routesOfAddress(link: NetLink, { address, prefixLength, broadcast }: LinkAddress) {
  const base = { nexthops: [{ dev: link.name, weight: 1 }], table: 'local', proto: 'kernel', src: address } as const;
  const last = formatAddress(lastAddress({ address: toNumber(address), length: prefixLength }));
  const local: RouteRow = { ...base, dst: `${address}/32`, type: 'local', scope: 'host' };
  const all: RouteRow = { ...base, dst: `${last}/32`, type: 'broadcast', scope: 'link' };
  const isExplicit = broadcast !== undefined;
  return { local, broadcast: prefixLength < 31 ? all : undefined, isExplicit };
}

class Comparison {
  readonly events: Event[] = [];
  private readonly context: Context;
  private readonly before: NetNamespace;
  private readonly after: NetNamespace;

  constructor(context: Context, before: NetNamespace, after: NetNamespace) {
    this.context = context;
    this.before = before;
    this.after = after;
  }

  run(): readonly Event[] {
    const { before, after } = this;
    for (const link of linksOf(after)) this.addresses(link, before.links[link.name]);
    if (before.routes !== after.routes) this.routes();
    for (const link of linksOf(after)) this.link(link, before.links[link.name]);
    for (const link of linksOf(before)) if (!Object.hasOwn(after.links, link.name)) this.linkGone(link);
    if (before.neighbours !== after.neighbours) this.neighbours();
    return this.events;
  }

  private say(kind: Event['kind'], text: string, dev?: string): void {
    this.events.push({ kind, text, ...(dev !== undefined && { dev }) });
  }

  private route(row: RouteRow, gone = false): void {
    const { options, paint } = this.context;
    const text = routeText(this.after, options.details ? { table: 'main', ...row } : row, options, paint);
    this.say('route', gone ? deleted(text) : text, row.nexthops[0]?.dev);
  }

  private addressText(link: NetLink, address: LinkAddress): string {
    const text = addressesText(this.context, link, { inet: [address], inet6: [] });
    return this.context.options.oneline ? text : `${link.index}: ${link.name}${text}`;
  }

  private addresses(link: NetLink, old: NetLink | undefined): void {
    if (old?.addresses === link.addresses) return;
    const same = (a: LinkAddress) => (b: LinkAddress) => a.address === b.address && a.prefixLength === b.prefixLength;
    for (const address of old?.addresses ?? []) {
      if (link.addresses.some(same(address))) continue;
      this.say('address', deleted(this.addressText(old ?? link, address)), link.name);
      const { local, broadcast } = routesOfAddress(link, address);
      const connected = this.connected(this.before, link, address);
      for (const row of [connected, broadcast, local]) if (row) this.route(row, true);
    }
    for (const address of link.addresses) {
      if (old?.addresses.some(same(address))) continue;
      this.say('address', this.addressText(link, address), link.name);
      const { local, broadcast, isExplicit } = routesOfAddress(link, address);
      const connected = this.connected(this.after, link, address);
      for (const row of isExplicit ? [local, broadcast, connected] : [local, connected, broadcast]) if (row) this.route(row);
    }
  }

  private connected(ns: NetNamespace, link: NetLink, { address, prefixLength }: LinkAddress): Route | undefined {
    const dst = networkOf(address, prefixLength);
    return ns.routes.find(
      (route) => route.dst === dst && route.proto === 'kernel' && route.src === address && route.nexthops[0]?.dev === link.name,
    );
  }

  private routes(): void {
    const { before, after } = this;
    const fresh = after.routes.filter((route) => !before.routes.some((old) => sameRoute(old, route)));
    const gone = before.routes.filter((route) => !after.routes.some((other) => sameRoute(other, route)));
    const key = ({ dst, metric = 0 }: Route) => `${dst} ${metric}`;
    const replaced = new Set(fresh.map(key));
    const withAddress = ({ proto, src }: Route, other: NetNamespace) =>
      proto === 'kernel' && !Object.values(other.links).some(({ addresses }) => addresses.some(({ address }) => address === src));
    for (const route of gone) {
      const dies = route.nexthops.some(({ dev }) => !after.links[dev]?.up);
      if (!dies && !replaced.has(key(route)) && !withAddress(route, after)) this.route(route, true);
    }
    for (const route of fresh) {
      if (withAddress(route, before)) continue;
      const link = after.links[route.nexthops[0]?.dev ?? ''];
      const cameUp = route.proto === 'kernel' && link && !before.links[link.name]?.up;
      const own = cameUp ? link.addresses.find(({ address }) => address === route.src) : undefined;
      // With its link an address's broadcast is there again, too.
      const { broadcast } = link && own ? routesOfAddress(link, own) : {};
      if (broadcast) this.route(broadcast);
      this.route(route);
    }
  }

  private link(link: NetLink, old: NetLink | undefined): void {
    const same = old && old.up === link.up && old.carrier === link.carrier && old.mtu === link.mtu && old.mac === link.mac;
    if (!same) this.say('link', this.linkText(link), link.name);
  }

  private linkGone(link: NetLink): void {
    this.say('link', deleted(this.linkText(link)), link.name);
  }

  /** Nothing is said of its queue here. */
  private linkText(link: NetLink): string {
    return linkText(this.context, link, false).replace(/ qlen \d+/, ' ');
  }

  private neighbours(): void {
    const { before, after, context } = this;
    const text = (entry: Neighbour) => neighbourText(context, entry, true);
    for (const [key, entry] of Object.entries(before.neighbours))
      if (!Object.hasOwn(after.neighbours, key)) this.say('neigh', deleted(text(entry)), entry.dev);
    for (const [key, entry] of Object.entries(after.neighbours)) {
      if (before.neighbours[key] === entry || entry.state === 'DELAY' || entry.state === 'INCOMPLETE') continue;
      this.say('neigh', text(entry), entry.dev);
    }
  }
}

const LABELS: Readonly<Record<Event['kind'], string>> = { link: '[LINK]', address: '[ADDR]', route: '[ROUTE]', neigh: '[NEIGH]' };
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function stamp({ options: { timestamp } }: Context, now: number): string {
  if (timestamp === 'none') return '';
  const date = new Date(now);
  const iso = date.toISOString();
  const micros = `${iso.slice(20, 23)}000`;
  if (timestamp === 'short') return `[${iso.slice(0, 19)}.${micros}] `;
  const day = String(date.getUTCDate()).padStart(2);
  return `Timestamp: ${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${day} ${iso.slice(11, 19)} ${date.getUTCFullYear()} ${micros} usec\n`;
}

export function monitor(context: Context, args: readonly string[]): Promise<number> {
  const { process, place } = context;
  const { kinds, labelled, dev } = readRequest(context, args);
  const wanted = (event: Event) => (kinds.size === 0 || kinds.has(event.kind)) && (dev === undefined || event.dev === dev);
  const stop = process.sim.subscribe(({ before, world }) => {
    const [old, current] = [before, world].map((each) => each.hosts[place.host]?.netns[place.netns]);
    if (!old || !current || old === current) return;
    for (const event of new Comparison(context, old, current).run().filter(wanted))
      process.out(`${stamp(context, world.now)}${labelled ? LABELS[event.kind] : ''}${event.text}`);
  });
  return new Promise((resolve) => {
    const end = () => {
      stop();
      resolve(130);
    };
    if (process.signal.aborted) end();
    else process.signal.addEventListener('abort', end, { once: true });
  });
}
