/**
 * Shell patterns (`*.y?ml`, `[a-c]`, `@(a|b)`) and brace expansion.
 *
 * In a pattern's text a backslash makes the next character plain; expand.ts escapes what was quoted.
 */

/** Quotes every character that means something in a pattern. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]()|!@+]/g, '\\$&');
}

export function hasPattern(pattern: string): boolean {
  return /(^|[^\\])(\\\\)*([*?[]|[?*+@!]\()/.test(pattern);
}

const cache = new Map<string, RegExp>();

/** @returns an anchored expression for a whole-string match */
export function patternToRegExp(pattern: string, options: { readonly caseless?: boolean } = {}): RegExp {
  const key = `${options.caseless ? 'i' : ''}:${pattern}`;
  const known = cache.get(key);
  if (known) return known;
  if (cache.size > 500) cache.clear();
  const made = new RegExp(`^(?:${translate(pattern)})$`, `s${options.caseless ? 'i' : ''}`);
  cache.set(key, made);
  return made;
}

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
  cntrl: '\\x00-\\x1f\\x7f',
  print: '\\x20-\\x7e',
  graph: '\\x21-\\x7e',
};

const quote = (char: string) => char.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** The source of a regular expression for a pattern. */
export function translate(pattern: string): string {
  let out = '';
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    if (char === '\\') {
      at++;
      out += quote(pattern[at] ?? '\\');
    } else if ('?*+@!'.includes(char) && pattern[at + 1] === '(') {
      const end = closing(pattern, at + 1);
      if (end < 0) out += char === '*' ? '.*' : char === '?' ? '.' : quote(char);
      else {
        out += extended(char, pattern.slice(at + 2, end));
        at = end;
      }
    } else if (char === '*') out += '.*';
    else if (char === '?') out += '.';
    else if (char === '[') {
      const set = bracket(pattern, at);
      out += set ? set.source : '\\[';
      if (set) at = set.end;
    } else out += quote(char);
  }
  return out;
}

function extended(operator: string, body: string): string {
  const inside = alternatives(body).map(translate).join('|');
  if (operator === '!') return `(?!(?:${inside})$).*`;
  return `(?:${inside})${operator === '@' ? '' : operator}`;
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) return at;
  }
  return -1;
}

function alternatives(body: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let current = '';
  for (let at = 0; at < body.length; at++) {
    const char = body[at]!;
    if (char === '\\') current += char + (body[++at] ?? '');
    else if (char === '|' && depth === 0) {
      found.push(current);
      current = '';
    } else {
      if (char === '(') depth++;
      if (char === ')') depth--;
      current += char;
    }
  }
  return [...found, current];
}

function bracket(pattern: string, start: number): { readonly source: string; readonly end: number } | undefined {
  let at = start + 1;
  const negated = pattern[at] === '!' || pattern[at] === '^';
  if (negated) at++;
  let body = '';
  for (let first = true; at < pattern.length; at++, first = false) {
    const char = pattern[at]!;
    if (char === ']' && !first) return { source: body === '' ? '(?!)' : `[${negated ? '^' : ''}${body}]`, end: at };
    const named = char === '[' && pattern[at + 1] === ':' ? /^\[:(\w+):\]/.exec(pattern.slice(at)) : null;
    if (named) {
      body += CLASSES[named[1]!] ?? '';
      at += named[0].length - 1;
    } else if (char === '\\') body += quote(pattern[++at] ?? '\\');
    else if (char === '-' && !first && pattern[at + 1] !== ']') body += '-';
    else body += quote(char);
  }
  return undefined;
}

/** More words than this stay as they are written, as when bash finds no memory for them. */
const MAX_WORDS = 1_000_000;

/** @returns the words a word with braces stands for: `a{1..3}` → a1 a2 a3. Quotes stay as they are. */
export function expandBraces(text: string): readonly string[] {
  for (let at = 0; at < text.length; at++) {
    at = skipQuoted(text, at);
    if (text[at] !== '{' || text[at - 1] === '$') continue;
    const group = braceGroup(text, at);
    if (!group) continue;
    const before = text.slice(0, at);
    const after = expandBraces(text.slice(group.end + 1));
    const middle = group.sequence ?? group.items.flatMap(expandBraces);
    if (middle.length * after.length > MAX_WORDS) return [text];
    const out: string[] = [];
    for (const item of middle) for (const rest of after) out.push(before + item + rest);
    return out;
  }
  return [text];
}

/** From a quote or `$(`/`${` to its end; any other place stays. */
function skipQuoted(text: string, at: number): number {
  const char = text[at];
  if (char === '\\') return at + 2;
  if (char === "'" || char === '"' || char === '`') {
    for (let end = at + 1; end < text.length; end++) {
      if (text[end] === '\\' && char !== "'") end++;
      else if (text[end] === char) return skipQuoted(text, end + 1);
    }
    return text.length;
  }
  if (char === '$' && (text[at + 1] === '{' || text[at + 1] === '(')) {
    const [open, close] = text[at + 1] === '{' ? ['{', '}'] : ['(', ')'];
    let depth = 0;
    for (let end = at + 1; end < text.length; end++) {
      if (text[end] === '\\') end++;
      else if (text[end] === open) depth++;
      else if (text[end] === close && --depth === 0) return skipQuoted(text, end + 1);
    }
    return text.length;
  }
  return at;
}

function braceGroup(text: string, open: number) {
  let depth = 0;
  const items: string[] = [];
  let from = open + 1;
  for (let at = open; at < text.length; at++) {
    const after = skipQuoted(text, at);
    if (after !== at) {
      at = after - 1;
      continue;
    }
    const char = text[at];
    if (char === '{') depth++;
    else if (char === ',' && depth === 1) {
      items.push(text.slice(from, at));
      from = at + 1;
    } else if (char === '}' && --depth === 0) {
      items.push(text.slice(from, at));
      const sequence = items.length === 1 ? range(items[0]!) : undefined;
      return items.length > 1 || sequence ? { items, sequence, end: at } : undefined;
    }
  }
  return undefined;
}

/** @returns how many elements the first range would have that has more than may be */
export function tooLongRange(text: string): number | undefined {
  for (const [, from, to, step] of text.matchAll(/\{(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?\}/g)) {
    const elements = Math.floor(Math.abs(Number(to) - Number(from)) / Math.max(1, Math.abs(Number(step ?? 1)))) + 1;
    if (elements > MAX_WORDS) return elements;
  }
  return undefined;
}

function range(body: string): readonly string[] | undefined {
  const numbers = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/.exec(body);
  const letters = numbers ? null : /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?$/.exec(body);
  const found = numbers ?? letters;
  if (!found) return undefined;
  const [from, to] = numbers ? [Number(found[1]), Number(found[2])] : [found[1]!.charCodeAt(0), found[2]!.charCodeAt(0)];
  const step = Math.max(1, Math.abs(Number(found[3] ?? 1)));
  if (Math.floor(Math.abs(to - from) / step) >= MAX_WORDS) return undefined;
  const width =
    numbers && /^-?0\d/.test(`${found[1]} ${found[2]}`.replace(/^.* (?=-?0\d)/, ''))
      ? Math.max(found[1]!.length, found[2]!.length)
      : 0;
  const out: string[] = [];
  for (let value = from; from <= to ? value <= to : value >= to; value += from <= to ? step : -step) {
    const text = numbers ? String(Math.abs(value)).padStart(width - (value < 0 ? 1 : 0), '0') : String.fromCharCode(value);
    out.push(numbers && value < 0 ? `-${text}` : text);
  }
  return out;
}
