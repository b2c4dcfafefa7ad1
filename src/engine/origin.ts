/**
 * Where a row comes from: from any Ref back to what somebody did, step by step.
 *
 * FIB row ← BGP route ← line of the sender's bird.cfg ← field of an API object ← journal entry. Reads the World only; each step looks at
 * what the row's owner kept (`ref`), never guesses.
 */
import { configOf } from './daemons/bird/config/parse.ts';
import { hostAt } from './daemons/bird/neighbourhood.ts';
import type { Ref, World } from './world.ts';

type RefOf<K extends Ref['kind']> = Extract<Ref, { readonly kind: K }>;
type Steps = { readonly [K in Ref['kind']]: (world: World, ref: RefOf<K>) => Ref | undefined };

/** One step back for each kind of Ref. */
const STEPS: Steps = {
  route: (world, { host, netns, dst, metric }) =>
    world.hosts[host]?.netns[netns]?.routes.find(
      (route) => route.dst === dst && (metric === undefined || (route.metric ?? 0) === metric),
    )?.ref,
  rule: (world, { host, netns, table, chain, index }) => {
    const tables = world.hosts[host]?.netns[netns]?.netfilter.tables as
      | Readonly<
          Record<string, { readonly chains: Readonly<Record<string, { readonly rules: readonly { readonly ref?: Ref }[] }>> }>
        >
      | undefined;
    return tables?.[table]?.chains[chain]?.rules[index]?.ref;
  },
  bgp: (world, { host, protocol, prefix }) => bgpOrigin(world, host, protocol, prefix),
  file: (world, { host, path, line }) => world.hosts[host]?.daemons.confd?.lines?.[path]?.[line],
  object: (world, { cluster, resource, key }) => {
    const index = world.clusters[cluster]?.api.writtenBy[`${resource} ${key}`];
    return index === undefined ? undefined : { kind: 'input', index };
  },
  input: () => undefined,
  conntrack: () => undefined,
  neighbour: () => undefined,
  sysctl: () => undefined,
};

/**
 * A received route is what the peer sent: the route of the peer's own table that it made the update from. A static route there is a line
 * of its configuration; one it received itself leads on to its own peer.
 */
function bgpOrigin(world: World, host: string, protocol: string, prefix: string): Ref | undefined {
  const receiver = world.hosts[host]?.daemons.bird;
  const own = configOf(receiver?.loaded)?.protocols.find((each) => each.name === protocol);
  if (own?.type !== 'bgp') return undefined;
  const sender = hostAt(world, own.neighbor);
  const route = receiver?.table[prefix]?.find((each) => each.protocol === protocol);
  const sources = sender?.daemons.bird?.table[prefix] ?? [];
  const source =
    sources.find(({ protocol: name, id }) => route && (id === '' ? name === route.id : route.id.startsWith(`${name}/`))) ??
    sources[0];
  return source?.ref;
}

const MAX_STEPS = 32;

/**
 * The chain of origins of a Ref: the Ref itself first, what it came from next, the journal entry last where there is one.
 * Ends early where nothing more is known; never loops.
 */
export function origins(world: World, ref: Ref): readonly Ref[] {
  const chain: Ref[] = [ref];
  const seen = new Set([JSON.stringify(ref)]);
  let at: Ref = ref;
  while (chain.length < MAX_STEPS) {
    const step = STEPS[at.kind] as (world: World, ref: Ref) => Ref | undefined;
    const next = step(world, at);
    if (!next || seen.has(JSON.stringify(next))) break;
    seen.add(JSON.stringify(next));
    chain.push(next);
    at = next;
  }
  return chain;
}
