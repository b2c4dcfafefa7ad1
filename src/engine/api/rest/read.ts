/** GET of one object or of a collection: selectors, chunks, watches. */
import type { Kind } from '../kind.ts';
import { apiVersionOf } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import { type FieldRequirement, meets, parseFieldSelector, parseLabelSelector } from '../selectors.ts';
import { badRequest, expired, notSupportedOn, tooNew } from '../status.ts';
import { remembers } from '../storage.ts';
import { quote } from '../validation/field.ts';
import { type Answer, answer, type Call, requireObject, storedObjects } from './call.ts';
import { chunkOf, decodeContinue, tooOldToContinue } from './chunk.ts';
import { type ListOptions, listOptions, parseResourceVersion } from './listoptions.ts';
import type { Query } from './path.ts';
import { includeObject, metadataOnly, presentObject, tableOf } from './table.ts';

export function get(call: Call): Answer {
  const { kind, api, form, query, context } = call;
  const asked = parseResourceVersion(query.resourceVersion) ?? 0;
  if (asked > api.resourceVersion) throw tooNew(asked, api.resourceVersion);
  return answer(api, 200, presentObject(kind, requireObject(call), form, query, context.now));
}

/** Whether an object is meant. @throws StatusError 400 when a selector cannot be parsed or names a field the kind has not */
export function selection(kind: Kind, query: Query, name?: string): (object: ApiObject) => boolean {
  const labels = parseLabelSelector(query.labelSelector ?? '');
  if ('error' in labels) throw badRequest(labels.error);
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

/** Objects of the call's collection in key order, the order etcd lists them in. @param version as they stood then */
export function members(call: Call, version?: number): ApiObject[] {
  const { kind, api, namespace, query, context } = call;
  const all = storedObjects(kind, api, context.now, version);
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

/** The moment a list shows, and the key it goes on from. @throws StatusError 400, 410, 504 */
function momentOf({ api }: Call, options: ListOptions): { readonly version: number; readonly start: string } {
  const { resourceVersion = 0, match } = options;
  if (options.continue !== '') {
    const place = decodeContinue(options.continue);
    if (resourceVersion > 0) throw badRequest('specifying resource version is not allowed when using continue');
    if (place.version < 0) return { version: api.resourceVersion, start: place.start };
    if (!remembers(api, place.version)) throw tooOldToContinue(place);
    return place;
  }
  if (resourceVersion > api.resourceVersion) throw tooNew(resourceVersion, api.resourceVersion);
  if (match !== 'Exact') return { version: api.resourceVersion, start: '' };
  if (!remembers(api, resourceVersion)) throw expired('The resourceVersion for the provided list is too old.');
  return { version: resourceVersion, start: '' };
}

/** Items of a typed list carry no apiVersion and kind of their own; clients take them from the list. */
function bare(object: ApiObject): unknown {
  const { apiVersion: _version, kind: _kind, ...rest } = object;
  return rest;
}

export function list(call: Call): Answer {
  const { kind, api, form, query, context } = call;
  const options = listOptions(query, call.watch);
  if (options.watch && !kind.verbs.includes('watch')) throw notSupportedOn(kind, 'watch');
  if (options.watch) return watch(call, options);
  const { version, start } = momentOf(call, options);
  const counted = !query.labelSelector && !query.fieldSelector;
  const { items, metadata } = chunkOf(members(call, version), { limit: options.limit, start, version, counted });
  if (form === 'Table') {
    return answer(api, 200, tableOf(kind, items, { now: context.now, metadata, includeObject: includeObject(query) }));
  }
  if (form === 'PartialObjectMetadataList' || form === 'PartialObjectMetadata') {
    const body = { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: items.map(metadataOnly) };
    return answer(api, 200, body);
  }
  const body = { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items: items.map(bare) };
  return answer(api, 200, body);
}

/** Where a watch begins; 0: with all that exists. */
function firstVersion({ api }: Call, { resourceVersion = 0, sendInitialEvents }: ListOptions): number {
  if (sendInitialEvents === undefined) return resourceVersion;
  if (sendInitialEvents) return 0;
  return resourceVersion === 0 ? api.resourceVersion : resourceVersion;
}

/** Starts a watch: from the version asked for, or from nothing, when all that exists comes first. */
function watch(call: Call, options: ListOptions): Answer {
  const { kind, api, query, namespace, name, form } = call;
  selection(kind, query, name);
  const description = {
    resource: kind.resource,
    ...(namespace !== undefined ? { namespace } : {}),
    ...(name !== undefined ? { name } : {}),
    ...(query.labelSelector ? { labelSelector: query.labelSelector } : {}),
    ...(query.fieldSelector ? { fieldSelector: query.fieldSelector } : {}),
    asTable: form === 'Table',
    ...(form === 'Table' && query.includeObject ? { includeObject: includeObject(query) } : {}),
    ...(form.startsWith('Partial') ? { metadataOnly: true } : {}),
    ...(options.sendInitialEvents && options.allowWatchBookmarks ? { bookmark: true } : {}),
    ...(options.allowWatchBookmarks ? { bookmarks: true } : {}),
    ...(options.timeoutSeconds === undefined ? {} : { timeoutSeconds: options.timeoutSeconds }),
    resourceVersion: firstVersion(call, options),
  };
  return { api, response: { status: 200, body: null, watch: description } };
}
