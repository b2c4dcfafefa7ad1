/** `calicoctl get` and `calicoctl version`. Models calicoctl/commands/{get,version}.go of Calico v3.30. */
import { VERSIONS } from '../../../engine/index.ts';
import type { Process } from '../../command.ts';
import type { Outcome } from './change.ts';
import { calicoClient } from './client.ts';
import type { Arguments } from './docopt.ts';
import { executeCommand } from './execute.ts';
import { printerFor } from './output.ts';

export function get(process: Process, args: Arguments): Outcome {
  const withNamespace = args.flag('--all-namespaces') || args.value('--namespace') !== undefined;
  const setting = { asNumber: () => calicoClient(process).asNumber() };
  const printer = printerFor(process, args.value('--output') ?? 'ps', withNamespace, setting);
  if (typeof printer === 'string') return printer;
  const [kind, ...names] = args.positional;
  const results = executeCommand(process, args, 'get', kind, names);
  if (results.fileInvalid) return `Failed to execute command: ${results.error}`;
  if (results.error !== undefined) return `Failed to get resources: ${results.error}`;
  const complaint = printer(results.resources);
  if (complaint !== undefined) return complaint;
  return results.failures.length > 0 ? results.failures.join('\n') : undefined;
}

const COMMIT = '572a32dd9b';

export function version(process: Process, args: Arguments): Outcome {
  process.out(`Client Version:    ${VERSIONS.calico}\nGit commit:        ${COMMIT}\n`);
  if (args.flag('--client')) return undefined;
  if (!process.cluster.configured) {
    process.out('Unable to detect installed Calico version\n');
    return undefined;
  }
  const path = '/apis/projectcalico.org/v3/ippools';
  const answer = process.cluster.request({ method: 'GET', path });
  if ('networkError' in answer)
    return `Unable to retrieve Cluster Version or Type: Get "${process.cluster.server}${path}": ${answer.message}`;
  process.out(`Cluster Version:   ${VERSIONS.calico}\nCluster Type:      typha,kdd,k8s,operator,bgp,kubeadm\n`);
  return undefined;
}
