/** How fast command lines are: in a session, as a process, and `kubectl get svc` beside the real kubectl on the same served world. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findKubectl } from '../../../e2e/real/kubectl.ts';
import type { Sim } from '../../engine/index.ts';
import { createSession, headlessClock } from '../../shell/index.ts';
import { kubeconfigText, serveHttp } from '../serve-http.ts';
import { cpuMs, median, medianOf, msRow, programMs, type Row } from './table.ts';

const LINE = ['get', 'svc', '-n', 'yaobank'];

export async function kubectlRow(sim: Sim): Promise<Row> {
  const session = createSession({ sim, place: { host: 'host1', netns: '' }, clock: headlessClock(sim), write: () => {} });
  const line = `kubectl ${LINE.join(' ')}`;
  for (let i = 0; i < 20; i++) await session.run(line);
  const ms: number[] = [];
  for (let i = 0; i < 100; i++) {
    const began = cpuMs();
    await session.run(line);
    ms.push(cpuMs() - began);
  }
  return msRow(`${line}, a line`, median(ms), 3, 'the real kubectl, same line, on npm run serve', await realKubectlMs(sim));
}

/** Wall ms of the real kubectl's line against this world served, the median of seven runs. */
async function realKubectlMs(sim: Sim): Promise<number | undefined> {
  const kubectl = findKubectl();
  if (kubectl === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'nexthop-bench-'));
  const serving = await serveHttp(sim, { port: 0 });
  try {
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, kubeconfigText(serving.url));
    const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder };
    const run = promisify(execFile);
    const ms: number[] = [];
    // The first one fills kubectl's discovery cache.
    for (let i = 0; i < 8; i++) {
      const began = performance.now();
      await run(kubectl, LINE, { env });
      if (i > 0) ms.push(performance.now() - began);
    }
    return median(ms);
  } finally {
    await serving.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export function processRow(): Row {
  const sh = () => spawnSync('npm', ['run', '-s', 'sh', '--', '-c', 'ip route'], { encoding: 'utf8' });
  sh();
  return msRow("npm run sh -- -c 'ip route'", medianOf(5, sh), 1500, 'bash -c ip route', programMs('bash', ['-c', 'ip route']));
}
