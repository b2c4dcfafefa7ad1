/**
 * Questions that are answered and never stored: may I do this, who am I. The lab's kubeconfig is the cluster administrator's, so the
 * answer is always yes. Models authorization.k8s.io/v1 and authentication.k8s.io/v1.
 */
import { defineKind, type Kind } from '../kind.ts';
import type { ApiObject } from '../objects.ts';

interface ReviewSettings {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced?: boolean;
  readonly status: (object: ApiObject) => unknown;
}

function review({ status, namespaced = false, ...names }: ReviewSettings): Kind {
  return defineKind<ApiObject>({
    ...names,
    version: 'v1',
    namespaced,
    verbs: ['create'],
    review: (object) => ({
      ...object,
      metadata: { ...object.metadata, creationTimestamp: null as unknown as string },
      status: status(object),
    }),
  });
}

const AUTHORIZATION = 'authorization.k8s.io';
const allowed = () => ({ allowed: true });
const ALL = ['*'];

export const reviewKinds: readonly Kind[] = [
  review({
    group: 'authentication.k8s.io',
    kind: 'SelfSubjectReview',
    plural: 'selfsubjectreviews',
    status: () => ({ userInfo: { username: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:authenticated'] } }),
  }),
  review({
    group: AUTHORIZATION,
    kind: 'LocalSubjectAccessReview',
    plural: 'localsubjectaccessreviews',
    namespaced: true,
    status: allowed,
  }),
  review({ group: AUTHORIZATION, kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews', status: allowed }),
  review({
    group: AUTHORIZATION,
    kind: 'SelfSubjectRulesReview',
    plural: 'selfsubjectrulesreviews',
    status: () => ({
      resourceRules: [{ verbs: ALL, apiGroups: ALL, resources: ALL }],
      nonResourceRules: [{ verbs: ALL, nonResourceURLs: ALL }],
      incomplete: false,
    }),
  }),
  review({ group: AUTHORIZATION, kind: 'SubjectAccessReview', plural: 'subjectaccessreviews', status: allowed }),
];
