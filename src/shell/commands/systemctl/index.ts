/**
 * systemctl: start, stop, restart, reload, status, is-active and friends for the services a host has. Models systemd 252 on Debian 12.
 * Leaves out everything but services, and enabling at boot.
 */
import type { DaemonAction, Host } from '../../../engine/index.ts';
import type { Command, Process } from '../../command.ts';
import { fullName, isRunning, journalLine, linesOf, pidOf, startedAt, type Unit, unitsOf } from './units.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

function longTime(at: number): string {
  const date = new Date(at);
  return `${DAYS[date.getUTCDay()]} ${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

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

function statusText(process: Process, host: Host, unit: Unit): string {
  const now = process.now();
  const running = isRunning(host, unit);
  const failed = unit.daemon === 'bird' && !running && host.daemons.bird?.loadError !== undefined;
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
  const journal = linesOf(host, unit)
    .slice(-10)
    .map((line) => journalLine(world, host, unit, line));
  return `${[...lines, ...(journal.length > 0 ? ['', ...journal] : [])].join('\n')}\n`;
}

const DONE: Readonly<Record<string, DaemonAction>> = {
  start: 'start',
  stop: 'stop',
  restart: 'restart',
  reload: 'reload',
  'try-restart': 'restart',
  'reload-or-restart': 'reload',
  kill: 'kill',
};

function act(process: Process, verb: string, host: Host, unit: Unit): number {
  const action = DONE[verb] ?? 'restart';
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
  if (action === 'reload' && !isRunning(host, unit)) {
    process.err(`${unit.name} is not active, cannot reload.\n`);
    return 1;
  }
  if (verb === 'try-restart' && !isRunning(host, unit)) return 0;
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
  if (verb === 'is-active') {
    process.out('inactive\n');
    return 3;
  }
  if (verb === 'is-enabled') {
    process.err(`Failed to get unit file state for ${name}: No such file or directory\n`);
    return 1;
  }
  process.err(`Failed to ${verb} ${name}: Unit ${name} not ${verb === 'stop' || verb === 'reload' ? 'loaded' : 'found'}.\n`);
  return 5;
}

function list(process: Process, host: Host): number {
  const rows = unitsOf(host).filter((unit) => isRunning(host, unit));
  const width = Math.max(4, ...rows.map(({ name }) => name.length));
  process.out(`  ${'UNIT'.padEnd(width)} LOAD   ACTIVE SUB     DESCRIPTION\n`);
  for (const { name, description } of rows) process.out(`  ${name.padEnd(width)} loaded active running ${description}\n`);
  process.out(`\n${rows.length} loaded units listed.\n`);
  return 0;
}

const KNOWN = [
  'start',
  'stop',
  'restart',
  'reload',
  'try-restart',
  'reload-or-restart',
  'status',
  'is-active',
  'is-enabled',
  'is-failed',
  'list-units',
  'cat',
  'daemon-reload',
];

function run(process: Process, args: readonly string[]): number {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const bad = args.find(
    (arg) => arg.startsWith('-') && !['--no-pager', '-l', '--full', '-q', '--quiet', '--now', '-n', '--type=service'].includes(arg),
  );
  if (bad !== undefined) {
    process.err(
      bad.startsWith('--')
        ? `systemctl: unrecognized option '${bad.split('=')[0]}'\n`
        : `systemctl: invalid option -- '${bad[1]}'\n`,
    );
    return 1;
  }
  const [verb = 'list-units', ...units] = words;
  const host = process.sim.world().hosts[process.place.host];
  if (!host) return 1;
  if (verb === 'list-units') return list(process, host);
  if (verb === 'daemon-reload') return 0;
  if (!KNOWN.includes(verb)) {
    const simulated = [
      'enable',
      'disable',
      'mask',
      'unmask',
      'edit',
      'show',
      'poweroff',
      'reboot',
      'halt',
      'kill',
      'isolate',
      'list-unit-files',
    ].includes(verb);
    process.err(simulated ? `systemctl ${verb}: not simulated in this lab\n` : `Unknown command verb ${verb}.\n`);
    return 1;
  }
  if (units.length === 0) {
    if (verb === 'status') return list(process, host);
    process.err('Too few arguments.\n');
    return 1;
  }
  if (verb === 'status') {
    return each(process, verb, units, (at, unit) => {
      process.out(statusText(process, at, unit));
      return isRunning(at, unit) ? 0 : 3;
    });
  }
  if (verb === 'is-active' || verb === 'is-failed') {
    return each(process, verb, units, (at, unit) => {
      process.out(isRunning(at, unit) ? 'active\n' : at.daemons.bird?.loadError !== undefined ? 'failed\n' : 'inactive\n');
      return isRunning(at, unit) === (verb === 'is-active') ? 0 : 3;
    });
  }
  if (verb === 'is-enabled') {
    return each(process, verb, units, () => {
      process.out('enabled\n');
      return 0;
    });
  }
  if (verb === 'cat') {
    return each(process, verb, units, (_at, unit) => {
      process.out(
        `# ${unit.file}\n[Unit]\nDescription=${unit.description}\nAfter=network.target\n\n[Service]\nExecStart=${unit.command}\n\n[Install]\nWantedBy=multi-user.target\n`,
      );
      return 0;
    });
  }
  return each(process, verb, units, (at, unit) => act(process, verb, at, unit));
}

export const systemctl: Command = {
  name: 'systemctl',
  summary: 'starts, stops and inspects services (bird, kubelet)',
  where: 'hosts',
  run,
  complete: (process, _words, index) => {
    const host = process.sim.world().hosts[process.place.host];
    const names = index === 1 ? KNOWN : host ? unitsOf(host).map(({ name }) => name) : [];
    return names.map((text) => ({ text }));
  },
};
