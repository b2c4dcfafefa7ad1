/** From what a terminal sends to keys by name, as readline knows them. */

export type Key =
  | { readonly name: 'text'; readonly text: string }
  /** Bracketed paste: inserted as it is, newlines included. */
  | { readonly name: 'paste'; readonly text: string }
  | { readonly name: string; readonly text?: undefined };

const SEQUENCES: Readonly<Record<string, string>> = {
  '[A': 'up',
  '[B': 'down',
  '[C': 'right',
  '[D': 'left',
  OA: 'up',
  OB: 'down',
  OC: 'right',
  OD: 'left',
  '[H': 'home',
  '[F': 'end',
  OH: 'home',
  OF: 'end',
  '[1~': 'home',
  '[4~': 'end',
  '[7~': 'home',
  '[8~': 'end',
  '[3~': 'delete',
  '[2~': 'insert',
  '[5~': 'page-up',
  '[6~': 'page-down',
  '[1;5C': 'word-right',
  '[1;5D': 'word-left',
  '[1;3C': 'word-right',
  '[1;3D': 'word-left',
  '[1;9C': 'word-right',
  '[1;9D': 'word-left',
  '[5C': 'word-right',
  '[5D': 'word-left',
  '[3;5~': 'kill-word',
  '[3;3~': 'kill-word',
  '[Z': 'shift-tab',
  '[1;2A': 'up',
  '[1;2B': 'down',
  '[1;2C': 'right',
  '[1;2D': 'left',
};

const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';

export interface Decoded {
  readonly keys: readonly Key[];
  /** An unfinished sequence or paste, to be put before the next chunk. */
  readonly rest: string;
}

export function decodeKeys(data: string): Decoded {
  const keys: Key[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') keys.push({ name: 'text', text });
    text = '';
  };
  for (let at = 0; at < data.length; ) {
    if (data.startsWith(PASTE_START, at)) {
      const end = data.indexOf(PASTE_END, at);
      if (end < 0) {
        flush();
        return { keys, rest: data.slice(at) };
      }
      flush();
      keys.push({ name: 'paste', text: data.slice(at + PASTE_START.length, end) });
      at = end + PASTE_END.length;
      continue;
    }
    const code = data.charCodeAt(at);
    if (code === 0x1b) {
      flush();
      const sequence = /^\x1b(\[[0-9;?]*[ -/]*[@-~]|O[A-Za-z]|[\s\S])/.exec(data.slice(at, at + 32));
      if (!sequence) {
        if (PASTE_START.startsWith(data.slice(at)) && data.length - at > 1) return { keys, rest: data.slice(at) };
        keys.push({ name: 'escape' });
        at++;
        continue;
      }
      keys.push({ name: escaped(sequence[1]!) });
      at += sequence[0].length;
    } else if (code < 0x20 || code === 0x7f) {
      flush();
      keys.push({ name: control(code) });
      // A terminal's Enter is CR; pasted text may bring CRLF.
      at += code === 13 && data.charCodeAt(at + 1) === 10 ? 2 : 1;
    } else {
      text += data[at++];
    }
  }
  flush();
  return { keys, rest: '' };
}

function escaped(body: string): string {
  const known = Object.hasOwn(SEQUENCES, body) ? SEQUENCES[body] : undefined;
  if (known) return known;
  if (body.length > 1) return 'unknown';
  if (body === '\x7f' || body === '\b') return 'alt-backspace';
  return `alt-${body}`;
}

function control(code: number): string {
  if (code === 13 || code === 10) return 'enter';
  if (code === 9) return 'tab';
  if (code === 127 || code === 8) return 'backspace';
  if (code === 31) return 'ctrl-_';
  if (code === 0) return 'ctrl-@';
  return code <= 26 ? `ctrl-${String.fromCharCode(code + 96)}` : 'unknown';
}
