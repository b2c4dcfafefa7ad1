/** Types of meta/v1 (k8s.io/apimachinery v0.32). The notation is explained in types.ts. */
export const META_TYPES = `
ObjectMeta: name string, generateName string, namespace string, selfLink string, uid string, resourceVersion string,
  generation int64, creationTimestamp time, deletionTimestamp time, deletionGracePeriodSeconds int64 *, labels {}string,
  annotations {}string, ownerReferences []OwnerReference &uid #uid, finalizers []string & set,
  managedFields []ManagedFieldsEntry atomic @17
OwnerReference atomic: apiVersion! string @5, kind! string @1, name! string @3, uid! string, controller bool * @6,
  blockOwnerDeletion bool *
ManagedFieldsEntry: manager string, operation string, apiVersion string, time time, fieldsType string @6, fieldsV1 fields,
  subresource string
LabelSelector atomic: matchLabels {}string, matchExpressions []LabelSelectorRequirement atomic
LabelSelectorRequirement: key! string, operator! string, values []string atomic
Condition: type! string, status! string, observedGeneration int64, lastTransitionTime! time, reason! string, message! string
FieldSelectorRequirement: key! string, operator! string, values []string atomic
DeleteOptions kind: gracePeriodSeconds int64 *, preconditions Preconditions *, orphanDependents bool *,
  propagationPolicy string *, dryRun []string atomic, ignoreStoreReadErrorWithClusterBreakingPotential bool *
Preconditions: uid string *, resourceVersion string *
Status kind: metadata ListMeta, status string, message string, reason string, details StatusDetails * atomic, code int32
ListMeta: selfLink string, resourceVersion string, continue string, remainingItemCount int64 *
StatusDetails: name string, group string, kind string, uid string @6, causes []StatusCause atomic @4, retryAfterSeconds int32
StatusCause: reason string, message string, field string
`;
