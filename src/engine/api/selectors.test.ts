import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matches, meets, parseFieldSelector, parseLabelSelector } from './selectors.ts';

const parsed = (text: string) => parseLabelSelector(text);
const selects = (text: string, labels: Record<string, string>) => {
  const result = parseLabelSelector(text);
  return 'requirements' in result && meets(result.requirements, labels);
};

test('a selector is parsed into its requirements', () => {
  expect(parsed('a=b, c==d,e!=f,g in (x, y),h notin (z),i,!j,k>1')).toEqual({
    requirements: [
      { key: 'a', operator: '=', values: ['b'] },
      { key: 'c', operator: '=', values: ['d'] },
      { key: 'e', operator: '!=', values: ['f'] },
      { key: 'g', operator: 'in', values: ['x', 'y'] },
      { key: 'h', operator: 'notin', values: ['z'] },
      { key: 'i', operator: 'exists', values: [] },
      { key: 'j', operator: '!', values: [] },
      { key: 'k', operator: 'gt', values: ['1'] },
    ],
  });
});

test('requirements hold as upstream says', () => {
  const labels = { app: 'web', n: '5', empty: '' };
  const holds = ['app=web', 'app', '!gone', 'gone!=x', 'gone notin (x)', 'app in (web,api)', 'n>4', 'n<6', 'empty=', 'app,n', ''];
  const fails = ['app=api', 'gone', '!app', 'app!=web', 'app notin (web)', 'gone in (x)', 'n>5', 'app>1', 'app=web,gone'];
  expect(holds.filter((text) => !selects(text, labels))).toEqual([]);
  expect(fails.filter((text) => selects(text, labels))).toEqual([]);
});

const faults: readonly [text: string, error: string][] = [
  ['a===b', "unable to parse requirement: found '=', expected: identifier"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['=a', "found '=', expected: !, identifier, or 'end of string'"],
  ['a=b,', "found '', expected: identifier after ','"],
  ['a=b c', "found 'c', expected: ',' or 'end of string'"],
  ['a in x', "unable to parse requirement: found 'x' expected: '('"],
  ['a toString b', "unable to parse requirement: found 'toString', expected: in, notin, =, ==, !=, gt, lt"],
];

test.each(faults)('%s is refused', (text, error) => {
  expect(parsed(text)).toEqual({ error });
});

test('a field selector splits at the operator and unescapes values', () => {
  expect(parseFieldSelector('spec.nodeName=worker1,status.phase!=Running,metadata.name==a\\,b')).toEqual({
    requirements: [
      { field: 'metadata.name', operator: '=', value: 'a,b' },
      { field: 'spec.nodeName', operator: '=', value: 'worker1' },
      { field: 'status.phase', operator: '!=', value: 'Running' },
    ],
  });
  expect(parseFieldSelector('status.phase')).toEqual({
    error: "invalid selector: 'status.phase'; can't understand 'status.phase'",
  });
});

test('a missing LabelSelector selects nothing, an empty one everything', () => {
  expect([matches(undefined, { a: 'b' }), matches({}, { a: 'b' }), matches({}, {})]).toEqual([false, true, true]);
  const expression = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', values?: string[]) =>
    matches({ matchExpressions: [{ key: 'a', operator, ...(values ? { values } : {}) }] }, { a: 'b' });
  expect([expression('In', ['b']), expression('NotIn', ['b']), expression('Exists'), expression('DoesNotExist')]).toEqual([
    true,
    false,
    true,
    false,
  ]);
});

test('no text makes the parsers throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z=!,() <>.\\]*$/)), (text) => {
      parseLabelSelector(text);
      parseFieldSelector(text);
    }),
  );
});
