/** batch/v1 Job. */
import { age, humanDuration } from '../age.ts';
import { equal } from '../equal.ts';
import { columns, defineKind } from '../kind.ts';
import type { ApiObject, Condition, LabelSelector, PodTemplate } from '../objects.ts';
import { containerCells, formatSelector } from '../printing.ts';
import { parseTimestamp } from '../time.ts';
import { type FieldError, invalid, required } from '../validation/field.ts';
import { dns1123Subdomain } from '../validation/names.ts';
import { notNegative } from './pod-validation.ts';
import { defaultTemplate } from './podtemplate.ts';
import { selectorIsFixed, validateTemplate } from './workload-validation.ts';

function validateJob({ spec }: Job): FieldError[] {
  const errors = [
    ...notNegative('spec.parallelism', spec.parallelism),
    ...notNegative('spec.completions', spec.completions),
    ...notNegative('spec.backoffLimit', spec.backoffLimit),
    ...validateTemplate(spec.template, ['OnFailure', 'Never', 'Always']),
  ];
  const ends = spec.template.spec.restartPolicy === 'OnFailure' || spec.template.spec.restartPolicy === 'Never';
  return ends ? errors : [...errors, required('spec.template.spec.restartPolicy', 'valid values: "OnFailure", "Never"')];
}

function validateJobUpdate(next: Job, old: Job): FieldError[] {
  const errors = selectorIsFixed(next.spec.selector, old.spec.selector);
  if (!equal(next.spec.completions, old.spec.completions))
    errors.unshift(invalid('spec.completions', next.spec.completions, 'field is immutable'));
  // Upstream prints the whole template as a Go struct here.
  if (!equal(next.spec.template, old.spec.template))
    errors.push(invalid('spec.template', { go: 'core.PodTemplateSpec{…}' }, 'field is immutable'));
  return errors;
}

export interface Job extends ApiObject {
  readonly spec: {
    readonly parallelism?: number;
    readonly completions?: number;
    readonly backoffLimit?: number;
    readonly manualSelector?: boolean;
    readonly selector?: LabelSelector;
    readonly template: PodTemplate;
    readonly completionMode?: string;
    readonly suspend?: boolean;
    readonly podReplacementPolicy?: string;
    readonly podFailurePolicy?: unknown;
    readonly ttlSecondsAfterFinished?: number;
  };
  readonly status: {
    readonly conditions?: readonly Condition[];
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly active?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly terminating?: number;
  };
}

const SHOWN_CONDITIONS = ['Complete', 'Failed', 'Suspended', 'FailureTarget', 'SuccessCriteriaMet'] as const;

function statusText(job: Job): string {
  const holds = (type: string) => (job.status?.conditions ?? []).some((it) => it.type === type && it.status === 'True');
  const condition = SHOWN_CONDITIONS.find(holds);
  if (condition) return condition;
  return job.metadata.deletionTimestamp ? 'Terminating' : 'Running';
}

function completions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function duration({ status }: Job, now: number): string {
  const start = parseTimestamp(status?.startTime);
  if (start === undefined) return '';
  return humanDuration((parseTimestamp(status?.completionTime) ?? now) - start);
}

/** The job controller finds its pods by the job's uid: the selector and labels are generated unless told otherwise. */
function generateSelector(job: Job): Job {
  if (job.spec.manualSelector) return job;
  const { uid, name } = job.metadata;
  const labels = {
    ...job.spec.template.metadata?.labels,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  return {
    ...job,
    spec: {
      ...job.spec,
      selector: {
        ...job.spec.selector,
        matchLabels: { ...job.spec.selector?.matchLabels, 'batch.kubernetes.io/controller-uid': uid },
      },
      template: { ...job.spec.template, metadata: { ...job.spec.template.metadata, labels } },
    },
  };
}

export const jobKind = defineKind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  namespaced: true,
  generation: true,
  status: true,
  validateName: dns1123Subdomain,
  defaults: (job) => {
    const spec = job.spec ?? {};
    const single = spec.completions === undefined && spec.parallelism === undefined;
    return {
      ...job,
      spec: {
        ...spec,
        ...(single ? { completions: 1 } : {}),
        parallelism: spec.parallelism ?? 1,
        backoffLimit: spec.backoffLimit ?? 6,
        completionMode: spec.completionMode ?? 'NonIndexed',
        suspend: spec.suspend ?? false,
        podReplacementPolicy: spec.podReplacementPolicy ?? (spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed'),
        manualSelector: spec.manualSelector ?? false,
        template: defaultTemplate(spec.template),
      },
      status: job.status ?? {},
    };
  },
  prepareCreate: (job) => ({ ...generateSelector(job), status: {} }),
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  columns: columns('Name', 'Status', 'Completions', 'Duration', 'Age', 'Containers*', 'Images*', 'Selector*'),
  row: (job, now) => [
    job.metadata.name,
    statusText(job),
    completions(job),
    duration(job, now),
    age(job.metadata.creationTimestamp, now),
    ...containerCells(job.spec.template.spec),
    formatSelector(job.spec.selector),
  ],
  fields: (job) => ({ 'status.successful': String(job.status?.succeeded ?? 0) }),
});
