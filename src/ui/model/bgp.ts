/** BGP as the screen shows it: sessions, what each node announces, what a speaker learned. Reads BIRD's own state. */
import { type BirdState, bgpProtocols, configOf, type Host, type TableRoute, type World } from '../../engine/index.ts';
import { hostAt } from './routes.ts';

export interface SessionView {
  /** The speaker whose view this is. */
  readonly host: string;
  /** Host at the other end, when it is one of ours. */
  readonly peer: string | undefined;
  readonly address: string;
  readonly protocol: string;
  /** `Established`, `Active`, …; `stopped` where no BIRD runs. */
  readonly state: string;
  readonly up: boolean;
  /** Why it is down, or what it waits for, in BIRD's words. */
  readonly note: string | undefined;
  /** How many prefixes the peer sends. */
  readonly received: number;
}

export interface Announced {
  readonly prefix: string;
  /** Some bastion took it in; false: their import filters refuse it. */
  readonly accepted: boolean;
}

interface Derived {
  readonly inputs: readonly unknown[];
  readonly sessions: readonly SessionView[];
  readonly announced: ReadonlyMap<string, readonly Announced[]>;
}

const SAME_AS_NEVER: readonly unknown[] = [];
const MAX_KEPT = 4;
let kept: readonly Derived[] = [];

/** Derived once for each state of all BIRDs: worlds that differ elsewhere share it. */
function derive(world: World): Derived {
  const hosts = Object.values(world.hosts);
  const inputs = hosts.flatMap((host) => [host.up, host.daemons.bird ?? SAME_AS_NEVER]);
  const known = kept.find((each) => each.inputs.length === inputs.length && each.inputs.every((one, i) => one === inputs[i]));
  if (known) return known;
  const sessions = hosts.flatMap((host) => (host.daemons.bird ? sessionsOfHost(world, host, host.daemons.bird) : []));
  const made = { inputs, sessions, announced: announcements(world, hosts) };
  kept = [made, ...kept].slice(0, MAX_KEPT);
  return made;
}

function sessionsOfHost(world: World, host: Host, bird: BirdState): SessionView[] {
  const config = configOf(bird.loaded);
  if (!config) return [];
  return bgpProtocols(config).map(({ name, neighbor }) => {
    const protocol = bird.protocols[name];
    const session = protocol?.session;
    const running = host.up && bird.running;
    const up = running && session?.phase === 'Established' && session.silentSince === undefined;
    const state = !running ? 'stopped' : protocol?.disabled ? 'disabled' : (session?.phase ?? 'down');
    const note = session?.silentSince !== undefined ? 'no answer: the hold timer runs' : session?.error?.text;
    return {
      host: host.name,
      peer: hostAt(world, neighbor),
      address: neighbor,
      protocol: name,
      state,
      up,
      note: up ? undefined : note,
      received: Object.keys(bird.received[name]?.paths ?? {}).length,
    };
  });
}

/** What bastions hear from each node. */
function announcements(world: World, hosts: readonly Host[]): ReadonlyMap<string, readonly Announced[]> {
  const byNode = new Map<string, Map<string, boolean>>();
  for (const host of hosts) {
    const bird = host.daemons.bird;
    const config = host.kind === 'bastion' ? configOf(bird?.loaded) : undefined;
    if (!bird || !config) continue;
    for (const { name, neighbor } of bgpProtocols(config)) {
      const peer = hostAt(world, neighbor);
      const session = bird.protocols[name]?.session;
      const received = bird.received[name];
      if (!peer || !session || !received) continue;
      if (session.phase !== 'Established' && session.staleUntil === undefined) continue;
      const prefixes = byNode.get(peer) ?? new Map<string, boolean>();
      byNode.set(peer, prefixes);
      for (const prefix of Object.keys(received.paths)) {
        const taken = bird.table[prefix]?.some((route) => route.protocol === name && !route.filtered) ?? false;
        prefixes.set(prefix, taken || prefixes.get(prefix) === true);
      }
    }
  }
  const sorted = [...byNode].map(([node, prefixes]): [string, readonly Announced[]] => [
    node,
    [...prefixes].map(([prefix, accepted]) => ({ prefix, accepted })).sort((a, b) => order(a.prefix, b.prefix)),
  ]);
  return new Map(sorted);
}

/** By address, then the longer prefix first, as tables print. */
export function order(a: string, b: string): number {
  const [addressA = '', lengthA] = a.split('/');
  const [addressB = '', lengthB] = b.split('/');
  const number = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return number(addressA) - number(addressB) || Number(lengthB) - Number(lengthA);
}

/** Sessions of every speaker. */
export const sessionsOf = (world: World): readonly SessionView[] => derive(world).sessions;

/** Prefixes that bastions hear, by the name of the node that announces them. The same map while no BIRD changed. */
export const announcedBy = (world: World): ReadonlyMap<string, readonly Announced[]> => derive(world).announced;

/** What one speaker knows of each network, the best first, by address. */
export function learnedOf(host: Host): readonly (readonly [prefix: string, routes: readonly TableRoute[]])[] {
  const table = host.daemons.bird?.table ?? {};
  return Object.entries(table)
    .filter(([, routes]) => routes.some((route) => route.source === 'BGP'))
    .sort(([a], [b]) => order(a, b));
}

/**
 * Why the first of a network's routes is the best, by the first rule of BIRD's ladder on which it differs from the next
 * (nest/rt-table.c, proto/bgp/attrs.c of BIRD 1.6).
 */
export function bestReason([best, next]: readonly TableRoute[]): string {
  if (!best) return '';
  if (!next) return 'the only route';
  if (best.preference !== next.preference) return `preference ${best.preference} over ${next.preference}`;
  const [a, b] = [best.attributes, next.attributes];
  if ((a.localPref ?? 100) !== (b.localPref ?? 100)) return `local preference ${a.localPref ?? 100} over ${b.localPref ?? 100}`;
  if ((a.asPath?.length ?? 0) !== (b.asPath?.length ?? 0))
    return `AS path of ${a.asPath?.length ?? 0} over ${b.asPath?.length ?? 0}`;
  if ((a.origin ?? 0) !== (b.origin ?? 0)) return 'better origin';
  if ((a.med ?? 0) !== (b.med ?? 0)) return `MED ${a.med ?? 0} under ${b.med ?? 0}`;
  if (best.igpMetric !== next.igpMetric) return 'a nearer next hop';
  return 'equal to the next: the lower router id decides';
}
