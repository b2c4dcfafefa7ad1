/**
 * systemctl: start, stop, restart, reload, status, is-active and friends for the services a host has. Models systemd 252 on Debian 12.
 * Leaves out everything but services, and enabling at boot.
 */
import type { DaemonAction, Host } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { type Options, readOptions } from './options.ts';
import { activeOf, propertiesOf, SUB } from './state.ts';
import {
  fullName,
  isRunning,
  journalLine,
  linesOf,
  longTime,
  pidOf,
  SYSTEMD_VERSION,
  startedAt,
  type Unit,
  unitsOf,
} from './units.ts';
import { HELP } from './usage.ts';

/** `1h 2min ago`: systemd's two largest units. */
function ago(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s ago`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}min ${seconds % 60 === 0 ? '' : `${seconds % 60}s `}ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h ${minutes % 60 === 0 ? '' : `${minutes % 60}min `}ago`;
  const days = Math.floor(hours / 24);
  return `${days} day${days === 1 ? '' : 's'} ago`;
}

function statusText(process: Process, host: Host, unit: Unit, count: number): string {
  const now = process.now();
  const running = isRunning(host, unit);
  const failed = activeOf(host, unit) === 'failed';
  const dot = failed ? '×' : running ? '●' : '○';
  const world = process.sim.world();
  const pid = pidOf(world, host, unit);
  const since = startedAt(host, unit);
  const lines = [`${dot} ${unit.name} - ${unit.description}`, `     Loaded: loaded (${unit.file}; enabled; preset: enabled)`];
  if (running) {
    lines.push(
      `     Active: active (running) since ${longTime(since)}; ${ago(now - since)}`,
      ...(unit.daemon === 'bird'
        ? [
            `    Process: ${pid - 2} ExecStartPre=/usr/lib/bird/prepare-environment (code=exited, status=0/SUCCESS)`,
            `    Process: ${pid - 1} ExecStartPre=/usr/sbin/bird -p (code=exited, status=0/SUCCESS)`,
          ]
        : []),
      `   Main PID: ${pid} (${unit.process})`,
      '      Tasks: 1 (limit: 4531)',
      `     CGroup: /system.slice/${unit.name}`,
      `             └─${pid} ${unit.command}`,
    );
  } else {
    const last = linesOf(host, unit).at(-1)?.at ?? since;
    const why = failed
      ? `failed (Result: exit-code) since ${longTime(last)}; ${ago(now - last)}`
      : `inactive (dead) since ${longTime(last)}; ${ago(now - last)}`;
    lines.push(`     Active: ${why}`);
    if (failed) {
      lines.push(
        `    Process: ${pid - 1} ExecStartPre=/usr/lib/bird/prepare-environment (code=exited, status=0/SUCCESS)`,
        `    Process: ${pid} ExecStartPre=/usr/sbin/bird -p (code=exited, status=1/FAILURE)`,
      );
    }
  }
  const journal = (count === 0 ? [] : linesOf(host, unit).slice(-count)).map((line) => journalLine(world, host, unit, line));
  return `${[...lines, ...(journal.length > 0 ? ['', ...journal] : [])].join('\n')}\n`;
}

/** What a verb does to a unit that runs, and to one that does not; absent: nothing, and that is well. */
const DONE: Readonly<Record<string, { readonly running?: DaemonAction; readonly stopped?: DaemonAction }>> = {
  start: { stopped: 'start' },
  stop: { running: 'stop' },
  restart: { running: 'restart', stopped: 'restart' },
  reload: { running: 'reload', stopped: 'reload' },
  'try-restart': { running: 'restart' },
  'reload-or-restart': { running: 'reload', stopped: 'start' },
  'try-reload-or-restart': { running: 'reload' },
  kill: { running: 'kill' },
};
/** Old names. */
const ALIASES: Readonly<Record<string, string>> = {
  condrestart: 'try-restart',
  'force-reload': 'try-reload-or-restart',
  condreload: 'try-reload-or-restart',
  'reload-or-try-restart': 'try-reload-or-restart',
  condstop: 'stop',
  check: 'is-active',
};

function act(process: Process, verb: string, host: Host, unit: Unit): number {
  const running = isRunning(host, unit);
  const action = DONE[verb]![running ? 'running' : 'stopped'];
  if (!process.root) {
    process.err(
      `Failed to ${verb} ${unit.name}: Interactive authentication required.\nSee system logs and 'systemctl status ${unit.name}' for details.\n`,
    );
    return 1;
  }
  if (unit.daemon === undefined) {
    process.err(`systemctl ${verb} ${unit.name}: not simulated in this lab\n`);
    return 1;
  }
  if (action === 'reload' && !running) {
    process.err(`${unit.name} is not active, cannot reload.\n`);
    return 1;
  }
  if (action === undefined) {
    if (verb === 'kill') process.err(`Failed to kill unit ${unit.name}: No main process to kill\n`);
    return verb === 'kill' ? 1 : 0;
  }
  const failure = process.sim.dispatch<'daemon'>({ type: 'daemon', host: host.name, daemon: unit.daemon, action });
  if (!failure) return 0;
  process.err(
    `Job for ${unit.name} failed because the control process exited with error code.\nSee "systemctl status ${unit.name}" and "journalctl -xeu ${unit.name}" for details.\n`,
  );
  return 1;
}

function each(process: Process, verb: string, words: readonly string[], run: (host: Host, unit: Unit) => number): number {
  let status = 0;
  for (const word of words) {
    const host = process.sim.world().hosts[process.place.host];
    const unit = host && unitsOf(host).find(({ name }) => name === fullName(word));
    if (!host || !unit) {
      status = missing(process, verb, fullName(word));
      continue;
    }
    status = run(host, unit) || status;
  }
  return status;
}

function missing(process: Process, verb: string, name: string): number {
  if (verb === 'status') {
    process.err(`Unit ${name} could not be found.\n`);
    return 4;
  }
  process.err(`Failed to ${verb} ${name}: Unit ${name} not ${verb === 'stop' || verb === 'kill' ? 'loaded' : 'found'}.\n`);
  return 5;
}

const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows.map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]!))).join(' '));
};

/** The units that patterns, types and states ask for. */
function chosen(host: Host, patterns: readonly string[], { all, has }: Options, everything: boolean): readonly Unit[] {
  const types = all('t').flatMap((text) => text.split(','));
  const states = [...all('state').flatMap((text) => text.split(',')), ...(has('failed') ? ['failed'] : [])];
  const globs = patterns.map((pattern) => new RegExp(`^${fullName(pattern).replaceAll('.', '\\.').replaceAll('*', '.*')}$`));
  return unitsOf(host).filter((unit) => {
    const active = activeOf(host, unit);
    if (types.length > 0 && !types.includes('service')) return false;
    if (globs.length > 0 && !globs.some((glob) => glob.test(unit.name))) return false;
    if (states.length > 0) return [active, SUB[active], 'loaded', 'enabled'].some((state) => states.includes(state));
    return everything || has('a') || globs.length > 0 || active !== 'inactive';
  });
}

const LEGEND = `
LOAD   = Reflects whether the unit definition was properly loaded.
ACTIVE = The high-level unit activation state, i.e. generalization of SUB.
SUB    = The low-level unit activation state, values depend on unit type.
`;

function listUnits(process: Process, host: Host, patterns: readonly string[], options: Options): number {
  const units = chosen(host, patterns, options, false);
  const legend = !options.has('no-legend') && options.value('legend') !== 'false';
  const rows = units.map((unit) => {
    const active = activeOf(host, unit);
    return [unit.name, 'loaded', active, SUB[active], unit.description];
  });
  const lines = table([...(legend && units.length > 0 ? [['UNIT', 'LOAD', 'ACTIVE', 'SUB', 'DESCRIPTION']] : []), ...rows]);
  const skip = lines.length - rows.length;
  const mark = (i: number) => (i >= skip && rows[i - skip]![2] === 'failed' ? '● ' : '  ');
  const plain = options.has('plain') || (!legend && rows.every((row) => row[2] !== 'failed'));
  process.out(lines.map((line, i) => `${plain ? '' : mark(i)}${line}\n`).join(''));
  if (!legend) return 0;
  const stated = options.has('state') || options.has('failed');
  const more = options.has('a') || stated ? '' : ' Pass --all to see loaded but inactive units, too.';
  const files = stated && units.length === 0 ? '' : "\nTo show all installed unit files use 'systemctl list-unit-files'.";
  process.out(`${units.length > 0 ? LEGEND : ''}${units.length} loaded units listed.${more}${files}\n`);
  return 0;
}

function listUnitFiles(process: Process, host: Host, patterns: readonly string[], options: Options): number {
  const units = chosen(host, patterns, options, true);
  const legend = !options.has('no-legend');
  const rows = units.map(({ name }) => [name, 'enabled', 'enabled']);
  for (const line of table([...(legend ? [['UNIT FILE', 'STATE', 'PRESET']] : []), ...rows])) process.out(`${line}\n`);
  if (legend) process.out(`\n${units.length} unit files listed.\n`);
  return 0;
}

const unitNamed = (host: Host, word: string) => unitsOf(host).find(({ name }) => name === fullName(word));

/** is-active, is-failed: the state of each; well when one of them is in it. */
function isIn(process: Process, host: Host, wanted: 'active' | 'failed', words: readonly string[], quiet: boolean): number {
  const states = words.map((word) => {
    const unit = unitNamed(host, word);
    return unit ? activeOf(host, unit) : 'inactive';
  });
  if (!quiet) for (const state of states) process.out(`${state}\n`);
  return states.includes(wanted) ? 0 : wanted === 'active' ? 3 : 1;
}

function isEnabled(process: Process, host: Host, words: readonly string[], quiet: boolean): number {
  for (const word of words) {
    if (unitNamed(host, word)) {
      if (!quiet) process.out('enabled\n');
      continue;
    }
    process.err(`Failed to get unit file state for ${fullName(word)}: No such file or directory\n`);
    return 1;
  }
  return 0;
}

function show(process: Process, host: Host, words: readonly string[], options: Options): number {
  const wanted = [...options.all('p'), ...options.all('P')].flatMap((text) => text.split(','));
  const bare = options.has('value') || options.has('P');
  const texts = words.map((word) => {
    const properties = propertiesOf(process.sim.world(), host, unitNamed(host, word), fullName(word));
    return Object.entries(properties)
      .filter(([name]) => wanted.length === 0 || wanted.includes(name))
      .map(([name, value]) => `${bare ? '' : `${name}=`}${value}\n`)
      .join('');
  });
  process.out(texts.join('\n'));
  return 0;
}

function cat(process: Process, host: Host, words: readonly string[]): number {
  const texts: string[] = [];
  for (const word of words) {
    const unit = unitNamed(host, word);
    if (!unit) {
      process.err(`No files found for ${fullName(word)}.\n`);
      return 1;
    }
    texts.push(
      `# ${unit.file}\n[Unit]\nDescription=${unit.description}\nAfter=network.target\n\n[Service]\nExecStart=${unit.command}\n\n[Install]\nWantedBy=multi-user.target\n`,
    );
  }
  process.out(texts.join('\n'));
  return 0;
}

interface Verb {
  /** Words after the verb, at least and at most. */
  readonly least: number;
  readonly most?: number;
  readonly run?: (process: Process, host: Host, words: readonly string[], options: Options) => number;
}

const acting = (verb: string): Verb => ({
  least: 1,
  run: (process, _host, words) => each(process, verb, words, (at, unit) => act(process, verb, at, unit)),
});
const UNSIMULATED_ANY =
  'list-automounts list-sockets list-timers list-jobs list-machines list-dependencies cancel show-environment'.split(' ');
const UNSIMULATED_NONE =
  'daemon-reexec get-default default rescue emergency halt poweroff kexec suspend hibernate hybrid-sleep suspend-then-hibernate exit'.split(
    ' ',
  );
const UNSIMULATED_UNITS =
  'isolate enable disable reenable preset mask unmask link revert add-wants add-requires edit help set-property clean freeze thaw bind mount-image set-environment unset-environment set-default reset-failed'.split(
    ' ',
  );

const VERBS: Readonly<Record<string, Verb>> = {
  ...Object.fromEntries(UNSIMULATED_ANY.map((verb) => [verb, { least: 0 }])),
  ...Object.fromEntries(UNSIMULATED_NONE.map((verb) => [verb, { least: 0, most: 0 }])),
  ...Object.fromEntries(UNSIMULATED_UNITS.map((verb) => [verb, { least: verb === 'reset-failed' ? 0 : 1 }])),
  ...Object.fromEntries(Object.keys(DONE).map((verb) => [verb, acting(verb)])),
  reboot: { least: 0, most: 1 },
  'list-units': { least: 0, run: listUnits },
  'list-unit-files': { least: 0, run: listUnitFiles },
  'daemon-reload': { least: 0, most: 0, run: daemonReload },
  'is-active': { least: 1, run: (process, host, words, { has }) => isIn(process, host, 'active', words, has('q')) },
  'is-failed': { least: 1, run: (process, host, words, { has }) => isIn(process, host, 'failed', words, has('q')) },
  'is-enabled': { least: 1, run: (process, host, words, { has }) => isEnabled(process, host, words, has('q')) },
  'is-system-running': { least: 0, most: 0, run: isSystemRunning },
  show: { least: 0, run: show },
  cat: { least: 1, run: cat },
  status: { least: 0, run: status },
};

function status(process: Process, host: Host, words: readonly string[], options: Options): number {
  if (words.length === 0) return listUnits(process, host, [], options);
  let shown = 0;
  return each(process, 'status', words, (at, unit) => {
    process.out(`${shown++ > 0 ? '\n' : ''}${statusText(process, at, unit, Number(options.value('n') ?? 10))}`);
    return isRunning(at, unit) ? 0 : 3;
  });
}

function daemonReload(process: Process): number {
  if (process.root) return 0;
  process.err('Failed to reload daemon: Interactive authentication required.\n');
  return 1;
}

function isSystemRunning(process: Process, host: Host): number {
  const degraded = unitsOf(host).some((unit) => activeOf(host, unit) === 'failed');
  process.out(degraded ? 'degraded\n' : 'running\n');
  return degraded ? 1 : 0;
}

function run(process: Process, args: readonly string[]): number {
  const options = readOptions(args);
  const refuse = (text: string) => {
    process.err(`${text}\n`);
    return 1;
  };
  if ('status' in options) {
    process.out(options.out ?? '');
    process.err(options.err ?? '');
    return options.status;
  }
  if (options.has('h') || options.has('version')) {
    process.out(options.has('h') ? HELP : SYSTEMD_VERSION);
    return 0;
  }
  const [typed = 'list-units', ...words] = options.words;
  const name = ALIASES[typed] ?? typed;
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (!verb) return refuse(`Unknown command verb ${typed}.`);
  if (name === 'help' && words.length === 0)
    return refuse(
      "'help' command expects one or more unit names.\n(Alternatively, help for systemctl itself may be shown with --help)",
    );
  if (words.length < verb.least)
    return refuse(name === 'reload-or-restart' ? 'List of units to restart/reload is required.' : 'Too few arguments.');
  if (verb.most !== undefined && words.length > verb.most) return refuse('Too many arguments.');
  const host = process.sim.world().hosts[process.place.host];
  if (!verb.run || !host) return refuse(`systemctl ${typed}: not simulated in this lab`);
  return verb.run(process, host, words, options);
}

export const systemctl: Command = {
  name: 'systemctl',
  summary: 'starts, stops and inspects services (bird, kubelet)',
  where: 'hosts',
  run,
  complete: (process, _words, index) => {
    const host = process.sim.world().hosts[process.place.host];
    const verbs = Object.keys(VERBS).filter((name) => VERBS[name]!.run);
    const names = index === 1 ? verbs : host ? unitsOf(host).map(({ name }) => name) : [];
    return names.map((text) => ({ text }));
  },
};
