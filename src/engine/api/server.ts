/** kube-apiserver's front door: request → response. Pure. */
import type { Cluster } from '../world.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import type { ApiState } from './storage.ts';

export interface ServerContext {
  /** Virtual ms since the epoch. */
  readonly now: number;
  readonly seed: string;
  readonly cluster: Omit<Cluster, 'api'>;
  /** Journal index of the input that carries the request; recorded as the writer of what changes. */
  readonly input?: number;
}

export interface Handled {
  readonly api: ApiState;
  readonly response: ApiResponse;
}

export function handle(api: ApiState, request: ApiRequest, context: ServerContext): Handled {
  void context;
  return { api, response: { status: 404, body: `404 page not found: ${request.path}` } };
}
