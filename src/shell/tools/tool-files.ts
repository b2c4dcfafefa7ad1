/** The shell's file system in the shape just-bash's tools ask for. */
import type { IFileSystem } from 'just-bash/browser';
import type { Execution } from '../bash/execution.ts';
import { type Errno, type FileStat, parentOf, resolvePath } from '../bash/files.ts';
import { bytesOf, latin1Of, textOfBytes } from '../bytes.ts';

const CODES: Readonly<Record<Errno, string>> = {
  'No such file or directory': 'ENOENT',
  'Permission denied': 'EACCES',
  'Is a directory': 'EISDIR',
  'Not a directory': 'ENOTDIR',
  'File exists': 'EEXIST',
  'Directory not empty': 'ENOTEMPTY',
  'File too large': 'EFBIG',
  'No space left on device': 'ENOSPC',
  'Read-only file system': 'EROFS',
  'File name too long': 'ENAMETOOLONG',
  'Too many levels of symbolic links': 'ELOOP',
  'Operation not permitted': 'EPERM',
  'Invalid argument': 'EINVAL',
};

function raise(errno: Errno, call: string, path: string): never {
  throw new Error(`${CODES[errno]}: ${errno.toLowerCase()}, ${call} '${path}'`);
}

/** Bytes as a tool writes them: text when they are text. */
function textOf(content: string | Uint8Array): string {
  return typeof content === 'string' ? content : textOfBytes(content);
}

export function toolFileSystem(x: Execution): IFileSystem {
  const { files } = x.platform;
  const check = (errno: Errno | undefined, call: string, path: string) => {
    if (errno) raise(errno, call, path);
  };
  // just-bash looks its own tools up on the path before it runs them, and takes a file with text in it for a script.
  const inPath = /^\/(usr\/)?(local\/)?s?bin\/[^/]+$/;
  const isProgram = (path: string) => /^\/(usr\/)?bin\/[^/]+$/.test(path);
  const read = (path: string): string => {
    if (path === '/dev/null') return '';
    if (isProgram(path)) return raise('No such file or directory', 'open', path);
    const text = files.read(path);
    if (text !== undefined) return text;
    return raise(
      files.stat(path)?.type === 'directory'
        ? 'Is a directory'
        : files.stat(path)
          ? 'Permission denied'
          : 'No such file or directory',
      'open',
      path,
    );
  };
  const statOf = (look: (path: string) => FileStat | undefined) => async (path: string) => {
    const found = isProgram(path) ? { type: 'file', size: 0, mode: 0o755, modifiedAt: 0 } : look(path);
    if (!found) return raise('No such file or directory', 'stat', path);
    return {
      isFile: found.type !== 'directory' && found.type !== 'link',
      isDirectory: found.type === 'directory',
      isSymbolicLink: found.type === 'link',
      mode: found.mode,
      size: found.size,
      mtime: new Date(found.modifiedAt),
    };
  };
  const write = async (path: string, content: string | Uint8Array) => {
    if (path === '/dev/null') return;
    const fresh = files.stat(path) === undefined;
    check(files.write(path, textOf(content)), 'open', path);
    if (fresh && x.shell.umask !== 0o022) files.changeMode(path, 0o666 & ~x.shell.umask);
  };
  const list = (path: string) =>
    files.list(path) ?? raise(files.stat(path) ? 'Not a directory' : 'No such file or directory', 'scandir', path);
  const copy = async (from: string, to: string, recursive: boolean): Promise<void> => {
    if (files.stat(from)?.type !== 'directory') return write(to, read(from));
    if (!recursive) return raise('Is a directory', 'cp', from);
    if (!files.stat(to)) check(files.makeDirectory(to), 'mkdir', to);
    for (const name of list(from)) await copy(`${from}/${name}`, `${to}/${name}`, true);
  };
  return {
    readFile: async (path, options) => {
      const encoding = typeof options === 'string' ? options : options?.encoding;
      const text = read(path);
      // A character a byte, for those that count them.
      return encoding === 'latin1' || encoding === 'binary' ? latin1Of(text) : text;
    },
    readFileBuffer: async (path) => bytesOf(read(path)),
    writeFile: write,
    appendFile: async (path, content) => write(path, (files.read(path) ?? '') + textOf(content)),
    exists: async (path) => (inPath.test(path) ? isProgram(path) : files.stat(path) !== undefined),
    stat: statOf(files.stat),
    lstat: statOf(files.lstat),
    async mkdir(path, options) {
      if (options?.recursive) {
        if (files.stat(path)?.type === 'directory') return;
        if (parentOf(path) !== path && !files.stat(parentOf(path))) await this.mkdir(parentOf(path), options);
      }
      check(files.makeDirectory(path), 'mkdir', path);
      if (x.shell.umask !== 0o022) files.changeMode(path, 0o777 & ~x.shell.umask);
    },
    readdir: async (path) => [...list(path)],
    async readdirWithFileTypes(path) {
      return list(path).map((name) => {
        const type = files.lstat(resolvePath(path, name))?.type;
        const isSymbolicLink = type === 'link';
        return { name, isFile: type !== 'directory' && !isSymbolicLink, isDirectory: type === 'directory', isSymbolicLink };
      });
    },
    async rm(path, options) {
      const found = files.stat(path);
      if (!found) return options?.force ? undefined : raise('No such file or directory', 'rm', path);
      if (found.type === 'directory' && !options?.recursive && (files.list(path)?.length ?? 0) > 0)
        raise('Directory not empty', 'rm', path);
      check(files.remove(path), 'rm', path);
    },
    cp: (from, to, options) => copy(from, to, options?.recursive === true),
    async mv(from, to) {
      await copy(from, to, true);
      check(files.remove(from), 'rename', from);
    },
    resolvePath,
    getAllPaths: () => [],
    chmod: async (path, mode) => check(files.changeMode(path, mode), 'chmod', path),
    symlink: async (target, path) => check(files.symbolicLink(target, path), 'symlink', path),
    link: async (from, to) => check(files.hardLink(from, to), 'link', to),
    readlink: async (path) => files.readLink(path) ?? raise('Invalid argument', 'readlink', path),
    realpath: async (path) =>
      files.stat(path) ? (files.real(path) ?? path) : raise('No such file or directory', 'realpath', path),
    async utimes(path, _accessed, modified) {
      check(files.changeTime(path, new Date(modified).getTime()), 'utimes', path);
    },
  };
}
