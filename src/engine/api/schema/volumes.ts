/** Types of volumes and storage: core/v1 PersistentVolume and storage.k8s.io/v1 (k8s.io/api v0.32). The notation is explained in types.ts. */

export const PERSISTENT_VOLUME_TYPES = `
PersistentVolume kind: metadata meta.ObjectMeta, spec PersistentVolumeSpec, status PersistentVolumeStatus
PersistentVolumeSpec: capacity {}quantity, gcePersistentDisk GCEPersistentDiskVolumeSource * @2.1,
  awsElasticBlockStore AWSElasticBlockStoreVolumeSource *, hostPath HostPathVolumeSource *,
  glusterfs GlusterfsPersistentVolumeSource *, nfs NFSVolumeSource *, rbd RBDPersistentVolumeSource *,
  iscsi ISCSIPersistentVolumeSource *, cinder CinderPersistentVolumeSource *, cephfs CephFSPersistentVolumeSource *,
  fc FCVolumeSource *, flocker FlockerVolumeSource *, flexVolume FlexPersistentVolumeSource *,
  azureFile AzureFilePersistentVolumeSource *, vsphereVolume VsphereVirtualDiskVolumeSource *, quobyte QuobyteVolumeSource *,
  azureDisk AzureDiskVolumeSource *, photonPersistentDisk PhotonPersistentDiskVolumeSource *,
  portworxVolume PortworxVolumeSource *, scaleIO ScaleIOPersistentVolumeSource *, local LocalVolumeSource *,
  storageos StorageOSPersistentVolumeSource *, csi CSIPersistentVolumeSource *,
  accessModes []string(ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod) atomic @3, claimRef ObjectReference *,
  persistentVolumeReclaimPolicy string(Delete|Recycle|Retain), storageClassName string, mountOptions []string atomic,
  volumeMode string(Block|Filesystem) *, nodeAffinity VolumeNodeAffinity *, volumeAttributesClassName string *
GlusterfsPersistentVolumeSource: endpoints! string, path! string, readOnly bool, endpointsNamespace string *
RBDPersistentVolumeSource: monitors! []string atomic, image! string, fsType string, pool string =rbd, user string =admin,
  keyring string =/etc/ceph/keyring, secretRef SecretReference *, readOnly bool
SecretReference atomic: name string, namespace string
ISCSIPersistentVolumeSource: targetPortal! string, iqn! string, lun! int32, iscsiInterface string =default, fsType string,
  readOnly bool, portals []string atomic, chapAuthDiscovery bool, chapAuthSession bool @11, secretRef SecretReference * @10,
  initiatorName string * @12
CinderPersistentVolumeSource: volumeID! string, fsType string, readOnly bool, secretRef SecretReference *
CephFSPersistentVolumeSource: monitors! []string atomic, path string, user string, secretFile string,
  secretRef SecretReference *, readOnly bool
FlexPersistentVolumeSource: driver! string, fsType string, secretRef SecretReference *, readOnly bool, options {}string
AzureFilePersistentVolumeSource: secretName! string, shareName! string, readOnly bool, secretNamespace string *
ScaleIOPersistentVolumeSource: gateway! string, system! string, secretRef! SecretReference *, sslEnabled bool,
  protectionDomain string, storagePool string, storageMode string =ThinProvisioned, volumeName string, fsType string =xfs,
  readOnly bool
LocalVolumeSource: path! string, fsType string *
StorageOSPersistentVolumeSource: volumeName string, volumeNamespace string, fsType string, readOnly bool,
  secretRef ObjectReference *
CSIPersistentVolumeSource: driver! string, volumeHandle! string, readOnly bool, fsType string, volumeAttributes {}string,
  controllerPublishSecretRef SecretReference *, nodeStageSecretRef SecretReference *, nodePublishSecretRef SecretReference *,
  controllerExpandSecretRef SecretReference *, nodeExpandSecretRef SecretReference *
VolumeNodeAffinity: required NodeSelector *
PersistentVolumeStatus: phase string(Available|Bound|Failed|Pending|Released), message string, reason string,
  lastPhaseTransitionTime time
`;

export const STORAGE_TYPES = `
CSIDriver kind: metadata meta.ObjectMeta, spec! CSIDriverSpec
CSIDriverSpec: attachRequired bool *, podInfoOnMount bool *, volumeLifecycleModes []string set, storageCapacity bool *,
  fsGroupPolicy string *, tokenRequests []TokenRequest atomic, requiresRepublish bool *, seLinuxMount bool *
TokenRequest: audience! string, expirationSeconds int64 *
CSINode kind: metadata meta.ObjectMeta, spec! CSINodeSpec
CSINodeSpec: drivers! []CSINodeDriver &name #name
CSINodeDriver: name! string, nodeID! string, topologyKeys []string atomic, allocatable VolumeNodeResources *
VolumeNodeResources: count int32 *
CSIStorageCapacity kind: metadata meta.ObjectMeta, nodeTopology meta.LabelSelector *, storageClassName! string,
  capacity quantity *, maximumVolumeSize quantity *
StorageClass kind: metadata meta.ObjectMeta, provisioner! string, parameters {}string,
  reclaimPolicy string(Delete|Recycle|Retain) *, mountOptions []string atomic, allowVolumeExpansion bool *,
  volumeBindingMode string(Immediate|WaitForFirstConsumer) *, allowedTopologies []core.TopologySelectorTerm atomic
VolumeAttachment kind: metadata meta.ObjectMeta, spec! VolumeAttachmentSpec, status VolumeAttachmentStatus
VolumeAttachmentSpec: attacher! string, source! VolumeAttachmentSource, nodeName! string
VolumeAttachmentSource: persistentVolumeName string *, inlineVolumeSpec core.PersistentVolumeSpec *
VolumeAttachmentStatus: attached! bool, attachmentMetadata {}string, attachError VolumeError *, detachError VolumeError *
VolumeError: time time, message string
`;
