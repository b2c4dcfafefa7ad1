import { expect, test } from 'vitest';
import { linkStats } from '../index.ts';
import { neighbourState } from '../kernel/neighbour.ts';
import { createSim, type Sim } from '../sim.ts';
import { withHost } from '../world.ts';
import { gateway, host, world } from './builders.ts';
import { outcomeOf } from './outcome.ts';

const lab = () => createSim(world([gateway, host('host1', '10.0.1.10', { kind: 'bastion' }), host('worker2', '10.0.1.31')]));
const syn = (sim: Sim, hold = false) =>
  sim.dispatch({ type: 'flow', flow: { from: { host: 'host1', netns: '' }, proto: 'tcp', dst: '10.0.1.31', dport: 22 }, hold });
const ping = (sim: Sim) =>
  sim.dispatch({ type: 'flow', flow: { from: { host: 'host1', netns: '' }, proto: 'icmp', dst: '10.0.1.31', dport: 0 } });
const stateOf = (sim: Sim, of: string, about: string) => {
  const entry = sim.world().hosts[of]!.netns['']!.neighbours[`ens5 ${about}`];
  return entry && `${neighbourState(entry, sim.world().now)}${entry.mac === undefined ? '' : ' with an address'}`;
};
const powerOff = (sim: Sim) => {
  const now = sim.world();
  sim.load(withHost(now, { ...now.hosts.worker2!, up: false }), []);
};

test('who is asked learns of the asker, uses that, and has it confirmed five seconds later', () => {
  const sim = lab();
  ping(sim);
  const both = () => [stateOf(sim, 'host1', '10.0.1.31'), stateOf(sim, 'worker2', '10.0.1.10')];
  const seen = [both()];
  for (const ms of [4900, 200, 26_000, 10_000]) {
    sim.advance(ms);
    seen.push(both());
  }
  const [known, asked] = ['REACHABLE with an address', 'DELAY with an address'];
  const stale = 'STALE with an address';
  expect(seen).toEqual([
    [known, asked],
    [known, asked],
    [known, known],
    [stale, known],
    [stale, stale],
  ]);
});

test('a neighbour that dies is believed in until nobody answers eight seconds after its entry was used', () => {
  const sim = lab();
  ping(sim);
  sim.advance(40_000);
  powerOff(sim);
  const lost = syn(sim);
  expect([lost.disposition, outcomeOf(lost)]).toEqual(['lost', { type: 'silence' }]);
  expect(lost.reason).toMatch(/^host1 still knows 10\.0\.1\.31 at ([\da-f]{2}:){5}[\da-f]{2}, where nobody is any more\.$/);
  const seen = [];
  for (const ms of [4900, 200, 2800, 200]) {
    sim.advance(ms);
    seen.push(stateOf(sim, 'host1', '10.0.1.31'));
  }
  expect(seen).toEqual(['DELAY with an address', 'PROBE with an address', 'PROBE with an address', 'FAILED']);
  expect(outcomeOf(syn(sim))).toEqual({ type: 'error', errno: 'EHOSTUNREACH', afterMs: 3000 });
  expect(stateOf(sim, 'host1', '10.0.1.31')).toBe('INCOMPLETE');
});

test('links count the frames of both ends, ARP with them', () => {
  const sim = lab();
  const counted = () => ['host1', 'worker2', 'gateway'].map((name) => linkStats(sim.world().hosts[name]!.netns['']!, 'ens5'));
  ping(sim);
  const arp = { request: 42, reply: 42 };
  const first = { rxPackets: 2, rxBytes: 98 + arp.reply, txPackets: 2, txBytes: 98 + arp.request };
  const heard = { rxPackets: 1, rxBytes: arp.request, txPackets: 0, txBytes: 0 };
  expect(counted()).toEqual([first, first, heard]);
  ping(sim);
  const second = { rxPackets: 3, rxBytes: 238, txPackets: 3, txBytes: 238 };
  expect(counted()).toEqual([second, second, heard]);
});
