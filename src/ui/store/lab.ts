/** Opening and resetting a lab: wires the simulation, its clock, the tutor and what is saved. */
import { type Moment, NEW_TIMELINE, type Sim, type Start, type Timeline, type World } from '../../engine/index.ts';
import { type Lab, progress, tick } from '../../tutor/index.ts';
import { createClock, type ScreenClock, time } from '../clock.ts';
import { forget, isSaved, type Saved, writeSaved } from '../saved/saved.ts';
import { isDurable, storage } from '../saved/storage.ts';
import { tell } from './notices.ts';
import { failRun, followRun, run, showRun } from './run.ts';
import { clearFocus, screen } from './screen.ts';
import { type Beginning, beginningOf } from './shipped.ts';
import { openTerminal, terminals } from './terminals.ts';

interface Open {
  readonly lab: Lab;
  readonly start: Start;
  /** Absent until the engine is there. */
  sim?: Sim;
  clock?: ScreenClock;
  ticked: ReadonlySet<string>;
  /** False in a second tab of the same lab, and where storage failed. */
  saving: boolean;
}

let open: Open | undefined;
let saveTimer: ReturnType<typeof setTimeout> | undefined;

const SAVE_MS = 400;

/** The clock of the lab that runs, if one does. */
export const currentClock = (): ScreenClock | undefined => open?.clock;

export const currentLab = (): Lab | undefined => open?.lab;

/** Opens a lab: from where the learner left off, else from its start. */
export async function openLab(id: string): Promise<void> {
  try {
    const [beginning, alone] = await Promise.all([beginningOf(id), claim(id)]);
    if (!alone)
      tell(
        'second',
        'This lab is open in another tab. This one goes on from the last save as a copy: nothing you do here is kept.',
      );
    if (!isDurable) tell('unsaved', 'This browser lets the page keep nothing: what you do here ends with it.');
    await (isSaved(storage, id) ? resume(beginning, alone) : begin(beginning, alone));
  } catch (error) {
    failRun(error instanceof Error ? error.message : String(error));
  }
}

/** Starts over: the saved state is dropped, the run begins anew. */
export async function resetLab(): Promise<void> {
  if (!open) return;
  const { lab, saving } = open;
  clearTimeout(saveTimer);
  if (saving) forget(storage, lab.id);
  await begin(open, saving);
}

/** The lab is on the screen at once; what moves it follows. */
async function begin({ lab, start }: Beginning, saving: boolean): Promise<void> {
  const opened = show({ lab, start, ticked: new Set(), saving }, { ...start, journal: [] }, NEW_TIMELINE, undefined);
  const { simFrom } = await import('./engine.ts');
  connect(opened, simFrom(start));
}

/** What was saved is replayed first: until then there is nothing true to show. */
async function resume({ lab, start }: Beginning, saving: boolean): Promise<void> {
  const { resumed } = await import('./resumed.ts');
  const last = resumed(lab, start);
  if (!last) return begin({ lab, start }, saving);
  const { sim, saved, timeline } = last;
  connect(show({ lab, start, ticked: new Set(saved.ticked), saving }, sim.moment(), timeline, saved), sim);
}

function show(opened: Open, moment: Moment, timeline: Timeline, saved: Saved | undefined): Open {
  open?.clock?.stop();
  open = opened;
  clearFocus();
  screen.setState({ picking: undefined, object: undefined, service: undefined, inspected: undefined });
  time.setState({ now: moment.world.now, due: moment.due, waiting: undefined });
  showRun(moment, opened.lab, timeline, (world) => judge(opened, world));
  mountTerminals(opened.lab, saved);
  document.title = `${opened.lab.title} · Nexthop`;
  return opened;
}

function connect(opened: Open, sim: Sim): void {
  // Another run has begun while this one's simulation was on its way.
  if (open !== opened) return;
  opened.sim = sim;
  opened.clock = createClock(sim);
  followRun(sim);
  sim.subscribe(saveSoon);
}

/** Spares the first command what the engine works out but once, while the page has nothing else to do. */
export async function ease(): Promise<void> {
  const opened = open;
  const { rehearse } = await import('./engine.ts');
  if (!opened?.sim) return;
  const world = opened.sim.world();
  const turns = rehearse(world);
  const turn = () => {
    // A command has had to work it out itself.
    const late = open !== opened || opened.sim?.world().inputs !== world.inputs;
    if (!late && !turns.next().done) whenIdle(turn);
  };
  whenIdle(turn);
}

const whenIdle = (act: () => void): void => {
  if ('requestIdleCallback' in window) requestIdleCallback(act);
  else setTimeout(act, 50);
};

function judge(opened: Open, world: World) {
  opened.ticked = tick(opened.lab, world, opened.ticked);
  return progress(opened.lab, world, opened.ticked);
}

let epoch = 0;

function mountTerminals(lab: Lab, saved: Saved | undefined): void {
  epoch++;
  const world = run.getState().world;
  const tabs = (saved?.tabs ?? []).filter((tab) => world?.hosts[tab.host]);
  terminals.setState({
    epoch,
    tabs: tabs.map(({ id, host }) => ({ id, host })),
    active: tabs[0]?.id,
    typed: undefined,
    texts: Object.fromEntries(tabs.map(({ id, text }) => [id, text])),
    history: saved?.history ?? {},
    running: {},
  });
  if (!tabs.length) openTerminal(lab.host);
}

/** Keeps the run a little later; many changes are kept once. */
export function saveSoon(): void {
  if (!open?.saving) return;
  clearTimeout(saveTimer);
  saveTimer = setTimeout(saveNow, SAVE_MS);
}

export function saveNow(): void {
  clearTimeout(saveTimer);
  if (!open?.saving) return;
  const { lab, sim, ticked } = open;
  if (!sim) return;
  const { tabs, texts, history } = terminals.getState();
  const world = sim.world();
  const failed = writeSaved(storage, lab.id, {
    world: world.id,
    seed: world.seed,
    now: world.now,
    journal: sim.journal(),
    ticked: [...ticked],
    tabs: tabs.map(({ id, host }) => ({ id, host, text: texts[id] ?? '' })),
    history,
  });
  if (!failed) return;
  open.saving = false;
  tell('unsaved', `From here on nothing is kept for the next visit: ${failed}.`);
}

/** Takes the lab for this tab. @returns false when another tab has it */
function claim(id: string): Promise<boolean> {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks
      .request(`nexthop:lab:${id}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        // Held for as long as the page lives.
        return lock ? new Promise<void>(() => {}) : undefined;
      })
      .catch(() => resolve(true));
  });
}
