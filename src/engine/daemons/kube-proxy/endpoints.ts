/**
 * Which endpoints a node uses for a service port.
 * Models k8s.io/kubernetes v1.32 pkg/proxy/topology.go (CategorizeEndpoints) and endpointslicecache.go. Leaves out topology hints.
 */
import type { EndpointSlice, Service, ServicePort } from '../../api/objects.ts';
import type { Ref } from '../../world.ts';

export interface Endpoint {
  readonly ip: string;
  /** `10.48.0.134:80` */
  readonly address: string;
  readonly node?: string;
  readonly ready: boolean;
  /** Serving while it terminates: used only where no ready endpoint is. */
  readonly draining: boolean;
  readonly ref: Ref;
}

/** A service's traffic policies, as the proxy reads them. */
export interface Policies {
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  /** Reachable by nodePort, load-balancer IP or external IP. */
  readonly external: boolean;
}

export interface Categories {
  /** For traffic policy Cluster. */
  readonly cluster: readonly Endpoint[];
  /** For traffic policy Local, on this node. */
  readonly local: readonly Endpoint[];
  /** All that need a KUBE-SEP chain here. */
  readonly reachable: readonly Endpoint[];
  /** Somebody serves, though perhaps on another node. */
  readonly any: boolean;
}

/** Endpoints of one port over a service's slices, each address once, in kube-proxy's order: by the text `ip:port`. */
export function endpointsOf(slices: readonly EndpointSlice[], port: ServicePort, cluster: string): readonly Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    if (slice.addressType !== 'IPv4') continue;
    const key = `${slice.metadata.namespace}/${slice.metadata.name}`;
    for (const target of slice.ports) {
      if ((target.name ?? '') !== (port.name ?? '') || (target.protocol ?? 'TCP') !== port.protocol || !target.port) continue;
      slice.endpoints.forEach((endpoint, index) => {
        const ip = endpoint.addresses[0];
        if (ip === undefined) return;
        const { ready, serving, terminating } = endpoint.conditions;
        const isReady = ready ?? true;
        const entry: Endpoint = {
          ip,
          address: `${ip}:${target.port}`,
          node: endpoint.nodeName,
          ready: isReady,
          draining: (serving ?? isReady) && terminating === true,
          ref: { kind: 'object', cluster, resource: 'endpointslices.discovery.k8s.io', key, field: `endpoints[${index}]` },
        };
        // One address in two slices happens while a slice is being replaced: the ready one counts.
        const other = found.get(entry.address);
        if (!other || (entry.ready && !other.ready)) found.set(entry.address, entry);
      });
    }
  }
  return [...found.values()].sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
}

export function policiesOf(service: Service, port: ServicePort, loadBalancerIPs: readonly string[]): Policies {
  const { type, externalIPs = [], externalTrafficPolicy, internalTrafficPolicy } = service.spec;
  const exposed = type === 'NodePort' || type === 'LoadBalancer' || externalIPs.length > 0;
  return {
    internalLocal: internalTrafficPolicy === 'Local',
    externalLocal: exposed && externalTrafficPolicy === 'Local',
    external: Boolean(port.nodePort) || loadBalancerIPs.length > 0 || externalIPs.length > 0,
  };
}

/** Whether the chains of a port with these policies differ from node to node. */
export function usesLocal({ internalLocal, externalLocal, external }: Policies): boolean {
  return internalLocal || (externalLocal && external);
}

export function categorize(all: readonly Endpoint[], policies: Policies, node: string): Categories {
  const usesCluster = !policies.internalLocal || policies.external;
  const ready = all.filter((e) => e.ready);
  const cluster = usesCluster ? (ready.length > 0 ? ready : all.filter((e) => e.draining)) : [];
  if (!usesLocal(policies)) return { cluster, local: [], reachable: cluster, any: cluster.length > 0 };

  const here = all.filter((e) => e.node === node);
  const localReady = here.filter((e) => e.ready);
  const local = localReady.length > 0 ? localReady : here.filter((e) => e.draining);
  const any = all.some((e) => e.ready || e.draining);
  const reachable = usesCluster ? [...cluster, ...local.filter((e) => !cluster.includes(e))] : local;
  return { cluster, local, reachable, any };
}
