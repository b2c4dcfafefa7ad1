/** Reads bc's expressions: an assignment binds closer than a comparison, a minus closer than a power. Counts addresses as it goes. */
import type { Argument, Expr, Target } from './ast.ts';
import { Lexer, type Token, type TokenKind } from './lexer.ts';

/** A mistake that was told; the line is given up. */
export class Mistake extends Error {}
/** `quit` acts when it is read. */
export class Quit extends Error {}
/** At a terminal: the rest has not been typed yet. */
export class Unfinished extends Error {}

export interface Rules {
  /** Tells what is not in POSIX: `Warning`, or as an `Error`. */
  readonly strict: 'no' | 'warn' | 'error';
  /** More may come after the end of the text. */
  readonly open: boolean;
  readonly file: string;
  say(text: string): void;
  isNothing(name: string): boolean;
}

/** What kind of thing an expression is. */
interface Parsed {
  readonly expr: Expr;
  /** Printed when it stands alone. */
  readonly shown: boolean;
  readonly compares: boolean;
  readonly inParentheses: boolean;
}

const LEVELS: Readonly<Record<string, number>> = { '||': 1, '&&': 2, '+': 6, '-': 6, '*': 7, '/': 7, '%': 7, '^': 8 };
export const MAX_DEPTH = 300;

export class ExpressionParser {
  protected readonly lexer: Lexer;
  protected readonly rules: Rules;
  protected token: Token | undefined;
  protected failed = false;
  protected address = 0;
  protected depth = 0;

  constructor(text: string, rules: Rules) {
    this.rules = rules;
    this.lexer = new Lexer(
      text,
      (message) => this.complain(message),
      (said) => rules.say(said),
    );
  }

  get position(): { readonly at: number; readonly line: number } {
    return this.lexer.position;
  }

  protected where(): string {
    return `${this.rules.file} ${this.lexer.line}`;
  }

  protected complain(message: string): void {
    this.failed = true;
    this.rules.say(`${this.where()}: ${message}\n`);
  }

  protected warn(message: string): void {
    if (this.rules.strict === 'warn') this.rules.say(`${this.where()}: (Warning) ${message}\n`);
    if (this.rules.strict === 'error') this.complain(`Error: ${message}`);
  }

  protected peek(): Token {
    this.token ??= this.lexer.next();
    if (this.token.kind === 'end' && this.rules.open) throw new Unfinished();
    return this.token;
  }

  protected is(kind: TokenKind, text?: string): boolean {
    const token = this.peek();
    return token.kind === kind && (text === undefined || token.text === text);
  }

  protected take(kind: TokenKind, text?: string): boolean {
    if (!this.is(kind, text)) return false;
    this.token = undefined;
    return true;
  }

  protected advance(): Token {
    const token = this.peek();
    this.token = undefined;
    return token;
  }

  protected expect(kind: TokenKind, text?: string): Token {
    if (!this.is(kind, text)) this.refuse();
    return this.advance();
  }

  protected refuse(): never {
    this.complain('syntax error');
    throw new Mistake();
  }

  protected emit(bytes: number): number {
    this.address += bytes;
    return this.address;
  }

  protected expression(level = 1): Parsed {
    if (++this.depth > MAX_DEPTH) this.refuse();
    let left = this.prefix();
    for (;;) {
      const token = this.peek();
      const relation = token.kind === 'relation';
      const here = relation ? 4 : token.kind === 'sign' ? LEVELS[token.text] : undefined;
      if (here === undefined || here < level) break;
      this.token = undefined;
      left = relation || here > 2 ? this.arithmetic(left, token.text, here, relation) : this.logic(left, token.text, here);
    }
    this.depth--;
    return left;
  }

  private arithmetic(left: Parsed, operator: string, level: number, relation: boolean): Parsed {
    const right = this.expression(operator === '^' ? level : level + 1);
    const at = this.emit(1);
    const expr: Expr = { kind: 'binary', operator, left: left.expr, right: right.expr, at };
    return {
      expr,
      shown: relation || left.shown || right.shown,
      compares: relation || left.compares || right.compares,
      inParentheses: false,
    };
  }

  private logic(left: Parsed, operator: string, level: number): Parsed {
    this.warn(`${operator} operator`);
    this.emit(operator === '&&' ? 5 : 3);
    const right = this.expression(level + 1);
    this.emit(operator === '&&' ? 6 : 8);
    return {
      expr: { kind: operator === '&&' ? 'and' : 'or', left: left.expr, right: right.expr },
      shown: left.shown || right.shown,
      compares: left.compares || right.compares,
      inParentheses: false,
    };
  }

  private plain(expr: Expr, shown = true): Parsed {
    return { expr, shown, compares: false, inParentheses: false };
  }

  private prefix(): Parsed {
    const token = this.advance();
    const { kind, text } = token;
    if (kind === 'number') return this.plain(this.number(text));
    if (kind === 'name') {
      if (this.is('sign', '(')) return this.call(text);
      return this.named(this.target(text));
    }
    if (kind === 'step') {
      const name = this.advance();
      if (name.kind !== 'name' && !this.isVariableWord(name)) {
        this.token = name;
        this.refuse();
      }
      const target = this.target(name.text);
      this.emit(target.index ? 5 : 4);
      const by = text === '++' ? 1 : -1;
      return this.plain({ kind: 'step', by, before: true, target, at: this.address });
    }
    if (kind === 'sign' && text === '(') {
      const inside = this.expression();
      this.expect('sign', ')');
      return { ...inside, shown: true, inParentheses: true };
    }
    if (kind === 'sign' && text === '-') {
      const operand = this.expression(9);
      this.emit(1);
      return { ...operand, expr: { kind: 'minus', operand: operand.expr }, inParentheses: false };
    }
    if (kind === 'sign' && text === '!') {
      const operand = this.expression(4);
      this.warn('! operator');
      this.emit(1);
      return { ...operand, expr: { kind: 'not', operand: operand.expr }, inParentheses: false };
    }
    if (kind === 'word') {
      const parsed = this.word(token);
      if (parsed) return parsed;
    }
    this.token = token;
    return this.refuse();
  }

  private isVariableWord({ kind, text }: Token): boolean {
    return kind === 'word' && /^(?:scale|ibase|obase|last)$/.test(text);
  }

  private word(token: Token): Parsed | undefined {
    const { text } = token;
    if (/^(?:length|sqrt)$/.test(text) || (text === 'scale' && this.is('sign', '('))) {
      this.expect('sign', '(');
      const operand = this.expression().expr;
      this.expect('sign', ')');
      return this.plain({ kind: 'builtin', name: text, operand, at: this.emit(2) });
    }
    if (text === 'read' || text === 'random') {
      this.expect('sign', '(');
      this.expect('sign', ')');
      this.warn(`${text} function`);
      return this.plain({ kind: 'builtin', name: text, at: this.emit(2) });
    }
    if (!this.isVariableWord(token)) return undefined;
    if (text === 'last') this.warn('Last variable');
    return this.named({ name: text, at: this.address });
  }

  private number(text: string): Expr {
    const plain = text.replace(/\\\n/g, '').replace(/\.$/, '');
    const digits = plain.replace(/^0+(?=.)/, '');
    this.emit(digits === '0' || digits === '1' ? 1 : digits.length + 2);
    return { kind: 'number', text: digits };
  }

  private target(name: string): Target {
    if (name.length > 1 && !/^(?:scale|ibase|obase|last)$/.test(name)) this.warn(`multiple letter name - ${name}`);
    if (!this.take('sign', '[')) return { name, at: this.address };
    const index = this.expression();
    this.expect('sign', ']');
    if (index.compares) this.warn('comparison in subscript');
    return { name, index: index.expr, at: this.address };
  }

  /** A name with what may stand behind it: an assignment, `++`. */
  private named(target: Target): Parsed {
    const token = this.peek();
    if (token.kind === 'assign') {
      this.token = undefined;
      const operator = token.text.slice(0, -1);
      if (operator !== '') this.emit(target.index ? 3 : 2);
      const value = this.expression(5);
      if (!value.shown) this.warn('comparison in assignment');
      const operatorAt = operator === '' ? this.address : this.emit(1);
      return this.plain({ kind: 'assign', operator, target, value: value.expr, operatorAt, at: this.emit(2) }, false);
    }
    if (token.kind === 'step') {
      this.token = undefined;
      this.emit(target.index ? 6 : 4);
      return this.plain({ kind: 'step', by: token.text === '++' ? 1 : -1, before: false, target, at: this.address });
    }
    const at = this.emit(2);
    return this.plain({ kind: 'load', target: { ...target, at } });
  }

  private call(name: string): Parsed {
    this.advance();
    const args: Argument[] = [];
    if (!this.is('sign', ')')) {
      do args.push(this.argument());
      while (this.take('sign', ','));
    }
    this.expect('sign', ')');
    if (name.length > 1) this.warn(`multiple letter name - ${name}`);
    const at = this.emit(2);
    this.emit(args.length + 1);
    return this.plain({ kind: 'call', name, args, at }, !this.rules.isNothing(name));
  }

  private argument(): Argument {
    const before = this.lexer.position;
    if (this.is('name')) {
      const { text } = this.advance();
      if (this.take('sign', '[') && this.take('sign', ']')) {
        this.emit(3);
        return { kind: 'array', name: text };
      }
      // No array: it is read again, as an expression.
      this.rewind(before, text);
    }
    const { expr, compares } = this.expression();
    if (compares) this.warn('comparison in argument');
    return expr;
  }

  /** Goes back to a name that was read at `position`. */
  private rewind(position: { readonly at: number; readonly line: number }, name: string): void {
    this.lexer.back(position);
    this.token = undefined;
    // The position may be behind the name, when it had been looked at already.
    const token = this.lexer.next();
    if (token.kind === 'name' && token.text === name) this.token = token;
    else {
      this.lexer.back({ at: position.at - name.length, line: position.line });
      this.token = this.lexer.next();
    }
  }
}
