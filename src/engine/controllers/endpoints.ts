/**
 * Endpoints controller: the classic Endpoints object of each service with a selector.
 *
 * Reads services and pods; writes endpoints. Models k8s.io/kubernetes/pkg/controller/endpoint v1.32 (subset rules of
 * pkg/api/v1/endpoints.RepackSubsets: addresses in byte order of their text, not-ready ones apart, pods being deleted left out).
 * Leaves out truncation at 1000 addresses and dual stack.
 */
import type { EndpointAddress, Endpoints, Pod, Service } from '../api/objects.ts';
import { type ApiState, keyOf, objectsOf } from '../api/storage.ts';
import { timestamp } from '../api/time.ts';
import { createObject, deleteObject, updateObject } from '../api/write.ts';
import { canonical } from './canonical.ts';
import { controllerAgent, createResting, type Reconciled, type Reconciling } from './controller.ts';
import type { PodMap } from './podindex.ts';
import { isReady } from './podstate.ts';
import { backingPods, hasManagedEndpoints, isHeadless, podPort, podReference, selectedPods } from './serviceports.ts';

const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';

export const endpointsAgent = controllerAgent({
  name: 'endpoints',
  reads: ['services', 'pods', 'endpoints'],
  batched: true,
  reconcile,
});

type Subset = NonNullable<Endpoints['subsets']>[number];
type Port = NonNullable<Subset['ports']>[number];

/** By all pods first, which is one look; then by those it selects. */
const [restingWithPods, resting] = [createResting(), createResting()];

function reconcile(start: ApiState, context: Reconciling): Reconciled {
  let api = start;
  const services = objectsOf<Service>(start, 'services');
  const existing = objectsOf<Endpoints>(start, 'endpoints');
  const pods = objectsOf<Pod>(start, 'pods');
  for (const key in services) {
    const service = services[key]!;
    if (!hasManagedEndpoints(service) || service.metadata.deletionTimestamp) continue;
    const before = api;
    api = restingWithPods(before, service, [existing[key], pods], context.now, () =>
      resting(before, service, [existing[key], ...selectedPods(pods, service)], context.now, () => ({
        api: sync(before, service, existing[key], pods, context),
      })),
    ).api;
  }
  for (const key in existing) {
    // Objects without the annotation were written by hand, for a service without a selector.
    if (!services[key] && existing[key]!.metadata.annotations?.[TRIGGER])
      api = deleteObject(api, 'endpoints', key, { now: context.now });
  }
  return { api };
}

function sync(api: ApiState, service: Service, old: Endpoints | undefined, pods: PodMap, context: Reconciling): ApiState {
  const subsets = subsetsOf(service, backingPods(pods, service));
  const labels = { ...service.metadata.labels, ...(isHeadless(service) ? { 'service.kubernetes.io/headless': '' } : {}) };
  if (old && sameSubsets(old.subsets ?? [], subsets) && canonical(old.metadata.labels ?? {}) === canonical(labels)) return api;
  const annotations = { ...old?.metadata.annotations, [TRIGGER]: timestamp(context.now) };
  const { namespace, name } = service.metadata;
  const metadata = { name, namespace, labels, annotations };
  const body = subsets.length ? { subsets } : {};
  if (!old) return createObject(api, 'endpoints', { apiVersion: 'v1', kind: 'Endpoints', metadata, ...body }, context).api;
  const change = ({ subsets: _, ...rest }: Endpoints) => ({
    ...rest,
    metadata: { ...rest.metadata, labels, annotations },
    ...body,
  });
  return updateObject(api, 'endpoints', keyOf(old), change as never, { now: context.now });
}

function sameSubsets(a: readonly Subset[], b: readonly Subset[]): boolean {
  return a.length === b.length && (a.length === 0 || JSON.stringify(a) === JSON.stringify(b));
}

/** Groups addresses by the ports they serve. */
function subsetsOf(service: Service, pods: readonly Pod[]): readonly Subset[] {
  const groups = new Map<string, { ports: readonly Port[]; ready: EndpointAddress[]; notReady: EndpointAddress[] }>();
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp && !service.spec.publishNotReadyAddresses) continue;
    const ports = portsOf(service, pod);
    if (ports.length === 0 && !(isHeadless(service) && !service.spec.ports?.length)) continue;
    const key = JSON.stringify(ports);
    const group = groups.get(key) ?? { ports, ready: [], notReady: [] };
    groups.set(key, group);
    const ready = service.spec.publishNotReadyAddresses || isReady(pod);
    (ready ? group.ready : group.notReady).push(addressOf(service, pod));
  }
  return [...groups.keys()].sort().map((key) => {
    const { ports, ready, notReady } = groups.get(key)!;
    return {
      ...(ready.length ? { addresses: ready.sort(byText) } : {}),
      ...(notReady.length ? { notReadyAddresses: notReady.sort(byText) } : {}),
      ...(ports.length ? { ports } : {}),
    };
  });
}

function portsOf(service: Service, pod: Pod): readonly Port[] {
  const ports: Port[] = [];
  for (const port of service.spec.ports ?? []) {
    const number = podPort(pod, port);
    if (number === undefined) continue;
    const { name, protocol, appProtocol } = port;
    ports.push({ ...(name ? { name } : {}), port: number, protocol, ...(appProtocol ? { appProtocol } : {}) });
  }
  return ports;
}

function addressOf(service: Service, pod: Pod): EndpointAddress {
  const { hostname, subdomain } = pod.spec as { readonly hostname?: string; readonly subdomain?: string };
  const named = hostname && subdomain === service.metadata.name;
  return { ip: pod.status.podIP!, ...(named ? { hostname } : {}), nodeName: pod.spec.nodeName, targetRef: podReference(pod) };
}

function byText(a: EndpointAddress, b: EndpointAddress): number {
  if (a.ip !== b.ip) return a.ip < b.ip ? -1 : 1;
  return (a.targetRef?.uid ?? '') < (b.targetRef?.uid ?? '') ? -1 : 1;
}
