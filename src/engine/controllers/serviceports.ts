/**
 * Which pods back a service, and on which of their ports. Shared by the two endpoint controllers.
 * Models k8s.io/kubernetes/pkg/api/v1/pod.FindPort and endpoint controllers' common rules.
 */
import type { EndpointSlice, Pod, Service, ServicePort } from '../api/objects.ts';
import { type PodMap, podsWithLabels } from './podindex.ts';
import { isFinished } from './podstate.ts';

export const SLICES = 'endpointslices.discovery.k8s.io';
/** Label: the service a slice belongs to. */
export const SERVICE_NAME = 'kubernetes.io/service-name';
/** Label: the controller that keeps a slice. */
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';

/** `<manager> <namespace>/<service>` → slices. */
export type SlicesByService = ReadonlyMap<string, readonly EndpointSlice[]>;

/** The pod's port a service port points at; undefined: the pod has no port of that name. */
export function podPort(pod: Pod, port: ServicePort): number | undefined {
  if (typeof port.targetPort === 'number') return port.targetPort;
  for (const container of pod.spec.containers) {
    for (const each of container.ports ?? []) {
      if (each.name === port.targetPort && (each.protocol ?? 'TCP') === port.protocol) return each.containerPort;
    }
  }
  return undefined;
}

/** A service whose endpoints the controllers keep: it has a selector and is no alias. */
export function hasManagedEndpoints(service: Service): boolean {
  return service.spec.selector !== undefined && service.spec.type !== 'ExternalName';
}

export function isHeadless(service: Service): boolean {
  return service.spec.clusterIP === 'None';
}

/** Pods that a service's selector selects. */
export function selectedPods(pods: PodMap, service: Service): readonly Pod[] {
  return podsWithLabels(pods, service.metadata.namespace ?? '', service.spec.selector ?? {});
}

/** Selected pods that have an address and have not ended; those being deleted are among them. */
export function backingPods(pods: PodMap, service: Service): readonly Pod[] {
  return selectedPods(pods, service).filter((pod) => pod.status.podIP && !isFinished(pod));
}

/** The reference endpoints carry to their pod. */
export function podReference(pod: Pod) {
  return { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid };
}
