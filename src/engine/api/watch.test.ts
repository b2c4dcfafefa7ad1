import { expect, test } from 'vitest';
import { clientWith } from './testing.ts';
import { bookmarkOf, watchEvents } from './watch.ts';

const PATH = '/api/v1/namespaces/bank/configmaps';

function bank(...names: readonly string[]) {
  const on = clientWith('bank');
  for (const name of names) on.send('POST', PATH, { metadata: { name, labels: { all: 'yes' } }, data: { a: '1' } });
  return on;
}

const seen = (events: readonly { type: string; object: unknown }[]) =>
  events.map(({ type, object }) => `${type} ${(object as { metadata: { name?: string } }).metadata.name ?? ''}`.trim());

test('without a version what exists comes first, then what happens', () => {
  const on = bank('a', 'b');
  const first = watchEvents(on.api(), on.send('GET', `${PATH}?watch=1`).watch!);
  on.send('DELETE', `${PATH}/a`);
  const then = watchEvents(on.api(), first.watch);
  expect([seen(first.events), seen(then.events)]).toEqual([['ADDED a', 'ADDED b'], ['DELETED a']]);
});

test('a watch that wants no initial events begins now', () => {
  const on = bank('a');
  const { watch } = on.send('GET', `${PATH}?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`);
  on.send('POST', PATH, { metadata: { name: 'b' } });
  expect(seen(watchEvents(on.api(), watch!).events)).toEqual(['ADDED b']);
});

test('a streamed list ends with a bookmark that says so', () => {
  const on = bank('a');
  const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const { events } = watchEvents(on.api(), on.send('GET', `${PATH}?${query}`).watch!);
  expect(events.slice(1)).toEqual([
    {
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: {
          resourceVersion: String(on.api().resourceVersion),
          creationTimestamp: null,
          annotations: { 'k8s.io/initial-events-end': 'true' },
        },
      },
    },
  ]);
});

test('a bookmark tells the version the watch has come to', () => {
  const on = bank();
  const { watch } = watchEvents(on.api(), on.send('GET', `${PATH}?watch=1&allowWatchBookmarks=1&timeoutSeconds=5`).watch!);
  expect([watch.bookmarks, watch.timeoutSeconds, bookmarkOf(watch)]).toEqual([
    true,
    5,
    {
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { resourceVersion: String(on.api().resourceVersion), creationTimestamp: null },
      },
    },
  ]);
});

test('events come as Tables, the columns once, or as bare metadata', () => {
  const on = bank('a', 'b');
  const as = (kind: string) => ({ accept: `application/json;as=${kind};v=v1;g=meta.k8s.io` });
  const tables = watchEvents(on.api(), on.send('GET', `${PATH}?watch=1`, undefined, as('Table')).watch!).events;
  const columns = tables.map(({ object }) => (object as { columnDefinitions: { name: string }[] }).columnDefinitions);
  expect(columns.map((list) => list.map(({ name }) => name))).toEqual([['Name', 'Data', 'Age'], []]);
  const bare = watchEvents(on.api(), on.send('GET', `${PATH}?watch=1`, undefined, as('PartialObjectMetadata')).watch!).events;
  expect(bare.map(({ object }) => Object.keys(object as object))).toEqual(Array(2).fill(['kind', 'apiVersion', 'metadata']));
});

test('a list shows an earlier version exactly, or says that it is forgotten', () => {
  const on = bank('a', 'b');
  const then = on.api().resourceVersion;
  on.send('DELETE', `${PATH}/a`);
  on.send('PATCH', `${PATH}/b`, { data: { a: '2' } }, { 'content-type': 'application/merge-patch+json' });
  const data = (query: string) =>
    on
      .object<{ items: { metadata: { name: string }; data: object }[] }>('GET', `${PATH}?${query}`)
      .items.map((item) => [item.metadata.name, item.data]);
  expect(data(`resourceVersion=${then}&resourceVersionMatch=Exact`)).toEqual([
    ['a', { a: '1' }],
    ['b', { a: '1' }],
  ]);
  expect(data(`resourceVersion=${then}&resourceVersionMatch=NotOlderThan`)).toEqual([['b', { a: '2' }]]);
});
