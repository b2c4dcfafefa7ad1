import { expect, test } from 'vitest';
import { worlds } from '../../../worlds/index.ts';
import { loadWorld } from '../../index.ts';
import { bgpConnections } from './connections.ts';

test('both ends of every session name the same connection, and one end of each is the BGP port', () => {
  const world = loadWorld(worlds.yaobank!).world();
  const all = Object.values(world.hosts).flatMap((host) => bgpConnections(world, host));
  const text = ({ local, localPort, peer, peerPort }: (typeof all)[number]) => `${local}:${localPort} ${peer}:${peerPort}`;
  const turned = ({ local, localPort, peer, peerPort }: (typeof all)[number]) =>
    text({ local: peer, localPort: peerPort, peer: local, peerPort: localPort });
  expect(all.map(text).sort()).toEqual(all.map(turned).sort());
  expect(all.length).toBe(12);
  expect(all.filter(({ localPort, peerPort }) => (localPort === 179) === (peerPort === 179))).toEqual([]);
});

test('who has no BIRD running, or no session, has no connection', () => {
  const sim = loadWorld(worlds.yaobank!);
  sim.dispatch({ type: 'daemon', host: 'host1', daemon: 'bird', action: 'stop' });
  sim.settle();
  const { hosts } = sim.world();
  expect([
    bgpConnections(sim.world(), hosts.host1!),
    bgpConnections(sim.world(), hosts.worker1!).some(({ peer }) => peer === '10.0.1.10'),
  ]).toEqual([[], false]);
});
