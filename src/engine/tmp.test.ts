import { test } from 'vitest';
import { deleteObject, updateObject } from './api/write.ts';
import { changeApi, clusterWorld, created, deployment, listIn, objectIn, service, settled, CLUSTER } from './testing.ts';
const show = (world: any, kind = 'pods') => listIn<any>(world, kind).map((p) => `${p.metadata.name} ${p.status?.phase} ${p.spec?.nodeName} ip=${p.status?.podIP} ${JSON.stringify(p.status?.containerStatuses?.map((c: any) => [c.ready, c.restartCount, c.state, c.lastState]))} del=${p.metadata.deletionTimestamp}`).join('\n');
const events = (world: any, f = (e: any) => true) => listIn<any>(world, 'events').filter(f).map((e) => `${e.lastTimestamp} ${e.type} ${e.reason} ${e.involvedObject.kind}/${e.involvedObject.name} ${e.message} x${e.count} ${e.source.component}`).join('\n');
const upd = (world: any, res: string, key: string, change: any) => changeApi(world, (api) => updateObject(api, res, key, change, { now: world.now }));
test('rolling', () => {
  let w = settled(created(clusterWorld(), 'deployments.apps', deployment('web', 3)));
  w = upd(w, 'deployments.apps', 'default/web', (d: any) => ({ ...d, spec: { ...d.spec, template: { ...d.spec.template, spec: { ...d.spec.template.spec, containers: [{ ...d.spec.template.spec.containers[0], image: 'nginx:1.26' }] } } } }));
  w = settled(w);
  console.log('ROLL\n' + show(w) + '\n' + events(w, (e) => e.involvedObject.kind !== 'Pod'));
  console.log(JSON.stringify(objectIn<any>(w, 'deployments.apps', 'default/web').status, null, 1), listIn<any>(w, 'replicasets.apps').map((r) => JSON.stringify([r.metadata.annotations, r.spec.replicas, r.status])).join('\n'));
});
test('image', () => {
  let w = settled(created(clusterWorld(), 'deployments.apps', deployment('bad', 1, 'nginx:nope'), deployment('worse', 1, 'nosuch'), deployment('box', 1, 'busybox:1.36'), deployment('up', 1, 'NGINX')), { ms: 100_000 });
  console.log('IMG\n' + show(w) + '\n' + events(w, (e) => e.involvedObject.kind === 'Pod'));
});
test('sched', () => {
  let w = settled(created(clusterWorld(), 'pods', { metadata: { name: 'a', namespace: 'default' }, spec: { containers: [{ name: 'a', image: 'nginx' }], nodeSelector: { disk: 'ssd' } } }, { metadata: { name: 'b', namespace: 'default' }, spec: { containers: [{ name: 'a', image: 'nginx', resources: { requests: { cpu: '3' } } }] } }));
  console.log('SCHED\n' + show(w) + '\n' + events(w, (e) => e.involvedObject.kind === 'Pod'));
});
test('node', () => {
  let w = settled(created(clusterWorld(), 'deployments.apps', deployment('web', 2)));
  w = { ...w, hosts: { ...w.hosts, worker2: { ...w.hosts.worker2!, up: false } } };
  w = settled(w, { ms: 50_000 });
  console.log('NODE50\n' + show(w) + '\n' + JSON.stringify(objectIn<any>(w, 'nodes', 'worker2').spec) + JSON.stringify(w.clusters[CLUSTER]!.silentSince) + '\n' + events(w, (e) => e.involvedObject.kind === 'Node' || /Node/.test(e.reason)));
  w = settled(w, { ms: 320_000 });
  console.log('NODE370\n' + show(w) + '\n' + events(w, (e) => /Taint|Node/.test(e.reason)));
  w = { ...w, hosts: { ...w.hosts, worker2: { ...w.hosts.worker2!, up: true, bootedAt: w.now } } };
  w = settled(w);
  console.log('BACK\n' + show(w) + '\n' + JSON.stringify(objectIn<any>(w, 'nodes', 'worker2').spec) + JSON.stringify(w.clusters[CLUSTER]!.silentSince) + events(w, (e) => /Taint|Node/.test(e.reason)), Object.keys(w.hosts.worker2!.netns));
});
test('ns', () => {
  let w = settled(created(created(created(clusterWorld(), 'namespaces', { metadata: { name: 'x' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }), 'deployments.apps', deployment('web', 2, 'busybox:1', { }, 'x')), 'services', service('web', {}, 'x')));
  w = changeApi(w, (api) => deleteObject(api, 'namespaces', 'x', { now: w.now }));
  w = settled(w, { ms: 1000 });
  console.log('NS\n' + show(w) + JSON.stringify(objectIn<any>(w, 'namespaces', 'x').status, null, 1));
  w = settled(w, { ms: 60000 });
  console.log('NSAFTER', listIn<any>(w, 'namespaces').map((n) => n.metadata.name), Object.entries(w.clusters[CLUSTER]!.api.objects).map(([k, v]) => `${k} ${Object.keys(v).filter((x) => x.startsWith('x/'))}`).join('\n'));
});
test('job', () => {
  let w = settled(created(clusterWorld(), 'jobs.batch', { metadata: { name: 'j', namespace: 'default' }, spec: { completions: 2, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1', command: ['sh', '-c', 'echo hi; sleep 5'] }] } } } }, { metadata: { name: 'f', namespace: 'default' }, spec: { backoffLimit: 1, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1', command: ['nosuch'] }] } } } }));
  console.log('JOB\n' + show(w) + JSON.stringify(objectIn<any>(w, 'jobs.batch', 'default/j').status) + JSON.stringify(objectIn<any>(w, 'jobs.batch', 'default/f').status) + '\n' + events(w, (e) => e.involvedObject.kind === 'Job'), Object.keys(w.hosts.worker1!.netns), Object.keys(w.hosts.worker2!.netns));
});
