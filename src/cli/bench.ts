/**
 * `npm run bench`: how fast the simulation is, each figure beside a real peer measured in the same run, as a ratio.
 * Prints a table; judges nothing (a slow machine is no fault), but marks what is over the budget.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDraft, loadWorld, type Sim, type World, type WorldSource, walkFirst } from '../engine/index.ts';
import { createSession, headlessClock } from '../shell/index.ts';
import { worlds } from '../worlds/index.ts';
import { largeWorld } from '../worlds/large.ts';

interface Row {
  readonly what: string;
  readonly ours: string;
  readonly budget: string;
  readonly within: boolean;
  readonly peer: string;
  readonly ratio: string;
}

export async function main(): Promise<void> {
  const rows: Row[] = [];
  const bank = loadWorld(worlds.yaobank!);
  rows.push(patchRow('patch → settled, yaobank', bank, '/api/v1/namespaces/yaobank/services/customer', 40, 10));
  rows.push(largeRow(50, 500, 150));
  rows.push(await commandRow(bank));
  rows.push(walkRow(bank));
  rows.push(processRow());
  print(rows);
}

/** Median CPU ms of one patch that changes advertisement, NAT and routes, to the quiet world after it. */
function patchRow(what: string, sim: Sim, path: string, times: number, budgetMs: number): Row {
  prepare(sim);
  const ms: number[] = [];
  for (let i = 0; i < times; i++) {
    const body = JSON.stringify({ spec: { externalTrafficPolicy: i % 2 === 0 ? 'Local' : 'Cluster' } });
    const began = cpuMs();
    sim.dispatch({
      type: 'api',
      cluster: 'kubernetes',
      request: { method: 'PATCH', path, headers: { 'content-type': 'application/merge-patch+json' }, body },
    });
    sim.settle();
    ms.push(cpuMs() - began);
  }
  // The peer is what any immutable-snapshot design without structural sharing would pay: copying the world once.
  const copy = medianOf(5, () => structuredClone(sim.world()), cpuMs);
  return row(what, median(ms), budgetMs, 'structuredClone of the world', copy);
}

function prepare(sim: Sim): void {
  const body = JSON.stringify({
    apiVersion: 'projectcalico.org/v3',
    kind: 'BGPConfiguration',
    metadata: { name: 'default' },
    spec: { serviceClusterIPs: [{ cidr: sim.world().clusters.kubernetes!.serviceCidr }] },
  });
  sim.dispatch({
    type: 'api',
    cluster: 'kubernetes',
    request: {
      method: 'POST',
      path: '/apis/projectcalico.org/v3/bgpconfigurations',
      headers: { 'content-type': 'application/json' },
      body,
    },
  });
  sim.settle();
}

function largeRow(workers: number, services: number, budgetMs: number): Row {
  const source: WorldSource = largeWorld(workers, services);
  const began = cpuMs();
  const sim = loadWorld(source);
  process.stdout.write(`loaded ${source.id} in ${Math.round(cpuMs() - began)} ms\n`);
  return patchRow(
    `patch → settled, ${workers} workers × ${services} services`,
    sim,
    '/api/v1/namespaces/default/services/app7',
    10,
    budgetMs,
  );
}

async function commandRow(sim: Sim): Promise<Row> {
  const session = createSession({ sim, place: { host: 'host1', netns: '' }, clock: headlessClock(sim), write: () => {} });
  const line = 'kubectl get svc -n yaobank';
  for (let i = 0; i < 20; i++) await session.run(line);
  const ms: number[] = [];
  for (let i = 0; i < 100; i++) {
    const began = cpuMs();
    await session.run(line);
    ms.push(cpuMs() - began);
  }
  return row(
    'kubectl get svc, a line',
    median(ms),
    3,
    'the real kubectl starting (version --client)',
    peerMs('kubectl', ['version', '--client']),
  );
}

function walkRow(sim: Sim): Row {
  const perSecond = walksPerSecond(sim.world());
  const peer = routeGetsPerSecond();
  return {
    what: 'packet walks',
    ours: `${Math.round(perSecond).toLocaleString('en')} /s`,
    budget: '≥ 100,000 /s',
    within: perSecond >= 100_000,
    peer: peer === undefined ? 'iproute2 not found' : `${Math.round(peer).toLocaleString('en')} /s, ip -batch route get`,
    ratio: peer === undefined ? '' : (perSecond / peer).toFixed(2),
  };
}

/** First packets of new connections host1 → customer's cluster IP: routing, NAT, forwarding, into the pod. */
function walksPerSecond(world: World): number {
  const dst = '10.49.50.18';
  const batch = () => {
    const draft = createDraft(world);
    for (let i = 0; i < 1000; i++)
      walkFirst(draft, { from: { host: 'host1', netns: '' }, proto: 'tcp', dst, dport: 80, sport: 33000 + i }, false);
  };
  for (let i = 0; i < 20; i++) batch();
  return 1_000_000 / medianOf(30, batch, cpuMs);
}

function routeGetsPerSecond(): number | undefined {
  const count = 5000;
  const input = 'route get 127.0.0.1\n'.repeat(count);
  const began = performance.now();
  const done = spawnSync('ip', ['-batch', '-'], { input, encoding: 'utf8', maxBuffer: 1 << 26 });
  return done.status === 0 ? (count / (performance.now() - began)) * 1000 : undefined;
}

function processRow(): Row {
  const folder = mkdtempSync(join(tmpdir(), 'nexthop-bench-'));
  const sh = () => spawnSync('npm', ['run', '-s', 'sh', '--', '-c', 'ip route'], { cwd: process.cwd(), encoding: 'utf8' });
  sh();
  const ours = medianOf(3, sh);
  rmSync(folder, { recursive: true, force: true });
  return row("npm run sh -- -c 'ip route'", ours, 1500, 'bash -c ip route', peerMs('bash', ['-c', 'ip route']));
}

function row(what: string, ms: number, budgetMs: number, peer: string, peerTime: number | undefined): Row {
  return {
    what,
    ours: `${ms.toFixed(ms < 10 ? 2 : 0)} ms`,
    budget: `≤ ${budgetMs} ms`,
    within: ms <= budgetMs,
    peer: peerTime === undefined ? `${peer}: not found` : `${peerTime.toFixed(peerTime < 10 ? 2 : 0)} ms, ${peer}`,
    ratio: peerTime === undefined ? '' : (ms / peerTime).toFixed(2),
  };
}

function peerMs(command: string, args: readonly string[]): number | undefined {
  if (spawnSync(command, [...args]).status !== 0) return undefined;
  return medianOf(5, () => spawnSync(command, [...args]));
}

/** CPU time of this process, ms: a loaded machine does not count. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Median of wall ms: what another process costs shows on no clock of ours but that. */
function medianOf(times: number, run: () => unknown, clock: () => number = () => performance.now()): number {
  const ms: number[] = [];
  for (let i = 0; i < times; i++) {
    const began = clock();
    run();
    ms.push(clock() - began);
  }
  return median(ms);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function print(rows: readonly Row[]): void {
  const heads = ['', 'ours', 'budget', 'peer in the same run', 'ours / peer'];
  const cells = rows.map((r) => [`${r.within ? ' ' : '!'} ${r.what}`, r.ours, r.budget, r.peer, r.ratio]);
  const widths = heads.map((head, i) => Math.max(head.length, ...cells.map((c) => c[i]!.length)));
  for (const line of [heads, ...cells]) process.stdout.write(`${line.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')}\n`);
}
