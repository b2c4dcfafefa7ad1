/**
 * Tokens of an awk program, after mawk 1.3.4: what a `/`, `<`, `>` or `|` means hangs on what stands before it, a `;` is supplied
 * before a `}`, and some mistakes are told here already (`extra ')'`). Texts are a character a byte.
 */

export type TokenKind =
  | 'end'
  | 'newline'
  | ';'
  | '{'
  | '}'
  | '('
  | ')'
  | '['
  | ']'
  | ','
  | '$'
  | '?'
  | ':'
  | 'number'
  | 'string'
  | 'regexp'
  | 'name'
  | 'function name'
  | 'builtin'
  | 'length'
  | 'keyword'
  | 'operator'
  | 'assign'
  | 'match'
  | 'step'
  | 'output'
  | 'input'
  | 'pipe'
  | 'unexpected';

export interface Token {
  readonly kind: TokenKind;
  /** As mawk names it in a complaint; a string or a regular expression without its quotes. */
  readonly text: string;
  readonly line: number;
}

const KEYWORDS: ReadonlySet<string> = new Set(
  'print printf do while for break continue if else in delete split match BEGIN END exit next nextfile return getline sub gsub function'.split(
    ' ',
  ),
);

/** Least and most arguments. */
export const BUILTINS: Readonly<Record<string, readonly [number, number]>> = {
  atan2: [2, 2],
  close: [1, 1],
  cos: [1, 1],
  exp: [1, 1],
  fflush: [0, 1],
  index: [2, 2],
  int: [1, 1],
  length: [0, 1],
  log: [1, 1],
  mktime: [1, 1],
  rand: [0, 0],
  sin: [1, 1],
  sprintf: [1, 255],
  sqrt: [1, 1],
  srand: [0, 1],
  strftime: [0, 3],
  substr: [2, 3],
  system: [1, 1],
  systime: [0, 0],
  tolower: [1, 1],
  toupper: [1, 1],
};

/** The program cannot be read: what mawk says, each line with its name in front, and it ends with status 2. */
export class CompileError extends Error {}

const MAX_COMPLAINTS = 5;
const DIVIDES: ReadonlySet<TokenKind> = new Set(['number', 'string', ')', 'name', 'regexp', ']', 'step']);
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  f: '\f',
  b: '\b',
  r: '\r',
  a: '\x07',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

/** `\n`, `\101`, `\x41`; a backslash before anything else stays. */
export function unescapeAwk(text: string): string {
  return text.replace(/\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|([\s\S]))/g, (all, octal, hex, char: string | undefined) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return ESCAPES[char!] ?? all;
  });
}

export class Lexer {
  private at = 0;
  private lineNumber = 1;
  private previous: TokenKind = 'newline';
  private inPrint = false;
  private afterGetline = false;
  private parens = 0;
  private braces = 0;
  private supplied = false;
  readonly complaints: string[] = [];
  private readonly text: string;
  private readonly file: string;
  private readonly kindOf: (name: string) => string | undefined;

  /** @param file of `-f`, as it is named in complaints; '' for a program on the command line */
  constructor(text: string, file: string, kindOf: (name: string) => string | undefined) {
    this.text = `${text}\n`;
    this.file = file;
    this.kindOf = kindOf;
    this.skipNewlines();
  }

  /** @throws CompileError when there have been too many */
  complain(message: string, line: number): void {
    this.complaints.push(`${this.file === '' ? '' : `${this.file}: `}line ${line}: ${message}`);
    if (this.complaints.length >= MAX_COMPLAINTS) throw new CompileError();
  }

  /** What is wrong with a token where it stands. */
  refuse(token: Token): void {
    const { kind, text, line } = token;
    if (kind === 'unexpected') {
      this.complaints.push(`${line}: unexpected character ${/[!-~]/.test(text) ? `'${text}'` : hexOf(text)}`);
      if (this.complaints.length >= MAX_COMPLAINTS) throw new CompileError();
    } else if (this.parens > 0 && /^(end|newline|;|\})$/.test(kind)) {
      this.complain(`missing ) near ${text}`, line);
      this.parens = 0;
    } else if (this.braces > 0 && (kind === 'end' || (kind === 'keyword' && /^(BEGIN|END)$/.test(text)))) {
      this.complain(`missing } near ${text}`, line);
      this.braces = 0;
    } else if (kind === 'regexp') this.complain(`syntax error at or near /${text}/`, line);
    else this.complain(`syntax error at or near ${text}`, line);
  }

  /** Forgets what is open, after a mistake. */
  recover(): void {
    this.inPrint = false;
    this.afterGetline = false;
    this.parens = 0;
  }

  /** The statement is at its end. */
  endStatement(): void {
    this.inPrint = false;
    this.afterGetline = false;
  }

  skipNewlines(): void {
    for (;;) {
      const blank = /^(?:[ \t\r\v\f]|\\\r?\n|#[^\n]*|\n)*/.exec(this.text.slice(this.at, this.at + 4096))![0];
      if (blank === '') return;
      this.pass(blank);
    }
  }

  private pass(text: string): void {
    this.at += text.length;
    for (const char of text) if (char === '\n') this.lineNumber++;
  }

  next(): Token {
    const token = this.scan();
    this.previous = token.kind;
    return token;
  }

  private token(kind: TokenKind, text: string, line = this.lineNumber): Token {
    return { kind, text, line };
  }

  private scan(): Token {
    for (;;) {
      const blank = /^(?:[ \t\r\v\f]|\\\r?\n|#[^\n]*)+/.exec(this.text.slice(this.at, this.at + 4096))?.[0];
      if (blank === undefined) break;
      this.pass(blank);
    }
    const line = this.lineNumber;
    const char = this.text[this.at];
    if (char === undefined) return this.token('end', 'end of file');
    const rest = this.text.slice(this.at, this.at + 256);
    if (char === '\n') {
      this.skipNewlines();
      return this.token('newline', 'end of line', line);
    }
    const number = /^(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(rest)?.[0];
    if (number !== undefined) {
      this.at += number.length;
      return this.token('number', number);
    }
    if (/[A-Za-z_]/.test(char)) return this.word();
    if (char === '"') return this.string();
    if (char === '/') return this.slash();
    return this.punctuation(char, rest, line);
  }

  private punctuation(char: string, rest: string, line: number): Token {
    if (char === '}') return this.closeBrace();
    if (char === ')') {
      this.at++;
      if (--this.parens < 0) {
        this.complain("extra ')'", line);
        this.parens = 0;
        return this.scan();
      }
      this.afterGetline = false;
      return this.token(')', ')');
    }
    if (char === '>' && this.inPrint && this.parens === 0) {
      this.inPrint = false;
      return this.operator('output', rest.startsWith('>>') ? '>>' : '>');
    }
    if (char === '|' && rest[1] !== '|') {
      if (!this.inPrint || this.parens > 0) return this.operator('pipe', '|');
      this.inPrint = false;
      return this.operator('output', '|');
    }
    if (char === '<' && rest[1] !== '=' && this.afterGetline) {
      this.afterGetline = false;
      return this.operator('input', '<');
    }
    const step = /^(?:\+\+|--)/.exec(rest)?.[0];
    if (step) return this.operator('step', step);
    const assign = /^(?:[-+*%^]=|=(?!=))/.exec(rest)?.[0];
    if (assign) return this.operator('assign', assign);
    const match = /^!?~/.exec(rest)?.[0];
    if (match) return this.operator('match', match);
    const operator = /^(?:&&|\|\||[=!<>]=|[-+*%^!<>])/.exec(rest)?.[0];
    if (operator) {
      const token = this.operator('operator', operator);
      if (operator === '&&' || operator === '||') this.skipNewlines();
      return token;
    }
    if (!'{;,([]$?:'.includes(char)) return this.operator('unexpected', char);
    const token = this.operator(char as TokenKind, char);
    if (char === '(') this.parens++;
    if (char === '{') this.braces++;
    if (char === '{' || char === ';' || char === ',') this.skipNewlines();
    return token;
  }

  private operator(kind: TokenKind, text: string): Token {
    const token = this.token(kind, text);
    this.at += text.length;
    return token;
  }

  /** Before a `}` stands a `;`, written or not. */
  private closeBrace(): Token {
    const line = this.lineNumber;
    if (this.braces <= 0) {
      this.at++;
      this.complain("extra '}'", line);
      this.eatSemicolon();
      return this.scan();
    }
    if (!this.supplied && !/^(?:newline|;|\})$/.test(this.previous)) {
      this.supplied = true;
      return this.token(';', '}');
    }
    this.supplied = false;
    this.at++;
    if (--this.braces === 0) this.eatSemicolon();
    this.skipNewlines();
    return this.token('}', '}', line);
  }

  private eatSemicolon(): void {
    const found = /^[ \t]*;/.exec(this.text.slice(this.at, this.at + 256))?.[0];
    if (found) this.at += found.length;
  }

  private word(): Token {
    const text = /^\w+/.exec(this.text.slice(this.at, this.at + 4096))![0];
    this.at += text.length;
    if (KEYWORDS.has(text)) {
      if (text === 'print' || text === 'printf') this.inPrint = true;
      if (text === 'getline' && this.previous !== 'pipe') this.afterGetline = true;
      return this.token('keyword', text);
    }
    if (text === 'length') return this.token(/^[ \t]*\(/.test(this.text.slice(this.at, this.at + 64)) ? 'builtin' : 'length', text);
    if (Object.hasOwn(BUILTINS, text)) return this.token('builtin', text);
    const use = this.kindOf(text) ?? (this.text[this.at] === '(' ? 'function' : 'variable');
    return this.token(use === 'function' ? 'function name' : 'name', text);
  }

  private string(): Token {
    const found = /^"((?:[^"\\\n]|\\[\s\S])*)"/.exec(this.text.slice(this.at));
    if (!found) {
      const shown = this.text
        .slice(this.at + 1)
        .split('\n')[0]!
        .slice(0, 10);
      this.complaints.push(
        `${this.file === '' ? '' : `${this.file}: `}line ${this.lineNumber}: runaway string constant "${shown} ...`,
      );
      throw new CompileError();
    }
    const token = this.token('string', unescapeAwk(found[1]!.replace(/\\\n/g, '')));
    this.pass(found[0]);
    return token;
  }

  private slash(): Token {
    if (DIVIDES.has(this.previous))
      return this.text[this.at + 1] === '=' ? this.operator('assign', '/=') : this.operator('operator', '/');
    let end = this.at + 1;
    let bracket = -1;
    for (; this.text[end] !== '\n'; end++) {
      const char = this.text[end];
      if (char === '\\') end++;
      else if (bracket >= 0) {
        if (char === ']' && end > bracket + 1 + (this.text[bracket + 1] === '^' ? 1 : 0)) bracket = -1;
        else if (char === '[' && this.text[end + 1] === ':') end = Math.max(end, this.text.indexOf(':]', end + 2));
      } else if (char === '[') bracket = end;
      else if (char === '/') break;
    }
    if (this.text[end] !== '/') {
      const shown = this.text
        .slice(this.at + 1)
        .split('\n')[0]!
        .slice(0, 10);
      this.complaints.push(`line ${this.lineNumber}: runaway regular expression /${shown} ...`);
      throw new CompileError();
    }
    const token = this.token('regexp', this.text.slice(this.at + 1, end).replaceAll('\\/', '/'));
    this.at = end + 1;
    return token;
  }
}

const hexOf = (char: string) => `0x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
