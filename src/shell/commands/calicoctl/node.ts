/** `calicoctl node status`: asks the host's own bird what `birdc show protocols` would say. Models calicoctl/commands/node/status.go, v3.30. */
import { protocolRows } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import type { Outcome } from './change.ts';
import { renderTable } from './table.ts';

const TYPES: Readonly<Record<string, string>> = { Global: 'global', Mesh: 'node-to-node mesh', Node: 'node specific' };

export function status(process: Process): Outcome {
  if (!process.root) {
    process.out('Need super user privileges: Operation not permitted\n');
    return '';
  }
  const world = process.sim.world();
  const host = world.hosts[process.place.host];
  if (!host?.daemons.felix?.running) return 'Calico process is not running.';
  process.out('Calico process is running.\n');
  const bird = host.daemons.bird;
  if (!bird?.running) {
    process.out('\nThe BGP backend process (BIRD) is not running.\n\n');
    return undefined;
  }
  const rows = protocolRows(world, host).flatMap(({ name, type, state, since, info }) => {
    const match = /^(Global|Node|Mesh)_(.+)$/.exec(name);
    const kind = TYPES[match?.[1] ?? ''];
    if (type !== 'BGP' || !match || kind === undefined) return [];
    return [[(match[2] ?? '').replaceAll('_', '.'), kind, state, since, info.split(/\s+/).filter(Boolean).join(' ')]];
  });
  process.out('\nIPv4 BGP status\n');
  process.out(
    rows.length === 0 ? 'No IPv4 peers found.\n' : renderTable(['Peer address', 'Peer type', 'State', 'Since', 'Info'], rows),
  );
  process.out('\nIPv6 BGP status\nNo IPv6 peers found.\n\n');
  return undefined;
}
