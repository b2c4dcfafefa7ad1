/** The starting worlds. A folder with a `world.yaml` registers itself. Reads every file of it as text. */
import type { WorldSource } from '../engine/index.ts';

const texts = import.meta.glob<string>(['./*/world.yaml', './*/manifests/**', './*/files/**'], {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** Sources by world id: the folder's files by their path inside it. */
export const worlds: Readonly<Record<string, WorldSource>> = collect();

function collect(): Record<string, WorldSource> {
  const found: Record<string, { id: string; files: Record<string, string> }> = {};
  for (const [path, text] of Object.entries(texts)) {
    const [, id, file] = /^\.\/([^/]+)\/(.+)$/.exec(path)!;
    found[id!] ??= { id: id!, files: {} };
    found[id!]!.files[file!] = text;
  }
  return found;
}
