/** The disk that a host's files are on: as large as the simulation lets it become, and as full as its files make it. */
import type { Invocation } from '../../bash/execution.ts';
import { readOptions } from '../gnu/options.ts';
import { aroundOf } from '../place.ts';
import { fail, print } from '../tool.ts';
import { isStat, look } from './paths.ts';

/** Characters that the engine lets the files of a host have together (src/engine/inputs/file.ts). */
const DISK = 8_000_000;
const FILES = 65_536;

export interface Disk {
  /** Of 1024 bytes. */
  readonly blocks: number;
  readonly used: number;
  readonly free: number;
  readonly files: number;
  readonly filesFree: number;
}

export function diskOf(invocation: Pick<Invocation, 'x'>): Disk {
  const { sim, place } = aroundOf(invocation);
  const files = sim.world().hosts[place.host]?.files ?? {};
  const used = Object.values(files).reduce((sum, text) => sum + Math.ceil(text.length / 1024), 0);
  const blocks = Math.floor(DISK / 1024);
  return {
    blocks,
    used,
    free: Math.max(0, blocks - used),
    files: FILES,
    filesFree: Math.max(0, FILES - Object.keys(files).length),
  };
}

function human(kilobytes: number, base: number): string {
  let value = kilobytes * 1024;
  if (value < base) return String(value);
  const units = base === 1024 ? ['K', 'M', 'G'] : ['k', 'M', 'G'];
  let unit = -1;
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit++;
  }
  return `${value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : Math.ceil(value)}${units[unit]}`;
}

/** df of GNU coreutils 9.1, for the one disk there is. */
export function df(invocation: Invocation): number {
  const given = readOptions(invocation, {
    short: 'aB:iF:hHklmPTt:vx:',
    long: {
      all: 'a',
      'block-size=': 'B',
      inodes: 'i',
      'human-readable': 'h',
      si: 'H',
      local: 'l',
      'output=?': 'output',
      portability: 'P',
      'print-type': 'T',
      'type=': 't',
      'exclude-type=': 'x',
      sync: 's',
      'no-sync': 's',
      total: 'total',
    },
  });
  if (typeof given === 'number') return given;
  const absent = given.order.find((letter) => ['output', 'B', 'total', 't', 'x'].includes(letter));
  if (absent) return fail(invocation, `${absent.length > 1 ? '--' : '-'}${absent}: not simulated in this lab`);
  let status = 0;
  let any = given.operands.length === 0;
  for (const name of given.operands) {
    const found = look(invocation, name);
    if (isStat(found)) any = true;
    else status = fail(invocation, `${name || "''"}: ${found}`);
  }
  if (!any) return status;
  const disk = diskOf(invocation);
  const size = given.has('h')
    ? (value: number) => human(value, 1024)
    : given.has('H')
      ? (value: number) => human(value, 1000)
      : given.has('m')
        ? (value: number) => String(Math.ceil(value / 1024))
        : String;
  const percent = (used: number, all: number) => `${Math.ceil((used * 100) / all)}%`;
  const label =
    given.has('h') || given.has('H') ? 'Size' : given.has('m') ? '1M-blocks' : given.has('P') ? '1024-blocks' : '1K-blocks';
  const counts = given.has('i')
    ? [
        String(disk.files),
        String(disk.files - disk.filesFree),
        String(disk.filesFree),
        percent(disk.files - disk.filesFree, disk.files),
      ]
    : [size(disk.blocks), size(disk.used), size(disk.free), percent(disk.used, disk.blocks)];
  const heads = given.has('i')
    ? ['Inodes', 'IUsed', 'IFree', 'IUse%']
    : [label, 'Used', label === 'Size' ? 'Avail' : 'Available', given.has('P') ? 'Capacity' : 'Use%'];
  const widths = heads.map((head, at) => Math.max(head.length, counts[at]!.length, at === 0 ? 5 : at < 3 ? 5 : 4));
  const row = (first: string, type: string, cells: readonly string[], last: string) =>
    `${first.padEnd(14)} ${given.has('T') ? `${type.padEnd(4)} ` : ''}${cells.map((cell, at) => cell.padStart(widths[at]!)).join(' ')} ${last}\n`;
  print(invocation, row('Filesystem', 'Type', heads, 'Mounted on'));
  for (let left = Math.max(1, given.operands.length - (status ? 1 : 0)); left > 0; left--)
    print(invocation, row('/dev/vda1', 'ext4', counts, '/'));
  return status;
}
