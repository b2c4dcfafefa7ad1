/** Types of a pod's spec and status (k8s.io/api v0.32). The notation is explained in types.ts. */
export const POD_TYPES = `
Namespace kind: metadata meta.ObjectMeta, spec NamespaceSpec, status NamespaceStatus
NamespaceSpec: finalizers []string atomic
NamespaceStatus: phase string(Active|Terminating), conditions []NamespaceCondition &type #type
NamespaceCondition: type! string, status! string, lastTransitionTime time @4, reason string, message string
PodSpec: volumes []Volume &name ~ #name, initContainers []Container &name #name @20, containers! []Container &name #name @2,
  ephemeralContainers []EphemeralContainer &name #name @34, restartPolicy string(Always|Never|OnFailure) @3,
  terminationGracePeriodSeconds int64 *, activeDeadlineSeconds int64 *,
  dnsPolicy string(ClusterFirst|ClusterFirstWithHostNet|Default|None), nodeSelector {}string atomic, serviceAccountName string,
  serviceAccount string, automountServiceAccountToken bool * @21, nodeName string @10, hostNetwork bool, hostPID bool,
  hostIPC bool, shareProcessNamespace bool * @27, securityContext PodSecurityContext * @14,
  imagePullSecrets []LocalObjectReference &name #name, hostname string, subdomain string, affinity Affinity *,
  schedulerName string, tolerations []Toleration atomic @22, hostAliases []HostAlias &ip #ip, priorityClassName string,
  priority int32 *, dnsConfig PodDNSConfig *, readinessGates []PodReadinessGate atomic @28, runtimeClassName string *,
  enableServiceLinks bool *, preemptionPolicy string(Never|PreemptLowerPriority) *, overhead {}quantity,
  topologySpreadConstraints []TopologySpreadConstraint &topologyKey #topologyKey+whenUnsatisfiable, setHostnameAsFQDN bool * @35,
  os PodOS *, hostUsers bool *, schedulingGates []PodSchedulingGate &name #name, resourceClaims []PodResourceClaim &name ~ #name,
  resources ResourceRequirements *
Volume: name! string, hostPath HostPathVolumeSource * @2.1, emptyDir EmptyDirVolumeSource *,
  gcePersistentDisk GCEPersistentDiskVolumeSource *, awsElasticBlockStore AWSElasticBlockStoreVolumeSource *,
  gitRepo GitRepoVolumeSource *, secret SecretVolumeSource *, nfs NFSVolumeSource *, iscsi ISCSIVolumeSource *,
  glusterfs GlusterfsVolumeSource *, persistentVolumeClaim PersistentVolumeClaimVolumeSource *, rbd RBDVolumeSource *,
  flexVolume FlexVolumeSource *, cinder CinderVolumeSource *, cephfs CephFSVolumeSource *, flocker FlockerVolumeSource *,
  downwardAPI DownwardAPIVolumeSource *, fc FCVolumeSource *, azureFile AzureFileVolumeSource *,
  configMap ConfigMapVolumeSource *, vsphereVolume VsphereVirtualDiskVolumeSource *, quobyte QuobyteVolumeSource *,
  azureDisk AzureDiskVolumeSource *, photonPersistentDisk PhotonPersistentDiskVolumeSource *,
  projected ProjectedVolumeSource * @2.26, portworxVolume PortworxVolumeSource * @2.24, scaleIO ScaleIOVolumeSource *,
  storageos StorageOSVolumeSource * @2.27, csi CSIVolumeSource *, ephemeral EphemeralVolumeSource *, image ImageVolumeSource *
HostPathVolumeSource: path! string, type string(|BlockDevice|CharDevice|Directory|DirectoryOrCreate|File|FileOrCreate|Socket) *
EmptyDirVolumeSource: medium string, sizeLimit quantity
GCEPersistentDiskVolumeSource: pdName! string, fsType string, partition int32, readOnly bool
AWSElasticBlockStoreVolumeSource: volumeID! string, fsType string, partition int32, readOnly bool
GitRepoVolumeSource: repository! string, revision string, directory string
SecretVolumeSource: secretName string, items []KeyToPath atomic, defaultMode int32 *, optional bool *
KeyToPath: key! string, path! string, mode int32 *
NFSVolumeSource: server! string, path! string, readOnly bool
ISCSIVolumeSource: targetPortal! string, iqn! string, lun! int32, iscsiInterface string =default, fsType string, readOnly bool,
  portals []string atomic, chapAuthDiscovery bool, chapAuthSession bool @11, secretRef LocalObjectReference * @10,
  initiatorName string * @12
LocalObjectReference atomic: name string =
GlusterfsVolumeSource: endpoints! string, path! string, readOnly bool
PersistentVolumeClaimVolumeSource: claimName! string, readOnly bool
RBDVolumeSource: monitors! []string atomic, image! string, fsType string, pool string =rbd, user string =admin,
  keyring string =/etc/ceph/keyring, secretRef LocalObjectReference *, readOnly bool
FlexVolumeSource: driver! string, fsType string, secretRef LocalObjectReference *, readOnly bool, options {}string
CinderVolumeSource: volumeID! string, fsType string, readOnly bool, secretRef LocalObjectReference *
CephFSVolumeSource: monitors! []string atomic, path string, user string, secretFile string, secretRef LocalObjectReference *,
  readOnly bool
FlockerVolumeSource: datasetName string, datasetUUID string
DownwardAPIVolumeSource: items []DownwardAPIVolumeFile atomic, defaultMode int32 *
DownwardAPIVolumeFile: path! string, fieldRef ObjectFieldSelector *, resourceFieldRef ResourceFieldSelector *, mode int32 *
ObjectFieldSelector atomic: apiVersion string, fieldPath! string
ResourceFieldSelector atomic: containerName string, resource! string, divisor quantity
FCVolumeSource: targetWWNs []string atomic, lun int32 *, fsType string, readOnly bool, wwids []string atomic
AzureFileVolumeSource: secretName! string, shareName! string, readOnly bool
ConfigMapVolumeSource: name string = @1.1, items []KeyToPath atomic @2, defaultMode int32 *, optional bool *
VsphereVirtualDiskVolumeSource: volumePath! string, fsType string, storagePolicyName string, storagePolicyID string
QuobyteVolumeSource: registry! string, volume! string, readOnly bool, user string, group string, tenant string
AzureDiskVolumeSource: diskName! string, diskURI! string,
  cachingMode string(None|ReadOnly|ReadWrite) * =ref(AzureDataDiskCachingReadWrite), fsType string * =ext4,
  readOnly bool * =false, kind string(Dedicated|Managed|Shared) * =ref(AzureSharedBlobDisk)
PhotonPersistentDiskVolumeSource: pdID! string, fsType string
ProjectedVolumeSource: sources []VolumeProjection atomic, defaultMode int32 *
VolumeProjection: secret SecretProjection *, downwardAPI DownwardAPIProjection *, configMap ConfigMapProjection *,
  serviceAccountToken ServiceAccountTokenProjection *, clusterTrustBundle ClusterTrustBundleProjection *
SecretProjection: name string = @1.1, items []KeyToPath atomic @2, optional bool * @4
DownwardAPIProjection: items []DownwardAPIVolumeFile atomic
ConfigMapProjection: name string = @1.1, items []KeyToPath atomic @2, optional bool * @4
ServiceAccountTokenProjection: audience string, expirationSeconds int64 *, path! string
ClusterTrustBundleProjection: name string *, signerName string *, labelSelector meta.LabelSelector *, optional bool * @5,
  path! string @4
PortworxVolumeSource: volumeID! string, fsType string, readOnly bool
ScaleIOVolumeSource: gateway! string, system! string, secretRef! LocalObjectReference *, sslEnabled bool, protectionDomain string,
  storagePool string, storageMode string =ThinProvisioned, volumeName string, fsType string =xfs, readOnly bool
StorageOSVolumeSource: volumeName string, volumeNamespace string, fsType string, readOnly bool, secretRef LocalObjectReference *
CSIVolumeSource: driver! string, readOnly bool *, fsType string *, volumeAttributes {}string,
  nodePublishSecretRef LocalObjectReference *
EphemeralVolumeSource: volumeClaimTemplate PersistentVolumeClaimTemplate *
PersistentVolumeClaimTemplate: metadata meta.ObjectMeta, spec! PersistentVolumeClaimSpec
PersistentVolumeClaimSpec: accessModes []string(ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod) atomic,
  selector meta.LabelSelector * @4, resources VolumeResourceRequirements @2, volumeName string, storageClassName string * @5,
  volumeMode string(Block|Filesystem) *, dataSource TypedLocalObjectReference *, dataSourceRef TypedObjectReference *,
  volumeAttributesClassName string *
VolumeResourceRequirements: limits {}quantity, requests {}quantity
TypedLocalObjectReference atomic: apiGroup string *, kind! string, name! string
TypedObjectReference: apiGroup string *, kind! string, name! string, namespace string *
ImageVolumeSource: reference string, pullPolicy string(Always|IfNotPresent|Never)
Container: name! string, image string, command []string atomic, args []string atomic, workingDir string,
  ports []ContainerPort &containerPort #containerPort+protocol, envFrom []EnvFromSource atomic @19, env []EnvVar &name #name @7,
  resources ResourceRequirements, resizePolicy []ContainerResizePolicy atomic @23, restartPolicy string *,
  volumeMounts []VolumeMount &mountPath #mountPath @9, volumeDevices []VolumeDevice &devicePath #devicePath @21,
  livenessProbe Probe * @10, readinessProbe Probe *, startupProbe Probe * @22, lifecycle Lifecycle * @12,
  terminationMessagePath string, terminationMessagePolicy string(FallbackToLogsOnError|File) @20,
  imagePullPolicy string(Always|IfNotPresent|Never) @14, securityContext SecurityContext *, stdin bool, stdinOnce bool, tty bool
ContainerPort: name string, hostPort int32, containerPort! int32, protocol string(SCTP|TCP|UDP) =TCP, hostIP string
EnvFromSource: prefix string, configMapRef ConfigMapEnvSource *, secretRef SecretEnvSource *
ConfigMapEnvSource: name string = @1.1, optional bool * @2
SecretEnvSource: name string = @1.1, optional bool * @2
EnvVar: name! string, value string, valueFrom EnvVarSource *
EnvVarSource: fieldRef ObjectFieldSelector *, resourceFieldRef ResourceFieldSelector *, configMapKeyRef ConfigMapKeySelector *,
  secretKeyRef SecretKeySelector *
ConfigMapKeySelector atomic: name string = @1.1, key! string @2, optional bool *
SecretKeySelector atomic: name string = @1.1, key! string @2, optional bool *
ResourceRequirements: limits {}quantity, requests {}quantity, claims []ResourceClaim #name
ResourceClaim: name! string, request string
ContainerResizePolicy: resourceName! string, restartPolicy! string
VolumeMount: name! string, readOnly bool, recursiveReadOnly string * @7, mountPath! string @3, subPath string,
  mountPropagation string(Bidirectional|HostToContainer|None) *, subPathExpr string
VolumeDevice: name! string, devicePath! string
Probe: exec ExecAction * @1.1, httpGet HTTPGetAction *, tcpSocket TCPSocketAction *, grpc GRPCAction *,
  initialDelaySeconds int32 @2, timeoutSeconds int32, periodSeconds int32, successThreshold int32, failureThreshold int32,
  terminationGracePeriodSeconds int64 *
ExecAction: command []string atomic
HTTPGetAction: path string, port! intOrString, host string, scheme string(HTTP|HTTPS), httpHeaders []HTTPHeader atomic
HTTPHeader: name! string, value! string
TCPSocketAction: port! intOrString, host string
GRPCAction: port! int32, service string * =
Lifecycle: postStart LifecycleHandler *, preStop LifecycleHandler *
LifecycleHandler: exec ExecAction *, httpGet HTTPGetAction *, tcpSocket TCPSocketAction *, sleep SleepAction *
SleepAction: seconds! int64
SecurityContext: capabilities Capabilities *, privileged bool *, seLinuxOptions SELinuxOptions *,
  windowsOptions WindowsSecurityContextOptions * @10, runAsUser int64 * @4, runAsGroup int64 * @8, runAsNonRoot bool * @5,
  readOnlyRootFilesystem bool *, allowPrivilegeEscalation bool *, procMount string(Default|Unmasked) * @9,
  seccompProfile SeccompProfile * @11, appArmorProfile AppArmorProfile *
Capabilities: add []string atomic, drop []string atomic
SELinuxOptions: user string, role string, type string, level string
WindowsSecurityContextOptions: gmsaCredentialSpecName string *, gmsaCredentialSpec string *, runAsUserName string *,
  hostProcess bool *
SeccompProfile: type! string(Localhost|RuntimeDefault|Unconfined), localhostProfile string *
AppArmorProfile: type! string(Localhost|RuntimeDefault|Unconfined), localhostProfile string *
EphemeralContainer: name! string @1.1, image string, command []string atomic, args []string atomic, workingDir string,
  ports []ContainerPort &containerPort #containerPort+protocol, envFrom []EnvFromSource atomic @1.19,
  env []EnvVar &name #name @1.7, resources ResourceRequirements, resizePolicy []ContainerResizePolicy atomic @1.23,
  restartPolicy string *, volumeMounts []VolumeMount &mountPath #mountPath @1.9,
  volumeDevices []VolumeDevice &devicePath #devicePath @1.21, livenessProbe Probe * @1.10, readinessProbe Probe *,
  startupProbe Probe * @1.22, lifecycle Lifecycle * @1.12, terminationMessagePath string,
  terminationMessagePolicy string(FallbackToLogsOnError|File) @1.20, imagePullPolicy string(Always|IfNotPresent|Never) @1.14,
  securityContext SecurityContext *, stdin bool, stdinOnce bool, tty bool, targetContainerName string @2
PodSecurityContext: seLinuxOptions SELinuxOptions *, windowsOptions WindowsSecurityContextOptions * @8, runAsUser int64 * @2,
  runAsGroup int64 * @6, runAsNonRoot bool * @3, supplementalGroups []int64 atomic,
  supplementalGroupsPolicy string(Merge|Strict) * @12, fsGroup int64 * @5, sysctls []Sysctl atomic @7,
  fsGroupChangePolicy string(Always|OnRootMismatch) * @9, seccompProfile SeccompProfile *, appArmorProfile AppArmorProfile *,
  seLinuxChangePolicy string * @13
Sysctl: name! string, value! string
Affinity: nodeAffinity NodeAffinity *, podAffinity PodAffinity *, podAntiAffinity PodAntiAffinity *
NodeAffinity: requiredDuringSchedulingIgnoredDuringExecution NodeSelector *,
  preferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm atomic
NodeSelector atomic: nodeSelectorTerms! []NodeSelectorTerm atomic
NodeSelectorTerm atomic: matchExpressions []NodeSelectorRequirement atomic, matchFields []NodeSelectorRequirement atomic
NodeSelectorRequirement: key! string, operator! string(DoesNotExist|Exists|Gt|In|Lt|NotIn), values []string atomic
PreferredSchedulingTerm: weight! int32, preference! NodeSelectorTerm
PodAffinity: requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm atomic,
  preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm atomic
PodAffinityTerm: labelSelector meta.LabelSelector *, namespaces []string atomic, topologyKey! string,
  namespaceSelector meta.LabelSelector *, matchLabelKeys []string atomic, mismatchLabelKeys []string atomic
WeightedPodAffinityTerm: weight! int32, podAffinityTerm! PodAffinityTerm
PodAntiAffinity: requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm atomic,
  preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm atomic
Toleration: key string, operator string(Equal|Exists), value string, effect string(NoExecute|NoSchedule|PreferNoSchedule),
  tolerationSeconds int64 *
HostAlias: ip! string, hostnames []string atomic
PodDNSConfig: nameservers []string atomic, searches []string atomic, options []PodDNSConfigOption atomic
PodDNSConfigOption: name string, value string *
PodReadinessGate: conditionType! string
TopologySpreadConstraint: maxSkew! int32, topologyKey! string, whenUnsatisfiable! string(DoNotSchedule|ScheduleAnyway),
  labelSelector meta.LabelSelector *, minDomains int32 *, nodeAffinityPolicy string(Honor|Ignore) *,
  nodeTaintsPolicy string(Honor|Ignore) *, matchLabelKeys []string atomic
PodOS: name! string
PodSchedulingGate: name! string
PodResourceClaim: name! string, resourceClaimName string * @3, resourceClaimTemplateName string *
PodStatus: phase string(Failed|Pending|Running|Succeeded|Unknown), conditions []PodCondition &type #type, message string,
  reason string, nominatedNodeName string @11, hostIP string @5, hostIPs []HostIP &ip atomic @16, podIP string @6,
  podIPs []PodIP &ip #ip @12, startTime time @7, initContainerStatuses []ContainerStatus atomic @10,
  containerStatuses []ContainerStatus atomic @8, qosClass string(BestEffort|Burstable|Guaranteed),
  ephemeralContainerStatuses []ContainerStatus atomic @13, resize string,
  resourceClaimStatuses []PodResourceClaimStatus &name ~ #name
PodCondition: type! string, status! string, lastProbeTime time, lastTransitionTime time, reason string, message string
HostIP: ip! string
PodIP: ip! string
ContainerStatus: name! string, state ContainerState, lastState ContainerState, ready! bool, restartCount! int32, image! string,
  imageID! string, containerID string, started bool *, allocatedResources {}quantity, resources ResourceRequirements *,
  volumeMounts []VolumeMountStatus &mountPath #mountPath, user ContainerUser *,
  allocatedResourcesStatus []ResourceStatus &name #name
ContainerState: waiting ContainerStateWaiting *, running ContainerStateRunning *, terminated ContainerStateTerminated *
ContainerStateWaiting: reason string, message string
ContainerStateRunning: startedAt time
ContainerStateTerminated: exitCode! int32, signal int32, reason string, message string, startedAt time, finishedAt time,
  containerID string
VolumeMountStatus: name! string, mountPath! string, readOnly bool, recursiveReadOnly string *
ContainerUser: linux LinuxContainerUser *
LinuxContainerUser: uid! int64, gid! int64, supplementalGroups []int64 atomic
ResourceStatus: name! string, resources []ResourceHealth #resourceID
ResourceHealth: resourceID! string, health string
PodResourceClaimStatus: name! string, resourceClaimName string *
`;
