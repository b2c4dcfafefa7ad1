import { expect, test } from 'vitest';
import { kinds } from '../kinds/index.ts';
import { describedNames } from './descriptions.ts';
import { structType, type TypeRef, typesOf } from './types.ts';

const PACKS = [
  'meta',
  'core',
  'apps',
  'batch',
  'networking',
  'discovery',
  'events',
  'authentication',
  'authorization',
  'autoscaling',
  'autoscalingv2',
  'policy',
  'admissionregistration',
  'certificates',
  'node',
  'scheduling',
  'storage',
  'calico',
];
const inner = (type: TypeRef): TypeRef => (type.is === 'list' || type.is === 'map' ? inner(type.of) : type);

test('every type that a field names exists', () => {
  const missing: string[] = [];
  for (const pack of PACKS) {
    for (const type of typesOf(pack).values()) {
      for (const field of type.fields.values()) {
        const ref = inner(field.type);
        if (ref.is === 'struct' && !structType(ref.name)) missing.push(`${type.name}.${field.name}: ${ref.name}`);
      }
    }
  }
  expect(missing).toEqual([]);
});

test('every kind has a type', () => {
  expect(kinds.filter((kind) => !structType(kind.type)?.kind).map((kind) => kind.resource)).toEqual([]);
});

test('a line says all about a field', () => {
  expect(structType('core.ServiceSpec')?.fields.get('ports')).toEqual({
    name: 'ports',
    type: { is: 'list', of: { is: 'struct', name: 'core.ServicePort' } },
    required: false,
    mergeKey: 'port',
    retainKeys: false,
    listType: 'map',
    keys: ['port', 'protocol'],
    default: undefined,
    pointer: false,
    number: '1',
  });
});

test('every description is of a type or field that exists', () => {
  const lost = describedNames().filter((name) => {
    const [pack, type, ...field] = name.split('.');
    const struct = structType(`${pack}.${type}`);
    return !struct || (field.length > 0 && !struct.fields.has(field.join('.')));
  });
  expect(lost).toEqual([]);
});
