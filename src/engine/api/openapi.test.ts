import { expect, test } from 'vitest';
import { kinds } from './kinds/index.ts';
import { client } from './testing.ts';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; kind: string; version: string }[];
}

const get = <T>(path: string, accept?: string): T => client().send('GET', path, undefined, accept ? { accept } : {}).body as T;

const index = get<{ paths: Record<string, { serverRelativeURL: string }> }>('/openapi/v3').paths;
const documents = Object.entries(index)
  .map(([name, { serverRelativeURL }]) => [name, get<Document | string>(serverRelativeURL)] as const)
  .filter((entry): entry is readonly [string, Document] => typeof entry[1] === 'object' && 'components' in entry[1]);

/** Every `$ref` in a value. */
function refs(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === '$ref' ? [String(item)] : refs(item)));
}

test.each(documents)('every reference in %s leads somewhere', (_name, document) => {
  const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
  expect([...new Set(refs(document))].filter((ref) => !known.includes(ref))).toEqual([]);
});

test('every served kind has a schema that names it, and its paths', () => {
  const served = kinds.filter((kind) => !kind.internal);
  const named = documents.flatMap(([, { components }]) =>
    Object.values(components.schemas).flatMap((schema) => schema['x-kubernetes-group-version-kind'] ?? []),
  );
  const missing = served.filter(
    ({ group, version, kind }) => !named.some((it) => it.group === group && it.version === version && it.kind === kind),
  );
  expect(missing.map(({ resource }) => resource)).toEqual([]);
});

test('merge keys and list types stand where strategic merge and server-side apply look for them', () => {
  const core = get<Document>('/openapi/v3/api/v1').components.schemas;
  const { ports } = core['io.k8s.api.core.v1.ServiceSpec']!.properties!;
  expect(ports).toEqual({
    type: 'array',
    items: { allOf: [{ $ref: '#/components/schemas/io.k8s.api.core.v1.ServicePort' }], default: {} },
    description: expect.any(String),
    'x-kubernetes-list-map-keys': ['port', 'protocol'],
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-patch-merge-key': 'port',
    'x-kubernetes-patch-strategy': 'merge',
  });
});

test('a patch declares that the server validates fields: kubectl asks before it relies on it', () => {
  const { paths } = get<Document>('/openapi/v3/apis/apps/v1');
  const { patch } = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'] as {
    patch: { parameters: { name: string }[]; requestBody: { content: object } };
  };
  expect([patch.parameters.map(({ name }) => name), Object.keys(patch.requestBody.content)]).toEqual([
    ['dryRun', 'fieldManager', 'fieldValidation', 'force'],
    [
      'application/apply-patch+yaml',
      'application/json-patch+json',
      'application/merge-patch+json',
      'application/strategic-merge-patch+json',
    ],
  ]);
});

test.each([
  ['application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json', 'apidiscovery.k8s.io/v2'],
  ['application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json', 'apidiscovery.k8s.io/v2beta1'],
  [
    'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json',
    'apidiscovery.k8s.io/v2',
  ],
  ['application/json;g=apidiscovery.k8s.io;v=v3;as=APIGroupDiscoveryList,application/json', 'v1'],
  ['application/json', 'v1'],
])('discovery for %s is of %s', (accept, version) => {
  expect(get<{ apiVersion: string }>('/apis', accept).apiVersion).toBe(version);
});

test('both forms of discovery list the same resources', () => {
  const aggregated = get<{
    items: { metadata: { name?: string }; versions: { version: string; resources: { resource: string }[] }[] }[];
  }>('/apis', 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
  for (const { metadata, versions } of aggregated.items) {
    const [{ version, resources }] = versions as [(typeof versions)[number]];
    const plain = get<{ resources: { name: string }[] }>(`/apis/${metadata.name}/${version}`).resources;
    expect(plain.map(({ name }) => name).filter((name) => !name.includes('/'))).toEqual(resources.map(({ resource }) => resource));
  }
});
