/**
 * A starting world for a command line, booted once and kept: the settled World is plain JSON, so it is stored beside the bundle and
 * read back as long as neither the bundle nor the world's files have changed. Booting takes about a second, reading a few milliseconds.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadWorld, packStart, type Sim, type Start, simFrom, unpackStart, type WorldSource } from '../engine/index.ts';

/** @throws WorldError */
export function bootWorld(source: WorldSource): Sim {
  const bundle = fileURLToPath(import.meta.url);
  const key = createHash('sha256')
    .update(String(statSync(bundle).mtimeMs))
    .update(JSON.stringify(source))
    .digest('hex')
    .slice(0, 24);
  const file = join(dirname(bundle), 'worlds', `${source.id.replace(/[^a-z0-9-]/gi, '')}-${key}.json`);
  try {
    return simFrom(unpackStart(readFileSync(file, 'utf8')));
  } catch {
    const sim = loadWorld(source);
    keep(file, sim.moment());
    return sim;
  }
}

function keep(file: string, start: Start): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    // Two processes may boot at once: each writes its own file, the rename is atomic.
    const own = `${file}.${process.pid}`;
    writeFileSync(own, packStart(start));
    renameSync(own, file);
  } catch {
    // A read-only checkout boots every time.
  }
}
