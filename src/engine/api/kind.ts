/**
 * What the API server must know of a kind: its names, how a fresh object is completed, what is refused, how a row prints.
 * One file per kind in kinds/; shared code asks this table and never names a kind. Models a registry "strategy" of
 * kube-apiserver (pkg/registry/<group>/<resource>/strategy.go) and its printer.
 */

import type { Cluster } from '../world.ts';
import type { User } from './http.ts';
import type { ApiObject } from './objects.ts';
import type { ApiState, ResourceName } from './storage.ts';
import type { FieldError } from './validation/field.ts';

/** An object on its way in: the envelope is there, the fields may be missing. */
export type Draft = Readonly<Record<string, unknown>> & {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
};

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export const ALL_VERBS: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** What a hook may look at. */
export interface WriteScope {
  readonly api: ApiState;
  /** ms since the epoch. */
  readonly now: number;
  readonly seed: string;
  /** Absent where a controller writes: nothing is allocated then. */
  readonly cluster?: Pick<Cluster, 'serviceCidr' | 'podCidr' | 'apiHost' | 'name'>;
}

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date' | 'number';
  readonly format: string;
  /** 0: always shown; 1: with `-o wide`. */
  readonly priority: number;
  readonly description: string;
}

export type Cell = string | number | boolean | null;

export interface Kind<T extends ApiObject = ApiObject> {
  /** `services`, `deployments.apps`. */
  readonly resource: ResourceName;
  /** '' is the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** false: served, but nothing in the lab would act on such an object, so none can be made or changed. */
  readonly simulated: boolean;
  /** The warning that every answer about it carries. */
  readonly deprecated?: string;
  /** Not listed by discovery: kinds that only the engine's own rooms and Calico's own client read and write. */
  readonly internal?: boolean;
  readonly verbs: readonly Verb[];
  /** Storage of another resource of which this is a view: events.k8s.io's events are the core ones. */
  readonly storedAs?: ResourceName;
  /** Name of the stored object behind a name of this view, where they differ. */
  readonly storedName?: (name: string) => string;
  /** Name of its type in the schema (schema/types.ts): `core.Service`. */
  readonly type: string;
  /** metadata.generation counts changes of the spec. */
  readonly generation: boolean;
  /** Has a `status` subresource: a write to one leaves the other alone. */
  readonly status: boolean;
  /** A write to the status may change labels and annotations too. */
  readonly statusTakesMetadata: boolean;
  readonly scale: boolean;
  /** Subresources that lead on to another machine: `exec`, `proxy`. Nothing answers there over HTTP. */
  readonly connects: readonly string[];
  /** Fields that are there after any read: what `kubectl get -o yaml` shows though nobody wrote it. */
  readonly defaults: (object: T) => T;
  /** Runs before validation of a create: clears what a client may not set, allocates. */
  readonly prepareCreate: (object: T, scope: WriteScope) => T;
  readonly prepareUpdate: (next: T, old: T, scope: WriteScope) => T;
  readonly validate: (object: T, scope: WriteScope) => readonly FieldError[];
  readonly validateUpdate: (next: T, old: T, scope: WriteScope) => readonly FieldError[];
  readonly validateName: (name: string, prefix: boolean) => readonly string[];
  /** Seconds a delete leaves the object to end by itself; 0 removes at once. @param requested what the client asked for */
  readonly gracePeriod: (object: T, requested?: number) => number;
  /** Whether something beside metadata.finalizers holds a deleted object: a namespace's spec.finalizers. */
  readonly holdsDeletion: (object: T) => boolean;
  /** A delete answers with the object even when it is gone at once (Services, pods). */
  readonly answersDeleteWithObject: boolean;
  /** What else changes when deletion begins: a namespace becomes Terminating. */
  readonly whenDeleting: (object: T) => T;
  /** Sentences sent beside the answer as `Warning:` headers. */
  readonly warnings: (next: T, old: T | undefined) => readonly string[];
  readonly columns: readonly Column[];
  /** Cells in the order of `columns`. @param now ms */
  readonly row: (object: T, now: number) => readonly Cell[];
  /** Values a field selector may ask for beside metadata.name and metadata.namespace; the keys are fixed per kind. */
  readonly fields: (object: T) => Readonly<Record<string, string>>;
  /** Objects that are computed when somebody looks, never stored. @param now ms */
  readonly derived?: (api: ApiState, now: number) => readonly T[];
  /** Defined by a CustomResourceDefinition: there is no strategic merge for it. */
  readonly custom: boolean;
  /** Why this object may never be deleted; undefined when it may. */
  readonly forbidsDelete: (object: T) => string | undefined;
  /** Answers a create without storing anything: access reviews. */
  readonly review?: (object: T, user: User) => T;
  /** View of a stored object in this kind's own shape (see `storedAs`), and back. */
  readonly fromStored?: (object: ApiObject) => T;
  readonly toStored?: (object: T) => ApiObject;
}

type Given = 'group' | 'version' | 'kind' | 'plural' | 'namespaced';
type Settings<T extends ApiObject> = Pick<Kind<T>, Given> & Partial<Omit<Kind<T>, Given | 'resource'>>;

/** A column: `Port(s)`, `Selector*` shown with -o wide only, `Desired#` a whole number. */
export function columns(...names: readonly string[]): readonly Column[] {
  return names.map((text) => {
    const name = text.replace(/[*#]+$/, '');
    const type = text.includes('#') ? 'integer' : 'string';
    return { name, type, format: name === 'Name' ? 'name' : '', description: '', priority: text.includes('*') ? 1 : 0 };
  });
}

const DEFAULT_COLUMNS: readonly Column[] = [
  ...columns('Name'),
  { name: 'Created At', type: 'date', format: '', description: '', priority: 0 },
];

/** Schema package of a group; Calico's two groups share one. */
const PACKAGES: Readonly<Record<string, string>> = {
  '': 'core',
  apps: 'apps',
  batch: 'batch',
  'networking.k8s.io': 'networking',
  'discovery.k8s.io': 'discovery',
  'coordination.k8s.io': 'coordination',
  'events.k8s.io': 'events',
  'authorization.k8s.io': 'authorization',
  'authentication.k8s.io': 'authentication',
  autoscaling: 'autoscaling',
  policy: 'policy',
  'admissionregistration.k8s.io': 'admissionregistration',
  'certificates.k8s.io': 'certificates',
  'node.k8s.io': 'node',
  'scheduling.k8s.io': 'scheduling',
  'storage.k8s.io': 'storage',
};

/** Fills in what most kinds share; kinds without columns of their own print NAME and CREATED AT, as upstream. */
export function defineKind<T extends ApiObject>(settings: Settings<T>): Kind {
  const kind: Kind<T> = {
    resource: settings.group ? `${settings.plural}.${settings.group}` : settings.plural,
    singular: settings.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    simulated: true,
    verbs: ALL_VERBS,
    type: `${PACKAGES[settings.group] ?? 'calico'}.${settings.kind}`,
    generation: false,
    status: false,
    statusTakesMetadata: false,
    scale: false,
    connects: [],
    defaults: (object) => object,
    prepareCreate: (object) => object,
    prepareUpdate: (next) => next,
    validate: () => [],
    validateUpdate: () => [],
    validateName: () => [],
    gracePeriod: () => 0,
    holdsDeletion: () => false,
    answersDeleteWithObject: false,
    whenDeleting: (object) => object,
    custom: false,
    forbidsDelete: () => undefined,
    warnings: () => [],
    columns: DEFAULT_COLUMNS,
    row: (object) => [object.metadata.name, object.metadata.creationTimestamp],
    fields: () => ({}),
    ...settings,
  };
  return kind as unknown as Kind;
}

/** The `apiVersion` of a kind: `v1`, `apps/v1`. */
export function apiVersionOf(kind: Pick<Kind, 'group' | 'version'>): string {
  return kind.group ? `${kind.group}/${kind.version}` : kind.version;
}
