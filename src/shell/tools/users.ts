/** sudo and su: the same place as another user. The learner may do all of it without a password, as on a cloud machine. */
import { runProgram } from '../bash/command.ts';
import type { Execution, Invocation } from '../bash/execution.ts';
import { copyState } from '../bash/state.ts';
import type { EnterOptions } from '../session.ts';
import { aroundOf, platformOf } from './place.ts';
import { fail, print, type Tool } from './tool.ts';

const USERS: ReadonlySet<string> = new Set(['root', 'ubuntu']);
const homeOf = (user: string) => (user === 'root' ? '/root' : `/home/${user}`);

/** The same shell's surroundings, as another user. */
function asUser(x: Execution, user: string, env: Readonly<Record<string, string>>, keep: boolean): Execution {
  const shell = copyState(x.shell);
  if (!keep)
    for (const [name, variable] of shell.variables)
      if (variable.exported && !/^(TERM|LANG|PATH|PWD|DISPLAY|COLUMNS|LINES)$/.test(name))
        shell.variables.set(name, { ...variable, exported: false });
  const given = { ...(keep ? {} : { HOME: homeOf(user) }), USER: user, LOGNAME: user, SUDO_USER: x.platform.user, ...env };
  for (const [name, value] of Object.entries(given)) shell.variables.set(name, { value, exported: true });
  return { ...x, shell, platform: platformOf({ x }).as(user) };
}

interface SudoRequest {
  user: string;
  login: boolean;
  shell: boolean;
  keep: boolean;
  env: Record<string, string>;
  words: string[];
}

const USAGE = `usage: sudo -h | -K | -k | -V
usage: sudo -v [-ABkNnS] [-g group] [-h host] [-p prompt] [-u user]
usage: sudo -l [-ABkNnS] [-g group] [-h host] [-p prompt] [-U user] [-u user] [command [arg ...]]
usage: sudo [-ABbEHkNnPS] [-C num] [-D directory] [-g group] [-h host] [-p prompt] [-R directory] [-T timeout] [-u user] [VAR=value] [-i | -s] [command [arg ...]]
usage: sudo -e [-ABkNnS] [-C num] [-D directory] [-g group] [-h host] [-p prompt] [-R directory] [-T timeout] [-u user] file ...
`;

function readSudo(invocation: Invocation): SudoRequest | number {
  const request: SudoRequest = { user: 'root', login: false, shell: false, keep: false, env: {}, words: [] };
  const args = [...invocation.args];
  while (args.length > 0) {
    const arg = args[0]!;
    const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(arg);
    if (assignment) request.env[assignment[1]!] = assignment[2]!;
    else if (!/^-./.test(arg)) break;
    else if (arg === '--') {
      args.shift();
      break;
    } else if (arg === '-u' || arg === '--user' || arg.startsWith('--user=') || /^-u./.test(arg)) {
      const value = arg.startsWith('--user=') ? arg.slice(7) : /^-u./.test(arg) ? arg.slice(2) : args.splice(1, 1)[0];
      if (value === undefined) return usage(invocation, `option requires an argument -- 'u'`);
      request.user = value;
    } else if (arg === '--login' || arg === '--shell') request[arg === '--login' ? 'login' : 'shell'] = true;
    else if (arg === '--preserve-env' || arg.startsWith('--preserve-env=')) request.keep = true;
    else if (arg === '-V' || arg === '--version') {
      print(invocation, 'Sudo version 1.9.13p3\n');
      return 0;
    } else if (arg === '-v' || arg === '-k' || arg === '-K') return 0;
    else if (arg === '-l') return fail(invocation, '-l: not simulated in this lab');
    else if (arg.startsWith('--')) return usage(invocation, `unrecognized option '${arg}'`);
    else {
      for (const letter of arg.slice(1)) {
        if (letter === 'i') request.login = true;
        else if (letter === 's') request.shell = true;
        else if (letter === 'E') request.keep = true;
        else if (!'nHSbABP'.includes(letter)) return usage(invocation, `invalid option -- '${letter}'`);
      }
    }
    args.shift();
  }
  request.words = args;
  return request;
}

function usage(invocation: Invocation, why?: string): number {
  if (why) fail(invocation, why);
  invocation.x.fds.get(2)?.sink?.write(USAGE);
  return 1;
}

async function sudo(invocation: Invocation): Promise<number> {
  const request = readSudo(invocation);
  if (typeof request === 'number') return request;
  const { user, words, login, shell } = request;
  if (!USERS.has(user)) return fail(invocation, `unknown user ${user}\nsudo: error initializing audit plugin sudoers_audit`);
  const { x } = invocation;
  if (words.length === 0) {
    if (!login && !shell) return usage(invocation);
    return enterAs(x, user, login ? homeOf(user) : x.shell.cwd);
  }
  const inside = asUser(x, user, request.env, request.keep);
  if (login) inside.shell.cwd = homeOf(user);
  if (login || shell) return runProgram('bash', ['-c', words.join(' ')], inside);
  if (!inside.platform.program(words[0]!)) return fail(invocation, `${words[0]}: command not found`);
  return runProgram(words[0]!, words.slice(1), inside);
}

function enterAs(x: Execution, user: string, cwd: string): Promise<number> {
  const { place, container, enter } = aroundOf({ x });
  const options: EnterOptions = { user, cwd, ...(container !== undefined && { container }) };
  return enter(place, options, x);
}

async function su(invocation: Invocation): Promise<number> {
  const { x, args } = invocation;
  const words = args.filter((arg) => arg !== '-' && arg !== '-l' && arg !== '--login');
  const login = words.length < args.length;
  const command = words.indexOf('-c');
  const text = command >= 0 ? words.splice(command, 2)[1] : undefined;
  const user = words[0] ?? 'root';
  if (!USERS.has(user))
    return fail(invocation, `user ${user} does not exist or the user entry does not contain all the required fields`);
  if (!x.platform.root && user !== x.platform.user) {
    x.fds.get(2)?.sink?.write('Password: \n');
    return fail(invocation, 'Authentication failure');
  }
  const cwd = login ? homeOf(user) : x.shell.cwd;
  if (text === undefined) return enterAs(x, user, cwd);
  const inside = asUser(x, user, {}, false);
  inside.shell.cwd = cwd;
  return runProgram('bash', ['-c', text], inside);
}

export const userTools: Readonly<Record<string, Tool>> = {
  sudo: { summary: 'Run a command as root', run: sudo, where: 'hosts' },
  su: { summary: 'Become another user', run: su },
};
