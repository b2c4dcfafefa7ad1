/** Background jobs: `&`, `jobs`, `wait`, `kill %1`, `fg`. */

import { inSubshell } from './execute.ts';
import { type Execution, Interrupted } from './execution.ts';
import { behindGate, createGate, type Gate } from './gate.ts';
import type { Job } from './state.ts';
import { emptySource } from './streams.ts';

const STOPPING: ReadonlySet<string> = new Set(['STOP', 'TSTP', 'TTIN', 'TTOU']);
/** What ends nothing by itself. */
const HARMLESS: ReadonlySet<string> = new Set(['0', 'CHLD', 'WINCH', 'URG', 'EXIT']);
const NUMBERS: Readonly<Record<string, number>> = { HUP: 1, INT: 2, QUIT: 3, KILL: 9, USR1: 10, USR2: 12, PIPE: 13, ALRM: 14 };

export interface Running {
  readonly text: string;
  readonly gate: Gate;
  readonly controller: AbortController;
  /** Its status, once it has ended of itself. */
  readonly done: Promise<number>;
}

/** Enters what runs among the shell's jobs. */
export function addJob({ text, gate, controller, done }: Running, x: Execution): Job {
  const { platform, shell } = x;
  let killedBy: string | undefined;
  const ended = done.then((status) => {
    job.endedAt = platform.clock.now();
    job.status = killedBy === undefined ? status : 128 + (NUMBERS[killedBy] ?? 15);
    job.state =
      killedBy === 'KILL' ? 'Killed' : killedBy === 'INT' ? 'Interrupt' : killedBy ? 'Terminated' : status === 0 ? 'Done' : 'Exit';
    return job.status;
  });
  const job: Job = {
    id: Math.max(0, ...shell.jobs.keys()) + 1,
    pid: platform.processes.nextPid++,
    text,
    done: ended,
    state: gate.closed ? 'Stopped' : 'Running',
    status: 0,
    held: () => gate.whenClosed(),
    stop(signal) {
      if ((job.state !== 'Running' && job.state !== 'Stopped') || HARMLESS.has(signal)) return;
      if (STOPPING.has(signal)) {
        job.state = 'Stopped';
        gate.close();
        return;
      }
      job.state = 'Running';
      if (signal !== 'CONT') {
        killedBy = signal;
        controller.abort();
      }
      gate.open();
    },
  };
  shell.jobs.set(job.id, job);
  return job;
}

/** Starts a job beside the shell. At the prompt its number is printed, as bash does. */
export function startJob(text: string, x: Execution, run: (x: Execution) => Promise<number>): Job {
  const { shell } = x;
  const controller = new AbortController();
  const gate = createGate();
  const fds = new Map(x.fds);
  if (fds.get(0)?.source?.isTTY !== false) fds.set(0, { source: emptySource() });
  const inside = behindGate({ ...x, fds, signal: controller.signal }, gate);
  const done = inSubshell(inside, run).catch((error: unknown) => {
    if (error instanceof Interrupted || controller.signal.aborted) return 143;
    throw error;
  });
  const job = addJob({ text, gate, controller, done }, x);
  shell.lastBackground = job.pid;
  if (shell.interactive && shell.subshell === 0) x.fds.get(2)?.sink?.write(`[${job.id}] ${job.pid}\n`);
  return job;
}

/** `%1`, `%+`, `%%`, `%-`, `%name`, or a pid. */
export function findJob(x: Execution, spec: string): Job | undefined {
  const jobs = [...x.shell.jobs.values()];
  if (/^\d+$/.test(spec)) return jobs.find((job) => job.pid === Number(spec));
  const name = spec.slice(1);
  if (name === '' || name === '+' || name === '%') return jobs.at(-1);
  if (name === '-') return jobs.at(-2) ?? jobs.at(-1);
  if (/^\d+$/.test(name)) return x.shell.jobs.get(Number(name));
  return jobs.find((job) => job.text.startsWith(name));
}

/** `[1]+  Running                 sleep 5 &` */
export function describeJob(x: Execution, job: Job, withPid = false): string {
  const ids = [...x.shell.jobs.keys()];
  const sign = job.id === ids.at(-1) ? '+' : job.id === ids.at(-2) ? '-' : ' ';
  const state = job.state === 'Exit' ? `Exit ${job.status}` : job.state;
  const text = job.state === 'Running' ? `${job.text} &` : job.text;
  return `[${job.id}]${sign} ${withPid ? '' : ' '}${withPid ? `${String(job.pid).padStart(5)} ` : ''}${state.padEnd(24)}${text}\n`;
}

/** Forgets finished jobs. @returns their notices, for the prompt */
export function reapJobs(x: Execution): string {
  const finished = [...x.shell.jobs.values()].filter((job) => job.state !== 'Running' && job.state !== 'Stopped');
  const notices = finished.map((job) => describeJob(x, job)).join('');
  for (const job of finished) x.shell.jobs.delete(job.id);
  return notices;
}
