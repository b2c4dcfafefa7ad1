/**
 * What the operating system itself puts in the file system: /etc/hosts, /etc/hostname, /etc/os-release, /proc/sys and the like.
 * Everything is computed from the world; a file of the same name in the world wins.
 */
import {
  allSysctls,
  getSysctl,
  hostsFile,
  isKernelError,
  type Origin,
  type Place,
  resolvConf,
  type Sim,
  type World,
} from '../engine/index.ts';
import type { Errno } from './bash/files.ts';
import { networkFiles } from './network-files.ts';

export interface SystemFilesOptions {
  readonly sim: Sim;
  readonly host: string;
  readonly prefix: string;
  readonly netns: string;
  readonly root: boolean;
  readonly by: () => Origin;
}

export interface SystemFiles {
  read(path: string): string | undefined;
  list(path: string): readonly string[] | undefined;
  /** undefined: an ordinary file, not the system's. */
  write(path: string, text: string): Errno | 'done' | undefined;
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

export function systemFiles({ sim, host: name, prefix, netns, root, by }: SystemFilesOptions): SystemFiles {
  const place: Place = { host: name, netns };
  const self = netns === '' ? name : netns.slice(netns.indexOf('/') + 1);
  const world = () => sim.world();
  const texts: Readonly<Record<string, () => string | undefined>> = {
    '/etc/hostname': () => `${self}\n`,
    '/etc/hosts': () => hostsFile(world(), place),
    '/etc/resolv.conf': () => resolvConf(world(), place) || undefined,
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
  const namespace = () => world().hosts[name]?.netns[netns];
  const network = networkFiles(namespace, () => world().now);
  /** `/proc/sys/net/ipv4/ip_forward` → `net.ipv4.ip_forward`; a dot inside a part is a slash in sysctl's own spelling. */
  const sysctlName = (path: string) =>
    path
      .slice('/proc/sys/'.length)
      .split('/')
      .map((part) => part.replaceAll('.', '/'))
      .join('.');
  const sysctls = (): readonly string[] => {
    const ns = namespace();
    return ns
      ? [...allSysctls(ns)].map(
          ([key]) =>
            `/proc/sys/${key
              .split('.')
              .map((part) => part.replaceAll('/', '.'))
              .join('/')}`,
        )
      : [];
  };
  const readSysctl = (path: string): string | undefined => {
    const ns = namespace();
    const value = ns && getSysctl(ns, sysctlName(path));
    return typeof value === 'string' ? `${value}\n` : undefined;
  };
  return {
    read: (path) =>
      path.startsWith('/proc/sys/') ? readSysctl(path) : Object.hasOwn(texts, path) ? texts[path]!() : network.read(path),
    list(path) {
      if (path === '/home/ubuntu/.kube') return texts['/home/ubuntu/.kube/config']?.() ? ['config'] : undefined;
      if (path !== '/proc/sys' && !path.startsWith('/proc/sys/')) {
        const names = Object.keys(texts).filter(
          (each) => each.startsWith(`${path === '/' ? '' : path}/`) && texts[each]!() !== undefined,
        );
        const direct = names.map((each) => each.slice(path === '/' ? 1 : path.length + 1)).filter((each) => !each.includes('/'));
        const own = path === '/' ? [] : [...direct, ...(network.list(path) ?? [])];
        return own.length > 0 ? own : undefined;
      }
      const inside = sysctls().filter((each) => each.startsWith(`${path}/`));
      return inside.length === 0
        ? undefined
        : [...new Set(inside.map((each) => each.slice(path.length + 1).split('/')[0]!))].sort();
    },
    write(path, text) {
      if (!path.startsWith('/proc/sys/')) return undefined;
      if (!root) return 'Permission denied';
      const result = sim.dispatch({ type: 'sysctl', place, name: sysctlName(path), value: text.trim() }, by());
      return result && isKernelError(result) ? (result.errno === 'EINVAL' ? 'Invalid argument' : 'Permission denied') : 'done';
    },
  };
}
