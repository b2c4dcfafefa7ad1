/** Builders for the API server's tests: a cluster's state and requests against it. */
import type { ApiRequest, ApiResponse } from './http.ts';
import type { ApiObject } from './objects.ts';
import { handle, type ServerContext } from './server.ts';
import { type ApiState, emptyApi } from './storage.ts';

/** 2026-11-23 10:00 UTC. */
export const NOW = 1795428000000;

export const context: ServerContext = {
  now: NOW,
  seed: 'test',
  cluster: { name: 'c', podCidr: '10.48.0.0/16', serviceCidr: '10.49.0.0/16', apiHost: 'control1', asNumber: 64512 },
};

export interface Client {
  /** The state after the last request. */
  api(): ApiState;
  send(method: ApiRequest['method'], path: string, body?: unknown, headers?: Readonly<Record<string, string>>): ApiResponse;
  /** The same, answering the body alone. */
  object<T = ApiObject>(method: ApiRequest['method'], path: string, body?: unknown, headers?: Readonly<Record<string, string>>): T;
  patch(path: string, body: unknown, type?: 'strategic-merge-patch' | 'merge-patch' | 'json-patch'): ApiResponse;
}

/** A client of a server that keeps its state between requests. */
export function client(start: ApiState = emptyApi, at: ServerContext = context): Client {
  let api = start;
  const send: Client['send'] = (method, path, body, headers = {}) => {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const handled = handle(api, { method, path, headers, ...(text === undefined ? {} : { body: text }) }, at);
    api = handled.api;
    return handled.response;
  };
  return {
    api: () => api,
    send,
    object: (method, path, body, headers) => send(method, path, body, headers).body as never,
    patch: (path, body, type = 'strategic-merge-patch') =>
      send('PATCH', path, body, { 'content-type': `application/${type}+json` }),
  };
}

/** A client of a cluster with one namespace. */
export function clientWith(namespace: string): Client {
  const made = client();
  made.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  return made;
}

/** The message of a refusal. */
export const messageOf = (response: ApiResponse): unknown => (response.body as { message?: string }).message;
