/**
 * Agent: the timers of every kernel's neighbour table (neigh_timer_handler, Linux 6.x). Five seconds after a STALE entry was used its
 * neighbour is asked; who is there makes it REACHABLE, and after three seconds without an answer it is FAILED.
 */
import type { Agent } from '../agent.ts';
import type { Neighbour, NetNamespace } from '../kernel/namespace.ts';
import { DELAY_MS, PROBE_MS, setNeighbour } from '../kernel/neighbour.ts';
import { type Host, type World, withNetns } from '../world.ts';
import { createDraft } from './draft.ts';
import { answererOf } from './wire.ts';

const WAITS: { readonly [S in Neighbour['state']]?: number } = { DELAY: DELAY_MS, PROBE: PROBE_MS };

const NEVER = Number.POSITIVE_INFINITY;
const dueTimes = new WeakMap<object, number>();

/** When the first entry of a table changes by itself, ms. */
function dueIn(neighbours: NetNamespace['neighbours']): number {
  let due = dueTimes.get(neighbours);
  if (due === undefined) {
    due = NEVER;
    for (const { state, at } of Object.values(neighbours)) {
      const wait = WAITS[state];
      if (wait !== undefined) due = Math.min(due, at + wait);
    }
    dueTimes.set(neighbours, due);
  }
  return due;
}

function dueOn(host: Host): number {
  if (!host.up) return NEVER;
  let due = dueTimes.get(host.netns);
  if (due === undefined) {
    due = NEVER;
    for (const { neighbours } of Object.values(host.netns)) due = Math.min(due, dueIn(neighbours));
    dueTimes.set(host.netns, due);
  }
  return due;
}

function settled(world: World, host: string, netns: string, entry: Neighbour): Neighbour {
  const wait = WAITS[entry.state];
  if (wait === undefined || entry.at + wait > world.now) return entry;
  const mac = answererOf(createDraft(world), { host, netns }, entry.dev, entry.address);
  const { address, dev } = entry;
  if (mac !== undefined) return { address, dev, mac, state: 'REACHABLE', at: world.now };
  return entry.state === 'DELAY' ? { ...entry, state: 'PROBE', at: world.now } : { address, dev, state: 'FAILED', at: world.now };
}

function withTimers(start: World, { name, netns }: Host): World {
  let world = start;
  for (const [key, own] of Object.entries(netns)) {
    if (dueIn(own.neighbours) > world.now) continue;
    let ns = own;
    for (const entry of Object.values(own.neighbours)) ns = setNeighbour(ns, settled(world, name, key, entry));
    world = withNetns(world, { host: name, netns: key }, ns);
  }
  return world;
}

export const neighbourTimers: Agent = {
  name: 'neighbour timers',
  run(start) {
    let world = start;
    let houseAt = NEVER;
    for (const host of Object.values(start.hosts)) {
      if (dueOn(host) <= world.now) world = withTimers(world, host);
      houseAt = Math.min(houseAt, dueOn(world.hosts[host.name]!));
    }
    return houseAt === NEVER ? { world } : { world, houseAt };
  },
};
