/**
 * Network namespaces of one comparison: made, entered, and gone again, whatever happens. Wraps iproute2's `ip netns`; needs root.
 *
 * A name is `nh<pid>-…`, so what a killed run left behind is known by its process being gone, and is removed by the next run.
 */
import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

const TEMP = 'nexthop-real-';
const open = new Set<NetworkNamespaces>();

/** The end of the process is the end of its namespaces, be it by an error, a signal or process.exit(). */
process.once('exit', () => {
  for (const each of open) each.destroy();
});

export class NetworkNamespaces {
  /** Files of this comparison. */
  readonly folder = mkdtempSync(join(tmpdir(), `${TEMP}${process.pid}-`));
  private readonly made = new Set<string>();
  private readonly children = new Map<string, ChildProcess[]>();
  private readonly prefix: string;

  /** @param prefix short and unique on this machine, `nh<pid>-…`: names of namespaces begin with it */
  constructor(prefix: string) {
    this.prefix = prefix;
    open.add(this);
  }

  nameOf(short: string): string {
    return `${this.prefix}-${short}`;
  }

  async add(short: string): Promise<void> {
    const name = this.nameOf(short);
    // Known before it exists: an interruption in between must not leave it.
    this.made.add(name);
    await mustRun('ip', ['netns', 'add', name]);
    await this.ip(short, ['link set lo up']);
  }

  /** Commands of `ip`, one a line, as one batch. */
  async ip(short: string, commands: readonly string[]): Promise<void> {
    if (commands.length === 0) return;
    await mustRun('ip', ['-n', this.nameOf(short), '-batch', '-'], `${commands.join('\n')}\n`);
  }

  /** Sets kernel settings; those that a namespace does not have are left alone. */
  async sysctl(short: string, values: readonly (readonly [name: string, value: string])[]): Promise<void> {
    if (values.length === 0) return;
    const words = values.map(([name, value]) => `${name}=${value}`);
    await run('ip', ['netns', 'exec', this.nameOf(short), 'sysctl', '-e', '-q', '-w', ...words]);
  }

  /** Runs a program inside to its end. */
  exec(short: string, command: readonly string[], input = '', timeoutMs = 60_000): Promise<Ran> {
    return run('ip', ['netns', 'exec', this.nameOf(short), ...command], input, timeoutMs);
  }

  /** Starts a program inside that runs on. `ip netns exec` becomes the program, so the child is the program itself. */
  start(short: string, command: readonly string[], cwd?: string): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.nameOf(short), ...command], {
      stdio: ['pipe', 'pipe', 'ignore'],
      ...(cwd === undefined ? {} : { cwd }),
    });
    const name = this.nameOf(short);
    this.children.set(name, [...(this.children.get(name) ?? []), child]);
    return child;
  }

  /** Ends what runs inside, at once. */
  async killAll(short: string): Promise<void> {
    await Promise.all((this.children.get(this.nameOf(short)) ?? []).map(kill));
    this.children.delete(this.nameOf(short));
  }

  async remove(short: string): Promise<void> {
    await this.killAll(short);
    await mustRun('ip', ['netns', 'del', this.nameOf(short)]);
    this.made.delete(this.nameOf(short));
  }

  /** Everything goes. Synchronous, so that it can be the last thing a process does. */
  destroy(): void {
    for (const child of [...this.children.values()].flat()) child.kill('SIGKILL');
    this.children.clear();
    const lines = [...this.made].map((name) => `netns del ${name}\n`).join('');
    spawnSync('ip', ['-force', '-batch', '-'], { input: lines, stdio: ['pipe', 'ignore', 'ignore'] });
    this.made.clear();
    rmSync(this.folder, { recursive: true, force: true });
    open.delete(this);
  }
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** Runs a program to its end; 124 when it took too long. */
export function run(command: string, args: readonly string[], input = '', timeoutMs = 60_000): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 1 << 26, encoding: 'utf8' } as const;
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 124;
      resolve({ stdout, stderr, exitCode: code });
    });
    child.stdin?.on('error', () => {
      // It ended without reading: its exit status tells.
    });
    child.stdin?.end(input);
  });
}

/** @throws Error with the program's own words when it fails */
export async function mustRun(command: string, args: readonly string[], input = ''): Promise<string> {
  const { stdout, stderr, exitCode } = await run(command, args, input);
  if (exitCode !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr || `exit status ${exitCode}`}\n${input}`);
  return stdout;
}

/** Removes namespaces, processes and folders of runs that were killed. */
export function removeLeftovers(): void {
  const listed = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  const names = listed.split('\n').map((line) => line.split(' ')[0]!);
  for (const name of names.filter((each) => isOrphan(/^nh(\d+)-/.exec(each)?.[1]))) {
    const pids = spawnSync('ip', ['netns', 'pids', name], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
    for (const pid of pids) spawnSync('kill', ['-9', pid]);
    spawnSync('ip', ['netns', 'del', name]);
  }
  for (const name of readdirSync(tmpdir())) {
    if (isOrphan(new RegExp(`^${TEMP}(\\d+)-`).exec(name)?.[1])) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function isOrphan(pid: string | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
