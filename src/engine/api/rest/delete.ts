/** DELETE of one object or of a collection. */

import { isFields } from '../equal.ts';
import type { ApiObject } from '../objects.ts';
import { badRequest, conflict, forbiddenError, invalidError, notSimulated } from '../status.ts';
import { type ApiState, getObject, keyOf } from '../storage.ts';
import { notSupported } from '../validation/field.ts';
import { type DeleteOptions, deleteObject } from '../write.ts';
import { checkSize, mediaType, parseJson, parseYaml } from './body.ts';
import { type Answer, answer, type Call, callKey, isDryRun, requireObject, storedIn } from './call.ts';
import { list, members } from './read.ts';
import { presentObject } from './table.ts';

interface Wish {
  readonly propagation?: DeleteOptions['propagation'];
  readonly gracePeriodSeconds?: number;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly dryRun: boolean;
}

const POLICIES = ['Background', 'Foreground', 'Orphan'] as const;

function wishOf(call: Call): Wish {
  const { body, headers, query } = call;
  checkSize(body);
  const sent = body.trim() === '' ? {} : mediaType(headers) === 'application/yaml' ? parseYaml(body) : parseJson(body);
  if (!isFields(sent)) throw badRequest('the object provided is unrecognized (must be of type object)');
  const policy = (sent.propagationPolicy ?? query.propagationPolicy) as string | undefined;
  const grace = sent.gracePeriodSeconds ?? query.gracePeriodSeconds;
  const preconditions = isFields(sent.preconditions) ? sent.preconditions : {};
  if (policy !== undefined && !POLICIES.includes(policy as 'Orphan')) {
    const error = notSupported('propagationPolicy', policy, [...POLICIES].sort());
    throw invalidError({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [error]);
  }
  const orphans = sent.orphanDependents;
  const legacy = orphans === undefined ? undefined : orphans ? 'Orphan' : 'Background';
  return {
    propagation: (policy ?? legacy) as Wish['propagation'],
    gracePeriodSeconds: grace === undefined || grace === null ? undefined : Math.max(0, Number(grace) || 0),
    uid: preconditions.uid as string | undefined,
    resourceVersion: preconditions.resourceVersion as string | undefined,
    dryRun: isDryRun(query, 'DeleteOptions') || (Array.isArray(sent.dryRun) && sent.dryRun.includes('All')),
  };
}

function checkPreconditions(call: Call, object: ApiObject, wish: Wish): void {
  const { uid, resourceVersion, name } = object.metadata;
  const differs = (field: string, wanted: string, is: string | undefined) =>
    conflict(
      call.kind,
      name,
      `the ${field} in the precondition (${wanted}) does not match the ${field} in record (${is}). The object might have been deleted and then recreated`,
    );
  if (wish.uid !== undefined && wish.uid !== uid) {
    throw conflict(call.kind, name, `Precondition failed: UID in precondition: ${wish.uid}, UID in object meta: ${uid}`);
  }
  if (wish.resourceVersion !== undefined && wish.resourceVersion !== resourceVersion)
    throw differs('ResourceVersion', wish.resourceVersion, resourceVersion);
}

function removed(call: Call, api: ApiState, object: ApiObject, wish: Wish): ApiState {
  const { propagation, gracePeriodSeconds } = wish;
  const { now, input } = call.context;
  const stored = call.kind.toStored ? call.kind.toStored(object) : object;
  return deleteObject(api, storedIn(call.kind), keyOf(stored), { now, propagation, gracePeriodSeconds, input });
}

/** The answer is a Status when the object is gone, the object itself while its deletion runs; pods always come back as objects. */
export function remove(call: Call): Answer {
  const { kind, api, query, form, context } = call;
  const object = requireObject(call);
  const wish = wishOf(call);
  const forbidden = kind.forbidsDelete(object);
  if (forbidden) throw forbiddenError(kind, object.metadata.name, forbidden);
  if (!kind.simulated) throw notSimulated(kind, object.metadata.name);
  checkPreconditions(call, object, wish);
  const next = removed(call, api, object, wish);
  const left = getObject(next, storedIn(kind), callKey(call));
  const kept = wish.dryRun ? api : next;
  if (left || kind.gracePeriod(object, 30) > 0 || kind.answersDeleteWithObject) {
    return answer(kept, 200, presentObject(kind, left ?? object, form, query, context.now));
  }
  const { name, uid } = object.metadata;
  const details = { name, ...(kind.group ? { group: kind.group } : {}), kind: kind.plural, uid };
  return answer(kept, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

export function removeAll(call: Call): Answer {
  const wish = wishOf(call);
  const listed = list({ ...call, query: { ...call.query, watch: '' } });
  let api = call.api;
  for (const object of members(call)) api = removed(call, api, object, wish);
  return answer(wish.dryRun ? call.api : api, 200, listed.response.body);
}
