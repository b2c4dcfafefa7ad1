import { expect, test } from 'vitest';
import { createSim } from '../../../engine/index.ts';
import { gateway, host, world } from '../../../engine/packet/builders.ts';
import { runCommand } from '../testing-process.ts';
import { sysctl } from './index.ts';

const lab = () => createSim(world([gateway, host('host1', '10.0.1.10', { kind: 'bastion' }), host('worker2', '10.0.1.31')]));

// Recorded from procps-ng 4.0.2 in a network namespace (e2e/real/hosttools.ts).
test.each([
  ['net.ipv4.fib_multipath_hash_policy', 'net.ipv4.fib_multipath_hash_policy = 0\n', '', 0],
  ['-n net/ipv4/ip_forward', '0\n', '', 0],
  ['-w net.ipv4.fib_multipath_hash_policy=1', 'net.ipv4.fib_multipath_hash_policy = 1\n', '', 0],
  [
    '-w net.ipv4.fib_multipath_hash_policy=9',
    '',
    'sysctl: setting key "net.ipv4.fib_multipath_hash_policy": Invalid argument\n',
    1,
  ],
  ['-w net.ipv4.ip_forward = 1', '', 'sysctl: command line(0): invalid syntax, continuing...\n', 1],
  ['net.ipv4.foo', '', 'sysctl: cannot stat /proc/sys/net/ipv4/foo: No such file or directory\n', 1],
  ['-ar multipath_use', 'net.ipv4.fib_multipath_use_neigh = 0\n', '', 0],
])('sysctl %s', async (line, stdout, stderr, exitCode) => {
  expect(await runCommand(sysctl, lab(), 'host1', line)).toEqual({ stdout, stderr, exitCode });
});

test('a written parameter is kept, and only root may write it', async () => {
  const sim = lab();
  expect(await runCommand(sysctl, sim, 'host1', '-w net.ipv4.ip_forward=1', false)).toEqual({
    stdout: '',
    stderr: 'sysctl: permission denied on key "net.ipv4.ip_forward"\n',
    exitCode: 1,
  });
  await runCommand(sysctl, sim, 'host1', '-w net.ipv4.ip_forward=1');
  expect(sim.world().hosts.host1!.netns['']!.sysctl).toEqual({ 'net.ipv4.ip_forward': '1' });
});
