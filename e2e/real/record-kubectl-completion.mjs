/**
 * Records the completion scripts that a real kubectl of the modelled version prints (Copyright The Kubernetes Authors, Apache-2.0)
 * into src/shell/commands/kubectl/completions.json:
 *
 *     node e2e/real/record-kubectl-completion.mjs /path/to/kubectl
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const recorded = ['bash', 'fish', 'powershell', 'zsh'].map((shell) => {
  const { stdout, stderr, status } = spawnSync(process.argv[2], ['completion', shell], { encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`completion ${shell}: ${status} ${stderr}`);
  return [shell, stdout];
});
const file = join(import.meta.dirname, '../../src/shell/commands/kubectl/completions.json');
writeFileSync(file, `${JSON.stringify(Object.fromEntries(recorded), null, 2)}\n`);
