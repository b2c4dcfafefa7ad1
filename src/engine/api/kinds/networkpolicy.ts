/** networking.k8s.io/v1 NetworkPolicy: felix enforces it (daemons/felix/policies.ts). */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject, LabelSelector } from '../objects.ts';
import { formatSelector } from '../printing.ts';
import { dns1123Subdomain } from '../validation/names.ts';

interface NetworkPolicy extends ApiObject {
  readonly spec: {
    readonly podSelector: LabelSelector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly unknown[];
    readonly egress?: readonly unknown[];
  };
}

export const networkPolicyKind = defineKind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  namespaced: true,
  generation: true,
  validateName: dns1123Subdomain,
  defaults: (policy) => {
    const spec = { ...policy.spec, podSelector: policy.spec?.podSelector ?? {} };
    if ((spec.policyTypes ?? []).length > 0) return { ...policy, spec };
    return { ...policy, spec: { ...spec, policyTypes: (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'] } };
  },
  columns: columns('Name', 'Pod-Selector', 'Age'),
  row: (policy, now) => [
    policy.metadata.name,
    formatSelector(policy.spec.podSelector),
    age(policy.metadata.creationTimestamp, now),
  ],
});
