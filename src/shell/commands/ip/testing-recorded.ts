/**
 * For tests: the host on which the real tools were recorded (recorded.json; e2e/real/hosttools.ts makes it of a network namespace), and the
 * masks for what cannot agree: times, what a veth shows that an ethernet card does not, and IPv6.
 */
import type { Route, World } from '../../../engine/index.ts';
import { change, gateway, host, route, withRoutes, world } from '../../../engine/packet/builders.ts';

export const MAC = '02:00:00:00:01:10';

/** host1 10.0.1.10/24 on ens5, a neighbour 10.0.1.31, and a route of every sort. */
export function recordedWorld(): World {
  const onlink: Route = {
    ...route('10.70.0.0/16', { proto: 'boot' }),
    scope: 'global',
    nexthops: [{ via: '10.0.1.31', dev: 'ens5', weight: 1, onlink: true }],
  };
  const host1 = change(host('host1', '10.0.1.10', { kind: 'bastion' }), '', (ns) => {
    const ens5 = { ...ns.links.ens5!, mac: MAC, mtu: 1500 };
    return withRoutes({ ...ns, links: { ...ns.links, ens5 } }, [
      route('10.0.1.1/32', { proto: 'dhcp', src: '10.0.1.10', metric: 100 }),
      route('10.48.2.232/29', { via: '10.0.1.30' }),
      route('10.49.0.0/16', { via: ['10.0.1.20', '10.0.1.30', '10.0.1.31'] }),
      route('10.48.0.128/26', { type: 'blackhole' }),
      route('10.60.0.0/16', { type: 'unreachable', proto: 'boot' }),
      route('10.61.0.0/16', { type: 'prohibit', proto: 'boot' }),
      onlink,
    ]);
  });
  const sshd = { proto: 'tcp', address: '0.0.0.0', port: 22, process: 'sshd' } as const;
  const worker2 = change(host('worker2', '10.0.1.31'), '', (ns) => ({
    ...ns,
    sockets: [...ns.sockets.filter(({ port }) => port !== 22), sshd],
  }));
  return world([gateway, host1, worker2]);
}

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/^\d+: \S+ +inet6.*\n/gm, ''],
  [/\n +inet6 .*\n +valid_lft.*/g, ''],
  [/\n +inet6 .* scopeid .*/g, ''],
  // Said of namespaces that come and go meanwhile.
  [/Error: Peer netns reference is invalid\.\n/g, ''],
  [/ \S*(::1|fe80:)\S*\/\d+(?= )/g, ''],
  [/,\{"family":"inet6"[^}]*\}/g, ''],
  [/,\{\n\s+"family": "inet6"[^}]*\}/g, ''],
  [/\u001b\[34m[^ ]* /g, ''],
  [/@if\d+/g, ''],
  [/ link-netns \S+/g, ''],
  [/"link_index": ?\d+,\s*/g, ''],
  [/,\s*"link_netnsid": ?0/g, ''],
  [/qdisc (mq|noqueue)/g, 'qdisc Q'],
  [/"qdisc": ?"(mq|noqueue)"/g, '"qdisc":"Q"'],
  [/^(ens5|lo) +(?=\S)/gm, '$1 '],
  [/10\.0\.1\.\d+ dev ens5 src (\S+) uid/g, 'NEXTHOP dev ens5 src $1 uid'],
  [/time=[\d.]+ ms/g, 'time=T ms'],
  [/time \d+ms/g, 'time Tms'],
  [/(?<= {2})\d+\.\d{3} ms/g, 'T ms'],
  [/initval 0x[0-9a-f]+/g, 'initval X'],
  [/Size in memory: \d+/g, 'Size in memory: N'],
  [/= [\d.]+\/[\d.]+\/[\d.]+\/[\d.]+ ms(, pipe \d+)?/g, '= RTT ms'],
  [/(, ipg\/ewma )[\d.]+\/[\d.]+ ms/g, '$1RTT ms'],
  [/ident=\d+/g, 'ident=N'],
  [/\b(tcp +6|udp +17|icmp +1) \d+ /g, '$1 N '],
  [/\buse=\d+/g, 'use=N'],
  [/^-A -t \d+/gm, '-A -t N'],
  [/\b(id|portid)=\d+/g, '$1=N'],
  [/^\[\d{10}\.\d{6}\s*\]/gm, '[TIME]'],
];

/** Output without what cannot agree. */
export const masked = (text: string): string => MASKS.reduce((t, [pattern, by]) => t.replace(pattern, by), text);
