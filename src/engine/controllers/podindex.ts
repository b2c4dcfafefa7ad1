/**
 * Indexes over a map of pods: by node, by owner, by label. Built once per identity of the map, as an informer's indexer would be.
 */
import type { Pod } from '../api/objects.ts';
import { controllerOf } from './ownership.ts';

export type PodMap = Readonly<Record<string, Pod>>;

interface PodIndex {
  readonly byNode: ReadonlyMap<string, readonly Pod[]>;
  readonly byOwner: ReadonlyMap<string, readonly Pod[]>;
  readonly byNamespace: ReadonlyMap<string, readonly Pod[]>;
  /** `<namespace>/<label>=<value>` */
  readonly byLabel: ReadonlyMap<string, readonly Pod[]>;
}

const NONE: readonly Pod[] = Object.freeze([]);
const indexes = new WeakMap<PodMap, PodIndex>();

function indexOf(pods: PodMap): PodIndex {
  const known = indexes.get(pods);
  if (known) return known;
  const byNode = new Map<string, Pod[]>();
  const byOwner = new Map<string, Pod[]>();
  const byNamespace = new Map<string, Pod[]>();
  const byLabel = new Map<string, Pod[]>();
  for (const key in pods) {
    const pod = pods[key]!;
    const { namespace = '', labels } = pod.metadata;
    if (pod.spec.nodeName) push(byNode, pod.spec.nodeName, pod);
    const owner = controllerOf(pod);
    if (owner) push(byOwner, owner.uid, pod);
    push(byNamespace, namespace, pod);
    for (const label in labels) push(byLabel, `${namespace}/${label}=${labels[label]}`, pod);
  }
  const index = { byNode, byOwner, byNamespace, byLabel };
  indexes.set(pods, index);
  return index;
}

function push(map: Map<string, Pod[]>, key: string, pod: Pod): void {
  const list = map.get(key);
  if (list) list.push(pod);
  else map.set(key, [pod]);
}

export function podsOnNode(pods: PodMap, node: string): readonly Pod[] {
  return indexOf(pods).byNode.get(node) ?? NONE;
}

/** Pods whose managing owner has this uid. */
export function podsOwnedBy(pods: PodMap, uid: string): readonly Pod[] {
  return indexOf(pods).byOwner.get(uid) ?? NONE;
}

export function podsInNamespace(pods: PodMap, namespace: string): readonly Pod[] {
  return indexOf(pods).byNamespace.get(namespace) ?? NONE;
}

/** Pods of a namespace that carry all of these labels. An empty map selects every pod there. */
export function podsWithLabels(pods: PodMap, namespace: string, labels: Readonly<Record<string, string>>): readonly Pod[] {
  const { byLabel } = indexOf(pods);
  const wanted = Object.keys(labels);
  if (wanted.length === 0) return podsInNamespace(pods, namespace);
  let smallest: readonly Pod[] | undefined;
  for (const label of wanted) {
    const list = byLabel.get(`${namespace}/${label}=${labels[label]}`) ?? NONE;
    if (!smallest || list.length < smallest.length) smallest = list;
  }
  return wanted.length === 1
    ? smallest!
    : smallest!.filter((pod) => wanted.every((label) => pod.metadata.labels?.[label] === labels[label]));
}
