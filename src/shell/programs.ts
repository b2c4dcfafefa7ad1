/** Which programs a place has, and what stands behind each name. */
import { findImage, podAt } from '../engine/index.ts';
import type { Program } from './bash/execution.ts';
import type { FileSystem } from './bash/files.ts';
import type { Command } from './command.ts';
import { commands } from './commands/index.ts';
import { runCommand, type Surroundings } from './process.ts';
import { absentPrograms } from './tools/absent.ts';
import { bundled, bundledNames } from './tools/bundled.ts';
import { tools } from './tools/index.ts';
import { textTools } from './tools/text.ts';

export const commandsByName: ReadonlyMap<string, Command> = new Map(commands.map((command) => [command.name, command]));

/** Whether a place has a command: by its own list, then by the sort of place. */
export function isAvailable(command: Pick<Command, 'name' | 'where'>, around: Surroundings): boolean {
  const host = around.sim.world().hosts[around.place.host];
  if (!host) return false;
  const where = command.where ?? 'hosts';
  if (around.container !== undefined) return imageCommands(around)?.has(command.name) ?? where === 'everywhere';
  if (host.commands && !host.commands.includes(command.name)) return false;
  if (where === 'nodes') return host.kind === 'node';
  if (where === 'bastion') return host.kind === 'bastion' || hasKubeconfig(host.files);
  return true;
}

/** Programs that no image's list needs to name. */
const IN_EVERY_IMAGE = [
  'sh',
  'cat',
  'echo',
  'ls',
  'env',
  'help',
  'clear',
  'sleep',
  'head',
  'tail',
  'grep',
  'id',
  'whoami',
  'hostname',
  'date',
];

/** What the image of this container brings; undefined: its image is not known. An empty set: not even a shell. */
export function imageCommands({ sim, place, container }: Surroundings): ReadonlySet<string> | undefined {
  const pod = podAt(sim.world(), place);
  const spec = pod?.spec.containers.find((each) => each.name === container);
  const found = spec?.image === undefined ? undefined : findImage(spec.image);
  if (!found || 'error' in found) return undefined;
  const { commands: names } = found.image;
  return new Set(names.length === 0 ? [] : [...names, ...IN_EVERY_IMAGE, ...(names.includes('bash') ? GNU_TEXT : [])]);
}

/** Where there is bash there are the GNU tools. */
const GNU_TEXT = [
  'wc',
  'uniq',
  'awk',
  'uname',
  'uptime',
  'tee',
  'xargs',
  'timeout',
  'which',
  'diff',
  'yes',
  'dir',
  'more',
  'nproc',
  'tty',
  'arch',
  'groups',
  'logname',
  'nohup',
  'nice',
];

function hasKubeconfig(files: Readonly<Record<string, string>>): boolean {
  return Object.keys(files).some((path) => path.endsWith('/.kube/config'));
}

/** @param path what was typed: a name, or a path to a script or program */
export function findProgram(path: string, around: Surroundings, files: FileSystem): Program | undefined {
  const name = /^\/(?:usr\/)?(?:local\/)?s?bin\/([^/]+)$/.exec(path)?.[1] ?? path;
  if (name === '') return undefined;
  if (name.includes('/')) return script(name, files);
  const command = commandsByName.get(name);
  if (command) return isAvailable(command, around) ? (invocation) => runCommand(command, invocation, around) : undefined;
  const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
  if (tool) return isAvailable({ name, where: tool.where ?? 'everywhere' }, { ...around }) ? tool.run : undefined;
  const text = Object.hasOwn(textTools, name) ? textTools[name] : undefined;
  if (text && hasTextTools(around)) return text.run;
  if (bundledNames.has(name) && hasTextTools(around)) return bundled(name);
  if (absentPrograms.has(name)) {
    return ({ x }) => {
      x.fds.get(2)?.sink?.write(`${name}: not simulated in this lab\n`);
      return 1;
    };
  }
  return undefined;
}

/** A container without a shell has no sed either. */
function hasTextTools(around: Surroundings): boolean {
  return around.container === undefined || imageCommands(around)?.size !== 0;
}

/** `./script.sh`: run by bash when it may be executed. */
function script(path: string, files: FileSystem): Program | undefined {
  void files;
  return ({ args, x, env }) => tools.bash!.run({ name: 'bash', args: ['--script', path, ...args], x, env });
}

export function programNames(around: Surroundings): readonly string[] {
  const names = new Set<string>([...bundledNames, ...Object.keys(textTools)]);
  for (const [name, tool] of Object.entries(tools))
    if (isAvailable({ name, where: tool.where ?? 'everywhere' }, around)) names.add(name);
  for (const command of commands) if (isAvailable(command, around)) names.add(command.name);
  return [...names].sort();
}

export interface CatalogueEntry {
  readonly name: string;
  readonly summary: string;
  /** `text`: the GNU tools, which need no words. */
  readonly group: 'network' | 'system' | 'text';
}

/** What a place can run, for `help`. */
export function catalogue(around: Surroundings): readonly CatalogueEntry[] {
  const own = commands.filter((command) => isAvailable(command, around));
  const system = Object.entries(tools).filter(([name, tool]) => isAvailable({ name, where: tool.where ?? 'everywhere' }, around));
  const entries: CatalogueEntry[] = [
    ...own.map(({ name, summary }) => ({ name, summary, group: 'network' as const })),
    ...system.map(([name, { summary }]) => ({ name, summary, group: 'system' as const })),
    ...[...new Set([...bundledNames, ...Object.keys(textTools)])].map((name) => ({
      name,
      summary: 'works as the GNU tool of that name',
      group: 'text' as const,
    })),
  ];
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}
