/** What a reload keeps saves work; what comes out of it must be what a start with the same configuration gives. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { daemonInput } from '../../inputs/daemon.ts';
import { created } from '../../testing.ts';
import type { World } from '../../world.ts';
import {
  bastionConf,
  bgpConfiguration,
  bgpWorld,
  birdRoutes,
  CLUSTER_IPS,
  pass,
  SETTLE_MS,
  sessionsOf,
  withConf,
} from './testing.ts';

const start = pass(created(bgpWorld(), 'bgpconfigurations.projectcalico.org', bgpConfiguration(CLUSTER_IPS)), SETTLE_MS);
const CLUSTER = '10.49.0.0/16';

const loaded = (world: World, text: string): World => pass(withConf(world, text), SETTLE_MS);

const restarted = (world: World): World =>
  pass(daemonInput.apply(world, { host: 'host1', daemon: 'bird', action: 'restart' }).world, 6 * SETTLE_MS);

/** The conf with its filter's prefixes named by a constant. */
const withConstant = (prefixes: string): string =>
  `define LAB = [ ${prefixes} ];\n${bastionConf(start).replace(/net ~ \[.*\] then/, 'net ~ LAB then')}`;

test('a constant that a filter names is part of the filter', () => {
  const open = loaded(start, withConstant('10.48.2.0/24+, 10.49.0.0/16+'));
  expect(Object.keys(birdRoutes(open, 'host1'))).toEqual(['10.48.2.232/29', CLUSTER]);
  const closed = loaded(open, withConstant('10.48.2.0/24+'));
  expect(Object.keys(birdRoutes(closed, 'host1'))).toEqual(['10.48.2.232/29']);
  expect(Object.keys(birdRoutes(loaded(closed, withConstant('10.48.2.0/24+, 10.49.0.0/16+')), 'host1'))).toEqual([
    '10.48.2.232/29',
    CLUSTER,
  ]);
});

test('a configuration loaded again changes nothing but the time', () => {
  const conf = bastionConf(start);
  const once = loaded(start, conf);
  const again = loaded(once, conf);
  expect(again.hosts.host1!.netns).toBe(once.hosts.host1!.netns);
  expect(again.hosts.host1!.daemons.bird!.table).toEqual(once.hosts.host1!.daemons.bird!.table);
  expect(sessionsOf(again, 'host1')).toEqual(sessionsOf(once, 'host1'));
});

const conf = fc
  .record({
    as: fc.constantFrom(64512, 64512, 64513),
    kernel: fc.constantFrom('merge paths on;', '', 'merge paths on limit 2;'),
    prefixes: fc.subarray(['10.48.2.0/24+', '10.49.0.0/16+', '10.50.0.0/24+', '10.48.0.0/24{26,26}'], { minLength: 1 }),
    dropped: fc.constantFrom(undefined, undefined, 'worker1', 'control1'),
    preference: fc.constantFrom('', 'preference 120;'),
  })
  .map(({ as, kernel, prefixes, dropped, preference }) => {
    const text = bastionConf(start, { as, kernel, prefixes: prefixes.join(', ') }).replaceAll(
      'multihop;',
      `multihop; ${preference}`,
    );
    return dropped ? text.replace(new RegExp(`protocol bgp ${dropped} \\{[^}]*\\}\\n`), '') : text;
  });

/** What everybody sees of BIRD's work, by name: routes of every host, sessions. */
const outcome = (world: World) =>
  Object.keys(world.hosts).map((host) => ({ host, routes: birdRoutes(world, host), sessions: sessionsOf(world, host) }));

test('however a configuration was come by, its routes and sessions are those of a start with it', () => {
  fc.assert(
    fc.property(fc.array(conf, { minLength: 1, maxLength: 4 }), (confs) => {
      const reached = confs.reduce((world, text) => pass(withConf(world, text), 6 * SETTLE_MS), start);
      const routes = (world: World) => outcome(world).map(({ host, routes }) => ({ host, routes }));
      const fresh = restarted(reached);
      expect(routes(reached)).toEqual(routes(fresh));
      const up = (world: World) => sessionsOf(world, 'host1').map((line) => line.split(' ').slice(0, 3).join(' '));
      if (confs.at(-1)!.includes('as 64512;\n  neighbor')) expect(up(reached)).toEqual(up(fresh));
    }),
    { numRuns: 15 },
  );
});
