/** How fast the world itself is: a patch until it is quiet, packets, loading. */
import { spawnSync } from 'node:child_process';
import { createDraft, loadWorld, type Sim, type World, walkFirst } from '../../engine/index.ts';
import { largeWorld } from '../../worlds/large.ts';
import { cpuMs, median, medianOf, msRow, type Row } from './table.ts';

/** Median CPU ms of one patch that changes advertisement, NAT and routes, to the quiet world after it. */
export function patchRow(what: string, sim: Sim, path: string, times: number, budgetMs: number): Row {
  announceClusterIPs(sim);
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
  return msRow(what, median(ms), budgetMs, 'structuredClone of the world', copy);
}

function announceClusterIPs(sim: Sim): void {
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

/** A patch in a large world, and what it took to make that world. */
export function largeRows(workers: number, services: number, budgetMs: number): readonly Row[] {
  const size = `${workers} workers × ${services} services`;
  const began = cpuMs();
  const sim = loadWorld(largeWorld(workers, services));
  const loading = cpuMs() - began;
  return [
    patchRow(`patch → settled, ${size}`, sim, '/api/v1/namespaces/default/services/app7', 20, budgetMs),
    { what: `making that world (CPU)`, ours: `${(loading / 1000).toFixed(1)} s`, budget: '', within: true, peer: '', ratio: '' },
  ];
}

export function walkRow(sim: Sim): Row {
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
