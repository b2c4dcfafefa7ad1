import { expect, test } from 'vitest';
import { strategicMerge } from './strategic.ts';

const deployment = (containers: readonly unknown[]) => ({ spec: { template: { spec: { containers } } } });
const web = { name: 'web', image: 'web:1', ports: [{ containerPort: 80, protocol: 'TCP' }] };
const side = { name: 'side', image: 'side:1' };

test('a container is merged by its name', () => {
  const patch = deployment([{ name: 'web', image: 'web:2' }]);
  expect(strategicMerge(deployment([web, side]), patch, 'apps.Deployment')).toEqual(deployment([{ ...web, image: 'web:2' }, side]));
});

test('a container that a patch adds stands first', () => {
  expect(strategicMerge(deployment([web]), deployment([side]), 'apps.Deployment')).toEqual(deployment([side, web]));
});

test('$patch: delete removes the entry with that key', () => {
  const patch = deployment([{ name: 'side', $patch: 'delete' }]);
  expect(strategicMerge(deployment([web, side]), patch, 'apps.Deployment')).toEqual(deployment([web]));
});

test('$patch: replace in a list replaces it', () => {
  const patch = deployment([{ $patch: 'replace' }, side]);
  expect(strategicMerge(deployment([web]), patch, 'apps.Deployment')).toEqual(deployment([side]));
});

test('$setElementOrder moves the entries the client knows', () => {
  const patch = {
    spec: {
      template: {
        spec: { '$setElementOrder/containers': [{ name: 'side' }, { name: 'web' }], containers: [{ name: 'web', image: 'web:2' }] },
      },
    },
  };
  expect(strategicMerge(deployment([web, side]), patch, 'apps.Deployment')).toEqual(deployment([side, { ...web, image: 'web:2' }]));
});

test('$retainKeys drops the fields it does not list', () => {
  const old = { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } } };
  const patch = { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } };
  expect(strategicMerge(old, patch, 'apps.Deployment')).toEqual({ spec: { strategy: { type: 'Recreate' } } });
});

test('lists without a merge key are replaced, sets of scalars grow and shrink', () => {
  const old = { metadata: { finalizers: ['a/x', 'b/x'] }, spec: { externalIPs: ['10.50.0.10'] } };
  const patch = {
    metadata: { finalizers: ['c/x'], '$deleteFromPrimitiveList/finalizers': ['a/x'] },
    spec: { externalIPs: ['10.50.0.11'] },
  };
  expect(strategicMerge(old, patch, 'core.Service')).toEqual({
    metadata: { finalizers: ['c/x', 'b/x'] },
    spec: { externalIPs: ['10.50.0.11'] },
  });
});

test('null removes and __proto__ is an ordinary key', () => {
  const patch = JSON.parse('{"data":{"a":null,"__proto__":{"polluted":"yes"}}}') as Record<string, unknown>;
  const merged = strategicMerge({ data: { a: '1', b: '2' } }, patch, 'core.ConfigMap') as { data: object };
  expect(Object.entries(merged.data)).toEqual([
    ['b', '2'],
    ['__proto__', { polluted: 'yes' }],
  ]);
  expect(({} as { polluted?: string }).polluted).toBe(undefined);
});
