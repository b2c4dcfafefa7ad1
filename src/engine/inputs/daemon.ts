/**
 * Input: a daemon of a host is started, stopped, killed, restarted or told to read its configuration again, as systemd (or the node's
 * supervisor) does. Reads and writes one host.
 */
import { configOf } from '../daemons/bird/config/parse.ts';
import { configure, startBird, stopBird } from '../daemons/bird/control.ts';
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

function reloaded(world: World, host: Host, daemon: DaemonName): Host {
  const bird = host.daemons.bird;
  if (daemon !== 'bird' || !bird?.running) return host;
  return { ...host, daemons: { ...host.daemons, bird: configure(world, host, bird) } };
}

const ACTIONS: Readonly<Record<DaemonAction, (world: World, host: Host, daemon: DaemonName) => Host>> = {
  start: started,
  stop: (world, host, daemon) => stopped(world, host, daemon, 'clean'),
  kill: (world, host, daemon) => stopped(world, host, daemon, 'killed'),
  restart: (world, host, daemon) => started(world, stopped(world, host, daemon, 'clean'), daemon),
  reload: reloaded,
};

/** A bird that has just been started reads its configuration at once: a mistake in it makes the start fail. */
function settled(world: World, host: Host, daemon: DaemonName): Host {
  const bird = host.daemons.bird;
  if (daemon !== 'bird' || !bird?.running || configOf(bird.loaded)) return host;
  // Calico's waits for the file that confd writes.
  if (host.daemons.confd) return host;
  return { ...host, daemons: { ...host.daemons, bird: configure(world, host, bird) } };
}

export const daemonInput: InputHandler<DaemonInput, Failure | undefined> = {
  apply(world: World, { host: name, daemon, action }) {
    const host = world.hosts[name];
    if (!host) return { world, result: { error: `no host ${name}` } };
    if (!host.daemons[daemon]) return { world, result: { error: `no ${daemon} on ${name}` } };
    const changed = ACTIONS[action](world, host, daemon);
    const next = action === 'start' || action === 'restart' ? settled(world, changed, daemon) : changed;
    const failed = (action === 'start' || action === 'restart') && next.daemons[daemon]?.running === false;
    const why = daemon === 'bird' ? (next.daemons.bird?.loadError ?? '') : '';
    return { world: withHost(world, next), result: failed ? { error: why } : undefined };
  },
};
