/**
 * Who sits at an address, and whether a TCP connection to it could be made. Stands between BIRD and the network: the only place
 * where one host's bird looks at another host.
 */
import type { NetNamespace } from '../../kernel/namespace.ts';
import { remember } from '../../memo.ts';
import { masked, toNumber } from '../../net/address.ts';
import { canReach } from '../../packet/reach.ts';
import type { Host, World } from '../../world.ts';
import { linkTowards } from './contributions.ts';

const indexes = new WeakMap<World['hosts'], ReadonlyMap<string, string>>();

/** The host that has an address in its own namespace. */
export function hostAt(world: World, address: string): Host | undefined {
  let index = indexes.get(world.hosts);
  if (!index) {
    const built = new Map<string, string>();
    for (const host of Object.values(world.hosts)) {
      for (const link of Object.values(host.netns['']?.links ?? {})) {
        for (const own of link.addresses)
          if (own.scope === 'global' && link.segment !== undefined) built.set(own.address, host.name);
      }
    }
    index = built;
    indexes.set(world.hosts, index);
  }
  const name = index.get(address);
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

/** What decides whether packets pass: links, sockets, and the filter chains that see a connection to or from the host itself. */
function pathInputs(host: Host): readonly unknown[] {
  const ns = host.netns[''];
  const filter = ns?.netfilter.tables.filter?.chains;
  return [host.up, ns?.links, ns?.sockets, filter?.INPUT, filter?.OUTPUT];
}

/** Stands for a host's side of every path: the same object as long as nothing changed that decides whether packets pass. */
export interface PathToken {
  readonly inputs: readonly unknown[];
}

const tokens = new Map<string, PathToken>();
const tokenOf = new WeakMap<Host, PathToken>();

export function pathToken(host: Host): PathToken {
  return remember(tokenOf, host, () => {
    const inputs = pathInputs(host);
    const last = tokens.get(host.name);
    if (last?.inputs.every((each, i) => each === inputs[i])) return last;
    const token = { inputs };
    tokens.set(host.name, token);
    return token;
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
  readonly to: PathToken;
  readonly yes: boolean;
}

const answers = new WeakMap<PathToken, Map<string, Answer>>();

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
