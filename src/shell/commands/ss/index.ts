/**
 * `ss` of iproute2 6.1 for listening TCP and UDP sockets. Established connections are not sockets of the simulation (a flow lives in
 * conntrack only), so lists without -l or -a show the header alone. Filters: `sport = :80`, `dport`, `state`.
 */

import { type Socket, toNumber } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { socketOwner } from '../../process-table.ts';
import { getopt, type OptionSpec } from '../getopt.ts';
import { portOf, serviceName } from '../services.ts';
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
const STATES = [
  'established syn-sent syn-recv fin-wait-1 fin-wait-2 time-wait closed close-wait last-ack listening closing all connected',
  'synchronized bucket big unconnected bound-inactive',
].flatMap((line) => line.split(' '));

interface View {
  readonly process: Process;
  readonly netid: boolean;
  readonly state: boolean;
  readonly processes: boolean;
  readonly header: boolean;
  readonly numeric: boolean;
}

function columns(view: View, socket: Socket): readonly string[] {
  const port = view.numeric ? String(socket.port) : (serviceName(socket.port, socket.proto) ?? String(socket.port));
  const pid = view.processes && view.process.root ? socketOwner(view.process.sim.world(), view.process.place, socket) : undefined;
  const owner = pid === undefined ? '' : ` users:(("${socket.process.slice(0, 15)}",pid=${pid},fd=3))`;
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
  readonly sports?: readonly number[];
  readonly source?: string;
}

/** What ss says of a filter that it cannot read. */
class FilterMistake extends Error {
  readonly status: number;
  constructor(message: string, status = 255) {
    super(message);
    this.status = status;
  }
}

const BISON = `ss: bison bellows (while parsing filter): "syntax error!" Sorry.\n`;

/** @throws FilterMistake */
function readFilter(words: readonly string[]): Filter | undefined {
  const text = words.join(' ').trim();
  if (text === '') return {};
  const [first = '', second = ''] = text.split(/\s+/);
  if (first === 'state' && !STATES.includes(second)) throw new FilterMistake(`ss: wrong state name: ${second}\n`);
  if (/^(sport|dport)$/.test(first) && text.split(/\s+/).length < 3) throw new FilterMistake(BISON + usage);
  const named = /^(?:sport|dport) ?(?:=|==|eq) ?:([a-z]\w*)$/.exec(text);
  if (named && portOf(named[1]!) === undefined)
    throw new FilterMistake(`Error: "${named[1]}" does not look like a port.\nCannot parse dst/src address.\n`, 1);
  if (!/^[(!]*\s*(not|sport|dport|src|dst|dev|fwmark|cgroup|state|exclude|autobound)\b/.test(text))
    throw new FilterMistake(BISON + usage);
  const either = text.split(/ (?:or|\|\|) /).map((part) => /^\(? ?sport ?(?:=|==|eq) ?:(\d+) ?\)?$/.exec(part)?.[1]);
  if (either.length > 1 && either.every((port) => port !== undefined)) return { sports: either.map(Number) };
  const source = /^src (\d+\.\d+\.\d+\.\d+)$/.exec(text)?.[1];
  if (source !== undefined) return { source };
  const port = /^\(? ?(sport|dport) ?(?:=|==|eq) ?:?(\d+) ?\)?$/.exec(text);
  if (port) return port[1] === 'sport' ? { sport: Number(port[2]) } : { dport: Number(port[2]) };
  const state = /^state ([a-z-]+)$/.exec(text);
  return state ? { listening: state[1] === 'listening' || state[1] === 'all' } : undefined;
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
    const wanted = (s: Socket) => (kinds.length === 0 || kinds.includes(s.proto === 'tcp' ? 't' : 'u')) && !given('6');
    const listening = filter.listening ?? (given('l') || given('a'));
    const sockets = process.kernel
      .namespace()
      .sockets.filter(
        (s) =>
          listening &&
          wanted(s) &&
          (filter.sport === undefined || s.port === filter.sport) &&
          filter.dport === undefined &&
          (filter.sports === undefined || filter.sports.includes(s.port)) &&
          (filter.source === undefined || s.address === filter.source),
      )
      .toSorted((a, b) =>
        a.proto === b.proto ? toNumber(b.address) - toNumber(a.address) || a.port - b.port : a.proto === 'udp' ? -1 : 1,
      );
    const view: View = {
      process,
      netid: kinds.length !== 1,
      // One sort of socket in one state needs no column for it.
      state: filter.listening === undefined && !(kinds.length === 1 && kinds[0] === 'w' && !given('l') && !given('a')),
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
