/**
 * A node joins its cluster: the Node object as kubeadm and the kubelet write it, with calico-node's annotation.
 * Models kubeadm join + kubelet registration, v1.32, and calico-node's startup.
 */
import type { Node } from '../api/objects.ts';
import { toPrefix } from '../net/address.ts';
import { randomText } from '../net/random.ts';
import { VERSIONS } from '../versions.ts';
import { segmentOf } from './parse.ts';
import type { WorldFile } from './schema.ts';

type Draft<T> = Omit<T, 'metadata'> & {
  readonly metadata: {
    readonly name: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
};

/**
 * @param podCIDR the node's share of the pod range, as kube-controller-manager hands it out; Calico's IPAM does not use it
 * @param at RFC 3339 time at which the kubelet first reported
 */
export function nodeObject(world: WorldFile, name: string, podCIDR: string, at: string): Draft<Node> {
  const host = world.hosts[name]!;
  const controlPlane = host.roles.includes('control-plane');
  const roles = Object.fromEntries(host.roles.map((role) => [`node-role.kubernetes.io/${role}`, '']));
  const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({
    type,
    status,
    lastHeartbeatTime: at,
    lastTransitionTime: at,
    reason,
    message,
  });
  const size = {
    cpu: '2',
    'ephemeral-storage': '20134592Ki',
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: '3977528Ki',
    pods: '110',
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        // kubeadm sets it with an empty value, which Calico does not take for "true": control planes go on advertising.
        ...(controlPlane ? { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } : {}),
        ...roles,
        ...host.labels,
      },
      annotations: {
        'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///var/run/containerd/containerd.sock',
        'node.alpha.kubernetes.io/ttl': '0',
        'projectcalico.org/IPv4Address': `${host.address}/${toPrefix(world.segments[segmentOf(world, name)!]!.cidr).length}`,
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
    },
    spec: {
      podCIDR,
      podCIDRs: [podCIDR],
      ...(controlPlane ? { taints: [{ effect: 'NoSchedule', key: 'node-role.kubernetes.io/control-plane' }] } : {}),
    },
    status: {
      addresses: [
        { type: 'InternalIP', address: host.address },
        { type: 'Hostname', address: name },
      ],
      allocatable: { ...size, 'ephemeral-storage': '18556039957', memory: '3875128Ki' },
      capacity: size,
      conditions: [
        condition('NetworkUnavailable', 'False', 'CalicoIsUp', 'Calico is running on this node'),
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      images: [],
      nodeInfo: {
        architecture: 'amd64',
        bootID: randomText(32, '0123456789abcdef', world.seed, 'boot', name),
        containerRuntimeVersion: VERSIONS.containerd,
        kernelVersion: VERSIONS.kernel,
        kubeProxyVersion: VERSIONS.kubernetes,
        kubeletVersion: VERSIONS.kubernetes,
        machineID: randomText(32, '0123456789abcdef', world.seed, 'machine', name),
        operatingSystem: 'linux',
        osImage: VERSIONS.osImage,
        systemUUID: randomText(32, '0123456789abcdef', world.seed, 'system', name),
      },
    },
  };
}
