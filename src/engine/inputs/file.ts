/**
 * Input: a file of a host is written or removed. Models a small disk: whole texts by path, directories implied by their files; who
 * may write where is the shell's business. Leaves out owners and modes; a link is a text that the shell knows.
 */
import { type World, withHost } from '../world.ts';
import type { Failure, InputHandler } from './input.ts';

export interface FileInput {
  readonly host: string;
  /** Absolute and normal; ends in `/` for an empty directory. */
  readonly path: string;
  /** The whole new text; absent: the file, or the directory with all in it, is removed. */
  readonly text?: string;
}

/** Characters. */
export const MAX_FILE = 1_000_000;
export const MAX_HOST_FILES = 8_000_000;
const MAX_PATH = 4096;

export const fileInput: InputHandler<FileInput, Failure | undefined> = {
  apply(world: World, { host: name, path, text }) {
    const host = Object.hasOwn(world.hosts, name) ? world.hosts[name] : undefined;
    if (!host) return { world, result: { error: `no host ${name}` } };
    const refuse = (error: string) => ({ world, result: { error } });
    if (!path.startsWith('/') || path.includes('\0') || /\/\/|\/\.\.?(\/|$)/.test(path)) return refuse('Invalid argument');
    if (path.length > MAX_PATH) return refuse('File name too long');
    if (text === undefined) {
      const files = without(host.files, path);
      return files ? { world: withHost(world, { ...host, files }), result: undefined } : refuse('No such file or directory');
    }
    if (text.length > MAX_FILE) return refuse('File too large');
    if (Object.hasOwn(host.files, path) && host.files[path] === text) return { world, result: undefined };
    let size = text.length;
    for (const [other, content] of Object.entries(host.files)) if (other !== path) size += content.length;
    if (size > MAX_HOST_FILES) return refuse('No space left on device');
    return { world: withHost(world, { ...host, files: { ...host.files, [path]: text } }), result: undefined };
  },
};

/** The files without one path and all beneath it; the directory it was in stays. undefined: there is no such thing. */
function without(files: Readonly<Record<string, string>>, path: string): Record<string, string> | undefined {
  const base = path.replace(/\/$/, '');
  const kept = Object.fromEntries(Object.entries(files).filter(([key]) => key !== base && !key.startsWith(`${base}/`)));
  if (Object.keys(kept).length === Object.keys(files).length) return undefined;
  const parent = base.slice(0, base.lastIndexOf('/'));
  if (parent !== '' && !Object.keys(kept).some((key) => key.startsWith(`${parent}/`))) kept[`${parent}/`] = '';
  return kept;
}
