/** Opening and resetting a lab: wires the simulation, its clock, the tutor and what is saved. */
import { NEW_TIMELINE, record, replay, type Sim, type Timeline, type World } from '../../engine/index.ts';
import { labTexts } from '../../labs/index.ts';
import { type Lab, loadLab, progress, tick } from '../../tutor/index.ts';
import { worlds } from '../../worlds/index.ts';
import { createClock, type ScreenClock } from '../clock.ts';
import { forget, readSaved, type Saved, setAside, writeSaved } from '../saved/saved.ts';
import { isDurable, storage } from '../saved/storage.ts';
import { startWorld } from './booted.ts';
import { tell } from './notices.ts';
import { failRun, mountRun, run } from './run.ts';
import { clearFocus, screen } from './screen.ts';
import { openTerminal, terminals } from './terminals.ts';

interface Open {
  readonly lab: Lab;
  readonly sim: Sim;
  readonly clock: ScreenClock;
  ticked: ReadonlySet<string>;
  /** False in a second tab of the same lab, and where storage failed. */
  saving: boolean;
}

let open: Open | undefined;
let saveTimer: ReturnType<typeof setTimeout> | undefined;

const DEFAULT_LAB = 'service-bgp';
const SAVE_MS = 400;

/** The clock of the lab that runs, if one does. */
export const currentClock = (): ScreenClock | undefined => open?.clock;

export const currentLab = (): Lab | undefined => open?.lab;

/** The lab the page's address asks for. */
export function askedLab(search: string): string {
  const asked = new URLSearchParams(search).get('lab');
  return asked && Object.hasOwn(labTexts, asked)
    ? asked
    : Object.hasOwn(labTexts, DEFAULT_LAB)
      ? DEFAULT_LAB
      : Object.keys(labTexts)[0]!;
}

/** Opens a lab: from where the learner left off, else from its start. */
export async function openLab(id: string): Promise<void> {
  try {
    const lab = loadLab(id, labTexts[id] ?? '');
    const alone = await claim(id);
    const read = readSaved(storage, id);
    if ('broken' in read) {
      tell('broken', 'What was saved of this lab could not be read, so it starts afresh.');
      console.warn(`saved state of ${id}: ${read.broken}`);
    }
    if (!alone)
      tell(
        'second',
        'This lab is open in another tab. This one goes on from the last save as a copy: nothing you do here is kept.',
      );
    if (!isDurable) tell('unsaved', 'This browser lets the page keep nothing: what you do here ends with it.');
    await start(lab, 'saved' in read ? read.saved : undefined, alone);
  } catch (error) {
    failRun(error instanceof Error ? error.message : String(error));
  }
}

/** Starts over: the saved state is dropped, the world is built anew. */
export async function resetLab(): Promise<void> {
  if (!open) return;
  const { lab, saving } = open;
  clearTimeout(saveTimer);
  if (saving) forget(storage, lab.id);
  await start(lab, undefined, saving);
}

function worldOf(lab: Lab): Promise<Sim> {
  const source = worlds[lab.world];
  if (!source) throw new Error(`lab ${lab.id} asks for a world called ${lab.world}, and there is none`);
  return startWorld(source);
}

async function start(lab: Lab, saved: Saved | undefined, saving: boolean): Promise<void> {
  const fresh = await worldOf(lab);
  open?.clock.stop();
  const { sim, used, timeline } = restored(lab, fresh, saved);
  const opened: Open = { lab, sim, clock: createClock(sim), ticked: new Set(used?.ticked), saving };
  open = opened;
  clearFocus();
  screen.setState({ picking: undefined, object: undefined, service: undefined, inspected: undefined });
  mountRun(sim, lab, timeline, (world) => judge(opened, world));
  mountTerminals(lab, used);
  sim.subscribe(saveSoon);
  document.title = `${lab.title} · Nexthop`;
}

interface Restored {
  readonly sim: Sim;
  readonly used: Saved | undefined;
  readonly timeline: Timeline;
}

/** The saved run replayed on a fresh world; the fresh world where that cannot be done. */
function restored(lab: Lab, fresh: Sim, saved: Saved | undefined): Restored {
  const afresh: Restored = { sim: fresh, used: undefined, timeline: NEW_TIMELINE };
  if (!saved) return afresh;
  const world = fresh.world();
  if (saved.world !== world.id || saved.seed !== world.seed) {
    tell('other', 'The world of this lab has changed since you were here last, so it starts afresh.');
    return afresh;
  }
  try {
    let timeline = NEW_TIMELINE;
    const sim = replay(world, saved.journal, saved.now, (frame) => {
      timeline = record(timeline, frame);
    });
    return { sim, used: saved, timeline };
  } catch (error) {
    console.warn(`replay of ${lab.id}:`, error);
    setAside(storage, lab.id, JSON.stringify(saved));
    tell('broken', 'What was saved of this lab could not be replayed, so it starts afresh.');
    return afresh;
  }
}

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
