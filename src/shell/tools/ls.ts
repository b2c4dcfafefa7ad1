/** ls: names in columns on a terminal, one a line otherwise; -l with owners and times. */
import { type Invocation, stdout } from '../bash/execution.ts';
import { type FileStat, resolvePath } from '../bash/files.ts';
import { formatDate } from './dates.ts';
import { aroundOf } from './place.ts';
import { fail, print, type Tool } from './tool.ts';

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly stat: FileStat;
}

const LETTERS = 'laA1RdhtrSFpGgonisukcmxCqNUvB';
const LONG: Readonly<Record<string, string>> = {
  all: 'a',
  'almost-all': 'A',
  recursive: 'R',
  directory: 'd',
  'human-readable': 'h',
  reverse: 'r',
  classify: 'F',
};

function readFlags(
  invocation: Invocation,
): { readonly flags: Set<string>; readonly operands: string[]; readonly color: boolean } | number {
  const flags = new Set<string>();
  const operands: string[] = [];
  let color = stdout(invocation.x)?.isTTY === true;
  let ended = false;
  for (const arg of invocation.args) {
    if (ended || !/^-./.test(arg)) operands.push(arg);
    else if (arg === '--') ended = true;
    else if (arg.startsWith('--color')) color = arg === '--color' || arg === '--color=always' || (arg === '--color=auto' && color);
    else if (arg.startsWith('--')) {
      const letter = LONG[arg.slice(2)];
      if (letter) flags.add(letter);
      else if (!/^--(time-style|group-directories-first|full-time|sort|format|si)/.test(arg))
        return fail(invocation, `unrecognized option '${arg}'\nTry 'ls --help' for more information.`, 2);
    } else {
      for (const letter of arg.slice(1)) {
        if (!LETTERS.includes(letter))
          return fail(invocation, `invalid option -- '${letter}'\nTry 'ls --help' for more information.`, 2);
        flags.add(letter);
      }
    }
  }
  return { flags, operands, color };
}

/** `drwxr-xr-x` */
export function modeText({ type, mode }: Pick<FileStat, 'type' | 'mode'>): string {
  const bits = ['r', 'w', 'x', 'r', 'w', 'x', 'r', 'w', 'x'].map((letter, at) => (mode & (1 << (8 - at)) ? letter : '-'));
  if (mode & 0o1000) bits[8] = bits[8] === 'x' ? 't' : 'T';
  return `${type === 'directory' ? 'd' : type === 'device' ? 'c' : '-'}${bits.join('')}`;
}

export function ownerOf(path: string): string {
  return /^\/(home\/ubuntu|tmp\/.)/.test(path) ? 'ubuntu' : 'root';
}

function human(size: number): string {
  if (size < 1024) return String(size);
  const units = ['K', 'M', 'G'];
  let value = size / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : Math.ceil(value)}${units[unit]}`;
}

const blocks = (stat: FileStat) => (stat.type === 'device' ? 0 : Math.ceil(stat.size / 4096) * 4);

function decorated(entry: Entry, flags: ReadonlySet<string>, color: boolean): string {
  const { name, stat } = entry;
  const executable = stat.type === 'file' && (stat.mode & 0o111) !== 0;
  const suffix = stat.type === 'directory' && (flags.has('F') || flags.has('p')) ? '/' : executable && flags.has('F') ? '*' : '';
  const quoted = color && /[\s'"$&();<>|*?\\]/.test(name) ? `'${name.replace(/'/g, "'\\''")}'` : name;
  if (!color) return quoted + suffix;
  const code =
    stat.type === 'directory'
      ? (stat.mode & 0o1002) === 0o1002
        ? '30;42'
        : '01;34'
      : executable
        ? '01;32'
        : stat.type === 'device'
          ? '40;33;01'
          : '';
  return code === '' ? quoted + suffix : `\x1b[${code}m${quoted}\x1b[0m${suffix}`;
}

const visibleLength = (text: string) => text.replace(/\x1b\[[0-9;]*m/g, '').length;

/** Names down the columns, as few rows as fit. */
function inColumns(cells: readonly string[], columns: number): string {
  const lengths = cells.map(visibleLength);
  for (let rows = 1; rows <= cells.length; rows++) {
    const widths: number[] = [];
    for (let at = 0; at < cells.length; at++)
      widths[Math.floor(at / rows)] = Math.max(widths[Math.floor(at / rows)] ?? 0, lengths[at]! + 2);
    if (widths.reduce((sum, width) => sum + width, 0) - 2 > columns && rows < cells.length) continue;
    let out = '';
    for (let row = 0; row < rows; row++) {
      let line = '';
      for (let at = row; at < cells.length; at += rows)
        line += cells[at]! + (at + rows < cells.length ? ' '.repeat(widths[Math.floor(at / rows)]! - lengths[at]!) : '');
      out += `${line}\n`;
    }
    return out;
  }
  return '';
}

function show(
  invocation: Invocation,
  entries: readonly Entry[],
  flags: ReadonlySet<string>,
  color: boolean,
  withTotal: boolean,
): void {
  if (flags.has('l') || flags.has('g') || flags.has('o') || flags.has('n')) {
    const rows = entries.map((entry) => ({
      entry,
      owner: ownerOf(entry.path),
      size: flags.has('h') ? human(entry.stat.size) : entry.stat.type === 'device' ? '1, 3' : String(entry.stat.size),
    }));
    const wide = (pick: (row: (typeof rows)[number]) => string) => Math.max(0, ...rows.map((row) => pick(row).length));
    const [owners, sizes] = [wide((row) => row.owner), wide((row) => row.size)];
    const kilobytes = entries.reduce((sum, { stat }) => sum + blocks(stat), 0);
    if (withTotal) print(invocation, `total ${flags.has('h') && kilobytes > 0 ? human(kilobytes * 1024) : kilobytes}\n`);
    for (const { entry, owner, size } of rows) {
      const links = entry.stat.type === 'directory' ? 2 : 1;
      const time = formatDate(entry.stat.modifiedAt, '%b %e %H:%M');
      print(
        invocation,
        `${modeText(entry.stat)} ${links} ${owner.padEnd(owners)} ${owner.padEnd(owners)} ${size.padStart(sizes)} ${time} ${decorated(entry, flags, color)}\n`,
      );
    }
    return;
  }
  const cells = entries.map((entry) => decorated(entry, flags, color));
  if (cells.length === 0) return;
  const columns = stdout(invocation.x)?.isTTY && !flags.has('1');
  print(
    invocation,
    columns || flags.has('C') ? inColumns(cells, aroundOf(invocation).columns()) : cells.map((cell) => `${cell}\n`).join(''),
  );
}

function sorted(entries: Entry[], flags: ReadonlySet<string>): Entry[] {
  // The C locale's order would put capitals first; an Ubuntu machine compares letters without their case first.
  const key = (entry: Entry) => entry.name.replace(/^\.+/, '').toLowerCase();
  const byName = (a: Entry, b: Entry) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.name < b.name ? -1 : 1);
  const order = flags.has('t')
    ? (a: Entry, b: Entry) => b.stat.modifiedAt - a.stat.modifiedAt || byName(a, b)
    : flags.has('S')
      ? (a: Entry, b: Entry) => b.stat.size - a.stat.size || byName(a, b)
      : byName;
  entries.sort(order);
  return flags.has('r') ? entries.reverse() : entries;
}

async function ls(invocation: Invocation): Promise<number> {
  const parsed = readFlags(invocation);
  if (typeof parsed === 'number') return parsed;
  const { flags, operands, color } = parsed;
  const { x } = invocation;
  const { files } = x.platform;
  const single: Entry[] = [];
  const directories: Entry[] = [];
  let status = 0;
  for (const name of operands.length > 0 ? operands : ['.']) {
    const path = resolvePath(x.shell.cwd, name);
    const stat = files.stat(path);
    if (!stat) status = fail(invocation, `cannot access '${name}': No such file or directory`, 2);
    else if (stat.type === 'directory' && !flags.has('d')) directories.push({ name, path, stat });
    else single.push({ name, path, stat });
  }
  show(invocation, sorted(single, flags), flags, color, false);
  let first = single.length === 0;
  const many = directories.length + single.length > 1 || flags.has('R') || status !== 0;
  const visit = (directory: Entry): void => {
    const names = files.list(directory.path);
    if (!first) print(invocation, '\n');
    first = false;
    if (many && (operands.length > 1 || flags.has('R'))) print(invocation, `${directory.name}:\n`);
    if (!names) {
      status = fail(invocation, `cannot open directory '${directory.name}': Permission denied`, 2);
      return;
    }
    const listed = names
      .map((each) => each.replace(/\/$/, ''))
      .filter((each) => flags.has('a') || flags.has('A') || !each.startsWith('.'));
    const entries: Entry[] = [];
    for (const each of [...(flags.has('a') ? ['.', '..'] : []), ...listed]) {
      const path = resolvePath(directory.path, each);
      const stat = files.stat(path);
      if (stat) entries.push({ name: each, path, stat });
    }
    const ordered = sorted(entries, flags);
    show(invocation, ordered, flags, color, true);
    if (flags.has('R'))
      for (const entry of ordered)
        if (entry.stat.type === 'directory' && entry.name !== '.' && entry.name !== '..')
          visit({ ...entry, name: `${directory.name.replace(/\/$/, '')}/${entry.name}` });
  };
  for (const directory of sorted(directories, flags)) visit(directory);
  return status;
}

export const lsTools: Readonly<Record<string, Tool>> = {
  ls: { summary: 'List files', run: ls },
  dir: { summary: 'List files', run: ls },
};
