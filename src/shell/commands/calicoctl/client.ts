/**
 * Calico's API client: create, update, delete, get and list with libcalico-go's errors (lib/clientv3, lib/errors), over the API
 * server of the cluster.
 */

import { type ApiObject, calicoErrorText, type IPPool, validateCalico } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import { type CalicoKind, kindNamed, type Resource } from './kinds.ts';
import type { ApiResponse, NetworkResult } from './types.ts';

/** An operation failed; `sort` decides whether a --skip flag forgives it. */
export class CalicoError extends Error {
  readonly sort: 'exists' | 'missing' | 'conflict' | 'invalid' | 'other';
  constructor(sort: CalicoError['sort'], message: string) {
    super(message);
    this.sort = sort;
  }
}

export interface CalicoClient {
  get(kind: CalicoKind, name: string, namespace?: string): Resource;
  list(kind: CalicoKind, namespace?: string): Resource;
  create(resource: Resource): Resource;
  update(resource: Resource): Resource;
  remove(resource: Resource): Resource;
  /** Any other object of the API (IPAM blocks, pods). */
  listPath(path: string): readonly Resource[];
  putPath(path: string, object: unknown): void;
  /** What `(64512)` stands for. */
  asNumber(): string;
}

const GROUP = '/apis/projectcalico.org/v3';

export function identifier({ kind, metadata }: Resource): string {
  return metadata.namespace ? `${kind}(${metadata.namespace}/${metadata.name})` : `${kind}(${metadata.name})`;
}

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

export function calicoClient(process: Process): CalicoClient {
  const send = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): ApiResponse | NetworkResult =>
    process.cluster.request({
      method,
      path,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const ask = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, about: Resource, body?: unknown): Resource => {
    const answer = send(method, path, body);
    if ('networkError' in answer)
      throw new CalicoError('other', `${capital(method)} "${process.cluster.server}${path}": ${answer.message}`);
    if (answer.status < 400) return answer.body as Resource;
    throw failure(answer, about);
  };
  const kindOf = (resource: Resource): CalicoKind => {
    const kind = kindNamed(resource.kind);
    if (!kind?.plural) throw new CalicoError('other', `${resource.kind}: not simulated in this lab`);
    return kind;
  };
  const stub = (kind: CalicoKind, name: string, namespace?: string): Resource => ({
    apiVersion: 'projectcalico.org/v3',
    kind: kind.kind,
    metadata: { name, ...(kind.namespaced && namespace && { namespace }) },
  });
  const check = (resource: Resource, kind: CalicoKind, old?: Resource) => {
    const pools = resource.kind === 'IPPool' ? ((client.list(kind).items ?? []) as unknown as readonly IPPool[]) : [];
    const faults = validateCalico(resource as unknown as ApiObject, { pools, ...(old && { old: old as unknown as ApiObject }) });
    if (faults.length > 0) throw new CalicoError('invalid', calicoErrorText(faults));
  };
  const client: CalicoClient = {
    get: (kind, name, namespace) => {
      const about = stub(kind, name, namespace);
      return shown(ask('GET', pathOf(kindOf(about), name, namespace), about));
    },
    list: (kind, namespace) => {
      const list = ask('GET', pathOf(kindOf(stub(kind, '')), undefined, namespace), stub(kind, ''));
      const items = ((list.items ?? []) as readonly Resource[]).map((item) =>
        shown({ ...item, apiVersion: 'projectcalico.org/v3', kind: kind.kind }),
      );
      const { metadata } = list;
      return {
        apiVersion: 'projectcalico.org/v3',
        kind: `${kind.kind}List`,
        metadata: { resourceVersion: metadata.resourceVersion ?? '' },
        items,
      };
    },
    create: (resource) => {
      const kind = kindOf(resource);
      check(resource, kind);
      const { name = '', namespace, labels, annotations } = resource.metadata;
      const metadata = { name, ...(namespace && { namespace }), ...(labels && { labels }), ...(annotations && { annotations }) };
      return shown(ask('POST', pathOf(kind, undefined, namespace), resource, { ...completed(resource), metadata }));
    },
    update: (resource) => {
      const kind = kindOf(resource);
      const { name = '', namespace, resourceVersion } = resource.metadata;
      const old = client.get(kind, name, namespace);
      if (resourceVersion && resourceVersion !== old.metadata.resourceVersion)
        throw new CalicoError('conflict', `update conflict: ${identifier(resource)}`);
      check(resource, kind, old);
      const { labels, annotations } = resource.metadata;
      const metadata = { ...old.metadata, labels, annotations };
      return shown(ask('PUT', pathOf(kind, name, namespace), resource, { ...completed(resource), metadata }));
    },
    remove: (resource) => {
      const kind = kindOf(resource);
      const { name = '', namespace } = resource.metadata;
      ask('DELETE', pathOf(kind, name, namespace), resource);
      return resource;
    },
    listPath: (path) => {
      const list = ask('GET', path, { apiVersion: '', kind: '', metadata: {} });
      return (list.items ?? []) as readonly Resource[];
    },
    putPath: (path, object) => {
      ask('PUT', path, { apiVersion: '', kind: '', metadata: {} }, object);
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

const capital = (method: string): string => method[0] + method.slice(1).toLowerCase();

function failure(answer: ApiResponse, about: Resource): CalicoError {
  const status = answer.body as { readonly message?: string };
  const message = typeof answer.body === 'string' ? answer.body : (status.message ?? '');
  if (answer.status === 404) {
    const plural = kindNamed(about.kind)?.plural ?? '';
    const resource = about.kind === 'Node' ? 'nodes' : `${plural}.crd.projectcalico.org`;
    return new CalicoError(
      'missing',
      `resource does not exist: ${identifier(about)} with error: ${resource} "${about.metadata.name}" not found`,
    );
  }
  if (answer.status === 409 && message.includes('already exists'))
    return new CalicoError('exists', `resource already exists: ${identifier(about)}`);
  if (answer.status === 409) return new CalicoError('conflict', `update conflict: ${identifier(about)}`);
  return new CalicoError('other', message.replaceAll('.projectcalico.org "', '.crd.projectcalico.org "'));
}
