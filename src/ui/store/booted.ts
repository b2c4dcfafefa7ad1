/** A lab's starting world: as the build shipped it, else booted here (while developing, or where the file cannot be had). */
import urls from 'virtual:booted-worlds';
import { loadWorld, type Sim, unpackWorld, type WorldSource } from '../../engine/index.ts';

export async function startWorld(source: WorldSource): Promise<Sim> {
  const url = urls[source.id];
  if (url !== undefined) {
    try {
      const answer = await fetch(url);
      if (answer.ok) return loadWorld(source, unpackWorld(await answer.text()));
    } catch {
      // Opened from a file, or cut off: what was shipped can be made again.
    }
  }
  return loadWorld(source);
}
