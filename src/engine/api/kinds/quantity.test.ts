import { expect, test } from 'vitest';
import { compareQuantities, formatQuantity, parseQuantity } from './quantity.ts';

test.each([
  ['100m', 0.1],
  ['2', 2],
  [2, 2],
  ['1.5Gi', 1610612736],
  ['.5', 0.5],
  ['1e3', 1000],
  ['64M', 64000000],
  ['-1k', -1000],
  ['many', undefined],
  ['', undefined],
  ['1.2.3', undefined],
  ['5mi', undefined],
  ['1e3M', undefined],
])('the quantity %s is %s', (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

test('quantities compare by what they stand for', () => {
  expect(['1Gi', '1G', '100m', '1'].sort(compareQuantities)).toEqual(['100m', '1', '1G', '1Gi']);
  expect(compareQuantities('1', 'many')).toBe(Number.NaN);
});

test.each([
  [0, 'memory', '0'],
  [0.25, 'cpu', '250m'],
  [2, 'cpu', '2'],
  [2 ** 31, 'memory', '2Gi'],
  [70 * 2 ** 20, 'memory', '70Mi'],
  [1000, 'memory', '1000'],
])('%d of %s prints as %s', (value, resource, text) => {
  expect(formatQuantity(value, resource)).toBe(text);
});
