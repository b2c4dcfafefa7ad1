/**
 * What one Service contributes to a node's tables: its entries in the shared chains and its own chains.
 *
 * Models the service loop of k8s.io/kubernetes v1.32 pkg/proxy/iptables/proxier.go (syncProxyRules): KUBE-EXT, KUBE-SVC,
 * KUBE-SVL, KUBE-FW, KUBE-SEP. Leaves out SCTP, IPv6, `--masquerade-all` and the nfacct counters. A block depends on its node
 * only by the endpoints that are local there, so nodes share blocks.
 */
import type { EndpointSlice, Service, ServicePort } from '../../api/objects.ts';
import type { Chain, Match, Rule } from '../../kernel/netfilter/types.ts';
import { isInside } from '../../net/address.ts';
import type { Ref } from '../../world.ts';
import { type Categories, categorize, type Endpoint, endpointsOf, type Policies, policiesOf } from './endpoints.ts';
import { endpointChain, type Protocol, portName, servicePortHash } from './names.ts';
import { ACCEPT, comment, DROP, jump, MARK_MASQ, only, REJECT, SOURCE_LOCAL, TO_LOCAL, toPort } from './rules.ts';

/** What a block's rules depend on beside the Service and its slices. */
export interface Setting {
  readonly cluster: string;
  /** `--cluster-cidr`: pods' addresses, which are not masqueraded. */
  readonly podCidr: string;
  readonly node: string;
  readonly nodeIP: string;
  /** Comments on endpoint rules; kube-proxy drops them above 1000 endpoints. */
  readonly comments: boolean;
}

export interface Block {
  /** nat KUBE-SERVICES */
  readonly services: readonly Rule[];
  /** nat KUBE-NODEPORTS */
  readonly nodePorts: readonly Rule[];
  /** filter KUBE-SERVICES */
  readonly rejects: readonly Rule[];
  /** filter KUBE-EXTERNAL-SERVICES */
  readonly externalRejects: readonly Rule[];
  /** filter KUBE-PROXY-FIREWALL */
  readonly firewall: readonly Rule[];
  /** filter KUBE-NODEPORTS */
  readonly healthPorts: readonly Rule[];
  /** nat: chains of this service alone. */
  readonly chains: readonly Chain[];
  /** `healthCheckNodePort` and how many ready endpoints this node has. */
  readonly health?: Health & { readonly port: number };
}

/** What a health check of a load balancer is told. */
export interface Health {
  /** `namespace/name` */
  readonly service: string;
  /** Ready endpoints on this node. */
  readonly localEndpoints: number;
}

type Draft = { -readonly [K in keyof Omit<Block, 'health'>]: Block[K][number][] };

/** One service port with everything its rules are made of. */
interface Port {
  readonly name: string;
  readonly proto: Protocol;
  readonly service: Service;
  readonly clusterIP: string;
  readonly port: ServicePort;
  readonly loadBalancerIPs: readonly string[];
  readonly policies: Policies;
  readonly categories: Categories;
  readonly hasInternal: boolean;
  readonly hasExternal: boolean;
  readonly usesFirewall: boolean;
  readonly chains: { readonly svc: string; readonly svl: string; readonly ext: string; readonly fw: string };
  readonly ref: (field: string) => Ref;
  readonly setting: Setting;
}

/** Headless and ExternalName services, and those of another proxy, are none of kube-proxy's business. */
export function isProxied(service: Service): boolean {
  const { type, clusterIP } = service.spec;
  return (
    type !== 'ExternalName' &&
    Boolean(clusterIP) &&
    clusterIP !== 'None' &&
    !service.metadata.labels?.['service.kubernetes.io/service-proxy-name']
  );
}

export function loadBalancerIPsOf(service: Service): readonly string[] {
  return (service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode }) => (ip && ipMode !== 'Proxy' ? [ip] : []));
}

export function buildBlock(service: Service, slices: readonly EndpointSlice[], setting: Setting): Block {
  const draft: Draft = { services: [], nodePorts: [], rejects: [], externalRejects: [], firewall: [], healthPorts: [], chains: [] };
  let localEndpoints = 0;
  let healthPort = 0;
  (service.spec.ports ?? []).forEach((servicePort, index) => {
    if (servicePort.protocol === 'SCTP') return;
    const port = readPort(service, servicePort, index, slices, setting);
    entries(port, index, draft);
    externalChain(port, draft);
    firewallChain(port, draft);
    policyChains(port, draft);
    if (service.spec.type === 'LoadBalancer' && port.policies.externalLocal && service.spec.healthCheckNodePort) {
      healthPort = service.spec.healthCheckNodePort;
      localEndpoints = Math.max(localEndpoints, port.categories.local.filter((e) => e.ready).length);
    }
  });
  const key = `${service.metadata.namespace}/${service.metadata.name}`;
  return healthPort ? { ...draft, health: { port: healthPort, service: key, localEndpoints } } : draft;
}

function readPort(service: Service, port: ServicePort, index: number, slices: readonly EndpointSlice[], setting: Setting): Port {
  const key = `${service.metadata.namespace}/${service.metadata.name}`;
  const name = portName(key, port.name);
  const proto = port.protocol.toLowerCase() as Protocol;
  const loadBalancerIPs = loadBalancerIPsOf(service);
  const policies = policiesOf(service, port, loadBalancerIPs);
  const categories = categorize(endpointsOf(slices, port, setting.cluster), policies, setting.node);
  const hash = servicePortHash(name, proto);
  const localOnly = categories.local.length > 0;
  return {
    name,
    proto,
    service,
    clusterIP: service.spec.clusterIP as string,
    port,
    loadBalancerIPs,
    policies,
    categories,
    hasInternal: policies.internalLocal ? categories.any && localOnly : categories.any,
    hasExternal: policies.externalLocal ? categories.any && localOnly : categories.any,
    usesFirewall: categories.any && loadBalancerIPs.length > 0 && (service.spec.loadBalancerSourceRanges ?? []).length > 0,
    chains: { svc: `KUBE-SVC-${hash}`, svl: `KUBE-SVL-${hash}`, ext: `KUBE-EXT-${hash}`, fw: `KUBE-FW-${hash}` },
    ref: (field) => ({
      kind: 'object',
      cluster: setting.cluster,
      resource: 'services',
      key,
      field: field || `spec.ports[${index}]`,
    }),
    setting,
  };
}

/** Entries in the chains all services share: cluster IP, external IPs, load-balancer IPs, node port, health check port. */
function entries(p: Port, index: number, draft: Draft): void {
  const { name, proto, port, chains, categories } = p;
  const lacking = categories.any ? `${name} has no local endpoints` : `${name} has no endpoints`;
  const verdict = categories.any ? DROP : REJECT;

  const internal = p.policies.internalLocal ? chains.svl : chains.svc;
  const refVip = p.ref('spec.clusterIP');
  if (p.hasInternal) draft.services.push(toPort(p.clusterIP, proto, port.port, `${name} cluster IP`, jump(internal), refVip));
  else draft.rejects.push(toPort(p.clusterIP, proto, port.port, lacking, verdict, refVip));

  const external = (ip: string, what: string, chain: string, ref: Ref) => {
    if (categories.any) draft.services.push(toPort(ip, proto, port.port, `${name} ${what}`, jump(chain), ref));
    if (!p.hasExternal) draft.externalRejects.push(toPort(ip, proto, port.port, lacking, verdict, ref));
  };
  p.service.spec.externalIPs?.forEach((ip, i) => {
    external(ip, 'external IP', chains.ext, p.ref(`spec.externalIPs[${i}]`));
  });
  p.loadBalancerIPs.forEach((ip, i) => {
    const ref = p.ref(`status.loadBalancer.ingress[${i}].ip`);
    external(ip, 'loadbalancer IP', p.usesFirewall ? chains.fw : chains.ext, ref);
    if (p.usesFirewall)
      draft.firewall.push(toPort(ip, proto, port.port, `${name} traffic not accepted by ${chains.fw}`, DROP, ref));
  });

  if (port.nodePort) {
    const ref = p.ref(`spec.ports[${index}].nodePort`);
    const dport: Match = { type: 'dport', port: port.nodePort };
    if (categories.any) draft.nodePorts.push({ proto, matches: [comment(name), dport], target: jump(chains.ext), ref });
    if (!p.hasExternal) {
      draft.externalRejects.push({ proto, matches: [comment(lacking), TO_LOCAL, dport], target: verdict, ref });
    }
  }
  const health = p.service.spec.healthCheckNodePort;
  if (health && p.service.spec.type === 'LoadBalancer' && p.policies.externalLocal) {
    draft.healthPorts.push({
      proto: 'tcp',
      matches: [comment(`${name} health check node port`), { type: 'dport', port: health }],
      target: ACCEPT,
      ref: p.ref('spec.healthCheckNodePort'),
    });
  }
}

/** KUBE-EXT: every way in from outside. Under Local, pods and this host's own traffic are short-circuited to all endpoints. */
function externalChain(p: Port, draft: Draft): void {
  if (!p.categories.any || !p.policies.external) return;
  const { name, chains, setting } = p;
  const ref = p.ref('spec.externalTrafficPolicy');
  const rules: Rule[] = [];
  if (!p.policies.externalLocal) {
    rules.push({ matches: [comment(`masquerade traffic for ${name} external destinations`)], target: MARK_MASQ, ref });
  } else {
    rules.push(
      {
        src: { prefix: setting.podCidr },
        matches: [comment(`pod traffic for ${name} external destinations`)],
        target: jump(chains.svc),
        ref,
      },
      { matches: [comment(`masquerade LOCAL traffic for ${name} external destinations`), SOURCE_LOCAL], target: MARK_MASQ, ref },
      { matches: [comment(`route LOCAL traffic for ${name} external destinations`), SOURCE_LOCAL], target: jump(chains.svc), ref },
    );
  }
  if (p.hasExternal) rules.push({ matches: [], target: jump(p.policies.externalLocal ? chains.svl : chains.svc), ref });
  draft.chains.push({ name: chains.ext, rules });
}

/** KUBE-FW: load-balancer traffic from the allowed source ranges goes on; the rest is dropped in the filter table. */
function firewallChain(p: Port, draft: Draft): void {
  if (!p.usesFirewall) return;
  const { name, chains } = p;
  const ranges = p.service.spec.loadBalancerSourceRanges ?? [];
  const ref = p.ref('spec.loadBalancerSourceRanges');
  const accept = (prefix: string): Rule => ({
    src: { prefix },
    matches: [comment(`${name} loadbalancer IP`)],
    target: jump(chains.ext),
    ref,
  });
  const rules = ranges.map(accept);
  if (ranges.some((range) => isInside(p.setting.nodeIP, range))) rules.push(...p.loadBalancerIPs.map((ip) => accept(`${ip}/32`)));
  const rest = comment(`other traffic to ${name} will be dropped by KUBE-PROXY-FIREWALL`);
  rules.push({ matches: [rest], target: { type: 'NONE' }, ref });
  draft.chains.push({ name: chains.fw, rules });
}

/** KUBE-SVC (all endpoints), KUBE-SVL (this node's) and the KUBE-SEP chain of each endpoint. */
function policyChains(p: Port, draft: Draft): void {
  const { name, proto, chains, categories, setting, port } = p;
  const internal = p.policies.internalLocal ? chains.svl : chains.svc;
  // Off-cluster traffic to a cluster IP may have to cross nodes, so it is masqueraded, whatever the traffic policy.
  const offCluster: Rule = {
    ...toPort(p.clusterIP, proto, port.port, `${name} cluster IP`, MARK_MASQ, p.ref('spec.clusterIP')),
    src: { prefix: setting.podCidr, not: true },
  };
  const head = (chain: string) => (p.hasInternal && chain === internal ? [offCluster] : []);
  if (categories.cluster.length > 0) {
    draft.chains.push({ name: chains.svc, rules: [...head(chains.svc), ...balance(p, categories.cluster)] });
  }
  if (categories.local.length > 0) {
    draft.chains.push({ name: chains.svl, rules: [...head(chains.svl), ...balance(p, categories.local)] });
  }
  for (const endpoint of categories.reachable) draft.chains.push(endpointRules(p, endpoint));
}

function balance(p: Port, endpoints: readonly Endpoint[]): readonly Rule[] {
  const label = (e: Endpoint) => (p.setting.comments ? [comment(`${p.name} -> ${e.address}`)] : []);
  const chainOf = (e: Endpoint) => endpointChain(p.name, p.proto, e.address);
  const sticky: Rule[] = [];
  if (p.service.spec.sessionAffinity === 'ClientIP') {
    const seconds = p.service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800;
    for (const e of endpoints) {
      const recent: Match = { type: 'recent', name: chainOf(e), action: 'rcheck', seconds, reap: true };
      sticky.push({ matches: [...label(e), recent], target: jump(chainOf(e)), ref: p.ref('spec.sessionAffinity') });
    }
  }
  const choices = endpoints.map((e, i): Rule => {
    const left = endpoints.length - i;
    // kube-proxy writes 1/n with ten digits; the kernel then rounds to 31 bits.
    const chance: Match[] = left > 1 ? [{ type: 'statistic', probability: Number((1 / left).toFixed(10)) }] : [];
    return { matches: [...label(e), ...chance], target: jump(chainOf(e)), ref: e.ref };
  });
  return [...sticky, ...choices];
}

function endpointRules(p: Port, endpoint: Endpoint): Chain {
  const chain = endpointChain(p.name, p.proto, endpoint.address);
  const label = p.setting.comments ? [comment(p.name)] : [];
  const remember: Match[] = p.service.spec.sessionAffinity === 'ClientIP' ? [{ type: 'recent', name: chain, action: 'set' }] : [];
  return {
    name: chain,
    rules: [
      { src: only(endpoint.ip), matches: label, target: MARK_MASQ, ref: endpoint.ref },
      {
        proto: p.proto,
        matches: [...label, ...remember, { type: 'proto' }],
        target: { type: 'DNAT', to: endpoint.address },
        ref: endpoint.ref,
      },
    ],
  };
}
