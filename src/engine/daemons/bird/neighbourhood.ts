/**
 * Who sits at an address, and whether a TCP connection to it could be made. Stands between BIRD and the network: the only place
 * where one host's bird looks at another host.
 */
import type { NetLink, NetNamespace } from '../../kernel/namespace.ts';
import { remember, sameMembers } from '../../memo.ts';
import { masked, toNumber } from '../../net/address.ts';
import { canReach } from '../../packet/reach.ts';
import type { Host, World } from '../../world.ts';
import { configOf } from './config/parse.ts';
import { type Face, faceOf } from './config/reconfigure.ts';
import { linkTowards } from './contributions.ts';
import type { LoadedConfig } from './state.ts';

const globals = new WeakMap<NetNamespace['links'], readonly string[]>();
const NONE: readonly string[] = [];

/** Addresses under which a namespace can be met from outside. */
function globalAddresses(ns: NetNamespace | undefined): readonly string[] {
  if (!ns) return NONE;
  return remember(globals, ns.links, () =>
    Object.values(ns.links)
      .filter((link) => link.segment !== undefined)
      .flatMap((link) => link.addresses.filter((own) => own.scope === 'global').map((own) => own.address)),
  );
}

interface AddressBook {
  readonly names: readonly string[];
  readonly addresses: readonly (readonly string[])[];
  readonly hostOf: ReadonlyMap<string, string>;
}

const books = new WeakMap<World['hosts'], AddressBook>();
/** The book made last: hosts change in every round, their addresses hardly ever. */
let lastBook: AddressBook = { names: [], addresses: [], hostOf: new Map() };

function addressBook(hosts: World['hosts']): AddressBook {
  return remember(books, hosts, () => {
    const names = Object.keys(hosts);
    const addresses = names.map((name) => globalAddresses(hosts[name]?.netns['']));
    if (sameMembers(names, lastBook.names) && sameMembers(addresses, lastBook.addresses)) return lastBook;
    const hostOf = new Map(names.flatMap((name, i) => (addresses[i] ?? NONE).map((own) => [own, name] as const)));
    lastBook = { names, addresses, hostOf };
    return lastBook;
  });
}

/** The host that has an address in its own namespace. */
export function hostAt(world: World, address: string): Host | undefined {
  const name = addressBook(world.hosts).hostOf.get(address);
  return name === undefined ? undefined : world.hosts[name];
}

const sources = new WeakMap<NetNamespace['links'], Map<string, string | undefined>>();

/** The address a host would use towards another. */
export function addressTowards(host: Host, address: string): string | undefined {
  const ns = host.netns[''];
  if (!ns) return undefined;
  let known = sources.get(ns.links);
  if (!known) {
    known = new Map();
    sources.set(ns.links, known);
  }
  if (known.has(address)) return known.get(address);
  const link = linkTowards(ns, address);
  const own = link?.addresses.find(
    (each) => masked(toNumber(each.address), each.prefixLength) === masked(toNumber(address), each.prefixLength),
  );
  const source = own?.address ?? host.address;
  known.set(address, source);
  return source;
}

/** A list whose identity stands for its members: as long as they are the same, so is the list. */
export type Token = readonly unknown[];

/** @param last the tokens given last, by host */
function tokenFor(last: Map<string, Token>, host: string, members: Token): Token {
  const known = last.get(host);
  if (known && sameMembers(known, members)) return known;
  last.set(host, members);
  return members;
}

const addressed = new WeakMap<NetNamespace['links'], readonly NetLink[]>();

/** Links with an address of their own: the host's end of a pod's has none, and pods come and go. */
function addressedLinks(links: NetNamespace['links']): readonly NetLink[] {
  return remember(addressed, links, () => Object.values(links).filter((link) => link.addresses.length > 0));
}

const lastPaths = new Map<string, Token>();
const paths = new WeakMap<Host, Token>();

/** A host's side of every path: links, sockets, and the filter chains that see a connection to or from the host itself. */
export function pathToken(host: Host): Token {
  return remember(paths, host, () => {
    const ns = host.netns[''];
    const filter = ns?.netfilter.tables.filter?.chains;
    const links = ns ? addressedLinks(ns.links) : [];
    return tokenFor(lastPaths, host.name, [host.up, ns?.sockets, filter?.INPUT, filter?.OUTPUT, ...links]);
  });
}

/** What peers can notice of the configuration in force. */
export function faceOfLoaded(loaded: LoadedConfig | undefined): Face | undefined {
  const config = configOf(loaded);
  return config && faceOf(config);
}

const lastAppearances = new Map<string, Token>();
const appearances = new WeakMap<Host, Token>();

/** All that another bird can notice of a host. What a bird takes in and chooses is its own affair until it sends it on. */
export function appearanceOf(host: Host): Token {
  return remember(appearances, host, () => {
    const { running, startedAt, loaded, protocols, sent, farewells } = host.daemons.bird ?? {};
    const members = [pathToken(host), running, startedAt, faceOfLoaded(loaded), protocols, sent, farewells];
    return tokenFor(lastAppearances, host.name, members);
  });
}

/** The appearances of all hosts, by address. As long as no host looks different, it is the same object. */
export interface Scene {
  readonly members: Token;
  readonly at: ReadonlyMap<string, Token>;
}

const scenes = new WeakMap<World['hosts'], Scene>();
let lastScene: Scene = { members: [], at: new Map() };

export function sceneOf({ hosts }: World): Scene {
  return remember(scenes, hosts, () => {
    const book = addressBook(hosts);
    const members = [book, ...Object.values(hosts).map(appearanceOf)];
    if (sameMembers(members, lastScene.members)) return lastScene;
    const at = new Map<string, Token>();
    for (const [address, name] of book.hostOf) {
      const host = hosts[name];
      if (host) at.set(address, appearanceOf(host));
    }
    lastScene = { members, at };
    return lastScene;
  });
}

/** Is there a way at all: both on, both plugged into the same segment? Without it ARP fails and the kernel says so. */
export function isConnected(from: Host, to: Host, address: string): boolean {
  const [ns, other] = [from.netns[''], to.netns['']];
  if (!ns || !other || !from.up || !to.up) return false;
  const out = linkTowards(ns, address);
  const back = linkTowards(other, addressTowards(from, address) ?? '');
  return out !== undefined && back !== undefined && out.segment === back.segment;
}

interface Answer {
  readonly to: Token;
  readonly yes: boolean;
}

const answers = new WeakMap<Token, Map<string, Answer>>();

/**
 * Do packets to a listening peer pass, there and back? Asked of the packet walk, and again only when something on either host
 * changed that could make a difference: not for every route that comes or goes.
 */
export function packetsPass(world: World, from: Host, to: Host, address: string, port: number): boolean {
  const known = remember(answers, pathToken(from), () => new Map<string, Answer>());
  const token = pathToken(to);
  const key = `${address} ${port}`;
  const old = known.get(key);
  if (old?.to === token) return old.yes;
  const yes = canReach(world, { host: from.name, netns: '' }, address, port);
  known.set(key, { to: token, yes });
  return yes;
}
