/**
 * The real kubectl beside ours, on the same world: every line of e2e/real/kubectl/*.txt is run by the real one against the served
 * simulation and by ours in a shell on the bastion, from the same state each time; stdout, stderr and exit status are compared after
 * masking what two processes cannot share (kubectl-mask.ts). Reads the corpora and their files; needs a kubectl binary of v1.32.
 *
 * A corpus is a state and its lines: `! line` prepares the state, `@ ms` lets virtual time pass, everything else that is no
 * comment is compared. Lines do not see each other: each has the state, the files and a server to itself, so several real processes
 * run at once and the order in which they end changes nothing.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Serving, serveHttp } from '../../src/cli/serve-http.ts';
import { createSim, loadWorld, type Sim, type World, type WorldSource } from '../../src/engine/index.ts';
import { testSession } from '../../src/shell/testing.ts';
import { worlds } from '../../src/worlds/index.ts';
import { mask } from './kubectl-mask.ts';

export { mask } from './kubectl-mask.ts';

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface Compared {
  readonly corpus: string;
  readonly line: string;
  readonly same: boolean;
  readonly real: Ran;
  readonly ours: Ran;
}

interface Corpus {
  readonly name: string;
  readonly setup: readonly string[];
  readonly lines: readonly string[];
}

/** Where a kubectl of the modelled version usually lies. */
export const CANDIDATES = ['/usr/lib/google-cloud-sdk/bin/kubectl.1.32', '/usr/local/bin/kubectl', '/usr/bin/kubectl'];
const HOME = '/home/ubuntu';
/** No line takes longer, on either side. */
const LINE_TIMEOUT_MS = 20_000;

export function findKubectl(): string | undefined {
  return [process.env.KUBECTL, ...CANDIDATES].find((path): path is string => path !== undefined && existsSync(path));
}

/** A calicoctl of the modelled version; no package brings one. */
export function findCalicoctl(): string | undefined {
  return [process.env.CALICOCTL, '/usr/local/bin/calicoctl'].find((path): path is string => path !== undefined && existsSync(path));
}

export function readCorpora(folder: string, only?: string): readonly Corpus[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt') && (only === undefined || name.startsWith(only)))
    .sort()
    .map((name) => {
      const all = readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .map((line) => line.trimEnd());
      const used = all.filter((line) => line !== '' && !line.startsWith('#'));
      return {
        name: basename(name, '.txt'),
        setup: used.filter((line) => line.startsWith('! ') || line.startsWith('@ ')),
        lines: used.filter((line) => !line.startsWith('! ') && !line.startsWith('@ ')),
      };
    });
}

/** The world of an hour ago: whatever a corpus's setup waits, nothing in it is younger than the real clock. */
function present(source: WorldSource): WorldSource {
  const now = `${new Date(Date.now() - 3_600_000).toISOString().slice(0, 19)}Z`;
  return {
    ...source,
    files: { ...source.files, 'world.yaml': source.files['world.yaml']!.replace(/^start: .*$/m, `start: ${now}`) },
  };
}

type Files = Readonly<Record<string, string>>;

/** Files of the comparison, in both homes. */
function fixtures(folder: string): Files {
  const files: Record<string, string> = {};
  const collect = (at: string, prefix: string) => {
    if (!existsSync(at)) return;
    for (const item of readdirSync(at, { withFileTypes: true })) {
      if (item.isDirectory()) collect(join(at, item.name), `${prefix}${item.name}/`);
      else files[prefix + item.name] = readFileSync(join(at, item.name), 'utf8');
    }
  };
  collect(join(folder, 'files'), '');
  return files;
}

function withFiles(world: World, host: string, files: Files): World {
  const there = world.hosts[host]!;
  const added = Object.fromEntries(Object.entries(files).map(([name, text]) => [`${HOME}/${name}`, text]));
  return { ...world, hosts: { ...world.hosts, [host]: { ...there, files: { ...there.files, ...added } } } };
}

function writeFixtures(home: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
}

function runReal(line: string, cwd: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', line], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), LINE_TIMEOUT_MS);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ stdout, stderr, exitCode: code ?? 137 });
    });
  });
}

/** A corpus's state: its setup typed on the bastion, with time to settle after each line. */
async function stateOf(start: World, host: string, setup: readonly string[]): Promise<World> {
  const sim = createSim(start);
  const session = testSession(sim, host);
  for (const step of setup) {
    if (step.startsWith('@ ')) sim.advance(Number(step.slice(2)));
    else {
      const ran = await session.type(step.slice(2));
      if (ran.exitCode !== 0) process.stderr.write(`setup: ${step}\n${ran.stdout}${ran.stderr}`);
    }
    sim.settle();
  }
  return sim.world();
}

/** `a && b` as two lines: the served world settles after each change, so must ours. */
async function typeAll(session: ReturnType<typeof testSession>, line: string): Promise<Ran> {
  await session.type('export KUBE_EDITOR=true');
  let all: Ran = { stdout: '', stderr: '', exitCode: 0 };
  for (const part of line.split(' && ')) {
    const ran = await session.type(part);
    all = { stdout: all.stdout + ran.stdout, stderr: all.stderr + ran.stderr, exitCode: ran.exitCode };
    if (ran.exitCode !== 0) break;
  }
  return all;
}

async function runOurs(sim: Sim, host: string, line: string): Promise<Ran> {
  const session = testSession(sim, host);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Ran>((resolve) => {
    timer = setTimeout(() => resolve({ stdout: '', stderr: 'ours: timed out\n', exitCode: 137 }), LINE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([typeAll(session, line), late]);
  } catch (error) {
    return { stdout: '', stderr: `ours threw: ${error instanceof Error ? error.stack : String(error)}\n`, exitCode: -1 };
  } finally {
    clearTimeout(timer);
  }
}

/** A server and a home of its own, for one real kubectl at a time. */
interface Slot {
  /** The bastion's kubeconfig, for the served world. */
  readonly kubeconfig: string;
  readonly sim: Sim;
  readonly serving: Serving;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

async function openSlot(start: World, host: string, { kubectl, others = {} }: Options): Promise<Slot> {
  const home = mkdtempSync(join(tmpdir(), 'kubectl-'));
  const bin = join(home, '.bin');
  mkdirSync(bin);
  for (const [name, path] of Object.entries({ ...others, kubectl })) symlinkSync(path, join(bin, name));
  const sim = createSim(start);
  const serving = await serveHttp(sim, { port: 0, frozen: true });
  const kubeconfig = start.hosts[host]!.files[`${HOME}/.kube/config`]!.replace(/server: .*/, `server: ${serving.url}`);
  writeFixtures(home, { '.kube/config': kubeconfig });
  const env = {
    PATH: `${bin}:/usr/bin:/bin`,
    HOME: home,
    KUBE_EDITOR: 'true',
    LANG: 'C.UTF-8',
    // A process that ends at once gains nothing from collecting garbage on several threads.
    GOMAXPROCS: '2',
    GOGC: 'off',
  };
  // Fills the discovery cache, so that no line is slowed or logged by it.
  await runReal('kubectl api-resources', home, env);
  return { kubeconfig, sim, serving, home, env };
}

async function closeSlot({ serving, home }: Slot): Promise<void> {
  await serving.close();
  rmSync(home, { recursive: true, force: true });
}

export interface Options {
  /** Folder of the corpora. */
  readonly folder: string;
  /** Corpora whose name begins so. */
  readonly only?: string;
  readonly world?: string;
  readonly kubectl: string;
  /** Other programs the lines may run, by name. */
  readonly others?: Readonly<Record<string, string>>;
  /** Only each n-th line of a corpus. */
  readonly every?: number;
  readonly onLine?: (compared: Compared) => void;
}

interface Asked {
  readonly corpus: string;
  readonly line: string;
  readonly state: () => Promise<World>;
}

/** Every line to compare, in the corpora's order; a corpus's state is made when its first line is reached. */
function asked(options: Options, start: World, host: string): readonly Asked[] {
  return readCorpora(options.folder, options.only).flatMap((corpus) => {
    let made: Promise<World> | undefined;
    const state = () => {
      made ??= stateOf(start, host, corpus.setup);
      return made;
    };
    return corpus.lines
      .filter((_, index) => index % (options.every ?? 1) === 0)
      .map((line) => ({ corpus: corpus.name, line, state }));
  });
}

/** What ours answers to every line, with no real tool beside it. */
export async function answersOfOurs(folder: string): Promise<readonly Pick<Compared, 'corpus' | 'line' | 'ours'>[]> {
  const fresh = loadWorld(worlds.yaobank!).world();
  const host = Object.values(fresh.hosts).find((one) => one.kind === 'bastion')!.name;
  const start = withFiles(fresh, host, fixtures(folder));
  const answers: Pick<Compared, 'corpus' | 'line' | 'ours'>[] = [];
  for (const { corpus, line, state } of asked({ folder, kubectl: '' }, start, host))
    answers.push({ corpus, line, ours: await runOurs(createSim(await state()), host, line) });
  return answers;
}

export async function compareKubectl(options: Options): Promise<readonly Compared[]> {
  const files = fixtures(options.folder);
  const fresh = loadWorld(present(worlds[options.world ?? 'yaobank']!)).world();
  const host = Object.values(fresh.hosts).find((one) => one.kind === 'bastion')!.name;
  const start = withFiles(fresh, host, files);
  const queue = asked(options, start, host);
  const results: Compared[] = [];
  let next = 0;
  // Ours share this process and run one after another.
  let oursDone: Promise<unknown> = Promise.resolve();
  const work = async (slot: Slot) => {
    for (let at = next++; at < queue.length; at = next++) {
      const { corpus, line, state: ready } = queue[at]!;
      const state = await ready();
      slot.sim.load(state, []);
      writeFixtures(slot.home, { ...files, '.kube/config': slot.kubeconfig });
      const ran = runReal(line, slot.home, slot.env);
      const turn = oursDone.then(() => runOurs(createSim(state), host, line));
      oursDone = turn;
      const [real, ours] = await Promise.all([ran, turn]);
      const same = (['stdout', 'stderr'] as const).every((stream) => mask(real[stream]) === mask(ours[stream]));
      results[at] = { corpus, line, same: same && real.exitCode === ours.exitCode, real, ours };
      options.onLine?.(results[at]!);
    }
  };
  const slots: Slot[] = [];
  try {
    for (let i = 0; i <= availableParallelism(); i++) slots.push(await openSlot(start, host, options));
    await Promise.all(slots.map(work));
  } finally {
    for (const slot of slots) await closeSlot(slot);
  }
  return results;
}
