/** A cursor over the tokens of a configuration and the files it includes. Models the include stack of conf/cf-lex.l. */
import { ConfigError, type Lexed, lex, type Token } from './lex.ts';

/** Text of a file, or undefined where there is none. */
export type ReadFile = (path: string) => string | undefined;

const MAX_INCLUDE_DEPTH = 8;

function expand(lexed: Lexed, read: ReadFile, depth: number, out: Token[]): void {
  for (const item of lexed) {
    if (item.kind !== 'include') {
      if (item.kind !== 'end' || depth === 0) out.push(item);
      continue;
    }
    const path = item.path.startsWith('/') ? item.path : `${item.file.slice(0, item.file.lastIndexOf('/') + 1)}${item.path}`;
    const text = read(path);
    if (depth + 1 >= MAX_INCLUDE_DEPTH || text === undefined) {
      const complaint =
        text === undefined ? `Unable to open included file ${path}: No such file or directory` : 'Max include depth reached';
      out.push({ kind: 'bad', text: complaint, file: item.file, line: item.line, column: item.column });
      return;
    }
    expand(lex(text, path), read, depth + 1, out);
  }
}

export class Reader {
  private readonly tokens: readonly Token[];
  private index = 0;

  constructor(text: string, file: string, read: ReadFile) {
    const tokens: Token[] = [];
    expand(lex(text, file), read, 0, tokens);
    this.tokens = tokens;
  }

  /** The next token, not taken. Throws what the lexer complained of there. */
  peek(ahead = 0): Token {
    const token = this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)];
    if (!token) throw new ConfigError('syntax error', { file: '', line: 1, column: 0 });
    if (token.kind === 'bad') throw new ConfigError(token.text, token);
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.index++;
    return token;
  }

  /** Where the cursor is, for `text` of what was read since. */
  get position(): number {
    return this.index;
  }

  /** The tokens since a position, one blank between them. */
  textSince(position: number): string {
    let text = '';
    for (let i = position; i < this.index; i++) text += ` ${this.tokens[i]?.text}`;
    return text;
  }

  /** The next token is this word or sign. */
  at(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.text === text && (token.kind === 'keyword' || token.kind === 'punct');
  }

  /** Takes the word or sign when it is next. */
  accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.index++;
    return true;
  }

  expect(text: string): Token {
    if (!this.at(text)) this.fail();
    return this.next();
  }

  /** A new or known name; reserved words are none. */
  symbol(): Token {
    if (this.peek().kind !== 'symbol') this.fail();
    return this.next();
  }

  /** What is wrong at the next token, to be thrown. */
  error(message = 'syntax error'): ConfigError {
    return new ConfigError(message, this.peek());
  }

  /** Ends the parse at the next token. */
  fail(message = 'syntax error'): never {
    throw this.error(message);
  }

  /** What is wrong with the token just taken, to be thrown. */
  errorHere(message: string): ConfigError {
    const token = this.tokens[Math.max(0, this.index - 1)];
    return new ConfigError(message, token ?? this.peek());
  }

  /** Ends the parse at the token just taken. */
  failHere(message: string): never {
    throw this.errorHere(message);
  }
}
