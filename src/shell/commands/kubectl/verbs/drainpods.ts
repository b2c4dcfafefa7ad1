/** Which pods a drain takes from a node, and what it says of the others (k8s.io/kubectl/pkg/drain/filters.go). */
import type { Kubectl } from '../context.ts';
import { collectionPath, itemsOf } from '../selection.ts';
import { dig, items, strings, text, type Value } from '../value.ts';

type Verdict = { readonly take: boolean; readonly warning?: string; readonly error?: string };

const TAKE: Verdict = { take: true };

function controllerKind(pod: Value): string {
  return text(
    items(pod, 'metadata', 'ownerReferences').find((one) => dig(one, 'controller') === true),
    'kind',
  );
}

function finished(pod: Value): boolean {
  return ['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase'));
}

type Filter = (kubectl: Kubectl, pod: Value) => Verdict;

const FILTERS: readonly Filter[] = [
  (kubectl, pod) => {
    if (controllerKind(pod) !== 'DaemonSet' || finished(pod)) return TAKE;
    if (!kubectl.flags.bool('ignore-daemonsets')) {
      return { take: false, error: 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' };
    }
    return { take: false, warning: 'ignoring DaemonSet-managed Pods' };
  },
  (_kubectl, pod) => ({ take: strings(pod, 'metadata', 'annotations')['kubernetes.io/config.mirror'] === undefined }),
  (kubectl, pod) => {
    const local = items(pod, 'spec', 'volumes').some((volume) => dig(volume, 'emptyDir') !== undefined);
    if (!local || finished(pod)) return TAKE;
    if (!kubectl.flags.bool('delete-emptydir-data')) {
      return { take: false, error: 'Pods with local storage (use --delete-emptydir-data to override)' };
    }
    return { take: true, warning: 'deleting Pods with local storage' };
  },
  (kubectl, pod) => {
    if (finished(pod) || controllerKind(pod) !== '') return TAKE;
    if (!kubectl.flags.bool('force')) return { take: false, error: 'Pods that declare no controller (use --force to override)' };
    return { take: true, warning: 'deleting Pods that declare no controller' };
  },
];

export interface Drainable {
  readonly pods: readonly Value[];
  readonly warnings: string;
  readonly errors: readonly string[];
}

function grouped(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  const out = new Map<string, string[]>();
  for (const [message, pod] of pairs) out.set(message, [...(out.get(message) ?? []), pod]);
  return out;
}

export function podsOfNode(kubectl: Kubectl, node: string): Drainable {
  const type = kubectl.client.discovery.lookup('pods');
  const list = itemsOf(
    kubectl.client.get(
      collectionPath(type, ''),
      {
        fieldSelector: `spec.nodeName=${node}`,
        labelSelector: kubectl.flags.string('pod-selector') || undefined,
        limit: kubectl.flags.int('chunk-size') || undefined,
      },
      undefined,
      { typed: true },
    ),
    type,
  );
  const pods: Value[] = [];
  const warned: (readonly [string, string])[] = [];
  const refused: (readonly [string, string])[] = [];
  for (const pod of list) {
    const name = `${text(pod, 'metadata', 'namespace')}/${text(pod, 'metadata', 'name')}`;
    let verdict = TAKE;
    for (const filter of FILTERS) {
      verdict = filter(kubectl, pod);
      if (!verdict.take) break;
    }
    if (verdict.warning) warned.push([verdict.warning, name]);
    if (verdict.error) refused.push([verdict.error, name]);
    if (verdict.take) pods.push(pod);
  }
  return {
    pods,
    warnings: [...grouped(warned)].map(([message, names]) => `${message}: ${names.join(', ')}`).join('; '),
    errors: [...grouped(refused)].map(([message, names]) => `cannot delete ${message}: ${names.join(', ')}`),
  };
}
