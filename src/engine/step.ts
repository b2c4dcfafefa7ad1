/** One round: every agent once, in a fixed order. */
import { type Agent, ROUND_MS } from './agent.ts';
import { agents } from './agents.ts';
import type { World } from './world.ts';

export interface StepResult {
  readonly world: World;
  /** When the next round is due; undefined: nothing is. */
  readonly wakeAt?: number;
  /** When the next one is due that is more than housekeeping. */
  readonly workAt?: number;
  readonly changedBy: readonly string[];
}

/** Rounds happen on a grid of ROUND_MS, so that a hundred pods that start within a moment of each other share one round. */
const onGrid = (ms: number) => Math.ceil(ms / ROUND_MS) * ROUND_MS;

export function step(before: World, list: readonly Agent[] = agents): StepResult {
  let world = before;
  let workAt: number | undefined;
  let houseAt: number | undefined;
  const changedBy: string[] = [];
  for (const agent of list) {
    const result = agent.run(world, before);
    if (result.world !== world) changedBy.push(agent.name);
    world = result.world;
    workAt = earlier(workAt, result.wakeAt);
    houseAt = earlier(houseAt, result.houseAt);
  }
  if (world !== before) workAt = earlier(workAt, before.now + 1);
  // A deadline in the past must still let time move, or the world would stand still.
  const due = (at: number | undefined) => (at === undefined ? undefined : onGrid(Math.max(at, before.now + 1)));
  return { world, wakeAt: due(earlier(workAt, houseAt)), workAt: due(workAt), changedBy };
}

const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b);

/**
 * Lets each agent look at a settled world once, one a turn, and drops what it says: what agents remember by identity is then there
 * before the first command needs it.
 */
export function* rehearse(world: World): Generator<void> {
  for (const agent of agents) {
    agent.run(world, world);
    yield;
  }
}
