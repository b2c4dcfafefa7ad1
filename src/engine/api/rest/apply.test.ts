import { expect, test } from 'vitest';
import type { ApiObject, Service } from '../objects.ts';
import { type Client, clientWith, messageOf, NOW } from '../testing.ts';
import { timestamp } from '../time.ts';

const PATH = '/api/v1/namespaces/bank/services/customer';

function service(spec: Readonly<Record<string, unknown>>) {
  const ports = [{ port: 80, nodePort: 30180 }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'customer', labels: { app: 'customer' } },
    spec: { type: 'NodePort', ports, ...spec },
  };
}

function apply(on: Client, body: unknown, manager: string, force = false) {
  const path = `${PATH}?fieldManager=${manager}${force ? '&force=true' : ''}`;
  return on.send('PATCH', path, body, { 'content-type': 'application/apply-patch+yaml' });
}

const time = timestamp(NOW);

test('an apply creates the object and owns exactly what it names', () => {
  const on = clientWith('bank');
  const response = apply(on, service({}), 'me');
  expect(response.status).toBe(201);
  expect((response.body as ApiObject).metadata.managedFields).toEqual([
    {
      manager: 'me',
      operation: 'Apply',
      apiVersion: 'v1',
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { 'f:app': {} } },
        'f:spec': { 'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:nodePort': {}, 'f:port': {} } }, 'f:type': {} },
      },
    },
  ]);
});

test('the same apply again changes nothing', () => {
  const on = clientWith('bank');
  apply(on, service({}), 'me');
  const before = on.api();
  expect(apply(on, service({}), 'me').status).toBe(200);
  expect(on.api()).toBe(before);
});

test('a field that a patch changed is a conflict, unless forced', () => {
  const on = clientWith('bank');
  apply(on, service({ externalTrafficPolicy: 'Cluster' }), 'me');
  on.send(
    'PATCH',
    `${PATH}?fieldManager=kubectl-patch`,
    { spec: { externalTrafficPolicy: 'Local' } },
    { 'content-type': 'application/strategic-merge-patch+json' },
  );
  expect(apply(on, service({ externalTrafficPolicy: 'Cluster' }), 'me')).toEqual({
    status: 409,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Apply failed with 1 conflict: conflict with "kubectl-patch" using v1: .spec.externalTrafficPolicy',
      reason: 'Conflict',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "kubectl-patch" using v1',
            field: '.spec.externalTrafficPolicy',
          },
        ],
      },
      code: 409,
    },
  });
  const forced = apply(on, service({ externalTrafficPolicy: 'Cluster' }), 'me', true).body as Service;
  expect([forced.spec.externalTrafficPolicy, forced.metadata.managedFields?.length]).toEqual(['Cluster', 1]);
});

test('two appliers conflict in the field they differ in and share what they agree on', () => {
  const on = clientWith('bank');
  apply(on, service({ ports: [{ port: 80, nodePort: 30180 }] }), 'one');
  expect(messageOf(apply(on, service({ ports: [{ port: 80, nodePort: 30190 }] }), 'two'))).toBe(
    'Apply failed with 1 conflict: conflict with "one": .spec.ports[port=80,protocol="TCP"].nodePort',
  );
});

test('what an applier names no longer goes, unless another holds it', () => {
  const on = clientWith('bank');
  apply(on, service({ externalIPs: ['10.50.0.10'], selector: { app: 'customer' } }), 'me');
  const { spec } = apply(on, service({ externalIPs: ['10.50.0.10'] }), 'me').body as Service;
  expect([spec.externalIPs, spec.selector]).toEqual([['10.50.0.10'], undefined]);
});

test('an update takes what it changes from everybody else', () => {
  const on = clientWith('bank');
  on.send('POST', '/api/v1/namespaces/bank/configmaps?fieldManager=maker', { metadata: { name: 'a' }, data: { x: '1', y: '1' } });
  const path = '/api/v1/namespaces/bank/configmaps/a?fieldManager=changer';
  const changed = on.object('PATCH', path, { data: { x: '2' } }, { 'content-type': 'application/merge-patch+json' });
  const entry = (manager: string, fieldsV1: object) => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time,
    fieldsType: 'FieldsV1',
    fieldsV1,
  });
  expect(changed.metadata.managedFields).toEqual([
    entry('changer', { 'f:data': { 'f:x': {} } }),
    entry('maker', { 'f:data': { '.': {}, 'f:y': {} } }),
  ]);
});
