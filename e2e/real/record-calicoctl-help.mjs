/**
 * Records calicoctl's help (Copyright Tigera, Inc., Apache-2.0) from a real calicoctl of the modelled version into
 * src/shell/commands/calicoctl/help.json: the usage sections decide what is accepted and what every mistake prints.
 *
 *     node e2e/real/record-calicoctl-help.mjs /path/to/calicoctl
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const COMMANDS = `
apply
convert
create
datastore
datastore migrate
datastore migrate export
datastore migrate import
datastore migrate lock
datastore migrate unlock
delete
get
ipam
ipam check
ipam configure
ipam release
ipam show
ipam split
label
node
node checksystem
node diags
node run
node status
patch
replace
version`.split('\n');

const recorded = COMMANDS.map((path) => {
  const { stdout, stderr, status } = spawnSync(process.argv[2], [...path.split(' ').filter(Boolean), '--help'], {
    encoding: 'utf8',
  });
  if (status !== 0 || stderr !== '') throw new Error(`${path} --help: ${status} ${stderr}`);
  return [path, stdout];
});
const file = join(import.meta.dirname, '../../src/shell/commands/calicoctl/help.json');
writeFileSync(file, `${JSON.stringify(Object.fromEntries(recorded), null, 2)}\n`);
