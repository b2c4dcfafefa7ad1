/** cp and mv: GNU coreutils 9.1. Leaves out backups, sparse files and attributes beyond mode, owner and time. */
import type { Invocation } from '../../bash/execution.ts';
import { type FileStat, parentOf } from '../../bash/files.ts';
import { readOptions, tryHelp } from '../gnu/options.ts';
import { fail, print } from '../tool.ts';
import { asked, baseName, filesOf, isStat, joinName, look, named, pathOf } from './paths.ts';

interface How {
  readonly move: boolean;
  readonly recursive: boolean;
  /** Copy links as links. */
  readonly asLinks: boolean;
  readonly preserve: ReadonlySet<string>;
  readonly clobber: 'always' | 'never' | 'ask';
  readonly update: boolean;
  readonly verbose: boolean;
  readonly force: boolean;
  readonly instead?: 'hard' | 'symbolic';
  /** Written by this run: a second file of the same name would lose the first. */
  readonly made: Set<string>;
}

const MAX_DEPTH = 200;

const OPTIONS = {
  short: 'abdfHilLnprst:uvxPRTS:',
  long: {
    archive: 'a',
    backup: 'b',
    'backup=?': 'b',
    force: 'f',
    interactive: 'i',
    link: 'l',
    dereference: 'L',
    'no-clobber': 'n',
    'no-dereference': 'P',
    'preserve=?': 'p',
    parents: 'parents',
    recursive: 'R',
    'symbolic-link': 's',
    'target-directory=': 't',
    'no-target-directory': 'T',
    update: 'u',
    verbose: 'v',
    'one-file-system': 'x',
    'suffix=': 'S',
    'strip-trailing-slashes': 'strip',
    'attributes-only': 'attributes',
    'copy-contents': 'contents',
    'remove-destination': 'remove',
    'no-preserve=': 'unpreserve',
    'reflink=?': 'reflink',
    'sparse=': 'sparse',
  },
} as const;

const MOVE_OPTIONS = {
  short: 'bfint:uvS:TZ',
  long: {
    backup: 'b',
    'backup=?': 'b',
    force: 'f',
    interactive: 'i',
    'no-clobber': 'n',
    'strip-trailing-slashes': 'strip',
    'suffix=': 'S',
    'target-directory=': 't',
    'no-target-directory': 'T',
    update: 'u',
    verbose: 'v',
    context: 'Z',
  },
} as const;

const ABSENT: Readonly<Record<string, string>> = {
  b: 'backups',
  S: 'backups',
  parents: '--parents',
  attributes: '--attributes-only',
};

export async function cp(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, OPTIONS);
  if (typeof given === 'number') return given;
  const absent = given.order.find((letter) => ABSENT[letter]);
  if (absent) return fail(invocation, `${ABSENT[absent]}: not simulated in this lab`);
  const recursive = given.has('r') || given.has('R') || given.has('a');
  const lastOf = (letters: string) => given.order.filter((letter) => letters.includes(letter)).at(-1);
  const links = lastOf('LPHda');
  const clobber = lastOf('nif');
  return place(invocation, given, {
    move: false,
    recursive,
    asLinks: links ? links !== 'L' && links !== 'H' : recursive,
    preserve: new Set(
      given.has('a')
        ? ['mode', 'owner', 'time']
        : given.has('p')
          ? (given.value('p') || 'mode,ownership,timestamps')
              .split(',')
              .map((each) => (each.startsWith('t') ? 'time' : each.startsWith('o') ? 'owner' : each === 'all' ? 'time' : each))
          : [],
    ),
    clobber: clobber === 'n' ? 'never' : clobber === 'i' ? 'ask' : 'always',
    update: given.has('u'),
    verbose: given.has('v'),
    force: given.has('f') || given.has('remove'),
    ...(given.has('l') ? { instead: 'hard' as const } : given.has('s') ? { instead: 'symbolic' as const } : {}),
    made: new Set(),
  });
}

export async function mv(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, MOVE_OPTIONS);
  if (typeof given === 'number') return given;
  if (given.has('b') || given.has('S')) return fail(invocation, 'backups: not simulated in this lab');
  const clobber = given.order.filter((letter) => 'nif'.includes(letter)).at(-1);
  return place(invocation, given, {
    move: true,
    recursive: true,
    asLinks: true,
    preserve: new Set(),
    clobber: clobber === 'n' ? 'never' : clobber === 'i' ? 'ask' : 'always',
    update: given.has('u'),
    verbose: given.has('v'),
    force: given.has('f'),
    made: new Set(),
  });
}

/** Finds out where to: one file to a name, or all into a directory. */
async function place(invocation: Invocation, given: Exclude<ReturnType<typeof readOptions>, number>, how: How): Promise<number> {
  const { operands } = given;
  const into = given.value('t');
  if (operands.length === 0) return fail(invocation, `missing file operand${tryHelp(invocation)}`);
  if (given.has('T') && into !== undefined)
    return fail(invocation, 'cannot combine --target-directory (-t) and --no-target-directory (-T)');
  if (into === undefined && operands.length === 1)
    return fail(invocation, `missing destination file operand after ${named(operands[0]!)}${tryHelp(invocation)}`);
  if (given.has('T') && operands.length > 2) return fail(invocation, `extra operand ${named(operands[2]!)}${tryHelp(invocation)}`);
  const target = into ?? operands.at(-1)!;
  const sources = into === undefined ? operands.slice(0, -1) : operands;
  const found = look(invocation, target);
  const isDirectory = isStat(found) && found.type === 'directory';
  if (into !== undefined && !isDirectory)
    return fail(invocation, `target directory ${named(into)}: ${isStat(found) ? 'Not a directory' : found}`);
  if (into === undefined && sources.length > 1 && !isDirectory)
    return fail(invocation, `target ${named(target)}: ${isStat(found) ? 'Not a directory' : found}`);
  let status = 0;
  for (const source of sources) {
    const name = given.has('strip') ? source.replace(/(?<=.)\/+$/, '') : source;
    const to = isDirectory && !given.has('T') ? joinName(target, baseName(name)) : target;
    if (!(await one(invocation, name, to, how, 0))) status = 1;
  }
  return status;
}

/** @returns whether it went well */
async function one(invocation: Invocation, from: string, to: string, how: How, depth: number): Promise<boolean> {
  const files = filesOf(invocation);
  const refuse = (message: string) => {
    fail(invocation, message);
    return false;
  };
  const source = look(invocation, from, !(how.move || how.asLinks));
  if (!isStat(source)) return refuse(`cannot stat ${named(from)}: ${source}`);
  if (source.type === 'directory' && !how.recursive) return refuse(`-r not specified; omitting directory ${named(from)}`);
  const [path, place] = [pathOf(invocation, from), pathOf(invocation, to)];
  const there =
    to === '' ? undefined : how.move || (how.asLinks && source.type === 'link') ? files.lstat(place) : files.stat(place);
  if (how.move && /(^|\/)\.\.?\/*$/.test(from))
    return refuse(`cannot move ${named(from)} to ${named(to)}: Device or resource busy`);
  if (source.type === 'directory' && depth === 0) {
    const [inside, outside] = [files.real(place) ?? place, files.real(path) ?? path];
    if (inside.startsWith(`${outside === '/' ? '' : outside}/`))
      return refuse(
        how.move
          ? `cannot move ${named(from)} to a subdirectory of itself, ${named(to)}`
          : `cannot copy a directory, ${named(from)}, into itself, ${named(to)}`,
      );
  }
  if (there) {
    if (there.inode === source.inode && !(how.asLinks && source.type === 'link' && !how.move && path !== place)) {
      if (how.instead) return true;
      if (!(how.move && path !== place && source.type === 'file'))
        return refuse(`${named(from)} and ${named(to)} are the same file`);
    }
    const verdict = await mayReplace(invocation, from, to, source, there, how);
    if (verdict !== true) return verdict === 'skip';
  }
  how.made.add(place);
  const moved = how.move ? move(invocation, from, to, source) : undefined;
  if (moved !== undefined) {
    if (moved === '' && how.verbose) print(invocation, `renamed ${named(from)} -> ${named(to)}\n`);
    return moved === '' || refuse(moved);
  }
  return source.type === 'directory'
    ? copyDirectory(invocation, from, to, source, there, how, depth)
    : copyFile(invocation, from, to, source, there, how);
}

/** Whether what is there may go; `skip`: it stays, and that is no fault. */
async function mayReplace(
  invocation: Invocation,
  from: string,
  to: string,
  source: FileStat,
  there: FileStat,
  how: How,
): Promise<boolean | 'skip'> {
  if (source.type !== 'directory' && there.type === 'directory') {
    fail(invocation, `cannot overwrite directory ${named(to)} with non-directory`);
    return false;
  }
  if (source.type === 'directory' && there.type !== 'directory') {
    fail(invocation, `cannot overwrite non-directory ${named(to)} with directory ${named(from)}`);
    return false;
  }
  if (source.type === 'directory') return true;
  if (how.clobber === 'never' || (how.update && there.modifiedAt >= source.modifiedAt)) return 'skip';
  if (how.clobber === 'ask' && !(await asked(invocation, `overwrite ${named(to)}`))) return how.move ? 'skip' : false;
  if (how.made.has(pathOf(invocation, to))) {
    fail(invocation, `will not overwrite just-created ${named(to)} with ${named(from)}`);
    return false;
  }
  return true;
}

/** @returns '' when done, else the complaint */
function move(invocation: Invocation, from: string, to: string, source: FileStat): string {
  const files = filesOf(invocation);
  const [path, place] = [pathOf(invocation, from), pathOf(invocation, to)];
  const failed = (why: string) => `cannot move ${named(from)} to ${named(to)}: ${why}`;
  if (to === '') return failed('No such file or directory');
  if (/\/$/.test(to) && source.type !== 'directory') return failed('Not a directory');
  if (source.type === 'directory' && (files.list(place)?.length ?? 0) > 0) return failed('Directory not empty');
  const error = files.rename(path, place);
  return error === undefined ? '' : failed(error);
}

async function copyDirectory(
  invocation: Invocation,
  from: string,
  to: string,
  source: FileStat,
  there: FileStat | undefined,
  how: How,
  depth: number,
): Promise<boolean> {
  const files = filesOf(invocation);
  const [path, place] = [pathOf(invocation, from), pathOf(invocation, to)];
  const names = files.list(path);
  if (!there) {
    const error = to === '' ? 'No such file or directory' : files.makeDirectory(place);
    if (error) {
      fail(invocation, `cannot create directory ${named(to)}: ${error}`);
      return false;
    }
    files.changeMode(place, how.preserve.has('mode') ? source.mode : source.mode & ~invocation.x.shell.umask);
    if (how.verbose) print(invocation, `${named(from)} -> ${named(to)}\n`);
  }
  if (!names) {
    fail(invocation, `cannot access ${named(from)}: Permission denied`);
    return false;
  }
  let well = true;
  if (depth < MAX_DEPTH)
    for (const name of names) if (!(await one(invocation, joinName(from, name), joinName(to, name), how, depth + 1))) well = false;
  preserveAll(invocation, place, source, how);
  return well;
}

function preserveAll(invocation: Invocation, place: string, source: FileStat, how: How): void {
  const files = filesOf(invocation);
  if (how.preserve.has('owner') && invocation.x.platform.root) files.changeOwner(place, source.owner, source.group);
  if (how.preserve.has('mode')) files.changeMode(place, source.mode);
  if (how.preserve.has('time')) files.changeTime(place, source.modifiedAt);
}

function copyFile(
  invocation: Invocation,
  from: string,
  to: string,
  source: FileStat,
  there: FileStat | undefined,
  how: How,
): boolean {
  const files = filesOf(invocation);
  const [path, place] = [pathOf(invocation, from), pathOf(invocation, to)];
  const refuse = (message: string) => {
    fail(invocation, message);
    return false;
  };
  const say = () => {
    if (how.verbose) print(invocation, `${named(from)} -> ${named(to)}\n`);
    return true;
  };
  if (source.type === 'link' || how.instead === 'symbolic') {
    const target = how.instead === 'symbolic' ? from : files.readLink(path)!;
    if (how.instead && !from.startsWith('/') && parentOf(place) !== invocation.x.shell.cwd && files.stat(parentOf(place)))
      return refuse(`${to}: can make relative symbolic links only in current directory`);
    if (there && (how.instead === undefined || how.force)) files.remove(place);
    const error = files.symbolicLink(target, place);
    return error ? refuse(`cannot create symbolic link ${named(to)}${how.instead ? ` to ${named(from)}` : ''}: ${error}`) : say();
  }
  if (how.instead === 'hard') {
    if (there && how.force) files.remove(place);
    const error = files.hardLink(path, place);
    return error ? refuse(`cannot create hard link ${named(to)} to ${named(from)}: ${error}`) : say();
  }
  const text = files.read(path);
  if (text === undefined) return refuse(`cannot open ${named(from)} for reading: Permission denied`);
  const error = to === '' ? 'No such file or directory' : /\/$/.test(to) ? 'Not a directory' : files.write(place, text);
  if (error) return refuse(`cannot create regular file ${named(to)}: ${error}`);
  if (!there) files.changeMode(place, source.mode & 0o777 & ~invocation.x.shell.umask);
  preserveAll(invocation, place, source, how);
  return say();
}
