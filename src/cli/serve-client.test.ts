/** A Kubernetes client library against the served simulation: what an operator written in TypeScript would do. */
import {
  CoreV1Api,
  KubeConfig,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  Watch,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadWorld, type Sim } from '../engine/index.ts';
import { worlds } from '../worlds/index.ts';
import { kubeconfigText, type Serving, serveHttp } from './serve-http.ts';

const namespace = 'default';
const CONFIGMAPS = `/api/v1/namespaces/${namespace}/configmaps`;

let sim: Sim;
let serving: Serving;
let config: KubeConfig;
let core: CoreV1Api;

beforeAll(async () => {
  sim = loadWorld(worlds.yaobank!);
  serving = await serveHttp(sim, { port: 0 });
  config = new KubeConfig();
  config.loadFromString(kubeconfigText(serving.url));
  core = config.makeApiClient(CoreV1Api);
});

afterAll(() => serving.close());

const make = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}) =>
  core.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels }, data } });

const remove = (name: string) => core.deleteNamespacedConfigMap({ namespace, name });

/** Waits until the condition holds; the test's own time limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Events of a watch until it ends by itself or `enough` holds. */
async function watched(
  query: Record<string, string | number | boolean>,
  act: () => Promise<unknown> = async () => undefined,
  enough: (types: readonly string[]) => boolean = () => false,
): Promise<readonly { type: string; object: V1ConfigMap & { code?: number } }[]> {
  const events: { type: string; object: V1ConfigMap }[] = [];
  let ended = false;
  const controller = await new Watch(config).watch(
    CONFIGMAPS,
    query,
    (type: string, object: V1ConfigMap) => events.push({ type, object }),
    () => {
      ended = true;
    },
  );
  await act();
  await until(() => ended || enough(events.map((event) => event.type)));
  controller.abort();
  return events;
}

const named = (events: readonly { type: string; object: V1ConfigMap }[]) =>
  events.map(({ type, object }) => `${type} ${object.metadata?.name}`);

test('an informer hears of what is added, changed and deleted', async () => {
  const heard: string[] = [];
  const informer = makeInformer<V1ConfigMap>(
    config,
    CONFIGMAPS,
    () => core.listNamespacedConfigMap({ namespace, labelSelector: 'of=informer' }),
    'of=informer',
  );
  informer.on('add', (object) => heard.push(`add ${object.metadata?.name} ${object.data?.colour}`));
  informer.on('update', (object) => heard.push(`update ${object.metadata?.name} ${object.data?.colour}`));
  informer.on('delete', (object) => heard.push(`delete ${object.metadata?.name} ${object.data?.colour}`));
  await make('first', { colour: 'blue' }, { of: 'informer' });
  await informer.start();
  await make('second', { colour: 'red' }, { of: 'informer' });
  await make('other', { colour: 'grey' });
  await core.replaceNamespacedConfigMap({
    namespace,
    name: 'first',
    body: { metadata: { name: 'first', labels: { of: 'informer' } }, data: { colour: 'green' } },
  });
  await remove('second');
  await until(() => heard.length >= 4);
  await informer.stop();
  await Promise.all([remove('first'), remove('other')]);
  expect(heard).toEqual(['add first blue', 'add second red', 'update first green', 'delete second red']);
});

test('an informer whose version is forgotten lists again', async () => {
  const heard: string[] = [];
  let lists = 0;
  const informer = makeInformer<V1ConfigMap>(
    config,
    CONFIGMAPS,
    async () => {
      lists++;
      const list = await core.listNamespacedConfigMap({ namespace, labelSelector: 'of=relist' });
      // The first time as after a long sleep: from a version that fell out of the log.
      return lists === 1 ? { ...list, metadata: { ...list.metadata, resourceVersion: '1' } } : list;
    },
    'of=relist',
  );
  informer.on('add', (object) => heard.push(`add ${object.metadata?.name}`));
  await informer.start();
  await until(() => lists >= 2);
  await make('after', {}, { of: 'relist' });
  await until(() => heard.length >= 1);
  await informer.stop();
  await remove('after');
  expect([heard, lists]).toEqual([['add after'], 2]);
});

test('a watch from a version that is forgotten ends with 410', async () => {
  const events = await watched({ resourceVersion: '1' });
  expect(events.map(({ type, object }) => [type, object.code])).toEqual([['ERROR', 410]]);
});

test.each([
  [PatchStrategy.StrategicMergePatch, { data: { b: '2', a: null } }, { b: '2' }],
  [PatchStrategy.MergePatch, { data: { b: '2' } }, { a: '1', b: '2' }],
  [PatchStrategy.JsonPatch, [{ op: 'replace', path: '/data/a', value: '3' }], { a: '3' }],
])('%s changes what it says', async (strategy, body, data) => {
  await make('patched', { a: '1' });
  const request = { namespace, name: 'patched', body };
  const changed = await core.patchNamespacedConfigMap(request, setHeaderOptions('Content-Type', strategy));
  await remove('patched');
  expect(changed.data).toEqual(data);
});

test('server-side apply creates, and conflicts with another manager', async () => {
  const apply = (fieldManager: string, colour: string) =>
    core.patchNamespacedConfigMap(
      { namespace, name: 'applied', fieldManager, body: { apiVersion: 'v1', kind: 'ConfigMap', data: { colour } } },
      setHeaderOptions('Content-Type', PatchStrategy.ServerSideApply),
    );
  const made = await apply('one', 'blue');
  const refused = await apply('two', 'red').catch((error: { code: number; body: string }) => error);
  await remove('applied');
  expect(made.data).toEqual({ colour: 'blue' });
  expect(refused).toMatchObject({ code: 409, body: expect.stringContaining('conflict with \\"one\\": .data.colour') });
});

test('a watch goes on from a version and ends with its timeout, after a bookmark', async () => {
  await make('before');
  const { metadata } = await core.listNamespacedConfigMap({ namespace });
  const query = { resourceVersion: metadata!.resourceVersion!, timeoutSeconds: 3, allowWatchBookmarks: true };
  const events = await watched(query, () => make('during'));
  await Promise.all([remove('before'), remove('during')]);
  expect(named(events)).toEqual(['ADDED during', 'BOOKMARK undefined']);
  expect(Number(events[1]!.object.metadata!.resourceVersion)).toBeGreaterThanOrEqual(
    Number(events[0]!.object.metadata!.resourceVersion),
  );
});

test('a streamed list ends what exists with a bookmark', async () => {
  await make('there');
  const query = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true };
  const events = await watched(query, undefined, (types) => types.includes('BOOKMARK'));
  await remove('there');
  expect(named(events)).toEqual(['ADDED kube-root-ca.crt', 'ADDED there', 'BOOKMARK undefined']);
  expect(events.at(-1)!.object.metadata!.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
});

test('a list in chunks shows one moment, whatever changes between them', async () => {
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => make(name, {}, { of: 'chunks' })));
  const list = (token?: string) =>
    core.listNamespacedConfigMap({ namespace, labelSelector: 'of=chunks', limit: 3, ...(token ? { _continue: token } : {}) });
  const first = await list();
  await remove('d');
  await make('e', {}, { of: 'chunks' });
  const rest = await list(first.metadata!._continue);
  await Promise.all(['a', 'b', 'c', 'e'].map(remove));
  expect([first, rest].map(({ items }) => items.map((item) => item.metadata!.name))).toEqual([['a', 'b', 'c'], ['d']]);
  expect(rest.metadata!.resourceVersion).toBe(first.metadata!.resourceVersion);
  expect(rest.metadata!._continue).toBe(undefined);
});
