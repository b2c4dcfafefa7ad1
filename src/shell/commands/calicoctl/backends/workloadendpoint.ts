/**
 * Workload endpoints stand for pods that have an address of Calico's. Models
 * libcalico-go/lib/backend/k8s/{resources/workloadendpoint.go,conversion} and lib/names, v3.30; bandwidth annotations are left out.
 */
import { hostInterface } from '../../../../engine/index.ts';
import { type Backend, CalicoError, identifier, type Requests, type Resource, unsupported } from '../resource.ts';

interface Pod extends Resource {
  readonly spec?: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly serviceAccountName?: string;
    readonly containers?: readonly Container[];
    readonly initContainers?: readonly Container[];
  };
  readonly status?: { readonly phase?: string; readonly podIP?: string; readonly podIPs?: readonly { readonly ip: string }[] };
}

interface Container {
  readonly ports?: readonly {
    readonly name?: string;
    readonly containerPort?: number;
    readonly hostPort?: number;
    readonly hostIP?: string;
    readonly protocol?: string;
  }[];
}

/** A dash within a part of the name is doubled: single ones stand between the parts. */
const escaped = (part: string): string => part.replaceAll('-', '--');

/** The parts of `worker1-k8s-customer--5cb5-eth0`, their dashes single again. */
function partsOf(name: string): readonly string[] {
  return name
    .replace(/--/g, '\0')
    .split('-')
    .map((part) => part.replaceAll('\0', '-'));
}

const finished = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';
/** conversion.IsValidCalicoWorkloadEndpoint: the pod has a node, a network of its own, and an address. */
function isEndpoint(pod: Pod): boolean {
  const addressed = pod.metadata.annotations?.['cni.projectcalico.org/podIP'] || pod.status?.podIP;
  return !pod.spec?.hostNetwork && !!pod.spec?.nodeName && (!!addressed || finished(pod));
}

function networksOf(pod: Pod): readonly string[] {
  if (finished(pod)) return [];
  const annotation = pod.metadata.annotations?.['cni.projectcalico.org/podIPs'];
  if (annotation) return annotation.split(',');
  const addresses = pod.status?.podIPs?.map(({ ip }) => ip) ?? (pod.status?.podIP ? [pod.status.podIP] : []);
  return addresses.map((address) => (address.includes('/') ? address : `${address}/32`));
}

/** Named and host ports. */
function portsOf({ spec }: Pod): readonly object[] {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
  return containers
    .flatMap(({ ports = [] }) => ports)
    .filter(({ containerPort, hostPort, name }) => containerPort && (hostPort || name))
    .map(({ name = '', containerPort, hostPort = 0, hostIP = '', protocol = 'TCP' }) => ({
      name,
      protocol,
      port: containerPort,
      hostPort,
      hostIP,
    }));
}

function endpointOf(pod: Pod): Resource {
  const { name = '', namespace = '', uid, resourceVersion, creationTimestamp, generateName, annotations = {} } = pod.metadata;
  const { nodeName = '', serviceAccountName = '' } = pod.spec ?? {};
  const account = serviceAccountName !== '' && { 'projectcalico.org/serviceaccount': serviceAccountName };
  const own = { 'projectcalico.org/namespace': namespace, 'projectcalico.org/orchestrator': 'k8s', ...account };
  const labels = Object.entries({ ...pod.metadata.labels, ...own }).sort(([a], [b]) => (a < b ? -1 : 1));
  const ports = portsOf(pod);
  const networks = networksOf(pod);
  return {
    apiVersion: 'projectcalico.org/v3',
    kind: 'WorkloadEndpoint',
    metadata: {
      name: `${escaped(nodeName)}-k8s-${escaped(name)}-eth0`,
      ...(generateName && { generateName }),
      namespace,
      uid,
      resourceVersion,
      creationTimestamp,
      labels: Object.fromEntries(labels),
    },
    spec: {
      orchestrator: 'k8s',
      node: nodeName,
      ...(annotations['cni.projectcalico.org/containerID'] && { containerID: annotations['cni.projectcalico.org/containerID'] }),
      pod: name,
      endpoint: 'eth0',
      ...(serviceAccountName && { serviceAccountName }),
      ...(networks.length > 0 && { ipNetworks: networks }),
      profiles: [`kns.${namespace}`, ...(serviceAccountName ? [`ksa.${namespace}.${serviceAccountName}`] : [])],
      interfaceName: hostInterface(namespace, name),
      ...(ports.length > 0 && { ports }),
    },
  };
}

const aboutEndpoint = (name: string, namespace: string): Resource => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'WorkloadEndpoint',
  metadata: { name, namespace },
});

function get(requests: Requests, name: string, namespace: string): Resource {
  const about = aboutEndpoint(name, namespace);
  const missing = (why: string) => new CalicoError('missing', `resource does not exist: ${identifier(about)} with error: ${why}`);
  const [, orchestrator, podName = ''] = partsOf(name);
  if (orchestrator !== 'k8s' || podName === '') throw missing('malformed WorkloadEndpoint name - unable to determine Pod name');
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(podName)}`;
  const pod = requests.get(path, about) as Pod;
  const endpoint = isEndpoint(pod) ? endpointOf(pod) : undefined;
  if (endpoint?.metadata.name !== name) throw new CalicoError('missing', `resource does not exist: ${identifier(about)}`);
  return endpoint;
}

export const workloadEndpoints: Backend = {
  get,
  list: (requests, namespace) => {
    const { items, resourceVersion } = requests.list(
      namespace === '' ? '/api/v1/pods' : `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
    );
    return { items: (items as readonly Pod[]).filter(isEndpoint).map(endpointOf), resourceVersion };
  },
  refusal: (operation, resource) => {
    if (operation === 'Delete') return new CalicoError('other', `insufficient identifiers, missing '${resource.metadata.name}'`);
    const missing = ['node', 'orchestrator', 'pod', 'endpoint'].find((field) => !resource.spec?.[field]);
    if (missing === undefined) return unsupported(operation, resource);
    return new CalicoError('invalid', `error with field ${missing} = '' (field should be assigned)`);
  },
};
