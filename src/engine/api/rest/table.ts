/** Answers in other forms: server-side Tables (what kubectl prints) and bare metadata. Models meta.k8s.io/v1. */
import type { Cell, Column, Kind } from '../kind.ts';
import type { ApiObject } from '../objects.ts';
import { badRequest } from '../status.ts';
import type { Form } from './negotiate.ts';
import type { Query } from './path.ts';

export interface TableRow {
  readonly cells: readonly Cell[];
  readonly object?: unknown;
}

export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: 'meta.k8s.io/v1';
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string; readonly remainingItemCount?: number };
  readonly columnDefinitions: readonly Column[];
  readonly rows: readonly TableRow[];
}

export type ListMeta = Table['metadata'];

export const metadataOnly = (object: ApiObject) => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: object.metadata,
});

/** Tables of objects of a kind. @param columnsToo false in watch events after the first */
export function tableOf(
  kind: Kind,
  objects: readonly ApiObject[],
  options: { readonly now: number; readonly metadata: ListMeta; readonly includeObject?: string; readonly columnsToo?: boolean },
): Table {
  const { now, metadata, includeObject = 'Metadata', columnsToo = true } = options;
  const shown = (object: ApiObject): Pick<TableRow, 'object'> => {
    if (includeObject === 'None') return {};
    return { object: includeObject === 'Object' ? object : metadataOnly(object) };
  };
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columnsToo ? kind.columns : [],
    rows: objects.map((object) => ({ cells: kind.row(object, now), ...shown(object) })),
  };
}

export function includeObject(query: Query): string {
  const wanted = query.includeObject || 'Metadata';
  if (!['None', 'Metadata', 'Object'].includes(wanted)) {
    throw badRequest(
      `Table.meta.k8s.io "" is invalid: includeObject: Invalid value: "${wanted}": must be 'Metadata', 'Object', 'None', or empty`,
    );
  }
  return wanted;
}

/** One object in the form the client asked for. */
export function presentObject(kind: Kind, object: ApiObject, form: Form, query: Query, now: number): unknown {
  if (form === 'Table') {
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    return tableOf(kind, [object], { now, metadata, includeObject: includeObject(query) });
  }
  return form === 'PartialObjectMetadata' ? metadataOnly(object) : object;
}
