/** What a shell runs on: the files of its place and the programs found there. */
import type { Origin, Place, Sim } from '../engine/index.ts';
import type { Clock, Execution, Platform, Program } from './bash/execution.ts';
import { createDisk } from './host-files.ts';
import type { Surroundings } from './process.ts';
import { type CatalogueEntry, catalogue, findProgram, programNames } from './programs.ts';
import type { EnterOptions } from './session.ts';
import type { FullScreen } from './terminal-types.ts';

export interface PlatformOptions {
  readonly sim: Sim;
  readonly place: Place;
  readonly container?: string;
  readonly clock: Clock;
  readonly user: string;
  readonly root: boolean;
  readonly by: () => Origin;
  readonly columns: () => number;
  readonly rows: () => number;
  readonly tty?: FullScreen;
  readonly enter: (place: Place, options: EnterOptions, x: Execution) => Promise<number>;
}

/** A platform that knows its place, for the tools that are doors to others (sudo, ssh, help). */
export interface HostPlatform extends Platform {
  readonly around: Surroundings;
  /** What can be run here, for `help`. */
  catalogue(): readonly CatalogueEntry[];
  /** The same place as another user. */
  as(user: string): HostPlatform;
}

const processes = new WeakMap<Sim, Platform['processes']>();

export function createPlatform(options: PlatformOptions): HostPlatform {
  const { sim, place, container, clock, user, root } = options;
  const devices = new Map<string, string>();
  const prefix = container === undefined ? '' : `/run/containers/${place.netns}/${container}`;
  const files = createDisk({
    sim,
    host: place.host,
    prefix,
    user,
    root,
    netns: place.netns,
    by: options.by,
    devices,
    programs: () => new Set(programNames(options)),
  });
  const around: Surroundings = options;
  const counted = processes.get(sim) ?? { count: 0, deep: 0, exhausted: false, nextPid: 1202 };
  processes.set(sim, counted);
  const known = new Map<string, Program | undefined>();
  return {
    clock,
    files,
    user,
    root,
    devices,
    substitutions: new Map(),
    around,
    processes: counted,
    hostname: container === undefined || place.netns === '' ? place.host : place.netns.slice(place.netns.indexOf('/') + 1),
    columns: options.columns,
    program(name) {
      if (!known.has(name) || known.get(name) === undefined) known.set(name, findProgram(name, around, files));
      return known.get(name);
    },
    programs: () => programNames(around),
    catalogue: () => catalogue(around),
    as: (other) => createPlatform({ ...options, user: other, root: other === 'root' }),
  };
}
