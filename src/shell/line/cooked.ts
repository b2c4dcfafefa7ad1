/** What a terminal's own line discipline does to keys while no editor reads them. */
import type { Key } from './keys.ts';

/** Backspaces of a line typed while a command reads. */
export function cook(line: string): string {
  let out = '';
  for (const char of line.replace(/\x1b\[20[01]~/g, ''))
    out = char === '\x7f' ? out.slice(0, -1) : char === '\x15' ? '' : out + char;
  return out;
}

/** A decoded key as the terminal sent it, for those that must wait. */
export function spell(key: Key): string {
  if (key.name === 'text') return key.text ?? '';
  if (key.name === 'paste') return `\x1b[200~${key.text ?? ''}\x1b[201~`;
  if (key.name === 'enter') return '\r';
  if (key.name === 'tab') return '\t';
  if (key.name === 'backspace') return '\x7f';
  const control = /^ctrl-([a-z])$/.exec(key.name);
  return control ? String.fromCharCode(control[1]!.charCodeAt(0) - 96) : '';
}
