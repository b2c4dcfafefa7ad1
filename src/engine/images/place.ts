/**
 * What a process sees of itself: its resolv.conf, its hosts file, its name. For pods these files are the kubelet's; they are derived here.
 * Models k8s.io/kubernetes/pkg/kubelet/network/dns and kubelet_pods.go v1.32.
 */
import type { Pod, Service } from '../api/objects.ts';
import { getObject } from '../api/storage.ts';
import { formatAddress, parsePrefix } from '../net/address.ts';
import type { Host, Place, World } from '../world.ts';

const FIRST_LINE = '# Kubernetes-managed hosts file.';

/** The pod a place is in; undefined on a host. */
export function podAt(world: World, place: Place): Pod | undefined {
  const host = world.hosts[place.host];
  if (!host || place.netns === '') return undefined;
  const api = host.apiView ?? world.clusters[host.cluster ?? '']?.api;
  return api && getObject<Pod>(api, 'pods', place.netns);
}

/** The name a process finds by `hostname`. */
export function hostnameAt(place: Place): string {
  return place.netns === '' ? place.host : place.netns.slice(place.netns.indexOf('/') + 1);
}

/** The address kubelets give their pods as name server: the kube-dns service's, by convention the tenth of the service range. */
function clusterDns(world: World, host: Host): string | undefined {
  const cluster = world.clusters[host.cluster ?? ''];
  if (!cluster) return undefined;
  const service = getObject<Service>(host.apiView ?? cluster.api, 'services', 'kube-system/kube-dns');
  const range = parsePrefix(cluster.serviceCidr);
  return service?.spec.clusterIP ?? (range && formatAddress(range.address + 10));
}

/** /etc/resolv.conf of a place. */
export function resolvConf(world: World, place: Place): string {
  const host = world.hosts[place.host];
  const pod = podAt(world, place);
  const own = host?.files['/etc/resolv.conf'] ?? '';
  if (!host || !pod) return own;
  const { dnsPolicy = 'ClusterFirst', dnsConfig } = pod.spec as Pod['spec'] & {
    readonly dnsPolicy?: string;
    readonly dnsConfig?: {
      readonly nameservers?: readonly string[];
      readonly searches?: readonly string[];
      readonly options?: readonly { readonly name: string; readonly value?: string }[];
    };
  };
  const extra = dnsConfig ?? {};
  if (dnsPolicy === 'Default') return own;
  const cluster = dnsPolicy !== 'None';
  const zones = [`${pod.metadata.namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'];
  const search = [...(cluster ? zones : []), ...(extra.searches ?? [])];
  const servers = [
    ...(cluster ? [clusterDns(world, host)].filter((server) => server !== undefined) : []),
    ...(extra.nameservers ?? []),
  ];
  const options = [
    ...(cluster ? ['ndots:5'] : []),
    ...(extra.options ?? []).map(({ name, value }) => (value === undefined ? name : `${name}:${value}`)),
  ];
  const lines = [
    ...(search.length ? [`search ${search.join(' ')}`] : []),
    ...servers.map((server) => `nameserver ${server}`),
    ...(options.length ? [`options ${options.join(' ')}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** /etc/hosts of a place. */
export function hostsFile(world: World, place: Place): string {
  const pod = podAt(world, place);
  const host = world.hosts[place.host];
  if (!pod) return host?.files['/etc/hosts'] ?? `127.0.0.1\tlocalhost\n`;
  const aliases = (pod.spec.hostAliases ?? []) as readonly { readonly ip: string; readonly hostnames?: readonly string[] }[];
  const lines = [
    FIRST_LINE,
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    `${pod.status.podIP ?? ''}\t${pod.metadata.name}`,
    ...(aliases.length
      ? ['', '# Entries added by HostAliases.', ...aliases.map(({ ip, hostnames = [] }) => [ip, ...hostnames].join('\t'))]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}
