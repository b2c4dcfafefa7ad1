/** Builders for this room's tests: a small cluster's API objects and a node that sees them. Read by tests only. */
import type { ApiObject, EndpointSlice, Service } from '../../api/objects.ts';
import { type ApiState, emptyApi, keyOf } from '../../api/storage.ts';
import type { NetNamespace } from '../../kernel/namespace.ts';
import { emptyNetfilter } from '../../kernel/netfilter/types.ts';
import type { Host, World } from '../../world.ts';

let counter = 0;

export function meta(key: string, labels?: Record<string, string>): ApiObject['metadata'] {
  const [namespace, name] = key.split('/') as [string, string];
  const resourceVersion = String(++counter);
  return { namespace, name, uid: key, resourceVersion, creationTimestamp: '2026-01-01T00:00:00Z', ...(labels ? { labels } : {}) };
}

export function service(key: string, spec: Partial<Service['spec']>, ingress: readonly string[] = []): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta(key),
    spec: { type: 'ClusterIP', ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80 }], ...spec },
    status: { loadBalancer: ingress.length > 0 ? { ingress: ingress.map((ip) => ({ ip })) } : {} },
  };
}

/** @param places `<ip>@<node>`, with `!` in front when not ready, `~` when draining */
export function slice(
  key: string,
  places: readonly string[],
  port: { name?: string; port: number; protocol?: string },
): EndpointSlice {
  const name = key.split('/')[1] as string;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...meta(`${key}-abcde`), labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: places.map((place) => {
      const [ip, nodeName] = place.replace(/^[!~]/, '').split('@') as [string, string];
      const ready = !/^[!~]/.test(place);
      return {
        addresses: [ip],
        nodeName,
        conditions: { ready, serving: !place.startsWith('!'), terminating: place.startsWith('~') },
      };
    }),
    ports: [{ protocol: 'TCP', ...port }],
  } as EndpointSlice;
}

const RESOURCES: Readonly<Record<string, string>> = {
  Service: 'services',
  EndpointSlice: 'endpointslices.discovery.k8s.io',
  IPPool: 'ippools.projectcalico.org',
  BGPConfiguration: 'bgpconfigurations.projectcalico.org',
  FelixConfiguration: 'felixconfigurations.projectcalico.org',
  NetworkPolicy: 'networkpolicies.networking.k8s.io',
  Pod: 'pods',
  Namespace: 'namespaces',
};

export function view(...objects: readonly ApiObject[]): ApiState {
  const byResource: Record<string, Record<string, ApiObject>> = {};
  for (const object of objects) {
    const resource = RESOURCES[object.kind] as string;
    byResource[resource] = { ...byResource[resource], [keyOf(object)]: object };
  }
  return { ...emptyApi, objects: byResource };
}

export const namespace: NetNamespace = {
  name: '',
  links: {},
  routes: [],
  neighbours: {},
  sysctl: {},
  netfilter: emptyNetfilter,
  conntrack: {},
  sockets: [],
  nextPort: 32768,
};

export function node(name: string, address: string, apiView: ApiState, daemons: Host['daemons']): Host {
  return {
    name,
    kind: 'node',
    address,
    aliases: [],
    up: true,
    bootedAt: 0,
    cluster: 'kubernetes',
    files: {},
    netns: { '': namespace },
    apiView,
    daemons,
  };
}

export function worldOf(...hosts: readonly Host[]): World {
  return {
    id: 'test',
    seed: 'test',
    now: 0,
    inputs: 0,
    hosts: Object.fromEntries(hosts.map((host) => [host.name, host])),
    segments: {},
    clusters: {
      kubernetes: {
        name: 'kubernetes',
        podCidr: '10.48.0.0/16',
        serviceCidr: '10.49.0.0/16',
        apiHost: 'control1',
        asNumber: 64512,
        api: emptyApi,
      },
    },
    flows: [],
  };
}
