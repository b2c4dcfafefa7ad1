/** The `scale` subresource: one number of a workload, in the form that autoscalers and `kubectl scale` know. Models autoscaling/v1 Scale. */
import { isFields } from '../equal.ts';
import type { ApiObject, LabelSelector } from '../objects.ts';
import { trackUpdate } from '../patch/managers.ts';
import { mergePatch } from '../patch/merge.ts';
import { formatSelector } from '../printing.ts';
import { badRequest, conflict, invalidError, MODIFIED, unsupportedMediaType } from '../status.ts';
import { invalid } from '../validation/field.ts';
import { bodyObject, mediaType, parseJson } from './body.ts';
import { type Answer, answer, type Call, requireObject } from './call.ts';
import { store, writerOf } from './update.ts';

interface Scalable extends ApiObject {
  /** A ReplicationController's selector is a plain map. */
  readonly spec: { readonly replicas: number; readonly selector?: LabelSelector | Readonly<Record<string, string>> };
  readonly status?: { readonly replicas?: number };
}

interface Scale {
  readonly kind: 'Scale';
  readonly apiVersion: 'autoscaling/v1';
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: { readonly replicas?: number };
  readonly status: { readonly replicas: number; readonly selector: string };
}

function selectorText(selector: Scalable['spec']['selector'] = {}): string {
  const plain = Object.values(selector).every((value) => typeof value === 'string');
  return formatSelector(plain ? { matchLabels: selector as Readonly<Record<string, string>> } : (selector as LabelSelector));
}

function scaleOf(object: Scalable): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { replicas, selector } = object.spec;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: object.status?.replicas ?? 0, selector: selectorText(selector) },
  };
}

function wanted(call: Call, current: Scale): Scale {
  if (call.headers['content-type'] === undefined || mediaType(call.headers) === 'application/json')
    return bodyObject(call) as unknown as Scale;
  const type = mediaType(call.headers);
  const merges = ['application/merge-patch+json', 'application/strategic-merge-patch+json'];
  if (!merges.includes(type)) throw unsupportedMediaType(merges);
  return mergePatch(current, parseJson(call.body)) as Scale;
}

/** GET, PUT and PATCH of `…/scale`. */
export function scale(call: Call, method: string): Answer {
  const { kind } = call;
  const object = requireObject(call) as Scalable;
  const current = scaleOf(object);
  if (method === 'GET') return answer(call.api, 200, current);
  const next = wanted(call, current);
  if (!isFields(next.spec ?? {}))
    throw badRequest(
      'Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal string into Go struct field Scale.spec of type v1.ScaleSpec',
    );
  const replicas = next.spec?.replicas ?? 0;
  const { name } = object.metadata;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    throw badRequest(
      'Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32',
    );
  }
  if (replicas < 0) {
    const error = invalid('spec.replicas', replicas, 'must be greater than or equal to 0');
    throw invalidError({ group: 'autoscaling', kind: 'Scale' }, name, [error]);
  }
  const version = next.metadata?.resourceVersion;
  if (version && version !== object.metadata.resourceVersion) throw conflict(kind, name, MODIFIED);
  const draft = { ...object, spec: { ...object.spec, replicas } };
  const stored = store({ ...call, subresource: undefined, form: 'object' }, object, draft as never, [], (it) =>
    trackUpdate(kind, object, it, writerOf(call)),
  );
  const body = scaleOf(stored.response.body as Scalable);
  return { api: stored.api, response: { ...stored.response, body } };
}
