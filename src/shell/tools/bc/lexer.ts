/** Tokens of a bc program, GNU bc 1.07.1's. */

export type TokenKind = 'end' | 'newline' | 'number' | 'name' | 'string' | 'word' | 'sign' | 'assign' | 'relation' | 'step';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const WORDS: ReadonlySet<string> = new Set(
  'define break quit length return for if while sqrt scale ibase obase auto else read random halt last void warranty continue print limits'.split(
    ' ',
  ),
);

const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['newline', /\n/y],
  ['name', /[a-z][a-z0-9_]*/y],
  ['string', /"[^"]*"/y],
  ['number', /[0-9A-Z](?:[0-9A-Z]|\\\n)*(?:\.(?:[0-9A-Z]|\\\n)*)?|\.(?:\\\n)*[0-9A-Z](?:[0-9A-Z]|\\\n)*/y],
  ['word', /\./y],
  ['relation', /==|<=|>=|!=|<|>/y],
  ['assign', /[-+*/%^]=|=/y],
  ['step', /\+\+|--/y],
  ['sign', /&&|\|\||[-+;(){}[\],^!*/%&]/y],
];

export class Lexer {
  private at = 0;
  /** Of the place that has been read to. */
  line = 1;
  private readonly text: string;
  private readonly complain: (message: string) => void;
  private readonly say: (text: string) => void;

  constructor(text: string, complain: (message: string) => void, say: (text: string) => void) {
    this.text = text;
    this.complain = complain;
    this.say = say;
  }

  get position(): { readonly at: number; readonly line: number } {
    return { at: this.at, line: this.line };
  }

  back({ at, line }: { readonly at: number; readonly line: number }): void {
    this.at = at;
    this.line = line;
  }

  private pass(text: string): void {
    this.at += text.length;
    for (const char of text) if (char === '\n') this.line++;
  }

  private skipBlank(): void {
    for (;;) {
      const rest = /(?:[ \t]|\\\n|#[^\n]*)+/y;
      rest.lastIndex = this.at;
      const blank = rest.exec(this.text)?.[0];
      if (blank) this.pass(blank);
      else if (this.text.startsWith('/*', this.at)) {
        const end = this.text.indexOf('*/', this.at + 2);
        if (end < 0) this.say('EOF encountered in a comment.\n');
        this.pass(this.text.slice(this.at, end < 0 ? this.text.length : end + 2));
      } else return;
    }
  }

  next(): Token {
    for (;;) {
      this.skipBlank();
      const char = this.text[this.at];
      if (char === undefined) {
        this.line = 1;
        return { kind: 'end', text: '' };
      }
      for (const [kind, pattern] of PATTERNS) {
        pattern.lastIndex = this.at;
        const text = pattern.exec(this.text)?.[0];
        if (text === undefined) continue;
        this.pass(text);
        if (kind === 'name' && WORDS.has(text)) return { kind: 'word', text };
        if (kind === 'word') return { kind: 'word', text: 'last' };
        return { kind, text };
      }
      this.at++;
      const code = char.charCodeAt(0);
      this.complain(
        `illegal character: ${code < 32 ? `^${String.fromCharCode(code + 64)}` : code > 126 ? `\\${code.toString(8)}` : char}`,
      );
    }
  }
}
