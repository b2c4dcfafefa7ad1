/** jobs, wait, kill, fg, bg, disown. */
import { type Execution, Exit, Interrupted, stderr } from '../execution.ts';
import { describeJob, findJob, reapJobs } from '../jobs.ts';
import type { Job } from '../state.ts';
import { runTrap } from '../traps.ts';
import { type Builtin, type BuiltinCall, fail, failUsage, print } from './builtin.ts';
import { listSignals, signalName, signalNumber } from './signals.ts';

/** 128 + SIGTSTP */
const STOPPED = 148;

/** Waits for a job, or for Ctrl-C; a stopped one is not waited for. */
async function untilDone(job: Job, x: Execution): Promise<number> {
  if (job.state === 'Stopped') return STOPPED;
  if (job.state !== 'Running') return job.status;
  let stop = () => {};
  const interrupted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new Interrupted('Interrupted'));
    x.signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([job.done, interrupted, job.held().then(() => STOPPED)]);
  } finally {
    x.signal.removeEventListener('abort', stop);
  }
}

const wait: Builtin = async (call) => {
  const { x } = call;
  const specs = call.args.filter((arg) => !arg.startsWith('-'));
  if (call.args[0] === '-n') return waitNext(call, specs);
  if (specs.length === 0) {
    for (const job of [...x.shell.jobs.values()]) {
      await untilDone(job, x);
      if (!x.shell.interactive) x.shell.jobs.delete(job.id);
    }
    return 0;
  }
  let status = 0;
  for (const spec of specs) {
    const job = findJob(x, spec);
    if (job) {
      status = await untilDone(job, x);
      // Asked for what became of it, there is nothing left to signal.
      if (job.endedAt !== undefined) job.endedAt = -1;
      if (!x.shell.interactive) x.shell.jobs.delete(job.id);
    } else {
      status = 127;
      if (spec.startsWith('%')) fail(call, `${spec}: no such job`);
      else if (/^\d+$/.test(spec)) fail(call, `pid ${spec} is not a child of this shell`);
      else {
        fail(call, `\`${spec}': not a pid or valid job spec`);
        status = 1;
      }
    }
  }
  return status;
};

/** `wait -n`: for whichever ends first. */
async function waitNext({ x }: BuiltinCall, specs: readonly string[]): Promise<number> {
  const jobs = specs.length > 0 ? specs.flatMap((spec) => findJob(x, spec) ?? []) : [...x.shell.jobs.values()];
  if (jobs.length === 0) return 127;
  const [job, status] = await Promise.race(jobs.map(async (each) => [each, await untilDone(each, x)] as const));
  if (!x.shell.interactive) x.shell.jobs.delete(job.id);
  return status;
}

/** `kill -l 9`, `kill -l TERM`: the other of number and name. */
function list(call: BuiltinCall, specs: readonly string[]): number {
  if (specs.length === 0) return print(call, listSignals());
  let status = 0;
  for (const spec of specs) {
    const name = signalName(/^\d+$/.test(spec) && Number(spec) > 128 ? String(Number(spec) - 128) : spec);
    if (name !== undefined) print(call, `${/^\d+$/.test(spec) ? name : signalNumber(name)}\n`);
    else status = fail(call, `${spec}: invalid signal specification`);
  }
  return status;
}

const kill: Builtin = async (call) => {
  const args = [...call.args];
  let signal = 'TERM';
  if (args[0] === '-l' || args[0] === '-L') return list(call, args.slice(1));
  if (args[0] === '-s' || args[0] === '-n') {
    const flag = args.shift();
    if (args.length === 0) return fail(call, `${flag}: option requires an argument`);
    signal = args.shift()!;
  } else if (args[0] !== undefined && /^-./.test(args[0]) && args[0] !== '--') signal = args.shift()!.slice(1);
  else if (args[0] === '--') args.shift();
  const name = signal === '0' ? '0' : signalName(signal);
  if (name === undefined) return fail(call, `${signal}: invalid signal specification`);
  if (args.length === 0) return failUsage(call, 'kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]');
  let status = 0;
  for (const spec of args) {
    const job = findJob(call.x, spec);
    if (spec === '') status = fail(call, "`': not a pid or valid job spec");
    // Just now: it is there until the shell has asked what became of it.
    else if (job?.endedAt !== undefined && job.endedAt === call.x.platform.clock.now()) continue;
    else if (job?.endedAt !== undefined) status = forgotten(call, job, spec);
    else if (job) job.stop(name);
    else if (spec === String(call.x.shell.pid - call.x.shell.subshell)) await signalSelf(name, call);
    else if (spec.startsWith('%')) status = fail(call, `${spec}: no such job`);
    else if (!/^-?\d+$/.test(spec)) status = fail(call, `${spec}: arguments must be process or job IDs`);
    else status = fail(call, `(${spec}) - No such process`);
  }
  return status;
};

/** A job that has ended is told of, and is none any more. */
function forgotten(call: BuiltinCall, job: Job, spec: string): number {
  const { shell } = call.x;
  if (shell.interactive && shell.subshell === 0) stderr(call.x)?.write(describeJob(call.x, job));
  shell.jobs.delete(job.id);
  return fail(call, spec.startsWith('%') ? `${spec}: no such job` : `(${spec}) - No such process`);
}

/** `kill $$`: the shell's own trap, or what the signal does to a shell: a prompt shrugs off TERM, HUP and KILL end it. */
async function signalSelf(name: string, call: BuiltinCall): Promise<void> {
  const { x } = call;
  if (x.shell.traps.get(name) !== undefined) return runTrap(name, x);
  if (['0', 'CHLD', 'CONT', 'WINCH', 'URG'].includes(name)) return;
  const prompt = x.shell.interactive && x.shell.subshell === 0;
  if (prompt && ['TERM', 'QUIT', 'TSTP', 'TTIN', 'TTOU'].includes(name)) return;
  if (name === 'INT') throw new Interrupted('Interrupted');
  throw new Exit(128 + signalNumber(name));
}

function chosen(call: BuiltinCall): Job | undefined {
  if (!call.x.shell.interactive && call.name !== 'disown') {
    fail(call, 'no job control');
    return undefined;
  }
  const spec = call.args[0] ?? '%+';
  const job = findJob(call.x, spec);
  if (!job) fail(call, call.args[0] === undefined ? 'current: no such job' : `${spec}: no such job`);
  return job;
}

export const jobControl: Readonly<Record<string, Builtin>> = {
  jobs: (call) => {
    const flags = call.args.filter((arg) => /^-/.test(arg)).join('');
    let status = 0;
    const specs = call.args.filter((arg) => !/^-/.test(arg));
    const asked = specs.map((spec) => findJob(call.x, spec) ?? spec);
    for (const job of specs.length > 0 ? asked : call.x.shell.jobs.values()) {
      if (typeof job === 'string') status = fail(call, `${job}: no such job`);
      else if ((flags.includes('r') && job.state !== 'Running') || (flags.includes('s') && job.state !== 'Stopped')) continue;
      else print(call, flags.includes('p') ? `${job.pid}\n` : describeJob(call.x, job, flags.includes('l')));
    }
    reapJobs(call.x);
    return status;
  },
  wait,
  kill,
  fg: async (call) => {
    const job = chosen(call);
    if (!job) return 1;
    const { shell } = call.x;
    print(call, `${job.text}\n`);
    job.stop('CONT');
    shell.foreground = job;
    try {
      return await untilDone(job, call.x);
    } catch (error) {
      job.stop('INT');
      throw error;
    } finally {
      delete shell.foreground;
      if ((job.state as Job['state']) === 'Stopped') stderr(call.x)?.write(`\n${describeJob(call.x, job)}`);
      else shell.jobs.delete(job.id);
    }
  },
  bg: (call) => {
    const job = chosen(call);
    if (!job) return 1;
    if (job.state !== 'Stopped') {
      fail(call, `job ${job.id} already in background`);
      return 0;
    }
    const sign = describeJob(call.x, job).charAt(`[${job.id}]`.length);
    job.stop('CONT');
    return print(call, `[${job.id}]${sign} ${job.text} &\n`);
  },
  disown: (call) => {
    const job = chosen(call);
    if (!job) return 1;
    call.x.shell.jobs.delete(job.id);
    return 0;
  },
};
