/**
 * EndpointSlice controller: the slices of each service with a selector, and mirrors of hand-written Endpoints.
 *
 * Reads services, pods, nodes, endpoints and slices; writes slices. Models k8s.io/endpointslice v0.32 (reconciler.go, utils.go) and
 * pkg/controller/endpointslicemirroring. A slice keeps its name and its endpoints their order while they live; at most 100 to a
 * slice. Leaves out topology hints and slices of equal ports being merged.
 */
import type { EndpointSlice, Node, Pod, Service } from '../api/objects.ts';
import { type ApiState, keyOf, objectsOf } from '../api/storage.ts';
import { timestamp } from '../api/time.ts';
import { createObject, deleteObject, updateObject } from '../api/write.ts';
import { canonical } from './canonical.ts';
import { controllerAgent, createResting, type Reconciled, type Reconciling } from './controller.ts';
import { mirrorEndpoints } from './endpointmirror.ts';
import { controlledBy } from './ownership.ts';
import type { PodMap } from './podindex.ts';
import { isReady } from './podstate.ts';
import {
  backingPods,
  hasManagedEndpoints,
  isHeadless,
  MANAGED_BY,
  podPort,
  podReference,
  SERVICE_NAME,
  SLICES,
  type SlicesByService,
  selectedPods,
} from './serviceports.ts';

const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';
const MANAGER = 'endpointslice-controller.k8s.io';
const MAX_ENDPOINTS = 100;

export const endpointsliceAgent = controllerAgent({
  name: 'endpointslice',
  reads: ['services', 'pods', SLICES, 'nodes', 'endpoints'],
  batched: true,
  reconcile,
});

type Endpoint = EndpointSlice['endpoints'][number];
type Ports = EndpointSlice['ports'];
interface Group {
  readonly ports: Ports;
  readonly endpoints: readonly Endpoint[];
}

/** By all pods and slices first, which is one look; then by its own. */
const [restingWithAll, resting] = [createResting(), createResting()];

function reconcile(start: ApiState, context: Reconciling): Reconciled {
  let api = start;
  const services = objectsOf<Service>(start, 'services');
  const pods = objectsOf<Pod>(start, 'pods');
  const nodes = objectsOf<Node>(start, 'nodes');
  const slices = slicesByService(objectsOf<EndpointSlice>(start, SLICES));
  for (const key in services) {
    const service = services[key]!;
    if (service.metadata.deletionTimestamp) continue;
    if (!hasManagedEndpoints(service)) continue;
    const before = api;
    api = restingWithAll(before, service, [nodes, slices, pods], context.now, () => {
      const own = slices.get(`${MANAGER} ${key}`) ?? [];
      const inputs = [nodes, ...own, undefined, ...selectedPods(pods, service)];
      return resting(before, service, inputs, context.now, () => ({ api: sync(before, service, own, pods, nodes, context) }));
    }).api;
  }
  return { api: mirrorEndpoints(api, slices, context) };
}

const grouped = new WeakMap<object, SlicesByService>();

function slicesByService(slices: Readonly<Record<string, EndpointSlice>>): SlicesByService {
  const known = grouped.get(slices);
  if (known) return known;
  const index = new Map<string, EndpointSlice[]>();
  for (const slice of Object.values(slices)) {
    const { namespace, labels } = slice.metadata;
    if (!labels?.[SERVICE_NAME] || slice.metadata.deletionTimestamp) continue;
    const key = `${labels[MANAGED_BY]} ${namespace}/${labels[SERVICE_NAME]}`;
    const list = index.get(key);
    if (list) list.push(slice);
    else index.set(key, [slice]);
  }
  grouped.set(slices, index);
  return index;
}

function sync(
  start: ApiState,
  service: Service,
  existing: readonly EndpointSlice[],
  pods: PodMap,
  nodes: Readonly<Record<string, Node>>,
  context: Reconciling,
): ApiState {
  let api = start;
  const labels = labelsOf(service);
  const spare = [...existing];
  const groups = groupsOf(service, backingPods(pods, service), nodes).map((group) => {
    const own = spare.filter((slice) => canonical(slice.ports ?? []) === canonical(group.ports));
    for (const slice of own) spare.splice(spare.indexOf(slice), 1);
    return { group, own };
  });
  for (const { group, own } of groups) api = placeEndpoints(api, service, group, own, spare, labels, context);
  for (const slice of spare) api = deleteObject(api, SLICES, keyOf(slice), { now: context.now });
  return api;
}

function labelsOf(service: Service): Readonly<Record<string, string>> {
  return {
    ...service.metadata.labels,
    [MANAGED_BY]: MANAGER,
    [SERVICE_NAME]: service.metadata.name,
    ...(isHeadless(service) ? { 'service.kubernetes.io/headless': '' } : {}),
  };
}

/** Fills the group's endpoints into its slices: those that are there stay where they are, new ones go where there is room. */
function placeEndpoints(
  start: ApiState,
  service: Service,
  group: Group,
  slices: readonly EndpointSlice[],
  /** Slices nobody has a use for: a new one is rather made of one of them (reconciler.finalize). */
  spare: EndpointSlice[],
  labels: Readonly<Record<string, string>>,
  context: Reconciling,
): ApiState {
  const wanted = new Map(group.endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const contents = slices.map((slice) => {
    const kept: Endpoint[] = [];
    for (const endpoint of slice.endpoints ?? []) {
      const fresh = wanted.get(identity(endpoint));
      if (!fresh) continue;
      wanted.delete(identity(endpoint));
      kept.push(fresh);
    }
    return kept;
  });
  const rest = [...wanted.values()];
  for (const kept of contents) kept.push(...rest.splice(0, MAX_ENDPOINTS - kept.length));
  let api = start;
  slices.forEach((slice, i) => {
    const endpoints = contents[i]!;
    const empty = endpoints.length === 0 && (slices.length > 1 || rest.length > 0);
    api = empty
      ? deleteObject(api, SLICES, keyOf(slice), { now: context.now })
      : writeSlice(api, slice, endpoints, group.ports, labels, context);
  });
  // A service without endpoints still has one slice, as a placeholder.
  while (rest.length > 0 || (slices.length === 0 && group.endpoints.length === 0 && api === start)) {
    const content = rest.splice(0, MAX_ENDPOINTS);
    const reused = spare.shift();
    api = reused
      ? writeSlice(api, reused, content, group.ports, labels, context)
      : makeSlice(api, service, content, group.ports, labels, context);
    if (group.endpoints.length === 0) break;
  }
  return api;
}

function identity(endpoint: Endpoint): string {
  return endpoint.targetRef?.uid ?? endpoint.addresses.join();
}

function writeSlice(
  api: ApiState,
  slice: EndpointSlice,
  endpoints: readonly Endpoint[],
  ports: Ports,
  labels: Readonly<Record<string, string>>,
  context: Reconciling,
): ApiState {
  const same = JSON.stringify(slice.endpoints) === JSON.stringify(endpoints) && canonical(slice.ports ?? []) === canonical(ports);
  if (same && canonical(slice.metadata.labels ?? {}) === canonical(labels)) return api;
  const annotations = { ...slice.metadata.annotations, [TRIGGER]: timestamp(context.now) };
  const change = (object: object) => ({
    ...object,
    metadata: { ...(object as EndpointSlice).metadata, labels, annotations },
    endpoints,
    ports,
  });
  return updateObject(api, SLICES, keyOf(slice), change as never, { now: context.now });
}

function makeSlice(
  api: ApiState,
  service: Service,
  endpoints: readonly Endpoint[],
  ports: Ports,
  labels: Readonly<Record<string, string>>,
  context: Reconciling,
): ApiState {
  const draft = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace,
      labels,
      annotations: { [TRIGGER]: timestamp(context.now) },
      ownerReferences: [controlledBy(service)],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  };
  return createObject(api, SLICES, draft, context).api;
}

/** Endpoints by the ports they serve; one empty group when there are none. */
function groupsOf(service: Service, pods: readonly Pod[], nodes: Readonly<Record<string, Node>>): readonly Group[] {
  const groups = new Map<string, { ports: Ports; endpoints: Endpoint[] }>();
  for (const pod of pods) {
    const ports = portsOf(service, pod);
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, endpoints: [] };
    groups.set(key, group);
    group.endpoints.push(endpointOf(service, pod, nodes));
  }
  for (const group of groups.values()) group.endpoints.sort((a, b) => (a.addresses[0]! < b.addresses[0]! ? -1 : 1));
  return groups.size ? [...groups.keys()].sort().map((key) => groups.get(key)!) : [{ ports: [], endpoints: [] }];
}

function portsOf(service: Service, pod: Pod): Ports {
  const ports = [];
  for (const { name = '', protocol, appProtocol, ...port } of service.spec.ports ?? []) {
    const number = podPort(pod, { name, protocol, ...port });
    if (number !== undefined) ports.push({ name, port: number, protocol, ...(appProtocol ? { appProtocol } : {}) });
  }
  return ports;
}

function endpointOf(service: Service, pod: Pod, nodes: Readonly<Record<string, Node>>): Endpoint {
  const serving = isReady(pod);
  const terminating = !!pod.metadata.deletionTimestamp;
  const ready = service.spec.publishNotReadyAddresses || (serving && !terminating);
  const nodeName = pod.spec.nodeName ?? '';
  const zone = Object.hasOwn(nodes, nodeName) ? nodes[nodeName]!.metadata.labels?.['topology.kubernetes.io/zone'] : undefined;
  return {
    addresses: [pod.status.podIP!],
    conditions: { ready, serving, terminating },
    nodeName,
    targetRef: podReference(pod),
    ...(zone ? { zone } : {}),
  };
}
