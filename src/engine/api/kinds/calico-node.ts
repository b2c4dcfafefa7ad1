/**
 * Calico's Node: a reading of the Kubernetes Node and its annotations, as calicoctl and confd see it. Models K8sNodeToCalico of
 * libcalico-go/lib/backend/k8s/resources/node.go (v3.30). Nothing of it is stored; WireGuard, VXLAN and IPv6 are left out.
 */
import { parsePrefix } from '../../net/address.ts';
import type { ApiObject, CalicoNode, Node, ObjectMeta } from '../objects.ts';

/** Annotations of a Node that hold Calico's settings. */
export const NODE_ANNOTATIONS = {
  address: 'projectcalico.org/IPv4Address',
  asNumber: 'projectcalico.org/ASNumber',
  clusterId: 'projectcalico.org/RouteReflectorClusterID',
  labels: 'projectcalico.org/labels',
  annotations: 'projectcalico.org/annotations',
  /** Not stored: the Kubernetes labels, so that a writer can tell them from Calico's own. */
  kubeLabels: 'projectcalico.org/kube-labels',
} as const;

type Texts = Readonly<Record<string, string>>;

function textsIn(json: string | undefined): Texts {
  try {
    const value: unknown = JSON.parse(json ?? '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Texts) : {};
  } catch {
    return {};
  }
}

/** Go's maps come out sorted. */
function sorted(texts: Texts): Texts {
  return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** numorstring.ASNumberFromString: digits, or two halves with a dot between. */
export function asNumberOf(text: string): number | undefined {
  const halves = text.split('.');
  const digits = (part: string, limit: number) => /^\d+$/.test(part) && Number(part) < limit;
  if (halves.length === 2 && halves.every((half) => digits(half, 2 ** 16))) return Number(halves[0]) * 2 ** 16 + Number(halves[1]);
  return digits(text, 2 ** 32) ? Number(text) : undefined;
}

function bgpOf(annotations: Texts): CalicoNode['spec']['bgp'] {
  const address = annotations[NODE_ANNOTATIONS.address] ?? '';
  const number = asNumberOf(annotations[NODE_ANNOTATIONS.asNumber] ?? '');
  const clusterId = annotations[NODE_ANNOTATIONS.clusterId] ?? '';
  const bgp = {
    ...(number !== undefined && { asNumber: number }),
    ...(parsePrefix(address) && { ipv4Address: address }),
    ...(parsePrefix(clusterId) && { routeReflectorClusterID: clusterId }),
  };
  return Object.keys(bgp).length > 0 ? bgp : undefined;
}

export function calicoNodeOf(node: Node): CalicoNode {
  const { name, uid, resourceVersion, creationTimestamp, labels: kubeLabels = {}, annotations = {} } = node.metadata;
  const labels = sorted({ ...textsIn(annotations[NODE_ANNOTATIONS.labels]), ...kubeLabels });
  const own = {
    ...textsIn(annotations[NODE_ANNOTATIONS.annotations]),
    [NODE_ANNOTATIONS.kubeLabels]: JSON.stringify(sorted(kubeLabels)),
  };
  const bgp = bgpOf(annotations);
  const podCIDRs = (node.spec as { readonly podCIDRs?: readonly string[] } | undefined)?.podCIDRs ?? [];
  const addresses = [
    ...(bgp?.ipv4Address ? [{ address: bgp.ipv4Address, type: 'CalicoNodeIP' }] : []),
    ...(node.status?.addresses ?? []).filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP'),
  ];
  const metadata = { name, uid, resourceVersion, creationTimestamp, labels, annotations: own } as ObjectMeta;
  return {
    apiVersion: 'projectcalico.org/v3',
    kind: 'Node',
    metadata,
    spec: {
      ...(bgp && { bgp }),
      orchRefs: [{ nodeName: name, orchestrator: 'k8s' }],
      ...(addresses.length > 0 && { addresses: addresses.map(({ address, type }) => ({ address, type })) }),
    },
    status: podCIDRs.length > 0 ? { podCIDRs } : {},
  } as unknown as CalicoNode;
}

export const calicoNodeFrom = (object: ApiObject): CalicoNode => calicoNodeOf(object as Node);
