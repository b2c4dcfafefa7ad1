/** `kubectl cluster-info dump`: the objects of some namespaces and what their containers have logged. Left out: --output-directory. */
import type { Kubectl } from '../context.ts';
import { fail } from '../errors.ts';
import { goOrdered } from '../printers/goorder.ts';
import { objectPrinter, type Print, unknownFormat } from '../printers/objects.ts';
import { collectionPath } from '../selection.ts';
import { goJson, items, text, type Value } from '../value.ts';

const DUMPED = ['events', 'replicationcontrollers', 'services', 'daemonsets.apps', 'deployments.apps', 'replicasets.apps', 'pods'];

function printerOf(kubectl: Kubectl): Print {
  const printer = objectPrinter(kubectl, { typed: true });
  if (!printer && kubectl.flags.string('output') !== '') unknownFormat(kubectl.flags.string('output'));
  if (kubectl.flags.string('output') === 'name') fail('list types are not supported by name printing: *v1.NodeList');
  return (value) => (printer ? printer(goOrdered(value)) : `${goJson(goOrdered(value), '    ')}\n`);
}

/** Lists as JSON, then each container's log, for kube-system and the current namespace. */
export function clusterInfoDump(kubectl: Kubectl): number {
  const { flags } = kubectl;
  if (flags.string('output-directory') !== '' && flags.string('output-directory') !== '-') {
    fail('cluster-info dump --output-directory: not simulated in this lab');
  }
  const print = printerOf(kubectl);
  const given = flags.list('namespaces');
  const { discovery } = kubectl.client;
  const list = (word: string, namespace: string): Value => {
    return kubectl.client.get(collectionPath(discovery.lookup(word), namespace), undefined, undefined, { typed: true });
  };
  kubectl.out(print(list('nodes', '')));
  const namespaces = flags.bool('all-namespaces')
    ? items(list('namespaces', ''), 'items').map((one) => text(one, 'metadata', 'name'))
    : given.length > 0
      ? given
      : ['kube-system', kubectl.namespace];
  for (const namespace of namespaces) {
    for (const word of DUMPED) kubectl.out(print(list(word, namespace)));
    for (const pod of items(list('pods', namespace), 'items')) {
      const name = text(pod, 'metadata', 'name');
      for (const container of [...items(pod, 'spec', 'initContainers'), ...items(pod, 'spec', 'containers')]) {
        kubectl.out(`==== START logs for container ${text(container, 'name')} of pod ${namespace}/${name} ====\n`);
        const answer = kubectl.client.exchange({
          method: 'GET',
          path: `/api/v1/namespaces/${namespace}/pods/${name}/log`,
          query: { container: text(container, 'name') },
        });
        if (typeof answer.body === 'string') kubectl.out(answer.body);
        else kubectl.out(`Request log error: ${text(answer.body, 'message')}\n`);
        kubectl.out(`==== END logs for container ${text(container, 'name')} of pod ${namespace}/${name} ====\n`);
      }
    }
  }
  return 0;
}
