/**
 * Which service addresses each node announces. Models confd/pkg/backends/calico/routes.go and client.go of Calico v3.30.
 *
 * Ranges are announced by every node that is not excluded, single addresses (/32) of external and load balancer ranges only with
 * their service. A service gets /32 routes from nodes with a ready endpoint when its policy is Local, from every node when its policy
 * is Cluster and one of its addresses is listed by itself. Leaves out IPv6.
 */
import type { Endpoints, Service } from '../../api/objects.ts';
import { contains, type Prefix, parseAddress, parsePrefix, toNumber } from '../../net/address.ts';
import type { ServiceRanges } from './state.ts';

/** A route and the field that asks for it. */
export interface ServiceRoute {
  readonly cidr: string;
  /** Key of the service. */
  readonly service: string;
  readonly field: string;
}

export interface ServiceRoutes {
  /** Announced by every node. */
  readonly everywhere: readonly ServiceRoute[];
  /** By node name. */
  readonly local: ReadonlyMap<string, readonly ServiceRoute[]>;
}

/** Go's net.ParseCIDR: an address with a length. */
export const isCidr = (text: string): boolean => text.includes('/') && parsePrefix(text) !== undefined;
const isSingle = (cidr: string): boolean => cidr.endsWith('/32');

const parsed = (cidrs: readonly string[]): readonly Prefix[] =>
  cidrs.flatMap((cidr) => (isCidr(cidr) ? [parsePrefix(cidr) as Prefix] : []));
const inside = (ranges: readonly Prefix[], address: string): boolean =>
  parseAddress(address) !== undefined && ranges.some((range) => contains(range, toNumber(address)));

/** Ranges every node announces as they stand: all of the cluster ranges, and what is no single address of the others. */
export function wholeRanges(ranges: ServiceRanges): readonly { readonly cidr: string; readonly field: keyof ServiceRanges }[] {
  const of = (field: keyof ServiceRanges, keep: (cidr: string) => boolean) =>
    ranges[field].filter(keep).map((cidr) => ({ cidr, field }));
  const notSingle = (cidr: string) => !isSingle(cidr);
  return [
    ...of('serviceClusterIPs', () => true),
    ...of('serviceExternalIPs', notSingle),
    ...of('serviceLoadBalancerIPs', notSingle),
  ];
}

function routesOf(
  service: Service,
  ranges: ServiceRanges,
  external: readonly Prefix[],
  balancer: readonly Prefix[],
): readonly ServiceRoute[] {
  const key = `${service.metadata.namespace}/${service.metadata.name}`;
  const routes: ServiceRoute[] = [];
  const { clusterIP, externalIPs = [] } = service.spec;
  // Membership of the clusterIP in a cluster range is not checked.
  if (ranges.serviceClusterIPs.length > 0 && clusterIP)
    routes.push({ cidr: `${clusterIP}/32`, service: key, field: 'spec.clusterIP' });
  for (const ip of externalIPs)
    if (inside(external, ip)) routes.push({ cidr: `${ip}/32`, service: key, field: 'spec.externalIPs' });
  for (const { ip } of service.status?.loadBalancer?.ingress ?? []) {
    if (ip && inside(balancer, ip)) routes.push({ cidr: `${ip}/32`, service: key, field: 'status.loadBalancer.ingress' });
  }
  return routes;
}

const TYPES = new Set(['ClusterIP', 'NodePort', 'LoadBalancer']);

/** A single address of the service is listed by itself: then every node announces it, whatever the endpoints. */
function hasSingle(service: Service, external: readonly Prefix[], balancer: readonly Prefix[]): boolean {
  const { type, loadBalancerIP, externalIPs = [] } = service.spec;
  const single = (ranges: readonly Prefix[], ip: string) =>
    inside(
      ranges.filter((range) => range.length === 32),
      ip,
    );
  if (type === 'LoadBalancer' && loadBalancerIP && single(balancer, loadBalancerIP)) return true;
  return (type === 'LoadBalancer' || type === 'NodePort') && externalIPs.some((ip) => single(external, ip));
}

/** Routes of all services, by node. */
export function serviceRoutes(
  services: Readonly<Record<string, Service>>,
  endpoints: Readonly<Record<string, Endpoints>>,
  ranges: ServiceRanges,
): ServiceRoutes {
  const external = parsed(ranges.serviceExternalIPs);
  const balancer = parsed(ranges.serviceLoadBalancerIPs);
  const everywhere: ServiceRoute[] = [];
  const local = new Map<string, ServiceRoute[]>();
  for (const [key, service] of Object.entries(services)) {
    const { type, clusterIP, externalTrafficPolicy } = service.spec;
    const backing = Object.hasOwn(endpoints, key) ? endpoints[key] : undefined;
    if (!backing || !TYPES.has(type) || !clusterIP || clusterIP === 'None') continue;
    if (externalTrafficPolicy === 'Cluster' && hasSingle(service, external, balancer)) {
      everywhere.push(...routesOf(service, ranges, external, balancer));
    } else if (externalTrafficPolicy === 'Local') {
      const routes = routesOf(service, ranges, external, balancer);
      for (const node of readyNodes(backing)) {
        const list = local.get(node);
        if (list) list.push(...routes);
        else local.set(node, [...routes]);
      }
    }
  }
  return { everywhere, local };
}

function readyNodes(endpoints: Endpoints): ReadonlySet<string> {
  const nodes = new Set<string>();
  for (const { addresses = [] } of endpoints.subsets ?? [])
    for (const { nodeName } of addresses) if (nodeName !== undefined) nodes.add(nodeName);
  return nodes;
}
