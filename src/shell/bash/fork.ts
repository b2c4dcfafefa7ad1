/**
 * How many processes may be alive at once, and what a fork bomb meets: bash's own words, and an end within moments.
 *
 * Every subshell counts: jobs, parts of a pipeline, `( )` and `$( )`. When the limit is met while some of them stand deep inside
 * others (nobody nests so by hand), those deep ones get no more processes until all of them are gone, so that a bomb burns out and
 * the learner's own jobs stay. The real kernel only refuses, and a bomb there goes on until the machine is restarted.
 */
import { type Execution, type Processes, ShellError } from './execution.ts';

/** `ulimit -u` */
export const MAX_PROCESSES = 256;
/** Subshells inside subshells that no line needs. */
const DEEP = 6;

/** Takes a process for a subshell of `x`. @returns what gives it back */
export function fork(x: Execution): () => void {
  const { processes } = x.platform;
  const deep = x.shell.subshell > DEEP;
  if (processes.count >= MAX_PROCESSES || (processes.exhausted && deep)) {
    processes.exhausted = processes.deep > 0;
    throw new ShellError('fork: retry: Resource temporarily unavailable', 254);
  }
  processes.count++;
  if (deep) processes.deep++;
  return () => release(processes, deep);
}

function release(processes: Processes, deep: boolean): void {
  processes.count--;
  if (deep && --processes.deep === 0) processes.exhausted = false;
}
