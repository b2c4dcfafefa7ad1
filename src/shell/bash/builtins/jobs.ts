/** jobs, wait, kill, fg, bg, disown. */
import { type Execution, Interrupted } from '../execution.ts';
import { describeJob, findJob, reapJobs } from '../jobs.ts';
import type { Job } from '../state.ts';
import { type Builtin, type BuiltinCall, fail, failUsage, print } from './builtin.ts';

/** Waits for a job, or for Ctrl-C. */
async function untilDone(job: Job, x: Execution): Promise<number> {
  if (job.state !== 'Running') return job.status;
  let stop = () => {};
  const interrupted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new Interrupted('Interrupted'));
    x.signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([job.done, interrupted]);
  } finally {
    x.signal.removeEventListener('abort', stop);
  }
}

const wait: Builtin = async (call) => {
  const { x } = call;
  const specs = call.args.filter((arg) => !arg.startsWith('-'));
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
      if (!x.shell.interactive) x.shell.jobs.delete(job.id);
    } else {
      status = 127;
      fail(call, spec.startsWith('%') ? `${spec}: no such job` : `pid ${spec} is not a child of this shell`);
    }
  }
  return status;
};

const NUMBERS: Readonly<Record<string, string>> = {
  '0': '0',
  '1': 'HUP',
  '2': 'INT',
  '3': 'QUIT',
  '9': 'KILL',
  '15': 'TERM',
  '18': 'CONT',
  '19': 'STOP',
};
const LISTING = ` 1) SIGHUP\t 2) SIGINT\t 3) SIGQUIT\t 4) SIGILL\t 5) SIGTRAP
 6) SIGABRT\t 7) SIGBUS\t 8) SIGFPE\t 9) SIGKILL\t10) SIGUSR1
11) SIGSEGV\t12) SIGUSR2\t13) SIGPIPE\t14) SIGALRM\t15) SIGTERM\n`;

/** `kill -l 9`, `kill -l TERM`: the other of number and name. */
function list(call: BuiltinCall, specs: readonly string[]): number {
  if (specs.length === 0) return print(call, LISTING);
  let status = 0;
  for (const spec of specs) {
    const named = spec.toUpperCase().replace(/^SIG/, '');
    const found = [...LISTING.matchAll(/(\d+)\) SIG(\w+)/g)].find(([, number, name]) => number === spec || name === named);
    if (found) print(call, `${found[1] === spec ? found[2] : found[1]}\n`);
    else status = fail(call, `${spec}: invalid signal specification`);
  }
  return status;
}

const kill: Builtin = (call) => {
  const args = [...call.args];
  let signal = 'TERM';
  if (args[0] === '-l' || args[0] === '-L') return list(call, args.slice(1));
  if (args[0] === '-s' || args[0] === '-n') {
    args.shift();
    signal = args.shift() ?? '';
  } else if (args[0] !== undefined && /^-./.test(args[0]) && args[0] !== '--') signal = args.shift()!.slice(1);
  else if (args[0] === '--') args.shift();
  const name = NUMBERS[signal] ?? signal.toUpperCase().replace(/^SIG/, '');
  if (!Object.values(NUMBERS).includes(name) && !['USR1', 'USR2', 'PIPE', 'ALRM', 'QUIT'].includes(name))
    return fail(call, `${signal}: invalid signal specification`);
  if (args.length === 0) return failUsage(call, 'kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]');
  let status = 0;
  for (const spec of args) {
    const job = findJob(call.x, spec);
    if (job) job.stop(name);
    else if (spec.startsWith('%')) status = fail(call, `${spec}: no such job`);
    else if (!/^-?\d+$/.test(spec)) status = fail(call, `${spec}: arguments must be process or job IDs`);
    else status = fail(call, `(${spec}) - No such process`);
  }
  return status;
};

function chosen(call: BuiltinCall): Job | undefined {
  const spec = call.args[0] ?? '%+';
  const job = findJob(call.x, spec);
  if (!job) fail(call, call.args[0] === undefined ? 'current: no such job' : `${spec}: no such job`);
  return job;
}

export const jobControl: Readonly<Record<string, Builtin>> = {
  jobs: (call) => {
    const long = call.args.includes('-l');
    const pids = call.args.includes('-p');
    for (const job of call.x.shell.jobs.values()) print(call, pids ? `${job.pid}\n` : describeJob(call.x, job, long));
    reapJobs(call.x);
    return 0;
  },
  wait,
  kill,
  fg: async (call) => {
    const job = chosen(call);
    if (!job) return 1;
    print(call, `${job.text}\n`);
    try {
      return await untilDone(job, call.x);
    } catch (error) {
      job.stop('INT');
      throw error;
    } finally {
      call.x.shell.jobs.delete(job.id);
    }
  },
  bg: (call) => {
    const job = chosen(call);
    return job ? fail(call, `job ${job.id} already in background`) : 1;
  },
  disown: (call) => {
    const job = chosen(call);
    if (!job) return 1;
    call.x.shell.jobs.delete(job.id);
    return 0;
  },
};
