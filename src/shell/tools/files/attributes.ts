/** chmod, chown, chgrp, touch, truncate, mktemp, sync: GNU coreutils 9.1. Reading a file leaves no time of its own here. */
import type { Invocation } from '../../bash/execution.ts';
import type { FileStat } from '../../bash/files.ts';
import { bytesOf, textOfBytes } from '../../bytes.ts';
import { parseDate } from '../date-parse.ts';
import { type Given, quoted, readOptions, tryHelp } from '../gnu/options.ts';
import { fail, print } from '../tool.ts';
import { filesOf, isStat, joinName, look, type ModeChange, modeText, named, parseMode, pathOf } from './paths.ts';

const octal = (mode: number) => `${mode.toString(8).padStart(4, '0')} (${modeText({ type: 'file', mode }).slice(1)})`;

const CHMOD = {
  short: 'Rcfv',
  long: {
    changes: 'c',
    recursive: 'R',
    'no-preserve-root': 'root',
    'preserve-root': 'root',
    quiet: 'f',
    silent: 'f',
    verbose: 'v',
    'reference=': 'reference',
  },
} as const;

export function chmod(invocation: Invocation): number {
  // `-x` is a mode, not an option.
  let mode = invocation.args.find((arg) => /^-[rwxXstugoa,+=0-7-]+$/.test(arg) && !arg.startsWith('--'));
  const ended = invocation.args.indexOf('--');
  if (mode !== undefined && ended >= 0 && ended < invocation.args.indexOf(mode)) mode = undefined;
  const args = mode === undefined ? invocation.args : invocation.args.filter((arg) => arg !== mode);
  const given = readOptions({ ...invocation, args }, CHMOD);
  if (typeof given === 'number') return given;
  const operands = [...given.operands];
  const like = given.value('reference');
  const surprising = mode !== undefined;
  if (like === undefined) mode ??= operands.shift();
  if (operands.length === 0)
    return fail(
      invocation,
      `missing operand${mode === undefined ? '' : ` after ${quoted(invocation.args.at(-1)!)}`}${tryHelp(invocation)}`,
    );
  const change = like === undefined ? parseMode(mode!) : likeOf(invocation, like);
  if (typeof change === 'number') return change;
  if (!change) return fail(invocation, `invalid mode: ${quoted(mode!)}${tryHelp(invocation)}`);
  let status = 0;
  for (const name of operands) if (!changeOne(invocation, given, name, change, surprising)) status = 1;
  return status;
}

function likeOf(invocation: Invocation, name: string): ModeChange | number {
  const stat = look(invocation, name);
  return isStat(stat) ? () => stat.mode : fail(invocation, `failed to get attributes of ${named(name)}: ${stat}`);
}

function changeOne(invocation: Invocation, given: Given, name: string, change: ModeChange, surprising: boolean): boolean {
  const files = filesOf(invocation);
  const stat = look(invocation, name);
  const refuse = (message: string) => {
    if (!given.has('f')) fail(invocation, message);
    return false;
  };
  if (!isStat(stat)) {
    const dangling = isStat(look(invocation, name, false));
    const well = refuse(dangling ? `cannot operate on dangling symlink ${named(name)}` : `cannot access ${named(name)}: ${stat}`);
    if (given.has('v')) print(invocation, `failed to change mode of ${named(name)} from 0000 (---------) to 0000 (---------)\n`);
    return well;
  }
  const { umask } = invocation.x.shell;
  const mode = change(stat.mode, stat.type === 'directory', umask);
  const error = files.changeMode(pathOf(invocation, name), mode);
  if (error) return refuse(`changing permissions of ${named(name)}: ${error}`);
  if (given.has('v') || (given.has('c') && mode !== stat.mode))
    print(
      invocation,
      mode === stat.mode
        ? `mode of ${named(name)} retained as ${octal(mode)}\n`
        : `mode of ${named(name)} changed from ${octal(stat.mode)} to ${octal(mode)}\n`,
    );
  const naive = surprising ? change(stat.mode, stat.type === 'directory', 0) : mode;
  if (mode & ~naive) {
    const text = (bits: number) => modeText({ type: 'file', mode: bits }).slice(1);
    return refuse(`${name}: new permissions are ${text(mode)}, not ${text(naive)}`);
  }
  let well = true;
  if (given.has('R') && stat.type === 'directory')
    for (const each of files.list(pathOf(invocation, name)) ?? [])
      if (
        files.readLink(pathOf(invocation, joinName(name, each))) === undefined &&
        !changeOne(invocation, given, joinName(name, each), change, surprising)
      )
        well = false;
  return well;
}

const USERS: Readonly<Record<string, string>> = { 0: 'root', 1000: 'ubuntu', root: 'root', ubuntu: 'ubuntu' };

const CHOWN = {
  short: 'HLPRcfhv',
  long: {
    changes: 'c',
    recursive: 'R',
    dereference: 'd',
    'from=': 'from',
    'no-dereference': 'h',
    'no-preserve-root': 'root',
    'preserve-root': 'root',
    quiet: 'f',
    silent: 'f',
    'reference=': 'reference',
    verbose: 'v',
  },
} as const;

export function chown(invocation: Invocation): number {
  const given = readOptions(invocation, CHOWN);
  if (typeof given === 'number') return given;
  const operands = [...given.operands];
  const like = given.value('reference');
  const wanted = like === undefined ? operands.shift() : '';
  if (wanted === undefined || operands.length === 0)
    return fail(invocation, `missing operand${wanted ? ` after ${quoted(wanted)}` : ''}${tryHelp(invocation)}`);
  const to = like === undefined ? ownersOf(invocation, wanted) : look(invocation, like);
  if (typeof to === 'number') return to;
  if (typeof to === 'string') return fail(invocation, `failed to get attributes of ${named(like!)}: ${to}`);
  let status = 0;
  for (const name of operands) if (!ownOne(invocation, given, name, to)) status = 1;
  return status;
}

function ownersOf(invocation: Invocation, wanted: string): { readonly owner?: string; readonly group?: string } | number {
  const onlyGroup = invocation.name === 'chgrp';
  const [user, group] = onlyGroup ? ['', wanted] : wanted.split(/[:.](.*)/s, 2);
  const owner = user ? USERS[user] : undefined;
  if (user && !owner) return fail(invocation, `invalid user: ${quoted(wanted)}`);
  const named = group ? USERS[group] : undefined;
  if (group && !named) return fail(invocation, `invalid group: ${quoted(wanted)}`);
  const implied = !onlyGroup && group === '' && owner ? owner : undefined;
  return { ...(owner && { owner }), ...((named ?? implied) && { group: named ?? implied! }) };
}

function ownOne(
  invocation: Invocation,
  given: Given,
  name: string,
  to: { readonly owner?: string; readonly group?: string },
): boolean {
  const files = filesOf(invocation);
  const stat = look(invocation, name);
  const what = invocation.name === 'chgrp' ? 'group' : 'ownership';
  const refuse = (message: string) => {
    if (!given.has('f')) fail(invocation, message);
    return false;
  };
  if (!isStat(stat)) return refuse(`cannot access ${named(name)}: ${stat}`);
  const path = pathOf(invocation, name);
  const error = files.changeOwner(path, to.owner, to.group);
  if (error) return refuse(`changing ${what} of ${named(name)}: ${error}`);
  const before = what === 'group' ? stat.group : to.group && to.owner ? `${stat.owner}:${stat.group}` : stat.owner;
  const after =
    what === 'group' ? (to.group ?? stat.group) : to.group && to.owner ? `${to.owner}:${to.group}` : (to.owner ?? stat.owner);
  if (given.has('v') || (given.has('c') && before !== after))
    print(
      invocation,
      before === after
        ? `${what} of ${named(name)} retained as ${after}\n`
        : `changed ${what} of ${named(name)} from ${before} to ${after}\n`,
    );
  let well = true;
  if (given.has('R') && stat.type === 'directory')
    for (const each of files.list(path) ?? []) if (!ownOne(invocation, given, joinName(name, each), to)) well = false;
  return well;
}

const TOUCH = {
  short: 'acd:fhmr:t:',
  long: { 'time=': 'time', 'no-create': 'c', 'date=': 'd', 'reference=': 'r', 'no-dereference': 'h' },
} as const;

export function touch(invocation: Invocation): number {
  const given = readOptions(invocation, TOUCH);
  if (typeof given === 'number') return given;
  const time = timeOf(invocation, given);
  if ('status' in time) return time.status;
  if (given.operands.length === 0) return fail(invocation, `missing file operand${tryHelp(invocation)}`);
  const files = filesOf(invocation);
  let status = 0;
  for (const name of given.operands) {
    const stat = look(invocation, name);
    const path = pathOf(invocation, name);
    let error: string | undefined;
    if (!isStat(stat)) {
      if (given.has('c') && stat === 'No such file or directory') continue;
      error =
        name === '' || stat !== 'No such file or directory'
          ? stat
          : /\/$/.test(name)
            ? 'No such file or directory'
            : files.write(path, '');
      if (!error && invocation.x.shell.umask !== 0o022) files.changeMode(path, 0o666 & ~invocation.x.shell.umask);
    }
    if (!error && !(given.has('a') && !given.has('m') && isStat(stat))) error = files.changeTime(path, time.at);
    if (error) {
      const setting =
        (isStat(stat) && error !== 'Permission denied') || (/\/$/.test(name) && error === 'No such file or directory');
      status = fail(invocation, `${setting ? 'setting times of' : 'cannot touch'} ${named(name)}: ${error}`);
    }
  }
  return status;
}

function timeOf(invocation: Invocation, given: Given): { readonly at: number } | { readonly status: number } {
  const now = invocation.x.platform.clock.now();
  const [reference, date, stamp] = ['r', 'd', 't'].map((letter) => given.value(letter));
  if (stamp !== undefined) {
    if (reference !== undefined || date !== undefined)
      return { status: fail(invocation, `cannot specify times from more than one source${tryHelp(invocation)}`) };
    const at = stampTime(stamp, now);
    return at === undefined ? { status: fail(invocation, `invalid date format ${quoted(stamp)}`) } : { at };
  }
  let base = now;
  if (reference !== undefined) {
    const stat = look(invocation, reference);
    if (!isStat(stat)) return { status: fail(invocation, `failed to get attributes of ${named(reference)}: ${stat}`) };
    base = stat.modifiedAt;
  }
  if (date === undefined) return { at: base };
  const at = parseDate(date, base);
  return at === undefined ? { status: fail(invocation, `invalid date format ${quoted(date)}`) } : { at };
}

/** `[[CC]YY]MMDDhhmm[.ss]` */
function stampTime(text: string, now: number): number | undefined {
  const found = /^(\d{2}|\d{4})?(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{2}))?$/.exec(text);
  if (!found) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  const full =
    year === undefined ? new Date(now).getUTCFullYear() : found[1]!.length === 4 ? year : year < 69 ? 2000 + year : 1900 + year;
  const at = Date.UTC(full, month! - 1, day, hour, minute, second ?? 0);
  const date = new Date(at);
  return date.getUTCMonth() === month! - 1 && date.getUTCDate() === day && hour! < 24 && minute! < 60 && (second ?? 0) < 61
    ? at
    : undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  K: 1024,
  k: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
  T: 1024 ** 4,
  KB: 1000,
  kB: 1000,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
};
const MAX_SIZE = 1_000_000;

export function truncate(invocation: Invocation): number {
  const given = readOptions(invocation, {
    short: 'cor:s:',
    long: { 'no-create': 'c', 'io-blocks': 'o', 'reference=': 'r', 'size=': 's' },
  });
  if (typeof given === 'number') return given;
  const spelled = given.value('s');
  const found = spelled === undefined ? undefined : /^\s*([+\-<>/%]?)\s*(\d+)([kKMGTPEZY]?)(i?B)?$/.exec(spelled);
  if (spelled !== undefined && !found) return fail(invocation, `Invalid number: ${quoted(spelled.replace(/^[+\-<>/%]/, ''))}`);
  const like = given.value('r');
  if (spelled === undefined && like === undefined)
    return fail(invocation, `you must specify either ${quoted('--size')} or ${quoted('--reference')}${tryHelp(invocation)}`);
  if (given.operands.length === 0) return fail(invocation, `missing file operand${tryHelp(invocation)}`);
  const files = filesOf(invocation);
  const reference = like === undefined ? undefined : look(invocation, like);
  if (typeof reference === 'string') return fail(invocation, `cannot stat ${named(like!)}: ${reference}`);
  let status = 0;
  for (const name of given.operands) {
    const path = pathOf(invocation, name);
    const before = files.read(path);
    if (before === undefined && given.has('c') && !files.stat(path)) continue;
    const size = found ? newSize(found, reference?.size ?? bytesOf(before ?? '').length) : reference!.size;
    const error = name === '' ? 'No such file or directory' : files.refusal(path);
    if (error) status = fail(invocation, `cannot open ${named(name)} for writing: ${error}`);
    else if (size > MAX_SIZE) status = fail(invocation, `failed to truncate ${named(name)} at ${size} bytes: File too large`);
    else files.write(path, resized(before ?? '', size));
  }
  return status;
}

function newSize([, sign, digits, unit = '', suffix = '']: RegExpExecArray, now: number): number {
  const amount = Number(digits) * (UNITS[unit + (suffix === 'B' ? 'B' : '')] ?? 1);
  if (sign === '+') return now + amount;
  if (sign === '-') return Math.max(0, now - amount);
  if (sign === '<') return Math.min(now, amount);
  if (sign === '>') return Math.max(now, amount);
  if (sign === '/') return Math.floor(now / amount) * amount;
  return sign === '%' ? Math.ceil(now / amount) * amount : amount;
}

function resized(text: string, size: number): string {
  const bytes = bytesOf(text);
  if (bytes.length <= size) return text + '\0'.repeat(size - bytes.length);
  return textOfBytes(bytes.subarray(0, size));
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export function mktemp(invocation: Invocation): number {
  const given = readOptions(invocation, {
    short: 'dp:qtuV',
    long: { directory: 'd', 'dry-run': 'u', quiet: 'q', 'suffix=': 'suffix', 'tmpdir=?': 'p' },
  });
  if (typeof given === 'number') return given;
  if (given.operands.length > 1) return fail(invocation, `too many templates${tryHelp(invocation)}`);
  const [template = 'tmp.XXXXXXXXXX'] = given.operands;
  const quiet = (message: string) => (given.has('q') && !/template/.test(message) ? 1 : fail(invocation, message));
  const asked = given.value('suffix');
  const end = asked === undefined ? template.lastIndexOf('X') + 1 : template.length;
  const suffix = asked ?? template.slice(end);
  const count = /X*$/.exec(template.slice(0, end))![0].length;
  if (count < 3) return fail(invocation, `too few X's in template ${quoted(template)}`);
  if (suffix.includes('/')) return fail(invocation, `invalid suffix ${quoted(suffix)}, contains directory separator`);
  const directory =
    given.has('p') || given.has('t') || given.operands.length === 0
      ? given.value('p') || (invocation.env.get('TMPDIR') ?? '/tmp')
      : undefined;
  if (directory !== undefined && template.startsWith('/') && given.operands.length > 0)
    return fail(invocation, `invalid template, ${quoted(template)}; with --tmpdir, it may not be absolute`);
  const files = filesOf(invocation);
  const head = (directory === undefined ? '' : `${directory.replace(/\/$/, '')}/`) + template.slice(0, end - count);
  for (let attempt = 0; attempt < 100; attempt++) {
    const name =
      head +
      random(count, `${invocation.x.platform.clock.now()} ${invocation.x.platform.processes.nextPid} ${head} ${attempt}`) +
      suffix;
    const path = pathOf(invocation, name);
    if (files.lstat(path)) continue;
    const isDirectory = given.has('d');
    if (!given.has('u')) {
      const error = isDirectory ? files.makeDirectory(path) : files.write(path, '');
      if (error)
        return quiet(
          `failed to create ${isDirectory ? 'directory' : 'file'} via template ${quoted(head + 'X'.repeat(count) + suffix)}: ${error}`,
        );
      files.changeMode(path, isDirectory ? 0o700 : 0o600);
    }
    print(invocation, `${name}\n`);
    return 0;
  }
  return quiet(`failed to create file via template ${quoted(template)}: File exists`);
}

/** The same every time it is the same moment, the same process and the same try. */
function random(count: number, seed: string): string {
  let state = 0x811c9dc5;
  for (const char of seed) state = Math.imul(state ^ char.charCodeAt(0), 0x01000193);
  let text = '';
  for (let at = 0; at < count; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    text += LETTERS[(state >>> 0) % LETTERS.length];
  }
  return text;
}

/** All is on the disk at once here. */
export function sync(invocation: Invocation): number {
  const given = readOptions(invocation, { short: 'df', long: { data: 'd', 'file-system': 'f' } });
  if (typeof given === 'number') return given;
  if (given.has('d') && given.has('f')) return fail(invocation, 'cannot specify both --data and --file-system');
  if (given.has('d') && given.operands.length === 0) return fail(invocation, '--data needs at least one argument');
  let status = 0;
  for (const name of given.operands) {
    const stat: FileStat | string = look(invocation, name);
    if (!isStat(stat)) status = fail(invocation, `error opening ${named(name)}: ${stat}`);
  }
  return status;
}
