/** What Deployments, ReplicaSets, DaemonSets, StatefulSets and Jobs share in validation. Models pkg/apis/apps/validation (v1.32). */
import { equal } from '../equal.ts';
import type { LabelSelector, PodTemplate } from '../objects.ts';
import { matches } from '../selectors.ts';
import { type FieldError, type GoText, goValue, invalid, notSupported, required } from '../validation/field.ts';
import { validateAnnotations, validateLabels } from '../validation/metadata.ts';
import { validatePodSpec } from './pod-validation.ts';

/** Go's `%#v` of a LabelSelector. */
export function goSelector(selector: LabelSelector): GoText {
  const labels = selector.matchLabels ? goValue(selector.matchLabels) : 'map[string]string(nil)';
  const list = (selector.matchExpressions ?? []).map(({ key, operator, values }) => {
    const shown = values ? goValue(values) : '[]string(nil)';
    return `v1.LabelSelectorRequirement{Key:${goValue(key)}, Operator:${goValue(operator)}, Values:${shown}}`;
  });
  const expressions = selector.matchExpressions
    ? `[]v1.LabelSelectorRequirement{${list.join(', ')}}`
    : '[]v1.LabelSelectorRequirement(nil)';
  return { go: `v1.LabelSelector{MatchLabels:${labels}, MatchExpressions:${expressions}}` };
}

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

export function selectorErrors(selector: LabelSelector, at: string): FieldError[] {
  const errors = validateLabels(selector.matchLabels, `${at}.matchLabels`);
  for (const [i, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const field = `${at}.matchExpressions[${i}]`;
    if (!OPERATORS.includes(operator)) errors.push(invalid(`${field}.operator`, operator, 'not a valid selector operator'));
    const needsValues = operator === 'In' || operator === 'NotIn';
    if (needsValues && values.length === 0)
      errors.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    errors.push(...validateLabels({ [key]: '' }, `${field}.key`));
  }
  return errors;
}

interface Workload {
  readonly selector?: LabelSelector;
  readonly template: PodTemplate;
}

/** Selector and template of a workload. @param word how the message about an empty selector calls it */
export function validateWorkload(spec: Workload, word: string): FieldError[] {
  const errors: FieldError[] = [];
  const { selector, template } = spec;
  const labels = template?.metadata?.labels;
  if (!selector) errors.push(required('spec.selector'));
  else {
    errors.push(...selectorErrors(selector, 'spec.selector'));
    const empty = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
    if (empty) errors.push(invalid('spec.selector', goSelector(selector), `empty selector is invalid for ${word}`));
    else if (errors.length === 0 && !matches(selector, labels)) {
      const shown = labels ? goValue(labels) : 'map[string]string(nil)';
      errors.push(invalid('spec.template.metadata.labels', { go: shown }, '`selector` does not match template `labels`'));
    }
  }
  return [...errors, ...validateTemplate(template)];
}

/** Labels, annotations and spec of a template whose pods always restart. */
export function validateTemplate(template: PodTemplate, restarts: readonly string[] = ['Always']): FieldError[] {
  const errors = [
    ...validateLabels(template.metadata?.labels, 'spec.template.labels'),
    ...validateAnnotations(template.metadata?.annotations, 'spec.template.annotations'),
    ...validatePodSpec(template.spec, 'spec.template.spec'),
  ];
  const policy = template.spec.restartPolicy ?? '';
  const known = ['Always', 'OnFailure', 'Never'].includes(policy);
  if (known && !restarts.includes(policy)) errors.push(notSupported('spec.template.spec.restartPolicy', policy, restarts));
  return errors;
}

/** The selector decides whose pods are whose: it stays. */
export function selectorIsFixed(next: LabelSelector | undefined, old: LabelSelector | undefined): FieldError[] {
  if (!next || equal(next, old)) return [];
  return [invalid('spec.selector', goSelector(next), 'field is immutable')];
}
