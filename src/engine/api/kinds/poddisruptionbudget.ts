/**
 * policy/v1 PodDisruptionBudget: how many of the selected pods an eviction must leave. Its status is the disruption controller's
 * (controllers/disruption.ts); evictions ask it (rest/eviction.ts). Models pkg/apis/policy/validation (v1.32).
 */
import { age } from '../age.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject, Condition, LabelSelector } from '../objects.ts';
import { type FieldError, invalid, notSupported } from '../validation/field.ts';
import { dns1123Subdomain, percent } from '../validation/names.ts';
import { notNegative } from './pod-validation.ts';
import { selectorErrors } from './workload-validation.ts';

export interface PodDisruptionBudget extends ApiObject {
  readonly spec: {
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
    readonly selector?: LabelSelector;
    readonly unhealthyPodEvictionPolicy?: string;
  };
  readonly status: {
    readonly observedGeneration?: number;
    readonly disruptionsAllowed: number;
    readonly currentHealthy: number;
    readonly desiredHealthy: number;
    readonly expectedPods: number;
    readonly conditions?: readonly (Condition & { readonly observedGeneration?: number })[];
  };
}

const POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];

const FRESH = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };

/** Go's `intstr.IntOrString` in an error text. */
const goValueOf = (value: string) => ({ go: `intstr.IntOrString{Type:1, IntVal:0, StrVal:${JSON.stringify(value)}}` });

function boundErrors(at: string, value: number | string | undefined): FieldError[] {
  if (value === undefined) return [];
  if (typeof value === 'number') return notNegative(at, value);
  const wrong = percent(value);
  if (wrong.length > 0) return wrong.map((text) => invalid(at, goValueOf(value), text));
  return Number.parseInt(value, 10) > 100 ? [invalid(at, goValueOf(value), 'must not be greater than 100%')] : [];
}

function validate({ spec }: PodDisruptionBudget): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    const why = 'minAvailable and maxUnavailable cannot be both set';
    errors.push(invalid('spec', { go: 'policy.PodDisruptionBudgetSpec{…}' }, why));
  }
  errors.push(...boundErrors('spec.minAvailable', spec.minAvailable));
  errors.push(...boundErrors('spec.maxUnavailable', spec.maxUnavailable));
  if (spec.selector) errors.push(...selectorErrors(spec.selector, 'spec.selector'));
  const policy = spec.unhealthyPodEvictionPolicy;
  if (policy !== undefined && !POLICIES.includes(policy))
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, POLICIES));
  return errors;
}

export const podDisruptionBudgetKind = defineKind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  namespaced: true,
  generation: true,
  status: true,
  validateName: dns1123Subdomain,
  defaults: (budget) => ({ ...budget, spec: budget.spec ?? {}, status: { ...FRESH, ...budget.status } }),
  prepareCreate: (budget) => ({ ...budget, status: FRESH }),
  validate,
  columns: columns('Name', 'Min Available', 'Max Unavailable', 'Allowed Disruptions#', 'Age'),
  row: ({ metadata, spec, status }, now) => [
    metadata.name,
    String(spec.minAvailable ?? 'N/A'),
    String(spec.maxUnavailable ?? 'N/A'),
    status?.disruptionsAllowed ?? 0,
    age(metadata.creationTimestamp, now),
  ],
});
