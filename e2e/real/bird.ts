/**
 * Holds bird and birdc against the real BIRD 1.6.8: the configurations of bird/confs.txt given to `bird -p`, and the lines of
 * bird/lines.txt asked of the birds of one world (namespaces.ts), ours and real ones with the same configurations.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSim, loadWorld, type Sim } from '../../src/engine/index.ts';
import { testSession } from '../../src/shell/testing.ts';
import { worlds } from '../../src/worlds/index.ts';
import type { Outcome } from './outcome.ts';
import { Applications } from './routing/applications.ts';
import { Namespaces } from './routing/namespaces.ts';

const FOLDER = '/etc/bird';

interface Case {
  readonly name: string;
  /** By name; `t.conf` is the configuration. */
  readonly files: Readonly<Record<string, string>>;
}

/** Splits confs.txt. */
function readCases(text: string): readonly Case[] {
  return text
    .split(/^=== /m)
    .slice(1)
    .map((block) => {
      const [name = '', ...lines] = block.split('\n');
      const [main = '', ...parts] = lines.join('\n').split(/^--- /m);
      const others = parts.map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)] as const);
      return { name, files: Object.fromEntries([['t.conf', main], ...others]) };
    });
}

function checkReal({ files }: Case): string {
  const folder = mkdtempSync(join(tmpdir(), 'bird-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { stdout, stderr, status } = spawnSync('bird', ['-p', '-c', join(folder, 't.conf')], { encoding: 'utf8', timeout: 5000 });
    return `${stdout}${stderr}[${status}]`.replaceAll(folder, FOLDER);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param root folder of the repository @param every only each n-th configuration */
export async function compareBirdConfs(root: string, every = 1): Promise<readonly Outcome[]> {
  const cases = readCases(readFileSync(join(root, 'e2e/real/bird/confs.txt'), 'utf8')).filter((_, i) => i % every === 0);
  const start = loadWorld(worlds.yaobank!).world();
  const host1 = start.hosts.host1!;
  const outcomes: Outcome[] = [];
  for (const each of cases) {
    const { 'bird.conf': _own, ...others } = host1.files;
    const files = Object.fromEntries(Object.entries(each.files).map(([name, text]) => [`${FOLDER}/${name}`, text]));
    const sim = createSim({ ...start, hosts: { ...start.hosts, host1: { ...host1, files: { ...others, ...files } } } });
    const { stdout, stderr, exitCode } = await testSession(sim, 'host1').type(`sudo bird -p -c ${FOLDER}/t.conf`);
    const [ours, real] = [`${stdout}${stderr}[${exitCode}]`, checkReal(each)];
    outcomes.push({
      tool: 'bird',
      scenario: 'bird -p',
      line: each.name,
      verdict: ours === real ? 'identical' : 'different',
      ours,
      real,
    });
  }
  return outcomes;
}

/** Where lab 3.2 ends: VIPs announced, one of them by one node. */
const SET_UP = [
  'calicoctl apply -f 3.2-default-bgp.yaml',
  `kubectl patch svc -n yaobank customer -p '{"spec":{"externalTrafficPolicy":"Local"}}'`,
  `calicoctl patch BGPConfig default --patch '{"spec": {"serviceExternalIPs": [{"cidr": "10.50.0.0/24"}]}}'`,
  `kubectl patch svc -n yaobank customer -p '{"spec": {"externalIPs": ["10.50.0.10"]}}'`,
];

interface Line {
  readonly host: string;
  readonly line: string;
  /** The birds get time to settle after it. */
  readonly changes: boolean;
}

function readLines(root: string): readonly Line[] {
  const text = readFileSync(join(root, 'e2e/real/bird/lines.txt'), 'utf8');
  return text.split('\n').flatMap((each) => {
    const [, changes, host, line] = /^(!?)(\w+): (.*)$/.exec(each) ?? [];
    return host === undefined || line === undefined ? [] : [{ host, line, changes: changes === '!' }];
  });
}

/** Sessions that are up in the simulation, by host. */
async function sessionsOf(sim: Sim): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const host of Object.values(sim.world().hosts).filter((each) => each.daemons.bird?.running)) {
    const { stdout } = await testSession(sim, host.name).type('sudo birdc show protocols');
    counts[host.name] = (stdout.match(/Established/g) ?? []).length;
  }
  return counts;
}

/** @param root folder of the repository @param prefix of the namespaces made here */
export async function compareBirdc(root: string, prefix: string): Promise<readonly Outcome[]> {
  const sim = loadWorld(worlds.yaobank!);
  const typed = testSession(sim, 'host1');
  for (const line of SET_UP) await typed.type(line);
  sim.settle();
  const spaces = new Namespaces(sim.world(), new Applications(sim), prefix);
  const outcomes: Outcome[] = [];
  try {
    await spaces.build({});
    await spaces.converge(await sessionsOf(sim));
    for (const { changes, host, line } of readLines(root)) {
      const { stdout, stderr } = await testSession(sim, host).type(`sudo birdc '${line.replaceAll("'", "'\\''")}'`);
      const real = await spaces.birdc(host, line);
      if (changes) {
        sim.settle();
        // A session that was closed stays down for a minute of BIRD's own error wait.
        await spaces.converge(await sessionsOf(sim), 90_000);
      }
      const sides = { ours: maskBirdc(stdout + stderr), real: maskBirdc(real) };
      const verdict = sides.ours === sides.real ? 'identical' : 'different';
      outcomes.push({ tool: 'birdc', scenario: host, line, verdict, ...sides });
    }
  } finally {
    spaces.destroy();
  }
  return outcomes;
}

/**
 * Masked on both sides: times and timers, where the files are, how often updates came (which depends on who was quicker), and the
 * order of routes to one prefix, of which BIRD keeps all but the first as they came.
 */
function maskBirdc(text: string): string {
  const timed = text
    .replace(/\S*\/(bird\.conf|bird\.cfg)/g, '$1')
    .replace(/(\b\d{4}-\d\d-\d\d )?\b\d\d:\d\d:\d\d\b *|\b\d{4}-\d\d-\d\d\b */g, 'TIME ')
    .replace(/(timer: +|Start delay: +)[\d/]+/g, '$1N')
    .replace(/((?:Import|Export) (?:updates|withdraws):) .*/g, '$1 N');
  const networks: string[][] = [];
  for (const line of timed.split('\n')) {
    const routes = networks.at(-1);
    if (/^ {10,}(via|dev|blackhole|multipath|unreachable)/.test(line)) routes?.push(line);
    else if (line.startsWith('\t') && routes) routes[routes.length - 1] += `\n${line}`;
    else networks.push([line]);
  }
  return networks.map(([best = '', ...others]) => [best, ...others.sort()].join('\n')).join('\n');
}
