/**
 * A small world built by hand for this room's tests: the shape of the yaobank lab (bastion, control plane, workers), with as many
 * workers and as many learned routes as a test asks for. The real one comes from worlds/ and the engine.
 */
import type { ApiObject, BirdState, Header, Hop, Host, NetNamespace, Route, Trace, World } from '../../engine/index.ts';

const NOW = Date.UTC(2026, 0, 15, 14, 2, 12);
const EMPTY_NETFILTER = { tables: {}, ipsets: {}, counters: {} };

export interface WorldOptions {
  readonly workers?: number;
  /** Learned routes of the bastion: prefix → names of the nodes it goes by. */
  readonly learned?: Readonly<Record<string, readonly string[]>>;
  readonly off?: readonly string[];
  readonly notReady?: readonly string[];
}

export function namespace(name: string, address: string, routes: readonly Route[], dev = 'ens5'): NetNamespace {
  return {
    name,
    links: {
      [dev]: {
        name: dev,
        index: 2,
        type: 'ether',
        mac: '02:00:00:00:00:01',
        mtu: 9001,
        up: true,
        carrier: true,
        addresses: [{ address, prefixLength: 24, scope: 'global' }],
        segment: 'lan',
      },
    },
    routes,
    neighbours: {},
    sysctl: {},
    netfilter: EMPTY_NETFILTER,
    conntrack: {},
    sockets: [],
    nextPort: 32768,
  };
}

export function route(dst: string, vias: readonly string[], proto = 'bird'): Route {
  return {
    dst,
    type: 'unicast',
    nexthops: vias.length ? vias.map((via) => ({ via, dev: 'ens5', weight: 1 })) : [{ dev: 'ens5', weight: 1 }],
    proto,
    scope: vias.length ? 'global' : 'link',
  };
}

/** A BIRD with a session per node, each sending the prefixes that lead to it. */
function speaker(
  learned: Readonly<Record<string, readonly string[]>>,
  nodes: readonly string[],
  off: readonly string[],
): BirdState {
  const sentBy = (node: string) => Object.keys(learned).filter((dst) => learned[dst]!.includes(node));
  const text = `router id 10.0.1.10;\n${nodes.map((node) => `protocol bgp ${node} { local as 64512; neighbor ${addressOf(node)} as 64512; }`).join('\n')}\n`;
  const session = (node: string) => ({
    phase: off.includes(node) ? ('Active' as const) : ('Established' as const),
    readyAt: 0,
    startupDelay: 0,
  });
  const received = (node: string) => ({
    paths: Object.fromEntries(sentBy(node).map((prefix) => [prefix, [{ prefix, id: '', attributes: {} }]])),
  });
  const path = (prefix: string, node: string) => ({
    prefix,
    protocol: node,
    id: '',
    source: 'BGP' as const,
    destination: 'router' as const,
    gateway: addressOf(node),
    preference: 100,
    attributes: {},
    since: NOW,
  });
  return {
    running: true,
    startedAt: NOW,
    loaded: { path: '/etc/bird/bird.conf', files: { '/etc/bird/bird.conf': text } },
    protocols: Object.fromEntries(
      nodes.map((node) => [node, { state: 'up', since: NOW, disabled: false, session: session(node) }]),
    ),
    received: Object.fromEntries(nodes.map((node) => [node, received(node)])),
    table: Object.fromEntries(Object.entries(learned).map(([prefix, by]) => [prefix, by.map((node) => path(prefix, node))])),
    sent: {},
    kernel: [],
    farewells: {},
    log: [],
  };
}

function baseRoutes(address: string): Route[] {
  return [route('0.0.0.0/0', ['10.0.1.1'], 'dhcp'), { ...route('10.0.1.0/24', [], 'kernel'), src: address }];
}

function host(name: string, kind: Host['kind'], address: string, options: WorldOptions, routes: readonly Route[] = []): Host {
  return {
    name,
    kind,
    address,
    aliases: [],
    up: !options.off?.includes(name),
    bootedAt: NOW - 3_600_000,
    ...(kind === 'gateway' ? {} : { cluster: 'kubernetes' }),
    files: {},
    netns: { '': namespace('', address, [...baseRoutes(address), ...routes]) },
    daemons: {},
  };
}

function object(apiVersion: string, kind: string, name: string, namespaceName: string | undefined, rest: object): ApiObject {
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespaceName ? { namespace: namespaceName } : {}),
      uid: `${kind}-${name}`,
      creationTimestamp: '2026-01-15T11:16:12Z',
    },
    ...rest,
  };
}

export function pod(name: string, node: string, ip: string, app: string, options: WorldOptions, ns = 'yaobank'): ApiObject {
  const ready = !options.notReady?.includes(name);
  const made = object('v1', 'Pod', name, ns, {
    spec: { nodeName: node, containers: [{ name: app, image: `calico/yaobank-${app}` }] },
    status: { phase: 'Running', podIP: ip, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  });
  return { ...made, metadata: { ...made.metadata, labels: { app } } };
}

export function service(name: string, clusterIP: string, port: number, spec: object = {}, ns = 'yaobank'): ApiObject {
  return object('v1', 'Service', name, ns, {
    spec: {
      type: 'ClusterIP',
      clusterIP,
      selector: { app: name },
      ports: [{ name: 'http', protocol: 'TCP', port, targetPort: port }],
      ...spec,
    },
    status: { loadBalancer: {} },
  });
}

const byKey = (objects: readonly ApiObject[]) =>
  Object.fromEntries(
    objects.map((each) => [
      each.metadata.namespace ? `${each.metadata.namespace}/${each.metadata.name}` : each.metadata.name,
      each,
    ]),
  );

/** Address of a node by name: control1 .20, workerN .30 onward. */
export const addressOf = (name: string) =>
  name === 'control1' ? '10.0.1.20' : `10.0.1.${29 + Number(name.replace('worker', ''))}`;

export function buildWorld(options: WorldOptions = {}): World {
  const workers = Array.from({ length: options.workers ?? 2 }, (_, n) => `worker${n + 1}`);
  const nodes = ['control1', ...workers];
  const learned = options.learned ?? { '10.48.2.232/29': ['worker1'] };
  const bird = Object.entries(learned).map(([dst, names]) => route(dst, names.map(addressOf)));
  const hosts = [
    { ...host('host1', 'bastion', '10.0.1.10', options, bird), daemons: { bird: speaker(learned, nodes, options.off ?? []) } },
    ...nodes.map((name) => host(name, 'node', addressOf(name), options)),
    host('gateway', 'gateway', '10.0.1.1', options),
  ];
  const pods = [
    pod('customer-787758576-sz9w6', 'worker2', '10.48.0.134', 'customer', options),
    pod('database-67d9fdffc8-q4m6n', 'worker1', '10.48.128.0', 'database', options),
    pod('summary-dc858dd7b-c7jxl', 'worker2', '10.48.128.129', 'summary', options),
    pod('summary-dc858dd7b-tjt99', 'worker2', '10.48.128.128', 'summary', options),
    pod('nginx-5ff4dff99d-6wjc5', 'worker1', '10.48.2.232', 'nginx', options, 'external-ns'),
  ];
  return {
    id: 'yaobank',
    seed: 'test',
    now: NOW,
    inputs: 0,
    hosts: Object.fromEntries(hosts.map((each) => [each.name, each])),
    segments: { lan: { name: 'lan', cidr: '10.0.1.0/24' } },
    clusters: {
      kubernetes: {
        name: 'kubernetes',
        podCidr: '10.48.0.0/16',
        serviceCidr: '10.49.0.0/16',
        apiHost: 'control1',
        asNumber: 64512,
        api: {
          resourceVersion: 44447,
          log: [],
          writtenBy: {},
          objects: {
            pods: byKey(pods),
            nodes: byKey(
              nodes.map((name) =>
                object('v1', 'Node', name, undefined, { spec: {}, status: { conditions: [{ type: 'Ready', status: 'True' }] } }),
              ),
            ),
            services: byKey([
              service('customer', '10.49.50.18', 80, { type: 'NodePort', externalTrafficPolicy: 'Local' }),
              service('database', '10.49.238.135', 2379),
              service('summary', '10.49.213.58', 80),
            ]),
          },
        },
      },
    },
    flows: [],
  };
}

/** The world of the end of part 2: cluster range by every node, customer's /32 by worker2 alone. */
export const advertised = {
  '10.48.2.232/29': ['worker1'],
  '10.49.0.0/16': ['control1', 'worker1', 'worker2'],
  '10.49.50.18/32': ['worker2'],
};

const head = (src: string, dst: string, sport: number, dport: number, ttl = 64): Header => ({
  proto: 'tcp',
  src,
  dst,
  sport,
  dport,
  ttl,
  mark: 0,
});

/** host1 asks customer's VIP, by worker2, which rewrites both addresses; the answer comes back. */
export function vipTrace(id = 't7-1'): Trace {
  const sent = head('10.0.1.10', '10.49.50.18', 41834, 80);
  const rewritten = head('10.0.1.31', '10.48.0.134', 41834, 80, 63);
  const answer = head('10.48.0.134', '10.0.1.31', 80, 41834);
  const restored = head('10.49.50.18', '10.0.1.10', 80, 41834, 63);
  const pod = { host: 'worker2', netns: 'yaobank/customer-787758576-sz9w6' };
  const host1 = { host: 'host1', netns: '' };
  const worker2 = { host: 'worker2', netns: '' };
  const hops: Hop[] = [
    {
      place: host1,
      out: 'ens5',
      steps: [
        {
          at: 'route',
          action: 'matched 10.49.50.18/32',
          text: 'The longest prefix that holds 10.49.50.18 is the /32 through 10.0.1.31.',
          ref: { kind: 'route', host: 'host1', netns: '', dst: '10.49.50.18/32' },
        },
      ],
    },
    {
      place: worker2,
      in: 'ens5',
      out: 'califd1cd71c596',
      steps: [
        {
          at: 'nat PREROUTING',
          chain: 'KUBE-SVC-PX5FENG4GZJTCELT',
          action: 'DNAT',
          text: 'kube-proxy sends the VIP to the customer pod.',
          before: sent,
          after: { ...sent, dst: '10.48.0.134' },
        },
        {
          at: 'nat POSTROUTING',
          chain: 'KUBE-POSTROUTING',
          action: 'MASQUERADE',
          text: 'The packet was marked for masquerade: the node puts its own address in.',
          before: { ...sent, dst: '10.48.0.134' },
          after: rewritten,
        },
      ],
    },
    { place: pod, in: 'eth0', steps: [{ at: 'socket', action: 'accepted by flask', text: 'customer listens on port 80.' }] },
  ];
  return {
    id,
    at: NOW,
    flow: { from: host1, proto: 'tcp', dst: '10.49.50.18', dport: 80 },
    sent,
    hops,
    disposition: 'delivered',
    reason: 'The customer pod accepted it.',
    received: { place: pod, header: rewritten, process: 'flask' },
    reverse: {
      id: `${id}r`,
      at: NOW,
      flow: { from: pod, proto: 'tcp', dst: '10.0.1.31', dport: 41834 },
      sent: answer,
      hops: [
        { place: pod, out: 'eth0', steps: [] },
        {
          place: worker2,
          in: 'califd1cd71c596',
          out: 'ens5',
          steps: [
            {
              at: 'conntrack',
              action: 'reply',
              text: 'The entry of the connection undoes both rewrites.',
              before: answer,
              after: restored,
            },
          ],
        },
        { place: host1, in: 'ens5', steps: [] },
      ],
      disposition: 'delivered',
      reason: 'The answer reached curl.',
      received: { place: host1, header: restored, process: 'curl' },
    },
  };
}

/** host1 asks a NodePort on a node without a local pod: dropped there. */
export function droppedTrace(id = 't8-1'): Trace {
  const sent = head('10.0.1.10', '10.0.1.20', 41900, 30180);
  const host1 = { host: 'host1', netns: '' };
  return {
    id,
    at: NOW,
    flow: { from: host1, proto: 'tcp', dst: '10.0.1.20', dport: 30180 },
    sent,
    hops: [
      { place: host1, out: 'ens5', steps: [] },
      {
        place: { host: 'control1', netns: '' },
        in: 'ens5',
        steps: [
          {
            at: 'filter INPUT',
            chain: 'KUBE-EXTERNAL-SERVICES',
            action: 'DROP',
            text: 'No local endpoint for an external request under policy Local.',
          },
        ],
      },
    ],
    disposition: 'dropped',
    reason: 'No local endpoint for an external request under policy Local.',
  };
}
