/** Who and where am I: whoami, id, hostname, uname, uptime, date and small kin. */
import type { Host, NetNamespace } from '../../engine/index.ts';
import type { Invocation } from '../bash/execution.ts';
import { resolvePath } from '../bash/files.ts';
import { parseDate } from './date-parse.ts';
import { formatDate } from './dates.ts';
import { readOptions, tryHelp } from './gnu/options.ts';
import { HOSTNAME_USAGE } from './hostname-usage.ts';
import { aroundOf } from './place.ts';
import { fail, print, type Tool } from './tool.ts';
import { UNAME_HELP } from './uname-usage.ts';

const KERNEL = '6.8.0-45-generic';

function hostOf(invocation: Invocation): Host | undefined {
  const { sim, place } = aroundOf(invocation);
  return sim.world().hosts[place.host];
}

function namespaceOf(invocation: Invocation): NetNamespace | undefined {
  const { sim, place } = aroundOf(invocation);
  return sim.world().hosts[place.host]?.netns[place.netns];
}

/** Global addresses, in the order of the links. */
function addressesOf(ns: NetNamespace | undefined): readonly string[] {
  return Object.values(ns?.links ?? {})
    .sort((a, b) => a.index - b.index)
    .filter((link) => link.name !== 'lo' && link.up)
    .flatMap((link) => link.addresses.map((each) => each.address))
    .filter((address) => !address.startsWith('fe80:'));
}

/** hostname says what is wrong before it tells its usage, which goes to stdout. */
function misused(invocation: Invocation, message: string): number {
  const status = fail(invocation, message, 255);
  print(invocation, HOSTNAME_USAGE);
  return status;
}

function hostname(invocation: Invocation): number {
  const { args, x } = invocation;
  const [flag] = args;
  if (flag === undefined || flag === '-s' || flag === '--short' || flag === '-f' || flag === '--fqdn' || flag === '--long') {
    print(invocation, `${x.platform.hostname}\n`);
    return 0;
  }
  if (flag === '-I' || flag === '--all-ip-addresses') {
    print(
      invocation,
      `${addressesOf(namespaceOf(invocation))
        .map((address) => `${address} `)
        .join('')}\n`,
    );
    return 0;
  }
  if (flag === '-i' || flag === '--ip-address') {
    print(invocation, `${addressesOf(namespaceOf(invocation))[0] ?? '127.0.1.1'}\n`);
    return 0;
  }
  if (flag === '-d' || flag === '--domain') {
    print(invocation, '\n');
    return 0;
  }
  if (flag === '-h' || flag === '--help') {
    print(invocation, HOSTNAME_USAGE);
    return 255;
  }
  if (flag === '-V' || flag === '--version') {
    print(invocation, 'hostname 3.23\n');
    return 0;
  }
  if (flag === '-y' || flag === '--yp' || flag === '--nis') return fail(invocation, 'Local domain name not set');
  if (flag === '-F' || flag === '--file') {
    if (args[1] !== undefined && x.platform.files.read(args[1]) === undefined) return fail(invocation, 'No such file or directory');
    if (args[1] === undefined) {
      return misused(invocation, "option requires an argument -- 'F'");
    }
  } else if (flag.startsWith('-') && flag !== '-b') {
    return misused(invocation, `invalid option -- '${flag.replace(/^-+/, '')[0] ?? ''}'`);
  }
  return fail(
    invocation,
    x.platform.root ? 'setting the name: not simulated in this lab' : 'you must be root to change the host name',
  );
}

const UNAME: readonly (readonly [string, string, (invocation: Invocation) => string])[] = [
  ['s', 'kernel-name', () => 'Linux'],
  ['n', 'nodename', ({ x }) => x.platform.hostname],
  ['r', 'kernel-release', () => KERNEL],
  ['v', 'kernel-version', () => '#45-Ubuntu SMP PREEMPT_DYNAMIC'],
  ['m', 'machine', () => 'x86_64'],
  ['p', 'processor', () => 'x86_64'],
  ['i', 'hardware-platform', () => 'x86_64'],
  ['o', 'operating-system', () => 'GNU/Linux'],
];

function uname(invocation: Invocation): number {
  const wanted = new Set<string>();
  for (const arg of invocation.args) {
    if (arg === '--help') {
      print(invocation, UNAME_HELP);
      return 0;
    }
    if (arg === '-a' || arg === '--all') for (const [letter] of UNAME) wanted.add(letter);
    else if (arg.startsWith('--')) {
      const found = UNAME.find(([, name]) => `--${name}` === arg);
      if (!found) return fail(invocation, `unrecognized option '${arg}'\nTry 'uname --help' for more information.`);
      wanted.add(found[0]);
    } else if (arg.startsWith('-') && arg.length > 1) {
      for (const letter of arg.slice(1)) {
        if (!UNAME.some(([each]) => each === letter))
          return fail(invocation, `invalid option -- '${letter}'\nTry 'uname --help' for more information.`);
        wanted.add(letter);
      }
    } else return fail(invocation, `extra operand ‘${arg}’\nTry 'uname --help' for more information.`);
  }
  if (wanted.size === 0) wanted.add('s');
  print(
    invocation,
    `${UNAME.filter(([letter]) => wanted.has(letter))
      .map(([, , value]) => value(invocation))
      .join(' ')}\n`,
  );
  return 0;
}

function id(invocation: Invocation): number {
  const { x, args } = invocation;
  const given = readOptions(invocation, {
    short: 'aGgnruzZ',
    long: { context: 'Z', groups: 'G', group: 'g', name: 'n', real: 'r', user: 'u', zero: 'z' },
  });
  if (typeof given === 'number') return given;
  const picks = ['u', 'g', 'G'].filter((letter) => given.has(letter));
  if (picks.length > 1) return fail(invocation, 'cannot print "only" of more than one choice');
  if (picks.length === 0 && (given.has('n') || given.has('r')))
    return fail(invocation, 'cannot print only names or real IDs in default format');
  if (picks.length === 0 && given.has('z')) return fail(invocation, 'option --zero not permitted in default format');
  const operand = args.find((arg) => !arg.startsWith('-'));
  const user = operand ?? x.platform.user;
  if (user !== 'root' && user !== 'ubuntu' && user !== x.platform.user) return fail(invocation, `‘${user}’: no such user`);
  const number = user === 'root' ? 0 : 1000;
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const name = flags.includes('n');
  if (/[ugG]/.test(flags)) print(invocation, `${name ? user : number}\n`);
  else
    print(
      invocation,
      `uid=${number}(${user}) gid=${number}(${user}) groups=${number}(${user})${number === 0 ? '' : ',27(sudo)'}\n`,
    );
  return 0;
}

function uptime(invocation: Invocation): number {
  const now = invocation.x.platform.clock.now();
  const minutes = Math.floor((now - (hostOf(invocation)?.bootedAt ?? now)) / 60_000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const left = minutes % 60;
  if (invocation.args.includes('-p')) {
    const parts = [
      days && `${days} day${days > 1 ? 's' : ''}`,
      hours && `${hours} hour${hours > 1 ? 's' : ''}`,
      `${left} minute${left === 1 ? '' : 's'}`,
    ].filter(Boolean);
    print(invocation, `up ${parts.join(', ')}\n`);
    return 0;
  }
  const span = `${days > 0 ? `${days} day${days > 1 ? 's' : ''}, ` : ''}${hours > 0 ? `${String(hours).padStart(2)}:${String(left).padStart(2, '0')}` : `${left} min`}`;
  print(invocation, ` ${formatDate(now, '%H:%M:%S')} up ${span},  1 user,  load average: 0.08, 0.03, 0.01\n`);
  return 0;
}

const precisionOf = (arg: string) =>
  /^--rfc/.test(arg) ? /=(date|seconds|ns)$/.test(arg) : /^(-I|--iso-8601=)(hours|minutes|date|seconds|ns)$/.test(arg);

function wrongPrecision(arg: string): string {
  const option = arg.startsWith('--rfc') ? '--rfc-3339' : '--iso-8601';
  const given = arg.replace(/^(-I|--[a-z0-9-]+=)/, '');
  const valid = option === '--rfc-3339' ? ['date', 'seconds', 'ns'] : ['hours', 'minutes', 'date', 'seconds', 'ns'];
  return `invalid argument ‘${given}’ for ‘${option}’\nValid arguments are:\n${valid.map((each) => `  - ‘${each}’\n`).join('')}Try 'date --help' for more information.`;
}

function date(invocation: Invocation): number {
  const args = [...invocation.args];
  let at = invocation.x.platform.clock.now();
  let format = '%a %b %e %H:%M:%S UTC %Y';
  let formatted = false;
  while (args.length > 0) {
    const arg = args.shift()!;
    const long = /^--date=(.*)$/s.exec(arg);
    if (arg === '-d' || arg === '--date' || long || /^-d./.test(arg)) {
      const text = long ? long[1]! : arg.startsWith('-d') && arg.length > 2 && !arg.startsWith('--') ? arg.slice(2) : args.shift();
      if (text === undefined)
        return fail(invocation, "option requires an argument -- 'd'\nTry 'date --help' for more information.");
      const parsed = parseDate(text, at);
      if (parsed === undefined) return fail(invocation, `invalid date ‘${text}’`);
      at = parsed;
    } else if (arg === '-r' || arg === '--reference' || arg.startsWith('--reference=')) {
      const name = arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : args.shift();
      if (name === undefined)
        return fail(invocation, "option requires an argument -- 'r'\nTry 'date --help' for more information.");
      const stat = invocation.x.platform.files.stat(resolvePath(invocation.x.shell.cwd, name));
      if (!stat) return fail(invocation, `${name}: No such file or directory`);
      at = stat.modifiedAt;
    } else if (arg === '-u' || arg === '--utc' || arg === '--universal') continue;
    else if (arg === '-R' || arg === '--rfc-email') format = '%a, %d %b %Y %H:%M:%S %z';
    else if (/^-I.|^--(iso-8601|rfc-3339)=/.test(arg) && !precisionOf(arg)) return fail(invocation, wrongPrecision(arg));
    else if (/^(-I|--iso-8601)/.test(arg)) format = /s(econds)?$/.test(arg) ? '%Y-%m-%dT%H:%M:%S+00:00' : '%F';
    else if (arg.startsWith('--rfc-3339')) format = '%Y-%m-%d %H:%M:%S+00:00';
    else if (arg.startsWith('+')) {
      if (formatted) return fail(invocation, `extra operand ‘${arg}’\nTry 'date --help' for more information.`);
      formatted = true;
      format = arg.slice(1);
    } else if (arg.startsWith('--'))
      return fail(invocation, `unrecognized option '${arg}'\nTry 'date --help' for more information.`);
    else if (arg.startsWith('-s') || /^\d+$/.test(arg)) return fail(invocation, 'cannot set date: Operation not permitted');
    else if (arg.startsWith('-'))
      return fail(invocation, `invalid option -- '${arg[1] ?? ''}'\nTry 'date --help' for more information.`);
    else if (args[0] !== undefined && !args[0].startsWith('-'))
      return fail(invocation, `extra operand ‘${args[0]}’\nTry 'date --help' for more information.`);
    else return fail(invocation, `invalid date ‘${arg}’`);
  }
  print(invocation, `${formatDate(at, format)}\n`);
  return 0;
}

/** Takes no operands, and options only of these letters. @returns the status of a mistake */
function mistaken(invocation: Invocation, short = '', long: Readonly<Record<string, string>> = {}, status = 1): number | undefined {
  const given = readOptions(invocation, { short, long, status });
  if (typeof given === 'number') return given;
  const [extra] = given.operands;
  return extra === undefined ? undefined : fail(invocation, `extra operand ‘${extra}’${tryHelp(invocation)}`, status);
}

const says = (summary: string, text: (invocation: Invocation) => string): Tool => ({
  summary,
  run: (invocation) => {
    const mistake = mistaken(invocation);
    if (mistake === undefined) print(invocation, text(invocation));
    return mistake ?? 0;
  },
});

function nproc(invocation: Invocation): number {
  const given = readOptions(invocation, { short: '', long: { all: 'all', 'ignore=': 'ignore' } });
  if (typeof given === 'number') return given;
  const [extra] = given.operands;
  if (extra !== undefined) return fail(invocation, `extra operand ‘${extra}’${tryHelp(invocation)}`);
  const ignored = given.value('ignore') ?? '0';
  if (!/^\d+$/.test(ignored)) return fail(invocation, `invalid number: ‘${ignored}’`);
  print(invocation, `${Math.max(1, 2 - Number(ignored))}\n`);
  return 0;
}

function tty(invocation: Invocation): number {
  const silent = invocation.args.some((arg) => /^(-s+|--silent|--quiet)$/.test(arg));
  const mistake = mistaken(invocation, 's', { silent: 's', quiet: 's' }, 2);
  if (mistake !== undefined) return mistake;
  const isTTY = invocation.x.fds.get(0)?.source?.isTTY === true;
  if (!silent) print(invocation, isTTY ? '/dev/pts/0\n' : 'not a tty\n');
  return isTTY ? 0 : 1;
}

function groups(invocation: Invocation): number {
  const given = readOptions(invocation, { short: '' });
  if (typeof given === 'number') return given;
  const own = (user: string) => `${user}${user === 'root' ? '' : ' sudo'}`;
  let status = 0;
  if (given.operands.length === 0) print(invocation, `${own(invocation.x.platform.user)}\n`);
  for (const user of given.operands)
    if (user === 'root' || user === 'ubuntu') print(invocation, `${user} : ${own(user)}\n`);
    else status = fail(invocation, `‘${user}’: no such user`);
  return status;
}

export const identityTools: Readonly<Record<string, Tool>> = {
  hostname: { summary: "This machine's name and addresses", run: hostname },
  uname: { summary: 'The kernel', run: uname },
  id: { summary: 'User and groups', run: id },
  whoami: says('User name', ({ x }) => `${x.platform.user}\n`),
  uptime: { summary: 'How long it has been up (simulated time)', run: uptime },
  date: { summary: 'The simulated date and time', run: date },
  logname: says('User name', ({ x }) => `${x.platform.user}\n`),
  groups: { summary: 'Groups', run: groups },
  users: says('Who is logged in', ({ x }) => `${x.platform.user}\n`),
  arch: says('Machine type', () => 'x86_64\n'),
  nproc: { summary: 'Number of processors', run: nproc },
  tty: { summary: 'Name of the terminal', run: tty },
  who: says('Who is logged in', ({ x }) => `${x.platform.user}   pts/0        ${formatDate(x.platform.clock.now(), '%F %H:%M')}\n`),
};
