/**
 * `npm run real`: holds the simulated tools against the real ones, and writes what came of it to src/ui/fidelity/matrix.json.
 *
 *     npm run real -- [--quick] [--only SUITE] [--match TEXT] [--show] [--report FILE]
 *
 * `--quick` takes the same sample every time, in about two minutes; `--only` runs one suite; `--match` takes what is named so in a
 * suite; `--show` prints both texts of each difference; `--report` writes the counts as JSON. A run without `--quick` and `--match`
 * writes the rows of its suites to the matrix. A suite whose tools are missing here is skipped by name and keeps its rows of the
 * last time; under CI=true on a machine that can have them all (mayNotSkip) that is a fault. The exit status is 1 when a line
 * differs without a reason in e2e/real/deviations.json, when a reason there is no longer needed (known only when every suite ran),
 * or when a suite was skipped that must not be.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareBash } from '../../e2e/real/bash.ts';
import { compareBirdConfs, compareBirdc } from '../../e2e/real/bird.ts';
import { recordCalicoctl } from '../../e2e/real/calicoctl.ts';
import { compareClients } from '../../e2e/real/clients.ts';
import { compareHostTools } from '../../e2e/real/hosttools.ts';
import { compareIptables } from '../../e2e/real/iptables.ts';
import { type Compared, compareKubectl, findCalicoctl, findKubectl, mask } from '../../e2e/real/kubectl.ts';
import { type Deviation, writeMatrix } from '../../e2e/real/matrix.ts';
import type { Outcome } from '../../e2e/real/outcome.ts';
import { compareRouting } from '../../e2e/real/routing/index.ts';
import { compareWeb } from '../../e2e/real/web.ts';
import { count, printDifferences, readDeviations, staleReasons } from './real/report.ts';
import { mayNotSkip, missingHere, versionsHere } from './real/tools.ts';

export interface Run {
  /** Folder of the repository. */
  readonly root: string;
  readonly quick: boolean;
  /** Only scenarios or files whose name holds this text. */
  readonly match?: string;
}

interface Suite {
  readonly name: string;
  /** What it needs of this machine; names as in real/tools.ts. */
  readonly tools: readonly string[];
  /** Whether it needs root, to make network namespaces. */
  readonly namespaces?: boolean;
  /** Whether it waits for timers and answers most of its time, and so goes on beside the others. */
  readonly waits?: boolean;
  run(run: Run): Promise<readonly Outcome[]>;
}

/** Every namespace made here is named so, with the process that made it: what a killed run left behind is known by that. */
const prefix = (suite: string) => `nh${process.pid}-${suite}`;

const SUITES: readonly Suite[] = [
  { name: 'bash', tools: ['bash'], run: ({ root, quick, match }) => compareBash(root, quick ? 6 : 1, match) },
  {
    name: 'hosttools',
    tools: ['ip'],
    namespaces: true,
    waits: true,
    run: ({ root }) => compareHostTools(root, prefix('h')),
  },
  { name: 'iptables', tools: ['ip', 'iptables', 'ipset'], namespaces: true, run: ({ root }) => compareIptables(root, prefix('i')) },
  {
    name: 'routing',
    tools: ['ip', 'bird', 'iptables', 'ipset', 'curl'],
    namespaces: true,
    waits: true,
    run: (run) => compareRouting({ ...run, prefix: prefix('r') }),
  },
  {
    name: 'web',
    tools: ['ip', 'bird', 'iptables', 'ipset', 'curl', 'tcpdump', 'conntrack'],
    namespaces: true,
    waits: true,
    run: ({ root, quick }) => compareWeb(root, prefix('w'), quick ? 4 : 1),
  },
  { name: 'kubectl', tools: ['kubectl'], run: runKubectl },
  { name: 'calicoctl', tools: ['kubectl', 'calicoctl'], run: runCalicoctl },
  { name: 'birdc', tools: ['ip', 'bird'], namespaces: true, run: ({ root }) => compareBirdc(root, prefix('b')) },
  {
    name: 'clients',
    tools: ['kubectl'],
    run: ({ root, quick, match }) => compareClients(root, { quick, ...(match === undefined ? {} : { only: match }) }),
  },
  { name: 'bird', tools: ['bird'], run: ({ root, quick }) => compareBirdConfs(root, quick ? 5 : 1) },
];

function runKubectl(run: Run): Promise<readonly Outcome[]> {
  return compareClient('kubectl', run, {});
}

async function runCalicoctl(run: Run): Promise<readonly Outcome[]> {
  const whole = !run.quick && run.match === undefined;
  const keep = (compared: readonly Compared[]) =>
    recordCalicoctl(run.root, compared, `calicoctl v${versionsHere().calicoctl}, against the served world yaobank`);
  return compareClient('calicoctl', run, { calicoctl: findCalicoctl()! }, whole ? keep : undefined);
}

/** The corpora in e2e/real/<tool>, run by the real programs against the served simulation and by ours. */
async function compareClient(
  tool: string,
  { root, quick, match }: Run,
  others: Readonly<Record<string, string>>,
  keep?: (compared: readonly Compared[]) => void,
): Promise<readonly Outcome[]> {
  const compared = await compareKubectl({
    folder: join(root, 'e2e/real', tool),
    kubectl: findKubectl()!,
    others,
    ...(match === undefined ? {} : { only: match }),
    ...(quick ? { every: 14 } : {}),
  });
  keep?.(compared);
  const text = ({ stdout, stderr, exitCode }: (typeof compared)[number]['ours']) => mask(`${stdout}${stderr}[${exitCode}]`);
  return compared.map(({ corpus, line, same, ours, real }) => ({
    tool,
    scenario: corpus,
    line,
    verdict: same ? 'identical' : 'different',
    ours: text(ours),
    real: text(real),
  }));
}

export async function main(args: readonly string[]): Promise<void> {
  const root = process.cwd();
  const value = (flag: string) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const [only, match, report] = [value('--only'), value('--match'), value('--report')];
  const run: Run = { root, quick: args.includes('--quick'), ...(match === undefined ? {} : { match }) };
  const chosen = SUITES.filter((suite) => only === undefined || suite.name === only);
  if (chosen.length === 0) {
    console.error(`real: no suite called ${only}; there are ${SUITES.map((suite) => suite.name).join(', ')}`);
    process.exit(2);
  }
  // Namespaces are removed when the process ends (e2e/real/netns.ts), however it ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
  const deviations = readDeviations(root);
  const waiting = value('--waiting');
  if (waiting !== undefined) {
    const found = await runInTurn(
      chosen.filter((suite) => suite.waits),
      run,
      deviations,
    );
    writeFileSync(waiting, JSON.stringify({ ...found, done: [...found.done] }));
    process.exit(0);
  }
  const { done, skipped } = await runSuites(chosen, run, deviations);
  const outcomes = [...done.values()].flat();
  printDifferences(outcomes, deviations, args.includes('--show'));
  const whole = !run.quick && match === undefined;
  const every = whole && only === undefined;
  const stale = staleReasons(outcomes, deviations, (tool) => every && outcomes.some((one) => one.tool === tool));
  const forbidden = mayNotSkip()
    ? skipped.filter((one) => one.installable).map((one) => `skipped where nothing may be: ${one.name}`)
    : [];
  for (const line of [...stale, ...forbidden]) console.log(line);
  const counts = count(outcomes, deviations);
  const failed = counts.different + stale.length + forbidden.length;
  if (report !== undefined) writeFileSync(report, JSON.stringify({ passed: counts.identical + counts.known, failed, skipped }));
  if (whole) writeMatrix({ root, done, deviations, versions: versionsHere() });
  process.exit(failed === 0 ? 0 : 1);
}

interface Skipped {
  readonly name: string;
  readonly needs: string;
  readonly installable: boolean;
}

interface Found {
  readonly done: ReadonlyMap<string, readonly Outcome[]>;
  readonly skipped: readonly Skipped[];
}

/** Suites that wait go on in a process of their own, beside the others. */
async function runSuites(suites: readonly Suite[], run: Run, deviations: readonly Deviation[]): Promise<Found> {
  const waiting = suites.filter(({ waits }) => waits);
  const others = suites.filter(({ waits }) => !waits);
  if (waiting.length === 0 || others.length === 0) return runInTurn(suites, run, deviations);
  const [beside, here] = await Promise.all([runBeside(), runInTurn(others, run, deviations)]);
  const done = new Map([...beside.done, ...here.done]);
  const inOrder = suites.flatMap(({ name }) => (done.has(name) ? [[name, done.get(name)!] as const] : []));
  return { done: new Map(inOrder), skipped: [...beside.skipped, ...here.skipped] };
}

/** This run's waiting suites, by the same program with the same arguments. */
async function runBeside(): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), 'nexthop-beside-'));
  const file = join(folder, 'found.json');
  try {
    const [node, script, ...args] = [process.execPath, ...process.argv.slice(1)];
    const child = spawn(node!, [script!, ...args, '--waiting', file], { stdio: ['ignore', 'inherit', 'inherit'] });
    process.once('exit', () => child.kill());
    await new Promise((resolve) => child.once('close', resolve));
    const { done, skipped } = JSON.parse(readFileSync(file, 'utf8'));
    return { done: new Map(done), skipped };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runInTurn(suites: readonly Suite[], run: Run, deviations: readonly Deviation[]): Promise<Found> {
  const done = new Map<string, readonly Outcome[]>();
  const skipped: Skipped[] = [];
  for (const suite of suites) {
    const outcomes = await runSuite(suite, run, deviations, skipped);
    if (outcomes) done.set(suite.name, outcomes);
  }
  return { done, skipped };
}

async function runSuite(
  { name, tools, namespaces = false, run: compare }: Suite,
  run: Run,
  deviations: readonly Deviation[],
  skipped: Skipped[],
): Promise<readonly Outcome[] | undefined> {
  const missing = missingHere(tools, namespaces);
  if (missing !== undefined) {
    skipped.push({ name, needs: missing.what, installable: missing.installable });
    console.log(`${name.padEnd(10)} skipped: needs ${missing.what}`);
    return undefined;
  }
  const began = Date.now();
  const outcomes = await compare(run);
  const { identical, known, different } = count(outcomes, deviations);
  const counts = `${identical} of ${outcomes.length} identical, ${known} different for a known reason, ${different} different`;
  console.log(`${name.padEnd(10)} ${counts} (${((Date.now() - began) / 1000).toFixed(0)} s)`);
  return outcomes;
}
