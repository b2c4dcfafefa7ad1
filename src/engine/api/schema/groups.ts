/** Types of the other built-in groups (k8s.io/api v0.32). The notation is explained in types.ts. */

export const APPS_TYPES = `
Deployment kind: metadata meta.ObjectMeta, spec DeploymentSpec, status DeploymentStatus
DeploymentSpec: replicas int32 *, selector! meta.LabelSelector *, template! core.PodTemplateSpec, strategy DeploymentStrategy ~,
  minReadySeconds int32, revisionHistoryLimit int32 *, paused bool, progressDeadlineSeconds int32 * @9
DeploymentStrategy: type string(Recreate|RollingUpdate), rollingUpdate RollingUpdateDeployment *
RollingUpdateDeployment: maxUnavailable intOrString, maxSurge intOrString
DeploymentStatus: observedGeneration int64, replicas int32, updatedReplicas int32, readyReplicas int32 @7,
  availableReplicas int32 @4, unavailableReplicas int32, conditions []DeploymentCondition &type #type, collisionCount int32 * @8
DeploymentCondition: type! string, status! string, lastUpdateTime time @6, lastTransitionTime time, reason string @4,
  message string
ReplicaSet kind: metadata meta.ObjectMeta, spec ReplicaSetSpec, status ReplicaSetStatus
ReplicaSetSpec: replicas int32 *, minReadySeconds int32 @4, selector! meta.LabelSelector * @2, template core.PodTemplateSpec
ReplicaSetStatus: replicas! int32, fullyLabeledReplicas int32, readyReplicas int32 @4, availableReplicas int32,
  observedGeneration int64 @3, conditions []ReplicaSetCondition &type #type @6
ReplicaSetCondition: type! string, status! string, lastTransitionTime time, reason string, message string
DaemonSet kind: metadata meta.ObjectMeta, spec DaemonSetSpec, status DaemonSetStatus
DaemonSetSpec: selector! meta.LabelSelector *, template! core.PodTemplateSpec, updateStrategy DaemonSetUpdateStrategy,
  minReadySeconds int32, revisionHistoryLimit int32 * @6
DaemonSetUpdateStrategy: type string(OnDelete|RollingUpdate), rollingUpdate RollingUpdateDaemonSet *
RollingUpdateDaemonSet: maxUnavailable intOrString, maxSurge intOrString
DaemonSetStatus: currentNumberScheduled! int32, numberMisscheduled! int32, desiredNumberScheduled! int32, numberReady! int32,
  observedGeneration int64, updatedNumberScheduled int32, numberAvailable int32, numberUnavailable int32, collisionCount int32 *,
  conditions []DaemonSetCondition &type #type
DaemonSetCondition: type! string, status! string, lastTransitionTime time, reason string, message string
StatefulSet kind: metadata meta.ObjectMeta, spec StatefulSetSpec, status StatefulSetStatus
StatefulSetSpec: replicas int32 *, selector! meta.LabelSelector *, template! core.PodTemplateSpec,
  volumeClaimTemplates []core.PersistentVolumeClaim atomic, serviceName! string,
  podManagementPolicy string(OrderedReady|Parallel), updateStrategy StatefulSetUpdateStrategy, revisionHistoryLimit int32 *,
  minReadySeconds int32, persistentVolumeClaimRetentionPolicy StatefulSetPersistentVolumeClaimRetentionPolicy *,
  ordinals StatefulSetOrdinals *
StatefulSetUpdateStrategy: type string(OnDelete|RollingUpdate), rollingUpdate RollingUpdateStatefulSetStrategy *
RollingUpdateStatefulSetStrategy: partition int32 *, maxUnavailable intOrString
StatefulSetPersistentVolumeClaimRetentionPolicy: whenDeleted string, whenScaled string
StatefulSetOrdinals: start int32
StatefulSetStatus: observedGeneration int64, replicas! int32, readyReplicas int32, currentReplicas int32, updatedReplicas int32,
  currentRevision string, updateRevision string, collisionCount int32 * @9, conditions []StatefulSetCondition &type #type,
  availableReplicas int32
StatefulSetCondition: type! string, status! string, lastTransitionTime time, reason string, message string
ControllerRevision kind: metadata meta.ObjectMeta, data raw, revision! int64
`;

export const AUTHENTICATION_TYPES = `
SelfSubjectReview kind: metadata meta.ObjectMeta, status SelfSubjectReviewStatus
SelfSubjectReviewStatus: userInfo UserInfo
UserInfo: username string, uid string, groups []string atomic, extra {}[]string
TokenReview kind: metadata meta.ObjectMeta, spec! TokenReviewSpec, status TokenReviewStatus
TokenReviewSpec: token string, audiences []string atomic
TokenReviewStatus: authenticated bool, user UserInfo, audiences []string atomic @4, error string @3
`;

export const AUTHORIZATION_TYPES = `
LocalSubjectAccessReview kind: metadata meta.ObjectMeta, spec! SubjectAccessReviewSpec, status SubjectAccessReviewStatus
SubjectAccessReviewSpec: resourceAttributes ResourceAttributes *, nonResourceAttributes NonResourceAttributes *, user string,
  groups []string atomic, extra {}[]string, uid string
ResourceAttributes: namespace string, verb string, group string, version string, resource string, subresource string, name string,
  fieldSelector FieldSelectorAttributes *, labelSelector LabelSelectorAttributes *
FieldSelectorAttributes: rawSelector string, requirements []meta.FieldSelectorRequirement atomic
LabelSelectorAttributes: rawSelector string, requirements []meta.LabelSelectorRequirement atomic
NonResourceAttributes: path string, verb string
SubjectAccessReviewStatus: allowed! bool, denied bool @4, reason string @2, evaluationError string
SubjectAccessReview kind: metadata meta.ObjectMeta, spec! SubjectAccessReviewSpec, status SubjectAccessReviewStatus
SelfSubjectAccessReview kind: metadata meta.ObjectMeta, spec! SelfSubjectAccessReviewSpec, status SubjectAccessReviewStatus
SelfSubjectAccessReviewSpec: resourceAttributes ResourceAttributes *, nonResourceAttributes NonResourceAttributes *
SelfSubjectRulesReview kind: metadata meta.ObjectMeta, spec! SelfSubjectRulesReviewSpec, status SubjectRulesReviewStatus
SelfSubjectRulesReviewSpec: namespace string
SubjectRulesReviewStatus: resourceRules! []ResourceRule atomic, nonResourceRules! []NonResourceRule atomic, incomplete! bool,
  evaluationError string
ResourceRule: verbs! []string atomic, apiGroups []string atomic, resources []string atomic, resourceNames []string atomic
NonResourceRule: verbs! []string atomic, nonResourceURLs []string atomic
`;

export const BATCH_TYPES = `
Job kind: metadata meta.ObjectMeta, spec JobSpec, status JobStatus
JobSpec: parallelism int32 *, completions int32 *, activeDeadlineSeconds int64 *, podFailurePolicy PodFailurePolicy * @11,
  successPolicy SuccessPolicy * @16, backoffLimit int32 * @7, backoffLimitPerIndex int32 * @12, maxFailedIndexes int32 *,
  selector meta.LabelSelector * @4, manualSelector bool *, template! core.PodTemplateSpec, ttlSecondsAfterFinished int32 * @8,
  completionMode string(Indexed|NonIndexed) *, suspend bool *, podReplacementPolicy string(Failed|TerminatingOrFailed) * @14,
  managedBy string *
PodFailurePolicy: rules! []PodFailurePolicyRule atomic
PodFailurePolicyRule: action! string(Count|FailIndex|FailJob|Ignore), onExitCodes PodFailurePolicyOnExitCodesRequirement *,
  onPodConditions []PodFailurePolicyOnPodConditionsPattern atomic
PodFailurePolicyOnExitCodesRequirement: containerName string *, operator! string(In|NotIn), values! []int32 set
PodFailurePolicyOnPodConditionsPattern: type! string, status! string
SuccessPolicy: rules! []SuccessPolicyRule atomic
SuccessPolicyRule: succeededIndexes string *, succeededCount int32 *
JobStatus: conditions []JobCondition &type atomic, startTime time, completionTime time, active int32, succeeded int32,
  failed int32, terminating int32 * @11, completedIndexes string @7, failedIndexes string * @10,
  uncountedTerminatedPods UncountedTerminatedPods * @8, ready int32 *
JobCondition: type! string, status! string, lastProbeTime time, lastTransitionTime time, reason string, message string
UncountedTerminatedPods: succeeded []string set, failed []string set
CronJob kind: metadata meta.ObjectMeta, spec CronJobSpec, status CronJobStatus
CronJobSpec: schedule! string, timeZone string * @8, startingDeadlineSeconds int64 * @2,
  concurrencyPolicy string(Allow|Forbid|Replace), suspend bool *, jobTemplate! JobTemplateSpec,
  successfulJobsHistoryLimit int32 *, failedJobsHistoryLimit int32 *
JobTemplateSpec: metadata meta.ObjectMeta, spec JobSpec
CronJobStatus: active []core.ObjectReference atomic, lastScheduleTime time @4, lastSuccessfulTime time
`;

export const CERTIFICATES_TYPES = `
CertificateSigningRequest kind: metadata meta.ObjectMeta, spec! CertificateSigningRequestSpec,
  status CertificateSigningRequestStatus
CertificateSigningRequestSpec: request! bytes atomic, signerName! string @7, expirationSeconds int32 *,
  usages []string(any|cert_sign|client_auth|code_signing|content_commitment|crl_sign|data_encipherment|decipher_only|digital_signature|email_protection|encipher_only|ipsec_end_system|ipsec_tunnel|ipsec_user|key_agreement|key_encipherment|microsoft_sgc|netscape_sgc|ocsp_signing|s/mime|server_auth|signing|timestamping) atomic @5,
  username string @2, uid string, groups []string atomic, extra {}[]string @6
CertificateSigningRequestStatus: conditions []CertificateSigningRequestCondition #type, certificate bytes atomic
CertificateSigningRequestCondition: type! string, status! string @6, reason string @2, message string, lastUpdateTime time,
  lastTransitionTime time
`;

export const COORDINATION_TYPES = `
Lease kind: metadata meta.ObjectMeta, spec LeaseSpec
LeaseSpec: holderIdentity string *, leaseDurationSeconds int32 *, acquireTime microtime, renewTime microtime,
  leaseTransitions int32 *, strategy string *, preferredHolder string *
`;

export const DISCOVERY_TYPES = `
EndpointSlice kind: metadata meta.ObjectMeta, addressType! string @4, endpoints! []Endpoint atomic @2, ports []EndpointPort atomic
Endpoint: addresses! []string set, conditions EndpointConditions, hostname string *, targetRef core.ObjectReference *,
  deprecatedTopology {}string, nodeName string *, zone string *, hints EndpointHints *
EndpointConditions: ready bool *, serving bool *, terminating bool *
EndpointHints: forZones []ForZone atomic
ForZone: name! string
EndpointPort atomic: name string *, protocol string(SCTP|TCP|UDP) *, port int32 *, appProtocol string *
`;

export const EVENTS_TYPES = `
Event kind: metadata meta.ObjectMeta, eventTime! microtime, series EventSeries *, reportingController string,
  reportingInstance string, action string, reason string, regarding core.ObjectReference, related core.ObjectReference *,
  note string, type string, deprecatedSource core.EventSource, deprecatedFirstTimestamp time, deprecatedLastTimestamp time,
  deprecatedCount int32
EventSeries: count! int32, lastObservedTime! microtime
`;

export const NETWORKING_TYPES = `
Ingress kind: metadata meta.ObjectMeta, spec IngressSpec, status IngressStatus
IngressSpec: ingressClassName string * @4, defaultBackend IngressBackend * @1, tls []IngressTLS atomic, rules []IngressRule atomic
IngressBackend: service IngressServiceBackend * @4, resource core.TypedLocalObjectReference * @3
IngressServiceBackend: name! string, port ServiceBackendPort
ServiceBackendPort atomic: name string, number int32
IngressTLS: hosts []string atomic, secretName string
IngressRule: host string, http HTTPIngressRuleValue * @2.1
HTTPIngressRuleValue: paths! []HTTPIngressPath atomic
HTTPIngressPath: path string, pathType! string * @3, backend! IngressBackend @2
IngressStatus: loadBalancer IngressLoadBalancerStatus
IngressLoadBalancerStatus: ingress []IngressLoadBalancerIngress atomic
IngressLoadBalancerIngress: ip string, hostname string, ports []IngressPortStatus atomic @4
IngressPortStatus: port! int32, protocol! string(SCTP|TCP|UDP), error string *
NetworkPolicy kind: metadata meta.ObjectMeta, spec NetworkPolicySpec
NetworkPolicySpec: podSelector! meta.LabelSelector, ingress []NetworkPolicyIngressRule atomic,
  egress []NetworkPolicyEgressRule atomic, policyTypes []string(Egress|Ingress) atomic
NetworkPolicyIngressRule: ports []NetworkPolicyPort atomic, from []NetworkPolicyPeer atomic
NetworkPolicyPort: protocol string(SCTP|TCP|UDP) *, port intOrString, endPort int32 *
NetworkPolicyPeer: podSelector meta.LabelSelector *, namespaceSelector meta.LabelSelector *, ipBlock IPBlock *
IPBlock: cidr! string, except []string atomic
NetworkPolicyEgressRule: ports []NetworkPolicyPort atomic, to []NetworkPolicyPeer atomic
IngressClass kind: metadata meta.ObjectMeta, spec IngressClassSpec
IngressClassSpec: controller string, parameters IngressClassParametersReference *
IngressClassParametersReference: apiGroup string *, kind! string, name! string, scope string *, namespace string *
`;

export const POLICY_TYPES = `
Eviction kind: metadata meta.ObjectMeta, deleteOptions meta.DeleteOptions *
PodDisruptionBudget kind: metadata meta.ObjectMeta, spec PodDisruptionBudgetSpec, status PodDisruptionBudgetStatus
PodDisruptionBudgetSpec: minAvailable intOrString, selector meta.LabelSelector *, maxUnavailable intOrString,
  unhealthyPodEvictionPolicy string(AlwaysAllow|IfHealthyBudget) *
PodDisruptionBudgetStatus: observedGeneration int64, disruptedPods {}time, disruptionsAllowed! int32, currentHealthy! int32,
  desiredHealthy! int32, expectedPods! int32, conditions []meta.Condition &type #type
`;

export const NODE_TYPES = `
RuntimeClass kind: metadata meta.ObjectMeta, handler! string, overhead Overhead *, scheduling Scheduling *
Overhead: podFixed {}quantity
Scheduling: nodeSelector {}string atomic, tolerations []core.Toleration atomic
`;

export const SCHEDULING_TYPES = `
PriorityClass kind: metadata meta.ObjectMeta, value! int32, globalDefault bool, description string,
  preemptionPolicy string(Never|PreemptLowerPriority) *
`;
