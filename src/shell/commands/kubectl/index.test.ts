/** kubectl without a server: what it says from its flags and files alone. Texts are those of the real v1.32.5. */
import { expect, test } from 'vitest';
import { bench } from './testbed.ts';

const failures: readonly (readonly [string, string])[] = [
  ['get --foo', "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n"],
  ['get pods', 'The connection to the server 10.0.1.20:6443 was refused - did you specify the right host or port?\n'],
];

test.each(failures)('kubectl %s', async (line, text) => {
  const ran = await bench().run(line.split(' '));
  expect(ran.exitCode).toBe(1);
  expect(ran.stderr.endsWith(text)).toBe(true);
});

test('a generator writes what it would create', async () => {
  const ran = await bench().run(['create', 'namespace', 'shop', '--dry-run=client', '-o', 'yaml']);
  expect(ran).toEqual({
    stdout: 'apiVersion: v1\nkind: Namespace\nmetadata:\n  creationTimestamp: null\n  name: shop\nspec: {}\nstatus: {}\n',
    stderr: '',
    exitCode: 0,
  });
});
