/**
 * A clock for a shell without a screen: simulated time jumps to the next thing somebody waits for, as soon as nobody can go on.
 */
import type { Sim } from '../engine/index.ts';
import { type Clock, Interrupted } from './bash/execution.ts';

/** The platform's event loop, reached without naming a platform: Node has setImmediate, browsers have MessageChannel. */
interface EventLoop {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly MessageChannel?: new () => {
    readonly port1: { onmessage: (() => void) | null };
    readonly port2: { postMessage(message: null): void };
  };
  readonly setTimeout: (callback: () => void, ms: number) => unknown;
}
const loop = globalThis as unknown as EventLoop;

const turns: (() => void)[] = [];
const channel = loop.setImmediate || !loop.MessageChannel ? undefined : new loop.MessageChannel();
if (channel) channel.port1.onmessage = () => turns.shift()?.();

/** Resolves after the event loop has served everybody else once. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    if (loop.setImmediate) loop.setImmediate(resolve);
    else if (channel) {
      turns.push(resolve);
      channel.port2.postMessage(null);
    } else loop.setTimeout(resolve, 0);
  });
}

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** A clock for tests and node: waiting costs no wall time. Time moves only while a line is running (`hold` … `release`). */
export function headlessClock(sim: Sim): Clock & { hold(): void; release(): void } {
  let sleepers: Sleeper[] = [];
  let holders = 0;
  let pumping = false;

  async function pump(): Promise<void> {
    if (pumping) return;
    pumping = true;
    while (holders > 0 && sleepers.length > 0) {
      // Everything that can run without time passing runs first; twice, because a turn may take another turn to hand over.
      await breathe();
      await breathe();
      const next = sleepers.reduce<Sleeper | undefined>((best, each) => (!best || each.at < best.at ? each : best), undefined);
      if (!next || holders === 0) break;
      sleepers = sleepers.filter((each) => each !== next);
      const { now } = sim.world();
      if (next.at > now) sim.advance(next.at - now);
      next.wake();
    }
    pumping = false;
  }

  return {
    now: () => sim.world().now,
    breathe,
    sleep(ms, _why, signal) {
      return new Promise((resolve, reject) => {
        const stop = () => {
          sleepers = sleepers.filter((each) => each !== sleeper);
          reject(new Interrupted('Interrupted'));
        };
        if (signal.aborted) return stop();
        const sleeper: Sleeper = {
          at: sim.world().now + Math.max(0, ms),
          wake() {
            signal.removeEventListener('abort', stop);
            resolve();
          },
        };
        signal.addEventListener('abort', stop, { once: true });
        sleepers.push(sleeper);
        void pump();
      });
    },
    hold() {
      holders++;
      void pump();
    },
    release() {
      holders--;
    },
  };
}
