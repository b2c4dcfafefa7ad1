/**
 * Holds iptables, iptables-save and ipset against the real ones: lines of iptables/lines.txt in empty namespaces, and what a
 * world's nodes hold, loaded into the real kernel and listed there. Needs root, iproute2, iptables and ipset.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSim, loadWorld, type World } from '../../src/engine/index.ts';
import { runLine, testSession } from '../../src/shell/testing.ts';
import { worlds } from '../../src/worlds/index.ts';
import type { Outcome } from './outcome.ts';

const LISTINGS = ['-nvL', '-nvxL --line-numbers', '-S', '-S -v'];
const TABLES = ['mangle', 'raw', 'filter', 'nat'];

/**
 * @param root folder of the repository
 * @param prefix of the namespaces made here
 */
export async function compareIptables(root: string, prefix: string): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const start = loadWorld(worlds.yaobank!).world();
  const blocks = readFileSync(join(root, 'e2e/real/iptables/lines.txt'), 'utf8').split(/\n\n+/);
  for (const [i, block] of blocks.entries()) outcomes.push(...(await compareBlock(start, block, `${prefix}-ipt${i}`)));
  for (const host of Object.values(start.hosts)) {
    if (host.kind === 'node') outcomes.push(...(await compareNode(start, host.name, `${prefix}-${host.name}`)));
  }
  return outcomes;
}

/** One line after another in a namespace without rules, on both sides. */
async function compareBlock(start: World, block: string, space: string): Promise<readonly Outcome[]> {
  const bastion = Object.values(start.hosts).find((host) => host.kind === 'bastion')!.name;
  const ours = testSession(createSim(start), bastion);
  const outcomes: Outcome[] = [];
  try {
    spawnSync('ip', ['netns', 'add', space]);
    for (const line of block.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
      const { stdout, stderr, exitCode } = await ours.type(`sudo ${line}`);
      const real = spawnSync('ip', ['netns', 'exec', space, 'bash', '-c', line], { encoding: 'utf8' });
      outcomes.push(judge('empty tables', line, `${stdout}${stderr}[${exitCode}]`, `${real.stdout}${real.stderr}[${real.status}]`));
    }
  } finally {
    spawnSync('ip', ['netns', 'del', space]);
  }
  return outcomes;
}

/** A node's own text, loaded by the real iptables-restore and listed by the real iptables. */
async function compareNode(start: World, host: string, space: string): Promise<readonly Outcome[]> {
  const sim = createSim(start);
  const ours = async (line: string) => (await runLine(sim, host, `sudo ${line}`)).stdout;
  const outcomes: Outcome[] = [];
  const real = (command: string, input?: string) =>
    spawnSync('ip', ['netns', 'exec', space, 'bash', '-c', command], {
      encoding: 'utf8',
      ...(input === undefined ? {} : { input }),
    }).stdout;
  try {
    spawnSync('ip', ['netns', 'add', space]);
    real('ipset restore', (await ours('ipset save')).replace(/ initval \S+/g, ''));
    const text = await ours('iptables-save -c');
    real('iptables-restore -c', text);
    outcomes.push(judge(host, 'iptables-save -c', text, real('iptables-save -c')));
    for (const table of TABLES) {
      for (const options of LISTINGS) {
        const line = `iptables -t ${table} ${options}`;
        outcomes.push(judge(host, line, await ours(line), real(line)));
      }
    }
  } finally {
    spawnSync('ip', ['netns', 'del', space]);
  }
  return outcomes;
}

function judge(scenario: string, line: string, ours: string, real: string): Outcome {
  const tool = line.split(' ')[0] ?? '';
  return { tool, scenario, line, verdict: mask(ours) === mask(real) ? 'identical' : 'different', ours, real };
}

/** Dates, and the random start of a set's hash. */
function mask(text: string): string {
  return text.replace(/(# (?:Generated|Completed).* on ).*/g, '$1DATE').replace(/initval \S+/g, 'initval X');
}
