import { describe, expect, test } from 'vitest';
import { getObject, putObject } from '../../api/storage.ts';
import { origins } from '../../origin.ts';
import { changeApi, created } from '../../testing.ts';
import type { World } from '../../world.ts';
import { announced, bgpConfiguration, bgpWorld, CLUSTER_IPS, externalIPs, pass, SETTLE_MS } from '../bird/testing.ts';
import { BIRD_AGGR_CFG, BIRD_CFG, BIRD_IPAM_CFG } from './agent.ts';
import birdCfg from './golden/bird.cfg?raw';
import birdAggrCfg from './golden/bird_aggr.cfg?raw';
import birdIpamCfg from './golden/bird_ipam.cfg?raw';

const BGP = 'bgpconfigurations.projectcalico.org';

function advertising(): World {
  const spec = { externalTrafficPolicy: 'Local', externalIPs: ['10.50.0.10'] };
  const world = announced(bgpWorld(), 'customer', '10.49.50.18', ['worker2'], spec);
  return pass(created(world, BGP, bgpConfiguration({ ...CLUSTER_IPS, ...externalIPs('10.50.0.0/24') })), SETTLE_MS);
}

describe('confd', () => {
  const world = advertising();
  const files = world.hosts.worker2?.files ?? {};

  test.each([
    [BIRD_CFG, birdCfg],
    [BIRD_AGGR_CFG, birdAggrCfg],
    [BIRD_IPAM_CFG, birdIpamCfg],
  ])('writes %s of a worker as Calico v3.30 does', (path, golden) => {
    expect(files[path]).toBe(golden);
  });

  test('writes nothing until it has gathered changes for a moment', () => {
    const changed = created(bgpWorld(), BGP, bgpConfiguration(CLUSTER_IPS));
    const has = (at: World) => at.hosts.worker1?.files[BIRD_AGGR_CFG]?.includes('10.49.0.0/16');
    expect([has(pass(changed, 200)), has(pass(changed, 1100))]).toEqual([false, true]);
  });

  test('does not write what is there already', () => {
    const same = changeApi(world, (api) => putObject(api, 'services', getObject(api, 'services', 'default/customer')!));
    expect(pass(same, SETTLE_MS).hosts.worker2?.files).toBe(files);
  });

  test('knows which object each route line comes from, so that a row leads back to what was typed', () => {
    const typed = changeApi(world, (api) => putObject(api, 'services', getObject(api, 'services', 'default/customer')!, 7));
    const chain = origins(typed, { kind: 'route', host: 'host1', netns: '', dst: '10.49.50.18/32' });
    const line = birdAggrCfg.split('\n').findIndex((text) => text.includes('10.49.50.18/32')) + 1;
    expect(chain).toEqual([
      { kind: 'route', host: 'host1', netns: '', dst: '10.49.50.18/32' },
      { kind: 'bgp', host: 'host1', protocol: 'worker2', prefix: '10.49.50.18/32' },
      { kind: 'file', host: 'worker2', path: BIRD_AGGR_CFG, line },
      { kind: 'object', cluster: 'kubernetes', resource: 'services', key: 'default/customer', field: 'spec.clusterIP' },
      { kind: 'input', index: 7 },
    ]);
  });

  test('a range leads back to the BGPConfiguration', () => {
    const chain = origins(world, { kind: 'route', host: 'host1', netns: '', dst: '10.50.0.0/24' });
    expect(chain.at(-1)).toEqual({
      kind: 'object',
      cluster: 'kubernetes',
      resource: BGP,
      key: 'default',
      field: 'spec.serviceExternalIPs',
    });
  });
});
