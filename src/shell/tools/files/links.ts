/** ln and readlink: GNU coreutils 9.1. Leaves out backups. */
import type { Invocation } from '../../bash/execution.ts';
import { parentOf, resolvePath } from '../../bash/files.ts';
import { type Given, readOptions, tryHelp } from '../gnu/options.ts';
import { fail, print } from '../tool.ts';
import { asked, baseName, filesOf, isStat, joinName, look, named, pathOf } from './paths.ts';

export async function ln(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'bdfFinrst:vLPS:T',
    long: {
      backup: 'b',
      'backup=?': 'b',
      directory: 'd',
      'no-dereference': 'n',
      'no-target-directory': 'T',
      force: 'f',
      interactive: 'i',
      'suffix=': 'S',
      'target-directory=': 't',
      logical: 'L',
      physical: 'P',
      relative: 'r',
      symbolic: 's',
      verbose: 'v',
    },
  });
  if (typeof given === 'number') return given;
  if (given.has('b') || given.has('S')) return fail(invocation, 'backups: not simulated in this lab');
  const { operands } = given;
  const [first] = operands;
  if (first === undefined) return fail(invocation, `missing file operand${tryHelp(invocation)}`);
  const into = given.value('t');
  if (given.has('T')) {
    if (operands.length === 1)
      return fail(invocation, `missing destination file operand after ${named(first)}${tryHelp(invocation)}`);
    if (operands.length > 2) return fail(invocation, `extra operand ${named(operands[2]!)}${tryHelp(invocation)}`);
  }
  const target = into ?? (operands.length === 1 ? '.' : operands.at(-1)!);
  const sources = into === undefined && operands.length > 1 ? operands.slice(0, -1) : operands;
  const path = pathOf(invocation, target);
  const found = look(invocation, target, !(given.has('n') && filesOf(invocation).readLink(path) !== undefined));
  const isDirectory = isStat(found) && found.type === 'directory' && !given.has('T');
  if (into !== undefined && !isDirectory)
    return fail(invocation, `target directory ${named(into)}: ${isStat(found) ? 'Not a directory' : found}`);
  if (sources.length > 1 && !isDirectory)
    return fail(invocation, `target ${named(target)}: ${isStat(found) ? 'Not a directory' : found}`);
  let status = 0;
  for (const source of sources)
    if (!(await linkOne(invocation, given, source, isDirectory ? joinName(target, baseName(source)) : target))) status = 1;
  return status;
}

async function linkOne(invocation: Invocation, given: Given, source: string, name: string): Promise<boolean> {
  const files = filesOf(invocation);
  const refuse = (message: string) => {
    fail(invocation, message);
    return false;
  };
  const symbolic = given.has('s');
  const [path, place] = [pathOf(invocation, source), pathOf(invocation, name)];
  if (!symbolic) {
    const stat = look(invocation, source, given.has('L'));
    if (!isStat(stat)) return refuse(`failed to access ${named(source)}: ${stat}`);
    if (stat.type === 'directory') return refuse(`${source}: hard link not allowed for directory`);
  }
  const there = files.lstat(place);
  if (there?.type === 'directory' && (given.has('f') || given.has('i'))) return refuse(`${name}: cannot overwrite directory`);
  if (there && given.has('i') && !(await asked(invocation, `replace ${named(name)}`))) return false;
  if (there && (given.has('f') || given.has('i'))) {
    if (!symbolic && files.lstat(path)?.inode === there.inode)
      return path === place ? refuse(`${named(source)} and ${named(name)} are the same file`) : true;
    if (symbolic && path === place && files.readLink(path) === undefined)
      return refuse(`${named(source)} and ${named(name)} are the same file`);
    files.remove(place);
  }
  const text = symbolic && given.has('r') ? relativeTo(parentOf(place), files.real(path) ?? path) : source;
  const error =
    symbolic && source === ''
      ? 'No such file or directory'
      : /\/$/.test(name)
        ? 'No such file or directory'
        : symbolic
          ? files.symbolicLink(text, place)
          : files.hardLink(path, place);
  if (error) {
    const arrow =
      error === 'File exists' ? '' : symbolic && source === '' ? ` -> ${named(source)}` : !symbolic ? ` => ${named(source)}` : '';
    return refuse(`failed to create ${symbolic ? 'symbolic' : 'hard'} link ${named(name)}${arrow}: ${error}`);
  }
  if (given.has('v')) print(invocation, `${named(name)} ${symbolic ? '->' : '=>'} ${named(text)}\n`);
  return true;
}

function relativeTo(from: string, to: string): string {
  const [a, b] = [from, to].map((path) => path.split('/').filter(Boolean)) as [string[], string[]];
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  return [...a.slice(same).map(() => '..'), ...b.slice(same)].join('/') || '.';
}

export function readlink(invocation: Invocation): number {
  const given = readOptions(invocation, {
    short: 'efmnqsvz',
    long: {
      canonicalize: 'f',
      'canonicalize-existing': 'e',
      'canonicalize-missing': 'm',
      'no-newline': 'n',
      quiet: 'q',
      silent: 's',
      verbose: 'v',
      zero: 'z',
    },
  });
  if (typeof given === 'number') return given;
  if (given.operands.length === 0) return fail(invocation, `missing operand${tryHelp(invocation)}`);
  const files = filesOf(invocation);
  const end = given.has('z') ? '\0' : given.has('n') && given.operands.length === 1 ? '' : '\n';
  const how = given.order.filter((letter) => 'efm'.includes(letter)).at(-1);
  let status = 0;
  for (const name of given.operands) {
    const path = pathOf(invocation, name);
    const found = how
      ? canonical(invocation, name, how)
      : (files.readLink(path) ?? (files.lstat(path) ? 'Invalid argument' : files.missing(path)));
    const failed = how ? !found.startsWith('/') : files.readLink(path) === undefined;
    if (!failed) print(invocation, found + end);
    else {
      status = 1;
      if (given.has('v')) fail(invocation, `${name || "''"}: ${found}`);
    }
  }
  return status;
}

/** @param how e: all must exist; f: all but the last; m: nothing must. @returns an absolute path, or an errno text */
export function canonical({ x }: Pick<Invocation, 'x'>, name: string, how: string): string {
  const { files } = x.platform;
  if (name === '') return how === 'm' ? x.shell.cwd : 'No such file or directory';
  const path = resolvePath(x.shell.cwd, name);
  const real = files.real(path);
  if (real === undefined) return 'Too many levels of symbolic links';
  if (how === 'm') return real;
  const needed = how === 'e' ? real : parentOf(real);
  const stat = files.stat(needed);
  if (!stat) return files.missing(path);
  return how === 'f' && real !== '/' && stat.type !== 'directory' ? 'Not a directory' : real;
}
