/**
 * YAML as kubectl prints it: sigs.k8s.io/yaml over go-yaml v2 (keys in its natural order, two-space maps, lists not indented, long
 * scalars folded after column 80, what YAML 1.1 would read as something else in quotes). A general library folds and quotes otherwise.
 */
import { isDoc, type Value } from '../value.ts';

const BEST_WIDTH = 80;

const digit = (char: string) => char >= '0' && char <= '9';
const letter = (char: string) => /\p{L}/u.test(char);

/** go-yaml's order of keys: letters by code point, runs of digits by value. */
export function compareKeys(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  let digits = false;
  for (let at = 0; at < left.length && at < right.length; at++) {
    const [x, y] = [left[at]!, right[at]!];
    if (x === y) {
      digits = digit(x);
      continue;
    }
    const [xl, yl] = [letter(x), letter(y)];
    if (xl && yl) return x < y ? -1 : 1;
    if (xl || yl) return (digits ? xl : yl) ? -1 : 1;
    return compareRuns(left, right, at);
  }
  return left.length - right.length;
}

function compareRuns(left: readonly string[], right: readonly string[], at: number): number {
  let [an, bn] = [0, 0];
  if (left[at] === '0' || right[at] === '0') {
    for (let back = at - 1; back >= 0 && digit(left[back]!); back--) {
      if (left[back] !== '0') {
        an = 1;
        bn = 1;
        break;
      }
    }
  }
  let [ai, bi] = [at, at];
  for (; ai < left.length && digit(left[ai]!); ai++) an = an * 10 + Number(left[ai]);
  for (; bi < right.length && digit(right[bi]!); bi++) bn = bn * 10 + Number(right[bi]);
  if (an !== bn) return an < bn ? -1 : 1;
  if (ai !== bi) return ai < bi ? -1 : 1;
  return left[at]! < right[at]! ? -1 : 1;
}

const NOT_A_STRING = new RegExp(
  [
    // null, booleans of YAML 1.1 and the one-letter ones that older readers know
    '~|null|Null|NULL|y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF',
    '[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)',
    // integers, with underscores, hexadecimal, octal and binary
    '[-+]?[0-9][0-9_]*|[-+]?0x[0-9a-fA-F_]+|[-+]?0o[0-7_]+|[-+]?0b[01_]+',
    '[-+]?(?:\\.[0-9]+|[0-9]+(?:\\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?',
    // sexagesimals
    '[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\\.[0-9_]*)?',
    // timestamps
    '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]| )[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})?)?',
  ]
    .map((part) => `(?:${part})`)
    .join('|')
    .replace(/^/, '^(?:')
    .concat(')$'),
);

interface Traits {
  readonly plain: boolean;
  readonly single: boolean;
  readonly block: boolean;
}

function printable(char: string): boolean {
  const code = char.codePointAt(0)!;
  return (
    code === 0x0a ||
    (code >= 0x20 && code <= 0x7e) ||
    (code >= 0xa0 && code <= 0xffff && code !== 0xfeff && !(code >= 0xd800 && code <= 0xdfff))
  );
}

/** libyaml's yaml_emitter_analyze_scalar, for block context. */
function analyse(value: string): Traits {
  if (value === '') return { plain: true, single: true, block: false };
  const chars = [...value];
  const last = chars.length - 1;
  const blank = (index: number) => index > last || chars[index] === ' ' || chars[index] === '\t';
  let indicators = value.startsWith('---') || value.startsWith('...');
  let [special, lineBreaks, breakSpace, spaceBreak, previousSpace, previousBreak] = [false, false, false, false, false, false];
  let precededByBlank = true;
  chars.forEach((char, index) => {
    if (index === 0) {
      if ('#,[]{}&*!|>\'"%@`'.includes(char)) indicators = true;
      else if ('?:-'.includes(char) && blank(1)) indicators = true;
    } else if ((char === ':' && blank(index + 1)) || (char === '#' && precededByBlank)) indicators = true;
    if (!printable(char)) special = true;
    if (char === ' ') {
      if (previousBreak) breakSpace = true;
      previousSpace = true;
      previousBreak = false;
    } else if (char === '\n') {
      lineBreaks = true;
      if (previousSpace) spaceBreak = true;
      previousSpace = false;
      previousBreak = true;
    } else {
      previousSpace = false;
      previousBreak = false;
    }
    precededByBlank = char === ' ' || char === '\t' || char === '\n';
  });
  const edge = [chars[0], chars[last]].some((char) => char === ' ' || char === '\n');
  const bad = spaceBreak || special;
  return {
    plain: !(edge || breakSpace || bad || lineBreaks || indicators),
    single: !(breakSpace || bad),
    block: !(chars[last] === ' ' || bad),
  };
}

/** Writes words after each other and breaks the line at a space beyond column 80. */
function fold(chars: readonly string[], column: number, pad: string, mayBreak: (index: number) => boolean): string {
  let out = '';
  let spaces = false;
  let at = column;
  chars.forEach((char, index) => {
    if (char === ' ' && !spaces && at > BEST_WIDTH && mayBreak(index)) {
      out += `\n${pad}`;
      at = pad.length;
    } else {
      out += char;
      at += 1;
    }
    spaces = char === ' ';
  });
  return out;
}

function plain(value: string, column: number, pad: string): string {
  const chars = [...value];
  return fold(chars, column, pad, (index) => chars[index + 1] !== ' ');
}

function single(value: string, column: number, pad: string): string {
  const chars = [...value];
  let out = "'";
  let [spaces, breaks] = [false, false];
  let at = column + 1;
  chars.forEach((char, index) => {
    if (char === ' ') {
      if (!spaces && at > BEST_WIDTH && index > 0 && index < chars.length - 1 && chars[index + 1] !== ' ') {
        out += `\n${pad}`;
        at = pad.length;
      } else {
        out += char;
        at++;
      }
      spaces = true;
    } else if (char === '\n') {
      if (!breaks) out += '\n';
      out += '\n';
      at = 0;
      breaks = true;
    } else {
      if (breaks) {
        out += pad;
        at = pad.length;
      }
      out += char === "'" ? "''" : char;
      at += char === "'" ? 2 : 1;
      spaces = false;
      breaks = false;
    }
  });
  return `${out}'`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function escaped(char: string): string {
  const known = Object.hasOwn(ESCAPES, char) ? ESCAPES[char] : undefined;
  if (known !== undefined) return known;
  const code = char.codePointAt(0)!;
  if (printable(char)) return char;
  if (code <= 0xff) return `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
  if (code <= 0xffff) return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`;
}

function double(value: string, column: number, pad: string, key: boolean): string {
  const chars = [...value];
  let out = '"';
  let at = column + 1;
  let spaces = false;
  chars.forEach((char, index) => {
    if (char === ' ' && !key && !spaces && at > BEST_WIDTH && index > 0 && index < chars.length - 1) {
      out += `\n${pad}`;
      at = pad.length;
      if (chars[index + 1] === ' ') {
        out += '\\';
        at++;
      }
      spaces = true;
      return;
    }
    const written = escaped(char);
    out += written;
    at += [...written].length;
    spaces = char === ' ';
  });
  return `${out}"`;
}

function literal(value: string, pad: string): string {
  const hint = value[0] === ' ' || value[0] === '\n' ? '2' : '';
  const chomp = !value.endsWith('\n') ? '-' : value === '\n' || value.endsWith('\n\n') ? '+' : '';
  const lines = (value.endsWith('\n') ? value.slice(0, -1) : value).split('\n');
  return `|${hint}${chomp}\n${lines.map((line) => (line === '' ? '' : pad + line)).join('\n')}`;
}

/** A string in the style go-yaml picks. `pad`: the indent of its further lines; `column`: where it starts. */
function scalarString(value: string, column: number, pad: string, key = false): string {
  const traits = analyse(value);
  if (value.includes('\n')) return traits.block && !key ? literal(value, pad) : double(value, column, pad, key);
  if (value === '' || NOT_A_STRING.test(value)) return double(value, column, pad, key);
  if (traits.plain) return key ? value : plain(value, column, pad);
  if (traits.single) return key ? `'${value.replaceAll("'", "''")}'` : single(value, column, pad);
  return double(value, column, pad, key);
}

function scalar(value: Value, column: number, pad: string): string {
  if (typeof value === 'string') return scalarString(value, column, pad);
  if (typeof value === 'number' && !Number.isInteger(value)) return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
  return String(value);
}

function isBlock(value: Value): boolean {
  return Array.isArray(value) ? value.length > 0 : isDoc(value) && Object.keys(value).length > 0;
}

function empty(value: Value): string | undefined {
  return Array.isArray(value) ? '[]' : isDoc(value) ? '{}' : undefined;
}

function mapping(value: { readonly [key: string]: Value }, indent: number, out: string[], first: string): void {
  const pad = ' '.repeat(indent);
  let head = first;
  for (const key of Object.keys(value).sort(compareKeys)) {
    const item = value[key];
    if (item === undefined) continue;
    const name = scalarString(key, indent, '', true);
    const start = `${head}${name}:`;
    head = pad;
    if (isBlock(item)) {
      out.push(start);
      if (Array.isArray(item)) sequence(item as readonly Value[], indent, out, pad);
      else mapping(item as { readonly [key: string]: Value }, indent + 2, out, `${pad}  `);
    } else out.push(`${start} ${empty(item) ?? scalar(item, start.length + 1, `${pad}  `)}`);
  }
}

function sequence(value: readonly Value[], indent: number, out: string[], first: string): void {
  const pad = ' '.repeat(indent);
  let head = first;
  for (const item of value) {
    const start = `${head}- `;
    head = pad;
    if (!isBlock(item)) out.push(`${start}${empty(item) ?? scalar(item, start.length, `${pad}  `)}`);
    else if (Array.isArray(item)) sequence(item as readonly Value[], indent + 2, out, start);
    else mapping(item as { readonly [key: string]: Value }, indent + 2, out, start);
  }
}

/** The value as a YAML document, ending in a newline. */
export function toYaml(value: Value): string {
  const out: string[] = [];
  if (!isBlock(value)) out.push(empty(value) ?? scalar(value, 0, ''));
  else if (Array.isArray(value)) sequence(value as readonly Value[], 0, out, '');
  else mapping(value as { readonly [key: string]: Value }, 0, out, '');
  return `${out.join('\n')}\n`;
}
