/** GET of one object or of a collection: selectors, chunks, watches. */
import type { Kind } from '../kind.ts';
import { apiVersionOf } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import { type FieldRequirement, meets, parseFieldSelector, parseLabelSelector } from '../selectors.ts';
import { badRequest, expired } from '../status.ts';
import { quote } from '../validation/field.ts';
import { type Answer, answer, type Call, requireObject, storedObjects } from './call.ts';
import type { Query } from './path.ts';
import { includeObject, type ListMeta, metadataOnly, presentObject, tableOf } from './table.ts';

export function get(call: Call): Answer {
  const { kind, api, form, query, context } = call;
  return answer(api, 200, presentObject(kind, requireObject(call), form, query, context.now));
}

/** Whether an object is meant. @throws StatusError 400 when a selector cannot be parsed or names a field the kind has not */
export function selection(kind: Kind, query: Query, name?: string): (object: ApiObject) => boolean {
  const labels = parseLabelSelector(query.labelSelector ?? '');
  if ('error' in labels)
    throw badRequest(`unable to parse requirement: ${labels.error}`.replace(/^unable to parse requirement: unable/, 'unable'));
  const parsed = parseFieldSelector(query.fieldSelector ?? '');
  if ('error' in parsed) throw badRequest(parsed.error);
  const fields: readonly FieldRequirement[] =
    name === undefined ? parsed.requirements : [...parsed.requirements, { field: 'metadata.name', operator: '=', value: name }];
  checkFields(kind, fields);
  return (object) => {
    if (!meets(labels.requirements, object.metadata.labels)) return false;
    if (fields.length === 0) return true;
    const values = fieldsOf(kind, object);
    return fields.every(({ field, operator, value }) => ((values[field] ?? '') === value) === (operator === '='));
  };
}

function fieldsOf(kind: Kind, object: ApiObject): Readonly<Record<string, string>> {
  const { name, namespace } = object.metadata;
  const own = { 'metadata.name': name, ...(kind.namespaced ? { 'metadata.namespace': namespace ?? '' } : {}) };
  return { ...own, ...kind.fields(object) };
}

const PROBE = { apiVersion: '', kind: '', metadata: { name: '', uid: '', creationTimestamp: '' }, spec: {}, status: {} };

function checkFields(kind: Kind, requirements: readonly FieldRequirement[]): void {
  if (requirements.length === 0) return;
  const known = fieldsOf(kind, PROBE);
  const unknown = requirements.find(({ field }) => !Object.hasOwn(known, field));
  if (unknown) throw badRequest(unknownField(kind, unknown.field));
}

/** Kinds with fields of their own refuse in another sentence than those that have none. */
function unknownField(kind: Kind, field: string): string {
  if (Object.keys(kind.fields(PROBE)).length > 0) return `field label not supported: ${field}`;
  return `${quote(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

/** Objects of the call's collection in key order, the order etcd lists them in. */
function members(call: Call): ApiObject[] {
  const { kind, api, namespace, query, context } = call;
  const all = storedObjects(kind, api, context.now);
  const keys = Object.keys(all).sort();
  const prefix = kind.namespaced && namespace !== undefined ? `${namespace}/` : '';
  const wanted = selection(kind, query);
  const found: ApiObject[] = [];
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const object = kind.fromStored ? kind.fromStored(all[key]!) : all[key]!;
    if (wanted(object)) found.push(object);
  }
  return found;
}

interface Chunk {
  readonly items: readonly ApiObject[];
  readonly metadata: ListMeta;
}

/** The token names the version the list began with and how many were handed out; upstream's is base64 of the same two facts. */
function chunk(call: Call, objects: readonly ApiObject[]): Chunk {
  const { api, query } = call;
  const limit = Number(query.limit ?? 0);
  const token = query.continue;
  let start = 0;
  let version = String(api.resourceVersion);
  if (token) {
    const parts = /^v1\.(\d+)\.(\d+)$/.exec(token);
    if (!parts) throw badRequest('continue key is not valid: illegal base64 data at input byte 0');
    version = parts[1]!;
    start = Number(parts[2]);
    if (version !== String(api.resourceVersion)) {
      throw expired(
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
      );
    }
  }
  if (!(limit > 0) || objects.length - start <= limit)
    return { items: objects.slice(start), metadata: { resourceVersion: version } };
  const remaining = objects.length - start - limit;
  const more = { continue: `v1.${version}.${start + limit}`, remainingItemCount: remaining };
  const selected = query.labelSelector || query.fieldSelector;
  const counted = selected ? { continue: more.continue } : more;
  return { items: objects.slice(start, start + limit), metadata: { resourceVersion: version, ...counted } };
}

/** Items of a typed list carry no apiVersion and kind of their own; clients take them from the list. */
function bare(object: ApiObject): unknown {
  const { apiVersion: _version, kind: _kind, ...rest } = object;
  return rest;
}

export function list(call: Call): Answer {
  const { kind, api, form, query, context, namespace } = call;
  checkVersion(call);
  if (query.watch === 'true' || query.watch === '1' || call.watch) return watch(call);
  const { items, metadata } = chunk(call, members(call));
  if (form === 'Table') {
    return answer(api, 200, tableOf(kind, items, { now: context.now, metadata, includeObject: includeObject(query) }));
  }
  void namespace;
  if (form === 'PartialObjectMetadataList' || form === 'PartialObjectMetadata') {
    const body = { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: items.map(metadataOnly) };
    return answer(api, 200, body);
  }
  const body = { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items: items.map(bare) };
  return answer(api, 200, body);
}

function checkVersion({ query }: Call): void {
  const asked = query.resourceVersion ?? '';
  if (!/^\d*$/.test(asked)) {
    throw badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(asked)}: strconv.ParseUint: parsing ${JSON.stringify(asked)}: invalid syntax`,
    );
  }
}

/** Starts a watch: from the version asked for, or from nothing, when all that exists comes first. */
function watch(call: Call): Answer {
  const { kind, api, query, namespace, name, form } = call;
  selection(kind, query, name);
  const asked = query.resourceVersion ?? '';
  const streamed = query.sendInitialEvents === 'true';
  const description = {
    resource: kind.resource,
    ...(namespace !== undefined ? { namespace } : {}),
    ...(name !== undefined ? { name } : {}),
    ...(query.labelSelector ? { labelSelector: query.labelSelector } : {}),
    ...(query.fieldSelector ? { fieldSelector: query.fieldSelector } : {}),
    asTable: form === 'Table',
    ...(streamed ? { bookmark: true } : {}),
    resourceVersion: streamed || asked === '' || asked === '0' ? 0 : Number(asked),
  };
  return { api, response: { status: 200, body: null, watch: description } };
}

export { members };
