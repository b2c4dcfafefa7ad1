/**
 * The line editor: a pure reducer (state, key) → state, after readline's emacs mode. What it cannot do alone (run a line,
 * complete, clear the screen) comes out as an effect.
 */
import type { Key } from './keys.ts';

export interface LineState {
  readonly text: string;
  /** Offset in `text`, between 0 and its length. */
  readonly cursor: number;
  /** What Ctrl-Y brings back. */
  readonly killed: string;
  /** Kills in a row add up; yanks, tabs and Alt-. look back at the key before. */
  readonly last: 'kill' | 'yank' | 'type' | 'tab' | 'last-argument' | 'other';
  readonly undo: readonly { readonly text: string; readonly cursor: number }[];
  readonly history: readonly string[];
  /** Place in the history; its length is the new line. */
  readonly index: number;
  /** Edits of history lines, and the new line while an old one is shown. */
  readonly drafts: Readonly<Record<number, string>>;
  readonly search?: Search;
  /** How far back Alt-. has gone, and what it put in. */
  readonly argument?: { readonly back: number; readonly length: number };
}

/** Ctrl-R. */
export interface Search {
  readonly query: string;
  readonly failed: boolean;
  readonly before: { readonly text: string; readonly cursor: number; readonly index: number };
  readonly forward: boolean;
}

export type Effect =
  | { readonly type: 'submit'; readonly text: string }
  | { readonly type: 'cancel' }
  | { readonly type: 'end-of-file' }
  | { readonly type: 'complete'; readonly again: boolean }
  | { readonly type: 'clear-screen' }
  | { readonly type: 'bell' };

export interface Reduced {
  readonly state: LineState;
  readonly effect?: Effect;
}

/** Longest line kept; what a paste brings beyond it is cut. */
export const MAX_LINE = 1_000_000;
const MAX_UNDO = 200;

export function newLine(history: readonly string[], killed = ''): LineState {
  return { text: '', cursor: 0, killed, last: 'other', undo: [], history, index: history.length, drafts: {} };
}

const isWordChar = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}_]/u.test(char);

function wordLeft(text: string, from: number): number {
  let at = from;
  while (at > 0 && !isWordChar(text[at - 1])) at--;
  while (at > 0 && isWordChar(text[at - 1])) at--;
  return at;
}

function wordRight(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isWordChar(text[at])) at++;
  while (at < text.length && isWordChar(text[at])) at++;
  return at;
}

/** Ctrl-W: back to a blank. */
function blankLeft(text: string, from: number): number {
  let at = from;
  while (at > 0 && /\s/.test(text[at - 1]!)) at--;
  while (at > 0 && !/\s/.test(text[at - 1]!)) at--;
  return at;
}

/** One character left or right, whole surrogate pairs. */
function step(text: string, from: number, by: 1 | -1): number {
  const to = from + by;
  if (to < 0 || to > text.length) return from;
  const low = text.charCodeAt(by > 0 ? from + 1 : to);
  return low >= 0xdc00 && low <= 0xdfff && to + by >= 0 && to + by <= text.length ? to + by : to;
}

function edit(state: LineState, text: string, cursor: number, last: LineState['last'] = 'other'): LineState {
  const cut = text.length > MAX_LINE ? text.slice(0, MAX_LINE) : text;
  if (cut === state.text) return { ...state, cursor: Math.min(cursor, cut.length), last };
  // Typing in a row is undone in one go.
  const merge = last === 'type' && state.last === 'type' && state.undo.length > 0;
  const undo = merge ? state.undo : [...state.undo.slice(-MAX_UNDO), { text: state.text, cursor: state.cursor }];
  return { ...state, text: cut, cursor: Math.min(cursor, cut.length), undo, last };
}

const move = (state: LineState, cursor: number): LineState => ({ ...state, cursor, last: 'other' });

export function insert(state: LineState, text: string, last: LineState['last'] = 'type'): LineState {
  const clean = text.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '');
  return edit(state, state.text.slice(0, state.cursor) + clean + state.text.slice(state.cursor), state.cursor + clean.length, last);
}

function kill(state: LineState, from: number, to: number): LineState {
  const removed = state.text.slice(from, to);
  const killed = state.last === 'kill' ? (from < state.cursor ? removed + state.killed : state.killed + removed) : removed;
  const next = edit(state, state.text.slice(0, from) + state.text.slice(to), from, 'kill');
  return removed === '' ? { ...next, killed: state.killed } : { ...next, killed };
}

function remove(state: LineState, from: number, to: number): LineState {
  return edit(state, state.text.slice(0, from) + state.text.slice(to), from);
}

/** To another line of the history; edits of the line left are kept. */
function goTo(state: LineState, index: number): LineState {
  if (index < 0 || index > state.history.length || index === state.index) return state;
  const drafts = { ...state.drafts, [state.index]: state.text };
  const text = drafts[index] ?? state.history[index] ?? '';
  return { ...state, index, drafts, text, cursor: text.length, undo: [], last: 'other' };
}

type Action = (state: LineState) => Reduced;
const only =
  (change: (state: LineState) => LineState): Action =>
  (state) => ({ state: change(state) });

/** Start and end of the line the cursor is on, in a text of several lines. */
const lineStart = ({ text, cursor }: LineState) => text.lastIndexOf('\n', cursor - 1) + 1;
const lineEnd = ({ text, cursor }: LineState) => {
  const newline = text.indexOf('\n', cursor);
  return newline < 0 ? text.length : newline;
};

function transpose(state: LineState): LineState {
  const { text, cursor } = state;
  if (text.length < 2 || cursor === 0) return state;
  const at = cursor === text.length ? cursor - 1 : cursor;
  return edit(state, text.slice(0, at - 1) + text[at]! + text[at - 1]! + text.slice(at + 1), at + 1);
}

function transposeWords(state: LineState): LineState {
  const secondEnd = wordRight(state.text, state.cursor);
  const secondStart = wordLeft(state.text, secondEnd);
  const firstStart = wordLeft(state.text, secondStart);
  const firstEnd = wordRight(state.text, firstStart);
  if (firstEnd > secondStart || firstStart === secondStart) return state;
  const { text } = state;
  const swapped =
    text.slice(0, firstStart) +
    text.slice(secondStart, secondEnd) +
    text.slice(firstEnd, secondStart) +
    text.slice(firstStart, firstEnd) +
    text.slice(secondEnd);
  return edit(state, swapped, secondEnd);
}

function changeWord(state: LineState, change: (word: string) => string): LineState {
  const end = wordRight(state.text, state.cursor);
  const word = state.text.slice(state.cursor, end);
  return edit(state, state.text.slice(0, state.cursor) + change(word) + state.text.slice(end), end);
}

const capitalize = (word: string) => word.toLowerCase().replace(/[\p{L}\p{N}]/u, (char) => char.toUpperCase());

function undo(state: LineState): Reduced {
  const before = state.undo.at(-1);
  if (!before) return { state, effect: { type: 'bell' } };
  return { state: { ...state, ...before, undo: state.undo.slice(0, -1), last: 'other' } };
}

/** Alt-.: the last word of the line before, then of the one before that. */
function lastArgument(state: LineState): Reduced {
  const again = state.last === 'last-argument' && state.argument !== undefined;
  const back = again ? state.argument!.back + 1 : 1;
  const line = state.history[state.history.length - back];
  if (line === undefined) return { state, effect: { type: 'bell' } };
  const word = line.trim().match(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+$/)?.[0] ?? '';
  const base = again ? remove(state, state.cursor - state.argument!.length, state.cursor) : state;
  return { state: { ...insert(base, word, 'last-argument'), last: 'last-argument', argument: { back, length: word.length } } };
}

function submit(state: LineState): Reduced {
  return { state: { ...newLine(state.history, state.killed) }, effect: { type: 'submit', text: state.text } };
}

function endOrDelete(state: LineState): Reduced {
  if (state.text === '') return { state, effect: { type: 'end-of-file' } };
  return { state: remove(state, state.cursor, step(state.text, state.cursor, 1)) };
}

function vertical(state: LineState, by: 1 | -1): LineState {
  // Inside a text of several lines the cursor moves between them first.
  const start = lineStart(state);
  const column = state.cursor - start;
  if (by < 0 && start > 0) {
    const above = state.text.lastIndexOf('\n', start - 2) + 1;
    return move(state, Math.min(above + column, start - 1));
  }
  const end = lineEnd(state);
  if (by > 0 && end < state.text.length) {
    const below = state.text.indexOf('\n', end + 1);
    return move(state, Math.min(end + 1 + column, below < 0 ? state.text.length : below));
  }
  return goTo(state, state.index + by);
}

const ACTIONS: Readonly<Record<string, Action>> = {
  enter: submit,
  'ctrl-c': (state) => ({ state: newLine(state.history, state.killed), effect: { type: 'cancel' } }),
  'ctrl-d': endOrDelete,
  'ctrl-l': (state) => ({ state, effect: { type: 'clear-screen' } }),
  tab: (state) => ({ state: { ...state, last: 'tab' }, effect: { type: 'complete', again: state.last === 'tab' } }),
  left: only((state) => move(state, step(state.text, state.cursor, -1))),
  right: only((state) => move(state, step(state.text, state.cursor, 1))),
  'word-left': only((state) => move(state, wordLeft(state.text, state.cursor))),
  'word-right': only((state) => move(state, wordRight(state.text, state.cursor))),
  home: only((state) => move(state, lineStart(state))),
  end: only((state) => move(state, lineEnd(state))),
  backspace: only((state) => remove(state, step(state.text, state.cursor, -1), state.cursor)),
  delete: only((state) => remove(state, state.cursor, step(state.text, state.cursor, 1))),
  up: only((state) => vertical(state, -1)),
  down: only((state) => vertical(state, 1)),
  'page-up': only((state) => goTo(state, state.index - 1)),
  'page-down': only((state) => goTo(state, state.index + 1)),
  'ctrl-u': only((state) => kill(state, lineStart(state), state.cursor)),
  'ctrl-k': only((state) => kill(state, state.cursor, lineEnd(state))),
  'ctrl-w': only((state) => kill(state, blankLeft(state.text, state.cursor), state.cursor)),
  'alt-backspace': only((state) => kill(state, wordLeft(state.text, state.cursor), state.cursor)),
  'kill-word': only((state) => kill(state, state.cursor, wordRight(state.text, state.cursor))),
  'ctrl-y': only((state) => insert(state, state.killed, 'yank')),
  'ctrl-t': only(transpose),
  'alt-t': only(transposeWords),
  'alt-u': only((state) => changeWord(state, (word) => word.toUpperCase())),
  'alt-l': only((state) => changeWord(state, (word) => word.toLowerCase())),
  'alt-c': only((state) => changeWord(state, capitalize)),
  'ctrl-_': undo,
  'alt-.': lastArgument,
  'alt-<': only((state) => goTo(state, 0)),
  'alt->': only((state) => goTo(state, state.history.length)),
  'alt-r': only((state) => ({
    ...edit(state, state.index < state.history.length ? state.history[state.index]! : '', MAX_LINE),
    undo: [],
  })),
  'alt-#': (state) => submit({ ...state, text: `#${state.text}` }),
  'ctrl-r': (state) => startSearch(state, false),
  'ctrl-s': (state) => startSearch(state, true),
};

const SAME: Readonly<Record<string, string>> = {
  'ctrl-a': 'home',
  'ctrl-e': 'end',
  'ctrl-b': 'left',
  'ctrl-f': 'right',
  'ctrl-p': 'up',
  'ctrl-n': 'down',
  'ctrl-h': 'backspace',
  'ctrl-j': 'enter',
  'ctrl-m': 'enter',
  'ctrl-i': 'tab',
  'alt-b': 'word-left',
  'alt-f': 'word-right',
  'alt-d': 'kill-word',
  'alt-_': 'alt-.',
};

export function reduce(state: LineState, key: Key): Reduced {
  if (state.search) return searching(state, state.search, key);
  if (key.name === 'text') return { state: insert(state, key.text ?? '') };
  if (key.name === 'paste') return { state: insert(state, (key.text ?? '').replace(/\r\n?/g, '\n').replace(/\n$/, ''), 'other') };
  const name = SAME[key.name] ?? key.name;
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  return action ? action(state) : { state: { ...state, last: 'other' } };
}

function startSearch(state: LineState, forward: boolean): Reduced {
  const { text, cursor, index } = state;
  return { state: { ...state, last: 'other', search: { query: '', failed: false, forward, before: { text, cursor, index } } } };
}

/** Looks for the query from a place in the history on. */
function look(state: LineState, search: Search, from: number): LineState {
  const by = search.forward ? 1 : -1;
  for (let index = from; index >= 0 && index < state.history.length; index += by) {
    const line = state.history[index]!;
    const at = line.lastIndexOf(search.query);
    if (at >= 0 && search.query !== '') return { ...state, text: line, cursor: at, index, search: { ...search, failed: false } };
  }
  return { ...state, search: { ...search, failed: search.query !== '' } };
}

function searching(state: LineState, search: Search, key: Key): Reduced {
  if (key.name === 'text' || key.name === 'paste') {
    const query = search.query + (key.text ?? '').split('\n')[0]!;
    return { state: look(state, { ...search, query }, Math.min(state.index, state.history.length - 1)) };
  }
  if (key.name === 'backspace' || key.name === 'ctrl-h') {
    const query = search.query.slice(0, -1);
    const back = { ...state, ...search.before };
    return {
      state:
        query === ''
          ? { ...back, search: { ...search, query, failed: false } }
          : look(back, { ...search, query }, state.history.length - 1),
    };
  }
  if (key.name === 'ctrl-r' || key.name === 'ctrl-s') {
    const forward = key.name === 'ctrl-s';
    return { state: look(state, { ...search, forward }, state.index + (forward ? 1 : -1)) };
  }
  const { search: _ended, ...plain } = state;
  if (key.name === 'ctrl-g' || key.name === 'ctrl-c') {
    const restored = { ...plain, ...search.before };
    return key.name === 'ctrl-g' ? { state: restored } : reduce(restored, key);
  }
  // Any other key ends the search and does its own work on the line found.
  return key.name === 'escape' ? { state: plain } : reduce(plain, key);
}
