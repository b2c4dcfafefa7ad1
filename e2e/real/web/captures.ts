/**
 * Holds what tcpdump makes of capture files against the real one, with nothing masked: the simulated tcpdump writes files (`> ` lines of
 * captures.txt), the real one gets the same bytes, and both read them with the options and filters of the other lines.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createSim, type World } from '../../../src/engine/index.ts';
import { bytesOf } from '../../../src/shell/bytes.ts';
import { testSession } from '../../../src/shell/testing.ts';
import type { Outcome } from '../outcome.ts';

const SCENARIO = 'capture files';
const HOST = 'worker1';

/** @param world the lab's end */
export async function compareCaptures(root: string, world: World, every: number): Promise<readonly Outcome[]> {
  if (spawnSync('bash', ['-c', 'command -v tcpdump']).status !== 0) return [];
  const lines = readFileSync(join(root, 'e2e/real/web/captures.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const sim = createSim(world);
  const session = testSession(sim, HOST, { settle: false });
  const folder = mkdtempSync(join(tmpdir(), 'nexthop-captures-'));
  const outcomes: Outcome[] = [];
  try {
    for (const line of lines.filter((each) => each.startsWith('> '))) await session.type(line.slice(2));
    for (const [path, text] of Object.entries(sim.world().hosts[HOST]!.files))
      if (path.endsWith('.pcap')) writeFileSync(join(folder, basename(path)), bytesOf(text));
    for (const line of lines.filter((each) => !each.startsWith('> ')).filter((_, i) => i % every === 0)) {
      const sides = await Promise.all([session.type(line), realOf(folder, line)]);
      const [ours, real] = sides.map(({ stdout, stderr, exitCode }) => `${stdout}--\n${stderr}[${exitCode}]`) as [string, string];
      const verdict = ours === real ? 'identical' : 'different';
      outcomes.push({ tool: 'tcpdump', scenario: SCENARIO, line, verdict, ours, real });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return outcomes;
}

async function realOf(cwd: string, line: string) {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', line], { cwd, encoding: 'utf8', input: '', timeout: 10_000 });
  return { stdout, stderr, exitCode: status };
}
