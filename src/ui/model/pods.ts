/** Pods as the screen shows them: whose they are, where they run, whether they answer. Reads the API only. */
import { type Cluster, objectsOf, type Pod, type World } from '../../engine/index.ts';

export interface PodView {
  /** `<namespace>/<name>`, which is also the name of its network namespace. */
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string;
  readonly node: string | undefined;
  readonly address: string | undefined;
  /** What a human calls it: the owner's name without the generated parts. */
  readonly title: string;
  readonly state: 'ready' | 'not ready' | 'starting' | 'ending' | 'failed' | 'done';
  /** Part of the cluster's own machinery: not drawn unless something flows through it. */
  readonly system: boolean;
}

const SYSTEM_NAMESPACE = /^(kube-|calico-|tigera-)/;

function stateOf(pod: Pod): PodView['state'] {
  if (pod.metadata.deletionTimestamp) return 'ending';
  if (pod.status.phase === 'Failed') return 'failed';
  if (pod.status.phase === 'Succeeded') return 'done';
  if (pod.status.phase !== 'Running') return 'starting';
  return pod.status.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ? 'ready' : 'not ready';
}

/** `customer-787758576-sz9w6` → `customer`; a name that nobody generated stays whole. */
export function titleOf(pod: Pod): string {
  const labels = pod.metadata.labels ?? {};
  const label = labels.app ?? labels['app.kubernetes.io/name'] ?? labels['k8s-app'];
  if (label && pod.metadata.name.startsWith(label)) return label;
  const owner = pod.metadata.ownerReferences?.find((each) => each.controller);
  if (owner) return owner.kind === 'ReplicaSet' ? owner.name.replace(/-[a-z0-9]+$/, '') : owner.name;
  return pod.metadata.name.replace(/-[a-z0-9]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/, '');
}

const cache = new WeakMap<object, readonly PodView[]>();

function podsIn(cluster: Cluster): readonly PodView[] {
  const objects = objectsOf<Pod>(cluster.api, 'pods');
  const known = cache.get(objects);
  if (known) return known;
  const views = Object.entries(objects).map(([key, pod]): PodView => {
    const namespace = pod.metadata.namespace ?? 'default';
    return {
      key,
      name: pod.metadata.name,
      namespace,
      cluster: cluster.name,
      node: pod.spec.nodeName,
      address: pod.status.podIP,
      title: titleOf(pod),
      state: stateOf(pod),
      system: SYSTEM_NAMESPACE.test(namespace) || pod.spec.hostNetwork === true,
    };
  });
  views.sort((a, b) => a.title.localeCompare(b.title) || a.name.localeCompare(b.name));
  cache.set(objects, views);
  return views;
}

/** Every pod of every cluster, sorted by title. The same array while no pod changed, for a world of one cluster. */
export function podsOf(world: World): readonly PodView[] {
  const clusters = Object.values(world.clusters);
  return clusters.length === 1 ? podsIn(clusters[0]!) : clusters.flatMap(podsIn);
}
