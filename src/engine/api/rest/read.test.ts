import { expect, test } from 'vitest';
import { getObject, MAX_LOG, putObject } from '../storage.ts';
import { type Client, clientWith, NOW } from '../testing.ts';
import { timestamp } from '../time.ts';
import { watchEvents } from '../watch.ts';

const PATH = '/api/v1/namespaces/bank/services';
const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };

function bank(): Client {
  const on = clientWith('bank');
  const make = (name: string, clusterIP: string, spec: object, labels = {}) =>
    on.send('POST', PATH, { metadata: { name, labels }, spec: { clusterIP, selector: { app: name }, ...spec } });
  make('summary', '10.49.213.58', { ports: [{ port: 80 }] });
  make('customer', '10.49.50.18', { type: 'NodePort', ports: [{ port: 80, nodePort: 30180 }] }, { app: 'customer' });
  make('database', '10.49.238.135', { ports: [{ port: 2379 }, { port: 2380, name: 'b', protocol: 'UDP' }].slice(0, 1) });
  return on;
}

const names = (body: unknown) => (body as { items: { metadata: { name: string } }[] }).items.map((item) => item.metadata.name);

test('services print as the server prints them', () => {
  const { body } = bank().send('GET', `${PATH}?includeObject=None`, undefined, TABLE);
  const column = (name: string, priority = 0) => ({
    name,
    type: 'string',
    format: name === 'Name' ? 'name' : '',
    description: '',
    priority,
  });
  expect(body).toEqual({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion: '5' },
    columnDefinitions: [
      column('Name'),
      column('Type'),
      column('Cluster-IP'),
      column('External-IP'),
      column('Port(s)'),
      column('Age'),
      column('Selector', 1),
    ],
    rows: [
      { cells: ['customer', 'NodePort', '10.49.50.18', '<none>', '80:30180/TCP', '0s', 'app=customer'] },
      { cells: ['database', 'ClusterIP', '10.49.238.135', '<none>', '2379/TCP', '0s', 'app=database'] },
      { cells: ['summary', 'ClusterIP', '10.49.213.58', '<none>', '80/TCP', '0s', 'app=summary'] },
    ],
  });
});

test('selectors choose by label and by field', () => {
  const on = bank();
  expect(names(on.send('GET', `${PATH}?labelSelector=app%3Dcustomer`).body)).toEqual(['customer']);
  expect(names(on.send('GET', `${PATH}?labelSelector=%21app`).body)).toEqual(['database', 'summary']);
  expect(names(on.send('GET', `${PATH}?labelSelector=app+notin+%28customer%29`).body)).toEqual(['database', 'summary']);
  expect(names(on.send('GET', '/api/v1/services?fieldSelector=metadata.name%21%3Dsummary,spec.type%3DClusterIP').body)).toEqual([
    'database',
  ]);
});

test('a list comes in chunks that fit together', () => {
  const on = bank();
  const first = on.object<{ metadata: { continue: string; remainingItemCount: number } }>('GET', `${PATH}?limit=2`);
  expect([names(first), first.metadata.remainingItemCount]).toEqual([['customer', 'database'], 1]);
  const rest = on.object<{ metadata: object }>('GET', `${PATH}?limit=2&continue=${first.metadata.continue}`);
  expect([names(rest), rest.metadata]).toEqual([['summary'], { resourceVersion: '5' }]);
});

test('a stale update is refused as modified meanwhile', () => {
  const on = bank();
  const old = on.object('GET', `${PATH}/customer`);
  on.patch(`${PATH}/customer`, { spec: { externalTrafficPolicy: 'Local' } });
  expect(on.send('PUT', `${PATH}/customer`, old)).toEqual({
    status: 409,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'Operation cannot be fulfilled on services "customer": the object has been modified; please apply your changes to the latest version and try again',
      reason: 'Conflict',
      details: { name: 'customer', kind: 'services' },
      code: 409,
    },
  });
});

test('a patch that changes nothing leaves the state as it is', () => {
  const on = bank();
  on.patch(`${PATH}/customer`, { spec: { externalTrafficPolicy: 'Local' } });
  const before = on.api();
  on.patch(`${PATH}/customer`, { spec: { externalTrafficPolicy: 'Local' } });
  expect(on.api()).toBe(before);
});

test('a dry run answers and stores nothing', () => {
  const on = bank();
  const before = on.api();
  const made = on.send('POST', `${PATH}?dryRun=All`, { metadata: { name: 'x' }, spec: { ports: [{ port: 1 }] } });
  expect([made.status, on.send('DELETE', `${PATH}/customer?dryRun=All`).status]).toEqual([201, 200]);
  expect(on.api()).toBe(before);
});

test('a watch sees objects begin and cease to match its selector', () => {
  const on = bank();
  const { watch } = on.send('GET', `${PATH}?watch=true&labelSelector=app%3Dcustomer&resourceVersion=5`);
  on.patch(`${PATH}/summary`, { metadata: { labels: { app: 'customer' } } });
  on.patch(`${PATH}/summary`, { spec: { sessionAffinity: 'ClientIP' } });
  on.patch(`${PATH}/summary`, { metadata: { labels: { app: 'other' } } });
  on.send('DELETE', `${PATH}/database`);
  on.send('DELETE', `${PATH}/customer`);
  const { events, watch: next } = watchEvents(on.api(), watch!);
  const seen = events.map(({ type, object }) => [type, (object as { metadata: { name: string } }).metadata.name]);
  expect(seen).toEqual([
    ['ADDED', 'summary'],
    ['MODIFIED', 'summary'],
    ['DELETED', 'summary'],
    ['DELETED', 'customer'],
  ]);
  expect(watchEvents(on.api(), next)).toEqual({ events: [], watch: next });
});

test('a watch from a version that is forgotten is told so', () => {
  const on = bank();
  const { watch } = on.send('GET', `${PATH}?watch=true&resourceVersion=3`);
  let api = on.api();
  for (let i = 0; i < MAX_LOG; i++) api = putObject(api, 'services', getObject(api, 'services', 'bank/customer')!);
  const oldest = api.log[0]!.resourceVersion;
  expect(watchEvents(api, watch!).events).toEqual([
    {
      type: 'ERROR',
      object: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: `too old resource version: 3 (${oldest})`,
        reason: 'Expired',
        code: 410,
      },
    },
  ]);
});

test('deleting waits for finalizers', () => {
  const on = bank();
  on.patch(`${PATH}/customer`, { metadata: { finalizers: ['example.com/hold'] } });
  on.send('DELETE', `${PATH}/customer`);
  const { deletionTimestamp } = on.object('GET', `${PATH}/customer`).metadata;
  expect(deletionTimestamp).toBe(timestamp(NOW));
  on.patch(`${PATH}/customer`, { metadata: { finalizers: null } });
  expect(on.send('GET', `${PATH}/customer`).status).toBe(404);
});

test('a namespace that is being deleted takes nothing new', () => {
  const on = bank();
  on.send('DELETE', '/api/v1/namespaces/bank');
  const { status, body } = on.send('POST', PATH, { metadata: { name: 'late' }, spec: { ports: [{ port: 1 }] } });
  expect([status, body]).toEqual([
    403,
    {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'services "late" is forbidden: unable to create new content in namespace bank because it is being terminated',
      reason: 'Forbidden',
      details: {
        name: 'late',
        kind: 'services',
        causes: [{ reason: 'NamespaceTerminating', message: 'namespace bank is being terminated', field: 'metadata.namespace' }],
      },
      code: 403,
    },
  ]);
});

test('unknown fields warn, or are refused when the client is strict', () => {
  const on = bank();
  const body = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' }, spec: { ports: [{ port: 1, foo: 1 }], bar: {} } };
  const warned = on.send('POST', `${PATH}?fieldValidation=Warn&dryRun=All`, body);
  expect([warned.status, warned.warnings]).toEqual([201, ['unknown field "spec.ports[0].foo"', 'unknown field "spec.bar"']]);
  const refused = on.send('POST', `${PATH}?fieldValidation=Strict`, body).body as { message: string };
  expect(refused.message).toBe(
    'Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.ports[0].foo", unknown field "spec.bar"',
  );
  const repeated = on.send(
    'POST',
    `${PATH}?fieldValidation=Strict`,
    '{"metadata":{"name":"y"},"spec":{"type":"ClusterIP","type":"NodePort"}}',
  ).body as { message: string };
  expect(repeated.message).toBe(
    'Service in version "v1" cannot be handled as a Service: strict decoding error: duplicate field "spec.type"',
  );
});

test('each patch type does its own thing', () => {
  const on = bank();
  const port = { name: 'p', port: 81, protocol: 'TCP', targetPort: 81 };
  const ports = (body: unknown) => (body as { spec: { ports: { port: number }[] } }).spec.ports.map((it) => it.port);
  on.patch(`${PATH}/database`, [{ op: 'add', path: '/spec/ports/0/name', value: 'a' }], 'json-patch');
  expect(ports(on.patch(`${PATH}/database`, { spec: { ports: [port] } }).body)).toEqual([81, 2379]);
  expect(ports(on.patch(`${PATH}/database`, [{ op: 'remove', path: '/spec/ports/0' }], 'json-patch').body)).toEqual([2379]);
  expect(ports(on.patch(`${PATH}/database`, { spec: { ports: [port] } }, 'merge-patch').body)).toEqual([81]);
});

test('a patch that does not apply is refused', () => {
  const { status, body } = bank().patch(
    `${PATH}/database`,
    [{ op: 'replace', path: '/spec/nothing/here', value: 1 }],
    'json-patch',
  );
  expect([status, (body as { message: string }).message]).toEqual([
    422,
    'the server rejected our request due to an error in our request',
  ]);
});

test('a strategic patch of a wrong type quotes the patch', () => {
  const { status, body } = bank().patch(`${PATH}/database`, { spec: { ports: 'http' } });
  expect([status, (body as { message: string }).message]).toEqual([
    422,
    ' "" is invalid: patch: Invalid value: "map[spec:map[ports:http]]": cannot restore slice from string',
  ]);
});
