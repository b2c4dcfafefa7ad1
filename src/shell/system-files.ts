/**
 * What the operating system itself puts in the file system: /etc/hosts, /etc/hostname, /etc/os-release, /proc/sys and the like.
 * Everything is computed from the world; a file of the same name in the world wins.
 */
import type { Host, Sim, World } from '../engine/index.ts';
import type { Errno } from './bash/files.ts';

export interface SystemFilesOptions {
  readonly sim: Sim;
  readonly host: string;
  readonly prefix: string;
  readonly netns: string;
}

export interface SystemFiles {
  read(path: string): string | undefined;
  list(path: string): readonly string[] | undefined;
  /** undefined: an ordinary file, not the system's. */
  write(path: string, text: string): Errno | 'done' | undefined;
  isProgram(path: string): boolean;
}

export const OS_RELEASE = `PRETTY_NAME="Ubuntu 22.04.4 LTS"
NAME="Ubuntu"
VERSION_ID="22.04"
VERSION="22.04.4 LTS (Jammy Jellyfish)"
VERSION_CODENAME=jammy
ID=ubuntu
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
`;

/** Every name a host answers to on the lab's network, for /etc/hosts and ssh. */
export function hostsFile(hosts: readonly Host[], self: string): string {
  const lines = hosts.map((host) => `${host.address} ${[host.name, ...host.aliases].join(' ')}\n`);
  return `127.0.0.1 localhost\n127.0.1.1 ${self}\n\n${lines.join('')}`;
}

/** The bastion's kubeconfig, where the world brings none of its own. */
function kubeconfig(world: World, hostName: string): string | undefined {
  const host = world.hosts[hostName];
  const cluster = host?.kind === 'bastion' && host.cluster ? world.clusters[host.cluster] : undefined;
  const server = cluster && world.hosts[cluster.apiHost];
  if (!server) return undefined;
  return `apiVersion: v1
clusters:
- cluster:
    insecure-skip-tls-verify: true
    server: https://${server.address}:6443
  name: ${cluster.name}
contexts:
- context:
    cluster: ${cluster.name}
    user: ${cluster.name}-admin
  name: ${cluster.name}-admin@${cluster.name}
current-context: ${cluster.name}-admin@${cluster.name}
kind: Config
preferences: {}
users:
- name: ${cluster.name}-admin
  user: {}
`;
}

export function systemFiles({ sim, host: name, prefix, netns }: SystemFilesOptions): SystemFiles {
  const self = netns === '' ? name : netns.slice(netns.indexOf('/') + 1);
  const world = () => sim.world();
  const texts: Readonly<Record<string, () => string | undefined>> = {
    '/etc/hostname': () => `${self}\n`,
    '/etc/hosts': () => (prefix === '' ? hostsFile(Object.values(world().hosts), name) : podHosts(self)),
    '/etc/os-release': () => OS_RELEASE,
    '/etc/passwd': () =>
      `root:x:0:0:root:/root:/bin/bash\n${prefix === '' ? 'ubuntu:x:1000:1000:Ubuntu:/home/ubuntu:/bin/bash\n' : ''}`,
    '/etc/group': () => `root:x:0:\n${prefix === '' ? 'ubuntu:x:1000:\n' : ''}`,
    '/etc/shells': () => '/bin/sh\n/bin/bash\n',
    ...(prefix === '' && { '/home/ubuntu/.kube/config': () => kubeconfig(world(), name) }),
    '/proc/version': () => 'Linux version 6.8.0-45-generic (buildd@lcy02-amd64-075) #45-Ubuntu SMP PREEMPT_DYNAMIC\n',
    '/proc/uptime': () => {
      const seconds = (world().now - (world().hosts[name]?.bootedAt ?? 0)) / 1000;
      return `${seconds.toFixed(2)} ${(seconds * 1.9).toFixed(2)}\n`;
    },
    '/proc/loadavg': () => '0.08 0.03 0.01 1/212 1201\n',
  };
  return {
    read: (path) => (Object.hasOwn(texts, path) ? texts[path]!() : undefined),
    list: (path) => (path === '/home/ubuntu/.kube' && texts['/home/ubuntu/.kube/config']?.() ? ['config'] : undefined),
    write: () => undefined,
    isProgram: (path) => /^\/(usr\/)?(local\/)?s?bin\//.test(path),
  };
  function podHosts(pod: string): string {
    const address = Object.values(world().hosts[name]?.netns[netns]?.links ?? {})
      .flatMap((link) => link.addresses)
      .find((each) => each.scope === 'global')?.address;
    return `# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${address ?? ''}\t${pod}\n`;
  }
}
