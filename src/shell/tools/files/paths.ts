/** What the file tools share: names as GNU quotes them, paths, modes, questions. */
import { type Invocation, stderr, stdin } from '../../bash/execution.ts';
import { type FileStat, type FileSystem, resolvePath } from '../../bash/files.ts';
import { readLine } from '../../bash/streams.ts';

/** 'x', as a shell could read it again (gnulib's quoteaf). */
export function named(name: string): string {
  if (/[\x00-\x1f\x7f]/.test(name))
    return `'${name
      .replace(/'/g, "'\\''")
      .replace(
        /[\x00-\x1f\x7f]+/g,
        (chars) =>
          `'$'${[...chars].map((char) => ESCAPES[char] ?? `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`).join('')}''`,
      )}'`;
  if (!name.includes("'")) return `'${name}'`;
  return /["$`\\!]/.test(name) ? `'${name.replace(/'/g, "'\\''")}'` : `"${name}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\v': '\\v',
};

/** The path a name stands for; one that cannot exist for the empty name. */
export function pathOf({ x }: Pick<Invocation, 'x'>, name: string): string {
  return name === '' ? '/\0' : resolvePath(x.shell.cwd, name);
}

export const filesOf = ({ x }: Pick<Invocation, 'x'>): FileSystem => x.platform.files;

/** What stands at a name; a slash at its end asks for a directory. @returns the errno when there is nothing */
export function look(invocation: Pick<Invocation, 'x'>, name: string, follow = true): FileStat | string {
  const files = filesOf(invocation);
  if (name === '') return 'No such file or directory';
  const path = pathOf(invocation, name);
  const stat = follow || /\/$/.test(name) ? files.stat(path) : files.lstat(path);
  if (!stat) return files.missing(path);
  return /\/\.?$/.test(name) && stat.type !== 'directory' ? 'Not a directory' : stat;
}

export const isStat = (found: FileStat | string): found is FileStat => typeof found !== 'string';

/** Its last part, without slashes at the end. */
export const baseName = (name: string): string =>
  name.replace(/\/+$/, '').replace(/^.*\//s, '') || (name.startsWith('/') ? '/' : name);

export const joinName = (directory: string, name: string): string =>
  directory.endsWith('/') ? directory + name : `${directory}/${name}`;

/** `drwxr-xr-x` */
export function modeText({ type, mode }: Pick<FileStat, 'type' | 'mode'>): string {
  const bits = ['r', 'w', 'x', 'r', 'w', 'x', 'r', 'w', 'x'].map((letter, at) => (mode & (1 << (8 - at)) ? letter : '-'));
  const special = (bit: number, at: number, letter: string) => {
    if (mode & bit) bits[at] = bits[at] === 'x' ? letter : letter.toUpperCase();
  };
  special(0o4000, 2, 's');
  special(0o2000, 5, 's');
  special(0o1000, 8, 't');
  return `${{ directory: 'd', device: 'c', link: 'l', file: '-' }[type]}${bits.join('')}`;
}

export type ModeChange = (mode: number, isDirectory: boolean, umask: number) => number;

const WHO: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };
const spread = (bits: number) => bits | (bits << 3) | (bits << 6);

/** `u+x,g=rw`, `644`. @returns undefined when it is no mode */
export function parseMode(text: string): ModeChange | undefined {
  if (/^[0-7]+$/.test(text)) {
    const value = Number.parseInt(text, 8);
    // Fewer than five digits leave a directory's set-id bits alone.
    return value > 0o7777 ? undefined : (mode, isDirectory) => (isDirectory && text.length < 5 ? value | (mode & 0o6000) : value);
  }
  const clauses = text.split(',').map((clause) => /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]|[0-7]+))+)$/.exec(clause));
  if (clauses.some((clause) => clause === null)) return undefined;
  return (mode, isDirectory, umask) => {
    let now = mode;
    for (const clause of clauses) {
      const [, who = '', actions = ''] = clause!;
      const mask = who === '' ? 0o7777 & ~umask : [...who].reduce((sum, letter) => sum | WHO[letter]!, 0);
      for (const [, operator, what = ''] of actions.matchAll(/([-+=])([rwxXst]+|[ugo]|[0-7]+|)/g))
        now = applied(now, isDirectory, operator!, what, mask, who);
    }
    return now;
  };
}

function applied(mode: number, isDirectory: boolean, operator: string, what: string, mask: number, who: string): number {
  let bits = 0;
  if (/^[ugo]$/.test(what)) bits = spread((mode >> { u: 6, g: 3, o: 0 }[what as 'u']!) & 7);
  else if (/^[0-7]+$/.test(what)) bits = Number.parseInt(what, 8);
  else
    for (const letter of what) {
      if (letter === 'r') bits |= 0o444;
      else if (letter === 'w') bits |= 0o222;
      else if (letter === 'x' || (letter === 'X' && (isDirectory || (mode & 0o111) !== 0))) bits |= 0o111;
      else if (letter === 's') bits |= 0o6000;
      else if (letter === 't') bits |= 0o1000;
    }
  const wanted = bits & (who === '' ? mask | (bits & 0o7000) : mask);
  if (operator === '+') return mode | wanted;
  if (operator === '-') return mode & ~wanted;
  const kept = isDirectory ? 0o6000 : 0;
  const cleared = who === '' ? 0o7777 : mask;
  return (mode & ~(cleared & ~(kept & ~bits))) | wanted;
}

/** Asks on standard error. @returns whether the answer begins with y */
export async function asked(invocation: Invocation, question: string): Promise<boolean> {
  const { x } = invocation;
  stderr(x)?.write(`${invocation.name}: ${question}? `);
  const source = stdin(x);
  const answer = source ? await readLine(source) : undefined;
  return /^[yY]/.test(answer ?? '');
}
