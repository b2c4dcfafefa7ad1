/** POST to a collection. */
import type { Draft } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import { trackUpdate } from '../patch/managers.ts';
import { alreadyExists, invalidError, notSimulated } from '../status.ts';
import { getObject, keyOf, putObject } from '../storage.ts';
import { required } from '../validation/field.ts';
import { freshObject } from '../write.ts';
import { admitNamespace, fitToPath, scopeOf, validateCreate } from './admit.ts';
import { bodyObject } from './body.ts';
import { type Answer, answer, type Call, isDryRun, storedIn } from './call.ts';
import { decodeDraft } from './decode.ts';
import { userOf } from './impersonate.ts';
import { presentObject } from './table.ts';
import { writerOf } from './update.ts';

/** Notes on the object who wrote which of its fields. */
export type Track = (object: ApiObject) => ApiObject;

export function create(call: Call): Answer {
  const { kind, api } = call;
  const { draft, warnings } = decodeDraft(call, bodyObject(call), 'create');
  const fitted = fitToPath(call, draft);
  if (kind.review) return answer(api, 201, kind.review(fitted as unknown as ApiObject, userOf(call.headers)), warnings);
  const writer = writerOf(call);
  return createFrom(call, fitted, warnings, (object) => trackUpdate(kind, undefined, object, writer));
}

/** Stores a new object from what a client sent. @throws StatusError 403, 404, 409, 422 */
export function createFrom(call: Call, draft: Draft, told: readonly string[], track: Track): Answer {
  const { kind, api, context, query, form } = call;
  const dryRun = isDryRun(query);
  const given = draft.metadata as { name?: string; generateName?: string };
  admitNamespace(call, given.name ?? '');
  if (!given.name && !given.generateName) {
    throw invalidError(kind, '', [required('metadata.name', 'name or generateName is required')]);
  }
  if (!kind.simulated) throw notSimulated(kind, given.name ?? '');
  const scope = scopeOf(call);
  // Noted before admission and allocation, as upstream: nobody owns the clusterIP a Service was given.
  const fresh = track(kind.defaults(freshObject(api, kind, withoutSystemFields(draft), context)));
  const object = kind.prepareCreate(fresh, scope);
  validateCreate(kind, object, scope);
  const resource = storedIn(kind);
  const stored = kind.toStored ? kind.toStored(object) : object;
  if (getObject(api, resource, keyOf(stored))) throw alreadyExists(kind, object.metadata.name);
  const warnings = [...told, ...kind.warnings(object, undefined)];
  const next = putObject(api, resource, stored, context.input);
  const saved = dryRun ? object : getObject(next, resource, keyOf(stored))!;
  const shown = kind.fromStored && !dryRun ? kind.fromStored(saved) : saved;
  return answer(dryRun ? api : next, 201, presentObject(kind, shown, form, query, context.now), warnings);
}

/** What only the server sets: a client that copied an object sends them along. */
function withoutSystemFields(draft: Draft): Draft {
  const {
    managedFields: _m,
    resourceVersion: _r,
    selfLink: _s,
    deletionTimestamp: _d,
    deletionGracePeriodSeconds: _g,
    ...metadata
  } = draft.metadata ?? {};
  return { ...draft, metadata };
}
