/** Builtins that steer: break, return, exit, eval, source, exec, command, trap … */

import { evaluateRoot } from '../arithmetic.ts';
import { runProgram, runWords } from '../command.ts';
import { runScript } from '../execute.ts';
import { Exit, LoopJump, Return, ShellError, stderr } from '../execution.ts';
import { doors } from '../expand.ts';
import { resolvePath } from '../files.ts';
import { describeJob } from '../jobs.ts';
import { checkSyntax } from '../syntax.ts';
import { type Builtin, type BuiltinCall, fail, print, quoteAlways } from './builtin.ts';
import { listSignals, signalName } from './signals.ts';
import { describeCommand } from './type.ts';
import { usage } from './usage.ts';

function statusArgument(call: BuiltinCall): number {
  const [text] = call.args;
  if (text === undefined) return call.x.shell.status;
  if (!/^[+-]?\d+$/.test(text)) {
    fail(call, `${text}: numeric argument required`);
    return 2;
  }
  return Number(text) & 255;
}

const jump =
  (kind: 'break' | 'continue'): Builtin =>
  (call) => {
    const levels = Number(call.args[0] ?? 1);
    if (!Number.isInteger(levels)) return fail(call, `${call.args[0]}: numeric argument required`, 128);
    if (levels < 1) return fail(call, `${call.args[0]}: loop count out of range`);
    if (call.x.shell.loops === 0) {
      fail(call, "only meaningful in a `for', `while', or `until' loop");
      return 0;
    }
    throw new LoopJump(kind, Math.min(levels, call.x.shell.loops));
  };

/** Parses and runs a text here. */
async function runText(text: string, call: BuiltinCall, name: string): Promise<number> {
  const parsed = checkSyntax(text);
  if ('error' in parsed) {
    const [first] = parsed.error;
    // bash has counted the line that never came when it runs out of text.
    const line = `line ${text.replace(/\n$/, '').split('\n').length + (/unexpected end of file|matching `\)'/.test(first!) && text !== '((' ? 1 : 0)}: `;
    const head = name === 'eval' ? `${call.x.shell.scriptName}: eval: ${line}` : `${name}: ${line}`;
    stderr(call.x)?.write(`${head}${first}\n${/ near /.test(first!) ? `${head}\`${text.split('\n')[0]}'\n` : ''}`);
    return 2;
  }
  return runScript(parsed.script, { ...call.x, source: text, depth: call.x.depth + 1 });
}

const source: Builtin = async (call) => {
  const [file, ...positional] = call.args;
  if (file === undefined) {
    fail(call, 'filename argument required', 2);
    return usage(call);
  }
  const { x } = call;
  const path = resolvePath(x.shell.cwd, file);
  if (x.platform.files.stat(path)?.type === 'directory') return fail(call, `${file}: is a directory`);
  const text = path === '/dev/stdin' ? await readStdin(call) : path === '/dev/null' ? '' : x.platform.files.read(path);
  if (text === undefined) return fail({ ...call, name: file }, 'No such file or directory');
  const before = x.shell.positional;
  if (positional.length > 0) x.shell.positional = positional;
  try {
    return await runText(text, call, file);
  } catch (error) {
    if (error instanceof Return) return error.status;
    throw error;
  } finally {
    if (positional.length > 0) x.shell.positional = before;
  }
};

async function readStdin({ x }: BuiltinCall): Promise<string> {
  const from = x.fds.get(0)?.source;
  let text = '';
  for (let chunk = await from?.read(); chunk !== undefined; chunk = await from?.read()) text += chunk;
  return text;
}

const command: Builtin = async (call) => {
  const [first, ...rest] = call.args;
  if (first === undefined) return 0;
  if (first === '-v' || first === '-V') {
    let status = 1;
    for (const name of rest) {
      const text = describeCommand(name, call.x, first === '-v' ? 'path' : 'sentence');
      if (text !== undefined) {
        print(call, `${text}\n`);
        status = 0;
      } else if (first === '-V') fail(call, `${name}: not found`);
    }
    return status;
  }
  const words = first === '-p' || first === '--' ? rest : call.args;
  return words.length === 0 ? 0 : runWords(words, call.x, { only: 'no-function' });
};

const trap: Builtin = (call) => {
  const { traps } = call.x.shell;
  const [action, ...names] = call.args[0] === '--' ? call.args.slice(1) : call.args;
  if (action === undefined || action === '-p') {
    return print(
      call,
      [...traps]
        .map(([name, text]) => `trap -- ${quoteAlways(text)} ${/^(EXIT|ERR|DEBUG|RETURN)$/.test(name) ? name : `SIG${name}`}\n`)
        .join(''),
    );
  }
  if (action === '-l') return print(call, listSignals());
  const targets = names.length === 0 ? [action] : names;
  let status = 0;
  for (const target of targets) {
    const name = ['ERR', 'DEBUG', 'RETURN'].includes(target.toUpperCase()) ? target.toUpperCase() : signalName(target);
    if (name === undefined) {
      status = fail(call, `${target}: invalid signal specification`);
    } else if (names.length === 0 || action === '-') traps.delete(name);
    else traps.set(name, action);
  }
  return status;
};

/** `exit` at a prompt: stopped jobs hold it back once; running ones too with `shopt -s checkjobs`, which also lists them. */
const leave: Builtin = (call) => {
  const { shell } = call.x;
  const status = statusArgument(call);
  const jobs = [...shell.jobs.values()];
  const stopped = jobs.some((job) => job.state === 'Stopped');
  const running = shell.shopt.has('checkjobs') && jobs.some((job) => job.state === 'Running');
  if (!shell.interactive || shell.subshell > 0 || shell.exitWarned || (!stopped && !running)) throw new Exit(status);
  shell.exitWarned = true;
  stderr(call.x)?.write(
    `${shell.scriptName === '-bash' ? 'logout' : 'exit'}\nThere are ${stopped ? 'stopped' : 'running'} jobs.\n`,
  );
  if (shell.shopt.has('checkjobs')) stderr(call.x)?.write(jobs.map((job) => describeJob(call.x, job)).join(''));
  return 1;
};

export const control: Readonly<Record<string, Builtin>> = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  break: jump('break'),
  continue: jump('continue'),
  return: (call) => {
    const status = statusArgument(call);
    if (call.x.depth === 0) return fail(call, "can only `return' from a function or sourced script", 2);
    throw new Return(status);
  },
  exit: leave,
  logout: (call) =>
    call.x.shell.interactive && call.x.shell.subshell === 0 ? leave(call) : fail(call, "not login shell: use `exit'"),
  eval: (call) => (call.args.length === 0 ? 0 : runText(call.args.join(' '), call, 'eval')),
  source,
  '.': source,
  exec: async (call) => {
    const [name, ...args] = call.args[0] === '--' ? call.args.slice(1) : call.args;
    if (name === undefined) return 0;
    if (call.x.platform.program(name) || name.includes('/')) {
      const status = await runProgram(name, args, call.x);
      if (status === 126) fail(call, `${name}: cannot execute: Is a directory`);
      throw new Exit(status);
    }
    // /bin/echo and its like, which are built in here.
    if (describeCommand(name, call.x, 'kind') === 'builtin')
      throw new Exit(await runWords([name, ...args], call.x, { only: 'builtin' }));
    fail(call, `${name}: not found`);
    // A prompt outlives an exec that found nothing; a script does not.
    if (call.x.shell.interactive && call.x.shell.subshell === 0) return 127;
    throw new Exit(127);
  },
  command,
  builtin: (call) => {
    const [name] = call.args;
    if (name === undefined) return 0;
    if (describeCommand(name, call.x, 'kind') !== 'builtin') return fail(call, `${name}: not a shell builtin`);
    return runWords(call.args, call.x, { only: 'builtin' });
  },
  let: async (call) => {
    if (call.args.length === 0) return fail(call, 'expression expected');
    let value = 0n;
    for (const text of call.args) {
      try {
        value = await evaluateRoot(text, undefined, call.x, doors);
      } catch (error) {
        if (!(error instanceof ShellError)) throw error;
        return fail(call, error.message);
      }
    }
    return value === 0n ? 1 : 0;
  },
  trap,
};
