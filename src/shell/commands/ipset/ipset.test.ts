import { expect, test } from 'vitest';
import { loadWorld } from '../../../engine/index.ts';
import { worlds } from '../../../worlds/index.ts';
import { runCommand } from '../testing-process.ts';
import { ipset } from './index.ts';

const start = loadWorld(worlds.yaobank!);
const run = (line: string, root = true) => runCommand(ipset, start, 'worker2', line, root);
const refused = (text: string, exitCode = 1) => ({ stdout: '', stderr: `ipset v7.17: ${text}`, exitCode });

test('lists felix’s sets: names, one set, headers only', async () => {
  expect(await run('list -n')).toEqual({
    stdout: 'cali40all-ipam-pools\ncali40masq-ipam-pools\ncali40this-host\n',
    stderr: '',
    exitCode: 0,
  });
  const listed = await run('list cali40masq-ipam-pools');
  expect({ ...listed, stdout: listed.stdout.replace(/initval \S+/, 'initval X') }).toEqual({
    stdout: `Name: cali40masq-ipam-pools
Type: hash:net
Revision: 7
Header: family inet hashsize 1024 maxelem 1048576 bucketsize 12 initval X
Size in memory: 600
References: 1
Number of entries: 3
Members:
10.48.0.0/24
10.48.2.0/24
10.48.128.0/24
`,
    stderr: '',
    exitCode: 0,
  });
});

test('tests membership', async () => {
  expect(await run('test cali40all-ipam-pools 10.48.0.134')).toEqual({
    stdout: '',
    stderr: 'Warning: 10.48.0.134 is in set cali40all-ipam-pools.\n',
    exitCode: 0,
  });
  expect(await run('test cali40all-ipam-pools 10.0.1.10')).toEqual({
    stdout: '',
    stderr: '10.0.1.10 is NOT in set cali40all-ipam-pools.\n',
    exitCode: 1,
  });
});

test('a set of the learner’s own: create, add, save, delete, destroy', async () => {
  await run('create mine hash:ip');
  await run('add mine 1.2.3.4');
  expect(await run('add mine 1.2.3.4')).toEqual(refused("Element cannot be added to the set: it's already added\n"));
  const saved = await run('save mine');
  expect(saved.stdout.replace(/initval \S+/, 'initval X')).toBe(
    'create mine hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval X\nadd mine 1.2.3.4\n',
  );
  expect(await run('del mine 9.9.9.9')).toEqual(refused("Element cannot be deleted from the set: it's not added\n"));
  expect(await run('destroy mine')).toEqual({ stdout: '', stderr: '', exitCode: 0 });
  expect(await run('list mine')).toEqual(refused('The set with the given name does not exist\n'));
});

test('refusals', async () => {
  expect(await run('destroy cali40masq-ipam-pools')).toEqual(
    refused('Set cannot be destroyed: it is in use by a kernel component\n'),
  );
  expect(await run('')).toEqual(refused("No command specified.\nTry `ipset help' for more information.\n", 2));
  expect(await run('foo')).toEqual(
    refused("No command specified: unknown argument foo\nTry `ipset help' for more information.\n", 2),
  );
  expect(await run('list a b')).toEqual(refused("Unknown argument b\nTry `ipset help' for more information.\n", 2));
  expect(await run('create x hash:foo')).toEqual(refused("Syntax error: typename 'hash:foo' is unknown\n"));
  expect(await run('add cali40this-host __proto__')).toEqual(
    refused('Syntax error: cannot parse __proto__: resolving to IPv4 address failed\n'),
  );
  expect(await run('list', false)).toEqual(refused('Kernel error received: Operation not permitted\n'));
});
