/**
 * Events: core/v1 as stored, and events.k8s.io/v1 as a view of the same objects. The view reads; new-style events are written in
 * core form by the engine (events.ts).
 */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject, KubeEvent } from '../objects.ts';
import { type FieldError, invalid } from '../validation/field.ts';
import { dns1123Subdomain } from '../validation/names.ts';

type Series = { readonly count: number; readonly lastObservedTime: string };

function source({ source, ...event }: KubeEvent): string {
  const component = source?.component || (event.reportingComponent as string) || '';
  const host = source?.host || (event.reportingInstance as string) || '';
  return host ? `${component}, ${host}` : component;
}

function row(event: KubeEvent, now: number) {
  const series = event.series as Series | undefined;
  const first = event.firstTimestamp || (event.eventTime as string);
  const last = series?.lastObservedTime ?? (event.lastTimestamp || first);
  const about = event.involvedObject ?? {};
  const kind = (about.kind ?? '').toLowerCase();
  return [
    age(last, now),
    event.type ?? '',
    event.reason ?? '',
    about.name ? `${kind}/${about.name}` : kind,
    about.fieldPath ?? '',
    source(event),
    (event.message ?? '').trim(),
    age(first, now),
    series?.count ?? (event.count || 1),
    event.metadata.name,
  ];
}

const COLUMNS = columns(
  'Last Seen',
  'Type',
  'Reason',
  'Object',
  'Subobject*',
  'Source*',
  'Message',
  'First Seen*',
  'Count*',
  'Name*',
);

function fields(event: KubeEvent): Record<string, string> {
  const about = event.involvedObject ?? {};
  return {
    'involvedObject.kind': about.kind ?? '',
    'involvedObject.namespace': about.namespace ?? '',
    'involvedObject.name': about.name ?? '',
    'involvedObject.uid': about.uid ?? '',
    'involvedObject.apiVersion': about.apiVersion ?? '',
    'involvedObject.resourceVersion': about.resourceVersion ?? '',
    'involvedObject.fieldPath': about.fieldPath ?? '',
    reason: event.reason ?? '',
    reportingComponent: (event.reportingComponent as string) || event.source?.component || '',
    source: event.source?.component || (event.reportingComponent as string) || '',
    type: event.type ?? '',
  };
}

/** An event lives beside what it is about; those of cluster-scoped objects in `default`. */
function validateEvent({ metadata, involvedObject }: KubeEvent): FieldError[] {
  const about = involvedObject?.namespace ?? '';
  const fits =
    about === metadata.namespace || (about === '' && (metadata.namespace === 'default' || metadata.namespace === 'kube-system'));
  return fits ? [] : [invalid('involvedObject.namespace', about, 'does not match event.namespace')];
}

export const eventKind = defineKind<KubeEvent>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  validateName: dns1123Subdomain,
  validate: validateEvent,
  fields,
  columns: COLUMNS,
  row,
});

const RENAMED: readonly (readonly [core: string, view: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['count', 'deprecatedCount'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['source', 'deprecatedSource'],
  ['reportingComponent', 'reportingController'],
];

function rename(object: ApiObject, pairs: readonly (readonly [string, string])[], apiVersion: string): ApiObject {
  const names = new Map(pairs);
  const entries = Object.entries(object).map(([key, value]) => [names.get(key) ?? key, value]);
  return { ...Object.fromEntries(entries), apiVersion } as ApiObject;
}

const toCore = (object: ApiObject): KubeEvent =>
  rename(
    object,
    RENAMED.map(([core, view]) => [view, core]),
    'v1',
  ) as KubeEvent;

export const eventsGroupKind = defineKind<ApiObject>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  namespaced: true,
  storedAs: 'events',
  validateName: dns1123Subdomain,
  fromStored: (object) => rename(object, RENAMED, 'events.k8s.io/v1'),
  toStored: toCore,
  fields: (object) => fields(toCore(object)),
  columns: COLUMNS,
  row: (object, now) => row(toCore(object), now),
});
