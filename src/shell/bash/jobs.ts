/** Background jobs: `&`, `jobs`, `wait`, `kill %1`, `fg`. */

import { inSubshell } from './execute.ts';
import { type Execution, Interrupted } from './execution.ts';
import type { Job } from './state.ts';
import { emptySource } from './streams.ts';

/** Starts a job beside the shell. At the prompt its number is printed, as bash does. */
export function startJob(text: string, x: Execution, run: (x: Execution) => Promise<number>): Job {
  const { platform, shell } = x;
  const controller = new AbortController();
  const id = Math.max(0, ...shell.jobs.keys()) + 1;
  const pid = platform.processes.nextPid++;
  const fds = new Map(x.fds);
  if (fds.get(0)?.source?.isTTY !== false) fds.set(0, { source: emptySource() });
  let killedBy: string | undefined;
  const inside: Execution = { ...x, fds, signal: controller.signal };
  const done = (async () => {
    try {
      return await inSubshell(inside, run);
    } catch (error) {
      if (error instanceof Interrupted || controller.signal.aborted)
        return killedBy === 'KILL' ? 137 : killedBy === 'INT' ? 130 : 143;
      throw error;
    }
  })().then((status) => {
    job.status = status;
    job.state = killedBy === 'KILL' ? 'Killed' : killedBy ? 'Terminated' : status === 0 ? 'Done' : 'Exit';
    return status;
  });
  const job: Job = {
    id,
    pid,
    text,
    done,
    state: 'Running',
    status: 0,
    stop(signal) {
      if (job.state !== 'Running' || signal === '0') return;
      killedBy = signal;
      controller.abort();
    },
  };
  shell.jobs.set(id, job);
  shell.lastBackground = pid;
  if (shell.interactive && shell.subshell === 0) x.fds.get(2)?.sink?.write(`[${id}] ${pid}\n`);
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
  return `[${job.id}]${sign}  ${withPid ? `${job.pid} ` : ''}${state.padEnd(24)}${text}\n`;
}

/** Forgets finished jobs. @returns their notices, for the prompt */
export function reapJobs(x: Execution): string {
  const finished = [...x.shell.jobs.values()].filter((job) => job.state !== 'Running');
  const notices = finished.map((job) => describeJob(x, job)).join('');
  for (const job of finished) x.shell.jobs.delete(job.id);
  return notices;
}
