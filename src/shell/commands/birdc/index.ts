/**
 * birdc and birdcl: the clients of bird's control socket. Models client/ of BIRD 1.6.8; what the server answers is the engine's
 * (daemons/bird/cli). Leaves out the pager and -v.
 */
import { birdcHelp, birdcWords, expandBirdc, type Host, isReadOnlyBirdc } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';

const USAGE = (name: string): string => `Usage: ${name} [-s <control-socket>] [-v] [-r] [-l]\n`;
const GREETING = 'BIRD 1.6.8 ready.\n';

const hostOf = (process: Process): Host | undefined => process.sim.world().hosts[process.place.host];
/** Calico's bird has its socket elsewhere. */
const socketOf = (host: Host | undefined): string => (host?.daemons.confd ? '/var/run/calico/bird.ctl' : '/run/bird/bird.ctl');

interface Options {
  readonly socket?: string;
  readonly words: readonly string[];
}

/** getopt's reading; a string is its complaint. */
function readOptions(args: readonly string[], name: string): Options | string {
  let socket: string | undefined;
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '--') return { ...(socket !== undefined && { socket }), words: args.slice(at + 1) };
    if (!arg.startsWith('-') || arg === '-') break;
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i] ?? '';
      if ('vrl'.includes(letter)) continue;
      if (letter !== 's') return `${name}: invalid option -- '${letter}'\n${USAGE(name)}`;
      const attached = arg.slice(i + 1);
      if (attached === '') at++;
      socket = attached === '' ? args[at] : attached;
      if (socket === undefined) return `${name}: option requires an argument -- 's'\n${USAGE(name)}`;
      break;
    }
  }
  return { ...(socket !== undefined && { socket }), words: args.slice(at) };
}

/** Why the socket cannot be opened; undefined when it can. */
function unreachable(process: Process, socket: string): string | undefined {
  const host = hostOf(process);
  if (socket !== socketOf(host) && socket !== socketOf(host).replace('/run/', '/var/run/')) return 'No such file or directory';
  if (!host?.daemons.bird?.running) return host?.daemons.bird ? 'Connection refused' : 'No such file or directory';
  return process.root ? undefined : 'Permission denied';
}

/** Asks one line. @returns whether the client goes on */
function ask(process: Process, line: string): boolean {
  const input = { type: 'birdc' as const, host: process.place.host, line };
  const { text, ends } = isReadOnlyBirdc(line) ? process.sim.ask<'birdc'>(input) : process.sim.dispatch<'birdc'>(input);
  process.out(text ?? 'Connection closed by server\n');
  return !ends;
}

/** A line typed at the prompt: some words are the client's own. @returns whether it goes on */
function submit(process: Process, line: string): boolean {
  const expanded = expandBirdc(line);
  if (typeof expanded === 'string') {
    process.out(expanded);
    return true;
  }
  if (/^(exit|quit)/.test(expanded.command)) return false;
  if (!expanded.command.startsWith('help')) return ask(process, line);
  process.out("Press `?' for context sensitive help.\n");
  return true;
}

async function converse(process: Process): Promise<void> {
  const tty = process.tty;
  if (!tty) {
    for (const line of process.stdin.split('\n')) {
      process.out(`bird> ${line}\n`);
      if (line.trim() !== '' && !submit(process, line)) return;
    }
    return;
  }
  let line = '';
  process.out('bird> ');
  while (!process.signal.aborted) {
    const key = await tty.readKey();
    if (key === '\x03' || key === '\x04') {
      process.out('\n');
      return;
    }
    if (key === '\x7f' || key === '\b') {
      if (line !== '') process.out('\b \b');
      line = line.slice(0, -1);
    } else if (key === '\r' || key === '\n') {
      process.out('\n');
      if (line.trim() !== '' && !submit(process, line)) return;
      line = '';
      process.out('bird> ');
    } else if (key === '?') {
      process.out('?\n');
      process.out(birdcHelp(line));
      process.out(`bird> ${line}`);
    } else if (!key.startsWith('\x1b') && key >= ' ') {
      line += key;
      process.out(key);
    }
  }
}

async function run(name: string, process: Process, args: readonly string[]): Promise<number> {
  const options = readOptions(args, name);
  if (typeof options === 'string') {
    process.err(options);
    return 1;
  }
  const socket = options.socket ?? socketOf(hostOf(process));
  const why = unreachable(process, socket);
  if (why !== undefined) {
    process.err(`Unable to connect to server control socket (${socket}): ${why}\n`);
    return 1;
  }
  process.out(GREETING);
  if (options.words.length > 0) ask(process, options.words.join(' '));
  else await converse(process);
  return 0;
}

const client = (name: string, summary: string): Command => ({
  name,
  summary,
  where: 'hosts',
  run: (process, args) => run(name, process, args),
  complete: (process, words, index) => {
    const before = words.slice(1, index).filter((word) => !word.startsWith('-'));
    const names = Object.keys(hostOf(process)?.daemons.bird?.protocols ?? {});
    return [...birdcWords(before), ...(before.length > 0 ? names : [])].map((text) => ({ text }));
  },
});

export const birdc = client('birdc', "talks to this host's BIRD: routes, protocols, configuration");
export const birdcl = client('birdcl', 'birdc without line editing');
