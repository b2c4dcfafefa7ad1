/** `kubectl events`: what happened, the last of it last; with -w also what happens from now on. */
import type { Kubectl } from '../context.ts';
import { apiVersionOf } from '../discovery.ts';
import { humanDuration } from '../duration.ts';
import { fail } from '../errors.ts';
import { objectPrinter, type Print, unknownFormat } from '../printers/objects.ts';
import { TabWriter } from '../printers/tabwriter.ts';
import { collectionPath, itemsOf } from '../selection.ts';
import { type Doc, isDoc, items, number, text, type Value } from '../value.ts';
import { follow } from './watching.ts';

function eventAge(kubectl: Kubectl, event: Value): string {
  const since = (stamp: string) => (stamp === '' ? '<unknown>' : humanDuration(kubectl.process.now() - Date.parse(stamp)));
  const first = since(text(event, 'eventTime') || text(event, 'firstTimestamp'));
  if (text(event, 'series', 'lastObservedTime') !== '') {
    return `${since(text(event, 'series', 'lastObservedTime'))} (x${number(event, 'series', 'count')} over ${first})`;
  }
  const count = number(event, 'count');
  return count > 1 ? `${since(text(event, 'lastTimestamp'))} (x${count} over ${first})` : first;
}

/** The field selector of `--for kind/name`. */
function involved(kubectl: Kubectl): string | undefined {
  const wanted = kubectl.flags.string('for');
  if (wanted === '') return undefined;
  const parts = wanted.split('/');
  if (parts.length === 1) fail('--for must be in resource/name form');
  if (parts.length !== 2) fail('arguments in resource/name form may not have more than one slash');
  if (parts[0] === '' || parts[1] === '') fail('arguments in resource/name form must have a single resource and name');
  const type = kubectl.client.discovery.lookup(parts[0]!);
  return [
    `involvedObject.kind=${type.kind}`,
    `involvedObject.apiVersion=${apiVersionOf(type)}`,
    `involvedObject.name=${parts[1]}`,
  ].join(',');
}

/** A table of events; the heading comes once. */
function tablePrinter(kubectl: Kubectl): Print {
  const { flags } = kubectl;
  const all = flags.bool('all-namespaces');
  const writer = new TabWriter();
  let headed = flags.bool('no-headers');
  return (list) => {
    if (!headed) writer.line([...(all ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE']);
    headed = true;
    for (const one of items(list, 'items')) {
      const object = `${text(one, 'involvedObject', 'kind')}/${text(one, 'involvedObject', 'name')}`;
      writer.line([
        ...(all ? [text(one, 'metadata', 'namespace')] : []),
        eventAge(kubectl, one),
        text(one, 'type'),
        text(one, 'reason'),
        object,
        text(one, 'message').trim(),
      ]);
    }
    return writer.flush();
  };
}

/** The fields of corev1.Event, as Go writes them. */
const EVENT_ORDER = `kind apiVersion metadata involvedObject reason message source firstTimestamp lastTimestamp count type eventTime
  series action related reportingComponent reportingInstance`.split(/\s+/);
const METADATA_ORDER = 'name namespace uid resourceVersion creationTimestamp'.split(' ');
const REFERENCE_ORDER = 'kind namespace name uid apiVersion resourceVersion fieldPath'.split(' ');

function inOrder(object: Value | undefined, order: readonly string[]): Doc {
  const doc = isDoc(object) ? object : {};
  const place = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  return Object.fromEntries(Object.entries(doc).sort(([a], [b]) => place(a) - place(b)));
}

/** kubectl has a Go type for events: their JSON is in that type's order. */
function typed(event: Value): Doc {
  const doc = inOrder(event, EVENT_ORDER);
  const metadata = inOrder(doc.metadata, METADATA_ORDER);
  return { ...doc, metadata, involvedObject: inOrder(doc.involvedObject, REFERENCE_ORDER) };
}

const lastSeen = (event: Value) =>
  Date.parse(text(event, 'series', 'lastObservedTime') || text(event, 'lastTimestamp') || text(event, 'eventTime'));

export function events(kubectl: Kubectl): number | Promise<number> {
  const { flags } = kubectl;
  const all = flags.bool('all-namespaces');
  const fieldSelector = involved(kubectl);
  const types = flags.list('types').map((one) => one.toLowerCase());
  if (types.some((one) => one !== 'normal' && one !== 'warning')) fail('valid --types are Normal or Warning');
  const printer = objectPrinter(kubectl, { typed: true });
  if (!printer && flags.string('output') !== '') unknownFormat(flags.string('output'));
  const type = kubectl.client.discovery.lookup('events');
  const path = collectionPath(type, all ? '' : kubectl.namespace);
  const wanted = (one: Value) => types.length === 0 || types.includes(text(one, 'type').toLowerCase());
  const table = tablePrinter(kubectl);
  if (flags.bool('watch')) {
    const { watch } = kubectl.client.send({ method: 'GET', path, query: { watch: true, limit: 500, fieldSelector } });
    return follow(kubectl, watch!, (object, event) => {
      // Events go after an hour: nothing that has just happened.
      if (event === 'DELETED' || !wanted(object)) return;
      kubectl.out(printer ? printer(typed(object)) : table({ items: [object] }));
    });
  }
  const list = itemsOf(kubectl.client.get(path, { limit: 500, fieldSelector }, undefined, { typed: true }), type).filter(wanted);
  if (list.length === 0) {
    kubectl.err(all ? 'No events found.\n' : `No events found in ${kubectl.namespace} namespace.\n`);
    return 0;
  }
  const sorted = [...list].sort((a, b) => lastSeen(a) - lastSeen(b));
  if (!printer) kubectl.out(table({ items: sorted }));
  // A list has no name to print, and kubectl does not look into this one.
  else if (flags.string('output').toLowerCase() !== 'name')
    kubectl.out(printer({ kind: 'EventList', apiVersion: 'v1', metadata: {}, items: sorted.map(typed) }));
  return 0;
}
