/** `sysctl` of procps-ng 4.0.2 over this network namespace's parameters. `--system` reads files nobody here has and is left out. */
import { allSysctls, errorText, getSysctl } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { getopt, type OptionSpec } from '../getopt.ts';
import { usage } from './usage.ts';

const OPTIONS: readonly OptionSpec[] = [
  { short: 'a', long: 'all' },
  { short: 'A' },
  { short: 'X' },
  { short: '', long: 'deprecated' },
  { short: '', long: 'dry-run' },
  { short: 'b', long: 'binary' },
  { short: 'e', long: 'ignore' },
  { short: 'N', long: 'names' },
  { short: 'n', long: 'values' },
  { short: 'p', long: 'load', argument: 'optional' },
  { short: 'f', argument: 'optional' },
  { short: '', long: 'system' },
  { short: 'r', long: 'pattern', argument: 'required' },
  { short: 'q', long: 'quiet' },
  { short: 'w', long: 'write' },
  { short: 'o' },
  { short: 'x' },
  { short: 'd' },
  { short: 'h', long: 'help' },
  { short: 'V', long: 'version' },
];

interface Mode {
  readonly process: Process;
  /** -n, -N, -b: what of a line is shown. */
  readonly show: 'line' | 'value' | 'name' | 'binary';
  readonly ignore: boolean;
  readonly quiet: boolean;
  readonly dry: boolean;
  readonly pattern?: RegExp;
}

function print(mode: Mode, name: string, value: string): void {
  if (mode.pattern && !mode.pattern.test(name)) return;
  const { process } = mode;
  if (mode.show === 'value') process.out(`${value}\n`);
  else if (mode.show === 'name') process.out(`${name}\n`);
  else if (mode.show === 'binary') process.out(value);
  else process.out(`${name} = ${value}\n`);
}

/** `net/ipv4/ip_forward` and `net.ipv4.ip_forward` are one. */
const dotted = (name: string): string => (/^[^.]*\//.test(name) ? name.replace(/[./]/g, (c) => (c === '/' ? '.' : '/')) : name);
const path = (name: string): string => `/proc/sys/${name.replace(/\./g, '/')}`;

function missing({ process, ignore }: Mode, name: string): number {
  if (ignore) return 0;
  const isFile = name.endsWith('.') && getSysctl(process.kernel.namespace(), name.slice(0, -1)) !== undefined;
  process.err(`sysctl: cannot stat ${path(name)}: ${isFile ? 'Not a directory' : 'No such file or directory'}\n`);
  return 1;
}

function read(mode: Mode, typed: string): number {
  const name = dotted(typed);
  const ns = mode.process.kernel.namespace();
  // A path that begins with a slash is shown as it was typed.
  const value = getSysctl(ns, name.replace(/^\./, ''));
  if (value !== undefined) {
    print(mode, name, value);
    return 0;
  }
  const below = allSysctls(ns).filter(([key]) => key.startsWith(`${name}.`));
  for (const [key, each] of below) print(mode, key, each);
  return below.length > 0 ? 0 : missing(mode, name);
}

function write(mode: Mode, assignment: string): number {
  const equals = assignment.indexOf('=');
  const name = dotted(assignment.slice(0, equals).trim());
  const value = assignment.slice(equals + 1).trim();
  const { process } = mode;
  if (getSysctl(process.kernel.namespace(), name) === undefined) return missing(mode, name);
  if (!process.root) {
    process.err(`sysctl: permission denied on key "${name}"\n`);
    return 1;
  }
  if (!mode.dry) {
    const error = process.sim.dispatch({ type: 'sysctl', place: process.place, name, value });
    if (error) {
      process.err(`sysctl: setting key "${name}": ${errorText(error.errno)}\n`);
      return 1;
    }
  }
  if (!mode.quiet) print(mode, name, value);
  return 0;
}

/** A file of `name = value` lines, as /etc/sysctl.conf is. */
function load(mode: Mode, file: string): number {
  const text = mode.process.files.read(file);
  // A Debian machine has an /etc/sysctl.conf of comments only.
  if (text === undefined && file === '/etc/sysctl.conf') return 0;
  if (text === undefined) {
    mode.process.err(`sysctl: cannot open "${file}": No such file or directory\n`);
    return 1;
  }
  let status = 0;
  text.split('\n').forEach((line, index) => {
    const rule = line.trim();
    if (rule === '' || rule.startsWith('#') || rule.startsWith(';')) return;
    if (rule.includes('=')) status |= write(mode, rule.replace(/^-/, ''));
    else mode.process.err(`sysctl: ${file}(${index + 1}): invalid syntax, continuing...\n`);
  });
  return status;
}

function run(process: Process, args: readonly string[]): number {
  const parsed = getopt(args, OPTIONS);
  const given = (...names: string[]) => parsed.options.some(({ name }) => names.includes(name));
  if (parsed.error !== undefined) {
    process.err(`sysctl: ${parsed.error}\n`);
    process.out(usage);
    return 0;
  }
  if (given('h', 'd')) {
    process.out(usage);
    return 0;
  }
  if (given('V')) {
    process.out('sysctl from procps-ng 4.0.2\n');
    return 0;
  }
  const pattern = parsed.options.find(({ name }) => name === 'r')?.value;
  const mode: Mode = {
    process,
    show: given('b') ? 'binary' : given('N') ? 'name' : given('n') ? 'value' : 'line',
    ignore: given('e'),
    quiet: given('q'),
    dry: given('dry-run'),
    ...(pattern === undefined ? {} : { pattern: new RegExp(pattern) }),
  };
  if (given('system')) {
    process.err('sysctl: --system: not simulated in this lab\n');
    return 1;
  }
  const file = parsed.options.find(({ name }) => name === 'p' || name === 'f');
  if (file) {
    const names = file.value === '' ? (parsed.operands.length > 0 ? parsed.operands : ['/etc/sysctl.conf']) : [file.value];
    return names.reduce((status, name) => status | load(mode, name), 0);
  }
  if (given('a', 'A', 'X')) {
    for (const [name, value] of allSysctls(process.kernel.namespace())) print(mode, name, value);
    return 0;
  }
  if (parsed.operands.length === 0) {
    process.err(args.length === 0 ? usage : "sysctl: no variables specified\nTry `sysctl --help' for more information.\n");
    return 1;
  }
  let status = 0;
  for (const operand of parsed.operands) {
    if (operand === '=') return 1;
    if (operand.startsWith('=')) {
      process.err('sysctl: Path is not under /proc/sys/: /proc/sys/\n');
      status = 1;
    } else if (operand.includes('=')) status |= write(mode, operand);
    else if (given('w')) {
      process.err('sysctl: command line(0): invalid syntax, continuing...\n');
      status = 1;
    } else status |= read(mode, operand);
  }
  return status;
}

export const sysctl: Command = {
  name: 'sysctl',
  summary: 'show and change kernel parameters',
  where: 'everywhere',
  run(process, args) {
    try {
      return run(process, args);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      process.err('sysctl: bad pattern\n');
      return 1;
    }
  },
  complete(process, words, index) {
    const typed = words[index] ?? '';
    const names = allSysctls(process.kernel.namespace()).map(([name]) => name);
    const next = new Map<string, boolean>();
    for (const name of names) {
      if (!name.startsWith(typed)) continue;
      const dot = name.indexOf('.', typed.length);
      next.set(dot < 0 ? name : name.slice(0, dot + 1), dot >= 0);
    }
    return [...next].map(([text, open]) => ({ text, open }));
  },
};
