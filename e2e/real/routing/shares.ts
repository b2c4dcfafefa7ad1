/**
 * How 300 connections spread over the next hops of an ECMP route when the hash takes the ports in (fib_multipath_hash_policy=1).
 *
 * The hash key is drawn at boot, so the shares of two machines differ; both must be even. Each connection picks one of k next hops,
 * independently and with probability 1/k; a count that is six standard deviations off has a probability below 10^-7 (Chernoff).
 */
import { createSim, type World } from '../../../src/engine/index.ts';
import type { Namespaces } from './namespaces.ts';
import { nextHopsOf, seenBy, urlOf } from './probes.ts';
import type { SharesOf } from './scenario.ts';

const FLOWS = 300;
const DEVIATIONS = 6;

export async function compareShares(world: World, parts: Namespaces, { from, url: text }: SharesOf) {
  const url = urlOf(world, text);
  const place = { host: from, netns: '' };
  const ways = nextHopsOf(world, place, new URL(url).hostname);
  const sim = createSim(world);
  const ours = Array.from({ length: FLOWS }, () => {
    const result = sim.dispatch({ type: 'http', from: place, request: { method: 'GET', url } });
    return result.outcome === 'response' ? result.client : result.outcome;
  });
  const real = (await seenBy(parts, place, url, FLOWS)).map((seen) => seen.split(' ')[0]!);
  return { tool: 'curl', line: `${from}: ${FLOWS} × curl ${url}`, ours: judged(ours, ways), real: judged(real, ways) };
}

/** Evenly over these, or the counts. */
function judged(seen: readonly string[], ways: readonly string[]): string {
  const counts = ways.map((way) => seen.filter((each) => each === way).length);
  const share = 1 / ways.length;
  const bound = DEVIATIONS * Math.sqrt(FLOWS * share * (1 - share));
  const even = counts.every((count) => Math.abs(count - FLOWS * share) <= bound);
  const all = counts.reduce((sum, count) => sum + count, 0) === FLOWS;
  return even && all
    ? `evenly over ${ways.join(', ')}`
    : `${ways.map((way, i) => `${way}: ${counts[i]}`).join(', ')} of ${seen.length}`;
}
