/** stat: GNU coreutils 9.1. One time is kept of a file: read, changed and born it was at the same. */
import type { Invocation } from '../../bash/execution.ts';
import type { FileStat } from '../../bash/files.ts';
import { formatDate } from '../dates.ts';
import { readOptions, tryHelp } from '../gnu/options.ts';
import { fail, print } from '../tool.ts';
import { diskOf } from './disk.ts';
import { filesOf, isStat, look, modeText, named, pathOf } from './paths.ts';

const UIDS: Readonly<Record<string, number>> = { root: 0, ubuntu: 1000 };
const uid = (owner: string) => UIDS[owner] ?? 1000;

const TYPES: Readonly<Record<FileStat['type'], number>> = { file: 0o100000, directory: 0o040000, link: 0o120000, device: 0o020000 };

export const kindOf = ({ type, size }: FileStat): string =>
  ({
    file: size === 0 ? 'regular empty file' : 'regular file',
    directory: 'directory',
    link: 'symbolic link',
    device: 'character special file',
  })[type];

/** Blocks of 512 bytes: whole pages of the disk. */
export const blocksOf = (stat: FileStat): number =>
  stat.type === 'device' || (stat.type === 'link' && stat.size < 60)
    ? 0
    : stat.type === 'directory'
      ? 8
      : Math.ceil(stat.size / 4096) * 8;

export const fullTime = (ms: number) => formatDate(ms, '%Y-%m-%d %H:%M:%S.%N %z');

type Field = (name: string, stat: FileStat, invocation: Invocation) => string | number;

const arrow: Field = (name, stat, invocation) =>
  stat.type === 'link' ? `${named(name)} -> ${named(filesOf(invocation).readLink(pathOf(invocation, name)) ?? '')}` : named(name);

const FIELDS: Readonly<Record<string, Field>> = {
  a: (_name, { mode }) => mode.toString(8),
  A: (_name, stat) => modeText(stat),
  b: (_name, stat) => blocksOf(stat),
  B: () => 512,
  C: () => '?',
  d: () => 64_513,
  D: () => 'fc01',
  f: (_name, { type, mode }) => (TYPES[type] | mode).toString(16),
  F: (_name, stat) => kindOf(stat),
  g: (_name, { group }) => uid(group),
  G: (_name, { group }) => group,
  h: (_name, { links }) => links,
  i: (_name, { inode }) => inode,
  m: () => '/',
  n: (name) => name,
  N: arrow,
  o: () => 4096,
  s: (_name, { size }) => size,
  t: () => 0,
  T: () => 0,
  u: (_name, { owner }) => uid(owner),
  U: (_name, { owner }) => owner,
  w: (_name, stat) => fullTime(stat.modifiedAt),
  W: (_name, stat) => Math.floor(stat.modifiedAt / 1000),
  x: (_name, stat) => fullTime(stat.modifiedAt),
  X: (_name, stat) => Math.floor(stat.modifiedAt / 1000),
  y: (_name, stat) => fullTime(stat.modifiedAt),
  Y: (_name, stat) => Math.floor(stat.modifiedAt / 1000),
  z: (_name, stat) => fullTime(stat.modifiedAt),
  Z: (_name, stat) => Math.floor(stat.modifiedAt / 1000),
};

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  '\\': '\\',
  '"': '"',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  r: '\r',
  v: '\v',
};

const unescaped = (text: string) => text.replace(/\\(.)/gs, (_all, letter: string) => ESCAPES[letter] ?? letter);

function filled(format: string, field: (letter: string) => string | number | undefined): string {
  return format.replace(
    /%([-+ #0']*)(\d*)(?:\.(\d+))?([HL]?[a-zA-Z%])/g,
    (all, flags: string, width: string, digits: string | undefined, letter: string) => {
      if (letter === '%') return '%';
      const value = field(letter.slice(-1));
      if (value === undefined) return all.length === 2 ? '?' : all;
      let text = String(value);
      if (digits !== undefined && typeof value === 'string') text = text.slice(0, Number(digits));
      const size = Math.min(Number(width), 1000);
      if (flags.includes('-')) return text.padEnd(size);
      return text.padStart(size, flags.includes('0') && /^\d+$/.test(text) ? '0' : ' ');
    },
  );
}

function whole(name: string, stat: FileStat, invocation: Invocation): string {
  const device = stat.type === 'device' ? '     Device type: 1,3' : '';
  const id = (number: number, owner: string) => `(${String(number).padStart(5)}/${owner.padStart(8)})`;
  const shown = stat.type === 'link' ? `${name} -> ${filesOf(invocation).readLink(pathOf(invocation, name)) ?? ''}` : name;
  return `  File: ${shown}
  Size: ${String(stat.size).padEnd(10)}\tBlocks: ${String(blocksOf(stat)).padEnd(10)} IO Block: ${String(4096).padEnd(6)} ${kindOf(stat)}
Device: 252,1\tInode: ${String(stat.inode).padEnd(11)} Links: ${device ? String(stat.links).padEnd(5) + device : stat.links}
Access: (${stat.mode.toString(8).padStart(4, '0')}/${modeText(stat)})  Uid: ${id(uid(stat.owner), stat.owner)}   Gid: ${id(uid(stat.group), stat.group)}
Access: ${fullTime(stat.modifiedAt)}
Modify: ${fullTime(stat.modifiedAt)}
Change: ${fullTime(stat.modifiedAt)}
 Birth: ${fullTime(stat.modifiedAt)}
`;
}

/** Fields of `stat -f`: of the disk that the files of the world are on. */
function diskField(letter: string, name: string, invocation: Invocation): string | number | undefined {
  const { blocks, free, files, filesFree } = diskOf(invocation);
  const all: Readonly<Record<string, string | number>> = {
    a: free,
    b: blocks,
    c: files,
    d: filesFree,
    f: free,
    i: '0',
    l: 255,
    n: name,
    s: 1024,
    S: 1024,
    t: 'ef53',
    T: 'ext2/ext3',
  };
  return all[letter];
}

function wholeDisk(name: string, invocation: Invocation): string {
  const { blocks, free, files, filesFree } = diskOf(invocation);
  return `  File: "${name}"
    ID: 0        Namelen: 255     Type: ext2/ext3
Block size: 1024       Fundamental block size: 1024
Blocks: Total: ${String(blocks).padEnd(10)} Free: ${String(free).padEnd(10)} Available: ${free}
Inodes: Total: ${String(files).padEnd(10)} Free: ${filesFree}
`;
}

export function stat(invocation: Invocation): number {
  const given = readOptions(invocation, {
    short: 'c:fLt',
    long: { dereference: 'L', 'file-system': 'f', 'format=': 'c', 'printf=': 'printf', terse: 't', 'cached=': 'cached' },
  });
  if (typeof given === 'number') return given;
  if (given.operands.length === 0) return fail(invocation, `missing operand${tryHelp(invocation)}`);
  const printf = given.value('printf');
  const terse = given.has('t') ? '%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o' : undefined;
  const format = printf === undefined ? (given.value('c') ?? terse) : unescaped(printf);
  const end = printf === undefined ? '\n' : '';
  let status = 0;
  for (const name of given.operands) {
    const found = look(invocation, name, given.has('L') || given.has('f'));
    if (!isStat(found)) {
      status = fail(
        invocation,
        given.has('f')
          ? `cannot read file system information for ${named(name)}: ${found}`
          : `cannot statx ${named(name)}: ${found}`,
      );
    } else if (given.has('f'))
      print(
        invocation,
        format === undefined ? wholeDisk(name, invocation) : filled(format, (letter) => diskField(letter, name, invocation)) + end,
      );
    else
      print(
        invocation,
        format === undefined
          ? whole(name, found, invocation)
          : filled(format, (letter) => FIELDS[letter]?.(name, found, invocation)) + end,
      );
  }
  return status;
}
