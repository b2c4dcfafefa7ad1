/** `calicoctl datastore migrate lock|unlock`: says to Calico's daemons whether the datastore may be used. Models commands/datastore/migrate. */
import type { Process } from '../../command.ts';
import type { Outcome } from './change.ts';
import { calicoClient } from './client.ts';
import { connect, versionMismatch } from './connection.ts';
import type { Arguments } from './docopt.ts';
import { kindNamed } from './kinds.ts';
import type { Resource } from './resource.ts';
import type { Setting } from './types.ts';

const PATH = '/apis/projectcalico.org/v3/clusterinformations/default';

/** The cluster's information. @throws CalicoError */
export function clusterInformation(process: Process): Resource {
  return calicoClient(process).get(kindNamed('ClusterInformation')!, 'default');
}

export function setReady(ready: boolean) {
  return (process: Process, args: Arguments, { context }: Setting): Outcome => {
    const mismatch = versionMismatch(process, args, context);
    if (mismatch !== undefined) return mismatch;
    connect(process, args, context);
    const information = clusterInformation(process);
    calicoClient(process).putPath(PATH, { ...information, spec: { ...information.spec, datastoreReady: ready } });
    process.out(ready ? 'Datastore unlocked.\n' : 'Datastore locked.\n');
    return undefined;
  };
}
