/** Programs that run others: env, xargs, timeout, nohup, nice, time, which. */

import { signalName } from '../bash/builtins/signals.ts';
import { pathOf } from '../bash/builtins/type.ts';
import { runProgram, runWords } from '../bash/command.ts';
import { type Execution, Interrupted, type Invocation, stdin } from '../bash/execution.ts';
import { copyState } from '../bash/state.ts';
import { emptySource, readAll } from '../bash/streams.ts';
import { openOperand } from './operands.ts';
import { parseInterval } from './streams.ts';
import { fail, print, type Tool } from './tool.ts';

/** Builtins that exist as programs too, so that `xargs echo` and `timeout 1 echo` work. */
const ALSO_PROGRAMS = new Set(['echo', 'printf', 'test', '[', 'true', 'false', 'pwd', 'kill']);

/** Runs a program (or what bash has built in but /usr/bin has too). Status 127 when there is none. */
async function run(words: readonly string[], x: Execution, missing: (name: string) => number): Promise<number> {
  const [name, ...args] = words as [string, ...string[]];
  if (ALSO_PROGRAMS.has(name)) return runWords(words, x, { only: 'builtin' });
  if (!x.platform.program(name)) return missing(name);
  return runProgram(name, args, x);
}

async function env(invocation: Invocation): Promise<number> {
  const args = [...invocation.args];
  const shell = copyState(invocation.x.shell);
  const forget = (name: string) => {
    const variable = shell.variables.get(name);
    if (variable) shell.variables.set(name, { ...variable, exported: false });
  };
  while (args.length > 0 && /^-/.test(args[0]!)) {
    const arg = args.shift()!;
    if (arg === '-i' || arg === '-' || arg === '--ignore-environment') for (const name of [...shell.variables.keys()]) forget(name);
    else if ((arg === '-u' || arg === '--unset') && args.length === 0)
      return fail(invocation, "option requires an argument -- 'u'\nTry 'env --help' for more information.", 125);
    else if (arg === '-u' || arg === '--unset') forget(args.shift()!);
    else if (/^-u./.test(arg)) forget(arg.slice(2));
    else if (arg.startsWith('--unset=')) forget(arg.slice(8));
    else if (arg !== '-0' && arg !== '--')
      return fail(
        invocation,
        `${arg.startsWith('--') ? `unrecognized option '${arg}'` : `invalid option -- '${arg[1]}'`}\nTry 'env --help' for more information.`,
        125,
      );
  }
  while (args.length > 0 && /^[^=]+=/.test(args[0]!)) {
    const arg = args.shift()!;
    const equals = arg.indexOf('=');
    shell.variables.set(arg.slice(0, equals), { value: arg.slice(equals + 1), exported: true });
  }
  if (args.length === 0) {
    for (const [name, variable] of shell.variables)
      if (variable.exported && variable.value !== undefined && !name.startsWith('BASH_FUNC_'))
        print(invocation, `${name}=${variable.value}\n`);
    return 0;
  }
  return run(args, { ...invocation.x, shell }, (name) => fail(invocation, `‘${name}’: No such file or directory`, 127));
}

interface XargsOptions {
  perCall?: number;
  lines?: number;
  replace?: string;
  delimiter?: string;
  noRunIfEmpty: boolean;
  trace: boolean;
  /** Where the words come from, when not from standard input. */
  file?: string;
  /** The word that ends the input. */
  end?: string;
  asks?: boolean;
  words: string[];
}

function xargsOptions(invocation: Invocation): XargsOptions | number {
  const options: XargsOptions = { noRunIfEmpty: false, trace: false, words: [] };
  const args = [...invocation.args];
  while (args.length > 0 && /^-./.test(args[0]!)) {
    const arg = args.shift()!;
    if (arg === '--') break;
    const long = /^--([a-z-]+)(?:=(.*))?$/s.exec(arg);
    const letter = long
      ? ({
          'max-args': 'n',
          replace: 'i',
          null: '0',
          'no-run-if-empty': 'r',
          delimiter: 'd',
          'max-lines': 'L',
          'max-procs': 'P',
          verbose: 't',
          interactive: 'p',
          'arg-file': 'a',
          exit: 'x',
          'max-chars': 's',
          eof: 'E',
          'open-tty': 'o',
        }[long[1]!] ?? '')
      : arg[1]!;
    if (letter === '') return fail(invocation, `unrecognized option '${arg}'\nTry 'xargs --help' for more information.`);
    const attached = long ? long[2] : arg.slice(2);
    const value = () => (attached ? attached : args.shift());
    if (letter === 'n' || letter === 'L' || letter === 'P' || letter === 's') {
      const text = value();
      if (text === undefined)
        return fail(invocation, `option requires an argument -- '${letter}'\nTry 'xargs --help' for more information.`);
      if (!/^\d+$/.test(text))
        return fail(invocation, `invalid number "${text}" for -${letter} option\nTry 'xargs --help' for more information.`);
      if (Number(text) < 1 && letter !== 'P')
        return fail(invocation, `value ${text} for -${letter} option should be >= 1\nTry 'xargs --help' for more information.`);
      if (letter === 'n') options.perCall = Number(text);
      if (letter === 'L') options.lines = Number(text);
    } else if ('IdEa'.includes(letter)) {
      const text = value();
      if (text === undefined)
        return fail(invocation, `option requires an argument -- '${letter}'\nTry 'xargs --help' for more information.`);
      if (letter === 'd' && !/^(?:[^\\]|\\.+)$/su.test(text))
        return fail(
          invocation,
          `Invalid input delimiter specification ${text}: the delimiter must be either a single character or an escape sequence starting with \\.`,
        );
      if (letter === 'I') {
        if (options.perCall !== undefined)
          fail(
            invocation,
            'warning: options --max-args and --replace/-I/-i are mutually exclusive, ignoring previous --max-args value',
          );
        options.replace = text;
      } else if (letter === 'a') options.file = text;
      else if (letter === 'E') options.end = text;
      else options.delimiter = text.replace('\\n', '\n').replace('\\t', '\t').replace('\\0', '\0');
    } else if (letter === 'i') options.replace = attached || '{}';
    else if (letter === '0') options.delimiter = '\0';
    else if (letter === 'r') options.noRunIfEmpty = true;
    else if (letter === 't') options.trace = true;
    else if (letter === 'p') options.asks = true;
    else if (letter === 'l') options.lines = Number(attached || 1);
    else if (letter === 'x' || letter === 'o') continue;
    else return fail(invocation, `invalid option -- '${letter}'\nTry 'xargs --help' for more information.`);
  }
  options.words = args.length > 0 ? args : ['echo'];
  return options;
}

/** Words of the input, quotes and backslashes as xargs reads them. */
function splitInput(text: string): string[] {
  const found = text.match(/(?:[^\s'"\\]|\\[\s\S]|'[^'\n]*'|"[^"\n]*")+/g) ?? [];
  return found.map((word) =>
    word.replace(/'([^']*)'|"([^"]*)"|\\([\s\S])/g, (_all, single, double, escaped) => single ?? double ?? escaped ?? ''),
  );
}

/** The quote that is still open at the end of a line. */
function unmatched(text: string): 'single' | 'double' | undefined {
  const rest = text.replace(/\\[\s\S]|'[^'\n]*'|"[^"\n]*"/g, '');
  const quote = /['"]/.exec(rest)?.[0];
  return quote === undefined ? undefined : quote === "'" ? 'single' : 'double';
}

const untilEnd = (items: string[], end: string | undefined): string[] =>
  end !== undefined && items.includes(end) ? items.slice(0, items.indexOf(end)) : items;

async function xargs(invocation: Invocation): Promise<number> {
  const options = xargsOptions(invocation);
  if (typeof options === 'number') return options;
  const { x } = invocation;
  const { delimiter, replace, perCall, lines, words } = options;
  const source =
    options.file === undefined
      ? stdin(x)
      : openOperand(invocation, options.file, (why) => `Cannot open input file ‘${options.file}’: ${why}`);
  if (options.file !== undefined && !source) return 1;
  const text = source ? await readAll(source) : '';
  if (delimiter === undefined) {
    const open = unmatched(text);
    if (open !== undefined)
      return fail(invocation, `unmatched ${open} quote; by default quotes are special to xargs unless you use the -0 option`);
  }
  const inside: Execution = { ...x, fds: new Map(x.fds).set(0, { source: emptySource() }) };
  const items =
    delimiter !== undefined
      ? text.split(delimiter).filter((item, at, all) => item !== '' || at < all.length - 1)
      : replace !== undefined
        ? text
            .split('\n')
            .map((line) => line.trim())
            .filter(Boolean)
        : untilEnd(splitInput(text), options.end);
  const calls: string[][] = [];
  if (replace !== undefined) for (const item of items) calls.push(words.map((word) => word.split(replace).join(item)));
  else if (lines !== undefined) {
    const rows = text.split('\n').filter((line) => line.trim() !== '');
    if (rows.length === 0 && !options.noRunIfEmpty) calls.push(words);
    for (let at = 0; at < rows.length; at += lines) calls.push([...words, ...splitInput(rows.slice(at, at + lines).join(' '))]);
  } else if (items.length === 0) {
    if (!options.noRunIfEmpty) calls.push(words);
  } else
    for (let at = 0; at < items.length; at += perCall ?? items.length)
      calls.push([...words, ...items.slice(at, at + (perCall ?? items.length))]);
  let status = 0;
  for (const call of calls) {
    if (options.asks) {
      x.fds.get(2)?.sink?.write(call[0]!);
      return fail(invocation, 'failed to open /dev/tty for reading: No such device or address');
    }
    if (options.trace) x.fds.get(2)?.sink?.write(`${call.join(' ')}\n`);
    const code = await run(call, inside, (name) => fail(invocation, `${name}: No such file or directory`, 127));
    if (code === 127 && !x.platform.program(call[0]!) && !ALSO_PROGRAMS.has(call[0]!)) return 127;
    if (code === 255) return fail(invocation, `${call[0]}: exited with status 255; aborting`, 124);
    if (code !== 0) status = 123;
  }
  return status;
}

async function timeout(invocation: Invocation): Promise<number> {
  const args = [...invocation.args];
  let preserve = false;
  let signal = 'TERM';
  let verbose = false;
  while (args.length > 0 && /^-./.test(args[0]!)) {
    const arg = args.shift()!;
    if (arg === '--') break;
    if (arg === '--preserve-status') preserve = true;
    else if (arg === '-s' || arg === '-k') {
      const value = args.shift();
      if (value === undefined)
        return fail(invocation, `option requires an argument -- '${arg[1]}'\nTry 'timeout --help' for more information.`, 125);
      if (arg === '-s' && signalName(value) === undefined)
        return fail(invocation, `‘${value}’: invalid signal\nTry 'timeout --help' for more information.`, 125);
      if (arg === '-s') signal = value;
    } else if (arg === '-v' || arg === '--verbose') verbose = true;
    else if (/^(--foreground|--signal=.*|--kill-after=.*|-[sk].+)$/.test(arg)) continue;
    else
      return fail(
        invocation,
        `${arg.startsWith('--') ? `unrecognized option '${arg}'` : `invalid option -- '${arg[1]}'`}\nTry 'timeout --help' for more information.`,
        125,
      );
  }
  const [duration, ...words] = args;
  if (duration === undefined || words.length === 0) {
    invocation.x.fds.get(2)?.sink?.write("Try 'timeout --help' for more information.\n");
    return 125;
  }
  const seconds = parseInterval(duration);
  if (seconds === undefined)
    return fail(invocation, `invalid time interval ‘${duration}’\nTry 'timeout --help' for more information.`, 125);
  const { x } = invocation;
  const controller = new AbortController();
  const done = new AbortController();
  const onAbort = () => {
    controller.abort();
    done.abort();
  };
  x.signal.addEventListener('abort', onAbort, { once: true });
  let expired = false;
  if (seconds > 0) {
    x.platform.clock.sleep(seconds * 1000, undefined, done.signal).then(
      () => {
        expired = true;
        if (verbose) fail(invocation, `sending signal ${signalName(signal)} to command ‘${words[0]}’`);
        controller.abort();
      },
      () => undefined,
    );
  }
  try {
    const status = await run(words, { ...x, signal: controller.signal }, (name) =>
      fail(invocation, `failed to run command ‘${name}’: No such file or directory`, 127),
    );
    return expired && !preserve ? 124 : status;
  } catch (error) {
    if (!(error instanceof Interrupted) || x.signal.aborted || !expired) throw error;
    return preserve ? 143 : /^(KILL|9|SIGKILL)$/.test(signal) ? 137 : 124;
  } finally {
    done.abort();
    x.signal.removeEventListener('abort', onAbort);
  }
}

function plainRunner(summary: string, skip: (args: string[]) => void): Tool {
  return {
    summary,
    run: (invocation) => {
      const args = [...invocation.args];
      skip(args);
      if (args.length === 0) return fail(invocation, `missing operand\nTry '${invocation.name} --help' for more information.`, 125);
      return run(args, invocation.x, (name) => fail(invocation, `failed to run command '${name}': No such file or directory`, 127));
    },
  };
}

function which(invocation: Invocation): number {
  let status = 0;
  const bad = invocation.args.find((arg) => /^-[^a]/.test(arg));
  if (bad !== undefined) {
    invocation.x.fds.get(2)?.sink?.write(`Illegal option ${bad}\n`);
    print(invocation, 'Usage: /usr/bin/which [-a] args\n');
    return 2;
  }
  const names = invocation.args.filter((arg) => !arg.startsWith('-'));
  for (const name of names) {
    if (ALSO_PROGRAMS.has(name) || invocation.x.platform.program(name)) {
      const path = name.includes('/') ? name : pathOf(name);
      // /bin is /usr/bin by another name.
      print(invocation, `${path}\n${invocation.args.includes('-a') && path.startsWith('/usr/bin/') ? `${path.slice(4)}\n` : ''}`);
    } else status = 1;
  }
  return names.length === 0 ? 1 : status;
}

export const runnerTools: Readonly<Record<string, Tool>> = {
  env: { summary: 'Run with a changed environment', run: env },
  xargs: { summary: 'Run a command with arguments from its input', run: xargs },
  timeout: { summary: 'Run with a time limit (simulated time)', run: timeout },
  nohup: plainRunner('Run on after the terminal is closed', () => {}),
  nice: plainRunner('Run with another priority', (args) => {
    while (args[0]?.startsWith('-')) args.splice(0, args[0] === '-n' ? 2 : 1);
  }),
  stdbuf: plainRunner('Run with other buffering', (args) => {
    while (args[0]?.startsWith('-')) args.splice(0, 1);
  }),
  setsid: plainRunner('Run in a new session', () => {}),
  which: { summary: 'Where a program is', run: which },
};
