/** bash, sh and scripts: a new shell in its own process. */
import { runProgram } from '../bash/command.ts';
import { inSubshell, runScript } from '../bash/execute.ts';
import { type Execution, type Invocation, stderr, stdin } from '../bash/execution.ts';
import { resolvePath } from '../bash/files.ts';
import { createState, errorPrefix } from '../bash/state.ts';
import { readAll } from '../bash/streams.ts';
import { checkSyntax } from '../bash/syntax.ts';
import { fail, type Tool } from './tool.ts';

interface Request {
  readonly text: string;
  /** `$0` */
  readonly name: string;
  readonly args: readonly string[];
  /** How errors name it: `bash: -c`. */
  readonly label: string;
  /** Run as sh, which is dash on Debian. */
  readonly dash?: boolean;
}

/** Runs a script's text in a new shell that inherits only what is exported. */
async function runText({ x, env }: Invocation, request: Request, options: readonly string[]): Promise<number> {
  const shell = createState({
    env: Object.fromEntries([...env].filter(([name]) => !name.startsWith('BASH_FUNC_'))),
    cwd: x.shell.cwd,
    descriptors: x.shell.descriptors,
    scriptName: request.name,
    pid: x.platform.processes.nextPid++,
    now: x.platform.clock.now(),
  });
  for (const [name, definition] of x.shell.functions) if (env.has(`BASH_FUNC_${name}%%`)) shell.functions.set(name, definition);
  for (const option of options) shell.options.add(option);
  shell.positional = request.args;
  if (request.label.endsWith(': -c')) shell.commandString = true;
  if (request.dash) shell.dialect = 'dash';
  const inside: Execution = { ...x, shell, source: request.text, tested: false, depth: 0 };
  const parsed = checkSyntax(request.text);
  if ('error' in parsed) {
    // At the end of the text bash has already counted the line that never came.
    const beyond = /unexpected end of file|matching `\)'/.test(parsed.error[0] ?? '');
    const line = request.text.replace(/\n$/, '').split('\n').length + (beyond ? 1 : 0);
    stderr(x)?.write(`${request.label}: line ${line}: ${parsed.error[0]}\n`);
    if (parsed.error[0]?.includes('near'))
      stderr(x)?.write(`${request.label}: line ${line}: \`${request.text.split('\n').at(-1)}'\n`);
    return 2;
  }
  if (options.includes('noexec')) return 0;
  return inSubshell(inside, (sub) => {
    sub.shell.subshell = 0;
    sub.shell.pid = shell.pid;
    return runScript(parsed.script, sub);
  });
}

const LETTERS: Readonly<Record<string, string>> = {
  e: 'errexit',
  n: 'noexec',
  u: 'nounset',
  x: 'xtrace',
  f: 'noglob',
  v: 'verbose',
};
const BASH_USAGE = `Usage:	bash [GNU long option] [option] ...
	bash [GNU long option] [option] script-file ...
GNU long options:
	--debug
	--debugger
	--dump-po-strings
	--dump-strings
	--help
	--init-file
	--login
	--noediting
	--noprofile
	--norc
	--posix
	--pretty-print
	--rcfile
	--restricted
	--verbose
	--version
Shell options:
	-ilrsD or -c command or -O shopt_option		(invocation only)
	-abefhkmnptuvxBCEHPT or -o option
`;
const isDash = (name: string) => /(?:^|\/)(?:sh|dash)$/.test(name);

async function bash(invocation: Invocation): Promise<number> {
  const { x, name } = invocation;
  const args = [...invocation.args];
  const options: string[] = [];
  let command: string | undefined;
  while (args.length > 0 && /^[-+]./.test(args[0]!)) {
    const arg = args.shift()!;
    if (arg === '--') break;
    if (arg === '--script') return runFile(invocation, args, true);
    if (arg === '--version') {
      x.fds.get(1)?.sink?.write('GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n');
      return 0;
    }
    if (/^--(?:login|norc|noprofile|posix|verbose|noediting)$/.test(arg)) continue;
    if (arg.startsWith('--')) return refuseOption(invocation, arg);
    for (const letter of arg.slice(1)) {
      if (letter === 'c') command = '';
      else if (letter === 'o') options.push(args.shift() ?? '');
      else if (LETTERS[letter]) options.push(LETTERS[letter]!);
      else if (!'abhilmprstBCDEHPTO'.includes(letter)) return refuseOption(invocation, `-${letter}`);
    }
  }
  if (command !== undefined) {
    const [text, zero, ...positional] = args;
    if (text === undefined)
      return fail(invocation, isDash(name) ? '0: -c requires an argument' : '-c: option requires an argument', 2);
    return runText(
      invocation,
      { text, name: zero ?? name, args: positional, label: `${zero ?? name}: -c`, dash: isDash(name) },
      options,
    );
  }
  if (args.length > 0) return runFile(invocation, args, false, options);
  const source = stdin(x);
  if (source?.isTTY || !source) return enterShell(invocation);
  return runText(invocation, { text: await readAll(source), name, args: [], label: name, dash: isDash(name) }, options);
}

/** What bash says of an option it does not have. */
function refuseOption({ x, name }: Invocation, option: string): number {
  if (isDash(name)) {
    stderr(x)?.write(`${name}: 0: Illegal option ${option.slice(0, 2)}\n`);
    return 2;
  }
  stderr(x)?.write(`${name}: ${option}: invalid option\n${BASH_USAGE}`);
  return 2;
}

/** `bash` alone at the prompt: one shell deeper, same place. */
async function enterShell({ x, env }: Invocation): Promise<number> {
  const around = (x.platform as { around?: import('../process.ts').Surroundings }).around;
  if (!around) return 0;
  const { place, container, user } = around;
  return around.enter(
    place,
    { user, cwd: x.shell.cwd, env: Object.fromEntries(env), ...(container !== undefined && { container }) },
    x,
  );
}

function runFile(
  invocation: Invocation,
  [file = '', ...args]: readonly string[],
  direct: boolean,
  options: readonly string[] = [],
): Promise<number> | number {
  const { x } = invocation;
  const path = resolvePath(x.shell.cwd, file);
  const stat = x.platform.files.stat(path);
  const text = x.platform.files.read(path);
  const complain = (why: string, status: number) => {
    stderr(x)?.write(`${direct ? errorPrefix(x.shell) : stat?.type === 'directory' ? '' : 'bash: '}${file}: ${why}\n`);
    return status;
  };
  const dash = !direct && isDash(invocation.name);
  if (dash && (!stat || stat.type === 'directory')) {
    stderr(x)?.write(`sh: 0: ${stat ? `${file}: Is a directory` : `cannot open ${file}: No such file`}\n`);
    return 2;
  }
  if (!stat) {
    const why = x.platform.files.missing(path);
    return complain(why, why === 'No such file or directory' ? 127 : 126);
  }
  if (stat.type === 'directory') return complain(direct ? 'Is a directory' : `${file}: Is a directory`, 126);
  if (text === undefined || (direct && (stat.mode & 0o111) === 0)) return complain('Permission denied', 126);
  const interpreter = direct ? /^#![ \t]*([^ \t\n]+)(?:[ \t]+([^\n]*?))?[ \t]*(?:\n|$)/.exec(text) : null;
  if (!interpreter) return runText(invocation, { text, name: file, args, label: file, dash }, options);
  const [, path0, argument] = interpreter as unknown as [string, string, string?];
  const viaEnv = /^\/usr\/bin\/env$/.test(path0) ? argument : undefined;
  const name = viaEnv ?? path0;
  if (/^(?:\/(?:usr\/)?bin\/)?(?:ba|da)?sh$/.test(name))
    return runText(invocation, { text, name: file, args, label: file, dash: isDash(name) }, options);
  const words = [...(argument ? [argument] : []), file, ...args];
  const known = /^\/(?:usr\/)?(?:local\/)?s?bin\/([^/]+)$/.exec(path0)?.[1];
  if (known !== undefined && x.platform.program(known)) return runProgram(path0, words, x);
  return complain('cannot execute: required file not found', 127);
}

export const shells: Readonly<Record<string, Tool>> = {
  bash: { summary: 'Run a script or start another shell', run: bash },
  sh: { summary: 'Run a script', run: bash },
};
