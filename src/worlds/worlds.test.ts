import { expect, it } from 'vitest';
import { loadWorld } from '../engine/index.ts';
import { worlds } from './index.ts';

it.each(Object.keys(worlds))('%s loads and comes to rest', (id) => {
  const sim = loadWorld(worlds[id]!);
  expect(sim.settle()).toEqual({ rounds: 0, elapsedMs: 0, oscillating: [] });
});
