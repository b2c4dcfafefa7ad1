/**
 * Kinds that every cluster of v1.32 serves and that are empty in one made by kubeadm with Calico: no storage drivers, autoscalers, webhooks,
 * quotas or cron jobs. They can be listed, watched, explained and looked for; making one is refused, because nothing in the lab would act
 * on it. Names, verbs and columns as upstream; a kind that becomes creatable moves to a file of its own.
 */
import { type Column, columns, defineKind, type Kind, type Verb } from '../kind.ts';
import type { ApiObject } from '../objects.ts';

interface Names {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly version?: string;
  readonly type?: string;
  readonly short?: string;
  readonly category?: string;
  readonly namespaced?: boolean;
  readonly status?: boolean;
  readonly verbs?: readonly Verb[];
  readonly columns?: readonly Column[];
}

function none({ short, category, namespaced = false, status = false, ...names }: Names): Kind {
  const { columns: shown, verbs, type, version = 'v1', ...rest } = names;
  return defineKind<ApiObject>({
    ...rest,
    version,
    namespaced,
    status,
    simulated: false,
    shortNames: short ? [short] : [],
    categories: category ? [category] : [],
    ...(verbs ? { verbs } : {}),
    ...(type ? { type } : {}),
    ...(shown ? { columns: shown, row: (object: ApiObject) => [object.metadata.name] } : {}),
  });
}

const AUTOSCALER = {
  group: 'autoscaling',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  short: 'hpa',
  category: 'all',
  namespaced: true,
  status: true,
  columns: columns('Name', 'Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas', 'Age'),
} as const;

const TEMPLATE = ['Containers*', 'Images*', 'Selector*'] as const;
const WEBHOOKS = { group: 'admissionregistration.k8s.io', category: 'api-extensions' } as const;
const STORAGE = { group: 'storage.k8s.io' } as const;

export const bindingKind = none({ group: '', kind: 'Binding', plural: 'bindings', namespaced: true, verbs: ['create'] });

export const limitRangeKind = none({
  group: '',
  kind: 'LimitRange',
  plural: 'limitranges',
  short: 'limits',
  namespaced: true,
});

export const podTemplateKind = none({
  group: '',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  namespaced: true,
  columns: columns('Name', 'Containers', 'Images', 'Pod Labels'),
});

export const resourceQuotaKind = none({
  group: '',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  short: 'quota',
  namespaced: true,
  status: true,
  columns: columns('Name', 'Request', 'Limit', 'Age'),
});

export const tokenReviewKind = none({
  group: 'authentication.k8s.io',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  verbs: ['create'],
});

/** Two versions of one kind, the preferred one first. */
export const autoscalerKinds = [
  none({ ...AUTOSCALER, version: 'v2', type: 'autoscalingv2.HorizontalPodAutoscaler' }),
  none(AUTOSCALER),
];

export const cronJobKind = none({
  group: 'batch',
  kind: 'CronJob',
  plural: 'cronjobs',
  short: 'cj',
  category: 'all',
  namespaced: true,
  status: true,
  columns: columns('Name', 'Schedule', 'Timezone', 'Suspend', 'Active#', 'Last Schedule', 'Age', ...TEMPLATE),
});

/** A node's requests for its certificate go an hour after they were approved. */
export const certificateSigningRequestKind = none({
  group: 'certificates.k8s.io',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  short: 'csr',
  status: true,
  columns: columns('Name', 'Age', 'SignerName', 'Requestor', 'RequestedDuration', 'Condition'),
});

export const ingressClassKind = none({
  group: 'networking.k8s.io',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  columns: columns('Name', 'Controller', 'Parameters', 'Age'),
});

export const runtimeClassKind = none({
  group: 'node.k8s.io',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  columns: columns('Name', 'Handler', 'Age'),
});

export const admissionKinds = [
  none({
    ...WEBHOOKS,
    kind: 'MutatingWebhookConfiguration',
    plural: 'mutatingwebhookconfigurations',
    columns: columns('Name', 'Webhooks#', 'Age'),
  }),
  none({
    ...WEBHOOKS,
    kind: 'ValidatingAdmissionPolicy',
    plural: 'validatingadmissionpolicies',
    status: true,
    columns: columns('Name', 'Validations#', 'ParamKind', 'Age'),
  }),
  none({
    ...WEBHOOKS,
    kind: 'ValidatingAdmissionPolicyBinding',
    plural: 'validatingadmissionpolicybindings',
    columns: columns('Name', 'PolicyName', 'ParamRef', 'Age'),
  }),
  none({
    ...WEBHOOKS,
    kind: 'ValidatingWebhookConfiguration',
    plural: 'validatingwebhookconfigurations',
    columns: columns('Name', 'Webhooks#', 'Age'),
  }),
];

export const csiDriverKind = none({
  ...STORAGE,
  kind: 'CSIDriver',
  plural: 'csidrivers',
  columns: columns(
    'Name',
    'AttachRequired',
    'PodInfoOnMount',
    'StorageCapacity',
    'TokenRequests',
    'RequiresRepublish',
    'Modes',
    'Age',
  ),
});

export const csiStorageCapacityKind = none({
  ...STORAGE,
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  namespaced: true,
  columns: columns('Name', 'StorageClassName', 'Capacity'),
});

export const volumeAttachmentKind = none({
  ...STORAGE,
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  status: true,
  columns: columns('Name', 'Attacher', 'PV', 'Node', 'Attached', 'Age'),
});
