/**
 * `{{service yaobank/customer clusterIP}}` in a lab's text and in its checks' parameters, filled from the world, so that a lab
 * names no address of its own and holds in worlds with other ones.
 */
import { type ApiObject, objectsOf, type World } from '../engine/index.ts';

type Expression = (world: World, args: readonly string[]) => string | undefined;

/** One function a word. An unknown word, or an object that is not there, leaves the text as it stands. */
const expressions: Readonly<Record<string, Expression>> = {
  /** `service NAMESPACE/NAME FIELD`: clusterIP, nodePort, port. */
  service: (world, [key = '', field = '']) => {
    const spec = find(world, 'services', key)?.spec as Record<string, unknown> | undefined;
    const first = (spec?.ports as Record<string, unknown>[] | undefined)?.[0];
    const value = field === 'nodePort' || field === 'port' ? first?.[field] : spec?.[field];
    return value === undefined ? undefined : String(value);
  },
  /** `host NAME`: its address. */
  host: (world, [name = '']) => world.hosts[name]?.address,
  /** `pod NAMESPACE APP`: the address of the first pod with the label app=APP. */
  pod: (world, [namespace = '', app = '']) => (podOf(world, namespace, app)?.status as { podIP?: string } | undefined)?.podIP,
  /** `node NAMESPACE APP`: the host that pod runs on. */
  node: (world, [namespace = '', app = '']) => (podOf(world, namespace, app)?.spec as { nodeName?: string } | undefined)?.nodeName,
  /** `pod-host NAMESPACE APP`: that host's address. */
  'pod-host': (world, [namespace = '', app = '']) =>
    (podOf(world, namespace, app)?.status as { hostIP?: string } | undefined)?.hostIP,
  /** `cidr CLUSTER services|pods` */
  cidr: (world, [cluster = '', what]) =>
    what === 'pods' ? world.clusters[cluster]?.podCidr : world.clusters[cluster]?.serviceCidr,
};

export function fill(text: string, world: World): string {
  return text.replace(/\{\{\s*([a-z-]+)\s*([^}]*?)\s*\}\}/g, (whole, word: string, rest: string) => {
    const expression = Object.hasOwn(expressions, word) ? expressions[word] : undefined;
    return expression?.(world, rest.split(/\s+/).filter(Boolean)) ?? whole;
  });
}

/** `fill` for every string inside a JSON value. */
export function fillAll<T>(value: T, world: World): T {
  if (typeof value === 'string') return fill(value, world) as T;
  if (Array.isArray(value)) return value.map((item) => fillAll(item, world)) as T;
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillAll(item, world)])) as T;
  }
  return value;
}

function find(world: World, resource: string, key: string): ApiObject | undefined {
  for (const cluster of Object.values(world.clusters)) {
    const object = objectsOf(cluster.api, resource)[key];
    if (object) return object;
  }
  return undefined;
}

function podOf(world: World, namespace: string, app: string): ApiObject | undefined {
  return Object.values(world.clusters)
    .flatMap((cluster) => Object.values(objectsOf(cluster.api, 'pods')))
    .find((pod) => pod.metadata.namespace === namespace && pod.metadata.labels?.app === app && !pod.metadata.deletionTimestamp);
}
