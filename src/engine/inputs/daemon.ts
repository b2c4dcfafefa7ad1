/**
 * Input: a daemon of a host is started, stopped, killed, restarted or told to read its configuration again, as systemd (or the node's
 * supervisor) does. Reads and writes one host.
 */
import { configOf } from '../daemons/bird/config/parse.ts';
import { configPath, configure, startBird, stopBird } from '../daemons/bird/control.ts';
import { type LogLine, MAX_LOG_LINES } from '../daemons/bird/state.ts';
import { type DaemonState, type Daemons, type Host, type World, withHost } from '../world.ts';
import type { Failure, InputHandler } from './input.ts';

export type DaemonName = keyof Daemons;
export type DaemonAction = 'start' | 'stop' | 'kill' | 'restart' | 'reload';

export interface DaemonInput {
  readonly host: string;
  readonly daemon: DaemonName;
  readonly action: DaemonAction;
}

function stopped(world: World, host: Host, daemon: DaemonName, how: 'clean' | 'killed'): Host {
  if (daemon === 'bird') return stopBird(world, host, how);
  const state: DaemonState | undefined = host.daemons[daemon];
  return state?.running ? { ...host, daemons: { ...host.daemons, [daemon]: { ...state, running: false } } } : host;
}

function started(world: World, host: Host, daemon: DaemonName): Host {
  if (daemon === 'bird') return startBird(world, host);
  const state: DaemonState | undefined = host.daemons[daemon];
  return !state || state.running
    ? host
    : { ...host, daemons: { ...host.daemons, [daemon]: { ...state, running: true, startedAt: world.now } } };
}

/** `ExecReload=/usr/sbin/birdc configure`: what birdc answers goes to the journal. */
function reloaded(world: World, host: Host, daemon: DaemonName): Host {
  const bird = host.daemons.bird;
  if (daemon !== 'bird' || !bird?.running) return host;
  const before = bird.log.length;
  const next = configure(world, host, bird);
  const outcome = next.loadError ?? 'Reconfigured';
  const said = ['BIRD 1.6.8 ready.', `Reading configuration from ${configPath(host)}`, outcome];
  const own = next.loadError === undefined ? next.log.slice(before) : [];
  const log = [...bird.log, ...own, ...said.map((text): LogLine => ({ at: world.now, level: 'INFO', text, by: 'birdc' }))];
  return { ...host, daemons: { ...host.daemons, bird: { ...next, log: log.slice(-MAX_LOG_LINES) } } };
}

/** systemd's own words about a unit stand in the unit's journal. */
function announced(world: World, host: Host, texts: readonly string[]): Host {
  const bird = host.daemons.bird;
  // Calico's runs under the container's runsvdir, which says nothing.
  if (!bird || host.daemons.confd) return host;
  const lines = texts.map((text): LogLine => ({ at: world.now, level: 'INFO', text, by: 'systemd' }));
  return { ...host, daemons: { ...host.daemons, bird: { ...bird, log: [...bird.log, ...lines].slice(-MAX_LOG_LINES) } } };
}

/** As the unit's file calls it. */
const UNIT = 'bird.service - BIRD Internet Routing Daemon (IPv4)';

function stop(world: World, host: Host, daemon: DaemonName): Host {
  if (daemon !== 'bird' || !host.daemons.bird?.running) return stopped(world, host, daemon, 'clean');
  const done = stopped(world, announced(world, host, [`Stopping ${UNIT}...`]), daemon, 'clean');
  return announced(world, done, ['bird.service: Deactivated successfully.', `Stopped ${UNIT}.`]);
}

function start(world: World, host: Host, daemon: DaemonName): Host {
  if (daemon !== 'bird' || host.daemons.bird?.running) return started(world, host, daemon);
  const next = settled(world, started(world, announced(world, host, [`Starting ${UNIT}...`]), daemon));
  return announced(
    world,
    next,
    next.daemons.bird?.running
      ? [`Started ${UNIT}.`]
      : [
          'bird.service: Control process exited, code=exited, status=1/FAILURE',
          "bird.service: Failed with result 'exit-code'.",
          `Failed to start ${UNIT}.`,
        ],
  );
}

const ACTIONS: Readonly<Record<DaemonAction, (world: World, host: Host, daemon: DaemonName) => Host>> = {
  start,
  stop,
  kill: (world, host, daemon) => stopped(world, host, daemon, 'killed'),
  restart: (world, host, daemon) => start(world, stop(world, host, daemon), daemon),
  reload: (world, host, daemon) =>
    daemon === 'bird' && host.daemons.bird?.running
      ? announced(world, reloaded(world, announced(world, host, [`Reloading ${UNIT}...`]), daemon), [`Reloaded ${UNIT}.`])
      : host,
};

/** A bird that has just been started reads its configuration at once: a mistake in it makes the start fail. */
function settled(world: World, host: Host): Host {
  const bird = host.daemons.bird;
  if (!bird?.running || configOf(bird.loaded)) return host;
  // Calico's waits for the file that confd writes.
  if (host.daemons.confd) return host;
  return { ...host, daemons: { ...host.daemons, bird: configure(world, host, bird) } };
}

export const daemonInput: InputHandler<DaemonInput, Failure | undefined> = {
  apply(world: World, { host: name, daemon, action }) {
    const host = world.hosts[name];
    if (!host) return { world, result: { error: `no host ${name}` } };
    if (!host.daemons[daemon]) return { world, result: { error: `no ${daemon} on ${name}` } };
    const next = ACTIONS[action](world, host, daemon);
    const failed = (action === 'start' || action === 'restart') && next.daemons[daemon]?.running === false;
    const why = daemon === 'bird' ? (next.daemons.bird?.loadError ?? '') : '';
    return { world: withHost(world, next), result: failed ? { error: why } : undefined };
  },
};
