/** ls: GNU coreutils 9.1 with LANG=C.UTF-8. Leaves out SELinux contexts and the -D of Emacs; hyperlinks are never written. */
import { type Invocation, stdout } from '../../bash/execution.ts';
import type { FileStat } from '../../bash/files.ts';
import { formatDate } from '../dates.ts';
import { type Given, readOptions, tryHelp } from '../gnu/options.ts';
import { aroundOf } from '../place.ts';
import { fail, print } from '../tool.ts';
import { layOut } from './ls-layout.ts';
import { choices, LS_OPTIONS, SORTINGS, type Sorting } from './ls-options.ts';
import { compareVersions, quoteName } from './names.ts';
import { filesOf, isStat, joinName, look, modeText, named, pathOf } from './paths.ts';
import { blocksOf, fullTime } from './stat.ts';

interface Entry {
  readonly name: string;
  /** As given, or joined to its directory's. */
  readonly path: string;
  readonly stat: FileStat;
  /** Of a link: what it leads to. */
  readonly target?: FileStat;
}

interface Settings {
  readonly given: Given;
  readonly has: (letter: string) => boolean;
  readonly format: 'long' | 'columns' | 'across' | 'commas' | 'single';
  readonly sort: Sorting;
  readonly color: boolean;
  readonly quoting: string;
  /** Marks behind names: none, `/`, all but `*`, all. */
  readonly marks: 'none' | 'slash' | 'file-type' | 'classify';
  readonly width: number;
  readonly timeStyle: string;
  readonly hidden: 'none' | 'almost' | 'all';
  readonly human: 0 | 1000 | 1024;
  /** One SGR reset comes before the first colour. */
  coloured: boolean;
}

const uids: Readonly<Record<string, number>> = { root: 0, ubuntu: 1000 };

export async function ls(invocation: Invocation): Promise<number> {
  const given = readOptions(invocation, LS_OPTIONS);
  if (typeof given === 'number') return given;
  const settings = settingsOf(invocation, given);
  if (typeof settings === 'number') return settings;
  const single: Entry[] = [];
  const directories: Entry[] = [];
  let status = 0;
  const operands = given.operands.length > 0 ? given.operands : ['.'];
  for (const name of operands) {
    const entry = entryOf(invocation, settings, name, name, true);
    if (typeof entry === 'string') {
      fail(invocation, `cannot access ${named(name)}: ${entry}`);
      status = 2;
    } else if (
      (entry.stat.type === 'directory' || entry.target?.type === 'directory') &&
      !given.has('d') &&
      (entry.stat.type === 'directory' || follows(settings))
    )
      directories.push(entry);
    else single.push(entry);
  }
  show(invocation, settings, sorted(single, settings));
  let first = single.length === 0;
  const visit = (directory: Entry): void => {
    const names = filesOf(invocation).list(pathOf(invocation, directory.path));
    if (!names) {
      fail(invocation, `cannot open directory ${named(directory.path)}: Permission denied`);
      status = 2;
      return;
    }
    if (!first) print(invocation, '\n');
    first = false;
    if (operands.length > 1 || given.has('R')) print(invocation, `${quoteName(directory.path, settings.quoting)}:\n`);
    const entries = sorted(inside(invocation, settings, directory.path, names), settings);
    if (settings.format === 'long' || given.has('s')) {
      const kilobytes = entries.reduce((sum, { stat }) => sum + blocksOf(stat) / 2, 0);
      print(invocation, `total ${settings.human ? human(kilobytes * 1024, settings.human) : kilobytes}\n`);
    }
    show(invocation, settings, entries);
    if (given.has('R'))
      for (const entry of entries) if (entry.stat.type === 'directory' && entry.name !== '.' && entry.name !== '..') visit(entry);
  };
  for (const directory of sorted(directories, settings)) visit(directory);
  return status;
}

/** A link to a directory given on the command line is gone into, unless it is shown itself. */
const follows = ({ given, format, marks }: Settings) =>
  given.has('L') || given.has('H') || !(format === 'long' || marks === 'classify');

function entryOf(invocation: Invocation, settings: Settings, name: string, path: string, operand: boolean): Entry | string {
  const found = look(invocation, path, settings.has('L') || (operand && settings.has('H')));
  if (!isStat(found)) return found;
  if (found.type !== 'link') return { name, path, stat: found };
  const target = look(invocation, path, true);
  if (operand && follows(settings) && target === 'Too many levels of symbolic links') return target;
  return { name, path, stat: found, ...(isStat(target) && { target }) };
}

function inside(invocation: Invocation, settings: Settings, directory: string, names: readonly string[]): Entry[] {
  const { hidden, given } = settings;
  const ignored = [
    ...given.values('I'),
    ...(given.has('B') ? ['*~', '.*~'] : []),
    ...(hidden === 'none' ? given.values('hide') : []),
  ].map(globbed);
  const listed = [
    ...(hidden === 'all' ? ['.', '..'] : []),
    ...names.map((name) => name.replace(/\/$/, '')).filter((name) => hidden !== 'none' || !name.startsWith('.')),
  ].filter((name) => !ignored.some((pattern) => pattern.test(name)));
  const entries: Entry[] = [];
  for (const name of listed) {
    const entry = entryOf(invocation, settings, name, joinName(directory, name), false);
    if (typeof entry === 'string') fail(invocation, `cannot access ${named(joinName(directory, name))}: ${entry}`);
    else entries.push(entry);
  }
  return entries;
}

const globbed = (pattern: string) =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')
      .replace(/\[!/g, '[^')}$`,
    's',
  );

function settingsOf(invocation: Invocation, given: Given): Settings | number {
  const { has } = given;
  const lastOf = (names: readonly string[]) => given.order.filter((letter) => names.includes(letter)).at(-1);
  const bad = (option: string, value: string, valid: readonly string[]) =>
    fail(
      invocation,
      `invalid argument ‘${value}’ for ‘--${option}’\nValid arguments are:\n${valid
        .map(
          (each) =>
            `  - ${each
              .split('|')
              .map((one) => `‘${one}’`)
              .join(', ')}\n`,
        )
        .join('')}${tryHelp(invocation).slice(1)}`,
      1,
    );
  for (const [option, valid] of Object.entries(choices)) {
    const value = given
      .values(option)
      .find(
        (each) =>
          !(each === '' && option === 'color') &&
          !valid.some((line) => line.split('|').some((one) => one.startsWith(each) && each !== '')),
      );
    if (value !== undefined && !(option === 'classify' && value === ''))
      return bad(option === 'classify' ? 'classify' : option, value, valid);
  }
  const isTTY = stdout(invocation.x)?.isTTY === true;
  const width = given.value('w') ?? invocation.env.get('COLUMNS');
  if (given.has('w') && !/^\d+$/.test(width ?? '')) return fail(invocation, `invalid line width: ‘${width}’`, 2);
  const when = given.value('color');
  const wantsColor =
    when === undefined ? isTTY : ['', 'always', 'yes', 'force'].includes(when) || (/^(auto|tty|if-tty)$/.test(when) && isTTY);
  const spelled = given.value('format');
  const formats: Readonly<Record<string, Settings['format']>> = {
    l: 'long',
    g: 'long',
    o: 'long',
    n: 'long',
    full: 'long',
    1: 'single',
    C: 'columns',
    x: 'across',
    m: 'commas',
    verbose: 'long',
    long: 'long',
    'single-column': 'single',
    vertical: 'columns',
    across: 'across',
    horizontal: 'across',
    commas: 'commas',
  };
  const letter = lastOf(['l', 'g', 'o', 'n', 'full', 'C', 'x', 'm', 'format', '1']);
  // -1 after -l changes nothing.
  const chosen =
    letter === '1'
      ? (lastOf(['l', 'g', 'o', 'n', 'full']) ?? '1')
      : letter === 'format'
        ? (Object.keys(formats).find((each) => each.startsWith(spelled!)) ?? '')
        : letter;
  const vertical = invocation.name === 'dir' ? 'columns' : invocation.name === 'vdir' ? 'long' : isTTY ? 'columns' : 'single';
  return {
    given,
    has,
    format: chosen === undefined ? vertical : (formats[chosen] ?? 'single'),
    sort: sortingOf(given),
    color: wantsColor && (invocation.env.get('TERM') ?? 'xterm') !== '' && invocation.env.has('TERM'),
    quoting: quotingOf(given, isTTY || invocation.name !== 'ls', invocation.name),
    marks: marksOf(given, isTTY),
    width: has('w') || width ? Number(width) : isTTY ? aroundOf(invocation).columns() : 80,
    timeStyle: has('full') ? 'full-iso' : (given.value('time-style') ?? 'locale'),
    hidden: ((last) => (last === 'a' || last === 'f' ? 'all' : last === 'A' ? 'almost' : 'none'))(lastOf(['a', 'A', 'f'])),
    human: ((last) => (last === 'h' ? 1024 : last === 'si' ? 1000 : 0))(lastOf(['h', 'si'])),
    coloured: false,
  };
}

function sortingOf(given: Given): Sorting {
  const last = given.order.filter((letter) => 'tSXUvf'.includes(letter) || letter === 'sort').at(-1);
  const value = given.value('sort');
  return (
    (last === 'sort' ? SORTINGS.find((each) => each.startsWith(value!)) : undefined) ??
    ({ t: 'time', S: 'size', X: 'extension', U: 'none', f: 'none', v: 'version' }[last ?? ''] as Sorting) ??
    'name'
  );
}

function quotingOf(given: Given, shell: boolean, name: string): string {
  const last = given.order.filter((letter) => 'NQbq'.includes(letter) || letter === 'quoting-style').at(-1);
  if (last === 'quoting-style')
    return choices['quoting-style']!.find((each) => each.startsWith(given.value('quoting-style')!)) ?? 'literal';
  const plain = name === 'ls' ? (shell ? 'shell-escape' : 'literal') : 'escape';
  return { N: 'literal', Q: 'c', b: 'escape' }[last ?? ''] ?? plain;
}

function marksOf(given: Given, isTTY: boolean): Settings['marks'] {
  const last = given.order.filter((letter) => ['F', 'p', 'file-type', 'indicator-style', 'classify'].includes(letter)).at(-1);
  const value = given.value(last ?? '');
  if (last === 'indicator-style')
    return (['none', 'slash', 'file-type', 'classify'] as const).find((each) => each.startsWith(value!)) ?? 'none';
  if (last === 'classify')
    return value === '' || /^(al|y|f)/.test(value!) || (/^(au|t|i)/.test(value!) && isTTY) ? 'classify' : 'none';
  return last === 'F' ? 'classify' : last === 'p' ? 'slash' : last === 'file-type' ? 'file-type' : 'none';
}

function sorted(entries: Entry[], { sort, given }: Settings): Entry[] {
  const byName = (a: Entry, b: Entry) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const extension = ({ name }: Entry) => /\.[^.]*$/.exec(name)?.[0] ?? '';
  const orders: Readonly<Record<Sorting, (a: Entry, b: Entry) => number>> = {
    name: byName,
    none: () => 0,
    time: (a, b) => b.stat.modifiedAt - a.stat.modifiedAt || byName(a, b),
    size: (a, b) => b.stat.size - a.stat.size || byName(a, b),
    extension: (a, b) => (extension(a) < extension(b) ? -1 : extension(a) > extension(b) ? 1 : byName(a, b)),
    version: (a, b) => compareVersions(a.name, b.name) || byName(a, b),
    width: (a, b) => a.name.length - b.name.length || byName(a, b),
  };
  const ordered = [...entries].sort(orders[sort]);
  if (given.has('r') && sort !== 'none') ordered.reverse();
  if (!given.has('dirs-first') || sort === 'none') return ordered;
  const isDirectory = ({ stat, target }: Entry) => (target ?? stat).type === 'directory';
  return [...ordered.filter(isDirectory), ...ordered.filter((entry) => !isDirectory(entry))];
}

function human(size: number, base: number): string {
  if (size < base) return String(size);
  const units = base === 1000 ? ['k', 'M', 'G', 'T'] : ['K', 'M', 'G', 'T'];
  let value = size / base;
  let unit = 0;
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  return `${value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : Math.ceil(value)}${units[unit]}`;
}

function mark(stat: FileStat | undefined, marks: Settings['marks']): string {
  if (!stat || marks === 'none') return '';
  if (stat.type === 'directory') return '/';
  if (marks === 'slash') return '';
  if (stat.type === 'link') return '@';
  return marks === 'classify' && stat.type === 'file' && (stat.mode & 0o111) !== 0 ? '*' : '';
}

function colorOf({ type, mode }: FileStat): string {
  if (type === 'directory') return (mode & 0o1002) === 0o1002 ? '30;42' : mode & 0o2 ? '34;42' : mode & 0o1000 ? '37;44' : '01;34';
  if (type === 'link') return '01;36';
  if (type === 'device') return '40;33;01';
  return mode & 0o4000 ? '37;41' : mode & 0o2000 ? '30;43' : mode & 0o111 ? '01;32' : '';
}

function painted(text: string, stat: FileStat | undefined, settings: Settings): string {
  const code = settings.color && stat ? colorOf(stat) : '';
  if (code === '') return text;
  const before = settings.coloured ? '' : '\x1b[0m';
  settings.coloured = true;
  return `${before}\x1b[${code}m${text}\x1b[0m`;
}

function show(invocation: Invocation, settings: Settings, entries: readonly Entry[]): void {
  if (entries.length === 0) return;
  const { format, quoting, has } = settings;
  const names = entries.map(({ name }) => quoteName(name, quoting));
  // Names without quotes stand under the letters of those that have some.
  const aligned =
    quoting === 'shell-escape' &&
    format !== 'single' &&
    format !== 'commas' &&
    names.some((name, at) => name !== entries[at]!.name);
  const inodes = entries.map(({ stat }) => String(stat.inode));
  const sizes = entries.map(({ stat }) =>
    settings.human ? human(blocksOf(stat) * 512, settings.human) : String(blocksOf(stat) / 2),
  );
  const [inodeWidth, sizeWidth] = [inodes, sizes].map((texts) =>
    format === 'commas' ? 0 : Math.max(...texts.map((text) => text.length)),
  ) as [number, number];
  const prefixes = entries.map(
    (_entry, at) =>
      `${has('i') ? `${inodes[at]!.padStart(inodeWidth)} ` : ''}${has('s') ? `${sizes[at]!.padStart(sizeWidth)} ` : ''}`,
  );
  const cells = entries.map((entry, at) => {
    const pad = aligned && names[at] === entry.name ? ' ' : '';
    const suffix = format === 'long' && entry.stat.type === 'link' ? '' : mark(entry.stat, settings.marks);
    return {
      text: pad + painted(names[at]!, entry.stat, settings) + suffix,
      width: pad.length + [...names[at]!].length + suffix.length,
    };
  });
  if (format === 'long') {
    long(invocation, settings, entries, cells, prefixes);
    return;
  }
  print(
    invocation,
    layOut(
      cells.map(({ text, width }, at) => ({ text: prefixes[at]! + text, width: prefixes[at]!.length + width })),
      format,
      settings.width,
      settings.color ? 0 : Number(settings.given.value('T') ?? 8),
    ),
  );
}

function timeText(at: number, now: number, style: string): string {
  if (style.startsWith('+')) return formatDate(at, style.slice(1));
  const plain = style.replace(/^posix-/, '');
  if ('full-iso'.startsWith(plain)) return fullTime(at);
  if ('long-iso'.startsWith(plain) && plain.length > 1) return formatDate(at, '%Y-%m-%d %H:%M');
  const recent = at > now - 15_778_476_000 && at <= now;
  if (plain.startsWith('i')) return formatDate(at, recent ? '%m-%d %H:%M' : '%Y-%m-%d ');
  return formatDate(at, recent ? '%b %e %H:%M' : '%b %e  %Y');
}

function long(
  invocation: Invocation,
  settings: Settings,
  entries: readonly Entry[],
  cells: readonly { readonly text: string }[],
  prefixes: readonly string[],
): void {
  const { has } = settings;
  const numeric = has('n');
  const who = (name: string) => (numeric ? String(uids[name] ?? 1000) : name);
  const now = invocation.x.platform.clock.now();
  const rows = entries.map((entry, at) => {
    const { stat } = entry;
    const target = stat.type === 'link' ? filesOf(invocation).readLink(pathOf(invocation, entry.path)) : undefined;
    const arrow = target === undefined ? '' : ` -> ${quoteName(target, settings.quoting)}${mark(entry.target, settings.marks)}`;
    return {
      cells: [
        modeText(stat),
        String(stat.links),
        ...(has('g') ? [] : [who(stat.owner)]),
        ...(has('o') || has('G') ? [] : [who(stat.group)]),
        stat.type === 'device' ? '1, 3' : settings.human ? human(stat.size, settings.human) : String(stat.size),
        timeText(stat.modifiedAt, now, settings.timeStyle),
      ],
      tail: cells[at]!.text + arrow,
    };
  });
  const count = rows[0]!.cells.length;
  const widths = Array.from({ length: count }, (_, column) => Math.max(...rows.map((row) => row.cells[column]!.length)));
  const left = (column: number) => column > 1 && column < count - 2 && !numeric;
  for (const [at, row] of rows.entries()) {
    const text = row.cells.map((cell, column) =>
      column === count - 1 || left(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    );
    print(invocation, `${prefixes[at]}${text.join(' ')} ${row.tail}\n`);
  }
}
