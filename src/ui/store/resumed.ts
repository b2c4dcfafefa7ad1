/** A saved run, replayed on its lab's starting world. Imported with `import()` only. */
import { NEW_TIMELINE, record, replay, type Sim, type Start, type Timeline } from '../../engine/index.ts';
import type { Lab } from '../../tutor/index.ts';
import { readSaved, setAside } from '../saved/reading.ts';
import type { Saved } from '../saved/saved.ts';
import { storage } from '../saved/storage.ts';
import { tell } from './notices.ts';

interface Resumed {
  readonly sim: Sim;
  readonly saved: Saved;
  readonly timeline: Timeline;
}

/** @returns undefined where nothing is saved or it cannot be replayed; the learner is told why */
export function resumed(lab: Lab, { world }: Start): Resumed | undefined {
  const read = readSaved(storage, lab.id);
  if ('broken' in read) {
    tell('broken', 'What was saved of this lab could not be read, so it starts afresh.');
    console.warn(`saved state of ${lab.id}: ${read.broken}`);
    return undefined;
  }
  const { saved } = read;
  if (!saved) return undefined;
  if (saved.world !== world.id || saved.seed !== world.seed) {
    tell('other', 'The world of this lab has changed since you were here last, so it starts afresh.');
    return undefined;
  }
  try {
    let timeline = NEW_TIMELINE;
    const sim = replay(world, saved.journal, saved.now, (frame) => {
      timeline = record(timeline, frame);
    });
    return { sim, saved, timeline };
  } catch (error) {
    console.warn(`replay of ${lab.id}:`, error);
    setAside(storage, lab.id, JSON.stringify(saved));
    tell('broken', 'What was saved of this lab could not be replayed, so it starts afresh.');
    return undefined;
  }
}
