/** Input: a request to a cluster's API server, from a place on the network. */
import type { ApiRequest, ApiResponse } from '../api/http.ts';
import { handle } from '../api/server.ts';
import { type Place, type World, withApi } from '../world.ts';
import type { InputHandler } from './input.ts';
import { podLog } from './podlog.ts';

export interface ApiInput {
  readonly cluster: string;
  readonly request: ApiRequest;
  /** Where the client runs; absent: on the API server's own host. */
  readonly from?: Place;
}

/** The server could not be reached over the network. */
export interface Unreachable {
  readonly networkError: 'refused' | 'timeout' | 'no-route' | 'reset';
  readonly message: string;
}

export const apiInput: InputHandler<ApiInput, ApiResponse | Unreachable> = {
  apply(world: World, { cluster: name, request }) {
    const cluster = world.clusters[name];
    if (!cluster) return { world, result: { networkError: 'refused', message: `no cluster ${name}` } };
    const context = { now: world.now, seed: world.seed, cluster, input: world.inputs - 1 };
    const log = podLog(world, cluster, request);
    if (log) return { world, result: log };
    const { api, response } = handle(cluster.api, request, context);
    return { world: withApi(world, name, api), result: response };
  },
};
