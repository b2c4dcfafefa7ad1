import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import {
  changesBetween,
  difference,
  fieldsOf,
  fromFieldsV1,
  intersection,
  isEmpty,
  mergeApplied,
  pathsOf,
  toFieldsV1,
  union,
  withoutFields,
} from './fieldset.ts';

const SERVICE = { is: 'struct', name: 'core.Service' } as const;
const applied = (value: unknown) => fieldsOf(value, SERVICE, false);
const ports = (...list: readonly object[]) => ({ spec: { ports: list } });

test('fields of a configuration: maps and keyed lists fall apart, atomic lists do not', () => {
  const value = {
    metadata: { labels: { app: 'web' } },
    spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }], externalIPs: ['10.0.0.1'] },
  };
  expect(toFieldsV1(applied(value))).toEqual({
    'f:metadata': { 'f:labels': { 'f:app': {} } },
    'f:spec': {
      'f:externalIPs': {},
      'f:ports': { 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:nodePort': {}, 'f:port': {} } },
      'f:type': {},
    },
  });
});

test('paths are written as people read them', () => {
  expect(pathsOf(applied(ports({ port: 80, name: 'a' })))).toEqual([
    '.spec.ports[port=80,protocol="TCP"]',
    '.spec.ports[port=80,protocol="TCP"].name',
    '.spec.ports[port=80,protocol="TCP"].port',
  ]);
});

test('what changed and what went are told apart', () => {
  const { changed, removed } = changesBetween(
    { metadata: { labels: { a: '1', b: '2' } }, spec: { type: 'ClusterIP', selector: { a: '1' } } },
    { metadata: { labels: { a: '1', c: '3' } }, spec: { type: 'NodePort', selector: { a: '1', b: '2' } } },
    SERVICE,
  );
  // A selector is atomic: it changes as a whole.
  expect([pathsOf(changed), pathsOf(removed)]).toEqual([
    ['.metadata.labels.c', '.spec.selector', '.spec.type'],
    ['.metadata.labels.b'],
  ]);
});

test('an applied list merges into the live one by its keys', () => {
  const live = ports({ port: 80, protocol: 'TCP', nodePort: 30080 }, { port: 81, protocol: 'TCP' });
  expect(mergeApplied(live, ports({ port: 80, name: 'http' }, { port: 82 }), SERVICE)).toEqual(
    ports({ port: 80, protocol: 'TCP', nodePort: 30080, name: 'http' }, { port: 81, protocol: 'TCP' }, { port: 82 }),
  );
});

test('fields that are given up go, with the items that have nothing else', () => {
  const live = {
    spec: {
      type: 'NodePort',
      ports: [
        { port: 80, protocol: 'TCP' },
        { port: 81, protocol: 'TCP' },
      ],
    },
  };
  expect(withoutFields(live, applied(ports({ port: 81 })), SERVICE)).toEqual({
    spec: { type: 'NodePort', ports: [{ port: 80, protocol: 'TCP' }] },
  });
});

/** FieldsV1 texts of some depth. */
const fieldsV1 = fc.letrec<{ set: object }>((tie) => ({
  set: fc.dictionary(
    fc.constantFrom('f:a', 'f:b', 'f:__proto__', 'k:{"name":"x"}', 'v:1', '.'),
    fc.oneof({ depthSize: 'small' }, fc.constant({}), tie('set')),
    { maxKeys: 4 },
  ),
})).set;

property.prop([fieldsV1, fieldsV1])('sets are sets', (left, right) => {
  const [a, b] = [fromFieldsV1({ 'f:top': left }), fromFieldsV1({ 'f:top': right })];
  expect(toFieldsV1(union(a, b))).toEqual(toFieldsV1(union(b, a)));
  expect(toFieldsV1(union(a, a))).toEqual(toFieldsV1(a));
  expect(isEmpty(difference(a, a))).toBe(true);
  expect(isEmpty(intersection(difference(a, b), b))).toBe(true);
  expect(toFieldsV1(union(difference(a, b), intersection(a, b)))).toEqual(toFieldsV1(a));
});

property.prop([fieldsV1])('FieldsV1 reads back as it was written', (value) => {
  const set = fromFieldsV1(value);
  expect(toFieldsV1(fromFieldsV1(toFieldsV1(set)))).toEqual(toFieldsV1(set));
});
