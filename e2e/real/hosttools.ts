/**
 * Holds ip, sysctl, ping, ss, arp, nc and the command lines of systemctl and journalctl against the real ones: the lines of hosttools/lines.txt in one namespace and in a world
 * like it. Needs root and iproute2; tools that are not installed are left out. Masked on both sides: times, process ids, what a veth
 * shows that an ethernet card does not, and IPv6 (which the simulation shows but does not have).
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSim } from '../../src/engine/index.ts';
import { MAC, masked, recordedWorld } from '../../src/shell/commands/ip/testing-recorded.ts';
import { testSession } from '../../src/shell/testing.ts';
import { run } from './netns.ts';
import type { Outcome } from './outcome.ts';

const SETUP = `
ip netns add A; ip netns add B
ip -n A link set lo up; ip -n B link set lo up
ip -n A link add ens5 address ${MAC} type veth peer name ens5 netns B
ip netns exec A sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip netns exec B sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip netns exec B sysctl -qw net.ipv4.icmp_ratelimit=0
# Nobody asks again about a neighbour while the lines run: when would differ.
for n in A B; do ip netns exec $n sysctl -qw net.ipv4.neigh.ens5.delay_first_probe_time=600; done
ip -n A addr add 10.0.1.10/24 brd + dev ens5; ip -n A link set ens5 up
ip -n B addr add 10.0.1.31/24 brd + dev ens5; ip -n B link set ens5 up
ip -n A route add default via 10.0.1.1 dev ens5 proto dhcp src 10.0.1.10 metric 100
ip -n A route add 10.0.1.1 dev ens5 proto dhcp scope link src 10.0.1.10 metric 100
ip -n A route add 10.48.2.232/29 via 10.0.1.30 proto bird
ip -n A route add 10.49.0.0/16 proto bird nexthop via 10.0.1.20 nexthop via 10.0.1.30 nexthop via 10.0.1.31
ip -n A route add blackhole 10.48.0.128/26 proto bird
ip -n A route add unreachable 10.60.0.0/16
ip -n A route add prohibit 10.61.0.0/16
ip netns exec B timeout 300 nc -lk 10.0.1.31 22 > /dev/null 2>&1 < /dev/null &
ip -n A route add 10.70.0.0/16 via 10.0.1.31 onlink dev ens5
`;

/** Each in namespaces of its own. */
const FILES = {
  'one host': 'lines.txt',
  'other tools': 'tools.txt',
  'without systemd': 'systemd.txt',
  counters: 'counters.txt',
  'net-tools': 'net-tools.txt',
  conntrack: 'conntrack.txt',
  'ip monitor': 'monitor.txt',
};

/**
 * @param root folder of the repository
 * @param prefix of the namespaces made here
 */
export async function compareHostTools(root: string, prefix: string): Promise<readonly Outcome[]> {
  const scenarios = Object.entries(FILES).map(([scenario, file], index) => {
    const lines = readFileSync(join(root, 'e2e/real/hosttools', file), 'utf8').split('\n');
    return compareLines(scenario, lines, `${prefix}${index}`);
  });
  return (await Promise.all(scenarios)).flat();
}

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The connection tracking table is a hash: its order says nothing. */
const inOrder = (line: string, stdout: string): string =>
  /^conntrack (-[LD]|--dump)/.test(line)
    ? stdout
        .split('\n')
        .filter(Boolean)
        .sort()
        .map((each) => `${each}\n`)
        .join('')
    : stdout;

async function compareLines(scenario: string, lines: readonly string[], prefix: string): Promise<readonly Outcome[]> {
  const [a, b] = [`${prefix}-a`, `${prefix}-b`];
  const outcomes: Outcome[] = [];
  try {
    spawnSync('bash', ['-c', SETUP.replace(/\bA\b/g, a).replace(/\bB\b/g, b)]);
    const ours = testSession(createSim(recordedWorld()), 'host1');
    for (const line of lines.filter((each) => each !== '' && !each.startsWith('#'))) {
      const tool = line.split(' ', 1)[0]!;
      if (spawnSync('bash', ['-c', `command -v ${tool}`]).status !== 0) continue;
      // A PID namespace of its own: pids are as wide as on a machine with the usual pid_max.
      const apart = tool === 'ps' ? ['unshare', '-pf', '--mount-proc'] : [];
      const real = await run('ip', ['netns', 'exec', a, ...apart, 'bash', '-c', line], '', 5000);
      // What goes on until Ctrl-C is stopped on both sides.
      const patience = setTimeout(() => ours.interrupt(), 5000);
      const sim = await ours.type(tool === 'timeout' ? `sudo bash -c ${quoted(line)}` : `sudo ${line}`);
      clearTimeout(patience);
      const sides = {
        ours: inOrder(line, masked(sim.stdout)) + masked(`${sim.stderr}[${sim.exitCode}]`),
        real: inOrder(line, masked(real.stdout)) + masked(`${real.stderr}[${real.exitCode}]`),
      };
      outcomes.push({ tool, scenario, line, verdict: sides.ours === sides.real ? 'identical' : 'different', ...sides });
    }
  } finally {
    spawnSync('ip', ['netns', 'del', a]);
    spawnSync('ip', ['netns', 'del', b]);
  }
  return outcomes;
}
