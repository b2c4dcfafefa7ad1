/** `netstat` of net-tools 2.10: sockets, the routing table (-r), interfaces (-i). Leaves out statistics, groups, masquerading and UNIX sockets. */
import type { Command, Process } from '../../command.ts';
import { getopt, type OptionSpec } from '../getopt.ts';
import { interfacesText } from '../ifconfig/show.ts';
import { builtWith, byName, FAMILIES, interfaceRow, nameOf, VERSION } from '../net-tools.ts';
import { type Columns, tableText } from '../route/table.ts';
import { serviceName } from '../services.ts';
import { type ListedSocket, socketsOf } from '../sockets.ts';
import { USAGE } from './usage.ts';

const NAMES: readonly (readonly [short: string, long: string])[] = [
  ['r', 'route'],
  ['i', 'interfaces'],
  ['g', 'groups'],
  ['s', 'statistics'],
  ['M', 'masquerade'],
  ['v', 'verbose'],
  ['W', 'wide'],
  ['n', 'numeric'],
  ['', 'numeric-hosts'],
  ['', 'numeric-ports'],
  ['', 'numeric-users'],
  ['N', 'symbolic'],
  ['e', 'extend'],
  ['p', 'programs'],
  ['o', 'timers'],
  ['c', 'continuous'],
  ['l', 'listening'],
  ['a', 'all'],
  ['F', 'fib'],
  ['C', 'cache'],
  ['Z', 'context'],
  ['t', 'tcp'],
  ['u', 'udp'],
  ['U', 'udplite'],
  ['S', 'sctp'],
  ['w', 'raw'],
  ['x', 'unix'],
  ['4', 'inet'],
  ['6', 'inet6'],
  ['V', 'version'],
  ['h', 'help'],
];
const OPTIONS: readonly OptionSpec[] = [
  ...NAMES.map(([short, long]) => ({ short, long })),
  { short: 'A', long: 'protocol', argument: 'required' },
];
const UNSIMULATED: readonly (readonly [option: string, what: string])[] = [
  ['s', 'statistics'],
  ['g', 'multicast groups'],
  ['M', 'masqueraded connections'],
  ['C', 'the routing cache'],
  ['Z', 'SELinux contexts'],
];

type Given = (name: string) => number;

/** `tcp        0      0 10.0.1.10:179 …`, as wide as the columns ask for. */
function socketRow(process: Process, socket: ListedSocket, given: Given): string {
  const numeric = given('n') > 0;
  const end = (address: string, port: number | undefined) => {
    const host = nameOf(process, address, numeric || given('numeric-hosts') > 0 || address === '0.0.0.0');
    const named = numeric || given('numeric-ports') > 0 ? undefined : port && serviceName(port, socket.proto);
    const suffix = `:${port === undefined ? '*' : (named ?? port)}`;
    const room = 23 - suffix.length;
    return `${given('W') > 0 ? host : host.slice(0, room)}${suffix}`.padEnd(23);
  };
  const state = { LISTEN: 'LISTEN', UNCONN: '', ESTAB: 'ESTABLISHED' }[socket.state];
  const foreign = socket.peer ? end(socket.peer.address, socket.peer.port) : end('0.0.0.0', undefined);
  const owner = socket.pid === undefined || !process.root ? '-' : `${socket.pid}/${socket.process.slice(0, 15)}`;
  const program = given('p') > 0 ? ` ${owner.padEnd(20).slice(0, 20)}` : '';
  const timer = given('o') > 0 ? ' off (0.00/0/0)' : '';
  return `${socket.proto.padEnd(5)} ${'0'.padStart(6)} ${'0'.padStart(6)} ${end(socket.address, socket.port)} ${foreign} ${state.padEnd(11)}${program}${timer}\n`;
}

const WHICH = { l: 'only servers', a: 'servers and established', neither: 'w/o servers' } as const;

function sockets(process: Process, given: Given): void {
  const which = given('a') > 0 ? 'a' : given('l') > 0 ? 'l' : 'neither';
  const kinds = ['t', 'u', 'w', 'U', 'S'].filter((kind) => given(kind) > 0);
  const onlyUnix = given('x') > 0 && kinds.length === 0;
  if (given('p') > 0 && !process.root)
    process.err(
      '(Not all processes could be identified, non-owned process info\n will not be shown, you would have to be root to see it all.)\n',
    );
  if (!onlyUnix) {
    const wanted = socketsOf(process).filter(
      ({ proto, state }) =>
        (kinds.length === 0 || kinds.includes(proto === 'tcp' ? 't' : 'u')) &&
        given('6') === 0 &&
        (which === 'a' || (state === 'ESTAB') === (which === 'neither')),
    );
    const extra = `${given('p') > 0 ? ' PID/Program name    ' : ''}${given('o') > 0 ? ' Timer' : ''}`;
    process.out(`Active Internet connections (${WHICH[which]})
Proto Recv-Q Send-Q Local Address           Foreign Address         State      ${extra}
${[...wanted.filter(({ proto }) => proto === 'tcp'), ...wanted.filter(({ proto }) => proto === 'udp')]
  .map((socket) => socketRow(process, socket, given))
  .join('')}`);
  }
  if (kinds.length > 0 || given('4') > 0 || given('6') > 0) return;
  const program = given('p') > 0 ? 'PID/Program name     ' : '';
  process.out(`Active UNIX domain sockets (${WHICH[which]})
Proto RefCnt Flags       Type       State         I-Node   ${program}Path
`);
}

function interfaces(process: Process, given: Given): void {
  const ns = process.kernel.namespace();
  const rows = byName(ns).filter(({ up }) => up || given('a') > 0);
  process.out(`Kernel Interface table
Iface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg
${rows.map((link) => interfaceRow(ns, link)).join('')}`);
}

async function run(process: Process, args: readonly string[]): Promise<number> {
  const { options, error } = getopt(args, OPTIONS);
  const given = (name: string) => options.filter((option) => option.name === name).length;
  if (error !== undefined) {
    process.err(`netstat: ${error}\n${USAGE}${FAMILIES}`);
    return 3;
  }
  if (given('h') > 0) {
    process.err(FAMILIES);
    process.out(USAGE);
    return 0;
  }
  if (given('V') > 0) {
    process.out(
      `${VERSION}Fred Baumgarten, Alan Cox, Bernd Eckenfels, Phil Blundell, Tuan Hoang, Brian Micek and others\n${builtWith('+NEW_ADDRT +RTF_IRTT +RTF_REJECT +FW_MASQUERADE')}`,
    );
    return 0;
  }
  const absent = UNSIMULATED.find(([option]) => given(option) > 0);
  const family = options.find(({ name }) => name === 'A')?.value;
  if (absent || (family !== undefined && family !== 'inet')) {
    process.err(`netstat: ${absent ? absent[1] : `family ${family}`}: not simulated in this lab\n`);
    return 1;
  }
  if (given('e') > 0 && given('r') + given('i') === 0) {
    process.err('netstat: users and inodes of sockets: not simulated in this lab\n');
    return 1;
  }
  const show = () => {
    if (given('r') > 0) process.out(tableText(process, given('n') > 0, [2, 1, 3][Math.min(2, given('e'))] as Columns));
    else if (given('i') > 0 && given('e') > 0) process.out(`Kernel Interface table\n${interfacesText(process, given('a') > 0)}`);
    else if (given('i') > 0) interfaces(process, given);
    else sockets(process, given);
  };
  show();
  while (given('c') > 0) {
    await process.sleep(1000, 'netstat -c: Ctrl-C ends it');
    show();
  }
  return 0;
}

export const netstat: Command = {
  name: 'netstat',
  summary: 'show sockets, routes and interfaces (net-tools)',
  where: 'hosts',
  complete: () => ['-a', '-l', '-n', '-p', '-t', '-u', '-r', '-i'].map((text) => ({ text })),
  async run(process, args) {
    try {
      return await run(process, args);
    } catch (error) {
      if (process.signal.aborted) return 130;
      throw error;
    }
  },
};
