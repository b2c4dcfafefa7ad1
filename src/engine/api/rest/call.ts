/** One request on its way through the server: where it goes, what it carries, the state it meets. */
import type { ApiResponse } from '../http.ts';
import type { Kind } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import type { ServerContext } from '../server.ts';
import { invalidError, notFoundError } from '../status.ts';
import { type ApiState, getObject, keyOf, type ObjectKey, objectsAt, type ResourceName } from '../storage.ts';
import { notSupported } from '../validation/field.ts';
import type { Form } from './negotiate.ts';
import type { Query, ResourcePath } from './path.ts';

export interface Call extends ResourcePath {
  readonly api: ApiState;
  readonly context: ServerContext;
  readonly query: Query;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly form: Form;
}

export interface Answer {
  readonly api: ApiState;
  readonly response: ApiResponse;
}

export const answer = (api: ApiState, status: number, body: unknown, warnings: readonly string[] = []): Answer => ({
  api,
  response: warnings.length > 0 ? { status, body, warnings } : { status, body },
});

/** Where objects of this kind are kept: a view reads and writes another resource. */
export const storedIn = (kind: Kind): ResourceName => kind.storedAs ?? kind.resource;

/** Key under which the object a call names is kept. */
export function callKey({ kind, namespace, name = '' }: Call): ObjectKey {
  const stored = kind.storedName ? kind.storedName(name) : name;
  return kind.namespaced ? `${namespace}/${stored}` : stored;
}

/** All objects of a kind as they are kept, by key. @param now ms @param version as they stood then; default: as they are */
export function storedObjects(
  kind: Kind,
  api: ApiState,
  now: number,
  version = api.resourceVersion,
): Readonly<Record<ObjectKey, ApiObject>> {
  if (!kind.derived) return objectsAt(api, storedIn(kind), version);
  return Object.fromEntries(kind.derived(api, now).map((object) => [keyOf(object), object]));
}

/** The object a call names, in its kind's own shape. @throws StatusError 404 */
export function requireObject(call: Call): ApiObject {
  const { kind, api, context } = call;
  const key = callKey(call);
  const object = kind.derived
    ? kind.derived(api, context.now).find((it) => keyOf(it) === key)
    : getObject(api, storedIn(kind), key);
  if (!object) throw notFoundError(kind, call.name ?? '');
  return kind.fromStored ? kind.fromStored(object) : object;
}

/** Whether a write is only rehearsed. @throws StatusError 422 for a value other than `All` */
export function isDryRun(query: Query, options = 'CreateOptions'): boolean {
  const value = query.dryRun;
  if (value === undefined || value === '') return false;
  if (value === 'All') return true;
  throw invalidError({ group: 'meta.k8s.io', kind: options }, '', [notSupported('dryRun', [value], ['All'])]);
}
