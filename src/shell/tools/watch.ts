/** watch(1): a command again and again, full-screen, on simulated time. */
import type { Invocation } from '../bash/execution.ts';
import { execCaptured } from '../process.ts';
import { formatDate } from './dates.ts';
import { fold } from './pager.ts';
import { aroundOf } from './place.ts';
import { fail, print, type Tool } from './tool.ts';

interface WatchOptions {
  seconds: number;
  title: boolean;
  differences: boolean;
  untilChange: boolean;
  untilError: boolean;
  command: string;
}

const USAGE = `
Usage:
 watch [options] command

Options:
  -b, --beep             beep if command has a non-zero exit
  -c, --color            interpret ANSI color and style sequences
  -d, --differences[=<permanent>]
                         highlight changes between updates
  -e, --errexit          exit if command has a non-zero exit
  -g, --chgexit          exit when output from command changes
  -q, --equexit <cycles>
                         exit when output from command does not change
  -n, --interval <secs>  seconds to wait between updates
  -p, --precise          attempt run command in precise intervals
  -t, --no-title         turn off header
  -w, --no-wrap          turn off line wrapping
  -x, --exec             pass command to exec instead of "sh -c"

 -h, --help     display this help and exit
 -v, --version  output version information and exit

For more details see watch(1).
`;

/** What is wrong, then how watch is called. */
function misused(invocation: Invocation, message: string): number {
  fail(invocation, message);
  invocation.x.fds.get(2)?.sink?.write(USAGE);
  return 1;
}

function readOptions(invocation: Invocation): WatchOptions | number {
  const options: WatchOptions = { seconds: 2, title: true, differences: false, untilChange: false, untilError: false, command: '' };
  const args = [...invocation.args];
  while (args.length > 0 && /^-./.test(args[0]!)) {
    const arg = args.shift()!;
    if (arg === '--') break;
    const interval = /^(?:-n|--interval=?)(.*)$/.exec(arg);
    if (interval) {
      const text = interval[1] || args.shift();
      const seconds = Number((text ?? '').replace(',', '.'));
      if (text === undefined) return misused(invocation, "option requires an argument -- 'n'");
      if (!Number.isFinite(seconds) || text === '')
        return fail(invocation, `failed to parse argument: '${text}': Invalid argument`);
      options.seconds = Math.max(0.1, seconds);
    } else if (arg.startsWith('--')) {
      const name = arg.slice(2).replace(/=.*/, '');
      if (name === 'no-title') options.title = false;
      else if (name === 'differences') options.differences = true;
      else if (name === 'chgexit') options.untilChange = true;
      else if (name === 'errexit') options.untilError = true;
      else if (!['color', 'beep', 'exec', 'precise', 'no-wrap'].includes(name))
        return misused(invocation, `unrecognized option '${arg}'`);
    } else {
      for (const letter of arg.slice(1)) {
        if (letter === 't') options.title = false;
        else if (letter === 'd') options.differences = true;
        else if (letter === 'g') options.untilChange = true;
        else if (letter === 'e') options.untilError = true;
        else if (!'cbxpw'.includes(letter)) return misused(invocation, `invalid option -- '${letter}'`);
      }
    }
  }
  options.command = args.join(' ');
  if (options.command === '') {
    invocation.x.fds.get(2)?.sink?.write(USAGE);
    return 1;
  }
  return options;
}

function header(options: WatchOptions, invocation: Invocation, columns: number): string {
  const left = `Every ${options.seconds.toFixed(1)}s: ${options.command}`;
  const right = `${invocation.x.platform.hostname}: ${formatDate(invocation.x.platform.clock.now(), '%a %b %e %H:%M:%S %Y')}`;
  const room = Math.max(0, columns - right.length - 1);
  return `${left.length > room ? left.slice(0, room) : left.padEnd(room)} ${right}\n\n`;
}

/** Characters that differ from the last time, in reverse. */
function marked(line: string, before: string | undefined): string {
  if (before === undefined || before === line) return line;
  let out = '';
  let inside = false;
  for (const [at, char] of [...line].entries()) {
    const differs = before[at] !== char;
    if (differs !== inside) out += differs ? '\x1b[7m' : '\x1b[0m';
    inside = differs;
    out += char;
  }
  return inside ? `${out}\x1b[0m` : out;
}

async function watch(invocation: Invocation): Promise<number> {
  const options = readOptions(invocation);
  if (typeof options === 'number') return options;
  const { x } = invocation;
  const { tty, columns, rows } = aroundOf(invocation);
  const screen = tty && x.fds.get(1)?.sink?.isTTY ? tty : undefined;
  let before: readonly string[] | undefined;
  try {
    for (;;) {
      const { stdout, stderr, exitCode } = await execCaptured(options.command, x);
      const top = options.title ? header(options, invocation, columns()) : '';
      // Without a terminal there is no screen to repaint: one look, as a pipe would want it.
      if (!screen) {
        print(invocation, top + stdout + stderr);
        return exitCode;
      }
      const lines = fold(stdout + stderr, columns()).slice(0, rows() - (options.title ? 2 : 0));
      const body = options.differences ? lines.map((line, at) => (before ? marked(line, before[at] ?? '') : line)) : lines;
      screen.draw(top + body.join('\n'));
      if (options.untilError && exitCode !== 0) return 8;
      if (options.untilChange && before && before.join('\n') !== lines.join('\n')) return 0;
      before = lines;
      await x.platform.clock.sleep(options.seconds * 1000, undefined, x.signal);
    }
  } finally {
    screen?.release();
  }
}

export const watchTools: Readonly<Record<string, Tool>> = { watch: { summary: 'Run a command again and again', run: watch } };
