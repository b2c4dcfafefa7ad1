/** `window.nexthop`: the lab for scripts and tests. Lines start in a settled world, and waiting costs no wall time. */
import { exchange, type Trace, type World } from '../engine/index.ts';
import type { ShellSession } from '../shell/index.ts';
import type { ScreenClock } from './clock.ts';
import { currentClock, currentLab } from './store/lab.ts';
import { presentMoment, simulation } from './store/run.ts';

export interface LineResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface Handle {
  run(line: string, options?: { readonly host?: string }): Promise<LineResult>;
  world(): World;
  /** The way a packet would take; nothing is sent. `to`: `10.49.50.18:80`. */
  trace(fromHost: string, to: string): Trace;
}

declare global {
  interface Window {
    nexthop: Handle;
  }
}

interface Scripted {
  readonly clock: ScreenClock;
  readonly sessions: Map<string, { readonly session: ShellSession; out: string; err: string }>;
}

let scripted: Scripted | undefined;
let queue: Promise<unknown> = Promise.resolve();

async function runLine(line: string, host: string | undefined): Promise<LineResult> {
  const [{ createSession }, sim] = await Promise.all([import('../shell/index.ts'), simulation()]);
  // A simulation has a clock from the first.
  const clock = currentClock()!;
  if (scripted?.clock !== clock) scripted = { clock, sessions: new Map() };
  const { sessions } = scripted;
  const place = host ?? currentLab()?.host ?? '';
  if (!sim.world().hosts[place]) throw new Error(`no host called ${place}`);
  let entry = sessions.get(place);
  if (!entry) {
    const collected = { out: '', err: '' };
    const session = createSession({
      sim,
      place: { host: place, netns: '' },
      clock,
      id: `script@${place}`,
      settle: true,
      write: (text, fd) => {
        if (fd === 1) collected.out += text;
        else collected.err += text;
      },
    });
    entry = Object.assign(collected, { session });
    sessions.set(place, entry);
  }
  entry.out = '';
  entry.err = '';
  const release = clock.rush();
  try {
    const exitCode = await entry.session.run(line);
    if (entry.session.closed) sessions.delete(place);
    return { stdout: entry.out, stderr: entry.err, exitCode };
  } finally {
    release();
    sim.settle();
  }
}

function trace(fromHost: string, to: string): Trace {
  const [dst = '', port = '80'] = to.split(':');
  // What the input `flow` does, but for keeping the world that comes of it.
  return exchange(presentMoment().world, { from: { host: fromHost, netns: '' }, proto: 'tcp', dst, dport: Number(port) }).trace;
}

/** Puts the handle on the window. */
export function installHandle(): void {
  window.nexthop = {
    run(line, { host } = {}) {
      const result = queue.then(() => runLine(line, host));
      queue = result.catch(() => {});
      return result;
    },
    world: () => presentMoment().world,
    trace,
  };
}
