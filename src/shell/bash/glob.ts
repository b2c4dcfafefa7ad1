/** File names that match a pattern. */
import type { Execution } from './execution.ts';
import { resolvePath } from './files.ts';
import { hasPattern, patternToRegExp } from './pattern.ts';

/** @returns the paths, sorted, as the word would spell them (relative stays relative); none: nothing matches */
export function globFiles(pattern: string, x: Execution): string[] {
  const absolute = pattern.startsWith('/');
  const parts = pattern.split('/').filter((part, index) => part !== '' || index === 0);
  // A slash at the end asks for directories.
  const slash = pattern.length > 1 && pattern.endsWith('/');
  if (absolute) parts.shift();
  let found = [absolute ? '/' : ''];
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1 && !slash;
    found = found.flatMap((base) => step(base, part, last, x));
    if (found.length === 0) return [];
  }
  return slash ? found.map((path) => `${path}/`) : found;
}

function step(base: string, part: string, last: boolean, x: Execution): string[] {
  const { files } = x.platform;
  const join = (name: string) => (base === '' || base.endsWith('/') ? base + name : `${base}/${name}`);
  if (!hasPattern(part)) {
    const path = join(part.replace(/\\(.)/g, '$1'));
    const stat = files.stat(resolvePath(x.shell.cwd, path));
    return stat && (last || stat.type === 'directory') ? [path] : [];
  }
  const expression = patternToRegExp(part, { caseless: x.shell.shopt.has('nocaseglob') });
  const hidden = part.startsWith('.') || x.shell.shopt.has('dotglob');
  return (files.list(resolvePath(x.shell.cwd, base === '' ? '.' : base)) ?? [])
    .map((name) => name.replace(/\/$/, ''))
    .filter((name) => (hidden || !name.startsWith('.')) && expression.test(name))
    .map(join)
    .filter((path) => last || files.stat(resolvePath(x.shell.cwd, path))?.type === 'directory')
    .sort();
}
