import { expect, test } from 'vitest';
import { createSim, loadWorld } from '../../../engine/index.ts';
import { change, gateway, host, NOW, route, serviceRules, withPod, withRoutes, world } from '../../../engine/packet/builders.ts';
import { worlds } from '../../../worlds/index.ts';
import { testSession } from '../../testing.ts';
import { runCommand } from '../testing-process.ts';
import { tcpdump } from './index.ts';

const VIP = '10.49.50.18';
const POD = '10.48.0.134';

function lab() {
  const host1 = change(host('host1', '10.0.1.10', { kind: 'bastion' }), '', (ns) =>
    withRoutes(ns, [route('10.49.0.0/16', { via: '10.0.1.31' })]),
  );
  const worker2 = change(withPod(host('worker2', '10.0.1.31'), 'yaobank/customer', POD, 'cali1'), '', (ns) =>
    serviceRules(ns, VIP, [POD]),
  );
  return createSim(world([gateway, host1, worker2]));
}

/** Captures on worker2 while host1 connects to the VIP and pings the node. */
async function capture(line: string) {
  const sim = lab();
  const running = runCommand(tcpdump, sim, 'worker2', line);
  const from = { host: 'host1', netns: '' };
  sim.dispatch({ type: 'flow', flow: { from, proto: 'tcp', dst: VIP, dport: 80, sport: 40_000 } });
  sim.dispatch({ type: 'flow', flow: { from, proto: 'icmp', dst: '10.0.1.31', dport: 0, sport: 7 } });
  sim.dispatch({ type: 'flow', flow: { from, proto: 'tcp', dst: '10.0.1.31', dport: 22, sport: 40_001 } });
  const { stdout, stderr, exitCode } = await running;
  return {
    lines: stdout
      .replace(/seq \d{3,}|ack \d+|([\da-f]{2}:){5}[\da-f]{2}/g, (t) => t.split(' ')[0]!.replace(/.*:.*/, 'MAC'))
      .replace(/TS val \d+ ecr 0/g, 'TS val C ecr 0')
      .replace(/TS val \d+ ecr \d{2,}/g, 'TS val S ecr C')
      .split('\n')
      .slice(0, -1),
    stderr,
    exitCode,
  };
}

test('the node sees the VIP on its wire and the pod behind NAT on the pod link', async () => {
  const wire = await capture('-ni ens5 -c 2 tcp port 80');
  const inner = await capture('-ni cali1 -c 2 tcp');
  expect([wire.lines, inner.lines]).toEqual([
    [
      '12:00:00.000120 IP 10.0.1.10.40000 > 10.49.50.18.80: Flags [S], seq, win 62727, options [mss 8961,sackOK,TS val C ecr 0,nop,wscale 7], length 0',
      '12:00:00.000570 IP 10.49.50.18.80 > 10.0.1.10.40000: Flags [S.], seq, ack, win 65160, options [mss 1460,sackOK,TS val S ecr C,nop,wscale 7], length 0',
    ],
    [
      '12:00:00.000210 IP 10.0.1.31.40000 > 10.48.0.134.80: Flags [S], seq, win 62727, options [mss 8961,sackOK,TS val C ecr 0,nop,wscale 7], length 0',
      '12:00:00.000480 IP 10.48.0.134.80 > 10.0.1.31.40000: Flags [S.], seq, ack, win 65160, options [mss 1460,sackOK,TS val S ecr C,nop,wscale 7], length 0',
    ],
  ]);
});

test('pings, refusals and ARP look as the real one prints them, and -c ends it with the figures', async () => {
  const { lines, stderr, exitCode } = await capture('-ni ens5 -c 4 icmp or tcp port 22');
  expect([lines.map((line) => line.slice(16)), stderr, exitCode]).toEqual([
    [
      'IP 10.0.1.10 > 10.0.1.31: ICMP echo request, id 7, seq 1, length 64',
      'IP 10.0.1.31 > 10.0.1.10: ICMP echo reply, id 7, seq 1, length 64',
      'IP 10.0.1.10.40001 > 10.0.1.31.22: Flags [S], seq, win 62727, options [mss 8961,sackOK,TS val C ecr 0,nop,wscale 7], length 0',
      'IP 10.0.1.31.22 > 10.0.1.10.40001: Flags [R.], seq 0, ack, win 0, length 0',
    ],
    'tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\nlistening on ens5, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n4 packets captured\n4 packets received by filter\n0 packets dropped by kernel\n',
    0,
  ]);
  expect((await capture('-ni ens5 -c 2 arp')).lines).toEqual([
    '12:00:00.000030 ARP, Request who-has 10.0.1.31 tell 10.0.1.10, length 28',
    '12:00:00.000080 ARP, Reply 10.0.1.31 is-at MAC, length 28',
  ]);
});

test('a whole conversation: handshake, Nagle, quick ACKs, who closes; -t, -q, -e, -S, and a connection used twice', async () => {
  const session = testSession(loadWorld(worlds.yaobank!), 'host1');
  const seen = async (options: string, line: string) => {
    const { stdout } = await session.type(`sudo tcpdump -ni ens5 -t ${options} tcp port 80 & sleep 1; ${line}; wait`);
    return stdout
      .replace(/(?<=\b(?:seq|ack) )\d{5,}(?::\d{5,})?/g, 'N')
      .replace(/, win \d+, options [^\]]*\]/g, '')
      .split('\n')
      .slice(0, -1);
  };
  const nginx = 'curl -s 10.48.2.232 -o /dev/null';
  const [out, back] = ['IP 10.0.1.10.32768 > 10.48.2.232.80: ', 'IP 10.48.2.232.80 > 10.0.1.10.32768: '];
  expect((await seen('-c 10', nginx)).map((line) => line.replace(/\.\d{5}\b/g, '.32768'))).toEqual([
    `${out}Flags [S], seq N, length 0`,
    `${back}Flags [S.], seq N, ack N, length 0`,
    `${out}Flags [.], ack 1, length 0`,
    `${out}Flags [P.], seq 1:76, ack 1, length 75: HTTP: GET / HTTP/1.1`,
    `${back}Flags [.], ack 76, length 0`,
    `${back}Flags [P.], seq 1:854, ack 76, length 853: HTTP: HTTP/1.1 200 OK`,
    `${out}Flags [.], ack 854, length 0`,
    `${out}Flags [F.], seq 76, ack 854, length 0`,
    `${back}Flags [F.], seq 854, ack 77, length 0`,
    `${out}Flags [.], ack 855, length 0`,
  ]);
  expect(
    (await seen('-c 12', `${nginx} 10.48.2.232 -o /dev/null`)).slice(7).map((line) => line.replace(/.*: Flags/, 'Flags')),
  ).toEqual([
    'Flags [P.], seq 76:151, ack 854, length 75: HTTP: GET / HTTP/1.1',
    'Flags [P.], seq 854:1707, ack 151, length 853: HTTP: HTTP/1.1 200 OK',
    'Flags [F.], seq 151, ack 1707, length 0',
    'Flags [F.], seq 1707, ack 152, length 0',
    'Flags [.], ack 1708, length 0',
  ]);
  expect((await seen('-qec 4', nginx)).map((line) => line.replace(/\.\d{5}\b/g, '.32768'))).toEqual([
    '02:f7:6b:95:f1:2e > 02:49:59:93:01:93, IPv4, length 74: 10.0.1.10.32768 > 10.48.2.232.80: tcp 0',
    '02:49:59:93:01:93 > 02:f7:6b:95:f1:2e, IPv4, length 74: 10.48.2.232.80 > 10.0.1.10.32768: tcp 0',
    '02:f7:6b:95:f1:2e > 02:49:59:93:01:93, IPv4, length 66: 10.0.1.10.32768 > 10.48.2.232.80: tcp 0',
    '02:f7:6b:95:f1:2e > 02:49:59:93:01:93, IPv4, length 141: 10.0.1.10.32768 > 10.48.2.232.80: tcp 75',
  ]);
  expect((await seen('-Sc 4', nginx)).map((line) => line.replace(/.*: Flags/, 'Flags'))).toEqual([
    'Flags [S], seq N, length 0',
    'Flags [S.], seq N, ack N, length 0',
    'Flags [.], ack N, length 0',
    'Flags [P.], seq N, ack N, length 75: HTTP: GET / HTTP/1.1',
  ]);
});

test.each([
  ['-i foo', 'tcpdump: foo: No such device exists\n(No such device exists)\n'],
  ['-ni ens5 foo bar', "tcpdump: can't parse filter expression: syntax error\n"],
  ['-ni ens5 port x', "tcpdump: unknown port 'x'\n"],
  ['-ni ens5 ( tcp', "tcpdump: can't parse filter expression: syntax error\n"],
  ['-c x', 'tcpdump: invalid packet count x\n'],
  ['-G 5', 'tcpdump: -G: not simulated in this lab\n'],
  ['-r nosuch', 'tcpdump: nosuch: No such file or directory\n'],
  ['-ni ens5 10.0.1.10', "tcpdump: can't parse filter expression: syntax error\n"],
  ['-ni ens5 tcp[0:3]=1', 'tcpdump: data size must be 1, 2, or 4\n'],
  ['-ni ens5 icmp port 80', "tcpdump: illegal qualifier of 'port'\n"],
])('%s is refused', async (line, stderr) => {
  expect(await runCommand(tcpdump, lab(), 'worker2', line)).toEqual({ stdout: '', stderr, exitCode: 1 });
});

test('without root nothing may be captured', async () => {
  expect(await runCommand(tcpdump, lab(), 'worker2', '-ni ens5', false)).toEqual({
    stdout: '',
    stderr: "tcpdump: ens5: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)\n",
    exitCode: 1,
  });
  expect(NOW).toBe(Date.UTC(2026, 0, 1, 12));
});

test('a capture file holds what passed, and is read back with filters, verbosely, in hex', async () => {
  const session = testSession(loadWorld(worlds.yaobank!), 'host1');
  const run = async (line: string) => (await session.type(line)).stdout;
  await run('sudo tcpdump -i ens5 -w x.pcap -c 2 icmp & sleep 1; ping -c 1 10.0.1.31; wait');
  expect(await run('wc -c < x.pcap; tcpdump -tnr x.pcap; tcpdump -r x.pcap --count icmp[icmptype] = icmp-echo')).toMatch(
    /^252\nIP 10\.0\.1\.10 > 10\.0\.1\.31: ICMP echo request, id \d+, seq 1, length 64\nIP 10\.0\.1\.31 > 10\.0\.1\.10: ICMP echo reply, id \d+, seq 1, length 64\n1 packet\n$/,
  );
  expect(await run('tcpdump -tvnr x.pcap -c 1')).toMatch(
    /^IP \(tos 0x0, ttl 64, id \d+, offset 0, flags \[DF\], proto ICMP \(1\), length 84\)\n {4}10\.0\.1\.10 > 10\.0\.1\.31: ICMP echo request, id \d+, seq 1, length 64\n$/,
  );
  expect(await run('tcpdump -tqXnr x.pcap -c 1 | tail -1')).toBe('\t0x0050:  3435 3637                                4567\n');
  expect(await run('tcpdump -r x.pcap -w - | tcpdump -r - -w - | md5sum - x.pcap | cut -c 1-32 | uniq | wc -l')).toBe('1\n');
});

test('an ARP request that nobody answers is sent three times', async () => {
  const session = testSession(loadWorld(worlds.yaobank!), 'host1');
  const { stdout } = await session.type(
    'sudo timeout 9 tcpdump -tni ens5 arp & sleep 1; ping -c 1 -W 1 10.0.1.99; sleep 3; kill $!',
  );
  expect(stdout.match(/^ARP.*$/gm)).toEqual(Array(3).fill('ARP, Request who-has 10.0.1.99 tell 10.0.1.10, length 28'));
});
