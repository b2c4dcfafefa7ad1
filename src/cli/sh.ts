/**
 * `npm run sh -- [--lab ID|--world ID|FILE] [--host NAME] [-c LINE]… [--json]`: the same shell and world without a browser.
 * Lines come from `-c` or from standard input; output, errors and the exit status are the commands' own.
 */
import { createInterface } from 'node:readline';
import { WorldError } from '../engine/index.ts';
import { createSession, headlessClock, needsMore, type ShellSession } from '../shell/index.ts';
import { bootWorld } from './boot.ts';
import { choose } from './source.ts';

interface Options {
  readonly lab?: string;
  readonly world?: string;
  readonly host?: string;
  readonly lines: readonly string[];
  readonly json: boolean;
}

const USAGE = 'usage: npm run sh -- [--lab ID|--world ID|FILE] [--host NAME] [-c LINE]... [--json]';

function fail(complaint: string): never {
  process.stderr.write(`sh: ${complaint}\n`);
  process.exit(2);
}

function readOptions(args: readonly string[]): Options {
  const options: { lab?: string; world?: string; host?: string; lines: string[]; json: boolean } = { lines: [], json: false };
  for (let at = 0; at < args.length; at++) {
    const [name, inline] = args[at]!.startsWith('--')
      ? (args[at]!.split(/=(.*)/s) as [string, string | undefined])
      : [args[at]!, undefined];
    const value = () => inline ?? args[++at] ?? fail(`${name} needs a value\n${USAGE}`);
    if (name === '--lab') options.lab = value();
    else if (name === '--world') options.world = value();
    else if (name === '--host') options.host = value();
    else if (name === '-c') options.lines.push(value());
    else if (name === '--json') options.json = true;
    else if (name === '-h' || name === '--help') {
      process.stdout.write(`${USAGE}\n`);
      process.exit(0);
    } else if (name.startsWith('-')) fail(`unknown option ${name}\n${USAGE}`);
    else options.world = name;
  }
  return options;
}

interface Entry {
  readonly line: string;
  stdout: string;
  stderr: string;
  exitCode: number;
}

export async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  const { sim, host } = open(options);
  const entries: Entry[] = [];
  let current: Entry | undefined;
  const session = createSession({
    sim,
    place: { host, netns: '' },
    clock: headlessClock(sim),
    settle: true,
    write(text, fd) {
      if (current && options.json) current[fd === 1 ? 'stdout' : 'stderr'] += text;
      else (fd === 1 ? process.stdout : process.stderr).write(text);
    },
  });
  process.on('SIGINT', () => session.interrupt());
  // `npm run sh … | head` closes the pipe when it has seen enough.
  process.stdout.on('error', () => process.exit(141));
  const run = async (line: string) => {
    current = { line, stdout: '', stderr: '', exitCode: 0 };
    entries.push(current);
    current.exitCode = await session.run(line);
  };
  if (options.lines.length > 0) for (const line of options.lines) await run(line);
  else await readInput(session, run);
  if (options.json) process.stdout.write(`${JSON.stringify(entries, null, 2)}\n`);
  process.exitCode = entries.at(-1)?.exitCode ?? 0;
}

function open(options: Options) {
  try {
    const { source, host } = choose(options);
    const sim = bootWorld(source);
    const name = options.host ?? host;
    if (!sim.world().hosts[name]) fail(`no host ${name}; there are: ${Object.keys(sim.world().hosts).join(', ')}`);
    return { sim, host: name };
  } catch (error) {
    if (error instanceof WorldError || error instanceof Error) return fail(error.message);
    throw error;
  }
}

/** Command lines from standard input; a line that is not complete (quotes, backslash, heredoc, loop) waits for the next. */
async function readInput(session: ShellSession, run: (line: string) => Promise<void>): Promise<void> {
  const interactive = process.stdin.isTTY === true;
  const input = createInterface({
    input: process.stdin,
    terminal: interactive,
    ...(interactive ? { output: process.stdout } : {}),
  });
  let pending = '';
  const prompt = () => {
    if (!interactive) return;
    input.setPrompt(pending === '' ? session.prompt() : '> ');
    input.prompt();
  };
  prompt();
  for await (const line of input) {
    pending = pending === '' ? line : `${pending}\n${line}`;
    if (!needsMore(pending)) {
      const whole = pending;
      pending = '';
      if (whole.trim() !== '') await run(whole);
      if (session.closed) break;
    }
    prompt();
  }
  if (pending.trim() !== '') await run(pending);
  input.close();
}
