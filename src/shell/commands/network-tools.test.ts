/** arp, nc, ss and traceroute: one line each on a small world; e2e/real/hosttools.ts holds them against the real ones. */
import { expect, test } from 'vitest';
import { createSim } from '../../engine/index.ts';
import { gateway, host, world } from '../../engine/packet/builders.ts';
import { arp } from './arp/index.ts';
import { nc } from './nc/index.ts';
import { ss } from './ss/index.ts';
import { runCommand } from './testing-process.ts';
import { traceroute } from './traceroute/index.ts';

const lab = () => createSim(world([gateway, host('host1', '10.0.1.10', { kind: 'bastion' }), host('worker2', '10.0.1.31')]));

test('nc -z tells open from refused, and arp shows whom it met', async () => {
  const sim = lab();
  expect(await runCommand(nc, sim, 'host1', '-zv 10.0.1.31 22')).toEqual({
    stdout: '',
    stderr: 'nc: connect to 10.0.1.31 port 22 (tcp) failed: Connection refused\n',
    exitCode: 1,
  });
  const { mac } = sim.world().hosts.worker2!.netns['']!.links.ens5!;
  expect((await runCommand(arp, sim, 'host1', '-n')).stdout).toBe(
    `Address                  HWtype  HWaddress           Flags Mask            Iface\n10.0.1.31                ether   ${mac}   C                     ens5\n`,
  );
});

test('ss and traceroute print their tables', async () => {
  expect((await runCommand(ss, lab(), 'host1', '-tln')).stdout).toBe(
    'State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n',
  );
  const { stdout } = await runCommand(traceroute, lab(), 'host1', '-n 10.0.1.31');
  expect(stdout.replace(/[\d.]+ ms/g, 'T ms')).toBe(
    'traceroute to 10.0.1.31 (10.0.1.31), 30 hops max, 60 byte packets\n 1  10.0.1.31  T ms  T ms  T ms\n',
  );
});
