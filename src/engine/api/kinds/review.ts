/**
 * Questions that are answered and never stored: may I do this, who am I. The lab's kubeconfig is the cluster administrator's, who may
 * do all; another user's answers follow from rest/impersonate.ts. Models authorization.k8s.io/v1 and authentication.k8s.io/v1.
 */
import type { User } from '../http.ts';
import { defineKind, type Kind } from '../kind.ts';
import type { ApiObject } from '../objects.ts';

interface ReviewSettings {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced?: boolean;
  readonly status: (user: User) => unknown;
}

function review({ status, namespaced = false, ...names }: ReviewSettings): Kind {
  return defineKind<ApiObject>({
    ...names,
    version: 'v1',
    namespaced,
    verbs: ['create'],
    review: (object, user) => ({
      ...object,
      metadata: { ...object.metadata, creationTimestamp: null as unknown as string },
      status: status(user),
    }),
  });
}

const AUTHORIZATION = 'authorization.k8s.io';
const allowed = () => ({ allowed: true });
const ALL = ['*'];

/** What every user may do: system:basic-user, system:public-info-viewer, system:discovery. */
const BASIC = {
  resourceRules: [
    { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'] },
    { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  ],
  nonResourceRules: [
    {
      verbs: ['get'],
      nonResourceURLs: '/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/'.split(' '),
    },
    { verbs: ['get'], nonResourceURLs: '/healthz /livez /readyz /version /version/'.split(' ') },
  ],
  incomplete: false,
};

export const reviewKinds: readonly Kind[] = [
  review({
    group: 'authentication.k8s.io',
    kind: 'SelfSubjectReview',
    plural: 'selfsubjectreviews',
    status: ({ name, groups }) => ({ userInfo: { username: name, groups } }),
  }),
  review({
    group: AUTHORIZATION,
    kind: 'LocalSubjectAccessReview',
    plural: 'localsubjectaccessreviews',
    namespaced: true,
    status: allowed,
  }),
  review({
    group: AUTHORIZATION,
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    status: ({ mayAll }) => ({ allowed: mayAll }),
  }),
  review({
    group: AUTHORIZATION,
    kind: 'SelfSubjectRulesReview',
    plural: 'selfsubjectrulesreviews',
    status: ({ mayAll }) =>
      mayAll
        ? {
            resourceRules: [{ verbs: ALL, apiGroups: ALL, resources: ALL }],
            nonResourceRules: [{ verbs: ALL, nonResourceURLs: ALL }],
            incomplete: false,
          }
        : BASIC,
  }),
  review({ group: AUTHORIZATION, kind: 'SubjectAccessReview', plural: 'subjectaccessreviews', status: allowed }),
];
