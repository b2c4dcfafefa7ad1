/**
 * What the server says about itself: groups and resources (plain and aggregated discovery), its version, its health. Models
 * k8s.io/apiserver's endpoints/discovery and server/healthz.
 */
import { VERSIONS } from '../versions.ts';
import type { ApiResponse } from './http.ts';
import type { Kind } from './kind.ts';
import { kinds } from './kinds/index.ts';
import { openApiDocument, openApiIndex } from './openapi.ts';
import { negotiate } from './rest/negotiate.ts';
import type { Query } from './rest/path.ts';
import type { ServerContext } from './server.ts';

interface Subresource {
  readonly name: string;
  readonly verbs: readonly string[];
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
}

const CHANGE = ['get', 'patch', 'update'];
const PROXY = ['create', 'delete', 'get', 'patch', 'update'];
const CONNECT_KINDS: Readonly<Record<string, string>> = {
  attach: 'Attach',
  exec: 'Exec',
  portforward: 'PortForward',
  proxy: 'Proxy',
};

/** Subresources of a kind, by name. */
function subresourcesOf(kind: Kind): readonly Subresource[] {
  const list: Subresource[] = [];
  if (kind.resource === 'pods') {
    list.push({ name: 'eviction', verbs: ['create'], kind: { group: 'policy', version: 'v1', kind: 'Eviction' } });
    list.push({ name: 'log', verbs: ['get'] });
  }
  for (const name of kind.connects) {
    const options = `${kind.kind}${CONNECT_KINDS[name] ?? ''}Options`;
    list.push({ name, verbs: name === 'proxy' ? PROXY : ['create', 'get'], kind: { group: '', version: 'v1', kind: options } });
  }
  if (kind.scale) list.push({ name: 'scale', verbs: CHANGE, kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } });
  if (kind.status) list.push({ name: 'status', verbs: CHANGE });
  return list.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const served: readonly Kind[] = kinds.filter((kind) => !kind.internal);

interface Group {
  readonly group: string;
  /** The preferred one first. */
  readonly versions: readonly string[];
}

/** The server's order of precedence (kube-apiserver's apiVersionPriorities), the core group left out; what is added comes after. */
const PRECEDENCE = [
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
];

function groupsOf(list: readonly Kind[]): readonly Group[] {
  const versions = new Map<string, Set<string>>(PRECEDENCE.map((group) => [group, new Set()]));
  for (const { group, version } of list) {
    if (group !== '') versions.set(group, (versions.get(group) ?? new Set()).add(version));
  }
  return [...versions].map(([group, all]) => ({ group, versions: [...all] }));
}

const GROUPS = groupsOf(served);
const CORE: Group = { group: '', versions: ['v1'] };
const GROUP_VERSIONS = GROUPS.flatMap(({ group, versions }) => versions.map((version) => ({ group, version })));

const ofGroup = (group: string, version: string) => served.filter((kind) => kind.group === group && kind.version === version);

function listedResources(group: string, version: string): readonly object[] {
  return ofGroup(group, version).flatMap((kind) => [
    {
      name: kind.plural,
      singularName: kind.singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: kind.verbs,
      ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
      ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
    },
    ...subresourcesOf(kind).map((sub) => ({
      name: `${kind.plural}/${sub.name}`,
      singularName: '',
      namespaced: kind.namespaced,
      ...(sub.kind ? { group: sub.kind.group, version: sub.kind.version, kind: sub.kind.kind } : { kind: kind.kind }),
      verbs: sub.verbs,
    })),
  ]);
}

function resourceList(group: string, version: string): object {
  const groupVersion = group ? `${group}/${version}` : version;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: listedResources(group, version) };
}

function groupEntry({ group, versions }: Group): object {
  const known = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: known, preferredVersion: known[0] };
}

function aggregatedVersion(group: string, version: string): object {
  const resources = ofGroup(group, version).map((kind) => {
    const subresources = subresourcesOf(kind).map((sub) => ({
      subresource: sub.name,
      responseKind: sub.kind ?? { group: kind.group, version: kind.version, kind: kind.kind },
      verbs: sub.verbs,
    }));
    return {
      resource: kind.plural,
      responseKind: { group: kind.group, version: kind.version, kind: kind.kind },
      scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      singularResource: kind.singular,
      verbs: kind.verbs,
      ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
      ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
      ...(subresources.length > 0 ? { subresources } : {}),
    };
  });
  return { version, resources, freshness: 'Current' };
}

/** Which form of aggregated discovery the client would rather have: v2 since 1.30, v2beta1 before; undefined: the plain one. */
function aggregatedVersionOf(accept: string | undefined): string | undefined {
  for (const range of accept?.split(',') ?? []) {
    if (!range.includes('as=APIGroupDiscoveryList')) {
      if (/^\s*(application|\*)\/(json|\*)\s*(;|$)/.test(range)) return undefined;
      continue;
    }
    const version = /;\s*v=(v2|v2beta1)\s*(;|$)/.exec(range)?.[1];
    if (version !== undefined) return version;
  }
  return undefined;
}

function aggregated(groups: readonly Group[], form: string): ApiResponse {
  const items = groups.map(({ group, versions }) => ({
    metadata: { ...(group ? { name: group } : {}), creationTimestamp: null },
    versions: versions.map((version) => aggregatedVersion(group, version)),
  }));
  const body = { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${form}`, metadata: {}, items };
  const type = `application/json;g=apidiscovery.k8s.io;v=${form};as=APIGroupDiscoveryList`;
  return { status: 200, headers: { 'content-type': type }, body };
}

/** What `GET /version` answers. */
export function versionBody(): object {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(VERSIONS.kubernetes)!;
  return {
    major,
    minor,
    gitVersion: VERSIONS.kubernetes,
    gitCommit: '9894294ef13a5b32803e3ca2c0d620a088cc84d1',
    gitTreeState: 'clean',
    buildDate: '2025-05-15T08:57:21Z',
    goVersion: 'go1.23.8',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}

const CHECKS = [
  'ping',
  'log',
  'etcd',
  'informer-sync',
  'poststarthook/start-apiserver-admission-initializer',
  'poststarthook/generic-apiserver-start-informers',
  'poststarthook/bootstrap-controller',
  'poststarthook/apiservice-openapi-controller',
  'shutdown',
];

/** `ok`, or one line a check with `?verbose`. */
function health(path: string, query: Query): ApiResponse {
  const name = path.slice(1);
  if (query.verbose === undefined) return { status: 200, body: 'ok' };
  return { status: 200, body: `${CHECKS.map((check) => `[+]${check} ok`).join('\n')}\n${name} check passed\n` };
}

function indexPaths(): readonly string[] {
  const groups = GROUPS.flatMap(({ group, versions }) => [`/apis/${group}`, ...versions.map((it) => `/apis/${group}/${it}`)]);
  return ['/api', '/api/v1', '/apis', ...groups, '/healthz', '/livez', '/openapi/v3', '/readyz', '/version'].sort();
}

const PROTO_V2 = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/**
 * The old document is kept empty: kubectl up to 1.28 insists on having one, and then does what it does for kinds that are not in it
 * (no client-side validation, its built-in types for patches). In protobuf an empty document is no bytes at all.
 */
function openApiV2(accept = ''): ApiResponse {
  if (accept.includes('proto-openapi')) return { status: 200, headers: { 'content-type': PROTO_V2 }, body: '' };
  return ok({ swagger: '2.0', info: { title: 'Kubernetes', version: VERSIONS.kubernetes }, paths: {}, definitions: {} });
}

const ok = (body: unknown): ApiResponse => ({ status: 200, body });

/** Answers a GET that names no resource; undefined when there is nothing at that path. */
export function discover(path: string, query: Query, accept: string | undefined, context: ServerContext): ApiResponse | undefined {
  if (path.startsWith('/api')) negotiate(accept);
  const form = aggregatedVersionOf(accept);
  switch (path) {
    case '/':
      return { ...ok({ paths: indexPaths() }), indented: true };
    case '/version':
      return { ...ok(versionBody()), indented: true };
    case '/healthz':
    case '/livez':
    case '/readyz':
      return health(path, query);
    case '/api': {
      if (form) return aggregated([CORE], form);
      const address = [{ clientCIDR: '0.0.0.0/0', serverAddress: `${context.cluster.apiHost}:6443` }];
      return ok({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: address });
    }
    case '/apis':
      if (form) return aggregated(GROUPS, form);
      return ok({ kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(groupEntry) });
    case '/openapi/v2':
      return openApiV2(accept);
    case '/openapi/v3':
      return ok(openApiIndex([{ group: '', version: 'v1' }, ...GROUP_VERSIONS]));
    default:
      return discoverGroup(path);
  }
}

/** Whether a path lies below a group and version that are served: what is missing there is a Status, elsewhere a plain 404. */
export function isServed(path: string): boolean {
  return ['/api/v1', ...GROUP_VERSIONS.map(({ group, version }) => `/apis/${group}/${version}`)].some(
    (root) => path === root || path.startsWith(`${root}/`),
  );
}

function discoverGroup(path: string): ApiResponse | undefined {
  if (path.startsWith('/openapi/v3/')) {
    const body = openApiDocument(path.slice('/openapi/v3/'.length), served);
    return body ? ok(body) : undefined;
  }
  if (path === '/api/v1') return ok(resourceList('', 'v1'));
  const [, apis, name, version, ...rest] = path.split('/');
  const found = apis === 'apis' && rest.length === 0 ? GROUPS.find(({ group }) => group === name) : undefined;
  if (!found) return undefined;
  if (version === undefined) return ok({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(found) });
  return found.versions.includes(version) ? ok(resourceList(found.group, version)) : undefined;
}
