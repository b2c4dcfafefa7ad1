/**
 * Requests put to both sides: curl's own words, and what the programs saw of it.
 *
 * Where chance decides, every outcome is compared instead of one: next hops of an ECMP route are forced one after the other (the
 * kernel's hash key is drawn at boot), and backends are asked for often enough to meet all of them.
 */
import {
  createSim,
  type Endpoints,
  getObject,
  isInside,
  objectsOf,
  type Place,
  type Service,
  type World,
} from '../../../src/engine/index.ts';
import { testSession } from '../../../src/shell/testing.ts';
import { nameOf } from './applications.ts';
import { maskMs } from './masks.ts';
import type { Namespaces } from './namespaces.ts';
import type { Probe } from './scenario.ts';

/** One side's answers. */
interface Answers {
  /** Body, status, exit status and complaint of one request. */
  readonly said: string;
  /** `<client as the program saw it> <place that answered>`, each once, sorted. */
  readonly seen: readonly string[];
}

export interface ProbeOutcome {
  readonly line: string;
  readonly ours: string;
  readonly real: string;
}

/**
 * Requests to learn every backend where there are several. Scenarios have at most three: one of them is missed with a probability of
 * 3 · (2/3)^60 < 10^-10.
 */
const OFTEN = 60;
/** Where there is one. */
const SELDOM = 4;
/** curl's -m. */
const PATIENCE_S = 2;
const FORMAT = '\\n%{http_code} %{exitcode}\\n';
/** An ICMP error and a time-out. */
const NO_ANSWER = /000 (?:7\ncurl: \(7\) Failed to connect|28\ncurl: \(28\) Connection timed out) .*/;
const SEEN = '\\n@%header{x-seen}\\n';

/** Asks both sides. @param sticky the service sends a client to the same backend again and again, whichever came first */
export async function compareProbe(
  world: World,
  parts: Namespaces,
  probe: Probe,
  sticky: boolean,
): Promise<readonly ProbeOutcome[]> {
  const place = placeOf(world, probe.from);
  if (!place) return [];
  const url = urlOf(world, probe.url);
  const line = `${probe.from}: curl ${url}`;
  const text = (answers: Answers) => {
    const all = textOf(answers, sticky);
    return probe.unanswered ? all.replace(NO_ANSWER, 'no answer') : all;
  };
  const ask = { place, url, times: backendsOf(world, url) > 1 ? OFTEN : SELDOM };
  const ours = await askOurs(world, ask);
  const ways = nextHopsOf(world, place, new URL(url).hostname);
  if (ways.length < 2) {
    const real = await untilAlike(text(ours), async () => text(await askReal(parts, ask)));
    return [{ line, ours: text(ours), real }];
  }
  const outcomes: ProbeOutcome[] = [];
  for (const way of ways) {
    const forced = text(await askOurs(forcedWorld(world, place, url, way), ask));
    const real = await forcing(parts, place, url, way, () => untilAlike(forced, async () => text(await askReal(parts, ask))));
    outcomes.push({ line: `${line} by way of ${way}`, ours: forced, real });
  }
  const free = await askReal(parts, ask);
  const one = (side: 'ours' | 'real', answers: Answers) => inSet(text(answers), new Set(outcomes.map((each) => each[side])), ways);
  return [...outcomes, { line, ours: one('ours', ours), real: one('real', free) }];
}

interface Ask {
  readonly place: Place;
  readonly url: string;
  /** Requests to learn what the programs see. */
  readonly times: number;
}

/** A free choice must be one of the outcomes found by force; with a hash of ports it may be several. */
function inSet(text: string, forced: ReadonlySet<string>, ways: readonly string[]): string {
  const known = new Set([...forced].flatMap((each) => each.split('\n')));
  const strange = text.split('\n').filter((line) => !known.has(line));
  return strange.length === 0 ? `as by way of one of ${ways.join(', ')}` : `unlike every way: ${strange.join('\n')}`;
}

/** A machine under load may need a second try; what really differs goes on to differ. */
async function untilAlike(wanted: string, ask: () => Promise<string>): Promise<string> {
  const first = await ask();
  return first === wanted ? first : ask();
}

function textOf({ said, seen }: Answers, sticky: boolean): string {
  const places = sticky && seen.length === 1 ? seen.map((one) => one.replace(/ \S+$/, ' always the same')) : seen;
  return [maskMs(said), ...places].join('\n');
}

async function askOurs(world: World, { place, url, times }: Ask): Promise<Answers> {
  const sim = createSim(world);
  const session = testSession(sim, { host: place.host, netns: '' }, { settle: false });
  const curl = `curl -sS -m ${PATIENCE_S} -w '${FORMAT}' ${url}`;
  const { stdout, stderr, exitCode } = await session.type(place.netns === '' ? curl : `sudo ip netns exec ${place.netns} ${curl}`);
  const said = stdout + stderr;
  if (exitCode !== 0) return { said, seen: [] };
  const many = createSim(world);
  const seen = Array.from({ length: times }, () => {
    const result = many.dispatch({ type: 'http', from: place, request: { method: 'GET', url } });
    return result.outcome === 'response' ? `${result.client} ${nameOf(result.server.place)}` : result.outcome;
  });
  return { said, seen: unique(seen) };
}

async function askReal(parts: Namespaces, { place, url, times }: Ask): Promise<Answers> {
  const { stdout, stderr, exitCode } = await parts.run(place, ['curl', '-sS', '-m', String(PATIENCE_S), '-w', FORMAT, url]);
  const said = stdout + stderr;
  return exitCode === 0 ? { said, seen: unique(await seenBy(parts, place, url, times)) } : { said, seen: [] };
}

/** What the programs saw of so many requests, one connection each. */
export async function seenBy(parts: Namespaces, place: Place, url: string, times: number): Promise<readonly string[]> {
  const { stdout } = await parts.run(place, ['curl', '-s', '-m', '20', '-w', SEEN, ...Array(times).fill(url)], 300_000);
  return [...stdout.matchAll(/^@(.*)$/gm)].map(([, seen]) => seen || 'no-answer');
}

const unique = (lines: readonly string[]): readonly string[] => [...new Set(lines)].sort();

/** The next hops of the route to an address where there are several; else none. */
export function nextHopsOf(world: World, { host, netns }: Place, address: string): readonly string[] {
  const routes = (world.hosts[host]?.netns[netns]?.routes ?? []).filter(({ dst }) => isInside(address, dst));
  const [longest] = [...routes].sort((a, b) => Number(b.dst.split('/')[1]) - Number(a.dst.split('/')[1]));
  return longest && longest.nexthops.length > 1 ? longest.nexthops.flatMap(({ via }) => via ?? []) : [];
}

/** The world with one next hop to an address; the host's bird stands still, or it would put that right. */
function forcedWorld(world: World, place: Place, url: string, via: string): World {
  const host = world.hosts[place.host]!;
  const ns = host.netns[place.netns]!;
  const dst = `${new URL(url).hostname}/32`;
  const dev = ns.routes.flatMap(({ nexthops }) => nexthops).find((hop) => hop.via === via)!.dev;
  const forced = { dst, type: 'unicast', nexthops: [{ via, dev, weight: 1 }], proto: 'static', scope: 'global' } as const;
  const { bird: _bird, ...daemons } = host.daemons;
  const netns = { ...host.netns, [place.netns]: { ...ns, routes: [forced, ...ns.routes.filter((route) => route.dst !== dst)] } };
  return { ...world, hosts: { ...world.hosts, [host.name]: { ...host, daemons, netns } } };
}

const FORCED_TABLE = '100';

/** What is forced just now, by the parts it is forced on and the address: the next must wait. */
const forced = new WeakMap<Namespaces, Map<string, Promise<unknown>>>();

/** The same for real, in a table that BIRD does not look at. */
function forcing<T>(parts: Namespaces, place: Place, url: string, via: string, act: () => Promise<T>): Promise<T> {
  const dst = new URL(url).hostname;
  const queue = forced.get(parts) ?? new Map<string, Promise<unknown>>();
  forced.set(parts, queue);
  const turn = (queue.get(dst) ?? Promise.resolve()).then(async () => {
    const rule = `to ${dst} pref 100 lookup ${FORCED_TABLE}`;
    await parts.run(place, ['ip', 'route', 'replace', dst, 'via', via, 'table', FORCED_TABLE]);
    await parts.addRule(place, rule);
    try {
      return await act();
    } finally {
      await parts.run(place, `ip rule del ${rule}`.split(' '));
    }
  });
  queue.set(
    dst,
    turn.catch(() => undefined),
  );
  return turn;
}

/** A host by its name, or the first pod whose name begins so; undefined: there is none, or its host is off. */
function placeOf(world: World, from: string): Place | undefined {
  if (!from.startsWith('pod/')) return world.hosts[from]?.up ? { host: from, netns: '' } : undefined;
  for (const host of Object.values(world.hosts).filter((each) => each.up)) {
    const netns = Object.keys(host.netns).find((key) => key.split('/')[1]?.startsWith(`${from.slice(4)}-`));
    if (netns !== undefined) return { host: host.name, netns };
  }
  return undefined;
}

/** How many pods stand behind the service that a URL means. */
function backendsOf(world: World, url: string): number {
  const api = Object.values(world.clusters)[0]!.api;
  const { hostname, port } = new URL(url);
  for (const [key, { spec, status }] of Object.entries(objectsOf<Service>(api, 'services'))) {
    const balanced = status?.loadBalancer?.ingress?.map(({ ip }) => ip) ?? [];
    const addressed = [spec.clusterIP, ...(spec.externalIPs ?? []), ...balanced].includes(hostname);
    if (!addressed && !spec.ports?.some(({ nodePort }) => nodePort === Number(port))) continue;
    const subsets = getObject<Endpoints>(api, 'endpoints', key)?.subsets ?? [];
    return subsets.flatMap(({ addresses }) => addresses ?? []).length;
  }
  return 1;
}

/** `{clusterIP namespace/name}` and `{nodePort namespace/name}` put in. */
export function urlOf(world: World, text: string): string {
  const api = Object.values(world.clusters)[0]!.api;
  return text.replace(/\{(clusterIP|nodePort) (\S+)\}/g, (_, field: 'clusterIP' | 'nodePort', key: string) => {
    const { spec } = getObject<Service>(api, 'services', key)!;
    return String(field === 'clusterIP' ? spec.clusterIP : spec.ports?.[0]?.nodePort);
  });
}
