/** `kubectl autoscale`: a HorizontalPodAutoscaler for each object, which the lab's server refuses. */
import type { Kubectl } from '../context.ts';
import { fail, throwAll } from '../errors.ts';
import { withLastApplied } from '../lastapplied.ts';
import { checkFileNames, fileNames } from '../manifests.ts';
import { verbPrinter } from '../printers/objects.ts';
import { collectionPath, select, type Target } from '../selection.ts';
import { type Doc, put, type Value } from '../value.ts';
import { suffix } from './create/finish.ts';
import { typed } from './create/typed.ts';

/** Kinds with a scale subresource, by the server's discovery. */
const SCALABLE = new Set(['ReplicationController', 'Deployment', 'ReplicaSet', 'StatefulSet']);

function autoscalerFor(kubectl: Kubectl, { type, name }: Target): Doc {
  const { flags } = kubectl;
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
  const percent = flags.int('cpu-percent');
  return typed(
    'autoscaling/v1',
    'HorizontalPodAutoscaler',
    { name: flags.string('name') || name },
    {
      spec: {
        scaleTargetRef: { kind: type.kind, name, apiVersion },
        ...(flags.int('min') > 0 ? { minReplicas: flags.int('min') } : {}),
        maxReplicas: flags.int('max'),
        ...(percent >= 0 ? { targetCPUUtilizationPercentage: percent } : {}),
      },
      status: { currentReplicas: 0, desiredReplicas: 0 },
    },
  );
}

export function autoscale(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const dryRun = kubectl.dryRun();
  const [min, max] = [flags.int('min'), flags.int('max')];
  if (max < 1) fail(`--max=MAXPODS is required and must be at least 1, max: ${max}`);
  if (max < min) fail(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`);
  checkFileNames(kubectl);
  const { targets, errors } = select(kubectl, { args: kubectl.args, files: fileNames(kubectl) });
  for (const target of targets) {
    if (!SCALABLE.has(target.type.kind)) {
      const { group, version, name } = target.type;
      fail(
        `cannot autoscale a ${target.type.kind}: could not find scale subresource for ${group}/${version}, Resource=${name} in discovery information`,
      );
    }
    const draft = autoscalerFor(kubectl, target);
    if (dryRun === 'client') {
      kubectl.out(verbPrinter(kubectl, `created${suffix(dryRun)}`, { typed: true })(draft));
      continue;
    }
    const type = kubectl.client.discovery.byKind('autoscaling/v1', 'HorizontalPodAutoscaler')!;
    const object: Value = flags.bool('save-config') ? withLastApplied(draft, true) : draft;
    const { body } = kubectl.client.send({
      method: 'POST',
      path: collectionPath(type, kubectl.namespace),
      query: {
        dryRun: dryRun === 'server' ? 'All' : undefined,
        fieldManager: flags.string('field-manager') || 'kubectl-autoscale',
      },
      body: put(object, ['metadata', 'namespace'], kubectl.namespace),
      typed: true,
    });
    kubectl.out(verbPrinter(kubectl, `autoscaled${suffix(dryRun)}`, { typed: true })(body as Value));
  }
  throwAll(errors);
  if (targets.length === 0) fail('no objects passed to autoscale');
  return 0;
}
