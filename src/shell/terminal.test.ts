/** What a learner sees: keys in, a real terminal emulator's screen out. */
import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { headlessClock } from './clock.ts';
import { createTerminal } from './terminal.ts';
import type { Terminal } from './terminal-types.ts';
import { smallSim } from './testing-world.ts';

interface Screen {
  readonly terminal: Terminal;
  /** The rows that hold anything, trailing blanks cut. */
  rows(): Promise<string[]>;
  cursor(): Promise<readonly [number, number]>;
  /** Sends keys and waits until the prompt is back or nothing moves. */
  keys(data: string): Promise<void>;
}

const settle = async () => {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
};

function screen(columns = 60, rows = 20, files: Readonly<Record<string, string>> = {}): Screen {
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const sim = smallSim(files);
  const terminal = createTerminal({
    sim,
    place: { host: 'host1', netns: '' },
    clock: headlessClock(sim),
    columns,
    rows,
    write: (text) => emulator.write(text),
    onEdit: async (_name, text) => `${text}edited\n`,
  });
  emulator.onData((data) => terminal.input(data));
  terminal.start();
  const flushed = () => new Promise<void>((resolve) => emulator.write('', resolve));
  return {
    terminal,
    async rows() {
      await flushed();
      const { active } = emulator.buffer;
      const lines = [];
      for (let row = 0; row < active.length; row++) lines.push(active.getLine(row)?.translateToString(true) ?? '');
      while (lines.at(-1) === '') lines.pop();
      return lines;
    },
    async cursor() {
      await flushed();
      return [emulator.buffer.active.cursorX, emulator.buffer.active.cursorY];
    },
    async keys(data) {
      terminal.input(data);
      await settle();
    },
  };
}

const PROMPT = 'ubuntu@host1:~$ ';

test('a typed line runs and the prompt comes back', async () => {
  const { keys, rows } = screen();
  await keys('echo hello\r');
  expect(await rows()).toEqual([`${PROMPT}echo hello`, 'hello', PROMPT]);
});

test('editing in the middle of a line that wraps keeps the screen right', async () => {
  const { keys, rows } = screen(24);
  await keys('echo one two three four\x01\x1bf\x1bf!\x05?');
  expect(await rows()).toEqual(['ubuntu@host1:~$ echo one', '! two three four?']);
});

test('a line as wide as the screen puts the cursor on the next row', async () => {
  const { keys, rows, cursor } = screen(24);
  await keys('echo one');
  expect(await cursor()).toEqual([0, 1]);
  await keys('\x7f');
  expect(await rows()).toEqual(['ubuntu@host1:~$ echo on']);
});

test('an unfinished command asks on with a second prompt', async () => {
  const { keys, rows } = screen();
  await keys('for i in 1 2; do\recho $i\rdone\r');
  expect(await rows()).toEqual([`${PROMPT}for i in 1 2; do`, '> echo $i', '> done', '1', '2', PROMPT]);
});

test('Ctrl-C stops an endless loop at once and the shell goes on', async () => {
  const { keys, rows } = screen();
  await keys('while :; do :; done\r');
  await keys('\x03');
  await keys('echo $?\r');
  expect(await rows()).toEqual([`${PROMPT}while :; do :; done`, '^C', `${PROMPT}echo $?`, '130', PROMPT]);
});

test('Ctrl-Z leaves less standing, fg shows it again, in the background it stops at once', async () => {
  const { keys, rows, terminal } = screen();
  await keys("printf '%s\\n' {1..100} > f; clear\r");
  const line = 'less f';
  await keys(`${line}\r`);
  expect([terminal.state().mode, (await rows())[0]]).toEqual(['screen', '1']);
  await keys(' ');
  await keys('\x1a');
  await keys('jobs\r');
  await keys('bg\r');
  await keys('jobs\r');
  const stopped = `[1]+  Stopped                 ${line}`;
  expect(await rows()).toEqual([
    `${PROMPT}${line}`,
    '',
    stopped,
    `${PROMPT}jobs`,
    stopped,
    `${PROMPT}bg`,
    `[1]+ ${line} &`,
    `${PROMPT}jobs`,
    stopped,
    PROMPT,
  ]);
  await keys('fg\r');
  const page = await rows();
  await keys('b');
  expect([terminal.state().mode, page[0], (await rows())[0]]).toEqual(['screen', page[0], '1']);
  expect(Number(page[0])).toBeGreaterThan(1);
  await keys('q');
  await keys('jobs\r');
  expect((await rows()).slice(-4)).toEqual([`${PROMPT}fg`, line, `${PROMPT}jobs`, PROMPT]);
});

test('Ctrl-C at the prompt drops the line', async () => {
  const { keys, rows } = screen();
  await keys('kubectl get\x03');
  expect(await rows()).toEqual([`${PROMPT}kubectl get^C`, PROMPT]);
});

test('Up brings earlier lines, edits stay until the line is run', async () => {
  const { keys, rows } = screen();
  await keys('echo a\recho b\r');
  await keys('\x1b[A\x1b[A');
  expect((await rows()).at(-1)).toBe(`${PROMPT}echo a`);
  await keys('\x1b[B\x1b[B');
  expect((await rows()).at(-1)).toBe(PROMPT);
});

test('Ctrl-R finds a line and Enter runs it', async () => {
  const { keys, rows } = screen();
  await keys('echo first\recho second\r');
  await keys('\x12fir');
  expect((await rows()).at(-1)).toBe("(reverse-i-search)`fir': echo first");
  await keys('\r');
  expect((await rows()).slice(-3)).toEqual([`${PROMPT}echo first`, 'first', PROMPT]);
});

test('Tab completes the only candidate and lists several on the second Tab', async () => {
  const { keys, rows } = screen(60, 20, { '/home/ubuntu/3.2-default-bgp.yaml': 'x', '/home/ubuntu/3.2-other.yaml': 'y' });
  await keys('cat 3.2-d\t');
  expect(await rows()).toEqual([`${PROMPT}cat 3.2-default-bgp.yaml `]);
  await keys('\x15cat \t');
  expect((await rows()).at(-1)).toBe(`${PROMPT}cat 3.2-`);
  await keys('\t');
  expect(await rows()).toEqual([`${PROMPT}cat 3.2-`, '3.2-default-bgp.yaml  3.2-other.yaml', `${PROMPT}cat 3.2-`]);
});

test('several pasted lines run in turn', async () => {
  const { keys, rows } = screen();
  await keys('echo one\recho two\recho thr');
  expect(await rows()).toEqual([`${PROMPT}echo one`, 'one', `${PROMPT}echo two`, 'two', `${PROMPT}echo thr`]);
});

test('a bracketed paste of several lines is inserted and runs with Enter', async () => {
  const { keys, rows } = screen();
  await keys('\x1b[200~echo one\necho two\n\x1b[201~');
  expect(await rows()).toEqual([`${PROMPT}echo one`, 'echo two']);
  await keys('\r');
  expect(await rows()).toEqual([`${PROMPT}echo one`, 'echo two', 'one', 'two', PROMPT]);
});

test('a command that reads gets the line typed while it runs', async () => {
  const { keys, rows } = screen();
  await keys('read -p "name? " n; echo "hi $n"\r');
  await keys('Ann\r');
  expect(await rows()).toEqual([`${PROMPT}read -p "name? " n; echo "hi $n"`, 'name? Ann', 'hi Ann', PROMPT]);
});

test('!! repeats the last line, shown before it runs', async () => {
  const { keys, rows } = screen();
  await keys('echo a\r!!\r');
  expect(await rows()).toEqual([`${PROMPT}echo a`, 'a', `${PROMPT}!!`, 'echo a', 'a', PROMPT]);
});

test('run types the line, runs it and gives back what it printed', async () => {
  const { terminal, rows } = screen();
  expect(await terminal.run('echo out; echo err >&2; false')).toEqual({ stdout: 'out\n', stderr: 'err\n', exitCode: 1 });
  expect(await rows()).toEqual([`${PROMPT}echo out; echo err >&2; false`, 'out', 'err', PROMPT]);
});

test('a background job reports when it is done', async () => {
  const { keys, rows } = screen();
  await keys('sleep 5 &\r');
  await keys('wait\r');
  const shown = await rows();
  expect(shown.map((row) => row.replace(/\d{4,}/, 'PID'))).toEqual([
    `${PROMPT}sleep 5 &`,
    '[1] PID',
    `${PROMPT}wait`,
    '[1]+  Done                    sleep 5',
    PROMPT,
  ]);
});
