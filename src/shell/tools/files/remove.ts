/** rm, rmdir and mkdir: GNU coreutils 9.1. */
import type { Invocation } from '../../bash/execution.ts';
import { quoted, readOptions, tryHelp } from '../gnu/options.ts';
import { fail, print } from '../tool.ts';
import { asked, filesOf, isStat, joinName, look, named, parseMode, pathOf } from './paths.ts';

interface Removal {
  readonly invocation: Invocation;
  readonly recursive: boolean;
  readonly directories: boolean;
  readonly force: boolean;
  readonly ask: boolean;
  readonly verbose: boolean;
}

export async function rm(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, {
    short: 'dfirvIR',
    long: {
      dir: 'd',
      force: 'f',
      'interactive=?': 'interactive',
      'one-file-system': 'x',
      'no-preserve-root': 'anything',
      'preserve-root=?': 'root',
      recursive: 'r',
      verbose: 'v',
    },
    // A file whose name begins with a dash was meant, perhaps.
    hint: (arg) =>
      filesOf(invocation).lstat(pathOf(invocation, arg))
        ? `Try '${invocation.name} ./${arg}' to remove the file ${named(arg)}.\n`
        : '',
  });
  if (typeof given === 'number') return given;
  const last = given.order.filter((letter) => 'fiI'.includes(letter) || letter === 'interactive').at(-1);
  const force = last === 'f';
  const when = given.value('interactive');
  const recursive = given.has('r') || given.has('R');
  const removal: Removal = {
    invocation,
    recursive,
    directories: given.has('d'),
    force,
    ask: last === 'i' || (last === 'interactive' && (when === '' || when === 'always')),
    verbose: given.has('v'),
  };
  if (given.operands.length === 0) return force ? 0 : fail(invocation, `missing operand${tryHelp(invocation)}`);
  if (last === 'I' || (last === 'interactive' && when === 'once')) {
    const count = given.operands.length;
    if (
      (recursive || count > 3) &&
      !(await asked(invocation, `remove ${count} argument${count === 1 ? '' : 's'}${recursive ? ' recursively' : ''}`))
    )
      return 0;
  }
  let status = 0;
  for (const name of given.operands) {
    if (recursive && pathOf(invocation, name) === '/' && !given.has('anything')) {
      status = fail(
        invocation,
        "it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe",
      );
    } else if (recursive && /(^|\/)\.\.?\/*$/.test(name)) {
      status = fail(invocation, `refusing to remove '.' or '..' directory: skipping ${named(name)}`);
    } else if (!(await removeOne(removal, name))) status = 1;
  }
  return status;
}

async function removeOne(removal: Removal, name: string): Promise<boolean> {
  const { invocation, recursive, directories, force, ask, verbose } = removal;
  const files = filesOf(invocation);
  const refuse = (why: string) => {
    fail(invocation, `cannot remove ${named(name)}: ${why}`);
    return false;
  };
  const stat = look(invocation, name, false);
  if (!isStat(stat)) return force && /^No such|^Not a dir/.test(stat) ? true : refuse(stat);
  const path = pathOf(invocation, name);
  if (stat.type !== 'directory') {
    const kind =
      stat.type === 'link'
        ? 'symbolic link'
        : stat.type === 'device'
          ? 'character special file'
          : stat.size === 0
            ? 'regular empty file'
            : 'regular file';
    if (ask && !(await asked(invocation, `remove ${kind} ${named(name)}`))) return true;
    const error = files.remove(path);
    if (error) return refuse(error);
    if (verbose) print(invocation, `removed ${named(name)}\n`);
    return true;
  }
  const names = files.list(path) ?? [];
  if (!recursive && !(directories && names.length === 0)) return refuse(directories ? 'Directory not empty' : 'Is a directory');
  let well = true;
  if (names.length > 0) {
    if (ask && !(await asked(invocation, `descend into directory ${named(name)}`))) return true;
    for (const each of names) if (!(await removeOne(removal, joinName(name, each)))) well = false;
    if (!well) return false;
  }
  if (ask && !(await asked(invocation, `remove directory ${named(name)}`))) return true;
  if (/\/$/.test(name) && files.readLink(path) !== undefined) return refuse('Not a directory');
  const error = (files.list(path)?.length ?? 0) > 0 ? 'Directory not empty' : files.remove(path);
  if (error) return refuse(error);
  if (verbose) print(invocation, `removed directory ${named(name)}\n`);
  return true;
}

export function rmdir(invocation: Invocation): number {
  const given = readOptions(invocation, {
    short: 'pv',
    long: { 'ignore-fail-on-non-empty': 'ignore', parents: 'p', verbose: 'v' },
  });
  if (typeof given === 'number') return given;
  if (given.operands.length === 0) return fail(invocation, `missing operand${tryHelp(invocation)}`);
  const files = filesOf(invocation);
  let status = 0;
  for (const operand of given.operands) {
    let name = operand;
    for (;;) {
      if (given.has('v')) print(invocation, `rmdir: removing directory, ${named(name)}\n`);
      const error = whyNot(invocation, name) ?? files.remove(pathOf(invocation, name));
      if (error) {
        if (!(given.has('ignore') && error === 'Directory not empty'))
          status = fail(invocation, `failed to remove ${name === operand ? '' : 'directory '}${named(name)}: ${error}`);
        break;
      }
      const above = name.replace(/\/+$/, '').replace(/\/*[^/]*$/, '');
      if (!given.has('p') || above === '') break;
      name = above;
    }
  }
  return status;
}

function whyNot(invocation: Invocation, name: string): string | undefined {
  const stat = look(invocation, name, false);
  if (!isStat(stat)) return stat;
  if (stat.type !== 'directory') return 'Not a directory';
  if (/(^|\/)\.$/.test(name)) return 'Invalid argument';
  return (filesOf(invocation).list(pathOf(invocation, name))?.length ?? 0) > 0 ? 'Directory not empty' : undefined;
}

export function mkdir(invocation: Invocation): number {
  const given = readOptions(invocation, {
    short: 'm:pvZ',
    long: { 'mode=': 'm', parents: 'p', verbose: 'v', 'context=?': 'Z' },
  });
  if (typeof given === 'number') return given;
  if (given.operands.length === 0) return fail(invocation, `missing operand${tryHelp(invocation)}`);
  const spelled = given.value('m');
  const mode = spelled === undefined ? undefined : parseMode(spelled);
  if (spelled !== undefined && !mode) return fail(invocation, `invalid mode ${quoted(spelled)}`);
  const files = filesOf(invocation);
  const { umask } = invocation.x.shell;
  const make = (name: string, last: boolean): string | undefined => {
    const error = name === '' ? 'No such file or directory' : files.makeDirectory(pathOf(invocation, name));
    if (error) return error;
    files.changeMode(pathOf(invocation, name), last && mode ? mode(0o777, true, umask) : 0o777 & ~umask);
    if (given.has('v')) print(invocation, `mkdir: created directory ${named(name)}\n`);
    return undefined;
  };
  let status = 0;
  for (const operand of given.operands) {
    const failing = given.has('p') ? withParents(invocation, operand, make) : { name: operand, error: make(operand, true) };
    if (failing?.error) status = fail(invocation, `cannot create directory ${quoted(failing.name)}: ${failing.error}`);
  }
  return status;
}

/** Makes what is missing above it first. */
function withParents(
  invocation: Invocation,
  operand: string,
  make: (name: string, last: boolean) => string | undefined,
): { readonly name: string; readonly error: string | undefined } | undefined {
  const files = filesOf(invocation);
  if (operand === '') return { name: operand, error: 'No such file or directory' };
  const parts = operand.replace(/\/+$/, '').split('/');
  for (let count = 1; count <= parts.length; count++) {
    const name = parts.slice(0, count).join('/');
    if (name === '') continue;
    const stat = files.stat(pathOf(invocation, name));
    if (stat?.type === 'directory') continue;
    const last = count === parts.length;
    if (stat) return { name: last ? operand : name, error: last ? 'File exists' : 'Not a directory' };
    const error = make(last ? operand.replace(/(?<=.)\/+$/, '') : name, last);
    if (error) return { name, error };
  }
  return undefined;
}

export function unlink(invocation: Invocation): number {
  const given = readOptions(invocation, { short: '' });
  if (typeof given === 'number') return given;
  const [name, more] = given.operands;
  if (name === undefined) return fail(invocation, `missing operand${tryHelp(invocation)}`);
  if (more !== undefined) return fail(invocation, `extra operand ${quoted(more)}${tryHelp(invocation)}`);
  const stat = look(invocation, name, false);
  const error = isStat(stat)
    ? stat.type === 'directory'
      ? 'Is a directory'
      : filesOf(invocation).remove(pathOf(invocation, name))
    : stat;
  return error ? fail(invocation, `cannot unlink ${named(name)}: ${error}`) : 0;
}
