/**
 * What the build makes ready, so that a page need not: the starting worlds, booted, and the labs, read and validated (vite.config.ts).
 * A lab that is wrong or asks for a world that is not there stops the build.
 */
import { loadWorld, packStart } from '../engine/index.ts';
import { labTexts } from '../labs/index.ts';
import { loadLab } from '../tutor/index.ts';
import { worlds } from '../worlds/index.ts';

/** Texts by world id. */
export function bootedWorlds(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(worlds).map(([id, source]) => [id, packStart(loadWorld(source).moment())]));
}

/** By lab id: which world it starts from, and the lab as text. */
export function readLabs(): Readonly<Record<string, { readonly world: string; readonly text: string }>> {
  return Object.fromEntries(
    Object.entries(labTexts).map(([id, text]) => {
      const lab = loadLab(id, text);
      if (!Object.hasOwn(worlds, lab.world)) throw new Error(`lab ${id} asks for a world called ${lab.world}, and there is none`);
      return [id, { world: lab.world, text: JSON.stringify(lab) }];
    }),
  );
}
