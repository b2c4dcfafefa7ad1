import { expect, test } from 'vitest';
import type { Endpoints, KubeEvent, Pod } from '../../api/objects.ts';
import { deleteObject } from '../../api/write.ts';
import { httpRequest } from '../../images/http.ts';
import { changeApi, clusterWorld, created, deployment, listIn, objectIn, service, settled } from '../../testing.ts';

const running = () =>
  settled(created(created(clusterWorld(), 'services', service('web')), 'deployments.apps', deployment('web', 2)));

test('pods come up with addresses, and the service finds them', () => {
  const world = running();
  expect(listIn<Pod>(world, 'pods').map((pod) => [pod.status.phase, pod.status.podIP])).toEqual([
    ['Running', expect.stringMatching(/^10\.48\.0\.\d+$/)],
    ['Running', expect.stringMatching(/^10\.48\.0\.\d+$/)],
  ]);
  const addresses = listIn<Pod>(world, 'pods')
    .map((pod) => pod.status.podIP!)
    .sort();
  expect(objectIn<Endpoints>(world, 'endpoints', 'default/web').subsets?.[0]?.addresses?.map((address) => address.ip)).toEqual(
    addresses,
  );
});

test('the events of a pod tell its start', () => {
  const world = running();
  const [pod] = listIn<Pod>(world, 'pods');
  const events = listIn<KubeEvent>(world, 'events').filter((event) => event.involvedObject.name === pod!.metadata.name);
  expect(events.map((event) => [event.source.component, event.reason, event.message])).toEqual([
    ['default-scheduler', 'Scheduled', `Successfully assigned default/${pod!.metadata.name} to ${pod!.spec.nodeName}`],
    ['kubelet', 'Pulling', 'Pulling image "nginx:1.27"'],
    [
      'kubelet',
      'Pulled',
      expect.stringMatching(
        /^Successfully pulled image "nginx:1.27" in [\d.]+m?s \([\d.]+m?s including waiting\)\. Image size: 72406859 bytes\.$/,
      ),
    ],
    ['kubelet', 'Created', 'Created container: web'],
    ['kubelet', 'Started', 'Started container web'],
  ]);
});

test('a deleted deployment leaves no pods, addresses or namespaces behind', () => {
  const before = running();
  const gone = settled(changeApi(before, (api) => deleteObject(api, 'deployments.apps', 'default/web', { now: before.now })));
  expect(listIn<Pod>(gone, 'pods')).toEqual([]);
  expect(Object.values(gone.hosts).map((host) => Object.keys(host.netns))).toEqual([[''], [''], [''], ['']]);
  expect(
    listIn<{ spec: { attributes: unknown[] } } & Pod>(gone, 'ipamblocks.crd.projectcalico.org').map(
      (block) => block.spec.attributes,
    ),
  ).toEqual([[], []]);
});

test('curl from a node reaches a pod', () => {
  const world = running();
  const [pod] = listIn<Pod>(world, 'pods');
  const { result } = httpRequest(
    world,
    { host: pod!.spec.nodeName!, netns: '' },
    { method: 'GET', url: `http://${pod!.status.podIP}/` },
  );
  expect(result).toMatchObject({ outcome: 'response', response: { status: 200 } });
});
