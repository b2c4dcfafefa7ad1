import { describe, expect, it } from 'vitest';
import { worlds } from '../worlds/index.ts';
import { loadWorld } from './load/load.ts';
import { packStart, unpackStart } from './pack.ts';
import { createSim, simFrom } from './sim.ts';

describe.each(Object.values(worlds))('the starting world $id as text', (source) => {
  const { world, due } = loadWorld(source).moment();

  it('comes back as it was, with what hosts share still shared', () => {
    const back = unpackStart(packStart({ world, due }));
    expect(back).toEqual({ world, due });
    const [cluster] = Object.values(back.world.clusters);
    expect(back.world.hosts[cluster!.apiHost]?.apiView).toBe(cluster!.api);
  });

  it('is at rest: letting it settle changes nothing, and the same thing is due next', () => {
    const back = unpackStart(packStart({ world, due }));
    const settled = createSim(back.world);
    settled.settle();
    expect({ same: settled.world() === back.world, due: settled.moment().due }).toEqual({ same: true, due });
  });

  it('goes on from there as it does from where it was booted', () => {
    const [booted, shipped] = [{ world, due }, unpackStart(packStart({ world, due }))].map((start) => {
      const sim = simFrom(start);
      sim.advance(3_600_000);
      return sim.moment();
    });
    expect(shipped).toEqual(booted);
  });
});
