/**
 * kube-proxy on every node that runs it: reads the host's view of Services and EndpointSlices, writes the host's netfilter tables,
 * one sysctl and the health check sockets.
 *
 * Models k8s.io/kubernetes v1.32 kube-proxy in iptables mode with `--cluster-cidr` and default flags. A stopped kube-proxy leaves
 * its rules behind. It rewrites the shared chains at the next change of a Service or EndpointSlice, not when somebody edits them,
 * as the real one does; a flush of its canary chains makes it write everything anew. Leaves out ipvs, IPv6 and metrics.
 */
import type { Agent } from '../../agent.ts';
import type { NetNamespace } from '../../kernel/namespace.ts';
import { type Host, type World, withHost } from '../../world.ts';
import { healthSockets } from './health.ts';
import { digestOf, planFor } from './plan.ts';
import { isFlushed, program } from './tables.ts';

export const kubeProxyAgent: Agent = {
  name: 'kube-proxy',
  run(world) {
    let next = world;
    for (const name of Object.keys(world.hosts)) next = withHost(next, sync(next, next.hosts[name] as Host));
    return { world: next };
  },
};

function sync(world: World, host: Host): Host {
  const { kubeProxy: state } = host.daemons;
  const ns = host.netns[''];
  const view = host.apiView;
  const cluster = host.cluster === undefined ? undefined : world.clusters[host.cluster];
  if (!host.up || !state || !ns || !view || !cluster) return host;
  if (!state.running) return withoutSockets(host, ns);
  if (rested.get(host) === cluster.podCidr) return host;
  const digest = digestOf(view);
  const full = state.synced?.since !== state.startedAt || isFlushed(ns.netfilter);
  if (!full && state.synced?.digest === digest) {
    rested.set(host, cluster.podCidr);
    return host;
  }

  const plan = planFor(view, { cluster: cluster.name, podCidr: cluster.podCidr, node: host.name, nodeIP: host.address });
  const programmed: NetNamespace = {
    ...ns,
    netfilter: program(ns.netfilter, plan, full),
    sysctl: ns.sysctl[ROUTE_LOCALNET] === '1' ? ns.sysctl : { ...ns.sysctl, [ROUTE_LOCALNET]: '1' },
    sockets: healthSockets(ns.sockets, [...plan.health.keys()]),
  };
  return {
    ...host,
    netns: { ...host.netns, '': programmed },
    daemons: { ...host.daemons, kubeProxy: { ...state, synced: { digest, since: state.startedAt } } },
  };
}

/** Hosts on which there was nothing to do, by the only thing that is read outside of them. */
const rested = new WeakMap<Host, string>();

/** The kernel closes what a dead process had open; its rules stay. */
function withoutSockets(host: Host, ns: NetNamespace): Host {
  const sockets = healthSockets(ns.sockets, []);
  return sockets === ns.sockets ? host : { ...host, netns: { ...host.netns, '': { ...ns, sockets } } };
}

/** Lets a node port be reached at 127.0.0.1 on the node itself. */
const ROUTE_LOCALNET = 'net.ipv4.conf.all.route_localnet';
