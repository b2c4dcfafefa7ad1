/** `kubectl set env`: variables from the command line, from a ConfigMap or Secret, and the listing of what is there. */

import type { Kubectl } from '../context.ts';
import { decodeBase64 } from '../encode.ts';
import { fail } from '../errors.ts';
import { type Selection, select, type Target } from '../selection.ts';
import { type Doc, dig, fields, items, sortedKeys, strings, text, type Value } from '../value.ts';
import { splitPairs } from './pairs.ts';
import { chosen, eachContainer, editPodSpecs, fits, LOCAL_AND_SERVER, NEED_RESOURCE, podSpecPath } from './set.ts';

function check(kubectl: Kubectl, resources: readonly string[]): void {
  const { flags } = kubectl;
  if (flags.bool('all') && flags.string('selector') !== '') fail('cannot set --all and --selector at the same time');
  if (flags.bool('local') && flags.string('dry-run') === 'server') fail(LOCAL_AND_SERVER);
  if (resources.length === 0 && flags.list('filename').length === 0) fail(NEED_RESOURCE);
  if (flags.bool('list') && flags.string('output') !== '') fail('--list and --output may not be specified together');
  if (flags.list('keys').length > 0 && flags.string('from') === '') {
    fail('when specifying --keys, a configmap or secret must be provided with --from');
  }
}

/** A variable of the command line; without `value` it is taken away. */
interface Wanted {
  readonly name: string;
  readonly entry?: Doc;
}

function fromPair(pair: string): Wanted {
  const equals = pair.indexOf('=');
  if (equals < 0) return { name: pair.slice(0, -1) };
  const name = pair.slice(0, equals);
  return { name, entry: { name, value: pair.slice(equals + 1) } };
}

/** The variables that --from means: one for each key, named after it in capitals. */
function fromObject(kubectl: Kubectl): readonly Wanted[] {
  const { flags } = kubectl;
  const from = flags.string('from');
  if (from === '') return [];
  const { targets, errors } = select(kubectl, { args: from.includes('/') ? [from] : from.split(' ') });
  if (errors.length > 0) throw errors[0]!;
  const keys = flags.list('keys');
  return targets.flatMap(({ type, name, object }) => {
    if (type.kind !== 'ConfigMap' && type.kind !== 'Secret') {
      return fail(`unsupported resource specified in --from`);
    }
    const reference = type.kind === 'ConfigMap' ? 'configMapKeyRef' : 'secretKeyRef';
    return sortedKeys(fields(object, 'data'))
      .filter((key) => keys.length === 0 || keys.includes(key))
      .map((key) => {
        const variable = key.replace(/[^a-zA-Z0-9_]/g, '_').toUpperCase();
        if (variable !== key) kubectl.err(`Warning: key ${key} transferred to ${variable}\n`);
        const full = flags.string('prefix') + variable;
        return { name: full, entry: { name: full, valueFrom: { [reference]: { name, key } } } };
      });
  });
}

export function env(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const { resources, pairs } = splitPairs(kubectl, 'environment');
  check(kubectl, resources);
  const given = [...pairs, ...flags.list('env')].map(fromPair);
  const wanted = [...given.filter((one) => one.entry), ...fromObject(kubectl), ...given.filter((one) => !one.entry)];
  const selection = chosen(kubectl, resources);
  const containers = flags.string('containers') || '*';
  if (flags.bool('list')) return listEnv(kubectl, selection, containers, wanted);
  return editPodSpecs(kubectl, selection, {
    what: 'env update to pod template:',
    done: 'env updated',
    change: (spec, _complaints, target) => {
      warnOfNone(kubectl, target, spec, containers);
      return eachContainer(spec, (one) => (fits(text(one, 'name'), containers) ? withEnv(kubectl, one, wanted) : one));
    },
  });
}

function warnOfNone(kubectl: Kubectl, target: Target, spec: Value, containers: string): void {
  const names = [...items(spec, 'initContainers'), ...items(spec, 'containers')].map((one) => text(one, 'name'));
  if (names.some((name) => fits(name, containers))) return;
  const owner = `${target.type.kind}/${target.name}`;
  kubectl.err(`Warning: ${owner} does not have any containers matching ${JSON.stringify(containers)}\n`);
}

function withEnv(kubectl: Kubectl, container: Doc, wanted: readonly Wanted[]): Doc {
  let list = [...items(container, 'env')];
  for (const { name, entry } of wanted) {
    if (!entry) {
      list = list.filter((one) => text(one, 'name') !== name);
      continue;
    }
    const at = list.findIndex((one) => text(one, 'name') === name);
    if (at >= 0 && !kubectl.flags.bool('overwrite')) {
      fail(`'${name}' already has a value (${text(list[at], 'value')}), and --overwrite is false`);
    }
    if (at >= 0) list[at] = entry;
    else list.push(entry);
  }
  const { env: _old, ...rest } = container;
  return list.length > 0 ? { ...container, env: list } : rest;
}

/** With changes on the command line it lists what would be there. */
function listEnv(kubectl: Kubectl, selection: Selection, containers: string, wanted: readonly Wanted[]): number {
  if (selection.errors.length > 0) throw selection.errors[0]!;
  for (const target of selection.targets) {
    const spec = fields(target.object, ...(podSpecPath(target) ?? []));
    warnOfNone(kubectl, target, spec, containers);
    for (const container of [...items(spec, 'containers'), ...items(spec, 'initContainers')]) {
      if (!fits(text(container, 'name'), containers)) continue;
      kubectl.out(`# ${target.type.kind} ${target.name}, container ${text(container, 'name')}\n`);
      for (const one of items(withEnv(kubectl, container as Doc, wanted), 'env'))
        kubectl.out(`${variable(kubectl, target, one)}\n`);
    }
  }
  return 0;
}

/** `A=b`, or a comment that says where the value comes from. */
function variable(kubectl: Kubectl, target: Target, one: Value): string {
  const name = text(one, 'name');
  const from = dig(one, 'valueFrom');
  if (from === undefined) return `${name}=${text(one, 'value')}`;
  for (const [reference, resource, word] of [
    ['configMapKeyRef', 'configmaps', 'configmap'],
    ['secretKeyRef', 'secrets', 'secret'],
  ] as const) {
    const ref = dig(from, reference);
    if (ref === undefined) continue;
    if (!kubectl.flags.bool('resolve')) return `# ${name} from ${word} ${text(ref, 'name')}, key ${text(ref, 'key')}`;
    const path = `/api/v1/namespaces/${target.namespace}/${resource}/${text(ref, 'name')}`;
    const value = strings(kubectl.client.get(path), 'data')[text(ref, 'key')] ?? '';
    return `${name}=${word === 'secret' ? decodeBase64(value) : value}`;
  }
  return `# ${name} from field path ${text(from, 'fieldRef', 'fieldPath')}`;
}
