/**
 * What happened since: the events a watch gets. Models the watch cache of k8s.io/apiserver: an object that begins to match a selector
 * is ADDED, one that ceases to match is DELETED.
 */
import type { Watch, WatchEvent } from './http.ts';
import { apiVersionOf, type Kind } from './kind.ts';
import { kindOf } from './kinds/index.ts';
import type { ApiObject } from './objects.ts';
import { storedObjects } from './rest/call.ts';
import { selection } from './rest/read.ts';
import { metadataOnly, tableOf } from './rest/table.ts';
import { expired, type StatusError } from './status.ts';
import { type ApiState, type LogEntry, remembers } from './storage.ts';

type Selects = (object: ApiObject) => boolean;

function selector(kind: Kind, watch: Watch): Selects {
  const { namespace, name, labelSelector = '', fieldSelector = '' } = watch;
  const wanted = selection(kind, { labelSelector, fieldSelector }, name);
  if (!kind.namespaced || namespace === undefined) return wanted;
  return (object) => object.metadata.namespace === namespace && wanted(object);
}

function eventOf(kind: Kind, entry: LogEntry, wanted: Selects): { type: WatchEvent['type']; object: ApiObject } | undefined {
  const seen = (object: ApiObject) => (kind.fromStored ? kind.fromStored(object) : object);
  const object = seen(entry.object);
  const before = entry.before && seen(entry.before);
  const matched = before !== undefined && wanted(before);
  if (entry.type === 'DELETED') return matched ? { type: 'DELETED', object } : undefined;
  if (wanted(object)) return { type: matched ? 'MODIFIED' : 'ADDED', object };
  if (!matched) return undefined;
  // The client sees the last state it knew, at the version of the change.
  return {
    type: 'DELETED',
    object: { ...before, metadata: { ...before.metadata, resourceVersion: object.metadata.resourceVersion } },
  };
}

/**
 * The events since the watch's resourceVersion, and the watch to ask with next time. Version 0 first brings all that exists.
 * A version that fell out of the log answers one ERROR event (410 Expired).
 * @param now ms, for the AGE column of Tables
 */
export function watchEvents(
  api: ApiState,
  watch: Watch,
  now = 0,
): { readonly events: readonly WatchEvent[]; readonly watch: Watch } {
  const kind = kindOf(watch.resource);
  const next: Watch = { ...watch, resourceVersion: Math.max(api.resourceVersion, watch.resourceVersion) };
  const wanted = selector(kind, watch);
  const resource = kind.storedAs ?? kind.resource;
  const shown = presenter(kind, watch, now);
  if (watch.resourceVersion === 0) {
    const all = storedObjects(kind, api, now);
    const objects = Object.keys(all)
      .sort()
      .map((key) => (kind.fromStored ? kind.fromStored(all[key]!) : all[key]!));
    const events: WatchEvent[] = objects.filter(wanted).map((object) => ({ type: 'ADDED', object: shown(object) }));
    return { events: watch.bookmark ? [...events, initialEnd(next)] : events, watch: next };
  }
  if (!remembers(api, watch.resourceVersion))
    return { events: [tooOld(watch.resourceVersion, api.log[0]?.resourceVersion ?? api.resourceVersion + 1)], watch: next };
  const events = api.log.flatMap((entry): WatchEvent[] => {
    if (entry.resource !== resource || entry.resourceVersion <= watch.resourceVersion) return [];
    const event = eventOf(kind, entry, wanted);
    return event ? [{ type: event.type, object: shown(event.object) }] : [];
  });
  return { events, watch: next };
}

/** A BOOKMARK: the version up to which nothing was missed. */
export function bookmarkOf(watch: Watch): WatchEvent {
  const kind = kindOf(watch.resource);
  const metadata = { resourceVersion: String(watch.resourceVersion), creationTimestamp: null };
  return { type: 'BOOKMARK', object: { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata } };
}

/** Marks the end of what existed before the watch began. */
function initialEnd(watch: Watch): WatchEvent {
  const { type, object } = bookmarkOf(watch) as { type: 'BOOKMARK'; object: { metadata: object } };
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  return { type, object: { ...object, metadata: { ...object.metadata, annotations } } };
}

function tooOld(asked: number, oldest: number): WatchEvent {
  const { status } = expired(`too old resource version: ${asked} (${oldest})`) satisfies StatusError;
  return { type: 'ERROR', object: status };
}

function presenter(kind: Kind, watch: Watch, now: number): (object: ApiObject) => unknown {
  if (watch.metadataOnly) return metadataOnly;
  if (!watch.asTable) return (object) => object;
  let first = true;
  return (object) => {
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    const table = tableOf(kind, [object], { now, metadata, columnsToo: first, includeObject: watch.includeObject });
    first = false;
    return table;
  };
}
