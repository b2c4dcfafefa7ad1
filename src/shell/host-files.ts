/**
 * A host's disk as its shells see it: the world's files, with what the system itself provides laid under them. Writes become inputs.
 *
 * Reads world.hosts[h].files; a container sees its own part of them. Permissions in outline: root may write anywhere, others in
 * their home, /tmp and /dev. Modes and times are kept beside the world, for the life of the page only.
 */
import type { Origin, Sim } from '../engine/index.ts';
import { type Errno, type FileStat, type FileSystem, parentOf } from './bash/files.ts';
import { bytesOf } from './bytes.ts';
import { systemFiles } from './system-files.ts';

export interface DiskOptions {
  readonly sim: Sim;
  readonly host: string;
  /** Where a container's files live on its host's disk; '' for the host itself. */
  readonly prefix: string;
  readonly user: string;
  readonly root: boolean;
  /** Its network namespace, for /proc/sys and /etc/resolv.conf. */
  readonly netns: string;
  readonly by: () => Origin;
  readonly devices: ReadonlyMap<string, string>;
  /** Names of the programs of this place, for /usr/bin. */
  readonly programs: () => ReadonlySet<string>;
}

interface Meta {
  readonly mode: number;
  readonly modifiedAt: number;
}

/** Modes and times by `host:path`, for each simulation. */
const metas = new WeakMap<Sim, Map<string, Meta>>();

const DIRECTORIES = [
  '/',
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/home',
  '/lib',
  '/opt',
  '/proc',
  '/proc/net',
  '/proc/sys',
  '/root',
  '/run',
  '/sbin',
  '/srv',
  '/sys',
  '/sys/class',
  '/tmp',
  '/usr',
  '/usr/bin',
  '/usr/local',
  '/usr/local/bin',
  '/usr/sbin',
  '/var',
  '/var/log',
  '/var/run',
  '/dev/fd',
];

const DEVICES = new Set('null zero full random urandom tty stdin stdout stderr'.split(' ').map((name) => `/dev/${name}`));

/** Directory → names in it, made once per version of the files. */
const trees = new WeakMap<object, ReadonlyMap<string, ReadonlySet<string>>>();

function treeOf(files: Readonly<Record<string, string>>): ReadonlyMap<string, ReadonlySet<string>> {
  const known = trees.get(files);
  if (known) return known;
  const tree = new Map<string, Set<string>>();
  const add = (directory: string, name: string) => {
    const names = tree.get(directory);
    if (names) names.add(name);
    else tree.set(directory, new Set([name]));
  };
  for (const key of Object.keys(files)) {
    if (key.endsWith('/') && !tree.has(key.slice(0, -1) || '/')) tree.set(key.slice(0, -1) || '/', new Set());
    for (let path = key.replace(/\/$/, ''); path !== '' && path !== '/'; path = parentOf(path))
      add(parentOf(path), path.slice(path.lastIndexOf('/') + 1));
  }
  trees.set(files, tree);
  return tree;
}

export function createDisk(options: DiskOptions): FileSystem {
  const { sim, host: hostName, prefix, user, root, devices } = options;
  const meta = metas.get(sim) ?? new Map<string, Meta>();
  metas.set(sim, meta);
  const host = () => sim.world().hosts[hostName]!;
  const at = (path: string) => (prefix === '' ? path : prefix + (path === '/' ? '' : path));
  const home = user === 'root' ? '/root' : `/home/${user}`;
  const fixed = new Set([...DIRECTORIES, home]);
  const system = systemFiles(options);

  const own = (path: string): string | undefined => {
    const { files } = host();
    return Object.hasOwn(files, at(path)) ? files[at(path)] : undefined;
  };
  const isDirectory = (path: string) => fixed.has(path) || treeOf(host().files).has(at(path)) || system.list(path) !== undefined;
  const isProgram = (path: string) => {
    const name = /^\/(?:usr\/)?bin\/([^/]+)$/.exec(path)?.[1];
    return name !== undefined && options.programs().has(name);
  };
  const readable = (path: string) => root || !(path === '/root' || path.startsWith('/root/'));

  const read = (path: string): string | undefined => {
    if (!readable(path)) return undefined;
    if (path === '/dev/null') return '';
    return devices.get(path) ?? own(path) ?? system.read(path) ?? (isProgram(path) ? '\x7fELF' : undefined);
  };

  function refusal(path: string): Errno | undefined {
    if (path.length > 4096 || path.slice(path.lastIndexOf('/') + 1).length > 255) return 'File name too long';
    if (isDirectory(path)) return 'Is a directory';
    if (path.startsWith('/proc/sys/'))
      return system.read(path) === undefined ? 'No such file or directory' : root ? undefined : 'Permission denied';
    const parent = parentOf(path);
    if (!isDirectory(parent))
      return own(parent) !== undefined || system.read(parent) !== undefined ? 'Not a directory' : 'No such file or directory';
    if (!root && !path.startsWith(`${home}/`) && !path.startsWith('/tmp/') && !path.startsWith('/dev/')) return 'Permission denied';
    if (path.startsWith('/proc/') && !path.startsWith('/proc/sys/')) return 'Permission denied';
    return undefined;
  }

  function dispatch(path: string, text?: string): Errno | undefined {
    const result = sim.dispatch(
      { type: 'file', host: hostName, path: at(path), ...(text !== undefined && { text }) },
      options.by(),
    );
    return result?.error as Errno | undefined;
  }

  return {
    read,
    refusal,
    stat(path): FileStat | undefined {
      const kept = meta.get(`${hostName}:${at(path)}`);
      const modifiedAt = kept?.modifiedAt ?? host().bootedAt;
      const text = read(path);
      if (DEVICES.has(path)) return { type: 'device', size: 0, mode: 0o666, modifiedAt };
      if (text !== undefined)
        return {
          type: 'file',
          size: bytesOf(text).length,
          mode: kept?.mode ?? (isProgram(path) ? 0o755 : 0o644),
          modifiedAt,
        };
      return isDirectory(path)
        ? { type: 'directory', size: 4096, mode: kept?.mode ?? (path === '/tmp' ? 0o1777 : 0o755), modifiedAt }
        : undefined;
    },
    write(path, text) {
      if (path === '/dev/null') return undefined;
      const refused = refusal(path);
      if (refused) return refused;
      const asked = system.write(path, text);
      if (asked !== undefined) return asked === 'done' ? undefined : asked;
      const error = dispatch(path, text);
      if (!error)
        meta.set(`${hostName}:${at(path)}`, {
          mode: meta.get(`${hostName}:${at(path)}`)?.mode ?? 0o644,
          modifiedAt: sim.world().now,
        });
      return error;
    },
    remove(path) {
      if (path === '/' || fixed.has(path)) return 'Permission denied';
      if (own(path) === undefined && !treeOf(host().files).has(at(path)))
        return system.read(path) === undefined ? 'No such file or directory' : 'Permission denied';
      if (!root && !path.startsWith(`${home}/`) && !path.startsWith('/tmp/')) return 'Permission denied';
      meta.delete(`${hostName}:${at(path)}`);
      return dispatch(path);
    },
    makeDirectory(path) {
      if (isDirectory(path) || read(path) !== undefined) return 'File exists';
      if (!isDirectory(parentOf(path))) return 'No such file or directory';
      const refused = refusal(path);
      return refused ?? dispatch(`${path}/`, '');
    },
    list(path) {
      if (!readable(path) || !isDirectory(path)) return undefined;
      const names = new Set([
        ...(path === '/usr/bin' || path === '/bin' ? options.programs() : []),
        ...(treeOf(host().files).get(at(path)) ?? []),
        ...(system.list(path) ?? []),
      ]);
      for (const directory of [...fixed, ...DEVICES])
        if (directory !== '/' && parentOf(directory) === path) names.add(directory.slice(directory.lastIndexOf('/') + 1));
      return [...names].sort();
    },
    changeMode(path, mode) {
      if (read(path) === undefined && !isDirectory(path)) return 'No such file or directory';
      if (!root && !path.startsWith(`${home}/`) && !path.startsWith('/tmp/')) return 'Permission denied';
      const key = `${hostName}:${at(path)}`;
      meta.set(key, { mode, modifiedAt: meta.get(key)?.modifiedAt ?? sim.world().now });
      return undefined;
    },
    changeTime(path, modifiedAt) {
      if (read(path) === undefined && !isDirectory(path)) return 'No such file or directory';
      const key = `${hostName}:${at(path)}`;
      meta.set(key, { mode: meta.get(key)?.mode ?? (isDirectory(path) ? 0o755 : 0o644), modifiedAt });
      return undefined;
    },
  };
}
