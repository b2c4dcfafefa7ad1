/**
 * The file system a shell sees, whatever is behind it. Synchronous; absolute paths only; texts only.
 */

/** As the C library words it; `cat: x: ${errno}`. */
export type Errno =
  | 'No such file or directory'
  | 'Permission denied'
  | 'Is a directory'
  | 'Not a directory'
  | 'File exists'
  | 'Directory not empty'
  | 'File too large'
  | 'No space left on device'
  | 'Read-only file system'
  | 'File name too long'
  | 'Too many levels of symbolic links'
  | 'Operation not permitted'
  | 'Invalid argument';

export interface FileStat {
  readonly type: 'file' | 'directory' | 'device' | 'link';
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** ms since the epoch. */
  readonly modifiedAt: number;
  readonly owner: string;
  readonly group: string;
  /** Names that it has. */
  readonly links: number;
  readonly inode: number;
}

export interface FileSystem {
  /** undefined: no such file (or a directory). */
  read(path: string): string | undefined;
  /** Links are followed. */
  stat(path: string): FileStat | undefined;
  /** The link itself, where there is one. */
  lstat(path: string): FileStat | undefined;
  /** Why there is nothing at a path. */
  missing(path: string): Errno;
  /** What a symbolic link says; undefined: it is none. */
  readLink(path: string): string | undefined;
  /** The path without links; undefined: a loop. */
  real(path: string): string | undefined;
  /** Creates or replaces. @returns why not, or undefined when done */
  write(path: string, text: string): Errno | undefined;
  /** Why a write would fail; undefined: it would not. */
  refusal(path: string): Errno | undefined;
  /** Removes a file or a link, or a directory with all that is in it. */
  remove(path: string): Errno | undefined;
  makeDirectory(path: string): Errno | undefined;
  /** Names in a directory, sorted; undefined: no such directory. */
  list(path: string): readonly string[] | undefined;
  symbolicLink(target: string, path: string): Errno | undefined;
  /** Another name for the same file. */
  hardLink(from: string, to: string): Errno | undefined;
  /** Takes the place of a file that is there; modes, times and owners move along. */
  rename(from: string, to: string): Errno | undefined;
  changeMode(path: string, mode: number): Errno | undefined;
  /** Sets when it was last written. */
  changeTime(path: string, modifiedAt: number): Errno | undefined;
  changeOwner(path: string, owner?: string, group?: string): Errno | undefined;
}

/** `path` from `cwd`, without `.`, `..` and doubled slashes. Always absolute, no trailing slash but for the root itself. */
export function resolvePath(cwd: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
