/** journalctl -u UNIT: what a service logged. Models systemd 252. Leaves out the kernel's log, cursors and other output formats. */
import type { Host } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { fullName, journalLine, linesOf, unitsOf } from '../systemctl/units.ts';

interface Options {
  units: string[];
  lines?: number;
  follow: boolean;
  reverse: boolean;
}

function readOptions(args: readonly string[]): Options | string {
  const options: Options = { units: [], follow: false, reverse: false };
  for (let i = 0; i < args.length; i++) {
    const [name = '', attached] = (args[i] ?? '').split('=');
    const value = () => attached ?? args[++i];
    if (name === '-u' || name === '--unit') options.units.push(fullName(value() ?? ''));
    else if (name.startsWith('-u') && name.length > 2) options.units.push(fullName(name.slice(2)));
    else if (name === '-n' || name === '--lines') options.lines = Number(value() ?? 10);
    else if (/^-n\d+$/.test(name)) options.lines = Number(name.slice(2));
    else if (name === '-f' || name === '--follow') options.follow = true;
    else if (name === '-r' || name === '--reverse') options.reverse = true;
    else if (name === '-xeu' || name === '-eu' || name === '-xu') options.units.push(fullName(value() ?? ''));
    else if (name === '-fu') {
      options.follow = true;
      options.units.push(fullName(value() ?? ''));
    } else if (!['-e', '-x', '-xe', '-q', '--no-pager', '--pager-end', '-b', '--boot', '-a', '--all', '-l'].includes(name)) {
      return name.startsWith('--')
        ? `journalctl: unrecognized option '${name}'`
        : name.startsWith('-')
          ? `journalctl: invalid option -- '${name[1]}'`
          : `Failed to add match '${name}': Invalid argument`;
    }
  }
  return options;
}

const hostOf = (process: Process): Host | undefined => process.sim.world().hosts[process.place.host];

/** The journal's lines; `from` counts those already shown. */
function journal(process: Process, units: readonly string[]): readonly string[] {
  const host = hostOf(process);
  if (!host) return [];
  const world = process.sim.world();
  return unitsOf(host)
    .filter(({ name }) => units.length === 0 || units.includes(name))
    .flatMap((unit) => linesOf(host, unit).map((line) => ({ at: line.at, line: `${journalLine(world, host, unit, line)}\n` })))
    .sort((a, b) => a.at - b.at)
    .map(({ line }) => line);
}

const FOLLOW_MS = 500;

async function run(process: Process, args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') {
    process.err(`${options}\n`);
    return 1;
  }
  const all = journal(process, options.units);
  const wanted = options.lines ?? (options.follow ? 10 : all.length);
  const lines = wanted === 0 ? [] : all.slice(-wanted);
  if (lines.length === 0 && !options.follow) process.out('-- No entries --\n');
  for (const line of options.reverse ? [...lines].reverse() : lines) process.out(line);
  let shown = all.length;
  while (options.follow && !process.signal.aborted) {
    await process.sleep(FOLLOW_MS, 'waiting for log lines');
    const now = journal(process, options.units);
    for (const line of now.slice(shown)) process.out(line);
    shown = now.length;
  }
  return 0;
}

export const journalctl: Command = {
  name: 'journalctl',
  summary: 'shows what a service logged (-u bird)',
  where: 'hosts',
  run,
  complete: (process, words, index) => {
    const host = hostOf(process);
    return words[index - 1] === '-u' && host
      ? unitsOf(host).map(({ name }) => ({ text: name }))
      : [{ text: '-u' }, { text: '-n' }, { text: '-f' }];
  },
};
