/** Builders for this room's tests: a small cluster's API objects and a node that sees them. Read by tests only. */
import type { ApiObject, EndpointSlice, Pod, Service } from '../../api/objects.ts';
import { type ApiState, emptyApi, keyOf } from '../../api/storage.ts';
import type { NetLink, NetNamespace } from '../../kernel/namespace.ts';
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

/** A pod that runs on a node. */
export function pod(key: string, ip: string, labels: Record<string, string> = {}, nodeName = 'worker2'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta(key, labels),
    spec: { containers: [], nodeName, serviceAccountName: key.split('/')[1] as string },
    status: { phase: 'Running', podIP: ip },
  };
}

/** A cluster-scoped object. */
export function config(kind: string, name: string, spec: Record<string, unknown>): ApiObject {
  const { namespace: _none, ...metadata } = meta(`/${name}`);
  return { apiVersion: 'projectcalico.org/v3', kind, metadata, spec };
}

/** A host's namespace with `ens5` and a veth for each pod. */
export function withPods(address: string, ...pods: readonly { readonly key: string; readonly link: string }[]): NetNamespace {
  const link = (name: string, index: number, more: Partial<NetLink>): NetLink => ({
    name,
    index,
    type: 'ether',
    mac: '00:00:00:00:00:01',
    mtu: 1500,
    up: true,
    carrier: true,
    addresses: [],
    ...more,
  });
  const links: Record<string, NetLink> = {
    ens5: link('ens5', 2, { segment: 'lan', addresses: [{ address, prefixLength: 24, scope: 'global' }] }),
  };
  pods.forEach(({ key, link: name }, i) => {
    links[name] = link(name, 3 + i, { type: 'veth', peer: { netns: key, link: 'eth0' } });
  });
  return { ...namespace, links };
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
