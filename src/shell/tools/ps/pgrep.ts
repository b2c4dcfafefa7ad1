/** pgrep and pkill of procps-ng 4.0.2 and pidof of sysvinit-utils 3.06, over the processes that ps shows. Signals reach this shell's jobs. */

import { signalName } from '../../bash/builtins/signals.ts';
import type { Invocation } from '../../bash/execution.ts';
import { readOptions } from '../gnu/options.ts';
import { fail, print, type Tool } from '../tool.ts';
import type { Row } from './columns.ts';
import { rowsOf } from './index.ts';

const LISTING = ` -d, --delimiter <string>  specify output delimiter
 -l, --list-name           list PID and process name
 -a, --list-full           list PID and full command line
 -v, --inverse             negates the matching
 -w, --lightweight         list all TID
`;
const SENDING = ` -<sig>, --signal <sig>    signal to send (either number or name)
 -q, --queue <value>       integer value to be sent with the signal
 -e, --echo                display what is killed
`;

const usage = (name: string) => `
Usage:
 ${name} [options] <pattern>

Options:
${name === 'pkill' ? SENDING : LISTING} -c, --count               count of matching processes
 -f, --full                use full process name to match
 -g, --pgroup <PGID,...>   match listed process group IDs
 -G, --group <GID,...>     match real group IDs
 -i, --ignore-case         match case insensitively
 -n, --newest              select most recently started
 -o, --oldest              select least recently started
 -O, --older <seconds>     select where older than seconds
 -P, --parent <PPID,...>   match only child processes of the given parent
 -s, --session <SID,...>   match session IDs
 -t, --terminal <tty,...>  match by controlling terminal
 -u, --euid <ID,...>       match by effective IDs
 -U, --uid <ID,...>        match by real IDs
 -x, --exact               match exactly with the command name
 -F, --pidfile <file>      read PIDs from file
 -L, --logpidfile          fail if PID file is not locked
 -r, --runstates <state>   match runstates [D,S,Z,...]
 -A, --ignore-ancestors    exclude our ancestors from results
 --cgroup <grp,...>        match by cgroup v2 names
 --ns <PID>                match the processes that belong to the same
                           namespace as <pid>
 --nslist <ns,...>         list which namespaces will be considered for
                           the --ns option.
                           Available namespaces: ipc, mnt, net, pid, user, uts

 -h, --help     display this help and exit
 -V, --version  output version information and exit

For more details see pgrep(1).`;

const LONG = {
  'delimiter=': 'd',
  'list-name': 'l',
  'list-full': 'a',
  inverse: 'v',
  count: 'c',
  full: 'f',
  'ignore-case': 'i',
  newest: 'n',
  oldest: 'o',
  'parent=': 'P',
  'terminal=': 't',
  'euid=': 'u',
  'uid=': 'U',
  exact: 'x',
  'signal=': 'signal',
  echo: 'e',
  'older=': 'O',
  help: 'h',
  version: 'V',
} as const;

const USERS: Readonly<Record<string, string>> = { 0: 'root', 1000: 'ubuntu', root: 'root', ubuntu: 'ubuntu', bird: 'bird' };

function grepProcesses(invocation: Invocation): number {
  const { name } = invocation;
  const kills = name === 'pkill';
  const given0 = invocation.args.find((arg) => kills && /^-(\d+|[A-Z][A-Z0-9+]+|SIG[A-Z0-9]+)$/.test(arg));
  const args = invocation.args.filter((arg) => arg !== given0);
  const given = readOptions(
    { ...invocation, args },
    { short: kills ? 'cefhinoO:P:t:u:U:vxV' : 'acd:fhilnoO:P:t:u:U:vxV', long: LONG, status: 2, help: usage(name) },
  );
  if (typeof given === 'number') return given;
  if (given.has('h') || given.has('V')) {
    print(invocation, given.has('h') ? `${usage(name)}\n` : `${name} from procps-ng 4.0.2\n`);
    return 0;
  }
  const hint = `\nTry \`${name} --help' for more information.`;
  const [pattern, more] = given.operands;
  if (more !== undefined) return fail(invocation, `only one pattern can be provided${hint}`, 2);
  const filters = ['P', 't', 'u', 'U', 'O'].some((letter) => given.has(letter));
  if (pattern === undefined && !filters) return fail(invocation, `no matching criteria specified${hint}`, 2);
  const signal = given0?.slice(1) ?? given.value('signal') ?? 'TERM';
  const users = [...given.values('u'), ...given.values('U')].flatMap((each) => each.split(','));
  const stranger = users.find((user) => !USERS[user]);
  if (stranger !== undefined) return fail(invocation, `invalid user name: ${stranger}`, 2);
  let expression: RegExp;
  try {
    expression = new RegExp(given.has('x') ? `^(?:${pattern ?? ''})$` : (pattern ?? ''), given.has('i') ? 'i' : '');
  } catch {
    return fail(invocation, 'regex error: Unmatched ( or \\(', 2);
  }
  if (!given.has('f') && (pattern?.replace(/[^\w.-]/g, '').length ?? 0) > 15)
    return fail(
      invocation,
      `pattern that searches for process name longer than 15 characters will result in zero matches\nTry \`${name} -f' option to match against the complete command line.`,
    );
  const wrong = given.values('P').find((each) => !/^\d+(,\d+)*$/.test(each));
  if (wrong !== undefined) return fail(invocation, `not a number: ${wrong}`, 2);
  const parents = given.values('P').flatMap((each) => each.split(',').map(Number));
  const terminals = given.values('t').flatMap((each) => each.split(','));
  let rows = rowsOf(invocation).filter((row) => row.name !== name);
  rows = rows.filter((row) => {
    const holds =
      expression.test(given.has('f') ? row.command : row.name) &&
      (users.length === 0 || users.some((user) => USERS[user] === row.user)) &&
      (parents.length === 0 || parents.includes(row.ppid)) &&
      (terminals.length === 0 || terminals.includes(row.tty));
    return holds !== given.has('v');
  });
  const byAge = [...rows].sort((a, b) => a.startedAt - b.startedAt || a.pid - b.pid);
  if (given.has('n')) rows = byAge.slice(-1);
  else if (given.has('o')) rows = byAge.slice(0, 1);
  if (kills) return killAll(invocation, rows, signal, given.has('c'), given.has('e'));
  if (given.has('c')) print(invocation, `${rows.length}\n`);
  else if (rows.length > 0) {
    const line = (row: Row) =>
      given.has('a') ? `${row.pid} ${row.command}` : given.has('l') ? `${row.pid} ${row.name}` : String(row.pid);
    print(invocation, `${rows.map(line).join(given.value('d') ?? '\n')}\n`);
  }
  return rows.length > 0 ? 0 : 1;
}

function killAll(invocation: Invocation, rows: readonly Row[], signal: string, counts: boolean, echoes: boolean): number {
  const { x } = invocation;
  const name = signal === '0' ? '0' : signalName(signal);
  if (name === undefined) return fail(invocation, `unknown signal ${signal}`, 2);
  for (const row of rows) {
    const job = [...x.shell.jobs.values()].find((each) => each.pid === row.pid);
    if (job) job.stop(name);
    else if (!x.platform.root && row.user !== x.platform.user)
      fail(invocation, `killing pid ${row.pid} failed: Operation not permitted`);
    else if (name !== '0') fail(invocation, `killing ${row.name}: not simulated in this lab`);
    if (echoes && job) print(invocation, `${row.name} killed (pid ${row.pid})\n`);
  }
  if (counts) print(invocation, `${rows.length}\n`);
  return rows.length > 0 ? 0 : 1;
}

function pidof(invocation: Invocation): number {
  const given = readOptions(
    { ...invocation, args: invocation.args.map((arg) => (/^-[^chqswxzdSo]/.test(arg) ? '' : arg)) },
    { short: 'chqswxzd:S:o:' },
  );
  if (typeof given === 'number') return given;
  const left = given.values('o').flatMap((each) => each.split(','));
  const names = given.operands.map((each) => each.replace(/^.*\//s, ''));
  const pids = rowsOf(invocation)
    .filter((row) => names.includes(row.name) && !left.includes(String(row.pid)))
    .map((row) => row.pid)
    .reverse();
  if (pids.length === 0) return 1;
  const shown = given.has('s') ? pids.slice(0, 1) : pids;
  if (!given.has('q')) print(invocation, `${shown.join(given.value('S') ?? given.value('d') ?? ' ')}\n`);
  return 0;
}

export const pgrepTools: Readonly<Record<string, Tool>> = {
  pgrep: { summary: 'Numbers of processes by name', run: grepProcesses },
  pkill: { summary: 'Signal processes by name', run: grepProcesses },
  pidof: { summary: 'Numbers of processes of a program', run: pidof },
};
