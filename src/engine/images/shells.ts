/** Images that bring tools and no server: busybox, alpine, curl, netshoot, the distributions; and the pause container. */
import type { Image } from './image.ts';
import { server } from './image.ts';
import { runCommand } from './process.ts';

const BUSYBOX = [
  'sh',
  'ash',
  'sleep',
  'echo',
  'cat',
  'ls',
  'ip',
  'ping',
  'wget',
  'nslookup',
  'nc',
  'ps',
  'hostname',
  'env',
  'tail',
  'grep',
  'awk',
  'sed',
  'date',
  'true',
  'false',
  'traceroute',
  'arp',
  'id',
  'vi',
  'top',
  'yes',
];
const COREUTILS = [
  'sh',
  'bash',
  'sleep',
  'echo',
  'cat',
  'ls',
  'hostname',
  'env',
  'tail',
  'grep',
  'awk',
  'sed',
  'date',
  'true',
  'false',
  'id',
  'ps',
  'yes',
];
const NETWORK = [
  'curl',
  'dig',
  'nslookup',
  'ip',
  'ping',
  'nc',
  'traceroute',
  'tcpdump',
  'ss',
  'arp',
  'wget',
  'iptables',
  'conntrack',
  'host',
];

function shell(
  name: string,
  repositories: readonly string[],
  bytes: number,
  commands: readonly string[],
  cmd: readonly string[],
  entrypoint: readonly string[] = [],
): Image {
  return { name, repositories, bytes, commands, cmd, entrypoint, start: ({ argv }) => runCommand(argv, commands) };
}

const library = (...names: readonly string[]) => names.map((name) => `docker.io/library/${name}`);

export const shells: readonly Image[] = [
  shell('busybox', ['docker.io/library/busybox', 'registry.k8s.io/e2e-test-images/busybox'], 2_167_000, BUSYBOX, ['sh']),
  shell('alpine', library('alpine'), 3_800_000, BUSYBOX, ['/bin/sh']),
  shell('debian', library('debian', 'ubuntu'), 29_000_000, COREUTILS, ['/bin/bash']),
  shell('fedora', [...library('centos', 'fedora', 'rockylinux', 'almalinux')], 65_000_000, [...COREUTILS, 'curl'], ['/bin/bash']),
  shell(
    'curl',
    ['docker.io/curlimages/curl', 'quay.io/curl/curl', 'docker.io/radial/busyboxplus', 'docker.io/appropriate/curl'],
    9_000_000,
    [...BUSYBOX, 'curl'],
    ['curl', '-h'],
    ['/entrypoint.sh'],
  ),
  shell(
    'netshoot',
    ['docker.io/nicolaka/netshoot'],
    180_000_000,
    [...new Set([...BUSYBOX, ...COREUTILS, ...NETWORK, 'zsh'])],
    ['zsh'],
  ),
  shell(
    'dnsutils',
    ['registry.k8s.io/e2e-test-images/jessie-dnsutils', 'docker.io/tutum/dnsutils', 'gcr.io/kubernetes-e2e-test-images/dnsutils'],
    75_000_000,
    [...COREUTILS, 'dig', 'nslookup', 'host'],
    ['/bin/sh', '-c', 'sleep infinity'],
  ),
  shell('python', library('python', 'node', 'golang', 'openjdk'), 340_000_000, [...COREUTILS, 'python3', 'curl'], ['python3']),
];

export const pause: Image = {
  name: 'pause',
  repositories: ['registry.k8s.io/pause', 'k8s.gcr.io/pause'],
  bytes: 320_000,
  entrypoint: ['/pause'],
  commands: [],
  start: () => server('pause', []),
};

const store = (name: string, port: number, bytes: number, ready: string, repositories = library(name)): Image => ({
  name,
  repositories,
  bytes,
  entrypoint: ['docker-entrypoint.sh'],
  cmd: [name],
  commands: COREUTILS,
  start: ({ argv }) =>
    argv[0] === 'docker-entrypoint.sh' || argv[0]?.startsWith(name) ? server(name, [port], [ready]) : runCommand(argv, COREUTILS),
});

/** Databases: they accept connections and speak no HTTP. */
export const stores: readonly Image[] = [
  store('redis', 6379, 45_000_000, 'Ready to accept connections tcp'),
  store('postgres', 5432, 150_000_000, 'database system is ready to accept connections'),
  store('mysql', 3306, 170_000_000, '/usr/sbin/mysqld: ready for connections.', library('mysql', 'mariadb')),
  store('mongo', 27017, 260_000_000, 'Waiting for connections'),
  store('memcached', 11211, 30_000_000, 'server listening'),
];
