/**
 * journalctl: what services logged, chosen by unit, time, priority and pattern, in systemd's formats. Models systemd 252. Leaves out the
 * kernel's log, matches by field, cursors, other boots and what works on journal files.
 */
import type { Host } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { SYSTEMD_VERSION, unitsOf } from '../systemctl/units.ts';
import { type Entry, entriesOf, entryText } from './entries.ts';
import { type Options, readOptions } from './options.ts';
import { HELP } from './usage.ts';

const hostOf = (process: Process): Host | undefined => process.sim.world().hosts[process.place.host];

/** `bi*` */
function globOf(pattern: string): RegExp {
  const body = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${body}$`);
}

function journal(process: Process, options: Options): readonly Entry[] {
  const host = hostOf(process);
  if (!host) return [];
  const units = options.units.map(globOf);
  const [most, least] = options.priorities;
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, identifiers, grep } = options;
  return entriesOf(process.sim.world(), host).filter(
    ({ at, unit, priority, identifier, text }) =>
      (units.length === 0 || units.some((pattern) => pattern.test(unit))) &&
      (identifiers.length === 0 || identifiers.includes(identifier)) &&
      priority >= most &&
      priority <= least &&
      at >= since &&
      at <= until &&
      (!grep || grep.test(text)),
  );
}

const FOLLOW_MS = 500;

async function run(process: Process, args: readonly string[]): Promise<number> {
  const options = readOptions(args, process.now());
  if ('status' in options) {
    process.out(options.out ?? '');
    process.err(options.err ?? '');
    return options.status;
  }
  const { has, lines, format } = options;
  if (has('h') || has('version')) {
    process.out(has('h') ? HELP : SYSTEMD_VERSION);
    return 0;
  }
  const style = { format, catalog: has('x'), hostname: !has('no-hostname') };
  const all = journal(process, options);
  const chosen = lines === undefined ? all : lines === 0 ? [] : all.slice(-lines);
  for (const entry of has('r') ? [...chosen].reverse() : chosen) {
    const text = entryText(entry, style);
    if (text === undefined) {
      process.err(`journalctl -o ${format}: not simulated in this lab\n`);
      return 1;
    }
    process.out(text);
  }
  if (chosen.length === 0 && !has('f') && !has('q') && !format.startsWith('json')) process.out('-- No entries --\n');
  let shown = all.length;
  while (has('f') && !process.signal.aborted) {
    await process.sleep(FOLLOW_MS, 'waiting for log lines');
    const now = journal(process, options);
    for (const entry of now.slice(shown)) process.out(entryText(entry, style) ?? '');
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
