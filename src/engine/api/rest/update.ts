/** PUT of an object or of its status, and the common end of every patch. */
import { isFields } from '../equal.ts';
import type { Draft } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import { managerName, trackUpdate, type Writer } from '../patch/managers.ts';
import { badRequest, conflict, invalidError, MODIFIED, notSimulated } from '../status.ts';
import { getObject, putObject } from '../storage.ts';
import { invalid } from '../validation/field.ts';
import { settleDeletion, updated } from '../write.ts';
import { fitToPath, scopeOf, validateChange } from './admit.ts';
import { bodyObject } from './body.ts';
import { type Answer, answer, type Call, callKey, isDryRun, requireObject, storedIn } from './call.ts';
import type { Track } from './create.ts';
import { decodeDraft } from './decode.ts';
import { presentObject } from './table.ts';

export function update(call: Call): Answer {
  const { draft, warnings } = decodeDraft(call, bodyObject(call), 'update');
  const fitted = fitToPath(call, draft);
  return store(call, requireObject(call), fitted, warnings);
}

/** Puts a client's version of an existing object in its place. @throws StatusError 409, 422 */
export function store(call: Call, old: ApiObject, draft: Draft, warnings: readonly string[], track?: Track): Answer {
  const { kind, api, query, form, context } = call;
  const metadata = (isFields(draft.metadata) ? draft.metadata : {}) as unknown as ApiObject['metadata'];
  const name = old.metadata.name;
  if (!kind.simulated) throw notSimulated(kind, name);
  checkIdentity(call, old, metadata);
  const scope = scopeOf(call);
  const sent = { ...draft, metadata: { ...keptMetadata(old), ...metadata, name } } as ApiObject;
  const bounded = call.subresource === 'status' ? withStatusOf(call, old, sent) : keepStatus(call, old, sent);
  const complete = kind.defaults(bounded);
  const tracked = track ? track(complete) : trackUpdate(kind, old, complete, writerOf(call));
  const next = updated(kind, kind.prepareUpdate(tracked, old, scope), old);
  if (next !== old) validateChange(kind, withTimes(next, metadata), old, scope);
  const told = [...warnings, ...(call.subresource ? [] : kind.warnings(next, old))];
  if (next === old || isDryRun(query, 'UpdateOptions'))
    return answer(api, 200, presentObject(kind, next, form, query, context.now), told);
  const resource = storedIn(kind);
  const stored = kind.toStored ? kind.toStored(next) : next;
  const written = putObject(api, resource, stored, context.input);
  const saved = getObject(written, resource, callKey(call))!;
  const settled = settleDeletion(written, resource, callKey(call));
  const shown = kind.fromStored ? kind.fromStored(saved) : saved;
  return answer(settled, 200, presentObject(kind, shown, form, query, context.now), told);
}

/** Who writes, by which subresource and when. */
export function writerOf({ query, headers, subresource, context }: Call): Writer {
  const manager = managerName(query.fieldManager, headers['user-agent']);
  return { manager, now: context.now, ...(subresource ? { subresource } : {}) };
}

/** A patch may not move an object. @throws StatusError 400 */
export function checkPath({ kind, name, namespace }: Call, draft: Draft): void {
  const metadata = (draft.metadata ?? {}) as Record<string, unknown>;
  if (kind.namespaced && metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`);
  }
}

/** Fields of metadata a client need not send back. */
function keptMetadata(old: ApiObject) {
  const { uid, creationTimestamp, namespace, generation, deletionTimestamp, deletionGracePeriodSeconds } = old.metadata;
  const kept = { uid, creationTimestamp, namespace, generation, deletionTimestamp, deletionGracePeriodSeconds };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
}

/** Validation must see a client's attempt to move an immutable time. */
function withTimes(next: ApiObject, sent: ApiObject['metadata']): ApiObject {
  if (!sent.creationTimestamp || sent.creationTimestamp === next.metadata.creationTimestamp) return next;
  return { ...next, metadata: { ...next.metadata, creationTimestamp: sent.creationTimestamp } };
}

function checkIdentity(call: Call, old: ApiObject, sent: ApiObject['metadata']): void {
  const { kind } = call;
  const { name, uid, resourceVersion } = old.metadata;
  if (sent.resourceVersion && !/^\d+$/.test(sent.resourceVersion)) {
    throw invalidError(kind, name, [invalid('metadata.resourceVersion', sent.resourceVersion, 'must be specified for an update')]);
  }
  if (sent.uid && sent.uid !== uid) {
    throw conflict(kind, name, `Precondition failed: UID in precondition: ${sent.uid}, UID in object meta: ${uid}`);
  }
  if (sent.resourceVersion && sent.resourceVersion !== '0' && sent.resourceVersion !== resourceVersion)
    throw conflict(kind, name, MODIFIED);
}

function withStatusOf({ kind }: Call, old: ApiObject, sent: ApiObject): ApiObject {
  return { ...old, status: sent.status, ...(kind.statusTakesMetadata && { metadata: sent.metadata }) };
}

function keepStatus({ kind }: Call, old: ApiObject, sent: ApiObject): ApiObject {
  if (!kind.status) return sent;
  const { status: _sent, ...rest } = sent;
  return (old.status === undefined ? rest : { ...rest, status: old.status }) as ApiObject;
}
