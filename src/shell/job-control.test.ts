/** Jobs, history and prompts at the keyboard. The transcripts marked `recorded` are bash 5.2's own, keys and answers, through a pty. */
import { expect, test } from 'vitest';
import { Interrupted } from './bash/execution.ts';
import { headlessClock } from './clock.ts';
import { createTerminal } from './terminal.ts';
import { smallSim } from './testing-world.ts';

const settle = async () => {
  for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** What the screen shows for keys pressed one after the other. Sleeps of more than a second never end of themselves. */
async function keys(...pressed: readonly string[]): Promise<string> {
  const sim = smallSim();
  const clock = headlessClock(sim);
  let shown = '';
  const terminal = createTerminal({
    sim,
    place: { host: 'host1', netns: '' },
    clock: {
      ...clock,
      sleep: (ms, why, signal) =>
        ms <= 1000
          ? clock.sleep(ms, why, signal)
          : new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(new Interrupted('Interrupted')), { once: true });
            }),
    },
    columns: 100,
    rows: 30,
    write: (text) => {
      shown += text;
    },
    onEdit: async () => undefined,
  });
  terminal.start();
  terminal.session.shell().state.variables.set('PS1', { value: '$ ' });
  terminal.input('\r');
  await settle();
  shown = '$ ';
  for (const key of pressed) {
    terminal.input(key);
    await settle();
  }
  return shown
    .replace(/\r/g, '')
    .replace(/\x1b\[\?2004[hl]|\x1b\[\d*[JKCDmG]/g, '')
    .replace(/\b120\d\b/g, 'PID');
}

test('recorded: Ctrl-Z stops, bg and fg go on, exit asks once', async () => {
  expect(await keys('sleep 100\r', '\x1a', 'jobs\r', 'bg\r', 'jobs\r', 'fg\r', '\x1a', 'exit\r', 'echo hi\r')).toBe(`$ sleep 100
^Z
[1]+  Stopped                 sleep 100
$ jobs
[1]+  Stopped                 sleep 100
$ bg
[1]+ sleep 100 &
$ jobs
[1]+  Running                 sleep 100 &
$ fg
sleep 100
^Z
[1]+  Stopped                 sleep 100
$ exit
logout
There are stopped jobs.
$ echo hi
hi
$ `);
});

test('recorded: several stopped jobs, a pipeline among them', async () => {
  expect(
    await keys('sleep 100 | cat\r', '\x1a', 'sleep 200\r', '\x1a', 'jobs\r', 'fg %1\r', '\x03', 'jobs\r'),
  ).toBe(`$ sleep 100 | cat
^Z
[1]+  Stopped                 sleep 100 | cat
$ sleep 200
^Z
[2]+  Stopped                 sleep 200
$ jobs
[1]-  Stopped                 sleep 100 | cat
[2]+  Stopped                 sleep 200
$ fg %1
sleep 100 | cat
^C
$ jobs
[2]+  Stopped                 sleep 200
$ `);
});

test('recorded: running jobs hold exit back once when checkjobs is on', async () => {
  expect(await keys('sleep 50 &\r', 'shopt -s checkjobs\r', 'exit\r', 'echo a\r', 'exit\r')).toBe(`$ sleep 50 &
[1] PID
$ shopt -s checkjobs
$ exit
logout
There are running jobs.
[1]+  Running                 sleep 50 &
$ echo a
a
$ exit
logout
There are running jobs.
[1]+  Running                 sleep 50 &
$ `);
});

test('recorded: jobs that are not there', async () => {
  expect(await keys('fg\r', 'bg\r', 'fg %3\r', 'jobs %2\r', 'disown\r', 'wait %1\r', 'suspend\r')).toBe(`$ fg
-bash: fg: current: no such job
$ bg
-bash: bg: current: no such job
$ fg %3
-bash: fg: %3: no such job
$ jobs %2
-bash: jobs: %2: no such job
$ disown
-bash: disown: current: no such job
$ wait %1
-bash: wait: %1: no such job
$ suspend
-bash: suspend: cannot suspend a login shell
$ `);
});

test('kill reaches a job by number and by pid, stopped or not', async () => {
  expect(
    await keys('sleep 50 & sleep 60 &\r', 'jobs -l\r', 'kill -STOP %1\r', 'jobs\r', 'kill %1\r', 'kill -9 $!\r', 'jobs\r'),
  ).toBe(
    `$ sleep 50 & sleep 60 &
[1] PID
[2] PID
$ jobs -l
[1]-  PID Running                 sleep 50 &
[2]+  PID Running                 sleep 60 &
$ kill -STOP %1
$ jobs
[1]-  Stopped                 sleep 50
[2]+  Running                 sleep 60 &
$ kill %1
[1]-  Terminated              sleep 50
$ kill -9 $!
[2]+  Killed                  sleep 60
$ jobs
$ `,
  );
});

test('recorded: history expansion and what it cannot find', async () => {
  expect(
    await keys('echo a b c\r', 'echo !$\r', '^a^x\r', '!!\r', '!99\r', '!nosuch\r', '!e\r', 'echo !:1 !*\r'),
  ).toBe(`$ echo a b c
a b c
$ echo !$
echo c
c
$ ^a^x
-bash: :s^a^x: substitution failed
$ !!
echo c
c
$ !99
-bash: !99: event not found
$ !nosuch
-bash: !nosuch: event not found
$ !e
echo c
c
$ echo !:1 !*
echo c c
c c
$ `);
});

test('recorded: a line that is not finished asks on, with PS2 as it is set', async () => {
  expect(
    await keys(
      'f() {\r',
      'echo hi\r',
      '}\r',
      'f\r',
      'echo a &&\r',
      'echo b\r',
      'if\r',
      '\x03',
      'echo $?\r',
      "PS2='more> '\r",
      "echo '\r",
      "'\r",
    ),
  ).toBe(
    `$ f() {
> echo hi
> }
$ f
hi
$ echo a &&
> echo b
a
b
$ if
> ^C
$ echo $?
130
$ PS2='more> '
$ echo '
more> '


$ `,
  );
});

test('Ctrl-D inside a here-document ends it, with a warning', async () => {
  expect(await keys('cat <<E\r', 'x\r', '\x04')).toBe(`$ cat <<E
> x
> 
-bash: warning: here-document at line 1 delimited by end-of-file (wanted \`E')
x
$ `);
});

test('what this line editor cannot do is refused, not pretended', async () => {
  expect(await keys('set -o vi\r', 'bind -p\r', 'set -o emacs; echo $?\r')).toBe(`$ set -o vi
-bash: set: vi: not simulated in this lab
$ bind -p
-bash: bind: not simulated in this lab
$ set -o emacs; echo $?
0
$ `);
});
