/**
 * The real kubectl beside ours, on the same world: every line of e2e/real/kubectl/*.txt is run by the real one against the served
 * simulation and by ours in a shell on the bastion, from the same state each time; stdout, stderr and exit status are compared after
 * masking what two processes cannot share (uids, versions, times, ages). Reads the corpora; needs a kubectl binary of v1.32.
 *
 * A corpus is a state and its lines: `! line` prepares the state, `@ ms` lets virtual time pass, everything else that is no
 * comment is compared.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { kubeconfigText, serveHttp } from '../../src/cli/serve-http.ts';
import { loadWorld, type Sim, type WorldSource } from '../../src/engine/index.ts';
import { testSession } from '../../src/shell/testing.ts';
import { worlds } from '../../src/worlds/index.ts';

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
const CANDIDATES = ['/usr/lib/google-cloud-sdk/bin/kubectl.1.32', '/usr/local/bin/kubectl', '/usr/bin/kubectl'];
const HOME = '/home/ubuntu';
/** No line takes longer, on either side. */
const LINE_TIMEOUT_MS = 15_000;

export function findKubectl(): string | undefined {
  return [process.env.KUBECTL, ...CANDIDATES].find((path): path is string => path !== undefined && existsSync(path));
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

/** The world as it stands when the comparison begins: its clock shows the real time, so that ages agree on both sides. */
function present(source: WorldSource): WorldSource {
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  return {
    ...source,
    files: { ...source.files, 'world.yaml': source.files['world.yaml']!.replace(/^start: .*$/m, `start: ${now}`) },
  };
}

/** Files of the comparison, in both homes. */
function fixtures(folder: string): Readonly<Record<string, string>> {
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

function withFiles(sim: Sim, host: string, files: Readonly<Record<string, string>>): void {
  const world = sim.world();
  const there = world.hosts[host]!;
  const added = Object.fromEntries(Object.entries(files).map(([name, text]) => [`${HOME}/${name}`, text]));
  sim.load({ ...world, hosts: { ...world.hosts, [host]: { ...there, files: { ...there.files, ...added } } } }, []);
}

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uid>'],
  [/(resourceVersion"?: ?")\d+"/g, '$1<rv>"'],
  [/(Resource Version: +)\d+/g, '$1<rv>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)/g, '<time>'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [-+]\d{4} UTC/g, '<time>'],
  [/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [-+]\d{4}/g, '<date>'],
  [/\/tmp\/kubectl-\w{6}(?=\/|')|\/home\/ubuntu/g, '<home>'],
  [/[WEI]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ /g, '<klog> '],
  [/\/tmp\/(kubectl-edit|LIVE|MERGED)-\d+/g, '/tmp/$1-<n>'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [-+]\d{4}/g, '<time>'],
  [/ in \d+ milliseconds/g, ' in <ms>'],
  [/https?:\/\/(?:127\.0\.0\.1:\d+|10\.0\.1\.20:6443)/g, '<server>'],
  [/\b(?:127\.0\.0\.1:\d+|10\.0\.1\.20:6443)\b/g, '<server>'],
];
const AGE = /(?<![\w.-])(?:\d+y\d+d|\d+y|\d+d\d+h|\d+d|\d+h\d+m|\d+h|\d+m\d+s|\d+m|\d+s)(?![\w.-])/g;

/** Lines of -v that tell of this process's own caches, settings and files. */
const PRIVATE = /^<klog> (?:loader|envvar|cached_discovery|table_printer|round_trippers\.go:\d+\] GET <server>\/apis?\?).*\n/gm;

/** Both sides through the same masks; a line with an age loses its column widths too. */
export function mask(text: string): string {
  let out = text;
  for (const [pattern, replacement] of MASKS) out = out.replace(pattern, replacement);
  out = out.replace(PRIVATE, '');
  return out
    .split('\n')
    .map((line) => (AGE.test(line) || /\bAGE\b|\bAge\b/.test(line) ? line.replace(AGE, '<age>').replace(/ {2,}/g, '  ') : line))
    .join('\n');
}

function runReal(line: string, cwd: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', line], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), LINE_TIMEOUT_MS);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ stdout, stderr, exitCode: code ?? 137 });
    });
  });
}

async function prepare(sim: Sim, host: string, setup: readonly string[]): Promise<void> {
  const session = testSession(sim, host);
  for (const step of setup) {
    if (step.startsWith('@ ')) sim.advance(Number(step.slice(2)));
    else {
      const ran = await session.type(step.slice(2));
      if (ran.exitCode !== 0) process.stderr.write(`setup: ${step}\n${ran.stdout}${ran.stderr}`);
    }
    sim.settle();
  }
}

export interface Options {
  /** Folder of the corpora. */
  readonly folder: string;
  /** Corpora whose name begins so. */
  readonly only?: string;
  readonly world?: string;
  readonly kubectl: string;
  /** Only each n-th line of a corpus. */
  readonly every?: number;
  readonly onLine?: (compared: Compared) => void;
}

export async function compareKubectl(options: Options): Promise<readonly Compared[]> {
  const source = present(worlds[options.world ?? 'yaobank']!);
  const files = fixtures(options.folder);
  const home = mkdtempSync(join(tmpdir(), 'kubectl-'));
  const bin = join(home, '.bin');
  mkdirSync(bin);
  symlinkSync(options.kubectl, join(bin, 'kubectl'));
  writeFixtures(home, files);
  const results: Compared[] = [];
  const start = loadWorld(source).world();
  const host = Object.values(start.hosts).find((one) => one.kind === 'bastion')!.name;
  try {
    for (const corpus of readCorpora(options.folder, options.only)) {
      results.push(...(await compareCorpus(corpus, { options, source, files, home, bin, host })));
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  return results;
}

function writeFixtures(home: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
}

interface Bench {
  readonly options: Options;
  readonly source: WorldSource;
  readonly files: Readonly<Record<string, string>>;
  readonly home: string;
  readonly bin: string;
  readonly host: string;
}

async function compareCorpus(corpus: Corpus, { options, source, files, home, bin, host }: Bench): Promise<readonly Compared[]> {
  const ourSim = loadWorld(source);
  withFiles(ourSim, host, files);
  await prepare(ourSim, host, corpus.setup);
  const state = ourSim.world();
  const served = loadWorld(source);
  served.load(state, []);
  const serving = await serveHttp(served, { port: 0, frozen: true });
  const kubeconfig = join(home, '.kubeconfig');
  writeFileSync(kubeconfig, kubeconfigText(serving.url));
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: home, KUBECONFIG: kubeconfig, KUBE_EDITOR: 'true', LANG: 'C.UTF-8' };
  // Fills the discovery cache, so that no line is slowed or logged by it.
  await runReal('kubectl api-resources', home, env);
  const results: Compared[] = [];
  try {
    const every = options.every ?? 1;
    for (const line of corpus.lines.filter((_, i) => i % every === 0)) {
      served.load(state, []);
      ourSim.load(state, []);
      writeFixtures(home, files);
      const real = await runReal(line, home, env);
      const ours = await runOurs(ourSim, host, line);
      const same = (['stdout', 'stderr'] as const).every((stream) => mask(real[stream]) === mask(ours[stream]));
      const compared = { corpus: corpus.name, line, same: same && real.exitCode === ours.exitCode, real, ours };
      results.push(compared);
      options.onLine?.(compared);
    }
  } finally {
    await serving.close();
  }
  return results;
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
