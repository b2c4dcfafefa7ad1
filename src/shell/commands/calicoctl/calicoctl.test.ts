import { beforeAll, describe, expect, it } from 'vitest';
import { loadWorld, type World } from '../../../engine/index.ts';
import { worlds } from '../../../worlds/index.ts';
import { testSession } from '../../testing.ts';

const bank = worlds.yaobank;
let booted: World;
beforeAll(() => {
  if (!bank) throw new Error('no world yaobank');
  booted = loadWorld(bank).world();
}, 120_000);

function atBastion() {
  if (!bank) throw new Error('no world yaobank');
  return testSession(loadWorld(bank, booted), 'host1');
}

describe('calicoctl', () => {
  it('creates once, refuses the second time, and deletes', async () => {
    const host1 = atBastion();
    expect(await host1.type('calicoctl create -f 3.2-default-bgp.yaml')).toEqual({
      stdout: "Successfully created 1 'BGPConfiguration' resource(s)\n",
      stderr: '',
      exitCode: 0,
    });
    expect(await host1.type('calicoctl create -f 3.2-default-bgp.yaml')).toEqual({
      stdout: '',
      stderr: "Failed to create 'BGPConfiguration' resource: [resource already exists: BGPConfiguration(default)]\n",
      exitCode: 1,
    });
    expect(await host1.type('calicoctl delete BGPConfig default')).toEqual({
      stdout: "Successfully deleted 1 'BGPConfiguration' resource(s)\n",
      stderr: '',
      exitCode: 0,
    });
    expect(await host1.type('calicoctl delete bgpconfig default')).toEqual({
      stdout: '',
      stderr:
        'Failed to delete \'BGPConfiguration\' resource: resource does not exist: BGPConfiguration(default) with error: bgpconfigurations.crd.projectcalico.org "default" not found\n\n',
      exitCode: 1,
    });
  }, 60_000);

  it('shows an exported object without what the cluster added', async () => {
    expect(await atBastion().type('calicoctl get bgppeer bgppeer-global-64512 -o yaml --export')).toEqual({
      stdout: [
        'apiVersion: projectcalico.org/v3',
        'kind: BGPPeer',
        'metadata:',
        '  creationTimestamp: null',
        '  name: bgppeer-global-64512',
        'spec:',
        '  asNumber: 64512',
        '  peerIP: 10.0.1.10',
        '',
      ].join('\n'),
      stderr: '',
      exitCode: 0,
    });
  }, 60_000);

  it("prints a node's sessions as bird knows them", async () => {
    const { stdout } = await atBastion().type('ssh worker1 sudo calicoctl node status');
    expect(stdout.replace(/\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d {2}/g, 'since     ')).toBe(
      [
        'Calico process is running.',
        '',
        'IPv4 BGP status',
        '+--------------+-------------------+-------+------------+-------------+',
        '| PEER ADDRESS |     PEER TYPE     | STATE |   SINCE    |    INFO     |',
        '+--------------+-------------------+-------+------------+-------------+',
        '| 10.0.1.20    | node-to-node mesh | up    | since      | Established |',
        '| 10.0.1.31    | node-to-node mesh | up    | since      | Established |',
        '| 10.0.1.10    | global            | up    | since      | Established |',
        '+--------------+-------------------+-------+------------+-------------+',
        '',
        'IPv6 BGP status',
        'No IPv6 peers found.',
        '',
        '',
      ].join('\n'),
    );
  }, 60_000);

  it.each([
    ['"x"', 'invalid AS Number format (x)'],
    ['"1.70000"', 'invalid AS Number format (1.70000)'],
    ['[1]', 'json: cannot unmarshal array into Go value of type string'],
    ['-1', 'json: cannot unmarshal number into Go value of type string'],
    ['4294967296', 'json: cannot unmarshal number into Go value of type string'],
  ])('refuses %s as an AS number in the words of numorstring', async (value, why) => {
    const line = `calicoctl patch bgppeer bgppeer-global-64512 -p '{"spec":{"asNumber":${value}}}'`;
    const { stderr, exitCode } = await atBastion().type(line);
    expect([stderr.trimEnd(), exitCode]).toEqual([
      `Hit error: creating resource from patched data: error parsing document: ${why}`,
      1,
    ]);
  });
});
