/**
 * `kubectl set image|resources|selector|serviceaccount`: one change of the pod template, sent as a strategic patch. `set env` is beside
 * it and uses the same steps.
 */
import { parseQuantity } from '../../../../engine/index.ts';
import type { Kubectl } from '../context.ts';
import { Aggregate, CommandError, fail, StatusError } from '../errors.ts';
import { checkFileNames, fileNames } from '../manifests.ts';
import { applyLocally } from '../merge/local.ts';
import { strategicThreeWay } from '../merge/threeway.ts';
import { asTyped } from '../merge/typed.ts';
import { verbPrinter } from '../printers/objects.ts';
import { objectPath, type Selection, select, type Target } from '../selection.ts';
import { byBytes, type Doc, fields, items, put, strings, text, type Value } from '../value.ts';
import { suffix } from './create/finish.ts';
import { splitPairs } from './pairs.ts';

export const NEED_RESOURCE = 'one or more resources must be specified as <resource> <name> or <resource>/<name>';
export const LOCAL_AND_SERVER = 'cannot specify --local and --dry-run=server - did you mean --dry-run=client?';

/** Where kinds keep their pod template's spec. */
const POD_SPEC: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  Deployment: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  ReplicationController: ['spec', 'template', 'spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

function throwSeveral(errors: readonly string[]): void {
  if (errors.length === 1) fail(errors[0]!);
  if (errors.length > 1) throw new Aggregate(errors.map((message) => new CommandError(message)));
}

export function chosen(kubectl: Kubectl, resources: readonly string[]): Selection {
  const { flags } = kubectl;
  const local = flags.bool('local');
  checkFileNames(kubectl);
  if (local && resources.length > 0) {
    fail(
      "error: you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'",
    );
  }
  return select(kubectl, {
    args: resources,
    files: fileNames(kubectl),
    labelSelector: flags.string('selector') || undefined,
    all: flags.bool('all'),
    allowEmptySelector: flags.bool('all'),
    latest: !local,
    noServer: local,
  });
}

interface Edit {
  readonly what: string;
  readonly done: string;
  /** The changed pod spec; complaints go to `errors`. */
  readonly change: (spec: Doc, errors: string[], target: Target) => Doc;
}

export function podSpecPath(target: Target): readonly string[] | undefined {
  return Object.hasOwn(POD_SPEC, target.type.kind) ? POD_SPEC[target.type.kind] : undefined;
}

export function editPodSpecs(kubectl: Kubectl, selection: Selection, edit: Edit): number {
  const dryRun = kubectl.dryRun();
  const local = kubectl.flags.bool('local');
  const print = verbPrinter(kubectl, `${edit.done}${suffix(dryRun)}`);
  if (selection.errors.length > 0) throw selection.errors.length === 1 ? selection.errors[0]! : new Aggregate(selection.errors);
  const errors: string[] = [];
  for (const target of selection.targets) {
    const path = podSpecPath(target);
    if (!path) {
      const name = local ? `${target.type.kind.toLowerCase()}/${target.name}` : qualified(target);
      errors.push(`error: ${name} the object is not a pod or does not have a pod template: ${goType(target)}\n`);
      continue;
    }
    const before = local ? asTyped(target.object!) : target.object!;
    const after = put(before, path, edit.change(fields(before, ...path), errors, target));
    const patch = strategicThreeWay(before, after, before);
    if (Object.keys(patch).length === 0) continue;
    try {
      if (local || dryRun === 'client') kubectl.out(print(applyLocally('strategic', before, patch)));
      else kubectl.out(print(send(kubectl, target, patch, dryRun)));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      errors.push(`failed to patch ${edit.what} ${error.message}`);
    }
  }
  throwSeveral(errors);
  return 0;
}

function goType(target: Target): string {
  return `*${target.type.version}.${target.type.kind}`;
}

function qualified(target: Target): string {
  return `${target.type.name}/${target.name}`;
}

function send(kubectl: Kubectl, target: Target, patch: Value, dryRun: string): Value {
  return kubectl.client.send({
    method: 'PATCH',
    path: objectPath(target),
    query: {
      dryRun: dryRun === 'server' ? 'All' : undefined,
      fieldManager: kubectl.flags.string('field-manager') || 'kubectl-set',
    },
    contentType: 'application/strategic-merge-patch+json',
    body: patch,
  }).body as Value;
}

/** Every container of a spec, changed where `wanted` says so. */
export function eachContainer(spec: Doc, change: (container: Doc) => Doc): Doc {
  const out: Record<string, Value> = { ...spec };
  for (const field of ['initContainers', 'containers']) {
    if (Array.isArray(spec[field])) out[field] = items(spec, field).map((container) => change(container as Doc));
  }
  return out;
}

export function image(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const { resources, pairs } = splitPairs(kubectl, 'image');
  const images = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals < 0) fail(`invalid image format: ${pair}`);
    images.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  const errors: string[] = [];
  if (flags.bool('all') && flags.string('selector') !== '') errors.push('cannot set --all and --selector at the same time');
  if (resources.length === 0 && flags.list('filename').length === 0 && flags.string('kustomize') === '') errors.push(NEED_RESOURCE);
  if (images.size === 0) errors.push('at least one image update is required');
  else if (images.size > 1 && images.has('*')) {
    errors.push('all containers are already specified by *, but saw more than one container_name=container_image pairs');
  }
  if (flags.bool('local') && flags.string('dry-run') === 'server') errors.push(LOCAL_AND_SERVER);
  // Upstream looks the objects up before it complains.
  const selection = chosen(kubectl, resources);
  if (selection.errors.length > 0) throw selection.errors[0]!;
  throwSeveral(errors);
  return editPodSpecs(kubectl, selection, {
    what: 'image update to pod template:',
    done: 'image updated',
    change: (spec, complaints) => {
      const names = [...items(spec, 'initContainers'), ...items(spec, 'containers')].map((one) => text(one, 'name'));
      for (const name of images.keys()) {
        if (name !== '*' && !names.includes(name)) complaints.push(`error: unable to find container named ${JSON.stringify(name)}`);
      }
      return eachContainer(spec, (container) => {
        const wanted = images.get(text(container, 'name')) ?? images.get('*');
        return wanted === undefined ? container : { ...container, image: wanted };
      });
    },
  });
}

export function fits(name: string, pattern: string): boolean {
  return new RegExp(
    `^${pattern
      .replace(/[.+^${}()|\\[\]]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  ).test(name);
}

function resourceList(kubectl: Kubectl, flag: string): Record<string, string> {
  const spec = kubectl.flags.string(flag);
  const out: Record<string, string> = {};
  if (spec === '') return out;
  for (const pair of spec.split(',')) {
    const parts = pair.split('=');
    if (parts.length !== 2) fail(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
    if (parseQuantity(parts[1]!) === undefined) {
      fail("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    }
    out[parts[0]!] = parts[1]!;
  }
  return out;
}

export function resources(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const limits = resourceList(kubectl, 'limits');
  const requests = resourceList(kubectl, 'requests');
  const selection = chosen(kubectl, kubectl.args);
  if (flags.bool('local') && flags.string('dry-run') === 'server') fail(LOCAL_AND_SERVER);
  if (flags.bool('all') && flags.string('selector') !== '') fail('cannot set --all and --selector at the same time');
  if (Object.keys(limits).length === 0 && Object.keys(requests).length === 0) {
    fail('you must specify an update to requests or limits (in the form of --requests/--limits)');
  }
  const wanted = flags.string('containers') || '*';
  return editPodSpecs(kubectl, selection, {
    what: 'resources update to pod template',
    done: 'resource requirements updated',
    change: (spec, complaints) => {
      const list = [...items(spec, 'initContainers'), ...items(spec, 'containers')];
      if (!list.some((one) => fits(text(one, 'name'), wanted))) complaints.push(`error: unable to find container named ${wanted}`);
      return eachContainer(spec, (container) => {
        if (!fits(text(container, 'name'), wanted)) return container;
        const merged = (field: string, added: Record<string, string>) => ({ ...strings(container, 'resources', field), ...added });
        const next: Record<string, Value> = { ...fields(container, 'resources') };
        if (Object.keys(limits).length > 0) next.limits = merged('limits', limits);
        if (Object.keys(requests).length > 0) next.requests = merged('requests', requests);
        return { ...container, resources: next };
      });
    },
  });
}

export function serviceaccount(kubectl: Kubectl): number {
  const { args } = kubectl;
  if (args.length === 0) fail('serviceaccount is required');
  const name = args.at(-1)!;
  const selection = chosen(kubectl, args.slice(0, -1));
  return editPodSpecs(kubectl, selection, {
    what: 'ServiceAccountName',
    done: 'serviceaccount updated',
    change: (spec) => ({ ...spec, serviceAccountName: name }),
  });
}

/** A selector's equalities, and what a Service cannot say, as Go prints its requirements. */
function readSelector(spec: string): {
  readonly labels: Readonly<Record<string, string>>;
  readonly expressions: readonly string[];
} {
  const labels: Record<string, string> = {};
  const expressions: string[] = [];
  for (const term of spec.split(/,(?![^(]*\))/).filter((one) => one !== '')) {
    const set = /^(\S+)\s+(in|notin)\s+\((.*)\)$/.exec(term);
    const equals = /^([^=!]+)(==|!=|=)(.*)$/.exec(term);
    if (set) expressions.push(`{${set[1]} ${set[2] === 'in' ? 'In' : 'NotIn'} [${set[3]!.split(',').join(' ')}]}`);
    else if (equals?.[2] === '!=') expressions.push(`{${equals[1]} NotIn [${equals[3]}]}`);
    else if (equals) labels[equals[1]!] = equals[3]!;
    else expressions.push(term.startsWith('!') ? `{${term.slice(1)} DoesNotExist []}` : `{${term} Exists []}`);
  }
  return { labels, expressions };
}

export function selector(kubectl: Kubectl): number {
  const { flags, args } = kubectl;
  const dryRun = kubectl.dryRun();
  const print = verbPrinter(kubectl, `selector updated${suffix(dryRun)}`);
  const files = flags.list('filename').length > 0;
  const wanted = args.at(-1);
  const resourcesGiven = args.slice(0, -1);
  if (wanted === undefined) return fail('one selector is required');
  if (resourcesGiven.length === 0 && !files) fail(NEED_RESOURCE);
  const { labels, expressions } = readSelector(wanted);
  const selection = chosen(kubectl, resourcesGiven);
  const errors: Error[] = [...selection.errors];
  for (const target of selection.targets) {
    if (target.type.kind !== 'Service') {
      errors.push(new CommandError('setting a selector is only supported for Services'));
      continue;
    }
    if (expressions.length > 0) {
      errors.push(new CommandError(`match expression [${expressions.join(' ')}] not supported on this object`));
      continue;
    }
    const body = Object.fromEntries(
      Object.keys(labels)
        .sort(byBytes)
        .map((key) => [key, labels[key]!]),
    );
    const next = put(target.object!, ['spec', 'selector'], body);
    if (flags.bool('local') || dryRun === 'client') kubectl.out(print(next));
    else kubectl.out(print(send(kubectl, target, { spec: { selector: { ...body, $patch: 'replace' } } }, dryRun)));
  }
  if (errors.length === 1) throw errors[0]!;
  if (errors.length > 1) throw new Aggregate(errors);
  return 0;
}
