/**
 * Every real kubectl found against the served simulation: stories in e2e/real/clients/*.txt, each from a fresh world, line by line. What is
 * printed (both streams as a terminal shows them), the exit status and what became of the world are compared with what the story says.
 * The stories' texts are those of a real cluster of the modelled version; a kubectl of another version may word a line differently, and
 * then the story has the words of both.
 *
 *     ! live                            the clock runs with the wall clock; else the world settles after each write
 *     $ kubectl create deploy web …     a line for bash, in a folder with a copy of clients/files
 *     deployment.apps/web created       what it prints, masked as in kubectl.ts; a line `...` stands for any lines
 *     [1]                               its exit status, unless 0
 *     ~ 1.27-1.29                       begins the text of some versions only; the text above is that of all others
 *     $ 1.31- kubectl wait …            a line for some versions only
 *     = deployments.apps default/web spec.replicas 1     a field of the stored object as JSON; `absent` when there is none
 *
 * Leaves out what two streams order by chance: no story prints to both but for errors at the end.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { kubeconfigText, serveHttp } from '../../src/cli/serve-http.ts';
import { getObject, loadWorld, type Sim, type World } from '../../src/engine/index.ts';
import { worlds } from '../../src/worlds/index.ts';
import { CANDIDATES } from './kubectl.ts';
import { mask } from './kubectl-mask.ts';
import type { Outcome } from './outcome.ts';

export interface KubectlBinary {
  readonly path: string;
  /** `1.27` */
  readonly version: string;
}

/** First and last version a text or a line is for. */
interface Range {
  readonly from: number;
  readonly to: number;
}

export interface Step {
  readonly line: string;
  readonly only?: Range;
  readonly texts: readonly { readonly only?: Range; readonly text: string; readonly exitCode: number }[];
}

export interface Story {
  readonly name: string;
  readonly live: boolean;
  readonly steps: readonly Step[];
}

const LINE_TIMEOUT_MS = 30_000;

/** Every kubectl on PATH and where kubectl.ts looks, one a minor version. */
export function findKubectls(): readonly KubectlBinary[] {
  const folders = new Set([...(process.env.PATH ?? '').split(':'), ...CANDIDATES.map(dirname)]);
  const found = new Map<string, KubectlBinary>();
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder).filter((it) => /^kubectl([.-]?v?\d+\.\d+)?$/.test(it))) {
      const path = join(folder, name);
      const { stdout } = spawnSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
      const version = /"gitVersion": "v(\d+\.\d+)\./.exec(stdout ?? '')?.[1];
      if (version !== undefined && !found.has(version)) found.set(version, { path, version });
    }
  }
  return [...found.values()].sort((a, b) => minor(a.version) - minor(b.version));
}

const minor = (version: string): number => Number(version.slice(version.indexOf('.') + 1));

/** `1.27-1.29`, `1.31-`, `-1.30`. */
function readRange(text: string): Range {
  const [from = '', to = ''] = text.split('-');
  return { from: from === '' ? 0 : minor(from), to: to === '' ? Number.POSITIVE_INFINITY : minor(to) };
}

const within = (range: Range | undefined, version: string): boolean =>
  range === undefined || (minor(version) >= range.from && minor(version) <= range.to);

function readStep(block: readonly string[]): Step {
  const first = block[0]!;
  if (first.startsWith('= ')) return { line: first, texts: [] };
  const limited = /^\$ ([\d.]*-[\d.]*) (.*)$/.exec(first);
  const texts: { only?: Range; text: string; exitCode: number }[] = [{ text: '', exitCode: 0 }];
  for (const line of block.slice(1)) {
    const last = texts.at(-1)!;
    const status = /^\[(\d+)\]$/.exec(line);
    if (line.startsWith('~ ')) texts.push({ only: readRange(line.slice(2)), text: '', exitCode: 0 });
    else if (status) last.exitCode = Number(status[1]);
    else last.text += `${line}\n`;
  }
  return { line: limited ? `$ ${limited[2]}` : first, ...(limited ? { only: readRange(limited[1]!) } : {}), texts };
}

export function readStories(folder: string): readonly Story[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => {
      const lines = readFileSync(join(folder, name), 'utf8').split('\n').slice(0, -1);
      const blocks: string[][] = [];
      for (const line of lines) {
        if (/^[$=] /.test(line)) blocks.push([line]);
        else if (!line.startsWith('# ') && !line.startsWith('! ')) blocks.at(-1)?.push(line);
      }
      return { name: basename(name, '.txt'), live: lines.includes('! live'), steps: blocks.map(readStep) };
    });
}

export interface Played {
  readonly step: Step;
  /** What was printed, masked, with the exit status as stories write it. */
  readonly printed: string;
  readonly expected: string;
  readonly same: boolean;
}

/** As a story writes it: a text that does not end its last line says so, a status other than 0 stands below. */
function written(text: string, exitCode: number): string {
  const whole = text === '' || text.endsWith('\n') ? text : `${text} (no-eol)\n`;
  return exitCode === 0 ? whole : `${whole}[${exitCode}]\n`;
}

/** Names and ids that are drawn at random and differ from one build of the simulation to the next. */
const RANDOM: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{64}\b/g, '<hash>'],
  [/(?<=[a-z0-9])-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-<id>'],
  [/\.[0-9a-f]{16}\b/g, '.<id>'],
];

const masked = (text: string): string => RANDOM.reduce((out, [pattern, by]) => out.replace(pattern, by), mask(text));

/** Whether a text is the expected one, where a line `...` stands for any lines. */
export function fits(printed: string, expected: string): boolean {
  const quoted = expected
    .split('\n')
    .map((line) => (line === '...' ? '(?:.*\\n)*' : `${line.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}\n`));
  return new RegExp(`^${quoted.join('').replace(/\n$/, '')}$`).test(printed);
}

function run(line: string, cwd: string, env: Readonly<Record<string, string>>): Promise<{ text: string; exitCode: number }> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['-c', `exec 2>&1; ${line}`], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    // The whole group: kubectl is bash's child.
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), LINE_TIMEOUT_MS);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ text, exitCode: code ?? 137 });
    });
  });
}

/** `= services yaobank/customer spec.type "NodePort"` */
function inspect(sim: Sim, line: string): { printed: string; expected: string } {
  const [, resource = '', key = '', path = '', ...rest] = line.split(' ');
  const { api } = Object.values(sim.world().clusters)[0]!;
  let value: unknown = getObject(api, resource, key);
  const names = path === '.' ? [] : path.split('.').map((name) => name.replaceAll('\\', '.'));
  for (const name of names) value = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
  return { printed: value === undefined ? 'absent' : JSON.stringify(value), expected: rest.join(' ') };
}

/** The world as it stands when the stories begin: its clock shows the real time, so that ages come out the same. */
export function startWorld(): World {
  const source = worlds.yaobank!;
  const now = `${new Date().toISOString().slice(0, 19)}Z`;
  const yaml = source.files['world.yaml']!.replace(/^start: .*$/m, `start: ${now}`);
  return loadWorld({ ...source, files: { ...source.files, 'world.yaml': yaml } }).world();
}

/** Plays one story with one kubectl. */
export async function play(story: Story, kubectl: KubectlBinary, start: World, files: string): Promise<readonly Played[]> {
  const home = mkdtempSync(join(tmpdir(), 'kubectl-'));
  const sim = loadWorld(worlds.yaobank!, start);
  const serving = await serveHttp(sim, { port: 0, frozen: !story.live });
  const played: Played[] = [];
  try {
    mkdirSync(join(home, '.bin'));
    symlinkSync(kubectl.path, join(home, '.bin/kubectl'));
    if (existsSync(files)) cpSync(files, home, { recursive: true });
    writeFileSync(join(home, '.kubeconfig'), kubeconfigText(serving.url));
    const env = { PATH: `${home}/.bin:/usr/bin:/bin`, HOME: home, KUBECONFIG: `${home}/.kubeconfig`, LANG: 'C.UTF-8' };
    for (const step of story.steps.filter((it) => within(it.only, kubectl.version))) {
      if (step.line.startsWith('= ')) {
        const { printed, expected } = inspect(sim, step.line);
        played.push({ step, printed, expected, same: printed === expected });
        continue;
      }
      const { text, exitCode } = await run(step.line.slice(2), home, env);
      const wanted = step.texts.findLast((it) => within(it.only, kubectl.version))!;
      const printed = written(masked(text), exitCode);
      const expected = written(wanted.text, wanted.exitCode);
      played.push({ step, printed, expected, same: fits(printed, expected) });
    }
  } finally {
    await serving.close();
    rmSync(home, { recursive: true, force: true });
  }
  return played;
}

/** In a hurry: what a new version of kubectl or of the server would break first. */
const QUICK = ['applying', 'refused'];

/** Stories with every kubectl found, one lane a version. @param only stories whose name begins so @param quick a few, by the oldest and newest */
export async function compareClients(
  root: string,
  { only = '', quick = false }: { readonly only?: string; readonly quick?: boolean } = {},
): Promise<readonly Outcome[]> {
  const folder = join(root, 'e2e/real/clients');
  const start = startWorld();
  const stories = readStories(folder).filter(({ name }) => name.startsWith(only) && (!quick || QUICK.includes(name)));
  const all = findKubectls();
  const lane = async (kubectl: KubectlBinary) => {
    const outcomes: Outcome[] = [];
    for (const story of stories) {
      for (const { step, printed, expected, same } of await play(story, kubectl, start, join(folder, 'files'))) {
        outcomes.push({
          tool: `kubectl ${kubectl.version}`,
          scenario: `served: ${story.name}`,
          line: step.line.replace(/^\$ /, ''),
          verdict: same ? 'identical' : 'different',
          ours: expected,
          real: printed,
        });
      }
    }
    return outcomes;
  };
  const chosen = quick ? all.filter((it) => it === all[0] || it === all.at(-1)) : all;
  return (await Promise.all(chosen.map(lane))).flat();
}
