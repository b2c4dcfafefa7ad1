import { describe, expect, test } from 'vitest';
import { removeObject } from '../../api/storage.ts';
import { cableCut } from '../../faults/cable-cut.ts';
import { hostDown } from '../../faults/host-down.ts';
import { birdcInput } from '../../inputs/birdc.ts';
import { type DaemonAction, daemonInput } from '../../inputs/daemon.ts';
import { changeApi, created } from '../../testing.ts';
import type { World } from '../../world.ts';
import { bgpConfiguration, bgpWorld, birdRoutes, CLUSTER_IPS, pass, SETTLE_MS, sessionsOf, withBastion } from './testing.ts';

const ALL = '10.0.1.20 10.0.1.30 10.0.1.31';

function advertising(): World {
  return pass(created(bgpWorld(), 'bgpconfigurations.projectcalico.org', bgpConfiguration(CLUSTER_IPS)), SETTLE_MS);
}

const daemon = (world: World, host: string, action: DaemonAction): World =>
  daemonInput.apply(world, { host, daemon: 'bird', action }).world;
const birdc = (world: World, host: string, line: string) => birdcInput.apply(world, { host, line });
const clusterRoute = (world: World): string | undefined => birdRoutes(world, 'host1')['10.49.0.0/16'];

describe('sessions', () => {
  test('come up between bastion and nodes, and in the mesh from one side only', () => {
    const world = bgpWorld();
    expect(sessionsOf(world, 'host1')).toEqual(['control1 up Established', 'worker1 up Established', 'worker2 up Established']);
    expect(sessionsOf(world, 'worker1')).toEqual([
      'Mesh_10_0_1_20 up Established',
      'Mesh_10_0_1_31 up Established',
      'Global_10_0_1_10 up Established',
    ]);
  });

  test('survive a killed bird as stale routes for 120 s, then the routes go', () => {
    const killed = daemon(advertising(), 'worker2', 'kill');
    const soon = pass(killed, 1000);
    expect(sessionsOf(soon, 'host1')[2]).toBe('worker2 start Active Socket: Connection closed');
    expect(clusterRoute(soon)).toBe(ALL);
    // Kept routes do not win over others that they lost to before.
    const protocols = soon.hosts.host1?.daemons.bird?.table['10.49.0.0/16']?.map(({ protocol }) => protocol);
    expect(protocols).toEqual(['control1', 'worker1', 'worker2']);
    const later = pass(killed, 110_000);
    expect(sessionsOf(later, 'host1')[2]).toBe('worker2 start Active Socket: Connection refused');
    expect(clusterRoute(later)).toBe(ALL);
    expect(clusterRoute(pass(killed, 125_000))).toBe('10.0.1.20 10.0.1.30');
  });

  test('come back after a kill without the bastion ever losing a route', () => {
    let world = pass(daemon(advertising(), 'worker2', 'kill'), 20_000);
    world = daemon(world, 'worker2', 'start');
    for (let i = 0; i < 300; i++) {
      world = pass(world, 100);
      expect(clusterRoute(world)).toBe(ALL);
    }
    expect(sessionsOf(world, 'host1')[2]).toBe('worker2 up Established');
    expect(birdRoutes(world, 'worker2')).toEqual({
      '10.48.0.0/26': '10.0.1.30',
      '10.48.0.128/26': 'blackhole',
      '10.48.0.192/26': '10.0.1.20',
      '10.48.2.232/29': '10.0.1.30',
    });
  });

  test('end at once when a bird is stopped: it says why', () => {
    const stopped = pass(daemon(advertising(), 'worker2', 'stop'), 500);
    expect(sessionsOf(stopped, 'host1')[2]).toBe('worker2 start Active Received: Administrative shutdown');
    expect(sessionsOf(stopped, 'control1')[1]).toBe('Mesh_10_0_1_31 start Idle Received: Administrative shutdown');
    expect(clusterRoute(stopped)).toBe('10.0.1.20 10.0.1.30');
    expect(sessionsOf(pass(stopped, 20_000), 'host1')[2]).toBe('worker2 start Active Socket: Connection refused');
  });

  test.each([
    ['powered off', (world: World) => hostDown.set(world, { host: 'worker2' }, true) as World],
    ['cut off', (world: World) => cableCut.set(world, { host: 'worker2', what: 'ens5' }, true) as World],
  ])('last until the hold timer when a node is %s', (_name, fault) => {
    const broken = fault(advertising());
    const before = pass(broken, 150_000);
    expect(sessionsOf(before, 'host1')[2]).toBe('worker2 up Established');
    expect(clusterRoute(before)).toBe(ALL);
    const after = pass(broken, 245_000);
    expect(sessionsOf(after, 'host1')[2]).toBe('worker2 start Idle BGP Error: Hold timer expired');
    expect(clusterRoute(after)).toBe('10.0.1.20 10.0.1.30');
  });

  test('do not notice a cable that was out for less than the hold time', () => {
    const broken = pass(cableCut.set(advertising(), { host: 'worker2', what: 'ens5' }, true) as World, 60_000);
    const mended = pass(cableCut.set(broken, { host: 'worker2', what: 'ens5' }, false) as World, SETTLE_MS);
    expect(sessionsOf(mended, 'host1')[2]).toBe('worker2 up Established');
  });

  test('a bastion that expects another AS refuses, and the node hears of it', () => {
    const world = pass(withBastion(bgpWorld(), { nodeAs: 64513 }), SETTLE_MS);
    expect(sessionsOf(world, 'host1')[0]).toBe('control1 start Idle BGP Error: Bad peer AS');
    expect(sessionsOf(world, 'control1')[2]).toBe('Global_10_0_1_10 start Idle Received: Bad peer AS');
    const mended = pass(withBastion(world), 400_000);
    expect(sessionsOf(mended, 'host1')).toEqual(['control1 up Established', 'worker1 up Established', 'worker2 up Established']);
  });

  test('a deleted BGPPeer ends them with a Cease, and the routes go', () => {
    const world = advertising();
    const deleted = pass(
      changeApi(world, (api) => removeObject(api, 'bgppeers.projectcalico.org', 'bastion')),
      2000,
    );
    expect(sessionsOf(deleted, 'host1')).toEqual([
      'control1 start Active Received: Peer de-configured',
      'worker1 start Active Received: Peer de-configured',
      'worker2 start Active Received: Peer de-configured',
    ]);
    expect(birdRoutes(deleted, 'host1')).toEqual({});
    expect(sessionsOf(pass(deleted, SETTLE_MS), 'host1')[0]).toBe('control1 start Active Socket: Connection reset by peer');
  });

  test('birdc disable and enable take a session down and up again', () => {
    const { world, result } = birdc(advertising(), 'host1', 'disable worker2');
    expect(result).toEqual({ text: 'worker2: disabled\n', ends: false });
    const down = pass(world, 5000);
    expect(clusterRoute(down)).toBe('10.0.1.20 10.0.1.30');
    expect(sessionsOf(pass(world, 500), 'worker2')[2]).toBe('Global_10_0_1_10 start Active Received: Administrative shutdown');
    // Its next attempt meets a peer that does not want it.
    expect(sessionsOf(down, 'worker2')[2]).toBe('Global_10_0_1_10 start Active Socket: Connection reset by peer');
    const up = pass(birdc(down, 'host1', 'enable worker2').world, SETTLE_MS);
    expect(clusterRoute(up)).toBe(ALL);
  });

  test('a session restarted by birdc says so to its peer', () => {
    const restarted = pass(birdc(advertising(), 'host1', 'restart worker2').world, 500);
    expect(sessionsOf(restarted, 'worker2')[2]).toBe('Global_10_0_1_10 start Active Received: Administrative reset');
  });

  test('nothing wakes while a peer stays away', () => {
    const killed = pass(daemon(advertising(), 'worker2', 'stop'), 400_000);
    expect(pass(killed, 3_600_000)).toEqual({ ...killed, now: killed.now + 3_600_000 });
  });
});
