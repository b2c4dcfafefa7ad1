/** The list of kinds that are served. Adding one: a file in this folder and a line here. */
import { apiVersionOf, type Kind } from '../kind.ts';
import type { ResourceName } from '../storage.ts';
import { calicoKinds } from './calico.ts';
import { componentStatusKind } from './componentstatus.ts';
import { configMapKind } from './configmap.ts';
import { controllerRevisionKind } from './controllerrevision.ts';
import { csiNodeKind } from './csinode.ts';
import { daemonSetKind } from './daemonset.ts';
import { deploymentKind } from './deployment.ts';
import { endpointsKind } from './endpoints.ts';
import { endpointSliceKind } from './endpointslice.ts';
import { eventKind, eventsGroupKind } from './event.ts';
import { ingressKind } from './ingress.ts';
import { jobKind } from './job.ts';
import { leaseKind } from './lease.ts';
import { namespaceKind } from './namespace.ts';
import { networkPolicyKind } from './networkpolicy.ts';
import { nodeKind } from './node.ts';
import {
  admissionKinds,
  autoscalerKinds,
  bindingKind,
  certificateSigningRequestKind,
  cronJobKind,
  csiDriverKind,
  csiStorageCapacityKind,
  ingressClassKind,
  limitRangeKind,
  podTemplateKind,
  resourceQuotaKind,
  runtimeClassKind,
  tokenReviewKind,
  volumeAttachmentKind,
} from './none.ts';
import { persistentVolumeKind } from './persistentvolume.ts';
import { persistentVolumeClaimKind } from './persistentvolumeclaim.ts';
import { podKind } from './pod.ts';
import { podDisruptionBudgetKind } from './poddisruptionbudget.ts';
import { priorityClassKind } from './priorityclass.ts';
import { replicaSetKind } from './replicaset.ts';
import { replicationControllerKind } from './replicationcontroller.ts';
import { reviewKinds } from './review.ts';
import { secretKind } from './secret.ts';
import { serviceKind } from './service.ts';
import { serviceAccountKind } from './serviceaccount.ts';
import { statefulSetKind } from './statefulset.ts';
import { storageClassKind } from './storageclass.ts';

/** In the order in which discovery lists them: by group (discovery.ts has the groups' order), then by name. */
export const kinds: readonly Kind[] = [
  bindingKind,
  componentStatusKind,
  configMapKind,
  endpointsKind,
  eventKind,
  limitRangeKind,
  namespaceKind,
  nodeKind,
  persistentVolumeClaimKind,
  persistentVolumeKind,
  podKind,
  podTemplateKind,
  replicationControllerKind,
  resourceQuotaKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
  controllerRevisionKind,
  daemonSetKind,
  deploymentKind,
  replicaSetKind,
  statefulSetKind,
  eventsGroupKind,
  ...reviewKinds,
  tokenReviewKind,
  ...autoscalerKinds,
  cronJobKind,
  jobKind,
  certificateSigningRequestKind,
  ingressClassKind,
  ingressKind,
  networkPolicyKind,
  podDisruptionBudgetKind,
  csiDriverKind,
  csiNodeKind,
  csiStorageCapacityKind,
  storageClassKind,
  volumeAttachmentKind,
  ...admissionKinds,
  priorityClassKind,
  leaseKind,
  runtimeClassKind,
  endpointSliceKind,
  ...calicoKinds,
];

const byResource: ReadonlyMap<ResourceName, Kind> = new Map(kinds.map((kind) => [kind.resource, kind]));

/** The kind of a resource the engine itself names. @throws when there is none: a typo in our own code */
export function kindOf(resource: ResourceName): Kind {
  const kind = byResource.get(resource);
  if (!kind) throw new Error(`no kind for resource ${resource}`);
  return kind;
}

const byApiVersion: ReadonlyMap<string, Kind> = new Map(kinds.map((kind) => [`${apiVersionOf(kind)} ${kind.kind}`, kind]));

/** The kind of an object: `apps/v1`, `Deployment`. */
export function findKindOf(apiVersion: string, kind: string): Kind | undefined {
  return byApiVersion.get(`${apiVersion} ${kind}`);
}
