/**
 * Calico's API client: create, update, delete, get and list with libcalico-go's errors (lib/clientv3, lib/errors), over the API
 * server of the cluster.
 */

import { type ApiObject, calicoErrorText, type IPPool, validateCalico } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import { type CalicoKind, kindNamed } from './kinds.ts';
import { CalicoError, identifier, type List, type Requests, type Resource, unsupported } from './resource.ts';
import type { ApiResponse, NetworkResult } from './types.ts';

export { CalicoError } from './resource.ts';

export interface CalicoClient {
  get(kind: CalicoKind, name: string, namespace?: string): Resource;
  list(kind: CalicoKind, namespace?: string): Resource;
  create(resource: Resource): Resource;
  update(resource: Resource): Resource;
  remove(resource: Resource): Resource;
  /** Any other object of the API (IPAM blocks, pods). */
  listPath(path: string): readonly Resource[];
  putPath(path: string, object: unknown): void;
  postPath(path: string, object: unknown): void;
  /** What `(64512)` stands for. */
  asNumber(): string;
}

const GROUP = '/apis/projectcalico.org/v3';

function pathOf(kind: CalicoKind, name?: string, namespace?: string): string {
  const scope = kind.namespaced && namespace ? `/namespaces/${namespace}` : '';
  return `${GROUP}${scope}/${kind.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}

/** Drops what the API server keeps for itself. */
function shown(resource: Resource): Resource {
  const {
    managedFields: _managed,
    generation: _generation,
    ownerReferences: _owners,
    ...metadata
  } = resource.metadata as Resource['metadata'] & Record<string, unknown>;
  const { status, ...rest } = resource;
  const keepsStatus = status !== undefined && Object.keys(status as object).length > 0;
  return { ...rest, metadata, ...(keepsStatus && { status }) };
}

/** Fields a new pool gets though nobody wrote them. */
function completed(resource: Resource): Resource {
  if (resource.kind !== 'IPPool') return resource;
  const defaults = {
    allowedUses: ['Workload', 'Tunnel'],
    assignmentMode: 'Automatic',
    blockSize: 26,
    ipipMode: 'Never',
    nodeSelector: 'all()',
    vxlanMode: 'Never',
  };
  return { ...resource, spec: { ...defaults, ...resource.spec } };
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
type Ask = (method: Method, path: string, about: Resource, body?: unknown) => Resource;

const NOTHING: Resource = { apiVersion: '', kind: '', metadata: {} };

function stub(kind: CalicoKind, name: string, namespace?: string): Resource {
  return {
    apiVersion: 'projectcalico.org/v3',
    kind: kind.kind,
    metadata: { name, ...(kind.namespaced && namespace && { namespace }) },
  };
}

function kindOf(resource: Resource): CalicoKind {
  const kind = kindNamed(resource.kind);
  if (!kind) throw new CalicoError('other', `resource type '${resource.kind}' is not supported`);
  return kind;
}

function requestsOf(ask: Ask): Requests {
  return {
    get: (path, about) => ask('GET', path, about),
    list: (path) => {
      const { items = [], metadata } = ask('GET', path, NOTHING);
      return { items: items as readonly Resource[], resourceVersion: metadata.resourceVersion ?? '' };
    },
    put: (path, about, body) => ask('PUT', path, about, body),
  };
}

export function calicoClient(process: Process): CalicoClient {
  const send = (method: Method, path: string, body?: unknown): ApiResponse | NetworkResult =>
    process.cluster.request({
      method,
      path,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const ask: Ask = (method, path, about, body) => {
    const answer = send(method, path, body);
    if ('networkError' in answer)
      throw new CalicoError('other', `${capital(method)} "${process.cluster.server}${path}": ${answer.message}`);
    if (answer.status < 400) return answer.body as Resource;
    throw failure(answer, about);
  };
  const requests = requestsOf(ask);
  const check = (resource: Resource, kind: CalicoKind, old?: Resource) => {
    const pools = resource.kind === 'IPPool' ? ((client.list(kind).items ?? []) as unknown as readonly IPPool[]) : [];
    const faults = validateCalico(resource as unknown as ApiObject, { pools, ...(old && { old: old as unknown as ApiObject }) });
    if (faults.length > 0) throw new CalicoError('invalid', calicoErrorText(faults));
  };
  const listOf = (kind: CalicoKind, namespace = ''): List => {
    if (kind.backend) return kind.backend.list(requests, namespace);
    const { items: found, resourceVersion } = requests.list(pathOf(kind, undefined, namespace));
    const items = kind.sort ? [...found].sort(kind.sort) : found;
    return { items: items.map((item) => shown({ ...item, apiVersion: 'projectcalico.org/v3', kind: kind.kind })), resourceVersion };
  };
  /** What clientv3 asks the datastore before it writes: names and tiers of policies, filters of peers. */
  const checkReferences = ({ kind, metadata, spec = {} }: Resource) => {
    const { name = '' } = metadata;
    if (kind === 'KubeControllersConfiguration' && name !== 'default')
      throw new CalicoError('other', 'Cannot create a Kube Controllers Configuration resource with a name other than "default"');
    if (/^(Staged)?(Global)?NetworkPolicy$/.test(kind)) {
      const tier = String(spec.tier ?? '') || 'default';
      if (name.includes('.') ? !name.startsWith(`${tier}.`) : tier !== 'default')
        throw new CalicoError('other', `Incorrectly formatted policy name ${name}`);
      client.get(kindNamed('Tier')!, tier);
    }
    const filters = kind === 'BGPPeer' && Array.isArray(spec.filters) ? (spec.filters as readonly string[]) : [];
    const known = filters.length === 0 ? [] : ((client.list(kindNamed('BGPFilter')!).items ?? []) as readonly Resource[]);
    const missing = filters.filter((filter) => !known.some((each) => each.metadata.name === filter));
    if (missing.length > 0)
      throw new CalicoError('invalid', `error with field BGPPeer.Spec.Filters = '[${missing.join(' ')}]' (BGPFilter(s) not found)`);
  };
  // What is wrong with an object is said before that there is none of its name.
  const present = (resource: Resource, kind: CalicoKind): Resource => {
    try {
      return client.get(kind, resource.metadata.name ?? '', resource.metadata.namespace);
    } catch (error) {
      check(resource, kind);
      throw error;
    }
  };
  const client: CalicoClient = {
    get: (kind, name, namespace = '') =>
      kind.backend?.get(requests, name, namespace) ?? shown(ask('GET', pathOf(kind, name, namespace), stub(kind, name, namespace))),
    list: (kind, namespace) => {
      const { items, resourceVersion } = listOf(kind, namespace);
      return { apiVersion: 'projectcalico.org/v3', kind: `${kind.kind}List`, metadata: { resourceVersion }, items };
    },
    create: (resource) => {
      const kind = kindOf(resource);
      if (kind.refuses?.create) throw new CalicoError('other', `operation ${kind.refuses.create} is not supported on ${kind.kind}`);
      const { name = '', namespace, labels, annotations, resourceVersion } = resource.metadata;
      check(resource, kind);
      checkReferences(resource);
      if (resourceVersion) throw new CalicoError('invalid', versionSet(resourceVersion));
      if (kind.backend) throw kind.backend.refusal('Create', resource);
      const metadata = { name, ...(namespace && { namespace }), ...(labels && { labels }), ...(annotations && { annotations }) };
      return shown(ask('POST', pathOf(kind, undefined, namespace), resource, { ...completed(resource), metadata }));
    },
    update: (resource) => {
      const kind = kindOf(resource);
      if (kind.refuses?.update) throw new CalicoError('other', `operation ${kind.refuses.update} is not supported on ${kind.kind}`);
      const { name = '', namespace, resourceVersion } = resource.metadata;
      const old = present(resource, kind);
      if (resourceVersion && resourceVersion !== old.metadata.resourceVersion)
        throw new CalicoError('conflict', `update conflict: ${identifier(resource)}`);
      check(resource, kind, old);
      checkReferences(resource);
      if (kind.backend) {
        if (!kind.backend.update) throw unsupported('Update', resource);
        return kind.backend.update(requests, resource);
      }
      const { labels, annotations } = resource.metadata;
      const metadata = { ...old.metadata, labels, annotations };
      return shown(ask('PUT', pathOf(kind, name, namespace), resource, { ...completed(resource), metadata }));
    },
    remove: (resource) => {
      const kind = kindOf(resource);
      const { name = '', namespace } = resource.metadata;
      if (name === '') throw new CalicoError('other', 'resource name may not be empty');
      if (kind.refuses?.delete) throw new CalicoError('other', `operation ${kind.refuses.delete} is not supported on ${kind.kind}`);
      if (kind.backend) throw kind.backend.refusal('Delete', resource);
      if (kind.kind === 'Tier' && name === 'default')
        throw new CalicoError('other', 'operation Delete is not supported on default: Cannot delete default tier');
      ask('DELETE', pathOf(kind, name, namespace), resource);
      return resource;
    },
    listPath: (path) => requests.list(path).items,
    putPath: (path, object) => {
      ask('PUT', path, NOTHING, object);
    },
    postPath: (path, object) => {
      ask('POST', path, NOTHING, object);
    },
    asNumber: () => {
      const answer = send('GET', `${GROUP}/bgpconfigurations/default`);
      if ('networkError' in answer) return 'unknown';
      const as = (answer.body as Resource).spec?.asNumber;
      return answer.status === 200 && as !== undefined ? String(as) : '64512';
    },
  };
  return client;
}

const versionSet = (version: string): string =>
  `error with field Metadata.ResourceVersion = '${version}' (field must not be set for a Create request)`;

const capital = (method: string): string => method[0] + method.slice(1).toLowerCase();

function failure(answer: ApiResponse, about: Resource): CalicoError {
  const status = answer.body as { readonly message?: string };
  const message = typeof answer.body === 'string' ? answer.body : (status.message ?? '');
  const why = inCrds(message);
  if (answer.status === 404) return new CalicoError('missing', `resource does not exist: ${identifier(about)} with error: ${why}`);
  if (answer.status === 409 && message.includes('already exists'))
    return new CalicoError('exists', `resource already exists: ${identifier(about)}`);
  if (answer.status === 409) return new CalicoError('conflict', `update conflict: ${identifier(about)}`);
  return new CalicoError('other', why);
}

/** calicoctl asks for the CRDs, where a policy's name carries its tier, and reads nodes from Kubernetes. */
function inCrds(message: string): string {
  return message
    .replace(/\bnodes\.projectcalico\.org "/g, 'nodes "')
    .replace(/(\b(?:staged)?(?:global)?networkpolicies)\.projectcalico\.org "(?!default\.)/g, '$1.crd.projectcalico.org "default.')
    .replaceAll('.projectcalico.org "', '.crd.projectcalico.org "')
    .replaceAll('.crd.crd.', '.crd.');
}
