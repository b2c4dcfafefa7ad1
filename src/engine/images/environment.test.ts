import { expect, test } from 'vitest';
import { clusterWorld, created, reconciled, service } from '../testing.ts';
import { containerEnv } from './environment.ts';

test('a container’s environment holds its own variables and those of the services around it', () => {
  const env = [
    { name: 'GREETING', value: 'hello' },
    { name: 'TARGET', value: '$(GREETING) $(WEB_SERVICE_HOST):$(NOSUCH) $$HOME' },
    { name: 'WHERE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
    { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } },
    { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
  ];
  let world = created(clusterWorld(), 'services', service('web', { clusterIP: '10.49.7.7', clusterIPs: ['10.49.7.7'] }));
  world = created(world, 'configmaps', { metadata: { name: 'settings', namespace: 'default' }, data: { mode: 'fast' } });
  world = created(world, 'secrets', { metadata: { name: 'login', namespace: 'default' }, data: { password: 'w7xzZWNyZXQ=' } });
  const spec = {
    nodeSelector: { 'kubernetes.io/hostname': 'worker1' },
    containers: [{ name: 'c', image: 'busybox:1', command: ['sleep', '1d'], env }],
  };
  world = reconciled(created(world, 'pods', { metadata: { name: 'one', namespace: 'default' }, spec }));
  const place = { host: 'worker1', netns: 'default/one' };
  expect(Object.entries(containerEnv(world, place, 'c') ?? {}).map(([name, value]) => `${name}=${value}`)).toEqual([
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'HOSTNAME=one',
    'GREETING=hello',
    'TARGET=hello 10.49.7.7:$(NOSUCH) $HOME',
    'WHERE=worker1',
    'MODE=fast',
    'PASSWORD=üsecret',
    'WEB_SERVICE_HOST=10.49.7.7',
    'WEB_SERVICE_PORT=80',
    'WEB_SERVICE_PORT_HTTP=80',
    'WEB_PORT=tcp://10.49.7.7:80',
    'WEB_PORT_80_TCP=tcp://10.49.7.7:80',
    'WEB_PORT_80_TCP_PROTO=tcp',
    'WEB_PORT_80_TCP_PORT=80',
    'WEB_PORT_80_TCP_ADDR=10.49.7.7',
    'HOME=/root',
  ]);
  expect(containerEnv(world, place, 'nosuch')).toBe(undefined);
});
