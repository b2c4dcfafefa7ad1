/** The key of a host's arbitrary choices: drawn at boot, as a kernel draws its hash secrets. */
import { hash32 } from '../net/random.ts';
import type { Host, World } from '../world.ts';

const seeds = new WeakMap<object, { readonly of: string; readonly seed: number }>();

/** Key of a host's multipath hash and of its statistic rules; the same until it boots again. */
export function multipathSeed(world: Pick<World, 'seed'>, host: Pick<Host, 'name' | 'bootedAt'>): number {
  const known = seeds.get(host);
  if (known?.of === world.seed) return known.seed;
  const seed = hash32('kernel', world.seed, host.name, host.bootedAt);
  seeds.set(host, { of: world.seed, seed });
  return seed;
}
