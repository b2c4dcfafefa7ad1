/**
 * Which objects a command line means: cli-runtime's resource.Builder. Types and names, `type/name`, `a,b`, selectors, --all and files
 * become a list of targets, with the builder's refusals.
 */
import { meets, parseLabelSelector } from '../../../engine/index.ts';
import { absentKind } from './absent.ts';
import { TABLE } from './client.ts';
import type { Kubectl } from './context.ts';
import { apiVersionOf, qualifiedResource, type ResourceType } from './discovery.ts';
import { CommandError, fail, isNotFound, StatusError } from './errors.ts';
import { quote } from './flags.ts';
import { type FileNames, type Manifest, readManifests, type Unreadable } from './manifests.ts';
import { type Doc, isDoc, items, put, strings, text, type Value } from './value.ts';

/** One object (or a list as the server sent it). */
export interface Target {
  readonly type: ResourceType;
  readonly namespace: string;
  /** '' for a list. */
  readonly name: string;
  /** What the server or the file holds. */
  readonly object?: Value;
  /** The file it came from. */
  readonly source?: string;
}

export interface Selection {
  readonly targets: readonly Target[];
  readonly errors: readonly Error[];
  /** Exactly one object was named. */
  readonly single: boolean;
}

export interface Wish {
  readonly args: readonly string[];
  readonly files?: FileNames;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly allNamespaces?: boolean;
  /** --all. */
  readonly all?: boolean;
  /** One type and no name means all of that type (get, describe). */
  readonly allowEmptySelector?: boolean;
  /** Lists come as they are, not as their items. */
  readonly keepLists?: boolean;
  readonly asTable?: boolean;
  readonly includeObject?: boolean;
  readonly subresource?: string;
  readonly chunkSize?: number;
  readonly ignoreNotFound?: boolean;
  /** Objects of files are read again from the server. */
  readonly latest?: boolean;
  /** Do not ask the server for objects named on the command line. */
  readonly namesOnly?: boolean;
  /** Only one type of resource is allowed (get -w, logs …). */
  readonly singleType?: boolean;
  /** Stop at the first error. */
  readonly stopOnError?: boolean;
  readonly noServer?: boolean;
}

const SLASH_MIX =
  "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'";

/** The resource's collection: `/api/v1/namespaces/yaobank/services`. */
export function collectionPath(type: ResourceType, namespace: string): string {
  const base = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = type.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${base}${scope}/${type.name}`;
}

export function objectPath(target: Pick<Target, 'type' | 'namespace' | 'name'>, subresource = ''): string {
  const path = `${collectionPath(target.type, target.namespace)}/${encodeURIComponent(target.name)}`;
  return subresource === '' ? path : `${path}/${subresource}`;
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}

/** `a,b c` → `a/c b/c`. */
function normalise(args: readonly string[]): readonly string[] {
  if (args.length < 2) return args;
  const types = unique(args[0]!.split(','));
  if (types.length < 2) return args;
  return types.flatMap((type) => args.slice(1).map((name) => `${type}/${name}`));
}

interface Named {
  readonly tuples: readonly { readonly type: string; readonly name: string }[];
  readonly types: readonly string[];
  readonly names: readonly string[];
}

function readArgs(kubectl: Kubectl, wish: Wish): Named {
  const args = normalise(wish.args);
  const slashes = args.filter((arg) => arg.includes('/')).length;
  if (slashes > 0) {
    if (slashes !== args.length) fail(SLASH_MIX);
    return { tuples: args.map(splitTuple), types: [], names: [] };
  }
  if (args.length === 0) return { tuples: [], types: [], names: [] };
  const words = args[0]!.split(',').flatMap((word) => kubectl.client.discovery.expand(word) ?? [word]);
  return { tuples: [], types: unique(words), names: args.slice(1) };
}

function splitTuple(arg: string): { type: string; name: string } {
  const parts = arg.split('/');
  if (parts.length !== 2) fail('arguments in resource/name form may not have more than one slash');
  const [type, name] = parts as [string, string];
  if (type === '' || name === '' || type.includes(',')) {
    fail('arguments in resource/name form must have a single resource and name');
  }
  return { type, name };
}

/** @throws CommandError for contradictions; errors of single objects are collected in the selection */
export function select(kubectl: Kubectl, wish: Wish): Selection {
  const named = readArgs(kubectl, wish);
  if (wish.labelSelector && wish.all) fail("setting 'all' parameter but found a non empty selector. ");
  const files = wish.files?.files ?? [];
  if (files.length > 0) return byFiles(kubectl, wish, named);
  const everything = wish.all || (wish.allowEmptySelector && named.types.length > 0 && named.names.length === 0);
  if (wish.labelSelector || wish.fieldSelector || everything) return bySelector(kubectl, wish, named);
  if (named.tuples.length > 0) return byTuple(kubectl, wish, named);
  if (named.names.length > 0) return byName(kubectl, wish, named);
  if (named.types.length > 0) {
    for (const word of named.types) kubectl.client.discovery.lookup(word);
    fail('resource(s) were provided, but no name was specified');
  }
  return fail(
    "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
  );
}

function bySelector(kubectl: Kubectl, wish: Wish, named: Named): Selection {
  if (named.names.length > 0) fail('name cannot be provided when a selector is specified');
  if (named.tuples.length > 0) fail('selectors and the all flag cannot be used when passing resource/name arguments');
  if (named.types.length === 0) fail('at least one resource must be specified to use a selector');
  if (wish.subresource) fail('subresource cannot be used when bulk resources are specified');
  if (named.types.length > 1 && wish.singleType) fail('you may only specify a single resource type');
  const types = uniqueTypes(named.types.map((word) => kubectl.client.discovery.lookup(word)));
  const namespace = wish.allNamespaces ? '' : kubectl.namespace;
  const targets: Target[] = [];
  const errors: Error[] = [];
  for (const type of types) {
    try {
      targets.push(...list(kubectl, wish, type, type.namespaced ? namespace : ''));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      errors.push(listError(error, type, wish));
      if (wish.stopOnError) break;
    }
  }
  return { targets, errors, single: false };
}

/** client-go's EnhanceListError: which resource could not be listed, and with what selectors. */
function listError(error: StatusError, type: ResourceType, wish: Wish): Error {
  if (error.reason !== 'BadRequest' && error.reason !== 'NotFound') return error;
  const subject = `"${type.group === '' ? '' : type.group}/${type.version}, Resource=${type.name}"`;
  const [label, field] = [wish.labelSelector ?? '', wish.fieldSelector ?? ''];
  return error.withMessage(
    label === '' && field === ''
      ? `Unable to list ${subject}: ${error.message}`
      : `Unable to find ${subject} that match label selector ${JSON.stringify(label)}, field selector ${JSON.stringify(field)}: ${error.message}`,
  );
}

function uniqueTypes(types: readonly ResourceType[]): ResourceType[] {
  const seen = new Set<string>();
  return types.filter((type) => {
    const key = `${apiVersionOf(type)}/${type.kind}`;
    return seen.has(key) ? false : seen.add(key);
  });
}

function list(kubectl: Kubectl, wish: Wish, type: ResourceType, namespace: string): Target[] {
  const query = {
    labelSelector: wish.labelSelector,
    fieldSelector: wish.fieldSelector,
    limit: wish.chunkSize || undefined,
    includeObject: wish.includeObject ? 'Object' : undefined,
  };
  const path = collectionPath(type, namespace);
  const accept = wish.asTable ? TABLE : undefined;
  let body = kubectl.client.get(path, query, accept);
  const pages: Value[] = [body];
  for (let next = text(body, 'metadata', 'continue'); next !== ''; next = text(body, 'metadata', 'continue')) {
    body = kubectl.client.get(path, { ...query, continue: next }, accept);
    pages.push(body);
  }
  const table = text(pages[0], 'kind') === 'Table';
  if (table || wish.keepLists) return pages.map((page) => ({ type, namespace, name: '', object: page }));
  return pages.flatMap((page) => itemsOf(page, type).map((object) => targetOf(type, object)));
}

/** A list's items; the server leaves out kind and apiVersion there. */
export function itemsOf(page: Value, type: ResourceType): readonly Value[] {
  return items(page, 'items').map((item) =>
    isDoc(item) && item.kind === undefined ? { apiVersion: apiVersionOf(type), kind: type.kind, ...item } : item,
  );
}

function targetOf(type: ResourceType, object: Value): Target {
  return { type, namespace: text(object, 'metadata', 'namespace'), name: text(object, 'metadata', 'name'), object };
}

function namespaceFor(kubectl: Kubectl, wish: Wish, type: ResourceType): string {
  if (!type.namespaced) return '';
  if (wish.allNamespaces) fail('a resource cannot be retrieved by name across all namespaces');
  return kubectl.namespace;
}

function byTuple(kubectl: Kubectl, wish: Wish, named: Named): Selection {
  const types = new Map(named.tuples.map(({ type }) => [type, kubectl.client.discovery.lookup(type)]));
  if (wish.singleType && new Set([...types.values()].map(qualifiedResource)).size > 1) {
    fail('you may only specify a single resource type');
  }
  const wanted = named.tuples.map(({ type, name }) => {
    const resource = types.get(type)!;
    return { type: resource, namespace: namespaceFor(kubectl, wish, resource), name };
  });
  return { ...fetchAll(kubectl, wish, wanted), single: wanted.length === 1 };
}

function byName(kubectl: Kubectl, wish: Wish, named: Named): Selection {
  if (named.types.length > 1) fail('you must specify only one resource');
  const type = kubectl.client.discovery.lookup(named.types[0]!);
  const namespace = namespaceFor(kubectl, wish, type);
  const wanted = named.names.map((name) => ({ type, namespace, name }));
  return { ...fetchAll(kubectl, wish, wanted), single: wanted.length === 1 };
}

function fetchAll(kubectl: Kubectl, wish: Wish, wanted: readonly Target[]): { targets: Target[]; errors: Error[] } {
  const targets: Target[] = [];
  const errors: Error[] = [];
  for (const target of wanted) {
    try {
      targets.push(wish.namesOnly ? target : { ...target, object: fetchOne(kubectl, wish, target) });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (wish.ignoreNotFound && isNotFound(error)) continue;
      errors.push(error);
      if (wish.stopOnError) break;
    }
  }
  return { targets, errors };
}

function fetchOne(kubectl: Kubectl, wish: Wish, target: Target): Value {
  const query = wish.includeObject ? { includeObject: 'Object' } : undefined;
  try {
    return kubectl.client.get(objectPath(target, wish.subresource), query, wish.asTable ? TABLE : undefined);
  } catch (error) {
    if (isNotFound(error) && !['', 'default'].includes(target.namespace))
      missingNamespace(kubectl, target.namespace, wish.asTable ? TABLE : undefined);
    throw error;
  }
}

/** What is not found may be its whole namespace: cli-runtime's Info.Get looks. */
function missingNamespace(kubectl: Kubectl, namespace: string, accept: string | undefined): void {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  const answer = kubectl.client.exchange({ method: 'GET', path, accept, caller: 'visitor.go:104' });
  if (answer.status === 404) throw new StatusError(answer.body as Value);
}

function byFiles(kubectl: Kubectl, wish: Wish, named: Named): Selection {
  if (named.types.length > 0) {
    fail('when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well');
  }
  if (named.tuples.length > 0) fail('resource/name arguments cannot be provided when a path is specified');
  const wanted = labelFilter(wish.labelSelector);
  const targets: Target[] = [];
  const errors: Error[] = [];
  for (const entry of readManifests(kubectl, wish.files!)) {
    for (const one of flatten(entry)) {
      try {
        const target = fromManifest(kubectl, wish, one);
        if (!wanted(target.object!)) continue;
        targets.push(wish.latest ? { ...target, object: fetchOne(kubectl, wish, target) } : target);
      } catch (error) {
        if (!(error instanceof StatusError) && !(error instanceof CommandError)) throw error;
        if (wish.ignoreNotFound && isNotFound(error)) continue;
        errors.push(error);
        if (wish.stopOnError) return { targets, errors, single: false };
      }
    }
  }
  return { targets, errors, single: wish.files!.files.length === 1 && targets.length === 1 && !wish.files!.files.includes('-') };
}

/** `kind: List` becomes its items. */
function flatten(entry: Manifest | Unreadable): (Manifest | Unreadable)[] {
  if ('error' in entry || !isDoc(entry.object) || !Array.isArray(entry.object.items)) return [entry];
  if (!text(entry.object, 'kind').endsWith('List')) return [entry];
  return items(entry.object, 'items').flatMap((object) => flatten({ object, source: entry.source }));
}

function fromManifest(kubectl: Kubectl, wish: Wish, entry: Manifest | Unreadable): Target {
  if ('error' in entry) throw entry.error;
  const { object, source } = entry;
  if (!isDoc(object)) throw unvalidated(source, 'invalid object to validate');
  checkTypeMeta(object, source);
  checkMetadata(object, source);
  const apiVersion = text(object, 'apiVersion');
  const kind = text(object, 'kind');
  const name = text(object, 'metadata', 'name');
  const type = wish.noServer ? assumed(apiVersion, kind) : kubectl.client.discovery.byKind(apiVersion, kind);
  if (!type) {
    const absent = absentKind(apiVersion, kind);
    if (absent) throw new CommandError(`${source}: ${absent}: not simulated in this lab`);
    throw new CommandError(
      `resource mapping not found for name: "${name}" namespace: "${text(object, 'metadata', 'namespace')}" from "${source}": no matches for kind "${kind}" in version "${apiVersion}"\nensure CRDs are installed first`,
    );
  }
  return place(kubectl, wish, type, object, source);
}

/** --local asks no server; what matters is the kind. */
function assumed(apiVersion: string, kind: string): ResourceType {
  const [group, version] = apiVersion.includes('/') ? (apiVersion.split('/') as [string, string]) : ['', apiVersion];
  const name = `${kind.toLowerCase()}s`;
  return { group, version, name, singular: kind.toLowerCase(), kind, namespaced: true, shortNames: [], categories: [], verbs: [] };
}

function unvalidated(source: string, why: string): CommandError {
  return new CommandError(
    `error validating "${source}": error validating data: ${why}; if you choose to ignore these errors, turn validation off with --validate=false`,
  );
}

function checkTypeMeta(object: Doc, source: string): void {
  const wrong = ['apiVersion', 'kind'].flatMap((field) => {
    const value = object[field];
    if (value === undefined || value === null || value === '') return [`${field} not set`];
    return typeof value === 'string' ? [] : [`${field} isn't string type`];
  });
  if (wrong.length > 0) throw unvalidated(source, wrong.length === 2 ? `[${wrong.join(', ')}]` : wrong[0]!);
}

function jsonType(value: Value): string {
  if (Array.isArray(value)) return 'array';
  return isDoc(value) ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value;
}

/** The part of the metadata that kubectl itself must read. */
function checkMetadata(object: Doc, source: string): void {
  const wrong = (value: Value, field: string, type: string) =>
    new CommandError(
      `unable to decode "${source}": json: cannot unmarshal ${jsonType(value)} into Go struct field ${field} of type ${type}`,
    );
  const { metadata } = object;
  if (metadata === undefined || metadata === null) return;
  if (!isDoc(metadata)) throw wrong(metadata, 'metadataOnlyObject.metadata', 'v1.ObjectMeta');
  for (const field of ['name', 'generateName', 'namespace']) {
    const value = metadata[field];
    if (value !== undefined && value !== null && typeof value !== 'string')
      throw wrong(value, `ObjectMeta.metadata.${field}`, 'string');
  }
  for (const field of ['labels', 'annotations']) {
    const map = metadata[field];
    if (map === undefined || map === null) continue;
    if (!isDoc(map)) throw wrong(map, `ObjectMeta.metadata.${field}`, 'map[string]string');
    const bad = Object.values(map).find((value) => value !== null && typeof value !== 'string');
    if (bad !== undefined) throw wrong(bad!, `ObjectMeta.metadata.${field}`, 'string');
  }
}

/** Settles the namespace of an object from a file. */
function place(kubectl: Kubectl, wish: Wish, type: ResourceType, object: Doc, source: string): Target {
  const name = text(object, 'metadata', 'name');
  if (!type.namespaced) return { type, namespace: '', name, object, source };
  const own = text(object, 'metadata', 'namespace');
  const wanted = wish.allNamespaces ? '' : kubectl.namespace;
  if (own !== '' && kubectl.explicitNamespace && own !== wanted) {
    throw new CommandError(
      `the namespace from the provided object "${own}" does not match the namespace "${wanted}". You must pass '--namespace=${own}' to perform this operation.`,
    );
  }
  const namespace = own || wanted;
  const placed = own === '' && !wish.noServer ? (put(object, ['metadata', 'namespace'], namespace) as Doc) : object;
  return { type, namespace, name, object: placed, source };
}

/** Which objects of files a selector means. @throws CommandError when it is none */
function labelFilter(selector: string | undefined): (object: Value) => boolean {
  if (!selector) return () => true;
  const parsed = parseLabelSelector(selector);
  if ('error' in parsed) throw new CommandError(`the provided selector ${quote(selector)} is not valid: ${parsed.error}`);
  return (object) => meets(parsed.requirements, strings(object, 'metadata', 'labels'));
}
