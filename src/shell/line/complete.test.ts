/** Tab, for every command that is not kubectl (whose lists are recorded from the real one): verbs, options and what lives in the world. */
import { expect, test } from 'vitest';
import { createSim, loadWorld } from '../../engine/index.ts';
import { worlds } from '../../worlds/index.ts';
import { testSession } from '../testing.ts';
import { complete } from './complete.ts';

const booted = loadWorld(worlds.yaobank!).world();
const offered = (line: string, host = 'host1') => {
  const session = testSession(createSim(booted), host);
  return complete(session.shell(), line, line.length)
    .candidates.map(({ text }) => text)
    .join(' ');
};

test.each([
  ['ip r', 'route rule'],
  ['ip route ', 'add append change del flush get help replace show'],
  ['ip link show ', 'ens5 lo'],
  ['timeout 3 ip ne', 'neigh netns'],
  ['birdc s', 'show'],
  ['sudo birdc disable ', 'control1 device1 direct1 kernel1 worker1 worker2'],
  ['iptables -t ', 'filter mangle nat raw'],
  ['conntrack -', '-C -D -E -F -L -S -d -o -p -q -r -s'],
  ['systemctl st', 'start status stop'],
  ['systemctl restart ', 'bird.service ssh.service'],
  ['journalctl -u ', 'bird.service ssh.service'],
  [
    'sysctl net.ipv4.fib_mul',
    'net.ipv4.fib_multipath_hash_fields net.ipv4.fib_multipath_hash_policy net.ipv4.fib_multipath_use_neigh',
  ],
  ['tcpdump -i ', 'any ens5 lo'],
  ['curl --con', '--config --connect-timeout --connect-to --continue-at'],
  ['ping ', 'control1 gateway host1 worker1 worker2'],
  ['ssh w', 'worker1 worker2'],
  ['nc -zv con', 'control1'],
  ['traceroute wor', 'worker1 worker2'],
  ['dig cus', 'customer.yaobank.svc.cluster.local'],
  ['nslookup dat', 'database.yaobank.svc.cluster.local'],
  ['ipset l', 'list'],
  ['calicoctl ', 'apply convert create datastore delete get ipam label node patch replace version'],
  ['calicoctl get bgp', 'bgpconfiguration bgpfilter bgppeer'],
  ['calicoctl get node ', 'control1 worker1 worker2'],
  ['calicoctl delete bgppeer ', 'bgppeer-global-64512'],
  ['calicoctl ipam ', 'check configure release show split'],
  ['calicoctl node ', 'checksystem diags run status'],
  ['calicoctl get ippool -o ', 'custom-columns= go-template-file= go-template= json ps wide yaml'],
  ['sudo -u root calico', 'calicoctl'],
  ['watch -n 1 kubect', 'kubectl'],
  ['X=1 con', 'conntrack continue'],
  ['cat 3', '3.2-default-bgp.yaml'],
  ['ls /etc/bi', '/etc/bird/'],
  ['echo $HOM', '$HOME'],
  ['nosuchprogram ', '3.2-default-bgp.yaml'],
])('%s', (line, words) => {
  expect(offered(line)).toBe(words);
});

test('a node completes from its own world: its links, units and sessions, and no kubeconfig', () => {
  const onNode = (line: string) => offered(line, 'worker2').replace(/cali[\da-f]{11}/g, 'cali');
  expect(['tcpdump -i ', 'systemctl restart ', 'calicoctl get node ', 'birdc disable '].map(onNode)).toEqual([
    'any cali cali cali docker0 ens5 lo',
    'containerd.service kubelet.service ssh.service',
    '',
    'Global_10_0_1_10 Mesh_10_0_1_20 Mesh_10_0_1_30 device1 direct1 kernel1 static1',
  ]);
});
