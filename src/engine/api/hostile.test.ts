import fc from 'fast-check';
import { expect, test } from 'vitest';
import { apiVersionOf } from './kind.ts';
import { kinds } from './kinds/index.ts';
import { type Client, clientWith, messageOf } from './testing.ts';

const served = kinds.filter((kind) => !kind.internal && kind.verbs.includes('create'));

function collection(kind: (typeof served)[number]): string {
  const base = kind.group ? `/apis/${kind.group}/${kind.version}` : '/api/v1';
  return `${base}${kind.namespaced ? '/namespaces/bank' : ''}/${kind.plural}`;
}

function ready(): Client {
  const on = clientWith('bank');
  on.send('POST', '/api/v1/namespaces/bank/serviceaccounts', { metadata: { name: 'default' } });
  return on;
}

test.each(served)('an empty $resource is stored or refused, and a list of them prints', (kind) => {
  const on = ready();
  const body = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { name: 'a' } };
  const made = on.send('POST', collection(kind), body);
  const refused = [kind.simulated ? 422 : 403, 500].includes(made.status) && messageOf(made) !== undefined;
  expect(made.status === 201 || (refused && !String(messageOf(made)).startsWith('Internal error'))).toBe(true);
  if (!kind.verbs.includes('list')) return;
  const table = on.send('GET', collection(kind), undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
  expect(table.status).toBe(200);
});

test.each(served)('no value of a field of $resource makes the server fail', (kind) => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string(), { maxLength: 2 }),
    fc.object({ maxDepth: 2 }),
  );
  const fields = ['spec', 'data', 'status', 'metadata', 'type', 'endpoints', 'ports', 'subsets', 'involvedObject', 'secrets'];
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...fields), value), (extra) => {
      const body = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { name: 'a' }, ...extra };
      const { status, body: answered } = ready().send('POST', collection(kind), body);
      expect([status === 500 && String((answered as { message: string }).message).startsWith('Internal error'), body]).toEqual([
        false,
        body,
      ]);
    }),
    { numRuns: 30 },
  );
});

const PATH = '/api/v1/namespaces/bank/configmaps';

const requests: readonly [what: string, run: (on: Client) => { status: number; body: unknown }, status: number, message: string][] =
  [
    [
      'broken JSON',
      (on) => on.send('POST', PATH, '{"kind": '),
      400,
      `the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input ({"kind": )`,
    ],
    [
      'an unknown media type',
      (on) => on.send('POST', PATH, '<a/>', { 'content-type': 'text/xml' }),
      415,
      'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ],
    [
      'an unknown patch type',
      (on) => on.send('PATCH', `${PATH}/a`, '{}', { 'content-type': 'application/json' }),
      415,
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
    ],
    [
      'a body of 4 MB',
      (on) => on.send('POST', PATH, `{"a":"${'x'.repeat(4_000_000)}"}`),
      413,
      'Request entity too large: limit is 3145728',
    ],
    [
      'an answer nobody speaks',
      (on) => on.send('GET', PATH, undefined, { accept: 'image/png' }),
      406,
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ],
    [
      'another kind of object',
      (on) => on.send('POST', PATH, { apiVersion: 'v1', kind: 'Pod' }),
      400,
      'Pod in version "v1" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion',
    ],
    [
      'another namespace',
      (on) => on.send('POST', PATH, { metadata: { name: 'a', namespace: 'other' } }),
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'a namespace that is not there',
      (on) => on.send('POST', '/api/v1/namespaces/nowhere/configmaps', { metadata: { name: 'a' } }),
      404,
      'namespaces "nowhere" not found',
    ],
    [
      'no name',
      (on) => on.send('POST', PATH, {}),
      422,
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      'an unknown dry run',
      (on) => on.send('POST', `${PATH}?dryRun=some`, { metadata: { name: 'a' } }),
      422,
      'CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: []string{"some"}: supported values: "All"',
    ],
    [
      'a bad selector',
      (on) => on.send('GET', `${PATH}?labelSelector=a%3D%3D%3Db`),
      400,
      "unable to parse requirement: found '=', expected: identifier",
    ],
    [
      'an unknown field selector',
      (on) => on.send('GET', `${PATH}?fieldSelector=spec.x%3D1`),
      400,
      '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
  ];

test.each(requests)('%s is answered with a Status', (_what, run, status, message) => {
  const on = clientWith('bank');
  const before = on.api();
  const response = run(on);
  expect([response.status, (response.body as { message?: string }).message]).toEqual([status, message]);
  expect(on.api()).toBe(before);
});

test('keys named __proto__ are data', () => {
  const on = clientWith('bank');
  on.send('POST', PATH, '{"metadata":{"name":"a"},"data":{"__proto__":"x"}}');
  on.send('PATCH', `${PATH}/a`, '{"data":{"__proto__":"y"}}', { 'content-type': 'application/merge-patch+json' });
  const { data } = on.object<{ data: object }>('GET', `${PATH}/a`) as { data: object };
  expect(Object.entries(data)).toEqual([['__proto__', 'y']]);
  expect(({} as { x?: string }).x).toBe(undefined);
});
