/**
 * What stands still while a job is stopped (Ctrl-Z, `kill -STOP`): everything a shell runs comes by its clock again and again, and a
 * closed gate keeps it there. Simulated time goes on meanwhile, as real time does for a stopped sleep.
 */
import { type Execution, Interrupted, type Platform } from './execution.ts';

export interface Gate {
  readonly closed: boolean;
  close(): void;
  open(): void;
  /** Resolves when the gate closes the next time; at once when it is closed. */
  whenClosed(): Promise<void>;
  /** Waits while the gate is closed; undefined when it is open. */
  passed(signal: AbortSignal | undefined): Promise<void> | undefined;
}

export function createGate(): Gate {
  let closed = false;
  let waiting: (() => void)[] = [];
  let watching: (() => void)[] = [];
  const wake = (list: readonly (() => void)[]) => {
    for (const each of list) each();
  };
  return {
    get closed() {
      return closed;
    },
    close() {
      closed = true;
      const now = watching;
      watching = [];
      wake(now);
    },
    open() {
      closed = false;
      const now = waiting;
      waiting = [];
      wake(now);
    },
    whenClosed: () => (closed ? Promise.resolve() : new Promise((resolve) => watching.push(resolve))),
    passed(signal) {
      if (!closed) return undefined;
      return new Promise((resolve, reject) => {
        waiting.push(resolve);
        signal?.addEventListener('abort', () => reject(new Interrupted('Interrupted')), { once: true });
      });
    },
  };
}

interface Gated extends Platform {
  readonly ungated?: Platform;
  as?(user: string): Platform;
}

/** The same place, its clock behind a gate (and behind that one only). */
export function behindGate(x: Execution, gate: Gate): Execution {
  const given: Gated = x.platform;
  return { ...x, platform: gated(given.ungated ?? given, gate, x.signal) };
}

function gated(platform: Gated, gate: Gate, signal: AbortSignal): Platform {
  const { clock, as } = platform;
  const through: Gated = {
    ...platform,
    ungated: platform,
    clock: {
      now: () => clock.now(),
      async sleep(ms, why, stop) {
        await clock.sleep(ms, why, stop);
        await gate.passed(stop);
      },
      async breathe() {
        await clock.breathe();
        await gate.passed(signal);
      },
    },
    ...(as && { as: (user: string) => gated(as(user), gate, signal) }),
  };
  return through;
}
