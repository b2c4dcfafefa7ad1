/** The entries of a host's journal, and how journalctl writes one: its formats, and the catalog's explanations for -x. */
import { birdPid, type Host, type LogLine, random, type World } from '../../../engine/index.ts';
import { journalTime, linesOf, longTime, pidOf, type Unit, unitsOf } from '../systemctl/units.ts';
import type { Format } from './options.ts';

export interface Entry {
  /** ms since the epoch. */
  readonly at: number;
  readonly host: string;
  readonly bootedAt: number;
  readonly identifier: string;
  readonly pid: number;
  /** The unit it is about. */
  readonly unit: string;
  readonly priority: number;
  readonly text: string;
}

/** Everything in the journal, oldest first. */
export function entriesOf(world: World, host: Host): readonly Entry[] {
  return unitsOf(host)
    .flatMap((unit) => linesOf(host, unit).map((line) => entryOf(world, host, unit, line)))
    .sort((a, b) => a.at - b.at);
}

function entryOf(world: World, host: Host, unit: Unit, line: LogLine): Entry {
  const base = {
    at: line.at,
    host: host.name,
    bootedAt: host.bootedAt,
    unit: unit.name,
    text: line.text,
    priority: priorityOf(line),
  };
  if (line.by === 'systemd') return { ...base, identifier: 'systemd', pid: 1 };
  if (line.by === 'birdc') return { ...base, identifier: 'birdc', pid: birdPid(world, host, line.at) + 1 };
  const pid = unit.daemon === 'bird' ? birdPid(world, host, line.startedAt) : pidOf(world, host, unit);
  return { ...base, identifier: unit.process, pid };
}

const LEVELS: Readonly<Record<string, number>> = { FATAL: 2, BUG: 2, ERR: 3, WARN: 4, AUTH: 4, RMT: 6, INFO: 6, TRACE: 7, DBG: 7 };

function priorityOf({ by, level, text }: LogLine): number {
  if (by !== 'systemd') return LEVELS[level] ?? 6;
  if (text.startsWith('Failed to start')) return 3;
  return text.includes('Failed with result') ? 4 : text.includes('process exited') ? 5 : 6;
}

const iso = (at: number) => new Date(at).toISOString();
/** Microseconds: the journal's clock is finer than the simulated one. */
const micro = (at: number) => `${iso(at).slice(19, 23)}000`;

const STAMPS: { readonly [F in Format]?: (entry: Entry) => string } = {
  short: ({ at }) => journalTime(at),
  'short-full': ({ at }) => longTime(at),
  'with-unit': ({ at }) => longTime(at),
  'short-iso': ({ at }) => `${iso(at).slice(0, 19)}+0000`,
  'short-iso-precise': ({ at }) => `${iso(at).slice(0, 19)}${micro(at)}+0000`,
  'short-precise': ({ at }) => `${journalTime(at)}${micro(at)}`,
  'short-monotonic': ({ at, bootedAt }) => `[${((at - bootedAt) / 1000).toFixed(6).padStart(12)}]`,
  'short-unix': ({ at }) => `${Math.floor(at / 1000)}${micro(at)}`,
};

export interface Style {
  readonly format: Format;
  readonly catalog: boolean;
  readonly hostname: boolean;
}

/** undefined: not simulated. */
export function entryText(entry: Entry, { format, catalog, hostname }: Style): string | undefined {
  if (format === 'cat') return `${entry.text}\n`;
  if (format === 'json') return `${JSON.stringify(fieldsOf(entry))}\n`;
  if (format === 'json-pretty') return `${JSON.stringify(fieldsOf(entry), null, '\t').replace(/^(\t".*?"): /gm, '$1 : ')}\n`;
  const stamp = STAMPS[format]?.(entry);
  if (stamp === undefined) return undefined;
  const from = format === 'with-unit' ? entry.unit : entry.identifier;
  const line = `${stamp} ${hostname ? `${entry.host} ` : ''}${from}[${entry.pid}]: ${entry.text}\n`;
  return catalog ? line + explanation(entry) : line;
}

function fieldsOf({ at, host, bootedAt, identifier, pid, unit, priority, text }: Entry): Readonly<Record<string, string>> {
  return {
    __REALTIME_TIMESTAMP: String(Math.round(at * 1000)),
    __MONOTONIC_TIMESTAMP: String(Math.round((at - bootedAt) * 1000)),
    PRIORITY: String(priority),
    _HOSTNAME: host,
    SYSLOG_IDENTIFIER: identifier,
    _PID: String(pid),
    ...(identifier === 'systemd' ? { UNIT: unit, _SYSTEMD_UNIT: 'init.scope' } : { _SYSTEMD_UNIT: unit }),
    MESSAGE: text,
  };
}

type Explained = readonly [subject: string, text: string];

/** The message catalog of systemd 252, for what it says about a unit's jobs and processes. */
const CATALOG: readonly (readonly [pattern: RegExp, entry: (unit: string, job: number) => Explained])[] = [
  ...jobs('start', /^Starting /, 'begun'),
  ...jobs('start', /^Started /, 'finished successfully'),
  ...jobs('stop', /^Stopping /, 'begun'),
  ...jobs('stop', /^Stopped /, 'finished'),
  ...jobs('reload', /^Reloading /, 'begun'),
  ...jobs('reload', /^Reloaded /, 'finished'),
  [
    /^Failed to start /,
    (unit, job) => [
      `A start job for unit ${unit} has failed`,
      `A start job for unit ${unit} has finished with a failure.\n\nThe job identifier is ${job} and the job result is failed.`,
    ],
  ],
  [
    /: Control process exited, /,
    (unit) => [
      'Unit process exited',
      `An ExecStartPre= process belonging to unit ${unit} has exited.\n\nThe process' exit code is 'exited' and its exit status is 1.`,
    ],
  ],
  [/: Failed with result /, (unit) => ['Unit failed', `The unit ${unit} has entered the 'failed' state with result 'exit-code'.`]],
  [/: Deactivated successfully\.$/, (unit) => ['Unit succeeded', `The unit ${unit} has successfully entered the 'dead' state.`]],
];

function jobs(job: string, pattern: RegExp, what: 'begun' | 'finished' | 'finished successfully'): typeof CATALOG {
  const has = what === 'begun' ? 'begun execution' : what;
  return [
    [
      pattern,
      (unit, id) => {
        const result = what === 'finished' ? ' and the job result is done' : '';
        const subject = `A ${job} job for unit ${unit} has ${has}`;
        return [subject, `${subject}.\n\nThe job identifier is ${id}${result}.`];
      },
    ],
  ];
}

function explanation({ identifier, unit, text, at }: Entry): string {
  const found = identifier === 'systemd' ? CATALOG.find(([pattern]) => pattern.test(text)) : undefined;
  if (!found) return '';
  const job = 200 + Math.floor(random('job', unit, at) * 3000);
  const [subject, body] = found[1](unit, job);
  const all = `Subject: ${subject}\nDefined-By: systemd\nSupport: https://www.debian.org/support\n\n${body}`;
  return all.replace(/^/gm, '░░ ').concat('\n');
}
