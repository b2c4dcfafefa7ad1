/**
 * What a pod's volume claims say of where it can run: kube-scheduler's VolumeBinding plugin (v1.32). Leaves out topologies of drivers and
 * the ten minutes after which a pod that waits for its volume is tried elsewhere.
 */
import type { PersistentVolume } from '../../api/kinds/persistentvolume.ts';
import type { PersistentVolumeClaim } from '../../api/kinds/persistentvolumeclaim.ts';
import type { Node, Pod } from '../../api/objects.ts';
import { type ApiState, getObject } from '../../api/storage.ts';
import { updateObject } from '../../api/write.ts';
import { bindClaim, bindsLate, CLAIMS, claimsOf, isProvisioned, VOLUMES, volumesFor } from '../volumes.ts';
import type { Objection } from './filters.ts';
import { meetsNodeSelector, type NodeSelectorTerms } from './nodeaffinity.ts';

/** The claims of a pod as the scheduler sees them. */
export interface Claims {
  /** Why no node can take the pod. */
  readonly refusal?: string;
  readonly bound: readonly PersistentVolume[];
  /** Claims of classes that bind late, not bound yet. */
  readonly open: readonly PersistentVolumeClaim[];
}

const NONE: Claims = { bound: [], open: [] };

export function claimsFor(api: ApiState, pod: Pod): Claims {
  const names = claimsOf(pod);
  if (names.length === 0) return NONE;
  const bound: PersistentVolume[] = [];
  const open: PersistentVolumeClaim[] = [];
  for (const name of names) {
    const claim = getObject<PersistentVolumeClaim>(api, CLAIMS, `${pod.metadata.namespace}/${name}`);
    const quoted = `persistentvolumeclaim ${JSON.stringify(name)}`;
    if (!claim) return { ...NONE, refusal: `${quoted} not found` };
    if (claim.metadata.deletionTimestamp) return { ...NONE, refusal: `${quoted} is being deleted` };
    const { volumeName } = claim.spec;
    if (claim.status?.phase === 'Lost')
      return { ...NONE, refusal: `${quoted} bound to non-existent persistentvolume ${JSON.stringify(volumeName)}` };
    const volume = claim.status?.phase === 'Bound' ? getObject<PersistentVolume>(api, VOLUMES, volumeName ?? '') : undefined;
    if (volume) bound.push(volume);
    else if (bindsLate(api, claim)) open.push(claim);
    else return { ...NONE, refusal: 'pod has unbound immediate PersistentVolumeClaims' };
  }
  return { bound, open };
}

function reaches({ spec }: PersistentVolume, node: Node): boolean {
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms;
  return !terms || meetsNodeSelector(terms as NodeSelectorTerms, node);
}

/** The volume each open claim would get on a node; undefined for one that a driver would have to make. */
function chosenOn(api: ApiState, claim: PersistentVolumeClaim, node: Node): PersistentVolume | undefined {
  return volumesFor(api, claim).find((volume) => reaches(volume, node));
}

/** The objection of a node that lacks what the claims need. */
export function claimObjection(api: ApiState, { bound, open }: Claims, node: Node): Objection | undefined {
  if (bound.some((volume) => !reaches(volume, node)))
    return { reason: 'node(s) had volume node affinity conflict', preemptible: false };
  if (open.some((claim) => !chosenOn(api, claim, node) && !isProvisioned(api, claim)))
    return { reason: "node(s) didn't find available persistent volumes to bind", preemptible: false };
  return undefined;
}

/** Binds the open claims for a node. @returns whether the pod must wait for a volume that a driver is to make */
export function bindOpen(
  start: ApiState,
  { open }: Claims,
  node: Node,
  now: number,
): { readonly api: ApiState; readonly waits: boolean } {
  let api = start;
  let waits = false;
  for (const claim of open) {
    const volume = chosenOn(api, claim, node);
    if (volume) {
      api = bindClaim(api, claim, volume, now);
      continue;
    }
    waits = true;
    const annotations = { ...claim.metadata.annotations, 'volume.kubernetes.io/selected-node': node.metadata.name };
    const key = `${claim.metadata.namespace}/${claim.metadata.name}`;
    api = updateObject(api, CLAIMS, key, (it) => ({ ...it, metadata: { ...it.metadata, annotations } }), { now });
  }
  return { api, waits };
}
