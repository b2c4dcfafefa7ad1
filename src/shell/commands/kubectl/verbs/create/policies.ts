/** Generators of what bounds and schedules pods: poddisruptionbudget, quota, cronjob, priorityclass (k8s.io/kubectl/pkg/cmd/create). */
import { parseLabelSelector, parseQuantity } from '../../../../../engine/index.ts';
import type { Kubectl } from '../../context.ts';
import { fail } from '../../errors.ts';
import type { Doc, Value } from '../../value.ts';
import { enforcedNamespace, finish, nameArgument } from './finish.ts';
import { container, meta, set, typed } from './typed.ts';

const OPERATORS: Readonly<Record<string, string>> = {
  in: 'In',
  notin: 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
};

/** What stands after --selector, as a LabelSelector (metav1.ParseToLabelSelector). */
function labelSelector(text: string): Doc {
  const parsed = parseLabelSelector(text);
  if ('error' in parsed) return fail(`couldn't parse the selector string "${text}": ${parsed.error}`);
  const labels: Record<string, Value> = {};
  const expressions: Doc[] = [];
  for (const { key, operator, values } of parsed.requirements) {
    if (operator === '=') labels[key] = values[0] ?? '';
    else if (!OPERATORS[operator]) fail(`"${operator}" is not a valid label selector operator`);
    else expressions.push({ key, operator: OPERATORS[operator], ...set({ values }) } as Doc);
  }
  return set({ matchLabels: labels, matchExpressions: expressions });
}

/** intstr.Parse: a number where it is one. */
const intOrString = (text: string): Value => (/^[+-]?\d+$/.test(text) ? Number(text) : text);

export function podDisruptionBudget(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const name = nameArgument(kubectl);
  const selector = flags.string('selector');
  const [min, max] = [flags.string('min-available'), flags.string('max-unavailable')];
  if (selector === '') fail('a selector must be specified');
  if (min === '' && max === '') fail('one of min-available or max-unavailable must be specified');
  if (min !== '' && max !== '') fail('min-available and max-unavailable cannot be both specified');
  for (const flag of ['min-available', 'max-unavailable']) {
    if (!/^([0-9]+%?)?$/.test(flags.string(flag))) fail(`invalid format specified for ${flag}`);
  }
  const bound: Doc = min !== '' ? { minAvailable: intOrString(min) } : {};
  const draft = typed(
    'policy/v1',
    'PodDisruptionBudget',
    { name, namespace: enforcedNamespace(kubectl) },
    {
      spec: { ...bound, selector: labelSelector(selector), ...(min === '' ? { maxUnavailable: intOrString(max) } : {}) },
      status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
    },
  );
  return finish(kubectl, draft, 'failed to create poddisruptionbudgets');
}

function hardLimits(text: string): Doc {
  const hard: Record<string, Value> = {};
  for (const statement of text === '' ? [] : text.split(',')) {
    const parts = statement.split('=');
    if (parts.length !== 2) fail(`Invalid argument syntax ${statement}, expected <resource>=<value>`);
    if (parseQuantity(parts[1]!) === undefined) {
      fail("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    }
    hard[parts[0]!] = parts[1]!;
  }
  return hard;
}

export function quota(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const name = nameArgument(kubectl);
  const scopes = flags.string('scopes') === '' ? [] : flags.string('scopes').split(',');
  const hard = hardLimits(flags.string('hard'));
  if (scopes.includes('')) fail('invalid resource quota scope ""');
  const spec = set({ hard, scopes });
  const draft = typed('v1', 'ResourceQuota', { name, namespace: enforcedNamespace(kubectl) }, { spec, status: {} });
  return finish(kubectl, draft, 'failed to create quota');
}

export function cronjob(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const name = nameArgument(kubectl);
  const pod = {
    containers: [container({ name, image: flags.string('image'), command: kubectl.args.slice(1) })],
    restartPolicy: flags.string('restart') || 'OnFailure',
  };
  const draft = typed(
    'batch/v1',
    'CronJob',
    { name, namespace: enforcedNamespace(kubectl) },
    {
      spec: {
        schedule: flags.string('schedule'),
        jobTemplate: { metadata: meta({ name }), spec: { template: { metadata: meta({}), spec: pod } } },
      },
      status: {},
    },
  );
  return finish(kubectl, draft, 'failed to create cronjob');
}

export function priorityclass(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const draft = typed(
    'scheduling.k8s.io/v1',
    'PriorityClass',
    { name: nameArgument(kubectl) },
    {
      value: flags.int('value'),
      ...(flags.bool('global-default') ? { globalDefault: true } : {}),
      ...set({ description: flags.string('description') }),
      preemptionPolicy: flags.string('preemption-policy'),
    },
  );
  return finish(kubectl, draft, 'failed to create priorityclass');
}
