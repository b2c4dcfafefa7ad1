/** Builders for tests of confd and bird: a small cluster with blocks, a bastion that peers with every node, and time that passes. For tests only. */
import type { Agent } from '../../agent.ts';
import { step } from '../../step.ts';
import { clusterWorld, created, service } from '../../testing.ts';
import { watch } from '../../watch.ts';
import type { World } from '../../world.ts';
import { confd } from '../confd/agent.ts';
import { bird } from './agent.ts';

const AGENTS: readonly Agent[] = [watch, confd, bird];

/** Lets `ms` pass; only the API's watches, confd and bird run. */
export function pass(start: World, ms: number): World {
  const end = start.now + ms;
  let world = start;
  for (let round = 0; round < 2000; round++) {
    const { world: next, wakeAt } = step(world, AGENTS);
    if (wakeAt === undefined || wakeAt > end) return { ...next, now: end };
    world = { ...next, now: wakeAt };
  }
  throw new Error('no rest');
}

/** Long enough for sessions to come up and routes to travel. */
export const SETTLE_MS = 60_000;

export interface BastionSettings {
  readonly as?: number;
  readonly nodeAs?: number;
  readonly kernel?: string;
  readonly prefixes?: string;
}

/** bird.conf of the bastion, one protocol a node. */
export function bastionConf(
  world: World,
  {
    as = 64512,
    nodeAs = 64512,
    kernel = 'merge paths on;',
    prefixes = '10.48.2.0/24+, 10.49.0.0/16+, 10.50.0.0/24+',
  }: BastionSettings = {},
): string {
  const nodes = Object.values(world.hosts).filter(({ kind }) => kind === 'node');
  const sessions = nodes.map(
    ({ name, address }) => `protocol bgp ${name} {
  local as ${as};
  neighbor ${address} as ${nodeAs};
  multihop;
  add paths on;
  graceful restart;
  import filter lab;
  export none;
}
`,
  );
  return `router id 10.0.1.10;
filter lab {
  if net ~ [ ${prefixes} ] then accept;
  reject;
}
protocol direct { }
protocol device { }
protocol kernel {
  learn;
  persist;
  import all;
  export all;
  ${kernel}
}
${sessions.join('')}`;
}

/** The world with a bastion's bird.conf written, to be loaded by `reload`. */
export const withBastion = (world: World, settings: BastionSettings = {}): World => withConf(world, bastionConf(world, settings));

/** The same with a bird.conf of any text. */
export function withConf(world: World, text: string): World {
  const host = world.hosts.host1!;
  const bird = host.daemons.bird!;
  const files = { ...host.files, '/etc/bird/bird.conf': text };
  return {
    ...world,
    hosts: { ...world.hosts, host1: { ...host, files, daemons: { ...host.daemons, bird: { ...bird, reload: true } } } },
  };
}

const BLOCKS: readonly (readonly [node: string, cidr: string])[] = [
  ['control1', '10.48.0.192/26'],
  ['worker1', '10.48.0.0/26'],
  ['worker1', '10.48.2.232/29'],
  ['worker2', '10.48.0.128/26'],
];

/** control1, worker1, worker2 and the bastion, settled: blocks announced, no services yet. @param peerAs AS number of the BGPPeer */
export function bgpWorld(settings: BastionSettings & { readonly peerAs?: number } = {}): World {
  let world = clusterWorld({ pools: { pool: '10.48.0.0/24', external: '10.48.2.0/24' } });
  for (const [node, cidr] of BLOCKS) {
    const name = `${node}-${cidr.replace(/[./]/g, '-')}`;
    world = created(world, 'blockaffinities.crd.projectcalico.org', {
      metadata: { name },
      spec: { cidr, node, state: 'confirmed', deleted: 'false' },
    });
  }
  world = created(world, 'bgppeers.projectcalico.org', {
    metadata: { name: 'bastion' },
    spec: { peerIP: '10.0.1.10', asNumber: settings.peerAs ?? 64512 },
  });
  return pass(withBastion(world, settings), SETTLE_MS);
}

/** A BGPConfiguration named default. */
export const bgpConfiguration = (spec: object): object => ({ metadata: { name: 'default' }, spec });

const cidrs = (...list: readonly string[]): readonly object[] => list.map((cidr) => ({ cidr }));
export const CLUSTER_IPS = { serviceClusterIPs: cidrs('10.49.0.0/16') };
export const externalIPs = (...list: readonly string[]): object => ({ serviceExternalIPs: cidrs(...list) });

/** A NodePort service with ready endpoints on some nodes. */
export function announced(
  world: World,
  name: string,
  clusterIP: string,
  nodes: readonly string[],
  spec: object = { externalTrafficPolicy: 'Local' },
): World {
  const withService = created(world, 'services', service(name, { type: 'NodePort', clusterIP, clusterIPs: [clusterIP], ...spec }));
  const addresses = nodes.map((nodeName, i) => ({ ip: `10.48.0.${i + 1}`, nodeName }));
  return created(withService, 'endpoints', {
    metadata: { name, namespace: 'default' },
    subsets: addresses.length > 0 ? [{ addresses, ports: [{ port: 80 }] }] : [],
  });
}

/** `prefix → next hops` of the routes bird put into a host's kernel. */
export function birdRoutes(world: World, host: string): Readonly<Record<string, string>> {
  const routes = world.hosts[host]?.netns['']?.routes.filter(({ proto }) => proto === 'bird') ?? [];
  return Object.fromEntries(
    routes.map(({ dst, type, nexthops }) => [dst, type === 'unicast' ? nexthops.map(({ via }) => via).join(' ') : type]),
  );
}

/** `name state phase error` of a host's BGP protocols. */
export function sessionsOf(world: World, host: string): readonly string[] {
  const protocols = Object.entries(world.hosts[host]?.daemons.bird?.protocols ?? {});
  return protocols.flatMap(([name, { state, session }]) => {
    if (!session) return [];
    const error = session.error ? ` ${session.error.class}: ${session.error.text}` : '';
    return [`${name} ${state} ${session.phase}${error}`];
  });
}
