/**
 * The one place where wall time becomes simulated time. Runs a timer only while something is due or somebody sleeps; stands still
 * while paused or while the tab is hidden. Nothing changes between two due moments, so no frames are asked for.
 */
import { createStore } from 'zustand/vanilla';
import type { Sim } from '../engine/index.ts';
import { screen } from './store/screen.ts';

export interface Waiting {
  readonly until: number;
  /** What is waited for, in words: `waiting for a SYN-ACK`. */
  readonly why: string;
}

export interface TimeState {
  /** Virtual ms since the epoch, as last shown. */
  readonly now: number;
  /** When the world itself moves next; undefined: settled. */
  readonly due: number | undefined;
  /** A command that waits and says for what. */
  readonly waiting: Waiting | undefined;
}

export const time = createStore<TimeState>(() => ({ now: 0, due: undefined, waiting: undefined }));

interface Sleeper {
  readonly at: number;
  readonly why: string | undefined;
  wake(): void;
}

/** Rejects a sleep that was interrupted. The shell's own class is in its lazy chunk; the name is what it goes by. */
class Interrupted extends Error {
  override name = 'Interrupted';
}

/** How often the clock on the screen moves while something is due, ms of wall time. */
const SHOW_MS = 200;
/** What is due within this is about to happen; the screen says so. */
export const SOON_MS = 15_000;
const MAX_TIMER_MS = 1_800_000;
/** The most that an idle hour adds at once, ms. */
const MAX_IDLE_MS = 3_600_000;

export interface ScreenClock {
  now(): number;
  sleep(ms: number, why: string | undefined, signal: AbortSignal): Promise<void>;
  breathe(): Promise<void>;
  /** Lets the time that passed while nothing was due pass here too; before a command starts. */
  touch(): void;
  /** Jumps to the next thing that somebody waits for or that is due. */
  skip(): Promise<void>;
  /** While held, waiting costs no wall time: for scripts. @returns what lets go */
  rush(): () => void;
  /** Stops the timer for good. */
  stop(): void;
}

const channel = new MessageChannel();
const turns: (() => void)[] = [];
channel.port1.onmessage = () => turns.shift()?.();

/** Lets keys, frames and promises have their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    turns.push(resolve);
    channel.port2.postMessage(null);
  });
}

export function createClock(sim: Sim): ScreenClock {
  let sleepers: Sleeper[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wall = performance.now();
  let moving = false;
  let rushing = 0;
  let stopped = false;
  /** Nothing is due soon. */
  let resting = true;

  const standing = () => (screen.getState().paused && rushing === 0) || document.hidden;
  const show = () => {
    const waiting = sleepers
      .filter((each) => each.why)
      .reduce<Sleeper | undefined>((best, each) => (!best || each.at < best.at ? each : best), undefined);
    time.setState({
      now: sim.world().now,
      due: sim.nextWork(),
      waiting: waiting?.why ? { until: waiting.at, why: waiting.why } : undefined,
    });
  };
  const nextAt = (): number | undefined => {
    const times = [...sleepers.map((each) => each.at), sim.nextWake()].filter((at): at is number => at !== undefined);
    return times.length ? Math.min(...times) : undefined;
  };

  /** Moves to `target`, stopping at each sleeper so that it goes on at its own moment. */
  async function moveTo(target: number): Promise<void> {
    for (;;) {
      const first = sleepers.filter((each) => each.at <= target).sort((a, b) => a.at - b.at)[0];
      const to = first ? first.at : target;
      const gap = to - sim.world().now;
      if (gap >= 0) sim.advance(gap);
      if (!first) return;
      sleepers = sleepers.filter((each) => each !== first);
      first.wake();
      await breathe();
      await breathe();
    }
  }

  async function move(target: () => number): Promise<void> {
    if (moving) return;
    moving = true;
    try {
      await moveTo(target());
    } finally {
      moving = false;
      wall = performance.now();
      plan();
    }
  }

  /** Virtual ms that the wall's clock has earned since it was last read. */
  const earned = () => Math.min(performance.now() - wall, MAX_IDLE_MS) * screen.getState().speed;

  function plan(): void {
    clearTimeout(timer);
    show();
    const at = nextAt();
    const work = sim.nextWork();
    resting = sleepers.length === 0 && (work === undefined || work - sim.world().now >= SOON_MS);
    if (stopped || moving || at === undefined || standing()) return;
    if (rushing > 0) {
      void breathe().then(() => move(() => Math.max(at, sim.world().now)));
      return;
    }
    const virtual = at - sim.world().now;
    // Something far off is waited for in one go: the clock on the screen stands still and nothing is drawn.
    const step = resting ? MAX_TIMER_MS : SHOW_MS;
    timer = setTimeout(
      () => void move(() => Math.round(sim.world().now + earned())),
      Math.max(8, Math.min(virtual / screen.getState().speed, step)),
    );
  }

  const releases = [
    sim.subscribe(() => {
      if (moving) return;
      // What happens after a rest starts now: the rest is not run through first.
      if (resting) wall = performance.now();
      plan();
    }),
    screen.subscribe((state, before) => {
      if (state.paused === before.paused && state.speed === before.speed) return;
      wall = performance.now();
      plan();
    }),
  ];
  const onVisible = () => {
    wall = performance.now();
    plan();
  };
  document.addEventListener('visibilitychange', onVisible);
  plan();

  return {
    now: () => sim.world().now,
    breathe,
    sleep(ms, why, signal) {
      return new Promise((resolve, reject) => {
        const stop = () => {
          sleepers = sleepers.filter((each) => each !== sleeper);
          reject(new Interrupted('Interrupted'));
          if (!moving) plan();
        };
        const sleeper: Sleeper = {
          at: sim.world().now + Math.max(0, ms),
          why,
          wake() {
            signal.removeEventListener('abort', stop);
            resolve();
          },
        };
        if (signal.aborted) return reject(new Interrupted('Interrupted'));
        signal.addEventListener('abort', stop, { once: true });
        sleepers.push(sleeper);
        if (!moving) {
          wall = performance.now();
          plan();
        }
      });
    },
    touch() {
      if (moving || standing() || sleepers.length > 0) return;
      const ms = Math.round(earned());
      if (ms > 0) sim.advance(ms);
      wall = performance.now();
      plan();
    },
    async skip() {
      const at = time.getState().waiting?.until ?? nextAt();
      if (at !== undefined) await move(() => Math.max(at, sim.world().now));
    },
    rush() {
      rushing++;
      plan();
      return () => {
        rushing--;
        wall = performance.now();
        plan();
      };
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      for (const release of releases) release();
      document.removeEventListener('visibilitychange', onVisible);
    },
  };
}
