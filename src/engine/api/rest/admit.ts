/** What every write passes: the object fits the path, its namespace lives, its metadata and fields are valid. */
import type { Draft, Kind, WriteScope } from '../kind.ts';
import { apiVersionOf } from '../kind.ts';
import { findKindOf } from '../kinds/index.ts';
import type { ApiObject, Namespace } from '../objects.ts';
import { badRequest, forbiddenError, invalidError, notFoundError, StatusError } from '../status.ts';
import { getObject } from '../storage.ts';
import { type FieldError, quote } from '../validation/field.ts';
import { validateMetadata, validateMetadataUpdate } from '../validation/metadata.ts';
import type { Call } from './call.ts';

export function scopeOf({ api, context }: Call): WriteScope {
  return { api, now: context.now, seed: context.seed, cluster: context.cluster };
}

/** Kind, apiVersion, namespace and name of the body against those of the path. @throws StatusError 400 */
export function fitToPath(call: Call, draft: Draft): Draft {
  const { kind, namespace, name } = call;
  const version = apiVersionOf(kind);
  if (draft.kind === undefined && draft.apiVersion === undefined) {
    // The decoder takes both from the path where the body has neither.
  } else if (draft.kind !== kind.kind || draft.apiVersion !== version) {
    throw wrongType(kind, draft);
  }
  const metadata = (draft.metadata ?? {}) as Record<string, unknown>;
  if (kind.namespaced && metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (name !== undefined && metadata.name && metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  const placed = { ...metadata, ...(kind.namespaced ? { namespace } : {}) } as Record<string, unknown>;
  if (!kind.namespaced) delete placed.namespace;
  return { ...draft, apiVersion: version, kind: kind.kind, metadata: placed };
}

/** What the decoder says of an object that is no `kind`: it is registered as something else, or not at all. */
function wrongType(kind: Kind, draft: Draft): StatusError {
  if (!draft.kind) return badRequest(`Object 'Kind' is missing in '${JSON.stringify(draft)}'`);
  const version = draft.apiVersion ?? '';
  const short = version.slice(version.indexOf('/') + 1);
  const known = findKindOf(version, draft.kind);
  const scheme = 'in scheme "pkg/api/legacyscheme/scheme.go:30"';
  const why = known
    ? `converting (${short}.${draft.kind}) to (${kind.type.slice(0, kind.type.indexOf('.'))}.${kind.kind}): unknown conversion`
    : `no kind ${quote(draft.kind)} is registered for version ${quote(version)} ${scheme}`;
  return badRequest(`${draft.kind} in version ${quote(short)} cannot be handled as a ${kind.kind}: ${why}`);
}

/** Admission plugin NamespaceLifecycle. @throws StatusError 404, 403 */
export function admitNamespace(call: Call, name: string): void {
  const { kind, namespace, api } = call;
  if (!kind.namespaced || namespace === undefined) return;
  const home = getObject<Namespace>(api, 'namespaces', namespace);
  if (!home) throw notFoundError({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
  if (!home.metadata.deletionTimestamp) return;
  const refusal = forbiddenError(
    kind,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw new StatusError({ ...refusal.status, details: { ...refusal.status.details, causes: [cause] } });
}

function refuse(kind: Kind, name: string, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidError(kind, name, errors);
}

/** @throws StatusError 422 */
export function validateCreate(kind: Kind, object: ApiObject, scope: WriteScope): void {
  refuse(kind, object.metadata.name, [...validateMetadata(kind, object.metadata), ...kind.validate(object, scope)]);
}

/** @throws StatusError 422 */
export function validateChange(kind: Kind, next: ApiObject, old: ApiObject, scope: WriteScope): void {
  refuse(kind, old.metadata.name, [
    ...validateMetadataUpdate(next.metadata, old.metadata),
    ...kind.validateUpdate(next, old, scope),
    ...kind.validate(next, scope),
  ]);
}
