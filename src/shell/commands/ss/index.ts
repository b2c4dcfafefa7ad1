/**
 * `ss` of iproute2 6.1 for listening TCP and UDP sockets and the connections of BGP sessions. Other flows are over as soon as they began
 * and live in conntrack only. Filters: `sport = :80`, `dport`, `src`, `dst`, `state`.
 */

import type { Command, Process } from '../../command.ts';
import { getopt, type OptionSpec } from '../getopt.ts';
import { serviceName } from '../services.ts';
import { type ListedSocket, socketsOf } from '../sockets.ts';
import { ALL, CONNECTIONS, type Filter, FilterMistake, hasState, inOrder, LISTENING, readFilter } from './filter.ts';
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
const UNSIMULATED = ['e', 'm', 'T', 'i', 'b', 'E', 'K', 's', 'N', 'D', 'F'];
const FAMILIES = ['inet', 'inet6', 'unix', 'link', 'netlink', 'vsock', 'xdp', 'tipc', 'help'];
const QUERIES: Readonly<Record<string, string>> = {
  all: 'tuwx',
  inet: 'tuw',
  tcp: 't',
  udp: 'u',
  raw: 'w',
  unix: 'x',
  packet: '0',
  netlink: 'x',
  sctp: 'S',
  dccp: 'd',
  vsock: 'x',
  mptcp: 'M',
};
interface View {
  readonly process: Process;
  readonly netid: boolean;
  readonly state: boolean;
  readonly processes: boolean;
  readonly header: boolean;
  readonly numeric: boolean;
}

function columns(view: View, socket: ListedSocket): readonly string[] {
  const named = (port: number) => (view.numeric ? String(port) : (serviceName(port, socket.proto) ?? String(port)));
  const owner =
    view.processes && view.process.root && socket.pid !== undefined
      ? ` users:(("${socket.process.slice(0, 15)}",pid=${socket.pid},fd=${socket.peer ? 9 : 3}))`
      : '';
  return [
    ...(view.netid ? [socket.proto] : []),
    ...(view.state ? [socket.state] : []),
    '0',
    socket.state === 'LISTEN' ? '4096' : '0',
    socket.address,
    named(socket.port),
    socket.peer?.address ?? '0.0.0.0',
    socket.peer ? named(socket.peer.port) : '*',
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

export const ss: Command = {
  name: 'ss',
  summary: 'show listening sockets',
  where: 'everywhere',
  complete: () =>
    ['-a', '-l', '-n', '-p', '-t', '-u', 'sport', 'dport', 'state', 'listening', 'established'].map((text) => ({ text })),
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
    const family = options.find(({ name }) => name === 'f')?.value;
    if (family !== undefined && !FAMILIES.includes(family)) {
      process.err(`ss: "${family}" is invalid family\n${usage}`);
      return 255;
    }
    const queries = options.filter(({ name }) => name === 'A').flatMap(({ value }) => value.split(','));
    const illegal = queries.find((query) => !Object.hasOwn(QUERIES, query.replace(/^!/, '')));
    if (illegal !== undefined) {
      process.err(`ss: "${illegal}" is illegal socket table id\n${usage}`);
      return 255;
    }
    let filter: Filter | undefined;
    try {
      filter = readFilter(operands);
    } catch (mistake) {
      if (!(mistake instanceof FilterMistake)) throw mistake;
      process.err(mistake.message);
      return mistake.status;
    }
    if (odd !== undefined || !filter) {
      process.err(`ss: ${odd === undefined ? 'this filter' : `-${odd}`}: not simulated in this lab\n`);
      return 1;
    }
    const asked = queries.map((query) => QUERIES[query] ?? '').join('');
    const kinds = ['t', 'u', 'w', 'x', '0', 'S', 'd', 'M'].filter((kind) => given(kind) || asked.includes(kind));
    const wanted = (s: ListedSocket) => (kinds.length === 0 || kinds.includes(s.proto === 'tcp' ? 't' : 'u')) && !given('6');
    const states = filter.states ?? (given('a') ? ALL : given('l') ? LISTENING : CONNECTIONS);
    const sockets = socketsOf(process)
      .filter((socket) => hasState(states, socket) && wanted(socket) && filter.matches(socket))
      .toSorted(inOrder);
    const view: View = {
      process,
      netid: kinds.length !== 1,
      // One sort of socket in one state needs no column for it.
      state: filter.states?.size !== 1 && !(kinds.length === 1 && kinds[0] === 'w' && !given('l') && !given('a')),
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
