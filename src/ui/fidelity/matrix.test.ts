import { expect, test } from 'vitest';
import json from './matrix.json' with { type: 'json' };
import { parseMatrix } from './matrix.ts';

test('the matrix in the tree is one that the page can read', () => {
  expect(parseMatrix(json)).toEqual(json);
});
