/**
 * Splits BIRD configuration text into tokens. Models conf/cf-lex.l of BIRD 1.6.8: case-sensitive keywords, `#` and C comments,
 * quoted symbols, include lines. Leaves out include wildcards.
 */
import { KEYWORDS } from './keywords.ts';

/** `bad`: the lexer failed here; `text` is its complaint. */
export type TokenKind = 'num' | 'ip' | 'text' | 'symbol' | 'keyword' | 'enum' | 'punct' | 'end' | 'bad';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
  /** From 1. At the end of the file BIRD has forgotten where it was, and says line 1 and a column before the first. */
  readonly column: number;
  readonly file: string;
}

/** Where BIRD says that something is wrong. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A configuration error as BIRD reports it: `<file>:<line>:<column> <message>`. */
export class ConfigError extends Error {
  readonly at: Position;
  constructor(message: string, at: Position) {
    super(message);
    this.at = { file: at.file, line: at.line, column: at.column };
  }
}

/** The enumeration constants a filter may name, with BIRD's numbers for type and value, as the grammars' CF_ENUM lists them. */
export const ENUM: ReadonlyMap<string, { readonly type: number; readonly value: number }> = new Map(
  Object.entries({
    RTS: '30 DUMMY STATIC INHERIT DEVICE STATIC_DEVICE REDIRECT RIP OSPF OSPF_IA OSPF_EXT1 OSPF_EXT2 BGP PIPE BABEL',
    SCOPE: '32 HOST LINK SITE ORGANIZATION UNIVERSE UNDEFINED',
    RTC: '33 UNICAST BROADCAST MULTICAST ANYCAST',
    RTD: '34 ROUTER DEVICE BLACKHOLE UNREACHABLE PROHIBIT MULTIPATH',
    ROA: '35 UNKNOWN VALID INVALID',
    ORIGIN: '31 IGP EGP INCOMPLETE',
  }).flatMap(([group, text]) => {
    const [type, ...names] = text.split(' ');
    return names.map((name, value) => [`${group}_${name}`, { type: Number(`0x${type}`), value }] as const);
  }),
);
const IPV6 = /(?:[0-9a-fA-F]*::|(?:[0-9a-fA-F]*:){3,})(?:\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]*)/y;
const INCLUDE = /[ \t]*include[ \t]*"([^\n]*?)"[ \t]*;/y;
const BLANK = /[ \t]+/y;
const ADDRESS = /\d+\.\d+\.\d+\.\d+/y;
const NUMBER = /0x[0-9a-fA-F]+|\d+/y;
const NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const QUOTED_NAME = /'[a-zA-Z0-9_\-.:]*'/y;
const TEXT = /"([^"\n]*)"/y;
const ELSE_COLON = /else:/y;
const PUNCTUATION = /!=|!~|<=|>=|&&|\|\||\.\.|\[=|=\]|[={}:;,.()+*/%<>~[\]?!|-]/y;

/** What a text holds: its tokens, and where other files are included between them. */
export type Lexed = readonly (Token | (Position & { readonly kind: 'include'; readonly path: string }))[];

const MAX_CACHED = 400;
const cache = new Map<string, { readonly file: string; readonly lexed: Lexed }>();

/** Tokens of a text. Pure; remembered by the text itself, because confd rewrites most files with what they held. */
export function lex(text: string, file: string): Lexed {
  const known = cache.get(text);
  if (known?.file === file) return known.lexed;
  const lexed = scan(text, file);
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(text, { file, lexed });
  return lexed;
}

/** Complaints become a last token, so that an error the parser meets earlier is told first. */
function scan(text: string, file: string): Lexed {
  const tokens: Lexed[number][] = [];
  try {
    scanInto(tokens, text, file);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    tokens.push({ kind: 'bad', text: error.message, ...error.at });
  }
  return tokens;
}

function scanInto(tokens: Lexed[number][], text: string, file: string): void {
  let at = 0;
  let line = 1;
  let lineStart = 0;
  /** Length of the last lexeme, which shifts the column at the end of the file. */
  let last = 0;
  const here = (start = at): Position => ({ file, line, column: start - lineStart + 1 });
  const fail = (message: string): never => {
    throw new ConfigError(message, here());
  };
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) {
      last = match[0].length;
      at = pattern.lastIndex;
    }
    return match;
  };
  const push = (kind: TokenKind, value: string) => tokens.push({ kind, text: value, ...here(at - last) });
  while (at < text.length) {
    const char = text[at];
    if (char === '\n') {
      at++;
      line++;
      lineStart = at;
      last = 1;
      continue;
    }
    if (at === 0 || text[at - 1] === '\n') {
      const include = take(INCLUDE);
      if (include) {
        if (include[1] === '') throw new ConfigError('Include with empty argument', here(at - last));
        tokens.push({ kind: 'include', path: include[1] ?? '', ...here(at - last) });
        continue;
      }
    }
    if (take(BLANK)) continue;
    if (char === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
      continue;
    }
    if (char === '/' && text[at + 1] === '*') {
      const end = text.indexOf('*/', at + 2);
      const inside = text.slice(at + 2, end < 0 ? undefined : end);
      const nested = inside.indexOf('/*');
      // The lexer forgets all but the last character of a comment.
      const stop = nested >= 0 ? at + 2 + nested : text.length - 1;
      const place = { file, line: line + lines(text, at, stop + 1), column: stop - text.lastIndexOf('\n', stop) };
      if (nested >= 0) throw new ConfigError('Comment nesting not supported', place);
      if (end < 0) throw new ConfigError('Unterminated comment', place);
      line += lines(text, at, end);
      lineStart = Math.max(lineStart, text.lastIndexOf('\n', end) + 1);
      at = end + 2;
      last = 2;
      continue;
    }
    let match = take(ADDRESS);
    if (match) {
      if (match[0].split('.').some((part) => Number(part) > 255))
        throw new ConfigError(`Invalid IPv4 address ${match[0]}`, here(at - last));
      push('ip', match[0]);
      continue;
    }
    if (take(IPV6)) throw new ConfigError('This is an IPv4 router, therefore IPv6 addresses are not supported', here(at - last));
    match = take(NUMBER);
    if (match) {
      if (Number(match[0]) > 0xffff_ffff) throw new ConfigError('Number out of range', here(at - last));
      push('num', String(Number(match[0])));
      continue;
    }
    if (take(ELSE_COLON)) {
      push('punct', 'else:');
      continue;
    }
    match = take(NAME) ?? take(QUOTED_NAME);
    if (match) {
      const name = match[0].startsWith("'") ? match[0].slice(1, -1) : match[0];
      push(KEYWORDS.has(name) ? 'keyword' : ENUM.has(name) ? 'enum' : 'symbol', name);
      continue;
    }
    match = take(TEXT);
    if (match) {
      push('text', match[1] ?? '');
      continue;
    }
    if (char === '"') fail('Unterminated string');
    match = take(PUNCTUATION);
    if (match) push('punct', match[0]);
    else fail('Unknown character');
  }
  tokens.push({ kind: 'end', text: '', file, line: 1, column: 1 - last });
}

function lines(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (text[i] === '\n') count++;
  return count;
}
