/**
 * A host's disk as its shells see it: the world's files, with what the system itself provides laid under them. Writes become inputs.
 *
 * Reads world.hosts[h].files; a container sees its own part of them. A symbolic link is a file whose text says so. Permissions in
 * outline: root may write anywhere, others in their home, /tmp and /dev. Modes, times, owners and hard links are kept beside the
 * world, for the life of the page only: after a reload the names of a file are copies of it.
 */
import type { Origin, Sim } from '../engine/index.ts';
import { type Errno, type FileStat, type FileSystem, parentOf, resolvePath } from './bash/files.ts';
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
  readonly owner?: string;
  readonly group?: string;
  /** All names of the same file, this one among them. */
  readonly names?: Set<string>;
}

/** How a file's text begins that is a symbolic link; its target follows. */
const LINK = '\0symbolic link to ';
const MAX_LINKS = 40;

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

interface Tree {
  /** Directory → names in it. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
  /** Symbolic link → target. */
  readonly links: ReadonlyMap<string, string>;
}

/** Made once per version of the files. */
const trees = new WeakMap<object, Tree>();

function treeOf(files: Readonly<Record<string, string>>): Tree {
  const known = trees.get(files);
  if (known) return known;
  const tree = new Map<string, Set<string>>();
  const links = new Map<string, string>();
  const add = (directory: string, name: string) => {
    const names = tree.get(directory);
    if (names) names.add(name);
    else tree.set(directory, new Set([name]));
  };
  for (const [key, text] of Object.entries(files)) {
    if (text.startsWith(LINK)) links.set(key, text.slice(LINK.length));
    if (key.endsWith('/') && !tree.has(key.slice(0, -1) || '/')) tree.set(key.slice(0, -1) || '/', new Set());
    for (let path = key.replace(/\/$/, ''); path !== '' && path !== '/'; path = parentOf(path))
      add(parentOf(path), path.slice(path.lastIndexOf('/') + 1));
  }
  const made = { names: tree, links };
  trees.set(files, made);
  return made;
}

/** A number of its own for each file, the same every time. */
function inodeOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return 131_072 + ((hash >>> 0) % 3_900_000);
}

export function createDisk(options: DiskOptions): FileSystem {
  const { sim, host: hostName, prefix, user, root, devices } = options;
  const meta = metas.get(sim) ?? new Map<string, Meta>();
  metas.set(sim, meta);
  const host = () => sim.world().hosts[hostName]!;
  const at = (path: string) => (prefix === '' ? path : prefix + (path === '/' ? '' : path));
  const keyOf = (path: string) => `${hostName}:${at(path)}`;
  const home = user === 'root' ? '/root' : `/home/${user}`;
  const fixed = new Set([...DIRECTORIES, home]);
  const system = systemFiles(options);

  const own = (path: string): string | undefined => {
    const { files } = host();
    return Object.hasOwn(files, at(path)) ? files[at(path)] : undefined;
  };
  const isDirectory = (path: string) =>
    fixed.has(path) || treeOf(host().files).names.has(at(path)) || system.list(path) !== undefined;
  const isProgram = (path: string) => {
    const name = /^\/(?:usr\/)?bin\/([^/]+)$/.exec(path)?.[1];
    return name !== undefined && options.programs().has(name);
  };
  const readable = (path: string) => root || !(path === '/root' || path.startsWith('/root/'));
  const mayChange = (path: string) => root || path.startsWith(`${home}/`) || path.startsWith('/tmp/');
  const readLink = (path: string) => treeOf(host().files).links.get(at(path));

  /** Follows the links along a path; with `last`, also one at its end. undefined: a loop. */
  function follow(path: string, last: boolean): string | undefined {
    const { links } = treeOf(host().files);
    if (links.size === 0) return path;
    let found = '';
    let rest = path.split('/').slice(1);
    for (let followed = 0; rest.length > 0; ) {
      const [part, ...after] = rest as [string, ...string[]];
      const here = found + (part === '' ? '' : `/${part}`);
      const target = after.length > 0 || last ? links.get(at(here)) : undefined;
      if (target === undefined) {
        found = here;
        rest = after;
        continue;
      }
      if (++followed > MAX_LINKS) return undefined;
      rest = [
        ...resolvePath(found || '/', target)
          .split('/')
          .slice(1),
        ...after,
      ];
      found = '';
    }
    return found || '/';
  }
  const NOWHERE = '/\0';
  const real = (path: string) => follow(path, true) ?? NOWHERE;
  const inPlace = (path: string) => follow(path, false) ?? NOWHERE;

  /** @param path without links */
  const readAt = (path: string): string | undefined => {
    if (!readable(path)) return undefined;
    if (path === '/dev/null') return '';
    const text = own(path);
    if (text?.startsWith(LINK)) return undefined;
    return devices.get(path) ?? text ?? system.read(path) ?? (isProgram(path) ? '\x7fELF' : undefined);
  };

  function statAt(path: string): FileStat | undefined {
    const key = keyOf(path);
    const kept = meta.get(key);
    const modifiedAt = kept?.modifiedAt ?? host().bootedAt;
    const owner = kept?.owner ?? (/^\/(home\/ubuntu|tmp\/.)/.test(path) ? 'ubuntu' : 'root');
    const common = {
      modifiedAt,
      owner,
      group: kept?.group ?? owner,
      links: kept?.names?.size ?? 1,
      inode: inodeOf(kept?.names ? [...kept.names][0]! : key),
    };
    const target = readLink(path);
    if (target !== undefined) return { ...common, type: 'link', size: bytesOf(target).length, mode: 0o777 };
    if (DEVICES.has(path)) return { ...common, type: 'device', size: 0, mode: 0o666 };
    const text = readAt(path);
    if (text !== undefined)
      return { ...common, type: 'file', size: bytesOf(text).length, mode: kept?.mode ?? (isProgram(path) ? 0o755 : 0o644) };
    if (!isDirectory(path)) return undefined;
    const inside = [...(treeOf(host().files).names.get(at(path)) ?? [])];
    return {
      ...common,
      type: 'directory',
      size: 4096,
      mode: kept?.mode ?? (path === '/tmp' ? 0o1777 : path === '/root' ? 0o700 : 0o755),
      links: 2 + inside.filter((name) => isDirectory(resolvePath(path, name))).length,
    };
  }

  function missing(path: string): Errno {
    const found = follow(path, true);
    if (found === undefined) return 'Too many levels of symbolic links';
    if (path.length > 4096 || path.split('/').some((part) => part.length > 255)) return 'File name too long';
    if (!readable(found)) return 'Permission denied';
    for (let above = parentOf(found); above !== '/'; above = parentOf(above)) {
      const stat = statAt(above);
      if (stat) return stat.type === 'directory' ? 'No such file or directory' : 'Not a directory';
    }
    return 'No such file or directory';
  }

  function refusal(given: string): Errno | undefined {
    const path = follow(given, true);
    if (path === undefined) return 'Too many levels of symbolic links';
    if (path.length > 4096 || path.slice(path.lastIndexOf('/') + 1).length > 255) return 'File name too long';
    if (isDirectory(path)) return 'Is a directory';
    if (path.startsWith('/proc/sys/'))
      return system.read(path) === undefined ? 'No such file or directory' : root ? undefined : 'Permission denied';
    const parent = parentOf(path);
    if (!isDirectory(parent)) return missing(path);
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

  const change = (path: string, changed: Partial<Meta>) => {
    const stat = statAt(path);
    if (!stat) return;
    const kept = meta.get(keyOf(path));
    const next = { mode: stat.mode, modifiedAt: stat.modifiedAt, ...kept, ...changed };
    for (const key of kept?.names ?? [keyOf(path)]) meta.set(key, next);
  };
  /** A name came or went: the directory changed. */
  const touchParent = (path: string) => change(parentOf(path), { modifiedAt: sim.world().now });
  const forget = (path: string) => {
    meta.get(keyOf(path))?.names?.delete(keyOf(path));
    meta.delete(keyOf(path));
  };
  const fresh = (path: string) => {
    const mine = { owner: user, group: user };
    meta.set(keyOf(path), {
      mode: readLink(path) === undefined ? (isDirectory(path) ? 0o755 : 0o644) : 0o777,
      modifiedAt: sim.world().now,
      ...mine,
    });
    touchParent(path);
  };

  function write(path: string, text: string): Errno | undefined {
    const asked = system.write(path, text);
    if (asked !== undefined) return asked === 'done' ? undefined : asked;
    const before = statAt(path);
    const kept = meta.get(keyOf(path));
    for (const key of kept?.names ?? []) {
      const other = key.slice(hostName.length + 1);
      if (other !== at(path)) sim.dispatch({ type: 'file', host: hostName, path: other, text }, options.by());
    }
    const error = dispatch(path, text);
    if (error) return error;
    if (before) change(path, { modifiedAt: sim.world().now });
    else fresh(path);
    return undefined;
  }

  function remove(given: string): Errno | undefined {
    const path = inPlace(given);
    if (path === '/' || fixed.has(path)) return 'Permission denied';
    if (own(path) === undefined && !treeOf(host().files).names.has(at(path)))
      return system.read(path) === undefined ? missing(path) : 'Permission denied';
    if (!mayChange(path)) return 'Permission denied';
    for (const key of [...meta.keys()]) if (key.startsWith(`${keyOf(path)}/`)) meta.delete(key);
    forget(path);
    const error = dispatch(path);
    touchParent(path);
    return error;
  }

  /** Moves the texts and what is known of them. */
  function rename(from: string, to: string): Errno | undefined {
    const [source, place] = [inPlace(from), inPlace(to)];
    if (!mayChange(source) || fixed.has(source)) return 'Permission denied';
    const refused = refusal(place);
    if (refused && readLink(place) === undefined && !(refused === 'Is a directory' && isDirectory(source))) return refused;
    if (statAt(place)) {
      const error = remove(place);
      if (error) return error;
    }
    const [old, fresh] = [at(source), at(place)];
    const moved = Object.entries(host().files).filter(([key]) => key === old || key.startsWith(`${old}/`));
    const known = [...meta].filter(([key]) => key === keyOf(source) || key.startsWith(`${keyOf(source)}/`));
    for (const [key, text] of moved) {
      const error = sim.dispatch({ type: 'file', host: hostName, path: fresh + key.slice(old.length), text }, options.by());
      if (error?.error) return error.error as Errno;
    }
    for (const [key] of known) meta.delete(key);
    const error = dispatch(source);
    for (const [key, value] of known) {
      const name = keyOf(place) + key.slice(keyOf(source).length);
      if (value.names?.delete(key)) value.names.add(name);
      meta.set(name, value);
    }
    touchParent(source);
    touchParent(place);
    return error;
  }

  return {
    read: (path) => readAt(real(path)),
    refusal,
    missing,
    stat: (path) => statAt(real(path)),
    lstat: (path) => statAt(inPlace(path)),
    readLink: (path) => readLink(inPlace(path)),
    real: (path) => follow(path, true),
    remove,
    rename,
    write(given, text) {
      const path = real(given);
      if (path === '/dev/null') return undefined;
      return refusal(given) ?? write(path, text);
    },
    symbolicLink(target, given) {
      const path = inPlace(given);
      if (statAt(path)) return 'File exists';
      const refused = refusal(path);
      if (refused) return refused;
      const error = dispatch(path, LINK + target);
      if (!error) fresh(path);
      return error;
    },
    hardLink(given, name) {
      const [from, to] = [inPlace(given), inPlace(name)];
      const text = readAt(from);
      if (text === undefined) return statAt(from) ? 'Operation not permitted' : missing(from);
      if (statAt(to)) return 'File exists';
      const error = refusal(to) ?? dispatch(to, text);
      if (error) return error;
      const names = meta.get(keyOf(from))?.names ?? new Set([keyOf(from)]);
      names.add(keyOf(to));
      change(from, { names });
      meta.set(keyOf(to), meta.get(keyOf(from))!);
      touchParent(to);
      return undefined;
    },
    makeDirectory(given) {
      const path = inPlace(given);
      if (statAt(path)) return 'File exists';
      if (!isDirectory(parentOf(path))) return missing(path);
      const error = refusal(path) ?? dispatch(`${path}/`, '');
      if (!error) fresh(path);
      return error;
    },
    list(given) {
      const path = real(given);
      if (!readable(path) || !isDirectory(path)) return undefined;
      const names = new Set([
        ...(path === '/usr/bin' || path === '/bin' ? options.programs() : []),
        ...(treeOf(host().files).names.get(at(path)) ?? []),
        ...(system.list(path) ?? []),
      ]);
      for (const directory of [...fixed, ...DEVICES])
        if (directory !== '/' && parentOf(directory) === path) names.add(directory.slice(directory.lastIndexOf('/') + 1));
      return [...names].sort();
    },
    changeMode(given, mode) {
      const path = real(given);
      if (!statAt(path)) return missing(given);
      if (!mayChange(path)) return 'Operation not permitted';
      change(path, { mode });
      return undefined;
    },
    changeTime(given, modifiedAt) {
      const path = real(given);
      if (!statAt(path)) return missing(given);
      if (!mayChange(path)) return 'Permission denied';
      change(path, { modifiedAt });
      return undefined;
    },
    changeOwner(given, owner, group) {
      const path = real(given);
      const stat = statAt(path);
      if (!stat) return missing(given);
      if (!root && ((owner !== undefined && owner !== stat.owner) || (group !== undefined && group !== stat.group)))
        return 'Operation not permitted';
      change(path, { ...(owner !== undefined && { owner }), ...(group !== undefined && { group }) });
      return undefined;
    },
  };
}
