/** Which world a command-line entry starts from: `--lab ID`, `--world ID`, or the path of a world.yaml (or of its folder). */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { WorldSource } from '../engine/index.ts';
import { labTexts } from '../labs/index.ts';
import { loadLab } from '../tutor/index.ts';
import { worlds } from '../worlds/index.ts';

export interface Choice {
  readonly source: WorldSource;
  /** Host the first shell opens on. */
  readonly host: string;
}

/** @throws Error with a sentence for the user */
export function choose({ lab, world }: { readonly lab?: string; readonly world?: string }): Choice {
  if (lab !== undefined) {
    if (!Object.hasOwn(labTexts, lab)) throw new Error(`no lab ${lab}; there are: ${Object.keys(labTexts).join(', ')}`);
    const { world: id, host } = loadLab(lab, labTexts[lab]!);
    return { source: worlds[id]!, host };
  }
  const name = world ?? 'yaobank';
  const source = Object.hasOwn(worlds, name) ? worlds[name]! : readFolder(name);
  return { source, host: firstHost(source) };
}

/** Files larger than this are not a world's. */
const MAX_FILE = 1_000_000;

function readFolder(path: string): WorldSource {
  // npm runs scripts in the repository; a path means the folder it was typed in.
  const full = resolve(process.env.INIT_CWD ?? process.cwd(), path);
  if (!existsSync(full))
    throw new Error(`no world ${path}; there are: ${Object.keys(worlds).join(', ')}, or give the path of a world.yaml`);
  const yaml = statSync(full).isDirectory() ? join(full, 'world.yaml') : full;
  const folder = dirname(yaml);
  const files: Record<string, string> = { 'world.yaml': readFileSync(yaml, 'utf8') };
  for (const part of ['manifests', 'files']) collect(join(folder, part), folder, files);
  return { id: basename(folder), files };
}

function collect(at: string, folder: string, files: Record<string, string>): void {
  if (!existsSync(at)) return;
  for (const item of readdirSync(at, { withFileTypes: true })) {
    const path = join(at, item.name);
    if (item.isDirectory()) collect(path, folder, files);
    else if (item.isFile() && statSync(path).size <= MAX_FILE) files[relative(folder, path)] = readFileSync(path, 'utf8');
  }
}

/** The first bastion of the file, else its first host. */
function firstHost(source: WorldSource): string {
  const hosts = [...(source.files['world.yaml'] ?? '').matchAll(/^ {2}([a-z0-9-]+):(?=[^\n]*kind: bastion|\n {4}kind: bastion)/gm)];
  return hosts[0]?.[1] ?? '';
}
