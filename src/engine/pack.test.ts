import { expect, it } from 'vitest';
import { worlds } from '../worlds/index.ts';
import { loadWorld } from './load/load.ts';
import { packWorld, unpackWorld } from './pack.ts';

const world = loadWorld(worlds.yaobank!).world();

it('a world comes back as it was, with what hosts share still shared', () => {
  const back = unpackWorld(packWorld(world));
  expect(back).toEqual(world);
  expect(back.hosts.worker1?.apiView).toBe(back.clusters.kubernetes?.api);
});

it('a world that comes back is at rest', () => {
  const back = unpackWorld(packWorld(world));
  expect(loadWorld(worlds.yaobank!, back).world()).toEqual(world);
});
