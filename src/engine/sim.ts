/**
 * The simulation: the only mutable object. Holds the current World and its journal, applies inputs, lets time pass, tells subscribers.
 */
import type { Input, InputResult, Inputs } from './inputs/index.ts';
import { inputs } from './inputs/index.ts';
import type { InputHandler, Origin } from './inputs/input.ts';
import { step } from './step.ts';
import type { World } from './world.ts';

export interface JournalEntry {
  readonly at: number;
  readonly input: Input;
  readonly by: Origin;
}

/** Where a simulation can be set going again: it then goes on exactly as it did from there. */
export interface Moment {
  readonly world: World;
  readonly journal: readonly JournalEntry[];
  /** Virtual time of the next round; undefined: quiet. */
  readonly due: number | undefined;
}

/** Where a simulation begins: a settled world, and when something is due in it. */
export type Start = Pick<Moment, 'world' | 'due'>;

/** What subscribers hear: one input, one round that changed the world, or a jump (neither `entry` nor `agents`). */
export interface Frame {
  readonly before: World;
  readonly world: World;
  /** The journal entry that made it, when it was an input. */
  readonly entry?: JournalEntry;
  /** The moment just before that input. */
  readonly from?: Moment;
  /** Agents that changed something, when it was a round. */
  readonly agents?: readonly string[];
}

/** Rounds in a row without quiet, after which the world is called oscillating: BGP can really do that. */
export const MAX_ROUNDS = 1000;

export interface SettleReport {
  readonly rounds: number;
  /** Virtual ms that passed. */
  readonly elapsedMs: number;
  /** Agents that never came to rest within the bound. */
  readonly oscillating: readonly string[];
}

export interface Sim {
  world(): World;
  journal(): readonly JournalEntry[];
  /** Applies an input at the present moment and journals it. */
  dispatch<K extends keyof Inputs>(input: Extract<Input, { type: K }>, by?: Origin): InputResult<K>;
  /** Answers an input without applying it: the same code, the world and the journal untouched. For reads (GET, `ip route get`). */
  ask<K extends keyof Inputs>(input: Extract<Input, { type: K }>): InputResult<K>;
  /** Lets `ms` of virtual time pass; agents run in rounds as they are due. */
  advance(ms: number): void;
  /** Lets time pass until nothing but housekeeping is due within `horizonMs` (default 15 s), at most `maxMs` (default 10 min). Hold timers stay running. */
  settle(options?: { readonly horizonMs?: number; readonly maxMs?: number }): SettleReport;
  /** When something is due next, ms since the epoch, always later than now; undefined: the world is quiet. */
  nextWake(): number | undefined;
  /** As `nextWake`, housekeeping left out. */
  nextWork(): number | undefined;
  subscribe(listener: (frame: Frame) => void): () => void;
  /** Takes over a world that was put together elsewhere; everything in it is due. */
  load(world: World, journal: readonly JournalEntry[]): void;
  moment(): Moment;
  /** Jumps to a moment of this simulation or of a fork of it. */
  seek(moment: Moment): void;
}

export const SYSTEM: Origin = { session: 'system', line: '' };

function apply(world: World, input: Input): { readonly world: World; readonly result: unknown } {
  const handler = inputs[input.type] as InputHandler<Input, unknown>;
  return handler.apply(world, input);
}

export function createSim(start: World): Sim {
  let world = start;
  let journal: readonly JournalEntry[] = [];
  /** Virtual time of the next round; undefined: quiet. A fresh world is due at once. */
  let wakeAt: number | undefined = start.now;
  /** The same, housekeeping left out. */
  let workAt: number | undefined = start.now;
  const listeners = new Set<(frame: Frame) => void>();
  const publish = (frame: Frame) => {
    for (const listener of listeners) listener(frame);
  };

  function round(): readonly string[] {
    const before = world;
    const result = step(before);
    world = result.world;
    ({ wakeAt, workAt } = result);
    if (world !== before) publish({ before, world, agents: result.changedBy });
    return result.changedBy;
  }

  function seek(moment: Moment): void {
    const before = world;
    ({ world, journal, due: wakeAt } = moment);
    workAt = wakeAt;
    publish({ before, world });
  }

  function tick(to: number): void {
    if (to > world.now) world = { ...world, now: to };
  }

  return {
    world: () => world,
    journal: () => journal,
    dispatch(input, by = SYSTEM) {
      const from: Moment = { world, journal, due: wakeAt };
      const before = world;
      const applied = apply({ ...before, inputs: before.inputs + 1 }, input);
      world = applied.world;
      const entry: JournalEntry = { at: before.now, input, by };
      journal = [...journal, entry];
      wakeAt = wakeAt === undefined ? world.now : Math.min(wakeAt, world.now);
      workAt = wakeAt;
      publish({ before, world, entry, from });
      return applied.result as never;
    },
    ask: (input) => apply(world, input).result as never,
    advance(ms) {
      // No time, no round: between two inputs of one moment there must be none, or a replay could not tell.
      if (ms <= 0) return;
      const end = world.now + ms;
      for (let rounds = 0; wakeAt !== undefined && wakeAt <= end && rounds < MAX_ROUNDS * 10; rounds++) {
        tick(wakeAt);
        round();
      }
      tick(end);
    },
    settle({ horizonMs = 15_000, maxMs = 600_000 } = {}) {
      const began = world.now;
      let rounds = 0;
      let last: readonly string[] = [];
      while (wakeAt !== undefined && workAt !== undefined && workAt <= world.now + horizonMs) {
        if (rounds >= MAX_ROUNDS || wakeAt > began + maxMs) return { rounds, elapsedMs: world.now - began, oscillating: last };
        tick(wakeAt);
        last = round();
        rounds++;
      }
      return { rounds, elapsedMs: world.now - began, oscillating: [] };
    },
    nextWake: () => (wakeAt === undefined ? undefined : Math.max(wakeAt, world.now + 1)),
    nextWork: () => (workAt === undefined ? undefined : Math.max(workAt, world.now + 1)),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    load: (next, entries) => seek({ world: next, journal: entries, due: next.now }),
    moment: () => ({ world, journal, due: wakeAt }),
    seek,
  };
}

/** A simulation that goes on from a world that has settled, without asking every agent once more. */
export function simFrom(start: Start): Sim {
  const sim = createSim(start.world);
  sim.seek({ ...start, journal: [] });
  return sim;
}
