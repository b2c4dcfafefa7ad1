/** bc against what GNU bc 1.07.1 answered. */
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

test.each(['x=10^10000; while (1) x = x*x', '2^1000000', 'scale=100000; 1/3', 'while (1) a[i++] = 1'])(
  '%s is bounded',
  async (line) => {
    const { stderr, exitCode } = await run(`bc <<< 'define f(x) { return f(x) } ${line}' > /dev/null`);
    expect([stderr, exitCode]).toEqual(['Fatal error: Out of memory for malloc.\n', 1]);
  },
);

test('a function that calls itself without end is stopped', async () => {
  const { stderr, exitCode } = await run("bc <<< 'define f(x) { return f(x) } f(1)'");
  expect([stderr, exitCode]).toEqual(['Runtime error (func=f, adr=4): Stack error.\n', 0]);
});

test('Ctrl-C ends a loop and a long series', async () => {
  for (const line of ["bc <<< 'while (1) x++'", "bc -l <<< 'scale=3000; e(9000)'"]) {
    const session = testSession(smallSim(), 'host1', { settle: false });
    const running = session.run(line);
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
    session.interrupt();
    await running;
    expect(await session.type('echo alive')).toEqual({ stdout: 'alive\n', stderr: '', exitCode: 0 });
  }
});
