/**
 * The Calico CNI plugin: gives a pod its address, its network namespace and the cable to the host.
 *
 * The kubelet calls it. Reads pools and blocks from the cluster's API (the plugin talks to the API server itself); writes IPAM
 * objects and the host's kernel. Models projectcalico/calico cni-plugin v3.30 (internal/pkg/.../dataplane/linux). The host's
 * route to the pod is felix's business. Leaves out IPv6, floating IPs and bandwidth.
 */
import type { Pod } from '../../api/objects.ts';
import { keyOf } from '../../api/storage.ts';
import { connectVeth, createNamespace, deleteNamespace } from '../../kernel/create.ts';
import { isKernelError } from '../../kernel/errno.ts';
import { addRoute } from '../../kernel/fib-edit.ts';
import type { NetNamespace, Route } from '../../kernel/namespace.ts';
import { sha1 } from '../../net/sha1.ts';
import { type Host, type World, withApi, withHost } from '../../world.ts';
import { assignAddress, releaseHandle } from './ipam.ts';

/** The next hop of every pod: nobody's address; the host's end answers for it by proxy ARP. */
const GATEWAY = '169.254.1.1';
const HOST_MAC = 'ee:ee:ee:ee:ee:ee';

/** Name of a pod's interface on its host. */
export function hostInterface(namespace: string, pod: string): string {
  return `cali${sha1(`${namespace}.${pod}`).slice(0, 11)}`;
}

function handleOf(containerId: string): string {
  return `k8s-pod-network.${containerId}`;
}

/** ADD: address and network for a pod's sandbox. The error is the plugin's own text. */
export function addPod(
  world: World,
  host: Host,
  pod: Pod,
  containerId: string,
): { readonly world: World; readonly address: string } | { readonly world: World; readonly error: string } {
  const cluster = world.clusters[host.cluster ?? '']!;
  const request = { node: host.name, pod, handle: handleOf(containerId), now: world.now, seed: world.seed };
  const assigned = assignAddress(cluster.api, request);
  const charged = withApi(world, cluster.name, assigned.api);
  if ('error' in assigned) return { world: charged, error: assigned.error };
  return { world: withHost(charged, cabled(host, pod, assigned.address)), address: assigned.address };
}

/** DEL: the addresses go back to their blocks, the namespace goes. Harmless when repeated. */
export function deletePod(world: World, host: Host, podKey: string, containerId: string, reachable: boolean): World {
  const cut = withHost(world, deleteNamespace(host, podKey));
  const cluster = world.clusters[host.cluster ?? '']!;
  return reachable ? withApi(cut, cluster.name, releaseHandle(cluster.api, handleOf(containerId), world.now)) : cut;
}

function cabled(host: Host, pod: Pod, address: string): Host {
  const key = keyOf(pod);
  const clean = deleteNamespace(host, key);
  const fresh: Host = { ...clean, netns: { ...clean.netns, [key]: createNamespace(key) } };
  const inside = { netns: key, link: 'eth0', addresses: [{ address, prefixLength: 32, scope: 'global' as const }] };
  const outside = {
    netns: '',
    link: hostInterface(pod.metadata.namespace ?? '', pod.metadata.name),
    mac: HOST_MAC,
    proxyArp: true,
  };
  const joined = connectVeth(fresh, inside, outside, mtuOf(host));
  const ns = routed(joined.netns[key]!);
  return { ...joined, netns: { ...joined.netns, [key]: ns } };
}

/** Calico takes the MTU of the host's own interface when nothing is encapsulated. */
function mtuOf(host: Host): number {
  const own = Object.values(host.netns['']?.links ?? {}).find((link) => link.segment !== undefined);
  return own?.mtu ?? 1500;
}

function routed(start: NetNamespace): NetNamespace {
  const gateway: Route = {
    dst: `${GATEWAY}/32`,
    type: 'unicast',
    nexthops: [{ dev: 'eth0', weight: 1 }],
    proto: 'boot',
    scope: 'link',
  };
  const fallback: Route = {
    dst: '0.0.0.0/0',
    type: 'unicast',
    nexthops: [{ via: GATEWAY, dev: 'eth0', weight: 1 }],
    proto: 'boot',
    scope: 'global',
  };
  let ns = start;
  for (const route of [gateway, fallback]) {
    const added = addRoute(ns, route);
    if (!isKernelError(added)) ns = added;
  }
  return ns;
}
