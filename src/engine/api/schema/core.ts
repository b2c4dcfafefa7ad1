/** Types of core/v1 but for the pod's (k8s.io/api v0.32). The notation is explained in types.ts. */
export const CORE_TYPES = `
Node kind: metadata meta.ObjectMeta, spec NodeSpec, status NodeStatus
NodeSpec: podCIDR string, podCIDRs []string & set @7, providerID string @3, unschedulable bool, taints []Taint atomic,
  configSource NodeConfigSource *, externalID string @2
Taint: key! string, value string, effect! string(NoExecute|NoSchedule|PreferNoSchedule), timeAdded time
NodeConfigSource: configMap ConfigMapNodeConfigSource * @2
ConfigMapNodeConfigSource: namespace! string, name! string, uid string, resourceVersion string, kubeletConfigKey! string
NodeStatus: capacity {}quantity, allocatable {}quantity, phase string(Pending|Running|Terminated),
  conditions []NodeCondition &type #type, addresses []NodeAddress &type #type, daemonEndpoints NodeDaemonEndpoints,
  nodeInfo NodeSystemInfo, images []ContainerImage atomic, volumesInUse []string atomic, volumesAttached []AttachedVolume atomic,
  config NodeConfigStatus *, runtimeHandlers []NodeRuntimeHandler atomic, features NodeFeatures *
NodeCondition: type! string, status! string, lastHeartbeatTime time, lastTransitionTime time, reason string, message string
NodeAddress: type! string, address! string
NodeDaemonEndpoints: kubeletEndpoint DaemonEndpoint
DaemonEndpoint: Port! int32
NodeSystemInfo: machineID! string, systemUUID! string, bootID! string, kernelVersion! string, osImage! string,
  containerRuntimeVersion! string, kubeletVersion! string, kubeProxyVersion! string, operatingSystem! string, architecture! string
ContainerImage: names []string atomic, sizeBytes int64
AttachedVolume: name! string, devicePath! string
NodeConfigStatus: assigned NodeConfigSource *, active NodeConfigSource *, lastKnownGood NodeConfigSource *, error string
NodeRuntimeHandler: name string, features NodeRuntimeHandlerFeatures *
NodeRuntimeHandlerFeatures: recursiveReadOnlyMounts bool *, userNamespaces bool *
NodeFeatures: supplementalGroupsPolicy bool *
Pod kind: metadata meta.ObjectMeta, spec PodSpec, status PodStatus
Service kind: metadata meta.ObjectMeta, spec ServiceSpec, status ServiceStatus
ServiceSpec: ports []ServicePort &port #port+protocol, selector {}string atomic, clusterIP string, clusterIPs []string atomic @18,
  type string(ClusterIP|ExternalName|LoadBalancer|NodePort) @4, externalIPs []string atomic,
  sessionAffinity string(ClientIP|None) @7, loadBalancerIP string, loadBalancerSourceRanges []string atomic, externalName string,
  externalTrafficPolicy string(Cluster|Local), healthCheckNodePort int32, publishNotReadyAddresses bool,
  sessionAffinityConfig SessionAffinityConfig *, ipFamilies []string(|IPv4|IPv6) atomic @19,
  ipFamilyPolicy string(PreferDualStack|RequireDualStack|SingleStack) * @17, allocateLoadBalancerNodePorts bool * @20,
  loadBalancerClass string *, internalTrafficPolicy string(Cluster|Local) *, trafficDistribution string *
ServicePort: name string, protocol string(SCTP|TCP|UDP) =TCP, appProtocol string * @6, port! int32 @3, targetPort intOrString,
  nodePort int32
SessionAffinityConfig: clientIP ClientIPConfig *
ClientIPConfig: timeoutSeconds int32 *
ServiceStatus: loadBalancer LoadBalancerStatus, conditions []meta.Condition &type #type
LoadBalancerStatus: ingress []LoadBalancerIngress atomic
LoadBalancerIngress: ip string, hostname string, ipMode string *, ports []PortStatus atomic
PortStatus: port! int32, protocol! string(SCTP|TCP|UDP), error string *
Endpoints kind: metadata meta.ObjectMeta, subsets []EndpointSubset atomic
EndpointSubset: addresses []EndpointAddress atomic, notReadyAddresses []EndpointAddress atomic, ports []EndpointPort atomic
EndpointAddress atomic: ip! string, hostname string @3, nodeName string *, targetRef ObjectReference * @2
ObjectReference atomic: kind string, namespace string, name string, uid string, apiVersion string, resourceVersion string,
  fieldPath string
EndpointPort atomic: name string, port! int32, protocol string(SCTP|TCP|UDP), appProtocol string *
Event kind: metadata! meta.ObjectMeta, involvedObject! ObjectReference, reason string, message string, source EventSource,
  firstTimestamp time, lastTimestamp time, count int32, type string, eventTime microtime, series EventSeries *, action string,
  related ObjectReference *, reportingComponent string, reportingInstance string
EventSource: component string, host string
EventSeries: count int32, lastObservedTime microtime
ServiceAccount kind: metadata meta.ObjectMeta, secrets []ObjectReference &name #name,
  imagePullSecrets []LocalObjectReference atomic, automountServiceAccountToken bool *
ConfigMap kind: metadata meta.ObjectMeta, immutable bool * @4, data {}string @2, binaryData {}bytes
Secret kind: metadata meta.ObjectMeta, immutable bool * @5, data {}bytes @2, stringData {}string @4, type string @3
PodTemplateSpec: metadata meta.ObjectMeta, spec PodSpec
PersistentVolumeClaim kind: metadata meta.ObjectMeta, spec PersistentVolumeClaimSpec, status PersistentVolumeClaimStatus
PersistentVolumeClaimStatus: phase string(Bound|Lost|Pending),
  accessModes []string(ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod) atomic, capacity {}quantity,
  conditions []PersistentVolumeClaimCondition &type #type, allocatedResources {}quantity,
  allocatedResourceStatuses {}string(ControllerResizeInProgress|ControllerResizeInfeasible|NodeResizeInProgress|NodeResizeInfeasible|NodeResizePending) @7,
  currentVolumeAttributesClassName string *, modifyVolumeStatus ModifyVolumeStatus *
PersistentVolumeClaimCondition: type! string, status! string, lastProbeTime time, lastTransitionTime time, reason string,
  message string
ModifyVolumeStatus: targetVolumeAttributesClassName string, status! string(InProgress|Infeasible|Pending)
ReplicationController kind: metadata meta.ObjectMeta, spec ReplicationControllerSpec, status ReplicationControllerStatus
ReplicationControllerSpec: replicas int32 *, minReadySeconds int32 @4, selector {}string atomic @2, template PodTemplateSpec *
ReplicationControllerStatus: replicas! int32, fullyLabeledReplicas int32, readyReplicas int32 @4, availableReplicas int32,
  observedGeneration int64 @3, conditions []ReplicationControllerCondition &type #type @6
ReplicationControllerCondition: type! string, status! string, lastTransitionTime time, reason string, message string
ResourceQuota kind: metadata meta.ObjectMeta, spec ResourceQuotaSpec, status ResourceQuotaStatus
ResourceQuotaSpec: hard {}quantity,
  scopes []string(BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating) atomic,
  scopeSelector ScopeSelector *
ScopeSelector atomic: matchExpressions []ScopedResourceSelectorRequirement atomic
ScopedResourceSelectorRequirement:
  scopeName! string(BestEffort|CrossNamespacePodAffinity|NotBestEffort|NotTerminating|PriorityClass|Terminating),
  operator! string(DoesNotExist|Exists|In|NotIn), values []string atomic
ResourceQuotaStatus: hard {}quantity, used {}quantity
LimitRange kind: metadata meta.ObjectMeta, spec LimitRangeSpec
LimitRangeSpec: limits! []LimitRangeItem atomic
LimitRangeItem: type! string, max {}quantity, min {}quantity, default {}quantity, defaultRequest {}quantity,
  maxLimitRequestRatio {}quantity
PodTemplate kind: metadata meta.ObjectMeta, template PodTemplateSpec
ComponentStatus kind: metadata meta.ObjectMeta, conditions []ComponentCondition &type #type
ComponentCondition: type! string, status! string, message string, error string
Binding kind: metadata meta.ObjectMeta, target! ObjectReference
TopologySelectorTerm atomic: matchLabelExpressions []TopologySelectorLabelRequirement atomic
TopologySelectorLabelRequirement: key! string, values! []string atomic
`;
