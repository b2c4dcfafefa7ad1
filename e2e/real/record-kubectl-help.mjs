/**
 * Records the prose of kubectl's help (descriptions and examples; Copyright The Kubernetes Authors, Apache-2.0) from a real kubectl of
 * the modelled version into src/shell/commands/kubectl/help.json:
 *
 *     node e2e/real/record-kubectl-help.mjs /path/to/kubectl
 *
 * Usage lines, groups and flags are in commands.json beside it, because the parser needs them too.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const kubectl = process.argv[2];
const folder = join(import.meta.dirname, '../../src/shell/commands/kubectl');
const { commands } = JSON.parse(readFileSync(join(folder, 'commands.json'), 'utf8'));

/** The long description: everything before the first section. */
function long(text) {
  return text.slice(0, text.search(/\n\n(?:Aliases|Examples|Available Commands|Basic Commands.*|Options|Usage):\n/));
}

function examples(text) {
  const from = text.indexOf('\n\nExamples:\n');
  return from < 0 ? undefined : text.slice(from + '\n\nExamples:\n'.length).split(/\n\n(?=[A-Z][A-Za-z ]*:\n)/)[0];
}

const recorded = Object.fromEntries(
  Object.keys(commands).map((path) => {
    const { stdout } = spawnSync(kubectl, [...path.split(' ').filter(Boolean), '--help'], { encoding: 'utf8' });
    return [path, { long: long(stdout), examples: examples(stdout) }];
  }),
);
writeFileSync(join(folder, 'help.json'), `${JSON.stringify(recorded, null, 2)}\n`);
