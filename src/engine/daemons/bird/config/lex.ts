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
const INCLUDE = /[ \t]*include[ \t]*"[^\n]*?"[ \t]*;/y;
const BLANK = /[ \t]+/y;

/** What a lexeme is, or a complaint about it. */
type Reading = Pick<Token, 'kind' | 'text'>;

/** A sort of lexeme: the characters it can begin with, which spare most texts most patterns, and what its text is read as. */
interface Lexeme {
  readonly first: RegExp;
  readonly pattern: RegExp;
  read(text: string): Reading;
}

const bad = (text: string): Reading => ({ kind: 'bad', text });

/** In the lexer's order. */
const LEXEMES: readonly Lexeme[] = [
  {
    first: /\d/,
    pattern: /\d+\.\d+\.\d+\.\d+/y,
    read: (text) =>
      text.split('.').some((part) => Number(part) > 255) ? bad(`Invalid IPv4 address ${text}`) : { kind: 'ip', text },
  },
  {
    first: /[0-9a-fA-F:]/,
    pattern: /(?:[0-9a-fA-F]*::|(?:[0-9a-fA-F]*:){3,})(?:\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]*)/y,
    read: () => bad('This is an IPv4 router, therefore IPv6 addresses are not supported'),
  },
  {
    first: /\d/,
    pattern: /0x[0-9a-fA-F]+|\d+/y,
    read: (text) => (Number(text) > 0xffff_ffff ? bad('Number out of range') : { kind: 'num', text: String(Number(text)) }),
  },
  { first: /e/, pattern: /else:/y, read: (text) => ({ kind: 'punct', text }) },
  { first: /[a-zA-Z_]/, pattern: /[a-zA-Z_][a-zA-Z0-9_]*/y, read: named },
  { first: /'/, pattern: /'[a-zA-Z0-9_\-.:]*'/y, read: (text) => named(text.slice(1, -1)) },
  { first: /"/, pattern: /"[^"\n]*"/y, read: (text) => ({ kind: 'text', text: text.slice(1, -1) }) },
  { first: /"/, pattern: /"/y, read: () => bad('Unterminated string') },
  {
    first: /[^a-zA-Z0-9_]/,
    pattern: /!=|!~|<=|>=|&&|\|\||\.\.|\[=|=\]|[={}:;,.()+*/%<>~[\]?!|-]/y,
    read: (text) => ({ kind: 'punct', text }),
  },
];

function named(text: string): Reading {
  return { kind: KEYWORDS.has(text) ? 'keyword' : ENUM.has(text) ? 'enum' : 'symbol', text };
}

/** By character code. */
const BEGINNING: readonly (readonly Lexeme[])[] = Array.from({ length: 128 }, (_, code) =>
  LEXEMES.filter(({ first }) => first.test(String.fromCharCode(code))),
);

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
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    last = pattern.lastIndex - at;
    at = pattern.lastIndex;
    return true;
  };
  while (at < text.length) {
    const char = text[at] as string;
    if (char === '\n') {
      at++;
      line++;
      lineStart = at;
      last = 1;
      continue;
    }
    if (at === 0 || text[at - 1] === '\n') {
      if (take(INCLUDE)) {
        const path = text.slice(text.indexOf('"', at - last) + 1, text.lastIndexOf('"', at));
        if (path === '') throw new ConfigError('Include with empty argument', here(at - last));
        tokens.push({ kind: 'include', path, ...here(at - last) });
        continue;
      }
    }
    if ((char === ' ' || char === '\t') && take(BLANK)) continue;
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
    const lexeme = BEGINNING[char.charCodeAt(0)]?.find(({ pattern }) => take(pattern));
    if (!lexeme) throw new ConfigError('Unknown character', here());
    const { kind, text: value } = lexeme.read(text.slice(at - last, at));
    if (kind === 'bad') throw new ConfigError(value, here(at - last));
    tokens.push({ kind, text: value, line, column: at - last - lineStart + 1, file });
  }
  tokens.push({ kind: 'end', text: '', file, line: 1, column: 1 - last });
}

function lines(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) if (text[i] === '\n') count++;
  return count;
}
