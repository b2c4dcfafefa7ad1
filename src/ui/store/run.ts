/**
 * The run of a lab as the screen sees it: the world as it is, as it was before the last command, the lab's steps. Mirrors one Sim,
 * which is the truth. A run is shown before its Sim is there: the program that moves worlds comes after the picture of one.
 */
import { createStore } from 'zustand/vanilla';
import {
  endOf,
  type Frame,
  goBack,
  type Moment,
  NEW_TIMELINE,
  record,
  type Sim,
  switchTo,
  type Timeline,
  type World,
} from '../../engine/index.ts';
import type { Lab, StepProgress } from '../../tutor/lab.ts';

export interface RunState {
  readonly phase: 'loading' | 'ready' | 'failed';
  /** Why it failed. */
  readonly message: string | undefined;
  /** The world that is shown: as it is now, or as it stood after an earlier command. */
  readonly world: World | undefined;
  /** What it is compared with: the world before the shown command, or the end of another branch. */
  readonly before: World | undefined;
  /** The shown command line, or what was clicked. */
  readonly command: string | undefined;
  readonly timeline: Timeline;
  /** The command whose changes are shown; 0: the start; undefined: none yet. */
  readonly shownCommand: number | undefined;
  /** The past is looked at: the world goes on unseen. */
  readonly past: boolean;
  /** When something is due next, virtual ms; undefined: settled. */
  readonly due: number | undefined;
  readonly lab: Lab | undefined;
  readonly progress: readonly StepProgress[];
}

const FRESH = {
  before: undefined,
  command: undefined,
  timeline: NEW_TIMELINE,
  shownCommand: undefined,
  past: false,
} as const;

export const run = createStore<RunState>(() => ({
  phase: 'loading',
  message: undefined,
  world: undefined,
  due: undefined,
  lab: undefined,
  progress: [],
  ...FRESH,
}));

let current: Sim | undefined;
/** Where the run that is shown began. */
let began: Moment | undefined;
let judge: Judge | undefined;
let release: (() => void) | undefined;

interface Waiter {
  resolve(sim: Sim): void;
  reject(error: Error): void;
}
let waiters: readonly Waiter[] = [];

/** The simulation, as soon as it is there: what a learner asks for until then is done then. @throws Error when none will be */
export function simulation(): Promise<Sim> {
  if (current) return Promise.resolve(current);
  const { phase, message } = run.getState();
  if (phase === 'failed') return Promise.reject(new Error(message));
  return new Promise((resolve, reject) => {
    waiters = [...waiters, { resolve, reject }];
  });
}

/** The run as it stands. Call only where a run is shown. */
export function presentMoment(): Moment {
  const moment = current?.moment() ?? began;
  if (!moment) throw new Error('no lab is open');
  return moment;
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

/** Shows a run from a moment of it, with the commands it has had. The one before it, if any, is let go. */
export function showRun(moment: Moment, lab: Lab, timeline: Timeline, judging: Judge): void {
  release?.();
  current = undefined;
  began = moment;
  judge = judging;
  const { world, due } = moment;
  run.setState({ phase: 'ready', message: undefined, lab, ...FRESH, timeline, world, due, progress: judging(world) });
}

/** Follows the simulation of the run that is shown: it stands where that run began. */
export function followRun(sim: Sim): void {
  current = sim;
  release = sim.subscribe((frame) => {
    const before = run.getState().timeline;
    const after = record(before, frame);
    if (after !== before) {
      const { id, by } = after.commands.at(-1)!;
      run.setState({ timeline: after, shownCommand: id, before: frame.before, command: by.line, past: false });
    }
    const { progress: last, past, world: shown } = run.getState();
    const progress = sameProgress(last, judge?.(frame.world) ?? []);
    run.setState({ world: past ? shown : frame.world, due: sim.nextWork(), progress });
    for (const listener of frameListeners) listener(frame);
  });
  const waiting = waiters;
  waiters = [];
  for (const { resolve } of waiting) resolve(sim);
}

/** Shows what a command changed, and the world as it stood then; 0: the start. The world itself goes on. */
export function showCommand(id: number): void {
  const { timeline } = run.getState();
  const now = presentMoment();
  const end = endOf(timeline, id, now);
  const command = timeline.commands.find((each) => each.id === id);
  run.setState({
    shownCommand: id,
    past: end !== now,
    world: end.world,
    before: command?.start.world,
    command: command?.by.line,
  });
}

/** Shows the world as it is now, and what the last command changed. */
export const showNow = (): void => showCommand(run.getState().timeline.commands.at(-1)?.id ?? 0);

/** The world now goes on from where a command's effects ended (0: from the start); what came after it is kept as a branch. */
export function goOnFrom(id: number): void {
  travel(goBack(run.getState().timeline, id, presentMoment()));
}

/** Takes back the last command. */
export function undo(): void {
  const { commands } = run.getState().timeline;
  if (commands.length) goOnFrom(commands.at(-2)?.id ?? 0);
}

export function goToBranch(id: number): void {
  travel(switchTo(run.getState().timeline, id, presentMoment()));
}

function travel({ timeline, moment }: { readonly timeline: Timeline; readonly moment: Moment }): void {
  run.setState({ timeline, past: false });
  // Only a command leads to another moment, and only a simulation has commands.
  current?.seek(moment);
  showNow();
}

/** Shows how the world differs from the end of another branch. */
export function compareWith(id: number): void {
  const { branches } = run.getState().timeline;
  const branch = branches.find((each) => each.id === id);
  if (!branch) return;
  showNow();
  run.setState({ before: branch.end.world, command: `against: ${branch.commands.at(-1)?.by.line ?? 'the start'}` });
}

function sameProgress(before: readonly StepProgress[], after: readonly StepProgress[]): readonly StepProgress[] {
  return JSON.stringify(before.map(told)) === JSON.stringify(after.map(told)) ? before : after;
}

const told = (each: StepProgress) => [each.step.id, each.state, each.checks.map((check) => [check.done, check.why])];

export function failRun(message: string): void {
  run.setState({ phase: 'failed', message });
  const waiting = waiters;
  waiters = [];
  for (const { reject } of waiting) reject(new Error(message));
}
