/**
 * Nodes are Kubernetes' own: calicoctl reads them with their annotations and writes only those. Models
 * libcalico-go/lib/backend/k8s/resources/node.go and lib/clientv3/node.go, v3.30.
 */
import { NODE_ANNOTATIONS } from '../../../../engine/index.ts';
import { type Backend, CalicoError, type Resource, unsupported } from '../resource.ts';

const READ = '/apis/projectcalico.org/v3/nodes';

type Texts = Readonly<Record<string, string>>;

function textsIn(json: string | undefined): Texts {
  try {
    return JSON.parse(json ?? '{}') as Texts;
  } catch {
    return {};
  }
}

/** Calico's labels and annotations without what Kubernetes gave, as annotations of the Node. */
function kept({ metadata, spec }: Resource): Readonly<Record<string, string | undefined>> {
  const { [NODE_ANNOTATIONS.kubeLabels]: kubeLabels, ...annotations } = metadata.annotations ?? {};
  const inherited = textsIn(kubeLabels);
  const labels = Object.fromEntries(Object.entries(metadata.labels ?? {}).filter(([key]) => !Object.hasOwn(inherited, key)));
  const json = (texts: Texts) => (Object.keys(texts).length > 0 ? JSON.stringify(texts) : undefined);
  const bgp = (spec?.bgp ?? {}) as { ipv4Address?: string; asNumber?: number; routeReflectorClusterID?: string };
  return {
    [NODE_ANNOTATIONS.labels]: json(labels),
    [NODE_ANNOTATIONS.annotations]: json(annotations),
    [NODE_ANNOTATIONS.address]: bgp.ipv4Address || undefined,
    [NODE_ANNOTATIONS.asNumber]: bgp.asNumber === undefined ? undefined : String(bgp.asNumber),
    [NODE_ANNOTATIONS.clusterId]: bgp.routeReflectorClusterID || undefined,
  };
}

export const nodes: Backend = {
  get: (requests, name) => requests.get(`${READ}/${encodeURIComponent(name)}`, about(name)),
  list: (requests) => {
    const { items, resourceVersion } = requests.list(READ);
    return { items: items.map((item) => ({ ...item, apiVersion: 'projectcalico.org/v3', kind: 'Node' })), resourceVersion };
  },
  update: (requests, resource) => {
    const name = resource.metadata.name ?? '';
    const path = `/api/v1/nodes/${encodeURIComponent(name)}`;
    const node = requests.get(path, resource);
    const annotations = Object.fromEntries(
      Object.entries({ ...node.metadata.annotations, ...kept(resource) }).filter(([, value]) => value !== undefined),
    );
    requests.put(`${path}/status`, resource, { ...node, metadata: { ...node.metadata, annotations } });
    return requests.get(`${READ}/${encodeURIComponent(name)}`, resource);
  },
  // Removing a node begins with its endpoints, by a prefix of their names that the Kubernetes datastore takes for no name.
  refusal: (operation, resource) =>
    operation === 'Delete'
      ? new CalicoError(
          'missing',
          'resource does not exist: WorkloadEndpoint with error: malformed WorkloadEndpoint name - unable to determine Pod name',
        )
      : unsupported(operation, resource),
};

const about = (name: string): Resource => ({ apiVersion: 'projectcalico.org/v3', kind: 'Node', metadata: { name } });
