/** Text tools against what the real ones answered. */
import { expect, test } from 'vitest';
import { testSession } from '../testing.ts';
import { smallSim } from '../testing-world.ts';
import recorded from './recorded.json' with { type: 'json' };

test.each(recorded.cases.map((each) => [each.line, each] as const))('%s', async (line, { stdout, stderr, exitCode }) => {
  const session = testSession(smallSim(), 'host1', { settle: false });
  session.shell().state.variables.set('LINE', { value: line });
  expect(await session.type('bash -c "$LINE"')).toEqual({ stdout, stderr, exitCode });
});

test('Ctrl-C ends the search for a big factor', async () => {
  const session = testSession(smallSim(), 'host1', { settle: false });
  const running = session.run('factor 1000000000000000000000000000057000000000 9999999999999999999999999999999999999993');
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
  session.interrupt();
  await running;
  expect(await session.type('echo alive')).toEqual({ stdout: 'alive\n', stderr: '', exitCode: 0 });
});
