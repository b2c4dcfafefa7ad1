/**
 * `ss` of iproute2 6.1 for listening TCP and UDP sockets. Established connections are not sockets of the simulation (a flow lives in
 * conntrack only), so lists without -l or -a show the header alone. Filters: `sport = :80`, `dport`, `state`.
 */

import { type Socket, toNumber } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { getopt, type OptionSpec } from '../getopt.ts';
import { serviceName } from '../services.ts';
import { usage } from './usage.ts';

const FLAGS: readonly (readonly [short: string, long: string])[] = [
  ['h', 'help'],
  ['V', 'version'],
  ['n', 'numeric'],
  ['r', 'resolve'],
  ['a', 'all'],
  ['l', 'listening'],
  ['o', 'options'],
  ['e', 'extended'],
  ['m', 'memory'],
  ['p', 'processes'],
  ['T', 'threads'],
  ['i', 'info'],
  ['s', 'summary'],
  ['b', 'bpf'],
  ['E', 'events'],
  ['Z', 'context'],
  ['z', 'contexts'],
  ['4', 'ipv4'],
  ['6', 'ipv6'],
  ['0', 'packet'],
  ['t', 'tcp'],
  ['M', 'mptcp'],
  ['S', 'sctp'],
  ['u', 'udp'],
  ['d', 'dccp'],
  ['w', 'raw'],
  ['x', 'unix'],
  ['K', 'kill'],
  ['H', 'no-header'],
  ['O', 'oneline'],
];
const OPTIONS: readonly OptionSpec[] = [
  ...FLAGS.map(([short, long]) => ({ short, long })),
  { short: 'f', long: 'family', argument: 'required' },
  { short: 'A', long: 'query', argument: 'required' },
  { short: 'N', long: 'net', argument: 'required' },
  { short: 'D', long: 'diag', argument: 'required' },
  { short: 'F', long: 'filter', argument: 'required' },
];
const UNSIMULATED = ['e', 'm', 'T', 'i', 'b', 'E', 'o', 'K', 's', 'f', 'A', 'N', 'D', 'F'];

interface View {
  readonly process: Process;
  readonly netid: boolean;
  readonly state: boolean;
  readonly processes: boolean;
  readonly header: boolean;
  readonly numeric: boolean;
}

/** A process id that stays the same for a process of a host. */
function pidOf(process: Process, name: string): number {
  let sum = 0;
  for (const c of `${process.place.host} ${process.place.netns} ${name}`) sum = (sum * 31 + c.charCodeAt(0)) % 30_000;
  return process.place.netns === '' ? 600 + sum : 1 + (sum % 40);
}

function columns(view: View, socket: Socket): readonly string[] {
  const port = view.numeric ? String(socket.port) : (serviceName(socket.port, socket.proto) ?? String(socket.port));
  const owner =
    view.processes && view.process.root ? ` users:(("${socket.process}",pid=${pidOf(view.process, socket.process)},fd=3))` : '';
  return [
    ...(view.netid ? [socket.proto] : []),
    ...(view.state ? [socket.proto === 'tcp' ? 'LISTEN' : 'UNCONN'] : []),
    '0',
    socket.proto === 'tcp' ? '4096' : '0',
    socket.address,
    port,
    '0.0.0.0',
    '*',
    owner,
  ];
}

/** Column widths, alignment and separators of ss's render(): address right, port left, joined by a colon. */
function render(view: View, rows: readonly (readonly string[])[]): string {
  const names = [
    ...(view.netid ? ['Netid'] : []),
    ...(view.state ? ['State'] : []),
    'Recv-Q',
    'Send-Q',
    'Local Address',
    'Port',
    'Peer Address',
    'Port',
    'Process',
  ];
  const all = view.header ? [names, ...rows] : rows;
  const widths = names.map((name, i) => Math.max(/-Q$/.test(name) ? 6 : 0, ...all.map((row) => (row[i] ?? '').length)));
  const local = names.length - 5;
  const line = (row: readonly string[]) => {
    let text = '';
    row.forEach((cell, i) => {
      const width = widths[i]!;
      if (i === local || i === local + 2) text += `${cell.padStart(width)}:`;
      else if (i === local + 1) text += `${cell.padEnd(width)} `;
      else if (i === local + 3) text += cell.padEnd(width);
      else if (i === local + 4) text += cell.padEnd(width);
      else text += `${cell.padEnd(width)} `;
    });
    return `${text}\n`;
  };
  return all.map(line).join('');
}

interface Filter {
  readonly sport?: number;
  readonly dport?: number;
  readonly listening?: boolean;
}

function readFilter(words: readonly string[]): Filter | undefined {
  const text = words.join(' ').trim();
  if (text === '') return {};
  const port = /^\(? ?(sport|dport) ?(?:=|==|eq) ?:?(\d+) ?\)?$/.exec(text);
  if (port) return port[1] === 'sport' ? { sport: Number(port[2]) } : { dport: Number(port[2]) };
  const state = /^state ([a-z-]+)$/.exec(text);
  return state ? { listening: state[1] === 'listening' || state[1] === 'all' } : undefined;
}

export const ss: Command = {
  name: 'ss',
  summary: 'show listening sockets',
  where: 'everywhere',
  run(process, args) {
    const { options, operands, error } = getopt(args, OPTIONS);
    const given = (name: string) => options.some((option) => option.name === name);
    if (error !== undefined) {
      process.err(`ss: ${error}\n${usage}`);
      return 255;
    }
    if (given('h')) {
      process.out(usage);
      return 0;
    }
    if (given('V')) {
      process.out('ss utility, iproute2-6.1.0\n');
      return 0;
    }
    if (given('z') || given('Z')) {
      process.err('ss: SELinux is not enabled.\n');
      return 1;
    }
    const odd = UNSIMULATED.find(given);
    const filter = readFilter(operands);
    if (odd !== undefined || !filter) {
      process.err(`ss: ${odd === undefined ? 'this filter' : `-${odd}`}: not simulated in this lab\n`);
      return 1;
    }
    const kinds = ['t', 'u', 'w', 'x', '0', 'S', 'd', 'M'].filter(given);
    const wanted = (s: Socket) => (kinds.length === 0 || kinds.includes(s.proto === 'tcp' ? 't' : 'u')) && !given('6');
    const listening = filter.listening ?? (given('l') || given('a'));
    const sockets = process.kernel
      .namespace()
      .sockets.filter(
        (s) => listening && wanted(s) && (filter.sport === undefined || s.port === filter.sport) && filter.dport === undefined,
      )
      .toSorted((a, b) =>
        a.proto === b.proto ? toNumber(b.address) - toNumber(a.address) || a.port - b.port : a.proto === 'udp' ? -1 : 1,
      );
    const view: View = {
      process,
      netid: kinds.length !== 1,
      state: filter.listening === undefined,
      processes: given('p'),
      header: !given('H'),
      numeric: given('n'),
    };
    process.out(
      render(
        view,
        sockets.map((socket) => columns(view, socket)),
      ),
    );
    return 0;
  },
};
