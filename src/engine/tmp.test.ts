import { test } from 'vitest';
import { worlds } from '../worlds/index.ts';
import { loadWorld } from './index.ts';
import { httpRequest } from './images/http.ts';
test('x', () => {
  const t0 = performance.now();
  const sim = loadWorld(worlds.yaobank!);
  console.log('load', performance.now() - t0);
  const world = sim.world();
  const api = world.clusters.kubernetes!.api;
  for (const pod of Object.values(api.objects.pods!) as any[]) console.log(pod.metadata.namespace, pod.metadata.name, pod.status.phase, pod.status.podIP, pod.spec.nodeName, JSON.stringify(pod.status.containerStatuses?.map((c: any) => [c.ready, c.restartCount, c.state])));
  for (const e of Object.values(api.objects.endpoints!) as any[]) console.log(e.metadata.namespace, e.metadata.name, JSON.stringify(e.subsets?.map((s: any) => [s.addresses?.map((a: any) => a.ip), s.ports])));
  const ev: any = {};
  for (const e of Object.values(api.objects.events!) as any[]) if (e.type !== 'Normal') console.log(e.reason, e.message, e.count);
  for (const url of ['10.0.1.20:30180', '10.0.1.31:30180']) {
    const { result } = httpRequest(world, { host: 'host1', netns: '' }, { method: 'GET', url }) as any;
    console.log(url, result.outcome, result.response?.status, result.client, result.trace?.reason, result.response?.body.length);
  }
  console.log('now', new Date(sim.world().now).toISOString(), sim.nextWake() && (sim.nextWake()! - sim.world().now));
});
