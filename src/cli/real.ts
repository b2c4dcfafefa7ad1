/**
 * `npm run real`: holds the simulated tools against the real ones, and writes what came of it to src/ui/fidelity/matrix.json.
 *
 *     npm run real -- [--quick] [--only TOOL] [--show]
 *
 * `--quick` takes a sample in less than two minutes and leaves the matrix alone; `--only` runs one suite; `--show` prints both texts
 * of each difference. A suite whose tools are missing here is skipped by name, and keeps its rows of the last time. The exit status
 * is 1 when a line differs without a reason in e2e/real/deviations.json, or a reason there is no longer needed.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareBash } from '../../e2e/real/bash.ts';
import { compareIptables } from '../../e2e/real/iptables.ts';
import { compareKubectl, findKubectl, mask } from '../../e2e/real/kubectl.ts';
import { type Deviation, reasonFor, writeMatrix } from '../../e2e/real/matrix.ts';
import type { Outcome } from '../../e2e/real/outcome.ts';
import { compareScenario } from '../../e2e/real/routing.ts';
import { scenarios } from '../../e2e/real/scenarios.ts';

interface Run {
  readonly root: string;
  readonly quick: boolean;
}

interface Suite {
  readonly name: string;
  /** What is missing on this machine, for people. */
  missing(): string | undefined;
  run(run: Run): Promise<readonly Outcome[]>;
}

const SUITES: readonly Suite[] = [
  { name: 'kubectl', missing: () => (findKubectl() ? undefined : 'kubectl v1.32 (set KUBECTL)'), run: runKubectl },
  { name: 'bash', missing: () => absent(['bash']), run: ({ root, quick }) => compareBash(root, quick ? 3 : 1) },
  {
    name: 'iptables',
    missing: () => notRoot() ?? absent(['ip', 'iptables', 'ipset']),
    run: ({ root }) => compareIptables(root, `nh${process.pid}`),
  },
  { name: 'routing', missing: () => notRoot() ?? absent(['ip', 'bird', 'birdc', 'iptables', 'ipset', 'curl']), run: runRouting },
];

export async function main(args: readonly string[]): Promise<void> {
  const root = process.cwd();
  const run = { root, quick: args.includes('--quick') };
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
  const chosen = SUITES.filter((suite) => only === undefined || suite.name === only);
  if (chosen.length === 0) {
    console.error(`real: no suite called ${only}; there are ${SUITES.map((suite) => suite.name).join(', ')}`);
    process.exit(2);
  }
  const deviations = JSON.parse(readFileSync(join(root, 'e2e/real/deviations.json'), 'utf8')) as readonly Deviation[];
  const done = new Map<string, readonly Outcome[]>();
  for (const suite of chosen) {
    const missing = suite.missing();
    if (missing !== undefined) {
      console.log(`${suite.name.padEnd(10)} skipped: needs ${missing}`);
      continue;
    }
    const began = Date.now();
    const outcomes = await suite.run(run);
    done.set(suite.name, outcomes);
    console.log(summary(suite.name, outcomes, deviations, Date.now() - began));
  }
  const faults = report([...done.values()].flat(), deviations, args.includes('--show'));
  if (!run.quick) writeMatrix(root, done, deviations);
  process.exit(faults === 0 ? 0 : 1);
}

async function runKubectl({ root, quick }: Run): Promise<readonly Outcome[]> {
  const compared = await compareKubectl({
    folder: join(root, 'e2e/real/kubectl'),
    kubectl: findKubectl()!,
    ...(quick ? { every: 10 } : {}),
  });
  const text = ({ stdout, stderr, exitCode }: (typeof compared)[number]['ours']) => mask(`${stdout}${stderr}[${exitCode}]`);
  return compared.map(({ corpus, line, same, ours, real }) => ({
    tool: 'kubectl',
    scenario: corpus,
    line,
    verdict: same ? 'identical' : 'different',
    ours: text(ours),
    real: text(real),
  }));
}

async function runRouting({ quick }: Run): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [i, scenario] of (quick ? scenarios.slice(0, 1) : scenarios).entries()) {
    outcomes.push(...(await compareScenario(scenario, `nr${process.pid % 1000}${i}`)));
  }
  return outcomes;
}

function notRoot(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'root, for network namespaces';
}

function absent(tools: readonly string[]): string | undefined {
  const missing = tools.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  return missing.length > 0 ? missing.join(', ') : undefined;
}

function summary(name: string, outcomes: readonly Outcome[], deviations: readonly Deviation[], ms: number): string {
  const same = outcomes.filter((one) => one.verdict === 'identical').length;
  const known = outcomes.filter((one) => one.verdict === 'different' && reasonFor(one, deviations) !== undefined).length;
  const rest = outcomes.length - same - known;
  const counts = `${same} of ${outcomes.length} identical, ${known} different for a known reason, ${rest} different`;
  return `${name.padEnd(10)} ${counts} (${(ms / 1000).toFixed(0)} s)`;
}

/** Prints what is not as it should be; returns how much that is. */
function report(outcomes: readonly Outcome[], deviations: readonly Deviation[], show: boolean): number {
  const unexplained = outcomes.filter((one) => one.verdict === 'different' && reasonFor(one, deviations) === undefined);
  for (const { tool, scenario, line, ours, real } of unexplained) {
    console.log(`different  ${tool} [${scenario}] ${line}`);
    if (show) console.log(`--- real\n${real}\n--- ours\n${ours}\n`);
  }
  const stale = outcomes.filter((one) => one.verdict === 'identical' && isAlwaysSame(one, outcomes) && reasonFor(one, deviations));
  for (const { tool, line } of stale) console.log(`no longer different, drop the reason: ${tool} ${line}`);
  return unexplained.length + stale.length;
}

/** The same line may be asked in several states; a reason stands while one of them differs. */
function isAlwaysSame({ tool, line }: Outcome, outcomes: readonly Outcome[]): boolean {
  return outcomes.every((one) => one.tool !== tool || one.line !== line || one.verdict === 'identical');
}
