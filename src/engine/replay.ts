/**
 * Replays a journal on its starting world: what reloads, share links and bug reports do. The result is the identical world, since
 * inputs are all that comes from outside and rounds happen at times that follow from the inputs alone.
 */
import { inputs } from './inputs/index.ts';
import { createSim, type Frame, type JournalEntry, type Sim } from './sim.ts';
import type { World } from './world.ts';

/** The most a saved journal may hold; longer ones are refused. */
export const MAX_JOURNAL = 10_000;

/**
 * @param start the world the journal began in, settled
 * @param until virtual ms to let time run on to after the last entry
 * @param listener hears every frame of the replay
 * @throws TypeError when it is no journal: from a store or a link anything may come
 */
export function replay(
  start: World,
  journal: readonly JournalEntry[],
  until?: number,
  listener: (frame: Frame) => void = () => {},
): Sim {
  const sim = createSim(start);
  sim.settle();
  const release = sim.subscribe(listener);
  for (const entry of readJournal(journal)) {
    if (entry.at > sim.world().now) sim.advance(entry.at - sim.world().now);
    sim.dispatch(entry.input, entry.by);
  }
  if (until !== undefined && until > sim.world().now) sim.advance(until - sim.world().now);
  release();
  return sim;
}

/** @throws TypeError when the value is no journal */
export function readJournal(value: unknown): readonly JournalEntry[] {
  if (!Array.isArray(value)) throw new TypeError('not a journal');
  if (value.length > MAX_JOURNAL) throw new TypeError(`a journal of ${value.length} entries is too long`);
  let last = 0;
  for (const entry of value as JournalEntry[]) {
    const { at, input, by } = entry ?? {};
    if (typeof at !== 'number' || !Number.isFinite(at) || at < last)
      throw new TypeError('a journal entry has no time, or goes back in time');
    if (typeof input?.type !== 'string' || !Object.hasOwn(inputs, input.type))
      throw new TypeError(`no input of type ${String(input?.type)}`);
    if (typeof by?.session !== 'string' || typeof by.line !== 'string' || !['number', 'undefined'].includes(typeof by.serial))
      throw new TypeError('a journal entry does not say who gave it');
    last = at;
  }
  return value as JournalEntry[];
}
