/** What find prints of a file: -printf and -ls. */
import type { Invocation } from '../../bash/execution.ts';
import type { FileStat } from '../../bash/files.ts';
import { formatDate } from '../dates.ts';
import type { Visited } from './find-tests.ts';
import { filesOf, isStat, look, modeText, pathOf } from './paths.ts';
import { blocksOf } from './stat.ts';

export const lastPart = (name: string) => name.replace(/(?<=.)\/+$/, '').replace(/^.*\/(?=.)/s, '');

export const LETTERS: Readonly<Record<FileStat['type'], string>> = { file: 'f', directory: 'd', link: 'l', device: 'c' };

export const USER_IDS: Readonly<Record<string, number>> = { root: 0, ubuntu: 1000 };

export function listed(invocation: Invocation, { name, stat }: Visited): string {
  const now = invocation.x.platform.clock.now();
  const recent = stat.modifiedAt > now - 15_778_476_000 && stat.modifiedAt <= now;
  const target = filesOf(invocation).readLink(pathOf(invocation, name));
  return `${String(stat.inode).padStart(9)} ${String(blocksOf(stat) / 2).padStart(6)} ${modeText(stat)} ${String(stat.links).padStart(3)} ${stat.owner.padEnd(8)} ${stat.group.padEnd(8)} ${String(stat.size).padStart(8)} ${formatDate(stat.modifiedAt, recent ? '%b %e %H:%M' : '%b %e  %Y')} ${name.replace(/ /g, '\\ ')}${target === undefined ? '' : ` -> ${target}`}\n`;
}

type Field = (visited: Visited, invocation: Invocation) => string | number;

const stamp: Field = ({ stat }) => formatDate(stat.modifiedAt, '%a %b %e %H:%M:%S.0000000000 %Y');

const FIELDS: Readonly<Record<string, Field>> = {
  p: ({ name }) => name,
  f: ({ name }) => lastPart(name),
  h: ({ name }) => (name.includes('/') ? name.replace(/\/[^/]*$/, '') : '.'),
  P: ({ name, operand }) => (name === operand ? '' : name.slice(operand.length).replace(/^\//, '')),
  H: ({ operand }) => operand,
  s: ({ stat }) => stat.size,
  y: ({ stat }) => LETTERS[stat.type],
  Y: ({ name }, invocation) => {
    const target = look(invocation, name);
    return isStat(target) ? LETTERS[target.type] : target === 'Too many levels of symbolic links' ? 'L' : 'N';
  },
  m: ({ stat }) => stat.mode.toString(8),
  M: ({ stat }) => modeText(stat),
  u: ({ stat }) => stat.owner,
  g: ({ stat }) => stat.group,
  U: ({ stat }) => USER_IDS[stat.owner] ?? 1000,
  G: ({ stat }) => USER_IDS[stat.group] ?? 1000,
  d: ({ depth }) => depth,
  l: ({ name }, invocation) => filesOf(invocation).readLink(pathOf(invocation, name)) ?? '',
  n: ({ stat }) => stat.links,
  i: ({ stat }) => stat.inode,
  k: ({ stat }) => blocksOf(stat) / 2,
  b: ({ stat }) => blocksOf(stat),
  t: stamp,
  a: stamp,
  c: stamp,
};

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  '\\': '\\',
  a: '\x07',
  b: '\b',
  f: '\f',
  r: '\r',
  v: '\v',
  '0': '\0',
};

export function formatted(invocation: Invocation, format: string, visited: Visited): string {
  const { stat } = visited;
  const at = (how: string) => (how === '@' ? `${(stat.modifiedAt / 1000).toFixed(10)}` : formatDate(stat.modifiedAt, `%${how}`));
  return format.replace(
    /\\([0-7]{1,3}|.)|%([-0]?)(\d*)(?:[TAC](.)|([a-zA-Z%]))/gs,
    (all, code?: string, flag?: string, width?: string, time?: string, letter?: string) => {
      if (code !== undefined) return unescaped(code) ?? all;
      if (letter === '%') return '%';
      const value = time === undefined ? FIELDS[letter!]?.(visited, invocation) : at(time);
      if (value === undefined) return all;
      const text = String(value);
      const size = Math.min(Number(width), 1000);
      return flag === '-' ? text.padEnd(size) : text.padStart(size, flag === '0' ? '0' : ' ');
    },
  );
}

const unescaped = (code: string) =>
  ESCAPES[code] ?? (/^[0-7]+$/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : code === 'c' ? '' : undefined);
