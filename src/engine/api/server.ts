/**
 * kube-apiserver's front door: request → response. Pure.
 *
 * Models k8s.io/apiserver's request handling: path → verb → storage, with the server's own refusals as Status objects. Leaves out
 * authentication, roles of the cluster's own (rest/impersonate.ts has those of every cluster), admission webhooks, protobuf, and API priority.
 */
import type { Cluster } from '../world.ts';
import { discover, isServed } from './discovery.ts';
import type { ApiRequest, ApiResponse } from './http.ts';
import type { Verb } from './kind.ts';
import { type Answer, answer, type Call } from './rest/call.ts';
import { create } from './rest/create.ts';
import { remove, removeAll } from './rest/delete.ts';
import { authorize, userOf } from './rest/impersonate.ts';
import { negotiate } from './rest/negotiate.ts';
import { patch } from './rest/patch.ts';
import { resourcePath, splitTarget } from './rest/path.ts';
import { get, list } from './rest/read.ts';
import { subresource } from './rest/subresource.ts';
import { update } from './rest/update.ts';
import { internalError, methodNotAllowed, noResource, StatusError } from './status.ts';
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

const VERBS: Readonly<Record<Verb, (call: Call) => Answer>> = {
  create,
  get,
  list,
  update,
  patch,
  delete: remove,
  deletecollection: removeAll,
  watch: list,
};

function verbOf(method: ApiRequest['method'], named: boolean): Verb {
  if (method === 'GET') return named ? 'get' : 'list';
  if (method === 'POST') return 'create';
  if (method === 'PUT') return 'update';
  if (method === 'PATCH') return 'patch';
  return named ? 'delete' : 'deletecollection';
}

const NAMED: readonly Verb[] = ['update', 'patch'];

function dispatch(api: ApiState, request: ApiRequest, context: ServerContext): Answer {
  const { path, query } = splitTarget(request.path);
  const headers = request.headers ?? {};
  const target = resourcePath(path);
  if (!target) {
    const found = request.method === 'GET' ? discover(path, query, headers.accept, context) : undefined;
    if (found) return { api, response: found };
    if (isServed(path)) throw discover(path, query, undefined, context) ? methodNotAllowed() : noResource();
    return answer(api, 404, '404 page not found\n');
  }
  const form = negotiate(headers.accept);
  const call: Call = { ...target, api, context, query, headers, body: request.body ?? '', form };
  const verb = target.watch ? 'list' : verbOf(request.method, target.name !== undefined);
  authorize(userOf(headers), { ...target, verb: query.watch === undefined ? verb : 'watch' });
  if (target.subresource !== undefined) return subresource(call, request.method);
  const misplaced = (verb === 'create' && target.name !== undefined) || (NAMED.includes(verb) && target.name === undefined);
  if (misplaced || !target.kind.verbs.includes(verb)) throw methodNotAllowed();
  const { api: next, response } = VERBS[verb](call);
  const { deprecated } = target.kind;
  if (deprecated === undefined) return { api: next, response };
  return { api: next, response: { ...response, warnings: [deprecated, ...(response.warnings ?? [])] } };
}

/** Answers one request. Never throws: what goes wrong is a Status in the answer. The same `api` comes back when nothing changed. */
export function handle(api: ApiState, request: ApiRequest, context: ServerContext): Handled {
  try {
    return dispatch(api, request, context);
  } catch (error) {
    const refusal = error instanceof StatusError ? error : internalError(error instanceof Error ? error.message : String(error));
    return { api, response: { status: refusal.status.code ?? 500, body: refusal.status } };
  }
}
