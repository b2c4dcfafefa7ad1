/**
 * How lists merge in a strategic merge patch: which lists merge at all, by which key, and which merge as sets. The `patchStrategy` and
 * `patchMergeKey` tags of k8s.io/api v0.32, by the list's field and what holds it.
 */

/** Merge key of a list of objects, or undefined: the list is replaced as a whole. `parent`: the field (or kind) that holds it. */
export function mergeKey(field: string, parent: string): string | undefined {
  switch (field) {
    case 'containers':
    case 'initContainers':
    case 'ephemeralContainers':
    case 'env':
    case 'volumes':
    case 'imagePullSecrets':
    case 'secrets':
    case 'schedulingGates':
    case 'resourceClaims':
      return 'name';
    case 'ports':
      return parent === 'containers' || parent === 'initContainers' || parent === 'ephemeralContainers' ? 'containerPort' : 'port';
    case 'volumeMounts':
      return 'mountPath';
    case 'volumeDevices':
      return 'devicePath';
    case 'hostAliases':
      return 'ip';
    case 'topologySpreadConstraints':
      return 'topologyKey';
    case 'ownerReferences':
      return 'uid';
    case 'conditions':
      return 'type';
    case 'addresses':
      return parent === 'status' ? 'type' : undefined;
    case 'podIPs':
    case 'hostIPs':
      return parent === 'status' ? 'ip' : undefined;
    default:
      return undefined;
  }
}

/** Lists of plain values that merge as sets. */
export function mergesAsSet(field: string): boolean {
  return field === 'finalizers';
}
