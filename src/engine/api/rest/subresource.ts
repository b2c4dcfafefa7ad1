/** What lies below an object: its status, scale, eviction. */
import type { ApiRequest } from '../http.ts';
import { deleteObject } from '../write.ts';
import { bodyObject } from './body.ts';
import { type Answer, answer, type Call, callKey, isDryRun, requireObject } from './call.ts';
import { patch } from './patch.ts';
import { get } from './read.ts';
import { scale } from './scale.ts';
import { update } from './update.ts';

type Method = ApiRequest['method'];

function status(call: Call, method: Method): Answer | undefined {
  if (!call.kind.status) return undefined;
  const verbs: Partial<Record<Method, (call: Call) => Answer>> = { GET: get, PUT: update, PATCH: patch };
  return verbs[method]?.(call);
}

/** Evicting is a delete that a disruption budget could refuse; there are none here. */
function evict(call: Call, method: Method): Answer | undefined {
  if (call.kind.resource !== 'pods' || method !== 'POST') return undefined;
  requireObject(call);
  const options = bodyObject(call).deleteOptions as { readonly gracePeriodSeconds?: number } | undefined;
  const { now, input } = call.context;
  const next = deleteObject(call.api, 'pods', callKey(call), { now, input, gracePeriodSeconds: options?.gracePeriodSeconds });
  return answer(isDryRun(call.query) ? call.api : next, 201, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    code: 201,
  });
}

const SUBRESOURCES: Readonly<Record<string, (call: Call, method: Method) => Answer | undefined>> = {
  status,
  scale: (call, method) => (call.kind.scale && ['GET', 'PUT', 'PATCH'].includes(method) ? scale(call, method) : undefined),
  eviction: evict,
};

/** Answers a request to a subresource; undefined when the kind has none of that name or it does not take that method. */
export function subresource(call: Call, method: Method): Answer | undefined {
  const name = call.subresource ?? '';
  return Object.hasOwn(SUBRESOURCES, name) ? SUBRESOURCES[name]!(call, method) : undefined;
}
