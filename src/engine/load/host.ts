/**
 * A host of world.yaml → the Host as it stands after boot, before any daemon has run: one ether link on its segment with DHCP's
 * routes, loopback, docker0 on nodes, sshd, its files. Models cloud-init on an EC2 instance with Ubuntu (metric 100, `proto dhcp`).
 */
import { freshBird } from '../daemons/bird/state.ts';
import { compareRoutes } from '../kernel/fib-edit.ts';
import type { NetLink, NetNamespace, Route, Socket } from '../kernel/namespace.ts';
import { emptyNetfilter } from '../kernel/netfilter/types.ts';
import { formatAddress, lastAddress, networkOf, toPrefix } from '../net/address.ts';
import { hash32, randomText } from '../net/random.ts';
import type { Daemons, Host } from '../world.ts';
import { segmentOf } from './parse.ts';
import type { HostFile, WorldFile } from './schema.ts';

export interface BootOptions {
  readonly now: number;
  /** Cluster it is a member of, or whose kubeconfig it holds. */
  readonly cluster?: string;
  /** Files of the world's folder under `files/<host>/`, by absolute path. */
  readonly files: Readonly<Record<string, string>>;
}

/** DHCP lease the cloud hands out, seconds: what `ip addr` counts down as valid_lft. */
const LEASE_SECONDS = 3600;

export function bootHost(world: WorldFile, name: string, { now, cluster, files }: BootOptions): Host {
  const file = world.hosts[name]!;
  const segment = segmentOf(world, name)!;
  const { cidr, gateway } = world.segments[segment]!;
  const own = rootNamespace(world.seed, name, file, segment, cidr, gateway === file.address ? undefined : gateway);
  return {
    name,
    kind: file.kind,
    address: file.address,
    aliases: file.aliases,
    up: true,
    bootedAt: now,
    ...(cluster === undefined ? {} : { cluster }),
    files: { ...standardFiles(world, name), ...files, ...file.files },
    ...(file.commands === undefined ? {} : { commands: file.commands }),
    netns: { '': own },
    daemons: daemonsOf(file, now),
  };
}

function daemonsOf(file: HostFile, now: number): Daemons {
  const started = { running: true, startedAt: now };
  if (file.kind === 'node') return { kubelet: started, kubeProxy: started, felix: started, confd: started, bird: freshBird(now) };
  return file.bird ? { bird: freshBird(now) } : {};
}

function rootNamespace(
  seed: string,
  name: string,
  file: HostFile,
  segment: string,
  cidr: string,
  gateway: string | undefined,
): NetNamespace {
  const { interface: dev, address } = file;
  const { length } = toPrefix(cidr);
  const links: Record<string, NetLink> = {
    lo: {
      name: 'lo',
      index: 1,
      type: 'loopback',
      mac: '00:00:00:00:00:00',
      mtu: 65536,
      up: true,
      carrier: true,
      addresses: [{ address: '127.0.0.1', prefixLength: 8, scope: 'host' }],
    },
    [dev]: {
      name: dev,
      index: 2,
      type: 'ether',
      mac: macOf(seed, name, dev),
      mtu: file.mtu,
      up: true,
      carrier: true,
      segment,
      addresses: [
        {
          address,
          prefixLength: length,
          scope: 'global',
          broadcast: formatAddress(lastAddress(toPrefix(cidr))),
          dynamicSeconds: LEASE_SECONDS,
        },
      ],
    },
  };
  const routes: Route[] = [];
  if (gateway !== undefined) {
    routes.push({
      dst: '0.0.0.0/0',
      type: 'unicast',
      nexthops: [{ via: gateway, dev, weight: 1 }],
      proto: 'dhcp',
      scope: 'global',
      src: address,
      metric: 100,
    });
  }
  routes.push({
    dst: networkOf(address, length),
    type: 'unicast',
    nexthops: [{ dev, weight: 1 }],
    proto: 'kernel',
    scope: 'link',
    src: address,
  });
  if (gateway !== undefined) {
    routes.push({
      dst: `${gateway}/32`,
      type: 'unicast',
      nexthops: [{ dev, weight: 1 }],
      proto: 'dhcp',
      scope: 'link',
      src: address,
      metric: 100,
    });
  }
  if (file.kind === 'node') {
    links.docker0 = dockerBridge(seed, name);
    routes.push({
      dst: '172.17.0.0/16',
      type: 'unicast',
      nexthops: [{ dev: 'docker0', weight: 1 }],
      proto: 'kernel',
      scope: 'link',
      src: '172.17.0.1',
    });
  }
  const sysctl = { ...(file.kind === 'node' ? { 'net.ipv4.ip_forward': '1' } : {}), ...file.sysctl };
  const sockets: Socket[] = file.kind === 'gateway' ? [] : [{ proto: 'tcp', address: '0.0.0.0', port: 22, process: 'sshd' }];
  return {
    name: '',
    links,
    routes: routes.sort(compareRoutes),
    neighbours: {},
    sysctl,
    netfilter: emptyNetfilter,
    conntrack: {},
    sockets,
    nextPort: 32768 + (hash32(seed, name, 'port') % 16384) * 2,
  };
}

/** Docker's bridge without containers: no carrier, so its route prints `linkdown`. */
function dockerBridge(seed: string, name: string): NetLink {
  return {
    name: 'docker0',
    index: 3,
    type: 'bridge',
    mac: `02:42:${macOf(seed, name, 'docker0').slice(6)}`,
    mtu: 1500,
    up: true,
    carrier: false,
    addresses: [{ address: '172.17.0.1', prefixLength: 16, scope: 'global', broadcast: '172.17.255.255' }],
  };
}

function macOf(seed: string, host: string, dev: string): string {
  const hex = randomText(10, '0123456789abcdef', seed, 'mac', host, dev);
  return `02:${hex.match(/../g)!.join(':')}`;
}

function standardFiles(world: WorldFile, name: string): Record<string, string> {
  const file = world.hosts[name]!;
  if (file.kind === 'gateway') return {};
  const others = Object.entries(world.hosts)
    .filter(([, host]) => host.kind !== 'gateway')
    .map(([host, { address, aliases }]) => `${[address, host, ...aliases].join(' ')}\n`)
    .join('');
  const gateway = world.segments[segmentOf(world, name)!]!.gateway;
  const files: Record<string, string> = {
    '/etc/hostname': `${name}\n`,
    '/etc/hosts': `127.0.0.1 localhost\n${others}`,
    '/etc/resolv.conf': gateway === undefined ? '' : `nameserver ${gateway}\n`,
    '/home/ubuntu/': '',
  };
  if (file.kubeconfig !== undefined) files['/home/ubuntu/.kube/config'] = kubeconfigOf(world, file.kubeconfig);
  return files;
}

/** The kubeconfig kubeadm writes, the credentials left out: nothing here asks for them. */
function kubeconfigOf(world: WorldFile, cluster: string): string {
  const server = world.hosts[world.clusters[cluster]!.apiHost]!.address;
  return `apiVersion: v1
clusters:
- cluster:
    server: https://${server}:6443
  name: ${cluster}
contexts:
- context:
    cluster: ${cluster}
    user: ${cluster}-admin
  name: ${cluster}-admin@${cluster}
current-context: ${cluster}-admin@${cluster}
kind: Config
preferences: {}
users:
- name: ${cluster}-admin
  user: {}
`;
}
