/**
 * Kinds that a cluster of v1.32 with Calico serves and this lab's server does not. A learner who asks for one is told so, instead of
 * that it does not exist; every name is one of upstream's `kubectl api-resources`. Leaves out nothing that the lab serves.
 */

/** `plural.group Kind short,names`; the singular is the kind in lower case. */
const ABSENT = `
bindings Binding
componentstatuses ComponentStatus cs
limitranges LimitRange limits
persistentvolumeclaims PersistentVolumeClaim pvc
persistentvolumes PersistentVolume pv
podtemplates PodTemplate
replicationcontrollers ReplicationController rc
resourcequotas ResourceQuota quota
mutatingwebhookconfigurations.admissionregistration.k8s.io MutatingWebhookConfiguration
validatingadmissionpolicies.admissionregistration.k8s.io ValidatingAdmissionPolicy
validatingadmissionpolicybindings.admissionregistration.k8s.io ValidatingAdmissionPolicyBinding
validatingwebhookconfigurations.admissionregistration.k8s.io ValidatingWebhookConfiguration
customresourcedefinitions.apiextensions.k8s.io CustomResourceDefinition crd,crds
apiservices.apiregistration.k8s.io APIService
tokenreviews.authentication.k8s.io TokenReview
horizontalpodautoscalers.autoscaling HorizontalPodAutoscaler hpa
cronjobs.batch CronJob cj
certificatesigningrequests.certificates.k8s.io CertificateSigningRequest csr
flowschemas.flowcontrol.apiserver.k8s.io FlowSchema
prioritylevelconfigurations.flowcontrol.apiserver.k8s.io PriorityLevelConfiguration
ingressclasses.networking.k8s.io IngressClass
runtimeclasses.node.k8s.io RuntimeClass
apiservers.operator.tigera.io APIServer
installations.operator.tigera.io Installation
tigerastatuses.operator.tigera.io TigeraStatus
poddisruptionbudgets.policy PodDisruptionBudget pdb
clusterrolebindings.rbac.authorization.k8s.io ClusterRoleBinding
clusterroles.rbac.authorization.k8s.io ClusterRole
rolebindings.rbac.authorization.k8s.io RoleBinding
roles.rbac.authorization.k8s.io Role
priorityclasses.scheduling.k8s.io PriorityClass pc
csidrivers.storage.k8s.io CSIDriver
csinodes.storage.k8s.io CSINode
csistoragecapacities.storage.k8s.io CSIStorageCapacity
storageclasses.storage.k8s.io StorageClass sc
volumeattachments.storage.k8s.io VolumeAttachment
`;

interface AbsentKind {
  readonly plural: string;
  readonly group: string;
  readonly kind: string;
  readonly words: ReadonlySet<string>;
}

const kinds: readonly AbsentKind[] = ABSENT.trim()
  .split('\n')
  .map((line) => {
    const [resource = '', kind = '', short = ''] = line.split(' ');
    const [plural = '', ...group] = resource.split('.');
    return {
      plural,
      group: group.join('.'),
      kind,
      words: new Set([plural, kind.toLowerCase(), ...short.split(',').filter(Boolean)]),
    };
  });

/** The plural of a kind that is missing here and nowhere else, by any of its names: `pvc`, `roles.rbac.authorization.k8s.io`. */
export function absentResource(word: string): string | undefined {
  const [name = '', ...rest] = word.toLowerCase().split('.');
  const group = rest.join('.').replace(/^v\d\w*\./, '');
  return kinds.find((kind) => kind.words.has(name) && kind.group.startsWith(group))?.plural;
}

/** The same as an object in a file names it. */
export function absentKind(apiVersion: string, kind: string): string | undefined {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return kinds.find((each) => each.kind === kind && each.group === group)?.kind;
}
