import { expect, test } from 'vitest';
import { loadWorld } from '../../engine/index.ts';
import { worlds } from '../../worlds/index.ts';
import { attemptOf } from './PacketTab.tsx';

test('a SYN that goes out again is counted; another connection, or an answered one, begins anew', () => {
  const sim = loadWorld(worlds.yaobank!);
  const send = (dst: string, sport: number) =>
    sim.dispatch({ type: 'flow', flow: { from: { host: 'host1', netns: '' }, proto: 'tcp', dst, dport: 80, sport } });
  const sent = [
    send('192.0.2.1', 40_000),
    send('192.0.2.1', 40_000),
    send('192.0.2.1', 40_002),
    send('192.0.2.1', 40_000),
    send('10.48.2.232', 40_000),
    send('10.48.2.232', 40_000),
  ];
  const { flows } = sim.world();
  expect(sent.map(({ id }) => attemptOf(flows, flows.find((each) => each.id === id)!))).toEqual([1, 2, 1, 3, 1, 1]);
});
