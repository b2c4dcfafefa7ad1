/** `kubectl apply view-last-applied` and `set-last-applied`: the annotation in which client-side apply keeps what was applied. */
import type { Kubectl } from '../context.ts';
import { fail, throwAll } from '../errors.ts';
import { LAST_APPLIED, lastApplied } from '../lastapplied.ts';
import { fileNames } from '../manifests.ts';
import { verbPrinter } from '../printers/objects.ts';
import { toYaml } from '../printers/yaml.ts';
import { objectPath, select, type Target } from '../selection.ts';
import { goJson, sorted, type Value } from '../value.ts';
import { suffix } from './create/finish.ts';

function chosen(kubectl: Kubectl): readonly Target[] {
  const { flags } = kubectl;
  const selection = select(kubectl, {
    args: kubectl.args,
    files: fileNames(kubectl),
    labelSelector: flags.string('selector') || undefined,
    all: flags.bool('all'),
    latest: true,
  });
  throwAll(selection.errors);
  return selection.targets;
}

export function viewLastApplied(kubectl: Kubectl): number {
  const output = kubectl.flags.string('output');
  if (output !== 'yaml' && output !== 'json')
    kubectl.usage(`Unexpected -o output mode: ${output}, the flag 'output' must be one of yaml|json`);
  for (const target of chosen(kubectl)) {
    const recorded = lastApplied(target.object!);
    // What was never applied prints nothing: upstream wraps an error that is not there.
    if (recorded === '') continue;
    const value = JSON.parse(recorded) as Value;
    kubectl.out(output === 'json' ? `${goJson(value, '  ')}\n` : toYaml(value));
  }
  return 0;
}

export function setLastApplied(kubectl: Kubectl): number {
  const { flags } = kubectl;
  const dryRun = kubectl.dryRun();
  const print = verbPrinter(kubectl, `configured${suffix(dryRun)}`);
  const selection = select(kubectl, { args: [], files: fileNames(kubectl) });
  throwAll(selection.errors);
  const patches = selection.targets.map((target) => {
    const live = kubectl.client.get(objectPath(target));
    if (lastApplied(live) === '' && !flags.bool('create-annotation')) {
      fail(
        `no last-applied-configuration annotation found on resource: ${target.name}, to create the annotation, run the command with --create-annotation`,
      );
    }
    // As the file has it: no empty annotations are added here.
    const recorded = `${goJson(sorted(target.object!))}\n`;
    return { target, live, patch: { metadata: { annotations: { [LAST_APPLIED]: recorded } } } };
  });
  for (const { target, live, patch } of patches) {
    const done =
      dryRun === 'client'
        ? live
        : (kubectl.client.send({
            method: 'PATCH',
            path: objectPath(target),
            query: { dryRun: dryRun === 'server' ? 'All' : undefined, fieldManager: 'kubectl-client-side-apply' },
            contentType: 'application/merge-patch+json',
            body: patch,
          }).body as Value);
    kubectl.out(print(done));
  }
  return 0;
}
