/** Objects as calicoctl passes them around, and the two ways they are fetched: from a CRD, or made of Kubernetes' own objects. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string | null;
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An operation failed; `sort` decides whether a --skip flag forgives it. */
export class CalicoError extends Error {
  readonly sort: 'exists' | 'missing' | 'conflict' | 'invalid' | 'other';
  constructor(sort: CalicoError['sort'], message: string) {
    super(message);
    this.sort = sort;
  }
}

export interface List {
  readonly items: readonly Resource[];
  readonly resourceVersion: string;
}

/** Requests to the API server, in libcalico-go's errors. */
export interface Requests {
  get(path: string, about: Resource): Resource;
  list(path: string): List;
  put(path: string, about: Resource, body: unknown): Resource;
}

/** How libcalico-go finds a kind that Kubernetes' own objects stand for (lib/backend/k8s/resources). */
export interface Backend {
  get(requests: Requests, name: string, namespace: string): Resource;
  list(requests: Requests, namespace: string): List;
  /** Absent: the operation is not supported on it. */
  update?(requests: Requests, resource: Resource): Resource;
  /** Why an object cannot be created or removed. */
  refusal(operation: 'Create' | 'Update' | 'Delete', resource: Resource): CalicoError;
}

export function identifier({ kind, metadata }: Resource): string {
  return metadata.namespace ? `${kind}(${metadata.namespace}/${metadata.name})` : `${kind}(${metadata.name})`;
}

export const unsupported = (operation: string, resource: Resource): CalicoError =>
  new CalicoError('other', `operation ${operation} is not supported on ${identifier(resource)}`);
