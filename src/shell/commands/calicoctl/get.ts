/** `calicoctl get` and `calicoctl version`. Models calicoctl/commands/{get,version}.go of Calico v3.30. */
import { VERSIONS } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import type { Outcome } from './change.ts';
import { CalicoError, calicoClient } from './client.ts';
import { connect, NoClient } from './connection.ts';
import { clusterInformation } from './datastore.ts';
import type { Arguments } from './docopt.ts';
import { executeCommand } from './execute.ts';
import { printerFor } from './output.ts';
import type { Setting } from './types.ts';

export function get(process: Process, args: Arguments, setting: Setting): Outcome {
  const withNamespace = args.flag('--all-namespaces') || (args.value('--namespace') ?? '') !== '';
  const values = { asNumber: () => calicoClient(process).asNumber() };
  const printer = printerFor(process, args.value('--output') ?? 'ps', withNamespace, values);
  if (typeof printer === 'string') return printer;
  const [kind, ...names] = args.positional;
  const results = executeCommand(process, args, setting, { action: 'get', kind, names });
  if (results.fileInvalid) return `Failed to execute command: ${results.error}`;
  if (results.error !== undefined) return `Failed to get resources: ${results.error}`;
  const complaint = printer(results.resources);
  if (complaint !== undefined) return complaint;
  return results.failures.length > 0 ? results.failures.join('\n') : undefined;
}

const COMMIT = '572a32dd9b';

const DURATION = /^(?:0|[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/;

export function version(process: Process, args: Arguments, { context }: Setting): Outcome {
  const poll = args.value('--poll') ?? '';
  if (poll !== '' && !DURATION.test(poll)) return 'Invalid poll duration specified: 0s';
  process.out(`Client Version:    ${VERSIONS.calico}\nGit commit:        ${COMMIT}\n`);
  if (args.flag('--client')) return undefined;
  try {
    connect(process, args, context);
  } catch (error) {
    if (!(error instanceof NoClient)) throw error;
    process.out('Unable to detect installed Calico version\n');
    return undefined;
  }
  if (poll !== '' && !/^[+-]?0/.test(poll)) return 'calicoctl version --poll: not simulated in this lab';
  try {
    const { calicoVersion, clusterType } = clusterInformation(process).spec ?? {};
    process.out(`Cluster Version:   ${calicoVersion || 'unknown'}\nCluster Type:      ${clusterType || 'unknown'}\n`);
    return undefined;
  } catch (error) {
    if (error instanceof CalicoError) return `Unable to retrieve Cluster Version or Type: ${error.message}`;
    throw error;
  }
}
