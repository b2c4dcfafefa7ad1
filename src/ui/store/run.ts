/**
 * The run of a lab as the screen sees it: the world as it is, as it was before the last command, the lab's steps. Mirrors one Sim;
 * the Sim itself is the truth and is reached through `simulation()`.
 */
import { createStore } from 'zustand/vanilla';
import type { Frame, Sim, World } from '../../engine/index.ts';
import type { Lab, StepProgress } from '../../tutor/lab.ts';

/** A command that changed the world: where it stood before and what came of it. Worlds are values, so keeping them is cheap. */
export interface CommandMark {
  readonly id: number;
  readonly at: number;
  readonly line: string;
  readonly before: World;
  /** As it stood when the next command began; absent for the last one: it is still at work. */
  readonly after?: World;
}

/** Older ones are forgotten. */
const MAX_MARKS = 200;

export interface RunState {
  readonly phase: 'loading' | 'ready' | 'failed';
  /** Why it failed. */
  readonly message: string | undefined;
  readonly world: World | undefined;
  /** The world as it stood before the last command that changed it. */
  readonly before: World | undefined;
  /** The command line, or what was clicked. */
  readonly command: string | undefined;
  readonly commands: readonly CommandMark[];
  /** The command whose changes are shown. */
  readonly shownCommand: number | undefined;
  /** When something is due next, virtual ms; undefined: settled. */
  readonly due: number | undefined;
  readonly lab: Lab | undefined;
  readonly progress: readonly StepProgress[];
}

export const run = createStore<RunState>(() => ({
  phase: 'loading',
  message: undefined,
  world: undefined,
  before: undefined,
  command: undefined,
  commands: [],
  shownCommand: undefined,
  due: undefined,
  lab: undefined,
  progress: [],
}));

let current: Sim | undefined;
let release: (() => void) | undefined;

/** The simulation that runs. Call only where a run is ready. */
export function simulation(): Sim {
  if (!current) throw new Error('no lab is running');
  return current;
}

type FrameListener = (frame: Frame) => void;
const frameListeners = new Set<FrameListener>();

/** Every frame of the running simulation, whichever that is. */
export function onFrame(listener: FrameListener): () => void {
  frameListeners.add(listener);
  return () => frameListeners.delete(listener);
}

/** Judges a world: the tutor's work, given from outside so that this file needs no loader. */
export type Judge = (world: World) => readonly StepProgress[];

/** Shows a simulation. The one before it, if any, is let go. */
export function mountRun(sim: Sim, lab: Lab | undefined, judge: Judge): void {
  release?.();
  current = sim;
  let command: { readonly session: string; readonly line: string } | undefined;
  const show = (world: World) => {
    const progress = judge(world);
    run.setState({ world, due: sim.nextWake(), progress: sameProgress(run.getState().progress, progress) });
  };
  run.setState({
    phase: 'ready',
    message: undefined,
    lab,
    before: undefined,
    command: undefined,
    commands: [],
    shownCommand: undefined,
    progress: [],
  });
  release = sim.subscribe((frame) => {
    const by = frame.entry?.by;
    if (by && by.session !== 'system' && (command?.session !== by.session || command.line !== by.line || quiet(frame))) {
      command = by;
      markCommand(frame, by.line);
    }
    show(frame.world);
    for (const listener of frameListeners) listener(frame);
  });
  show(sim.world());
}

function markCommand({ before }: Frame, line: string): void {
  const { commands } = run.getState();
  const last = commands.at(-1);
  const id = (last?.id ?? 0) + 1;
  const closed = last && !last.after ? [...commands.slice(0, -1), { ...last, after: before }] : commands;
  const marks = [...closed, { id, at: before.now, line, before }].slice(-MAX_MARKS);
  run.setState({ before, command: line, commands: marks, shownCommand: id });
}

/** Tells again what an earlier command changed. The world itself stays where it is. */
export function showCommand(id: number): void {
  const mark = run.getState().commands.find((each) => each.id === id);
  if (mark) run.setState({ shownCommand: id, before: mark.before, command: mark.line });
}

/** The two worlds between which the shown command's changes lie. */
export function shownChange(state: RunState): { readonly before: World | undefined; readonly after: World | undefined } {
  const mark = state.commands.find((each) => each.id === state.shownCommand);
  return { before: mark?.before ?? state.before, after: mark?.after ?? state.world };
}

/** The same line typed again once everything had come to rest is a command of its own. */
function quiet(frame: Frame): boolean {
  const { world, due } = run.getState();
  return due === undefined || world === frame.before;
}

function sameProgress(before: readonly StepProgress[], after: readonly StepProgress[]): readonly StepProgress[] {
  return JSON.stringify(before.map(told)) === JSON.stringify(after.map(told)) ? before : after;
}

const told = (each: StepProgress) => [each.step.id, each.state, each.checks.map((check) => [check.done, check.why])];

export function failRun(message: string): void {
  run.setState({ phase: 'failed', message });
}
