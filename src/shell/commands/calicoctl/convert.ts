/**
 * `calicoctl convert`: only what can be said without converting. Files of Calico v1 and of Kubernetes, which it is for, are not
 * simulated. Models calicoctl/commands/convert.go, v3.30.
 */
import type { Process } from '../../command.ts';
import { parseYaml } from '../kubectl/manifests.ts';
import type { Outcome } from './change.ts';
import type { Arguments } from './docopt.ts';

/** Types of v1 that it reads, and the one of Kubernetes. */
const CONVERTED = ['bgppeer', 'hostendpoint', 'ippool', 'node', 'policy', 'profile', 'workloadendpoint', 'networkpolicy', 'list'];

export function convert(process: Process, args: Arguments): Outcome {
  const output = args.value('--output') ?? 'yaml';
  if (!['yaml', 'yml', 'json'].includes(output)) return `unrecognized output format '${output}'`;
  const file = args.value('--filename') ?? '';
  const content = file === '-' ? process.stdin : process.files.read(file);
  const failed = (why: string) => `Failed to create resources from file: ${why}`;
  if (content === undefined) return failed(`open ${file}: no such file or directory`);
  const parsed = parseYaml(content.split(/^---(?:[ \t].*)?$/m).find((part) => part.trim() !== '') ?? '');
  const { kind, apiVersion } = (('value' in parsed && parsed.value) || {}) as {
    readonly kind?: unknown;
    readonly apiVersion?: unknown;
  };
  if (apiVersion === 'projectcalico.org/v3' || !CONVERTED.includes(String(kind).toLowerCase()))
    return failed(`Unknown resource type (${kind ?? ''}) and/or version (${apiVersion ?? ''})`);
  return 'calicoctl convert: not simulated in this lab';
}
