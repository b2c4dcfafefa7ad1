/**
 * bird: the daemon's own binary, as far as a learner calls it by hand: `bird -p -c FILE`, its version and its usage. Models the option
 * parsing of sysdep/unix/main.c, BIRD 1.6.8. Leaves out running a second daemon (`systemctl start bird` runs the one there is).
 */
import { birdFailureText, loadBirdConfig } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { HELP, USAGE } from './usage.ts';

const WITH_VALUE = 'cDPsgu';
const SWITCHES = 'dflpRh';
const DEFAULT_CONFIG = '/etc/bird/bird.conf';

interface Options {
  readonly config: string;
  readonly check: boolean;
}

/** getopt's reading; a string is what is printed instead. */
function readOptions(args: readonly string[]): Options | { readonly text: string; readonly status: number } {
  let config = DEFAULT_CONFIG;
  let check = false;
  const left: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '--') {
      left.push(...args.slice(at + 1));
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      left.push(arg);
      continue;
    }
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i]!;
      if (WITH_VALUE.includes(letter)) {
        const attached = arg.slice(i + 1);
        const value = attached === '' ? args[++at] : attached;
        if (value === undefined) return { text: `bird: option requires an argument -- '${letter}'\n\n${USAGE}`, status: 1 };
        if (letter === 'c') config = value;
        break;
      }
      if (!SWITCHES.includes(letter)) return { text: `bird: invalid option -- '${letter}'\n\n${USAGE}`, status: 1 };
      if (letter === 'h') return { text: HELP, status: 0 };
      if (letter === 'p') check = true;
      if (letter === 'l') config = 'bird.conf';
    }
  }
  return left.length > 0 ? { text: USAGE, status: 1 } : { config, check };
}

function run(process: Process, args: readonly string[]): number {
  // Only as the one word there is: main.c looks at these before getopt does.
  if (args.length === 1 && args[0] === '--version') {
    process.err('BIRD version 1.6.8\n');
    return 0;
  }
  if (args.length === 1 && args[0] === '--help') {
    process.err(HELP);
    return 0;
  }
  const options = readOptions(args);
  if (!('check' in options)) {
    process.err(options.text);
    return options.status;
  }
  if (!options.check) {
    process.err('bird: not simulated in this lab: try `sudo systemctl start bird`, or -p to test a configuration\n');
    return 1;
  }
  const { files } = process;
  if (files.isDirectory(options.config)) {
    process.err(`bird: ${options.config}:1:1 Read error\n`);
    return 1;
  }
  const result = loadBirdConfig(options.config, { read: files.read, list: files.list });
  if (!('error' in result)) return 0;
  process.err(`bird: ${birdFailureText(result)}\n`);
  return 1;
}

export const bird: Command = {
  name: 'bird',
  summary: 'the BIRD daemon; `bird -p -c FILE` tests a configuration',
  where: 'hosts',
  run,
  complete: (process, words, index) => {
    if (words[index - 1] !== '-c') return ['-p', '-c', '--version', '--help'].map((text) => ({ text }));
    const typed = words[index] ?? '';
    const folder = typed.includes('/') ? typed.slice(0, typed.lastIndexOf('/') + 1) : '';
    return (process.files.list(folder || '.') ?? []).map((name) => ({ text: folder + name, open: name.endsWith('/') }));
  },
};
