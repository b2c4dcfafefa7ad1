/** jq against recordings of jq 1.6, and what only a simulated one must do: end. */
import { expect, test } from 'vitest';
import { testSession } from '../../testing.ts';
import { smallSim } from '../../testing-world.ts';
import recorded from './recorded.json' with { type: 'json' };

test.each(recorded.cases.map((each) => [each.line, each] as const))('%s', async (line, { stdout, stderr, exitCode }) => {
  const session = testSession(smallSim(), 'host1', { settle: false });
  await session.type('mkdir work; cd work');
  expect(await session.type(line)).toEqual({ stdout, stderr, exitCode });
});

test('a filter without an end is stopped, and its reader has what it asked for', async () => {
  const session = testSession(smallSim(), 'host1', { settle: false });
  const stopped = 'jq: stopped: the filter takes too long for this lab, or writes too much\n';
  expect(await session.type("jq -n 'def f: f; f'")).toEqual({ stdout: '', stderr: stopped, exitCode: 124 });
  expect(await session.type("jq -n 'repeat(1)' | head -2")).toEqual({ stdout: '1\n1\n', stderr: '', exitCode: 0 });
});
