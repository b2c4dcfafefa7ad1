/**
 * Persistent volume controller with the two that protect what is in use: binds claims to volumes that were made by hand.
 *
 * Reads and writes persistentvolumes and persistentvolumeclaims, reads storage classes and pods; writes events. Models
 * k8s.io/kubernetes/pkg/controller/volume/{persistentvolume,pvcprotection,pvprotection} v1.32. Leaves out provisioning (the lab has no
 * drivers), recycling, resizing, and the repetition of events every quarter of a minute.
 */
import type { PersistentVolume } from '../api/kinds/persistentvolume.ts';
import type { PersistentVolumeClaim } from '../api/kinds/persistentvolumeclaim.ts';
import { parseQuantity } from '../api/kinds/quantity.ts';
import type { StorageClass } from '../api/kinds/storageclass.ts';
import type { ApiObject, KubeEvent, Pod } from '../api/objects.ts';
import { matches } from '../api/selectors.ts';
import { type ApiState, getObject, keyOf, objectsOf, type ResourceName } from '../api/storage.ts';
import { timestamp } from '../api/time.ts';
import { deleteObject, updateObject, updateStatus } from '../api/write.ts';
import { controllerAgent, type Reconciled, type Reconciling } from './controller.ts';
import { podsInNamespace } from './podindex.ts';
import { isFinished } from './podstate.ts';

export const VOLUMES = 'persistentvolumes';
export const CLAIMS = 'persistentvolumeclaims';
export const CLASSES = 'storageclasses.storage.k8s.io';
const COMPONENT = 'persistentvolume-controller';
const BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const COMPLETED = 'pv.kubernetes.io/bind-completed';
/** What a class names as its provisioner when volumes are made by hand. */
export const NO_PROVISIONER = 'kubernetes.io/no-provisioner';

export const volumesAgent = controllerAgent({ name: 'volumes', reads: [VOLUMES, CLAIMS, CLASSES, 'pods'], reconcile });

function reconcile(start: ApiState, context: Reconciling): Reconciled {
  let api = start;
  for (const key in objectsOf(start, CLAIMS)) api = syncClaim(api, key, context);
  for (const key in objectsOf(start, VOLUMES)) api = syncVolume(api, key, context);
  return { api };
}

/** The names of the claims a pod mounts. */
export function claimsOf({ spec }: Pod): readonly string[] {
  const volumes = (spec.volumes ?? []) as readonly { readonly persistentVolumeClaim?: { readonly claimName?: string } }[];
  return volumes.flatMap(({ persistentVolumeClaim: claim }) => (claim?.claimName ? [claim.claimName] : []));
}

function withoutFinalizer(api: ApiState, resource: ResourceName, object: ApiObject, finalizer: string, now: number): ApiState {
  const change = (it: ApiObject): ApiObject => {
    const { finalizers = [], ...metadata } = it.metadata;
    const rest = finalizers.filter((each) => each !== finalizer);
    return { ...it, metadata: rest.length > 0 ? { ...metadata, finalizers: rest } : metadata };
  };
  return updateObject(api, resource, keyOf(object), change, { now });
}

interface Saying {
  readonly resource: ResourceName;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Says a thing of an object once. */
function say(api: ApiState, object: ApiObject, { resource, type, reason, message }: Saying, context: Reconciling): void {
  const said = Object.values(objectsOf<KubeEvent>(api, 'events')).some(
    (event) => event.involvedObject.uid === object.metadata.uid && event.reason === reason && event.message === message,
  );
  if (!said) context.events.push({ object, resource, type, reason, message, component: COMPONENT });
}

function setPhase(api: ApiState, volume: PersistentVolume, phase: string, now: number, message?: string): ApiState {
  if (volume.status?.phase === phase && volume.status.message === message) return api;
  const status = { phase, lastPhaseTransitionTime: timestamp(now), ...(message ? { message } : {}) };
  return updateStatus(api, VOLUMES, keyOf(volume), status);
}

function syncVolume(api: ApiState, key: string, context: Reconciling): ApiState {
  const volume = getObject<PersistentVolume>(api, VOLUMES, key);
  if (!volume) return api;
  const { now } = context;
  const { claimRef } = volume.spec;
  if (volume.metadata.deletionTimestamp && volume.status?.phase !== 'Bound')
    return withoutFinalizer(api, VOLUMES, volume, 'kubernetes.io/pv-protection', now);
  if (!claimRef?.uid) return setPhase(api, volume, 'Available', now);
  const claim = getObject<PersistentVolumeClaim>(api, CLAIMS, `${claimRef.namespace}/${claimRef.name}`);
  if (claim?.metadata.uid === claimRef.uid) {
    return claim.spec.volumeName === volume.metadata.name ? setPhase(api, volume, 'Bound', now) : api;
  }
  return reclaim(api, volume, context);
}

/** Its claim is gone. */
function reclaim(api: ApiState, volume: PersistentVolume, context: Reconciling): ApiState {
  if (volume.spec.persistentVolumeReclaimPolicy !== 'Delete') return setPhase(api, volume, 'Released', context.now);
  const { hostPath } = volume.spec;
  if (hostPath?.path?.startsWith('/tmp/')) return deleteObject(api, VOLUMES, keyOf(volume), { now: context.now });
  const message = hostPath
    ? `host_path deleter only supports /tmp/.+ but received provided ${hostPath.path}`
    : `error getting deleter volume plugin for volume "${volume.metadata.name}": no deletable volume plugin matched`;
  say(api, volume, { resource: VOLUMES, type: 'Warning', reason: 'VolumeFailedDelete', message }, context);
  return setPhase(api, volume, 'Failed', context.now, message);
}

function syncClaim(api: ApiState, key: string, context: Reconciling): ApiState {
  const claim = getObject<PersistentVolumeClaim>(api, CLAIMS, key);
  if (!claim) return api;
  if (claim.metadata.deletionTimestamp) {
    if (inUse(api, claim)) return api;
    return withoutFinalizer(api, CLAIMS, claim, 'kubernetes.io/pvc-protection', context.now);
  }
  if (claim.metadata.annotations?.[COMPLETED] !== undefined) return checkBound(api, claim, context);
  const waits = bindsLate(api, claim);
  const volume = volumeFor(api, claim, waits);
  if (volume) return bindClaim(api, claim, volume, context.now);
  say(api, claim, { resource: CLAIMS, ...pendingFor(api, claim, waits) }, context);
  return api;
}

function inUse(api: ApiState, { metadata }: PersistentVolumeClaim): boolean {
  return podsInNamespace(objectsOf<Pod>(api, 'pods'), metadata.namespace ?? '').some(
    (pod) => pod.spec.nodeName && !isFinished(pod) && claimsOf(pod).includes(metadata.name),
  );
}

const classOf = (api: ApiState, claim: PersistentVolumeClaim): StorageClass | undefined =>
  getObject<StorageClass>(api, CLASSES, claim.spec.storageClassName ?? '');

/** Whether the scheduler binds it, when a pod needs it. */
export function bindsLate(api: ApiState, claim: PersistentVolumeClaim): boolean {
  return classOf(api, claim)?.volumeBindingMode === 'WaitForFirstConsumer';
}

/** Whether somebody could make a volume for the claim: a driver that the lab does not have. */
export function isProvisioned(api: ApiState, claim: PersistentVolumeClaim): boolean {
  const provisioner = classOf(api, claim)?.provisioner;
  return provisioner !== undefined && provisioner !== NO_PROVISIONER;
}

const isMeantFor = ({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean =>
  spec.claimRef?.name === metadata.name &&
  spec.claimRef.namespace === metadata.namespace &&
  (spec.claimRef.uid === undefined || spec.claimRef.uid === metadata.uid);

function serves(volume: PersistentVolume, { metadata, spec }: PersistentVolumeClaim): boolean {
  const size = (text: string | undefined) => parseQuantity(text ?? '') ?? 0;
  if (spec.volumeName) return spec.volumeName === volume.metadata.name;
  return (
    !volume.metadata.deletionTimestamp &&
    (volume.spec.storageClassName ?? '') === (spec.storageClassName ?? '') &&
    (volume.spec.volumeMode ?? 'Filesystem') === (spec.volumeMode ?? 'Filesystem') &&
    (spec.accessModes ?? []).every((mode) => (volume.spec.accessModes ?? []).includes(mode)) &&
    size(volume.spec.capacity?.storage) >= size(spec.resources?.requests?.storage) &&
    (!spec.selector || matches(spec.selector, volume.metadata.labels)) &&
    metadata.deletionTimestamp === undefined
  );
}

/** Volumes that would do, the smallest first; one that names the claim goes before all others. */
export function volumesFor(api: ApiState, claim: PersistentVolumeClaim): readonly PersistentVolume[] {
  const all = Object.values(objectsOf<PersistentVolume>(api, VOLUMES));
  const meant = all.filter((volume) => volume.spec.claimRef && isMeantFor(volume, claim) && serves(volume, claim));
  const free = all.filter((volume) => !volume.spec.claimRef && serves(volume, claim));
  const size = ({ spec }: PersistentVolume) => parseQuantity(spec.capacity?.storage ?? '') ?? 0;
  return [...meant, ...free.sort((a, b) => size(a) - size(b) || (a.metadata.name < b.metadata.name ? -1 : 1))];
}

function volumeFor(api: ApiState, claim: PersistentVolumeClaim, waits: boolean): PersistentVolume | undefined {
  const [first] = volumesFor(api, claim);
  return waits && !first?.spec.claimRef && !claim.spec.volumeName ? undefined : first;
}

function pendingFor(api: ApiState, claim: PersistentVolumeClaim, waits: boolean): Omit<Saying, 'resource'> {
  const name = claim.spec.storageClassName ?? '';
  const found = classOf(api, claim);
  if (name === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    return { type: 'Normal', reason: 'FailedBinding', message };
  }
  if (!found) {
    return {
      type: 'Warning',
      reason: 'ProvisioningFailed',
      message: `storageclass.storage.k8s.io ${JSON.stringify(name)} not found`,
    };
  }
  const chosen = claim.metadata.annotations?.['volume.kubernetes.io/selected-node'] !== undefined;
  if (waits && !chosen) {
    const message = 'waiting for first consumer to be created before binding';
    return { type: 'Normal', reason: 'WaitForFirstConsumer', message };
  }
  if (found.provisioner === NO_PROVISIONER) {
    return { type: 'Warning', reason: 'ProvisioningFailed', message: `no volume plugin matched name: ${NO_PROVISIONER}` };
  }
  return {
    type: 'Normal',
    reason: 'ExternalProvisioning',
    message: `Waiting for a volume to be created either by the external provisioner '${found.provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
  };
}

function annotated<T extends ApiObject>(object: T, ...names: readonly string[]): T {
  const added = Object.fromEntries(names.map((name) => [name, 'yes']));
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...added } } };
}

/** Volume and claim each get the other's name. */
export function bindClaim(start: ApiState, claim: PersistentVolumeClaim, volume: PersistentVolume, now: number): ApiState {
  const [claimKey, volumeKey] = [keyOf(claim), keyOf(volume)];
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, resourceVersion, uid };
  const mine = volume.spec.claimRef === undefined;
  let api = updateObject<PersistentVolume>(
    start,
    VOLUMES,
    volumeKey,
    (it) => ({ ...(mine ? annotated(it, BY_CONTROLLER) : it), spec: { ...it.spec, claimRef } }),
    { now },
  );
  api = setPhase(api, getObject<PersistentVolume>(api, VOLUMES, volumeKey)!, 'Bound', now);
  const chosen = claim.spec.volumeName ? [COMPLETED] : [COMPLETED, BY_CONTROLLER];
  api = updateObject<PersistentVolumeClaim>(
    api,
    CLAIMS,
    claimKey,
    (it) => ({ ...annotated(it, ...chosen), spec: { ...it.spec, volumeName: volume.metadata.name } }),
    { now },
  );
  const { accessModes, capacity } = volume.spec;
  return updateStatus(api, CLAIMS, claimKey, { accessModes, capacity, phase: 'Bound' });
}

function checkBound(api: ApiState, claim: PersistentVolumeClaim, context: Reconciling): ApiState {
  const volume = getObject<PersistentVolume>(api, VOLUMES, claim.spec.volumeName ?? '');
  if (volume?.spec.claimRef?.uid === claim.metadata.uid || claim.status?.phase === 'Lost') return api;
  const message = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!';
  say(api, claim, { resource: CLAIMS, type: 'Warning', reason: 'ClaimLost', message }, context);
  return updateStatus(api, CLAIMS, keyOf(claim), { phase: 'Lost' });
}
