/**
 * `--prune`: what an earlier apply made and this one no longer names is deleted (k8s.io/kubectl/pkg/cmd/apply/prune.go, pkg/util/prune).
 * Upstream visits the namespaces in the order of a Go map, here by name. Leaves out --applyset, which is alpha and off.
 */
import type { Kubectl } from '../context.ts';
import type { ResourceType } from '../discovery.ts';
import { CommandError, fail } from '../errors.ts';
import { klogHead } from '../klog.ts';
import { LAST_APPLIED } from '../lastapplied.ts';
import { verbPrinter } from '../printers/objects.ts';
import { collectionPath, itemsOf, objectPath } from '../selection.ts';
import { strings, text, type Value } from '../value.ts';
import { suffix } from './create/finish.ts';

/** group/version/kind: what is looked through unless --prune-allowlist says otherwise. */
const DEFAULTS = [
  'core/v1/ConfigMap',
  'core/v1/Endpoints',
  'core/v1/PersistentVolumeClaim',
  'core/v1/Pod',
  'core/v1/ReplicationController',
  'core/v1/Secret',
  'core/v1/Service',
  'batch/v1/Job',
  'batch/v1/CronJob',
  'networking.k8s.io/v1/Ingress',
  'apps/v1/DaemonSet',
  'apps/v1/Deployment',
  'apps/v1/ReplicaSet',
  'apps/v1/StatefulSet',
  'core/v1/Namespace',
  'core/v1/PersistentVolume',
];

function typeOf(kubectl: Kubectl, entry: string): ResourceType {
  const parts = entry.split('/');
  if (parts.length !== 3) {
    fail(`invalid GroupVersionKind format: ${entry}, please follow <group/version/kind>`);
  }
  const [given, version, kind] = parts as [string, string, string];
  const group = given === 'core' ? '' : given;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const types = kubectl.client.discovery.served().resources;
  const type = types.find(
    (one) => one.group === group && one.version === version && [one.kind, one.kind.toLowerCase()].includes(kind),
  );
  return type ?? fail(`no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`);
}

/** The kinds named by --prune-allowlist. @throws CommandError */
export function allowedTypes(kubectl: Kubectl): readonly ResourceType[] {
  return kubectl.flags.list('prune-allowlist').map((entry) => typeOf(kubectl, entry));
}

export interface Applied {
  readonly uids: ReadonlySet<string>;
  readonly namespaces: readonly string[];
}

/** Deletes them. */
export function prune(kubectl: Kubectl, allowed: readonly ResourceType[], applied: Applied): void {
  eachPruned(kubectl, allowed, applied, (type, object) => take(kubectl, type, object));
}

/** What an apply would prune, for `diff --prune`. */
export function eachPruned(
  kubectl: Kubectl,
  allowed: readonly ResourceType[],
  applied: Applied,
  use: (type: ResourceType, object: Value) => void,
): void {
  if (allowed.length === 0) {
    kubectl.err(
      `${klogHead(kubectl.process, 'W', 'prune.go:71')}Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.\n`,
    );
  }
  const visit = (type: ResourceType, namespace: string) => {
    try {
      for (const object of prunable(kubectl, type, namespace)) {
        if (!applied.uids.has(text(object, 'metadata', 'uid'))) use(type, object);
      }
    } catch (error) {
      const gvk = `${type.group}/${type.version}, Kind=${type.kind}`;
      const where = type.namespaced ? 'namespaced' : 'nonNamespaced';
      throw new CommandError(`error pruning ${where} object ${gvk}: ${(error as Error).message}`);
    }
  };
  const types = allowed.length > 0 ? allowed : DEFAULTS.map((entry) => typeOf(kubectl, entry));
  for (const namespace of [...applied.namespaces].sort()) {
    for (const type of types.filter((one) => one.namespaced)) visit(type, namespace);
  }
  for (const type of types.filter((one) => !one.namespaced)) visit(type, '');
}

/** Objects of a kind that apply has made. */
function prunable(kubectl: Kubectl, type: ResourceType, namespace: string): readonly Value[] {
  const query = { labelSelector: kubectl.flags.string('selector') || undefined };
  return itemsOf(kubectl.client.get(collectionPath(type, namespace), query), type).filter((object) =>
    Object.hasOwn(strings(object, 'metadata', 'annotations'), LAST_APPLIED),
  );
}

const CASCADE: Readonly<Record<string, string>> = { foreground: 'Foreground', orphan: 'Orphan' };

function take(kubectl: Kubectl, type: ResourceType, object: Value): void {
  const { flags } = kubectl;
  const dryRun = kubectl.dryRun();
  if (dryRun !== 'client') {
    const seconds = flags.int('grace-period');
    kubectl.client.send({
      method: 'DELETE',
      path: objectPath({ type, namespace: text(object, 'metadata', 'namespace'), name: text(object, 'metadata', 'name') }),
      body: {
        kind: 'DeleteOptions',
        apiVersion: type.group === '' ? type.version : `${type.group}/${type.version}`,
        ...(seconds >= 0 ? { gracePeriodSeconds: seconds } : {}),
        propagationPolicy: CASCADE[flags.string('cascade')] ?? 'Background',
        ...(dryRun === 'server' ? { dryRun: ['All'] } : {}),
      },
    });
  }
  kubectl.out(verbPrinter(kubectl, `pruned${suffix(dryRun)}`)(object));
}
