import { expect, test } from 'vitest';
import { handle, type ServerContext } from './server.ts';
import { type ApiState, emptyApi } from './storage.ts';

const context: ServerContext = {
  now: Date.UTC(2026, 10, 23, 10),
  seed: 'seed',
  cluster: { name: 'c', podCidr: '10.48.0.0/16', serviceCidr: '10.49.0.0/16', apiHost: 'control1', asNumber: 64512 },
};

function send(
  api: ApiState,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  return handle(api, { method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }, context);
}

const withNamespace = (name: string) =>
  send(emptyApi, 'POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }).api;

test('a created configmap can be read back', () => {
  const made = send(withNamespace('shop'), 'POST', '/api/v1/namespaces/shop/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'prices' },
    data: { tea: '3' },
  });
  expect(made.response.status).toBe(201);
  const read = send(made.api, 'GET', '/api/v1/namespaces/shop/configmaps/prices');
  expect(read.response).toEqual({ status: 200, body: made.response.body });
});

test('a missing object is a NotFound Status', () => {
  const { response } = send(withNamespace('shop'), 'GET', '/api/v1/namespaces/shop/services/till');
  expect(response).toEqual({
    status: 404,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'services "till" not found',
      reason: 'NotFound',
      details: { name: 'till', kind: 'services' },
      code: 404,
    },
  });
});
