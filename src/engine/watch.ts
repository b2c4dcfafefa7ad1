/**
 * Agent `watch`: each node's daemons get the API objects while their host can reach the API server; a host that is off or cut
 * off keeps its last view, as informers do. Reads clusters and the network; writes host.apiView.
 */
import type { Agent } from './agent.ts';
import { canReach } from './packet/reach.ts';
import type { Host, World } from './world.ts';

export const watch: Agent = {
  name: 'watch',
  run(world) {
    let hosts: Record<string, Host> | undefined;
    for (const host of Object.values(world.hosts)) {
      if (host.kind !== 'node' || host.cluster === undefined) continue;
      const api = world.clusters[host.cluster]!.api;
      if (host.apiView === api || !reachesApi(world, host)) continue;
      hosts ??= { ...world.hosts };
      hosts[host.name] = { ...host, apiView: api };
    }
    return { world: hosts ? { ...world, hosts } : world };
  },
};

const API_PORT = 6443;

/** Whether a host's processes can talk to their cluster's API server now. */
export function reachesApi(world: World, host: Host): boolean {
  const cluster = host.cluster === undefined ? undefined : world.clusters[host.cluster];
  const server = cluster && world.hosts[cluster.apiHost];
  if (!server?.up || !host.up) return false;
  return server === host || server.name === host.name || canReach(world, { host: host.name, netns: '' }, server.address, API_PORT);
}
