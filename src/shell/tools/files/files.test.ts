/** The file tools against recordings of GNU's (coreutils 9.1, findutils 4.9), each line in an empty directory. */
import { expect, test } from 'vitest';
import { testSession } from '../../testing.ts';
import { smallSim } from '../../testing-world.ts';
import recorded from './recorded.json' with { type: 'json' };

test.each(recorded.cases.map((each) => [each.line, each] as const))('%s', async (line, { stdout, stderr, exitCode }) => {
  const session = testSession(smallSim(), 'host1', { settle: false });
  await session.type('mkdir work; cd work');
  const done = await session.type(line);
  const prompted = done.stderr.replace(/^-bash: /gm, 'bash: line 1: ');
  expect({ ...done, stderr: prompted }).toEqual({ stdout, stderr, exitCode });
});
