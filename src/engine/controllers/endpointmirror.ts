/**
 * EndpointSlice mirroring: Endpoints written by hand for a service without a selector get slices too, so that kube-proxy sees them.
 * Models k8s.io/kubernetes/pkg/controller/endpointslicemirroring v1.32. Leaves out the `skip-mirror` label's removal and more
 * than 1000 addresses.
 */
import type { EndpointSlice, Endpoints, Service } from '../api/objects.ts';
import { type ApiState, keyOf, objectsOf } from '../api/storage.ts';
import { createObject, deleteObject, updateObject } from '../api/write.ts';
import { canonical } from './canonical.ts';
import type { Reconciling } from './controller.ts';
import { controlledBy } from './ownership.ts';
import { MANAGED_BY, SERVICE_NAME, SLICES, type SlicesByService } from './serviceports.ts';

const MANAGER = 'endpointslicemirroring-controller.k8s.io';
const SKIP = 'endpointslice.kubernetes.io/skip-mirror';

export function mirrorEndpoints(start: ApiState, slices: SlicesByService, context: Reconciling): ApiState {
  let api = start;
  const services = objectsOf<Service>(start, 'services');
  const all = objectsOf<Endpoints>(start, 'endpoints');
  for (const key in all) {
    const endpoints = all[key]!;
    const service = services[key];
    if (!service || service.spec.selector !== undefined || endpoints.metadata.labels?.[SKIP] === 'true') continue;
    api = mirror(api, endpoints, slices.get(`${MANAGER} ${key}`) ?? [], context);
  }
  for (const [key, list] of slices) {
    const name = key.startsWith(`${MANAGER} `) ? key.slice(MANAGER.length + 1) : undefined;
    const mirrored = name !== undefined && all[name] && services[name]?.spec.selector === undefined;
    if (name !== undefined && !mirrored)
      for (const slice of list) api = deleteObject(api, SLICES, keyOf(slice), { now: context.now });
  }
  return api;
}

function mirror(start: ApiState, endpoints: Endpoints, existing: readonly EndpointSlice[], context: Reconciling): ApiState {
  let api = start;
  const left = [...existing];
  for (const subset of endpoints.subsets ?? []) {
    const body = bodyOf(subset);
    const slice = left.shift();
    if (slice && canonical({ endpoints: slice.endpoints, ports: slice.ports }) === canonical(body)) continue;
    if (slice)
      api = updateObject(api, SLICES, keyOf(slice), ((object: object) => ({ ...object, ...body })) as never, { now: context.now });
    else api = create(api, endpoints, body, context);
  }
  for (const slice of left) api = deleteObject(api, SLICES, keyOf(slice), { now: context.now });
  return api;
}

function bodyOf(subset: NonNullable<Endpoints['subsets']>[number]) {
  const address = (ready: boolean) => (each: NonNullable<typeof subset.addresses>[number]) => ({
    addresses: [each.ip],
    conditions: { ready },
    ...(each.nodeName ? { nodeName: each.nodeName } : {}),
    ...(each.targetRef ? { targetRef: each.targetRef } : {}),
  });
  return {
    endpoints: [...(subset.addresses ?? []).map(address(true)), ...(subset.notReadyAddresses ?? []).map(address(false))],
    ports: (subset.ports ?? []).map(({ name = '', port, protocol = 'TCP' }) => ({ name, port, protocol })),
  };
}

function create(api: ApiState, endpoints: Endpoints, body: object, context: Reconciling): ApiState {
  const { name, namespace, labels } = endpoints.metadata;
  const metadata = {
    generateName: `${name}-`,
    namespace,
    labels: { ...labels, [MANAGED_BY]: MANAGER, [SERVICE_NAME]: name },
    ownerReferences: [controlledBy(endpoints)],
  };
  const draft = { addressType: 'IPv4', apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, ...body };
  return createObject(api, SLICES, draft, context).api;
}
