import { expect, test } from 'vitest';
import { loadWorld, type World } from '../engine/index.ts';
import { worlds } from '../worlds/index.ts';
import { processesOf } from './process-table.ts';
import { testSession } from './testing.ts';

const fresh = () => loadWorld(worlds.yaobank!);
const table = (world: World, host: string) =>
  processesOf(world, { host, netns: '' }).map(({ command }) => command.replace(/ -id [\da-f]{64} /, ' -id ID '));

test('a worker runs its services, a shim and a pause for each pod, and what the containers run', () => {
  const shim = '/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id ID -address /run/containerd/containerd.sock';
  const own = table(fresh().world(), 'worker1').sort();
  expect([own.filter((each) => each === shim).length, own.filter((each) => each !== shim && each !== '/pause')]).toEqual([
    5,
    [
      '/sbin/init',
      '/usr/bin/containerd',
      '/usr/bin/kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf --config=/var/lib/kubelet/config.yaml',
      '/usr/local/bin/kube-proxy --config=/var/lib/kube-proxy/config.conf --hostname-override=worker1',
      '/usr/local/bin/runsvdir -P /etc/service/enabled',
      'bird -R -s /var/run/calico/bird.ctl -d -c /etc/calico/confd/config/bird.cfg',
      'calico-node -confd',
      'calico-node -felix',
      'etcd -advertise-client-urls http://database:2379 -listen-client-urls http://0.0.0.0:2379',
      'nginx-ingress-controller',
      'nginx: master process nginx -g daemon off;',
      'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups',
    ],
  ]);
});

test('every tool names the same pid, also after a restart', async () => {
  const session = testSession(fresh(), 'host1');
  const pids = async () => {
    const said = [];
    for (const line of [
      'ps -C bird -o pid=',
      "sudo ss -tlnp | grep -o 'bird\",pid=[0-9]*' | tr -dc 0-9",
      'systemctl show bird -p MainPID --value',
    ])
      said.push(Number((await session.type(line)).stdout));
    return said;
  };
  const before = await pids();
  await session.type('sleep 1; sudo systemctl restart bird');
  const after = await pids();
  expect([new Set(before).size, new Set(after).size, before[0] === after[0], before[0]! > 1]).toEqual([1, 1, false, true]);
});

test('in a container its program is 1, and nobody else is there', async () => {
  const session = testSession(fresh(), 'host1');
  const { stdout } = await session.type('kubectl exec -n yaobank deploy/customer -- ps -eo pid,ppid,stat,cmd');
  expect(stdout.split('\n').slice(0, 2)).toEqual(['    PID    PPID STAT CMD', '      1       0 Ss   python']);
});
