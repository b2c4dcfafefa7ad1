/**
 * OpenAPI v3 documents made from the compact schema: as much as kubectl's apply, validation and explain read. Models
 * k8s.io/kube-openapi's output for kube-apiserver; leaves out security, examples and all operations' details but the parameters and
 * media types by which clients find out what a server can do.
 */
import { VERSIONS } from '../versions.ts';
import { apiVersionOf, type Kind } from './kind.ts';
import { descriptionOf } from './schema/descriptions.ts';
import { type Field, type StructType, structType, type TypeRef } from './schema/types.ts';

type Json = Readonly<Record<string, unknown>>;

const PREFIXES: Readonly<Record<string, string>> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta.v1',
  calico: 'com.github.projectcalico.api.pkg.apis.projectcalico.v3',
  autoscalingv2: 'io.k8s.api.autoscaling.v2',
};

/** `core.ServicePort` → `io.k8s.api.core.v1.ServicePort`. */
export function schemaName(type: string): string {
  const dot = type.indexOf('.');
  const pack = type.slice(0, dot);
  return `${PREFIXES[pack] ?? `io.k8s.api.${pack}.v1`}.${type.slice(dot + 1)}`;
}

const TIME = 'io.k8s.apimachinery.pkg.apis.meta.v1.Time';
const MICRO_TIME = 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime';
const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity';
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString';
const RAW = 'io.k8s.apimachinery.pkg.runtime.RawExtension';
const FIELDS = 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1';

/** Scalars that have a schema of their own. */
const NAMED: Readonly<Record<string, { readonly name: string; readonly schema: Json }>> = {
  time: { name: TIME, schema: { type: 'string', format: 'date-time' } },
  microtime: { name: MICRO_TIME, schema: { type: 'string', format: 'date-time' } },
  quantity: { name: QUANTITY, schema: { oneOf: [{ type: 'string' }, { type: 'number' }] } },
  intOrString: { name: INT_OR_STRING, schema: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] } },
  raw: { name: RAW, schema: { type: 'object' } },
  fields: { name: FIELDS, schema: { type: 'object' } },
};

const PLAIN: Readonly<Record<string, Json>> = {
  bool: { type: 'boolean' },
  bytes: { type: 'string', format: 'byte' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  uint8: { type: 'integer', format: 'byte' },
  uint16: { type: 'integer', format: 'int32' },
  uint32: { type: 'integer', format: 'int64' },
  asNumber: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
};

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

function typeSchema(type: TypeRef): Json {
  if (type.is === 'list') return { type: 'array', items: itemSchema(type.of) };
  if (type.is === 'map') return { type: 'object', additionalProperties: itemSchema(type.of) };
  if (type.is === 'struct') return ref(schemaName(type.name));
  const named = NAMED[type.name];
  if (named) return ref(named.name);
  return { ...(PLAIN[type.name] ?? { type: 'string' }), ...(type.enum ? { enum: type.enum } : {}) };
}

/** Items carry a default, as upstream's generator gives them. */
function itemSchema(type: TypeRef): Json {
  const schema = typeSchema(type);
  if ('$ref' in schema) return { allOf: [schema], default: {} };
  return schema.type === 'string' ? { ...schema, default: '' } : schema;
}

/** Fields that every kind has. */
const COMMON: Readonly<Record<string, string>> = {
  apiVersion: 'The group and version of this form of the object, for example apps/v1.',
  kind: 'The type of the object. It cannot be changed.',
  metadata: 'The name, labels and other things that all objects have.',
  spec: 'What is wanted.',
  status: 'What has come of it, as controllers last reported.',
};

function fieldSchema(owner: StructType, field: Field): Json {
  const strategies = [...(field.mergeKey === undefined ? [] : ['merge']), ...(field.retainKeys ? ['retainKeys'] : [])];
  const schema = typeSchema(field.type);
  const description = descriptionOf(owner.name, field.name) ?? (owner.kind ? COMMON[field.name] : undefined);
  return {
    ...(description ? { description } : {}),
    ...('$ref' in schema ? { allOf: [schema], ...(field.required ? { default: {} } : {}) } : schema),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(field.mergeKey ? { 'x-kubernetes-patch-merge-key': field.mergeKey } : {}),
    ...(strategies.length > 0 ? { 'x-kubernetes-patch-strategy': strategies.join(',') } : {}),
    ...(field.keys.length > 0 ? { 'x-kubernetes-list-map-keys': field.keys } : {}),
    ...(field.listType && field.type.is === 'list' ? { 'x-kubernetes-list-type': field.listType } : {}),
    ...(field.listType === 'atomic' && field.type.is !== 'list' ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
}

interface Names {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const named = ({ group, version, kind }: Names): Json => ({ group, kind, version });

function structSchema(type: StructType, gvk: readonly Names[]): Json {
  const fields = [...type.fields.values()];
  const required = fields.filter((field) => field.required).map((field) => field.name);
  const description = descriptionOf(type.name);
  return {
    ...(description ? { description } : {}),
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(type, field)])),
    ...(required.length > 0 ? { required } : {}),
    ...(type.atomic ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    ...(gvk.length > 0 ? { 'x-kubernetes-group-version-kind': gvk.map(named) } : {}),
  };
}

function collect(type: TypeRef, into: Map<string, Json>): void {
  if (type.is === 'list' || type.is === 'map') {
    collect(type.of, into);
  } else if (type.is === 'scalar') {
    const own = NAMED[type.name];
    if (own) into.set(own.name, own.schema);
  } else if (!into.has(schemaName(type.name))) {
    const struct = structType(type.name)!;
    into.set(schemaName(type.name), structSchema(struct, []));
    for (const field of struct.fields.values()) collect(field.type, into);
  }
}

const LIST_META: TypeRef = { is: 'struct', name: 'meta.ListMeta' };

function schemasFor(kinds: readonly Kind[]): Json {
  const schemas = new Map<string, Json>();
  for (const kind of kinds) {
    collect({ is: 'struct', name: kind.type }, schemas);
    schemas.set(schemaName(kind.type), structSchema(structType(kind.type)!, [kind]));
    const list = { ...kind, kind: `${kind.kind}List` };
    schemas.set(`${schemaName(kind.type)}List`, {
      type: 'object',
      properties: {
        apiVersion: { type: 'string' },
        items: { type: 'array', items: { allOf: [ref(schemaName(kind.type))], default: {} } },
        kind: { type: 'string' },
        metadata: { allOf: [ref(schemaName('meta.ListMeta'))], default: {} },
      },
      required: ['items'],
      'x-kubernetes-group-version-kind': [named(list)],
    });
  }
  collect(LIST_META, schemas);
  collect({ is: 'struct', name: 'meta.DeleteOptions' }, schemas);
  collect({ is: 'struct', name: 'meta.Status' }, schemas);
  schemas.set('io.k8s.apimachinery.pkg.apis.meta.v1.Patch', { type: 'object' });
  return Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const parameter = (name: string, type = 'string'): Json => ({ name, in: 'query', schema: { type, uniqueItems: true } });

const WRITE_PARAMETERS = [parameter('dryRun'), parameter('fieldManager'), parameter('fieldValidation')];
const PATCH_TYPES = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
];
const PATCH_REF = ref('io.k8s.apimachinery.pkg.apis.meta.v1.Patch');

function operation(kind: Kind, action: string, extra: Json = {}): Json {
  const answer = { description: 'OK', content: { 'application/json': { schema: ref(schemaName(kind.type)) } } };
  return {
    tags: [kind.group ? `${kind.group.split('.')[0]}_${kind.version}` : 'core_v1'],
    responses: { '200': answer },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': named(kind),
    ...extra,
  };
}

function pathsFor(kinds: readonly Kind[]): Json {
  const paths: [string, Json][] = [];
  for (const kind of kinds) {
    const base = kind.group ? `/apis/${kind.group}/${kind.version}` : `/api/${kind.version}`;
    const collection = `${base}${kind.namespaced ? '/namespaces/{namespace}' : ''}/${kind.plural}`;
    const body = { content: { '*/*': { schema: ref(schemaName(kind.type)) } }, required: true };
    const may = (verb: Kind['verbs'][number], method: string, op: () => Json) =>
      kind.verbs.includes(verb) ? { [method]: op() } : {};
    paths.push([
      collection,
      {
        ...may('list', 'get', () => operation(kind, 'list')),
        ...may('create', 'post', () => operation(kind, 'post', { parameters: WRITE_PARAMETERS, requestBody: body })),
      },
    ]);
    if (!kind.verbs.includes('get')) continue;
    const patchBody = { content: Object.fromEntries(PATCH_TYPES.map((type) => [type, { schema: PATCH_REF }])), required: true };
    const patchParameters = [...WRITE_PARAMETERS, parameter('force', 'boolean')];
    paths.push([
      `${collection}/{name}`,
      {
        get: operation(kind, 'get'),
        put: operation(kind, 'put', { parameters: WRITE_PARAMETERS, requestBody: body }),
        patch: operation(kind, 'patch', { parameters: patchParameters, requestBody: patchBody }),
        delete: operation(kind, 'delete', { parameters: [parameter('dryRun')] }),
      },
    ]);
  }
  return Object.fromEntries(paths);
}

const documents = new Map<string, Json>();

/** The document of one group and version. @param key `api/v1`, `apis/apps/v1`. Undefined when nothing is served there */
export function openApiDocument(key: string, served: readonly Kind[]): Json | undefined {
  const kinds = served.filter((kind) => documentKey(kind) === key);
  if (kinds.length === 0) return undefined;
  let document = documents.get(key);
  if (!document) {
    document = {
      openapi: '3.0.0',
      info: { title: 'Kubernetes', version: VERSIONS.kubernetes },
      paths: pathsFor(kinds),
      components: { schemas: schemasFor(kinds) },
    };
    documents.set(key, document);
  }
  return document;
}

const documentKey = (kind: Pick<Kind, 'group' | 'version'>): string => (kind.group ? `apis/${apiVersionOf(kind)}` : 'api/v1');

/** What `GET /openapi/v3` answers: where each document is, with a hash by which clients cache it. */
export function openApiIndex(groups: readonly { readonly group: string; readonly version: string }[]): Json {
  const entries = groups.map((it) => {
    const key = documentKey(it);
    return [key, { serverRelativeURL: `/openapi/v3/${key}?hash=${VERSIONS.kubernetes}` }] as const;
  });
  return { paths: Object.fromEntries(entries) };
}
