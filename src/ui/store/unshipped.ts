/** A lab's beginning made in the page: while developing, or where the shipped files cannot be had. Imported with `import()` only. */
import { loadWorld } from '../../engine/index.ts';
import { labTexts } from '../../labs/index.ts';
import { loadLab } from '../../tutor/index.ts';
import { worlds } from '../../worlds/index.ts';
import type { Beginning } from './shipped.ts';

/** @throws LabError, WorldError */
export function makeBeginning(id: string): Beginning {
  const lab = loadLab(id, labTexts[id] ?? '');
  const source = worlds[lab.world];
  if (!source) throw new Error(`lab ${lab.id} asks for a world called ${lab.world}, and there is none`);
  return { lab, start: loadWorld(source).moment() };
}
