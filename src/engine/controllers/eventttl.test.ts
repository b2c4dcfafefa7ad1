import { expect, test } from 'vitest';
import { clusterWorld, created, deployment, listIn, reconciled } from '../testing.ts';

test('events are kept for an hour and gone within ten minutes more', () => {
  const world = reconciled(created(clusterWorld(), 'deployments.apps', deployment('web', 1)));
  const count = listIn(world, 'events').length;
  expect(count).toBe(7);
  expect(listIn(reconciled(world, { ms: 3_590_000 }), 'events').length).toBe(count);
  expect(listIn(reconciled(world, { ms: 4_200_000 }), 'events')).toEqual([]);
});
