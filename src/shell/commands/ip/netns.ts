/** `ip netns`: the namespaces of a host's pods by the names the container runtime gave them, and running a command in one (ip/ipnetns.c). */
import type { Place } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import { abbreviates, type Context, notSimulated, Stop, unknownCommand, usageStop } from './context.ts';
import { netnsName } from './link-print.ts';
import { usage } from './usage.ts';

/** Pods' namespaces of this process's host: name in /run/netns → netns key. Only the host itself sees them. */
function namespaces(process: Process): ReadonlyMap<string, string> {
  const { host, netns } = process.place;
  if (netns !== '') return new Map();
  const keys = Object.keys(process.sim.world().hosts[host]?.netns ?? {}).filter((key) => key !== '');
  return new Map(keys.map((key) => [netnsName({ process }, host, key), key] as const));
}

/** Where a name leads; a pod's `<namespace>/<pod>` is understood too, as nobody can remember the runtime's. */
export function placeNamed(process: Process, name: string): Place {
  const known = namespaces(process);
  const key = known.get(name) ?? [...known.values()].find((k) => k === name);
  if (key === undefined) throw new Stop(`Cannot open network namespace "${name}": No such file or directory\n`, 255);
  return { host: process.place.host, netns: key };
}

async function exec(context: Context, args: readonly string[]): Promise<number> {
  const [name, ...command] = args;
  if (name === undefined) throw new Stop('No netns name specified\n', 1);
  if (command.length === 0) throw new Stop('No command specified\n', 1);
  const { process } = context;
  const place = placeNamed(process, name);
  if (!process.root) throw new Stop(`setting the network namespace "${name}" failed: Operation not permitted\n`, 255);
  if (/^(ba)?sh$/.test(command[0]!) && command.length === 1) {
    process.enter(place, { user: 'root' });
    return 0;
  }
  if (command[0] === 'ip') return runIp(context, place, command.slice(1));
  const script = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  process.enter(place, { user: 'root', script });
  return 0;
}

let runIp: (context: Context, place: Place, args: readonly string[]) => Promise<number> = async () => 1;

/** index.ts gives the way back to itself, so that `ip netns exec NAME ip …` needs no shell. */
export function onNestedIp(run: typeof runIp): undefined {
  runIp = run;
}

export function netns(context: Context, args: readonly string[]): undefined | Promise<number> {
  const { process } = context;
  const [command = 'list', ...rest] = args;
  if (abbreviates(command, 'list') || command === 'show' || command === 'lst') {
    let id = 0;
    for (const name of namespaces(process).keys()) process.out(`${name} (id: ${id++})\n`);
    return;
  }
  if (abbreviates(command, 'help')) throw usageStop(usage.netns);
  if (command === 'exec') return exec(context, rest);
  for (const word of ['add', 'set', 'delete', 'identify', 'pids', 'attach', 'monitor', 'list-id'])
    if (abbreviates(command, word)) throw notSimulated(`netns ${word}`);
  throw unknownCommand(command, 'netns');
}
