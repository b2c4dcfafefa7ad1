/** What lies below an object: its status, scale, eviction. What leads on to a pod or a node (`exec`, `proxy`) is refused. */
import type { ApiRequest } from '../http.ts';
import type { Kind } from '../kind.ts';
import { methodNotAllowed, noResource, notImplemented } from '../status.ts';
import { type Answer, type Call, requireObject } from './call.ts';
import { evict } from './eviction.ts';
import { patch } from './patch.ts';
import { get } from './read.ts';
import { scale } from './scale.ts';
import { update } from './update.ts';

type Method = ApiRequest['method'];

function status(call: Call, method: Method): Answer {
  if (method === 'PUT') return update(call);
  return method === 'PATCH' ? patch(call) : get(call);
}

/** Of each subresource, the methods it takes and whether a kind has it. */
interface Subresource {
  readonly of: (kind: Kind) => boolean;
  readonly methods: readonly Method[];
  readonly answer: (call: Call, method: Method) => Answer;
}

const CHANGE: readonly Method[] = ['GET', 'PUT', 'PATCH'];

const SUBRESOURCES: Readonly<Record<string, Subresource>> = {
  status: { of: (kind) => kind.status, methods: CHANGE, answer: status },
  scale: { of: (kind) => kind.scale, methods: CHANGE, answer: scale },
  eviction: { of: (kind) => kind.resource === 'pods', methods: ['POST'], answer: evict },
};

/** Answers a request to a subresource. @throws StatusError 404, 405, 501 */
export function subresource(call: Call, method: Method): Answer {
  const { kind, subresource: name = '' } = call;
  if (kind.connects.includes(name)) {
    requireObject({ ...call, name: call.name?.split(':')[0] });
    throw notImplemented(name);
  }
  const found = Object.hasOwn(SUBRESOURCES, name) ? SUBRESOURCES[name] : undefined;
  if (!found?.of(kind)) throw noResource();
  if (!found.methods.includes(method)) throw methodNotAllowed();
  return found.answer(call, method);
}
