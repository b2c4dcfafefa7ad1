/** More lines recorded from the real bash, standard error included: scripts' errors, tools' usage, odd corners. */
import { expect, test } from 'vitest';
import { testSession } from '../testing.ts';
import { smallSim } from '../testing-world.ts';
import recorded from './recorded.json' with { type: 'json' };

test.each(recorded.cases.map((each) => [each.line, each] as const))('%s', async (line, { stdout, stderr, exitCode }) => {
  const session = testSession(smallSim(), 'host1', { settle: false });
  session.shell().state.variables.set('LINE', { value: line });
  expect(await session.type('bash -c "$LINE"')).toEqual({ stdout, stderr, exitCode });
});
