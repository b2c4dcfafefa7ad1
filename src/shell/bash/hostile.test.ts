/** Lines that never end, grow without bound or make no sense: each is answered or stopped, and the shell goes on. */
import { expect, test } from 'vitest';
import { testSession } from '../testing.ts';
import { smallSim } from '../testing-world.ts';
import type { Clock } from './execution.ts';

const fresh = () => testSession(smallSim(), 'host1', { settle: false });
/** Time that never passes: a sleep lasts for ever. */
const stillClock: Clock = {
  now: () => 0,
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
  sleep: () => new Promise(() => {}),
};

const alive = { stdout: 'alive\n', stderr: '', exitCode: 0 };

test.each([
  'while :; do :; done',
  'for (( ; ; )); do :; done',
  'yes',
  'yes | cat',
  'cat /dev/zero > /dev/null',
  'cat /dev/urandom | od -c > /dev/null',
  'while read -r line; do :; done < <(yes)',
  'until false; do echo "$(echo x)"; done | cat',
  'while true; do { sleep 1000; } & wait; done',
  'x=a; while true; do x=$x; done',
  'trap "" INT; while :; do :; done',
  'select x in a b; do :; done < <(yes)',
  'exec 3< <(yes); while read -ru 3 x; do :; done',
  'eval "while :; do :; done"',
  'f() { while :; do :; done; }; f | f',
  'watch -n 1 date',
])('Ctrl-C ends %s', async (line) => {
  const session = fresh();
  const running = session.run(line);
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
  session.interrupt();
  await running;
  expect(await session.type('echo alive')).toEqual(alive);
});

test.each([
  ['yes > big', 1, 'yes: write error: No space left on device\n'],
  ['echo a > /dev/full', 1, '-bash: echo: write error: No space left on device\n'],
  ['x=$(yes)', 2, '-bash: xrealloc: cannot allocate memory\n'],
  ['yes | sort | head -1; echo $?', 0, 'sort: memory exhausted\n'],
  ['echo {1..9000000} | wc -w', 0, '-bash: brace expansion: failed to allocate memory for 9000000 elements\n'],
  ['f() { f; }; f', 1, '-bash: f: maximum function nesting level exceeded (1000)\n'],
  ['f() { eval f; }; f', 1, '-bash: f: maximum function nesting level exceeded (1000)\n'],
  ['x=x; echo $((x))', 1, '-bash: x: expression recursion level exceeded (error token is "x")\n'],
])('%s meets its limit in words', async (line, status, words) => {
  const session = fresh();
  const { stderr, exitCode } = await session.type(line);
  expect([exitCode, stderr]).toEqual([status, words]);
  expect(await session.type('echo alive')).toEqual(alive);
});

test('a fork bomb burns out by itself and says what fork says', async () => {
  const session = fresh();
  const { stderr } = await session.type(':(){ :|:& };:');
  expect(stderr).toMatch(/^\[1\] \d+\n/);
  const after = await session.type('wait; sleep 1; for i in {1..3000}; do true; done; echo alive');
  const words = new Set((stderr + after.stderr).split('\n').filter((text) => !text.startsWith('[1]')));
  expect([after.stdout, after.exitCode, [...words]]).toEqual([
    'alive\n',
    0,
    ['-bash: fork: retry: Resource temporarily unavailable', ''],
  ]);
  expect(session.shell().x.platform.processes).toMatchObject({ exhausted: false, deep: 0 });
});

test('jobs of the learner outlive a bomb', async () => {
  const session = testSession(smallSim(), 'host1', { settle: false, clock: stillClock });
  await session.type('sleep 1000 &');
  await session.type('b() { b | b; }; b 2> /dev/null');
  expect((await session.type('jobs; (echo child)')).stdout).toBe('[1]+  Running                 sleep 1000 &\nchild\n');
});

test.each([
  'eval "$(head -c 2000 /dev/urandom)"',
  'eval ")"; eval "if"; eval "((" ; eval "x=(" ; eval "\\"" ; :',
  'printf "\\0\\1\\2\\377\\x80"',
  'cat <<EOF',
  `echo ${'$(echo '.repeat(200)}x${')'.repeat(200)}`,
  `echo ${'${x:-'.repeat(500)}x${'}'.repeat(500)}`,
  `echo $((${'('.repeat(400)}1${')'.repeat(400)}))`,
  `echo ${'{a,b}'.repeat(30)} | wc -c`,
  `: "${'x'.repeat(1_000_000)}"`,
  `${'echo x; '.repeat(20_000)}`.slice(0, 100_000),
  `[[ ${'! '.repeat(3000)}-n x ]]`,
  `x='${'*'.repeat(2000)}'; [[ ${'a'.repeat(50)} == $x ]]`,
])('%.40s … leaves the shell alive', async (line) => {
  const session = fresh();
  const running = session.type(line);
  expect(typeof (await running).exitCode).toBe('number');
  expect(await session.type('echo alive')).toEqual(alive);
});

test('a range and a sequence of a million are true; so is a loop over two hundred thousand', async () => {
  const session = fresh();
  expect(
    (await session.type('echo {1..1000000} | wc -w; seq 2000000 | tail -1; for i in {1..200000}; do :; done; echo $i')).stdout,
  ).toBe('1000000\n2000000\n200000\n');
});
