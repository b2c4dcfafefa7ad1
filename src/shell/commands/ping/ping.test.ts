import { expect, test } from 'vitest';
import { createSim } from '../../../engine/index.ts';
import { change, gateway, host, route, withPod, withRoutes, world } from '../../../engine/packet/builders.ts';
import { headlessClock } from '../../clock.ts';
import { createSession } from '../../session.ts';
import { testSession } from '../../testing.ts';

function lab() {
  const host1 = change(host('host1', '10.0.1.10', { kind: 'bastion' }), '', (ns) =>
    withRoutes(ns, [route('10.48.0.0/26', { via: '10.0.1.31' }), route('10.60.0.0/16', { type: 'blackhole' })]),
  );
  return createSim(world([gateway, host1, withPod(host('worker2', '10.0.1.31'), 'a/b', '10.48.0.5', 'cali1')]));
}

/** What a line prints, round trips masked, and the virtual time it took. */
async function ping(line: string) {
  const sim = lab();
  const began = sim.world().now;
  const { stdout, stderr, exitCode } = await testSession(sim, 'host1').type(line);
  const text = (stdout + stderr).replace(/time=[\d.]+/g, 'time=T').replace(/= [\d./]+ ms/, '= RTT ms');
  return { text, exitCode, ms: sim.world().now - began };
}

test('a host answers, and the figures are printed', async () => {
  expect(await ping('ping -c 2 10.0.1.31')).toEqual({
    text: [
      'PING 10.0.1.31 (10.0.1.31) 56(84) bytes of data.',
      '64 bytes from 10.0.1.31: icmp_seq=1 ttl=64 time=T ms',
      '64 bytes from 10.0.1.31: icmp_seq=2 ttl=64 time=T ms',
      '',
      '--- 10.0.1.31 ping statistics ---',
      '2 packets transmitted, 2 received, 0% packet loss, time 1000ms',
      'rtt min/avg/max/mdev = RTT ms',
      '',
    ].join('\n'),
    exitCode: 0,
    ms: 1001,
  });
});

test('nobody at an address on the link: host unreachable, three seconds after each packet', async () => {
  expect(await ping('ping -c 3 10.0.1.99')).toEqual({
    text: [
      'PING 10.0.1.99 (10.0.1.99) 56(84) bytes of data.',
      'From 10.0.1.10 icmp_seq=1 Destination Host Unreachable',
      'From 10.0.1.10 icmp_seq=2 Destination Host Unreachable',
      'From 10.0.1.10 icmp_seq=3 Destination Host Unreachable',
      '',
      '--- 10.0.1.99 ping statistics ---',
      '3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2000ms',
      'pipe 3',
      '',
    ].join('\n'),
    exitCode: 1,
    ms: 5000,
  });
});

test('silence is waited for as long as -W says', async () => {
  expect(await ping('ping -c 1 -W 2 8.8.8.8')).toEqual({
    text: 'PING 8.8.8.8 (8.8.8.8) 56(84) bytes of data.\n\n--- 8.8.8.8 ping statistics ---\n1 packets transmitted, 0 received, 100% packet loss, time 0ms\n\n',
    exitCode: 1,
    ms: 2000,
  });
});

test.each([
  ['ping -c 1 10.60.0.1', 'ping: connect: Invalid argument\n', 2],
  ['ping -c 1 nosuch', 'ping: nosuch: Name or service not known\n', 2],
  ['ping', 'ping: usage error: Destination address required\n', 1],
  ['ping -c 0 10.0.1.31', "ping: invalid argument: '0': out of range: 1 <= value <= 9223372036854775807\n", 1],
  ['ping -I foo 10.0.1.31', 'ping: SO_BINDTODEVICE foo: No such device\n', 2],
  ['ping -R 10.0.1.31', 'ping: -R: not simulated in this lab\n', 1],
])('%s', async (line, text, exitCode) => {
  expect(await ping(line)).toEqual({ text, exitCode, ms: 0 });
});

test('a router throws away what is out of TTL and says so', async () => {
  const { text } = await ping('ping -c 1 -t 1 10.48.0.5');
  expect(text.split('\n')[1]).toBe('From 10.0.1.31 icmp_seq=1 Time to live exceeded');
});

test('Ctrl-C prints the figures', async () => {
  const sim = lab();
  let text = '';
  let writes = 0;
  const session = createSession({
    sim,
    place: { host: 'host1', netns: '' },
    clock: headlessClock(sim),
    settle: true,
    write(part) {
      text += part;
      if (++writes === 3) session.interrupt();
    },
  });
  const status = await session.run('ping 10.0.1.31');
  expect([status, text.split('\n').slice(4, 6)]).toEqual([
    130,
    ['--- 10.0.1.31 ping statistics ---', '2 packets transmitted, 2 received, 0% packet loss, time 1000ms'],
  ]);
});

test.each([
  ['ping -f -c 2 10.0.1.31', '.\b \b.\b \b'],
  ['ping -M do -s 8974 -c 1 10.0.1.31', 'ping: local error: message too long, mtu=9001\n'],
  ['ping -O -c 2 -W 1 8.8.8.8', 'no answer yet for icmp_seq=1\n'],
  ['ping -p f -c 1 10.0.1.31', 'PATTERN: 0x0f\n'],
])('%s, as root', async (line, part) => {
  expect((await ping(`sudo ${line}`)).text).toContain(part);
});
