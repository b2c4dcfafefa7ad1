/** The line editor: the reducer's keys, and that the screen always shows what it holds. */
import { fc, test as property } from '@fast-check/vitest';
import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { type LineState, newLine, reduce } from './editor.ts';
import { decodeKeys } from './keys.ts';
import { type Drawn, render } from './render.ts';

const HISTORY = ['ip route', 'kubectl get svc -n yaobank customer', 'echo done'];

/** The state after keys as a terminal sends them; `|` marks the cursor. */
function after(data: string, start: LineState = newLine(HISTORY)): string {
  let state = start;
  for (const key of decodeKeys(data).keys) state = reduce(state, key).state;
  return `${state.text.slice(0, state.cursor)}|${state.text.slice(state.cursor)}`;
}

test.each([
  ['typing', 'abc', 'abc|'],
  ['Left and insert', 'ac\x1b[Db', 'ab|c'],
  ['Ctrl-A, Ctrl-E', 'b\x01a\x05c', 'abc|'],
  ['Backspace and Delete', 'abcd\x1b[D\x7f\x1b[3~', 'ab|'],
  ['Ctrl-U kills to the start, Ctrl-Y brings it back', 'one two\x15x\x19', 'xone two|'],
  ['Ctrl-K kills to the end', 'one two\x1bb\x0b', 'one |'],
  ['Ctrl-W kills to a blank', 'get -n yao-bank\x17', 'get -n |'],
  ['kills in a row add up', 'a b c\x17\x17\x19', 'a b c|'],
  ['Alt-B, Alt-F by words', 'one two-three\x1bb\x1bb\x1bfX', 'one twoX|-three'],
  ['Alt-D kills a word', 'one two\x01\x1bd', '| two'],
  ['Alt-Backspace kills a word', 'one two.three\x1b\x7f', 'one two.|'],
  ['Ctrl-arrows move by words', 'one two\x1b[1;5D\x1b[1;5Dx', 'x|one two'],
  ['Ctrl-T swaps two characters', 'lsat\x1b[D\x14', 'lsta|'],
  ['Alt-. brings the last argument, again the one before', 'cat \x1b.', 'cat done|'],
  ['Alt-. twice', 'cat \x1b.\x1b.', 'cat customer|'],
  ['Ctrl-_ undoes', 'abc\x15\x1f', 'abc|'],
  ['Up, Up, Down', '\x1b[A\x1b[A\x1b[B', 'echo done|'],
  ['Up keeps what was being typed', 'new\x1b[A\x1b[B', 'new|'],
  ['Ctrl-R finds, keeps the place of the hit', '\x12svc', 'kubectl get |svc -n yaobank customer'],
  ['Ctrl-R again goes further back', '\x12o\x12\x12', 'ip r|oute'],
  ['Ctrl-G leaves the search', 'mine\x12svc\x07', 'mine|'],
  ['an arrow ends the search on the hit', '\x12svc\x1b[D', 'kubectl get| svc -n yaobank customer'],
  ['a bracketed paste is inserted with its newlines', '\x1b[200~a\r\nb\n\x1b[201~', 'a\nb|'],
  ['Up moves inside a text of several lines first', '\x1b[200~ab\ncd\x1b[201~\x1b[A', 'ab|\ncd'],
  ['unknown sequences do nothing', 'a\x1b[99~\x1bOPb', 'ab|'],
  ['emoji are one character', 'a😀b\x1b[D\x7f', 'a|b'],
])('%s', (_name, data, shown) => {
  expect(after(data)).toBe(shown);
});

const KEYS = [
  'a',
  'b c',
  '漢',
  '😀',
  '\x01',
  '\x05',
  '\x02',
  '\x06',
  '\x7f',
  '\x1b[3~',
  '\x15',
  '\x0b',
  '\x17',
  '\x19',
  '\x14',
  '\x1f',
  '\x1bb',
  '\x1bf',
  '\x1bd',
  '\x1b.',
  '\x1b[A',
  '\x1b[B',
  '\x12',
  '\x07',
  '\x1b[200~x\ny\x1b[201~',
  ' a-long-word-to-wrap-the-line ',
];
const keys = fc.array(fc.constantFrom(...KEYS), { maxLength: 40 });

property.prop([keys])('the cursor stays in the text, whatever is pressed', (pressed) => {
  let state = newLine(HISTORY);
  for (const key of decodeKeys(pressed.join('')).keys) {
    state = reduce(state, key).state;
    expect(state.cursor >= 0 && state.cursor <= state.text.length).toBe(true);
  }
});

property.prop([keys, fc.integer({ min: 8, max: 60 })], { numRuns: 60 })(
  'drawing step by step shows the same screen as drawing once',
  async (pressed, columns) => {
    const screen = () => new xterm.Terminal({ cols: columns, rows: 40, allowProposedApi: true });
    const show = async (writes: readonly string[]) => {
      const terminal = screen();
      for (const text of writes) terminal.write(text);
      await new Promise<void>((resolve) => terminal.write('', resolve));
      const { active } = terminal.buffer;
      const rows = [];
      for (let row = 0; row < active.length; row++) rows.push((active.getLine(row)?.translateToString(true) ?? '').trimEnd());
      while (rows.at(-1) === '') rows.pop();
      return { rows, cursor: [active.cursorX, active.cursorY] };
    };
    let state = newLine(HISTORY);
    let drawn: Drawn | undefined;
    const writes: string[] = [];
    for (const key of [{ name: 'unknown' }, ...decodeKeys(pressed.join('')).keys]) {
      state = reduce(state, key).state;
      const step = render(drawn, '$ ', state, columns);
      drawn = step.drawn;
      writes.push(step.output);
    }
    expect(await show(writes)).toEqual(await show([render(undefined, '$ ', state, columns).output]));
  },
);
