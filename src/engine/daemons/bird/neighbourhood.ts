/**
 * Who sits at an address, and whether a TCP connection to it could be made. Stands between BIRD and the network: the only place
 * where one host's bird looks at another host.
 */
import type { NetNamespace } from '../../kernel/namespace.ts';
import { masked, toNumber } from '../../net/address.ts';
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

/** What decides whether packets pass: links and the filter chains that see a connection to the host itself. */
export function pathInputs(host: Host): readonly unknown[] {
  const ns = host.netns[''];
  const filter = ns?.netfilter.tables.filter?.chains;
  return [host.up, ns?.links, filter?.INPUT, filter?.OUTPUT];
}

/** Could a connection be made? `silent`: something swallows the packets. */
export function reachable(world: World, from: Host, to: Host, address: string, port: number): 'ok' | 'unreachable' | 'silent' {
  void world;
  void port;
  const ns = from.netns[''];
  if (!ns || !from.up || !to.up) return 'unreachable';
  const out = linkTowards(ns, address);
  const back = linkTowards(to.netns[''] ?? ns, addressTowards(from, address) ?? '');
  return out && back && out.segment === back.segment ? 'ok' : 'unreachable';
}
