// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lines of shell
/** The session: what lives on between lines, where one is, and what bad input does to it (nothing). */
import { expect, test } from 'vitest';
import { createSim, loadWorld } from '../engine/index.ts';
import { worlds } from '../worlds/index.ts';
import { type Clock, Interrupted } from './bash/execution.ts';
import { testSession } from './testing.ts';
import { smallSim } from './testing-world.ts';

/** The prompt of Ubuntu's and Debian's /etc/skel/.bashrc. */
const coloured = (who: string, where: string, sign: string) => `\x1b[01;32m${who}\x1b[00m:\x1b[01;34m${where}\x1b[00m${sign} `;

const fresh = (files?: Readonly<Record<string, string>>) => testSession(smallSim(files), 'host1', { settle: false });
/** Time stands still: whoever waits, waits for Ctrl-C. */
const stillClock: Clock = {
  now: () => 0,
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
  sleep: (_ms, _why, signal) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Interrupted()))),
};

const out = (stdout: string, exitCode = 0, stderr = '') => ({ stdout, stderr, exitCode });

test('variables, functions, arrays, aliases, the directory and $? live on from line to line', async () => {
  const session = fresh();
  await session.type('x=1; a=(1 2); f() { echo "f $1"; }; alias hi="echo hi"; cd /tmp');
  await session.type('false');
  expect(await session.type('echo $? $x ${a[1]}; f y; hi there; pwd')).toEqual(out('1 1 2\nf y\nhi there\n/tmp\n'));
});

test('a file written by one tool is read by the others', async () => {
  const session = fresh();
  await session.type('cat > x.yaml <<EOF\nkind: Pod\nEOF');
  await session.type("sed -i 's/Pod/Service/' x.yaml; echo more >> x.yaml");
  expect(await session.type('cat x.yaml; ls; wc -l x.yaml')).toEqual(out('kind: Service\nmore\nx.yaml\n2 x.yaml\n'));
});

test('sudo runs as root, in its place only', async () => {
  const session = fresh();
  expect(
    await session.type(
      'whoami; sudo whoami; sudo -u ubuntu id -un; echo x > /etc/x; echo x | sudo tee /etc/x; cat /etc/x; sudo foo',
    ),
  ).toEqual(out('ubuntu\nroot\nubuntu\nx\nx\n', 1, '-bash: /etc/x: Permission denied\nsudo: foo: command not found\n'));
});

test('sudo -i and su push a shell, exit comes back', async () => {
  const session = fresh();
  await session.type('cd /tmp');
  await session.type('sudo -i');
  expect([session.prompt(), session.depth]).toEqual([coloured('root@host1', '~', '#'), 2]);
  await session.type('x=1; su - ubuntu');
  expect(session.depth).toBe(3);
  await session.type('exit 3');
  expect(await session.type('echo $?')).toEqual(out('3\n'));
  await session.type('exit');
  expect(session.prompt()).toBe(coloured('ubuntu@host1', '/tmp', '$'));
});

test('what follows a pushed shell on its line runs when it is left', async () => {
  const session = fresh();
  await session.type('sudo -s; echo back as $(whoami)');
  expect(await session.type('exit')).toEqual(out('back as ubuntu\n'));
});

test('a program that is real but absent says so; one that is not is not found', async () => {
  expect(await fresh().type('docker ps; foo; ./foo')).toEqual(
    out('', 127, 'docker: not simulated in this lab\n-bash: foo: command not found\n-bash: ./foo: No such file or directory\n'),
  );
});

test('waiting costs simulated time, not wall time', async () => {
  const session = fresh();
  expect(await session.type('a=$(date +%s); sleep 1h; b=$(date +%s); echo $((b-a))')).toEqual(out('3600\n'));
});

test('output comes as it is produced: a loop is seen line by line, a pipe too', async () => {
  const sim = smallSim();
  const seen: string[] = [];
  const session = testSession(sim, 'host1', { settle: false });
  const { platform } = session.shell().x;
  const { program } = platform;
  const spy = ({ args }: { args: readonly string[] }) => {
    seen.push(args.join(' '));
    return 0;
  };
  Object.assign(platform, { program: (name: string) => (name === 'spy' ? spy : program(name)) });
  await session.type('for i in 1 2; do echo $i; sleep 1; spy made $i; done | while read n; do spy got $n; done');
  expect(seen).toEqual(['got 1', 'made 1', 'got 2', 'made 2']);
});

test('a reader that leaves ends its writer', async () => {
  expect(await fresh().type('yes | head -1; while :; do echo x; done | head -2; echo ${PIPESTATUS[@]}')).toEqual(
    out('y\nx\nx\n141 0\n'),
  );
});

test('background jobs: &, jobs, wait, kill', async () => {
  const session = fresh();
  const { stderr } = await session.type('sleep 5 & sleep 100 &');
  expect(stderr.replace(/ \d+/g, ' PID')).toBe('[1] PID\n[2] PID\n');
  expect(await session.type('jobs')).toEqual(
    out('[1]-  Running                 sleep 5 &\n[2]+  Running                 sleep 100 &\n'),
  );
  expect(await session.type('wait %1; kill %2; wait %2; echo $?')).toEqual(out('143\n'));
});

test('Ctrl-C stops anything: loops, sleeps, pipes, functions', async () => {
  for (const line of [
    'while :; do :; done',
    'sleep 1d',
    'yes > /dev/null',
    'f() { while :; do sleep 1000000; done; }; f | cat',
    'until false; do :; done | head',
  ]) {
    const session = testSession(smallSim(), 'host1', { settle: false, clock: stillClock });
    const running = session.run(line);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    session.interrupt();
    expect([line, await running]).toEqual([line, 130]);
    expect(await session.type('echo alive')).toEqual(out('alive\n'));
  }
});

test('bad input is answered and leaves the world as it was', async () => {
  const sim = smallSim();
  const session = testSession(sim, 'host1', { settle: false });
  const before = sim.world();
  const answers: unknown[] = [];
  for (const line of [
    'echo "',
    'fi',
    'echo $(',
    ';;',
    'cat <',
    'a=(',
    '${x!}',
    'echo ${',
    "echo '",
    '((',
    '[[ a',
    'for',
    '| x',
    '\0',
    '__proto__',
    'constructor',
    'echo ${__proto__} $constructor',
  ]) {
    const { stdout, stderr, exitCode } = await session.type(line);
    answers.push([line, stdout, stderr.split('\n')[0], exitCode]);
  }
  expect(answers).toEqual([
    ['echo "', '', '-bash: unexpected EOF while looking for matching `"\'', 2],
    ['fi', '', "-bash: syntax error near unexpected token `fi'", 2],
    ['echo $(', '', "-bash: unexpected EOF while looking for matching `)'", 2],
    [';;', '', "-bash: syntax error near unexpected token `;;'", 2],
    ['cat <', '', "-bash: syntax error near unexpected token `newline'", 2],
    ['a=(', '', "-bash: unexpected EOF while looking for matching `)'", 2],
    ['${x!}', '', '-bash: ${x!}: bad substitution', 1],
    ['echo ${', '', "-bash: unexpected EOF while looking for matching `}'", 2],
    ["echo '", '', "-bash: unexpected EOF while looking for matching `''", 2],
    ['((', '', "-bash: unexpected EOF while looking for matching `)'", 2],
    ['[[ a', '', '-bash: syntax error: unexpected end of file', 2],
    ['for', '', "-bash: syntax error near unexpected token `newline'", 2],
    ['| x', '', "-bash: syntax error near unexpected token `|'", 2],
    ['\0', '', '', 0],
    ['__proto__', '', '-bash: __proto__: command not found', 127],
    ['constructor', '', '-bash: constructor: command not found', 127],
    ['echo ${__proto__} $constructor', '\n', '', 0],
  ]);
  expect(sim.world()).toBe(before);
});

test('__proto__ is a name like others: variable, array key, function, file', async () => {
  expect(
    await fresh().type(
      '__proto__=1; declare -A m; m[__proto__]=2; constructor() { echo 3; }; echo 4 > __proto__; echo $__proto__ ${m[__proto__]}; constructor; cat __proto__; echo ${!m[@]}',
    ),
  ).toEqual(out('1 2\n3\n4\n__proto__\n'));
});

test('a file or a disk too big is refused with errno’s words', async () => {
  const session = fresh();
  const result = await session.type(
    'yes 0123456789012345678901234567890123456789 | head -30000 | tee big > /dev/null; ls -s big 2>&1 | head -1',
  );
  expect(result.exitCode).toBe(0);
  expect((await session.type('cat big')).stdout).toBe('');
});

test('1 MB of text is run or refused, and deep nesting is answered', async () => {
  const session = fresh();
  const long = `: ${'x'.repeat(1_000_000)}; echo done`;
  expect(await session.type(long)).toEqual(out('done\n'));
  const deep = await session.type(`${'$('.repeat(3000)}echo${')'.repeat(3000)}`);
  expect(typeof deep.exitCode).toBe('number');
  const braces = await session.type(`${'{ '.repeat(2000)}echo x;${' }'.repeat(2000)}`);
  expect(typeof braces.exitCode).toBe('number');
  expect(await session.type('echo alive')).toEqual(out('alive\n'));
});

test('endless recursion and fork bombs meet their limits', async () => {
  const session = fresh();
  const deep = await session.type('f() { f; }; f');
  expect(deep).toEqual(out('', 1, '-bash: f: maximum function nesting level exceeded (1000)\n'));
  const bomb = session.run('b() { b | b & }; b');
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  session.interrupt();
  await bomb;
  expect(await session.type('echo alive')).toEqual(out('alive\n'));
});

test('ssh reaches a machine that is up, fails when it is off, and breaks when it is switched off meanwhile', async () => {
  const sim = createSim(loadWorld(worlds.yaobank!).world());
  const session = testSession(sim, 'host1');
  await session.type('ssh ubuntu@ip-10-0-1-31; echo back $?');
  expect([session.prompt(), await session.type('hostname')]).toEqual([coloured('ubuntu@worker2', '~', '$'), out('worker2\n')]);
  sim.dispatch({ type: 'fault', fault: 'host-down', on: true, host: 'worker2' });
  expect(await session.type('hostname')).toEqual(out('back 255\n', 0, 'client_loop: send disconnect: Broken pipe\n'));
  expect(await session.type('ssh worker2')).toEqual(out('', 255, 'ssh: connect to host worker2 port 22: No route to host\n'));
  expect(await session.type('ssh worker1 hostname; ssh -p 99 worker1')).toEqual(
    out('worker1\n', 255, 'ssh: connect to host worker1 port 99: Connection refused\n'),
  );
});
