/** The starting worlds, booted, as text: the build ships them, so that a page need not boot one (vite.config.ts). */
import { loadWorld, packWorld } from '../engine/index.ts';
import { worlds } from '../worlds/index.ts';

/** By world id. */
export function bootedWorlds(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(worlds).map(([id, source]) => [id, packWorld(loadWorld(source).world())]));
}
