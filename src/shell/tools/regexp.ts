/** POSIX regular expressions (basic, extended) as JavaScript's. */

export type PatternSyntax = 'basic' | 'extended' | 'fixed' | 'perl';

export const bracketClasses: Readonly<Record<string, string>> = {
  alpha: 'A-Za-z',
  digit: '0-9',
  alnum: 'A-Za-z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  cntrl: '\\x00-\\x1f\\x7f',
  print: '\\x20-\\x7e',
  graph: '\\x21-\\x7e',
};

const escapeAll = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** What grep says of an extended expression that it takes all the same. */
export function startWarnings(pattern: string): readonly string[] {
  return [...pattern.matchAll(/(?:^|(?<!\\)[(|^])([*+?]|\{\d+(?:,\d*)?\})/g)].map(
    ([, operator]) => `warning: ${operator![0] === '{' ? '{...}' : operator} at start of expression`,
  );
}

/** @returns the source for RegExp, or what GNU grep says of a bad pattern */
export function toRegExpSource(pattern: string, syntax: PatternSyntax): string | { readonly error: string } {
  if (syntax === 'fixed') return escapeAll(pattern);
  if (syntax === 'perl') {
    const mistake = perlMistake(pattern);
    return mistake === undefined ? pattern : { error: mistake };
  }
  return posix(pattern, syntax === 'extended');
}

/** What PCRE says of a bad pattern. */
function perlMistake(pattern: string): string | undefined {
  try {
    new RegExp(pattern);
    return undefined;
  } catch (error) {
    const why = String(error);
    if (/Nothing to repeat/.test(why)) return 'quantifier does not follow a repeatable item';
    if (/Unterminated character class/.test(why)) return 'missing terminating ] for character class';
    if (/numbers out of order/.test(why)) return 'numbers out of order in {} quantifier';
    if (/at end of pattern/.test(why)) return '\\ at end of pattern';
    if (/Unterminated group/.test(why)) return 'missing closing parenthesis';
    if (/Unmatched '\)'/.test(why)) return 'unmatched closing parenthesis';
    if (/Range out of order/.test(why)) return 'range out of order in character class';
    if (/capture group name/.test(why)) return 'syntax error in subpattern name (missing terminator?)';
    return 'unrecognized character after (? or (?-';
  }
}

/** In basic syntax `\(`, `\{`, `\|`, `\+`, `\?` are operators and the bare characters are plain; extended is the other way round. */
function posix(pattern: string, extended: boolean): string | { readonly error: string } {
  let out = '';
  let depth = 0;
  let start = true;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    const escapedNext = char === '\\' ? pattern[++at] : undefined;
    if (char === '\\' && escapedNext === undefined) return { error: 'Trailing backslash' };
    const operator = extended
      ? char !== '\\' && '(){}|+?'.includes(char)
        ? char
        : undefined
      : char === '\\' && '(){}|+?'.includes(escapedNext!)
        ? escapedNext
        : undefined;
    if (char === '[') {
      const set = bracketSet(pattern, at);
      if (!set) return { error: at === pattern.length - 1 ? 'Invalid regular expression' : 'Unmatched [, [^, [:, [., or [=' };
      const named = /\[:(\w*):\]/.exec(pattern.slice(at + 1, set.end));
      if (named && !Object.hasOwn(bracketClasses, named[1]!)) return { error: 'Invalid character class name' };
      if (/^\[:\w+:\]$/.test(pattern.slice(at, set.end + 1)))
        return { error: `character class syntax is [[:space:]], not [:space:]` };
      out += set.source;
      at = set.end;
      start = false;
    } else if (operator === '(') {
      depth++;
      out += '(';
      start = true;
      continue;
    } else if (operator === ')') {
      if (depth === 0) {
        if (!extended) return { error: 'Unmatched ) or \\)' };
        out += '\\)';
      } else {
        depth--;
        out += ')';
      }
    } else if (operator === '|') {
      out += '|';
      start = true;
      continue;
    } else if (operator === '{') {
      const interval = /^(\d*)(,?)(\d*)/.exec(pattern.slice(at + 1))![0];
      const close = pattern.slice(at + 1 + interval.length, at + 1 + interval.length + (extended ? 1 : 2));
      if (interval === '' || interval === ',' || close !== (extended ? '}' : '\\}')) {
        if (!extended) return { error: 'Unmatched \\{' };
        out += '\\{';
      } else if (start && extended) at += interval.length + close.length;
      else {
        const [least, most] = interval.split(',').map(Number) as [number, number | undefined];
        if (most !== undefined && interval.at(-1) !== ',' && most < least) return { error: 'Invalid content of \\{\\}' };
        if (Math.max(least, most ?? 0) > 32_767) return { error: 'Regular expression too big' };
        out += `{${interval.startsWith(',') ? `0${interval}` : interval}}`;
        at += interval.length + close.length;
      }
    } else if (operator === '+' || operator === '?') out += start ? (extended ? '' : `\\${operator}`) : operator;
    else if (operator === '}') out += '\\}';
    else if (char === '*' && start) {
      out += extended ? '' : '\\*';
      if (extended) continue;
    } else if (char === '*') out += /(\*|\+|\?|\})$/.test(out) && !/\\[*+?}]$/.test(out) ? '' : '*';
    else if (char === '^') {
      out += start || extended ? '^' : '\\^';
      continue;
    } else if (char === '$') {
      const last = at === pattern.length - 1 || (extended ? /[|)]/.test(pattern[at + 1]!) : /^\\[|)]/.test(pattern.slice(at + 1)));
      out += last || extended ? '$' : '\\$';
    } else if (char === '\\') out += escaped(escapedNext!);
    else if (!extended && '(){}|+?'.includes(char)) out += `\\${char}`;
    else out += '/]}'.includes(char) ? `\\${char}` : char;
    start = false;
  }
  return depth > 0 ? { error: 'Unmatched ( or \\(' } : out;
}

function escaped(char: string): string {
  if (/[wWsSbB]/.test(char)) return `\\${char}`;
  if (/[1-9]/.test(char)) return `\\${char}`;
  if (char === '<') return '\\b(?=\\w)';
  if (char === '>') return '\\b(?<=\\w)';
  if (char === '`') return '^';
  if (char === "'") return '$';
  return /[\\^$.*+?()[\]{}|/-]/.test(char) ? `\\${char}` : char;
}

function bracketSet(pattern: string, open: number): { readonly source: string; readonly end: number } | undefined {
  let at = open + 1;
  let negated = false;
  if (pattern[at] === '^') {
    negated = true;
    at++;
  }
  let body = '';
  for (let first = true; at < pattern.length; at++, first = false) {
    const char = pattern[at]!;
    if (char === ']' && !first) return { source: `[${negated ? '^' : ''}${body}]`, end: at };
    const named = char === '[' ? /^\[:(\w+):\]/.exec(pattern.slice(at)) : null;
    if (named) {
      body += bracketClasses[named[1]!] ?? '';
      at += named[0].length - 1;
    } else body += /[\\[\]^]/.test(char) ? `\\${char}` : char;
  }
  return undefined;
}
