/**
 * The commands of a run as moments one can go back to, and the lines of events that were left behind. Pure values: a timeline is
 * kept by whoever shows one, the Sim alone moves. Going back loses nothing: what came after stays as a branch.
 */
import type { Origin } from './inputs/input.ts';
import type { Frame, Moment } from './sim.ts';

/** A command line or a click, from the moment just before its first input. */
export interface Command {
  readonly id: number;
  readonly by: Origin;
  readonly start: Moment;
}

/** A line of events that was left. */
export interface Branch {
  readonly id: number;
  readonly commands: readonly Command[];
  /** Where it was left. */
  readonly end: Moment;
}

export interface Timeline {
  /** Oldest first. */
  readonly commands: readonly Command[];
  readonly branches: readonly Branch[];
  /** Ids are never used twice. */
  readonly nextId: number;
}

export const NEW_TIMELINE: Timeline = { commands: [], branches: [], nextId: 1 };

/** Older ones are forgotten. */
const MAX_COMMANDS = 1000;
const MAX_BRANCHES = 12;

/** The timeline with the command that a frame begins; the same timeline where it begins none. */
export function record(timeline: Timeline, { entry, from }: Frame): Timeline {
  const { commands, nextId } = timeline;
  if (!entry || !from || entry.by.session === 'system' || isSame(commands.at(-1)?.by, entry.by)) return timeline;
  const command: Command = { id: nextId, by: entry.by, start: from };
  return { ...timeline, commands: [...commands, command].slice(-MAX_COMMANDS), nextId: nextId + 1 };
}

const isSame = (a: Origin | undefined, b: Origin) => a?.session === b.session && a.serial === b.serial && a.line === b.line;

/** Where a command's effects end: the next one begins there, or it is still at work (`now`). Id 0: the start of the run. */
export function endOf({ commands }: Pick<Timeline, 'commands'>, id: number, now: Moment): Moment {
  const at = commands.findIndex((command) => command.id === id);
  return commands[at + 1]?.start ?? now;
}

/** Back to where a command's effects ended (0: to the start). What came after becomes a branch. */
export function goBack(timeline: Timeline, id: number, now: Moment): { readonly timeline: Timeline; readonly moment: Moment } {
  const { commands, branches, nextId } = timeline;
  const kept = commands.slice(0, commands.findIndex((command) => command.id === id) + 1);
  if (kept.length === commands.length) return { timeline, moment: now };
  return {
    timeline: { commands: kept, branches: keep(branches, { id: nextId, commands, end: now }), nextId: nextId + 1 },
    moment: endOf(timeline, id, now),
  };
}

/** With another branch, unless one of them already goes through all of its commands. */
function keep(branches: readonly Branch[], branch: Branch): readonly Branch[] {
  const known = branches.some((each) => branch.commands.every((command, i) => each.commands[i] === command));
  return known ? branches : [...branches, branch].slice(-MAX_BRANCHES);
}

/** Goes over to a branch; the line that is left becomes one itself. */
export function switchTo(timeline: Timeline, id: number, now: Moment): { readonly timeline: Timeline; readonly moment: Moment } {
  const branch = timeline.branches.find((each) => each.id === id);
  if (!branch) return { timeline, moment: now };
  const { commands, nextId } = timeline;
  const branches = keep(timeline.branches, { id: nextId, commands, end: now }).filter((each) => each !== branch);
  return { timeline: { commands: branch.commands, branches, nextId: nextId + 1 }, moment: branch.end };
}
