/** awk against what mawk 1.3.4 answered. */
import { expect, test } from 'vitest';
import { testSession } from '../../testing.ts';
import { smallSim } from '../../testing-world.ts';
import recorded from './recorded.json' with { type: 'json' };

const run = async (line: string) => {
  const session = testSession(smallSim(), 'host1', { settle: false });
  session.shell().state.variables.set('LINE', { value: line });
  return session.type('bash -c "$LINE"');
};

test.each(recorded.cases.map((each) => [each.line, each] as const))('%s', async (line, { stdout, stderr, exitCode }) => {
  expect(await run(line)).toEqual({ stdout, stderr, exitCode });
});

test.each([
  ['awk \'BEGIN {while (1) s = s s "x"}\'', 'awk: program limit exceeded: out of memory\n'],
  ["awk 'BEGIN {while (1) a[i++]}'", 'awk: program limit exceeded: out of memory\n'],
  [
    "awk 'BEGIN {while (1) print}' > f",
    'awk: write failure (No space left on device)\nawk: close failure (No space left on device)\n',
  ],
])('%s is bounded', async (line, stderr) => {
  expect(await run(line)).toEqual({ stdout: '', stderr, exitCode: 2 });
});

test('Ctrl-C ends a loop', async () => {
  const session = testSession(smallSim(), 'host1', { settle: false });
  const running = session.run("awk 'BEGIN {while (1) x++}'");
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
  session.interrupt();
  await running;
  expect(await session.type('echo alive')).toEqual({ stdout: 'alive\n', stderr: '', exitCode: 0 });
});

test('an expression that would take exponential time by trying takes a moment', async () => {
  const line = `awk 'BEGIN {for (i = 0; i < 12; i++) s = s s "a" ; print match(s, /^(a*)*b$/)}'`;
  expect(await run(line)).toEqual({ stdout: '0\n', stderr: '', exitCode: 0 });
});
