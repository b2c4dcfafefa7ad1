/** POST to a collection. */
import type { ApiObject } from '../objects.ts';
import { alreadyExists, invalidError } from '../status.ts';
import { getObject, keyOf, putObject } from '../storage.ts';
import { required } from '../validation/field.ts';
import { freshObject } from '../write.ts';
import { admitNamespace, fitToPath, scopeOf, validateCreate } from './admit.ts';
import { bodyObject } from './body.ts';
import { type Answer, answer, type Call, isDryRun, storedIn } from './call.ts';
import { decodeDraft } from './decode.ts';
import { presentObject } from './table.ts';

export function create(call: Call): Answer {
  const { kind, api, context, query, form } = call;
  const dryRun = isDryRun(query);
  const decoded = decodeDraft(call, bodyObject(call), 'create');
  const draft = fitToPath(call, decoded.draft);
  if (kind.review) return answer(api, 201, kind.review(draft as unknown as ApiObject), decoded.warnings);
  const given = draft.metadata as { name?: string; generateName?: string };
  admitNamespace(call, given.name ?? '');
  if (!given.name && !given.generateName) {
    throw invalidError(kind, '', [required('metadata.name', 'name or generateName is required')]);
  }
  const fresh = freshObject(api, kind, draft, context);
  const scope = scopeOf(call);
  const object = kind.prepareCreate(kind.defaults(fresh), scope);
  validateCreate(kind, object, scope);
  const resource = storedIn(kind);
  const stored = kind.toStored ? kind.toStored(object) : object;
  if (getObject(api, resource, keyOf(stored))) throw alreadyExists(kind, object.metadata.name);
  const warnings = [...decoded.warnings, ...kind.warnings(object, undefined)];
  const next = putObject(api, resource, stored, context.input);
  const saved = dryRun ? object : getObject(next, resource, keyOf(stored))!;
  const shown = kind.fromStored && !dryRun ? kind.fromStored(saved) : saved;
  return answer(dryRun ? api : next, 201, presentObject(kind, shown, form, query, context.now), warnings);
}
