/**
 * An agent: a controller or daemon that looks at the world and moves it one reconcile further.
 *
 * Agents hold no state of their own; deadlines are numbers in the World. A round runs every agent once in a fixed order
 * (step.ts); rounds go on, 100 ms of virtual time apart, until none changes anything.
 */
import type { World } from './world.ts';

/** Virtual time between two rounds that follow each other, ms. */
export const ROUND_MS = 100;

export interface AgentResult {
  /** The same reference when nothing changed: identity is how the engine knows it is quiet. */
  readonly world: World;
  /**
   * Virtual time (ms since the epoch) at which this agent must run again though nothing else changes. Give one only when
   * something WILL change then (a pod finishes starting, a hold timer expires); never to poll.
   */
  readonly wakeAt?: number;
  /** The same for housekeeping that nobody waits for: the world counts as settled before it. */
  readonly houseAt?: number;
}

export interface Agent {
  readonly name: string;
  /**
   * @param world  as the agents before this one in the round left it
   * @param before as it stood when the round began (BIRD reads its peers from here, so a route travels one hop a round)
   */
  run(world: World, before: World): AgentResult;
}
