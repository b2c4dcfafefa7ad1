/** ps of procps-ng 4.0.2 over the process table: selection, formats, sorting. */
import type { Invocation } from '../../bash/execution.ts';
import { processesOf } from '../../process-table.ts';
import { aroundOf } from '../place.ts';
import { fail, print, type Tool } from '../tool.ts';
import type { Column, Row } from './columns.ts';
import { PS_USAGE, type Request, readOptions, type Selection } from './options.ts';

/** What runs here: the machine's processes, this shell, and ps itself. */
export function rowsOf(invocation: Invocation): readonly Row[] {
  const { x, args } = invocation;
  const { sim, place, container } = aroundOf(invocation);
  const world = sim.world();
  const { now } = world;
  const { user, processes } = x.platform;
  const shell = { ppid: 1, user, startedAt: now, tty: 'pts/0' };
  const own = [
    { ...shell, pid: x.shell.pid, command: x.shell.interactive ? '-bash' : 'bash', name: 'bash', state: 'Ss' },
    ...[...x.shell.jobs.values()].flatMap((job) => {
      const state = job.state === 'Running' ? 'S' : job.state === 'Stopped' ? 'T' : '';
      const name = job.text.replace(/ .*/s, '').replace(/^.*\//, '').slice(0, 15);
      return state === '' ? [] : [{ ...shell, pid: job.pid, ppid: x.shell.pid, command: job.text, name, state }];
    }),
    {
      ...shell,
      pid: processes.nextPid,
      ppid: x.shell.pid,
      command: [invocation.name, ...args].join(' '),
      name: invocation.name,
      state: 'R+',
    },
  ];
  // A command that is given to a fresh shell replaces it: the two would have one number.
  const pids = new Set(own.map(({ pid }) => pid));
  const shown = pids.size < own.length ? own.map((each, i) => ({ ...each, pid: each.pid + i })) : own;
  return [...processesOf(world, place, container), ...shown]
    .map((each) => ({ ...each, now, ageMs: Math.max(0, now - each.startedAt) }))
    .sort((a, b) => a.pid - b.pid);
}

function isChosen(row: Row, { all, a, x, pids, ppids, commands, users, terminals }: Selection, user: string): boolean {
  if (all || (a && x)) return true;
  if (a) return row.tty !== '?';
  if (x) return row.user === user;
  const listed = pids.length + ppids.length + commands.length + users.length + terminals.length > 0;
  if (!listed) return row.tty !== '?' && row.user === user;
  return (
    pids.includes(row.pid) ||
    ppids.includes(row.ppid) ||
    commands.includes(row.name) ||
    users.includes(row.user) ||
    terminals.includes(row.tty)
  );
}

function compare(a: Row, b: Row, sort: Request['sort']): number {
  for (const { column, descending } of sort) {
    const { order, text } = column;
    const difference = order ? order(a) - order(b) : text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0;
    if (difference !== 0) return descending ? -difference : difference;
  }
  return 0;
}

/** Cells that are too long push the rest, as long as room is left in what follows. */
function lineOf(columns: readonly Column[], cell: (column: Column) => string): string {
  let text = '';
  let due = 0;
  columns.forEach((column, i) => {
    const isLast = i === columns.length - 1;
    const content =
      column.side === 'left' && !isLast ? cell(column).slice(0, Math.max(column.width, column.title.length)) : cell(column);
    const width = Math.max(column.width, column.title.length);
    const room = Math.max(0, width - (text.length - due));
    text += column.side === 'right' ? content.padStart(room) : isLast ? content : content.padEnd(room);
    due += width + 1;
    if (!isLast) text += ' ';
  });
  return text;
}

function ps(invocation: Invocation): number {
  const { x } = invocation;
  const reading = readOptions(invocation.args);
  if (reading.type === 'mistake') {
    x.fds.get(2)?.sink?.write(`error: ${reading.text}\n${PS_USAGE}`);
    return 1;
  }
  if (reading.type === 'absent') return fail(invocation, `${reading.option}: not simulated in this lab`);
  if (reading.type !== 'request') {
    print(invocation, reading.type === 'help' ? PS_USAGE : 'ps from procps-ng 4.0.2\n');
    return 0;
  }
  const { columns, selection, sort, headers, wide } = reading.request;
  const rows = rowsOf(invocation)
    .filter((row) => isChosen(row, selection, x.platform.user) !== selection.inverted)
    .sort((a, b) => compare(a, b, sort));
  const lines = rows.map((row) => lineOf(columns, (column) => column.text(row)));
  const titled = headers && columns.some(({ title }) => title !== '');
  const all = titled ? [lineOf(columns, ({ title }) => title), ...lines] : lines;
  const onTerminal = x.fds.get(1)?.sink?.isTTY === true && !wide;
  const width = onTerminal ? aroundOf(invocation).columns() : Number.POSITIVE_INFINITY;
  print(invocation, all.map((line) => `${line.slice(0, width)}\n`).join(''));
  return rows.length > 0 ? 0 : 1;
}

export const psTools: Readonly<Record<string, Tool>> = { ps: { summary: 'Processes', run: ps } };
