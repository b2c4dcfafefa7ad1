/** A cursor over the tokens of a configuration and the files it includes. Models the include stack of conf/cf-lex.l. */
import { ConfigError, type Lexed, lex, type Token } from './lex.ts';

/** The disk a configuration is read from. */
export interface FileSource {
  /** Text of a file, or undefined where there is none. */
  read(path: string): string | undefined;
  /** Names in a directory, directories with a trailing `/`; undefined: no such directory. */
  list(path: string): readonly string[] | undefined;
}

/** Where no file can be included: what is typed at birdc. */
export const NO_FILES: FileSource = { read: () => undefined, list: () => undefined };

const MAX_INCLUDE_DEPTH = 8;

/** @returns false when a complaint ends the tokens */
function expand(lexed: Lexed, source: FileSource, depth: number, out: Token[]): boolean {
  for (const item of lexed) {
    if (item.kind !== 'include') {
      if (item.kind !== 'end' || depth === 1) out.push(item);
      continue;
    }
    const fail = (text: string): boolean => {
      out.push({ kind: 'bad', text, file: item.file, line: item.line, column: item.column });
      return false;
    };
    if (depth + 1 > MAX_INCLUDE_DEPTH) return fail('Max include depth reached');
    const path = item.path.startsWith('/') ? item.path : `${directoryOf(item.file)}/${item.path}`;
    for (const file of /[?*[]/.test(item.path) ? matching(path, source) : [path]) {
      const text = source.read(file);
      if (text === undefined) return fail(`Unable to open included file ${file}: No such file or directory`);
      if (!expand(lex(text, file), source, depth + 1, out)) return false;
    }
  }
  return true;
}

/** dirname(): `.` for a bare name. */
function directoryOf(file: string): string {
  const at = file.lastIndexOf('/');
  return at < 0 ? '.' : file.slice(0, at);
}

/** Files whose last part fits a pattern, sorted as glob() sorts them. Patterns in directory names are not expanded. */
function matching(path: string, { list }: FileSource): readonly string[] {
  const folder = directoryOf(path);
  const names = list(folder) ?? [];
  const pattern = path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  let regexp: RegExp;
  try {
    regexp = new RegExp(`^${pattern.replace(/\[!/g, '[^')}$`);
  } catch {
    return [];
  }
  const found = names.filter((name) => !name.endsWith('/') && !name.startsWith('.') && regexp.test(name));
  return found.sort().map((name) => `${folder}/${name}`);
}

export class Reader {
  private readonly tokens: readonly Token[];
  private index = 0;

  constructor(text: string, file: string, source: FileSource) {
    const tokens: Token[] = [];
    expand(lex(text, file), source, 1, tokens);
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
