/** What ps can tell of a process, a column each (procps-ng 4.0.2, src/ps/output.c): title, width, side, text. */
import { memoryOf, type RunningProcess, TOTAL_MEMORY_KIB } from '../../process-table.ts';
import { formatDate } from '../dates.ts';

export interface Row extends RunningProcess {
  /** ms since it began. */
  readonly ageMs: number;
  readonly now: number;
}

export interface Column {
  readonly title: string;
  readonly width: number;
  readonly side: 'left' | 'right';
  readonly text: (row: Row) => string;
  /** What --sort goes by, where it is not the text. */
  readonly order?: (row: Row) => number;
}

const left = (title: string, width: number, text: Column['text']): Column => ({ title, width, side: 'left', text });
const right = (title: string, width: number, text: Column['text'], order?: Column['order']): Column => ({
  title,
  width,
  side: 'right',
  text,
  ...(order && { order }),
});
const number = (title: string, width: number, value: (row: Row) => number): Column =>
  right(title, width, (row) => String(value(row)), value);

const UIDS: Readonly<Record<string, number>> = { root: 0, ubuntu: 1000, bird: 105 };
const uidOf = ({ user }: Row): number => UIDS[user] ?? (Number(user) || 0);
/** A name that does not fit gives way to its number. */
const userText = (width: number) => (row: Row) => (row.user.length > width ? String(uidOf(row)) : row.user);

const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
/** `03:12`, `01:03:12`, `2-01:03:12`. */
function elapsed({ ageMs }: Row): string {
  const seconds = Math.floor(ageMs / 1000);
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const rest = `${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  if (days > 0) return `${days}-${two(hours)}:${rest}`;
  return hours > 0 ? `${two(hours)}:${rest}` : rest;
}

/** The time of today, else the day. */
const startTime = ({ startedAt, now }: Row): string =>
  formatDate(startedAt, formatDate(startedAt, '%F') === formatDate(now, '%F') ? '%H:%M' : '%b%d');
const started = ({ startedAt, ageMs }: Row): string => formatDate(startedAt, ageMs < 86_400_000 ? '%H:%M:%S' : '  %b %d');
const memoryShare = (row: Row): number => Math.floor((memoryOf(row).rss * 1000) / TOTAL_MEMORY_KIB) / 10;
const threads = ({ state }: Row): number => (state.includes('l') ? 9 : 1);

const command = (title: string) => left(title, 27, (row) => row.command);
const PID_WIDTH = 7;

export const COLUMNS: Readonly<Record<string, Column>> = {
  '%cpu': right(
    '%CPU',
    4,
    () => '0.0',
    () => 0,
  ),
  '%mem': right('%MEM', 4, (row) => memoryShare(row).toFixed(1), memoryShare),
  addr: right('ADDR', 4, () => '-'),
  args: command('COMMAND'),
  bsdstart: right('START', 6, startTime),
  bsdtime: right('TIME', 6, () => '0:00'),
  c: right('C', 2, () => '0'),
  cmd: command('CMD'),
  comm: left('COMMAND', 15, ({ name }) => name),
  command: command('COMMAND'),
  cputime: right('TIME', 8, () => '00:00:00'),
  etime: right('ELAPSED', 11, elapsed, ({ ageMs }) => ageMs),
  etimes: number('ELAPSED', 7, ({ ageMs }) => Math.floor(ageMs / 1000)),
  euser: left('EUSER', 8, userText(8)),
  f: right('F', 1, ({ user }) => (user === 'root' ? '4' : '0')),
  fname: left('COMMAND', 8, ({ name }) => name.slice(0, 8)),
  group: left('GROUP', 8, userText(8)),
  lstart: right(
    'STARTED',
    24,
    ({ startedAt }) => formatDate(startedAt, '%a %b %e %H:%M:%S %Y'),
    ({ startedAt }) => startedAt,
  ),
  lwp: number('LWP', PID_WIDTH, ({ pid }) => pid),
  ni: right('NI', 3, () => '0'),
  nlwp: number('NLWP', 4, threads),
  pgid: number('PGID', PID_WIDTH, ({ pid }) => pid),
  pid: number('PID', PID_WIDTH, ({ pid }) => pid),
  ppid: number('PPID', PID_WIDTH, ({ ppid }) => ppid),
  pri: right('PRI', 3, () => '19'),
  psr: right('PSR', 3, ({ pid }) => String(pid % 2)),
  rss: number('RSS', 5, (row) => memoryOf(row).rss),
  ruser: left('RUSER', 8, userText(8)),
  s: left('S', 1, ({ state }) => state[0]!),
  sid: number('SID', PID_WIDTH, ({ pid }) => pid),
  start: right('STARTED', 8, started, ({ startedAt }) => startedAt),
  start_time: left('START', 5, startTime),
  stat: left('STAT', 4, ({ state }) => state),
  state: left('S', 1, ({ state }) => state[0]!),
  stime: left('STIME', 5, startTime),
  sz: number('SZ', 5, (row) => Math.floor(memoryOf(row).vsz / 4)),
  time: right('TIME', 8, () => '00:00:00'),
  tname: left('TTY', 8, ({ tty }) => tty),
  tt: left('TT', 8, ({ tty }) => tty),
  tty: left('TT', 8, ({ tty }) => tty),
  ucmd: left('CMD', 15, ({ name }) => name),
  uid: number('UID', 5, uidOf),
  user: left('USER', 8, userText(8)),
  vsz: number('VSZ', 6, (row) => memoryOf(row).vsz),
  wchan: left('WCHAN', 6, ({ state }) => (state.startsWith('R') ? '-' : 'do_sys')),
};

const ALIASES: Readonly<Record<string, string>> = {
  cp: '%cpu',
  pcpu: '%cpu',
  pmem: '%mem',
  nice: 'ni',
  pgrp: 'pgid',
  sess: 'sid',
  session: 'sid',
  rssize: 'rss',
  rsz: 'rss',
  thcount: 'nlwp',
  tid: 'lwp',
  spid: 'lwp',
  uname: 'user',
  egroup: 'group',
  vsize: 'vsz',
  flag: 'f',
  flags: 'f',
  flg: 'f',
};

/** The column that a word of -o or --sort names. */
export function columnNamed(word: string): Column | undefined {
  const name = Object.hasOwn(ALIASES, word) ? ALIASES[word]! : word;
  return Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : undefined;
}

const ofNames = (names: string): readonly Column[] => names.split(' ').map((name) => COLUMNS[name]!);
const titled = (column: Column, title: string): Column => ({ ...column, title });

/** Two columns that share their room. */
const ADDR_SZ = left('ADDR SZ', 7, (row) => `- ${String(Math.floor(memoryOf(row).vsz / 4)).padStart(5)}`);
const UID = { ...COLUMNS.user!, title: 'UID' };
const TTY = COLUMNS.tname!;

/** The formats that one letter asks for. */
export const FORMATS = {
  default: [COLUMNS.pid!, TTY, COLUMNS.time!, COLUMNS.ucmd!],
  bsd: [COLUMNS.pid!, TTY, COLUMNS.stat!, COLUMNS.bsdtime!, COLUMNS.args!],
  f: [UID, ...ofNames('pid ppid c stime'), TTY, ...ofNames('time cmd')],
  F: [UID, ...ofNames('pid ppid c sz rss psr stime'), TTY, ...ofNames('time cmd')],
  j: [...ofNames('pid pgid sid'), TTY, ...ofNames('time ucmd')],
  l: [
    ...ofNames('f s uid pid ppid c'),
    titled({ ...COLUMNS.pri!, text: () => '80' }, 'PRI'),
    COLUMNS.ni!,
    ADDR_SZ,
    COLUMNS.wchan!,
    TTY,
    ...ofNames('time ucmd'),
  ],
  u: [...ofNames('user pid %cpu %mem vsz rss'), TTY, COLUMNS.stat!, COLUMNS.start_time!, COLUMNS.bsdtime!, COLUMNS.args!],
} satisfies Readonly<Record<string, readonly Column[]>>;
