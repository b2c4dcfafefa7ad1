/**
 * Reads expressions as mawk 1.3.4's grammar has them: arithmetic binds closer than joining, `|` and `<` of getline closer than
 * arithmetic. What a name is (a variable, an array, a function) is known by its first use.
 */
import type { Expr, Target } from './ast.ts';
import type { Lexer, Token, TokenKind } from './lexer.ts';
import { Pattern, PatternError } from './regexp.ts';

/** A mistake that was told; the statement is given up. */
export class Mistake extends Error {}

export type Use = 'variable' | 'array' | 'function';

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
export const MAX_DEPTH = 400;
const ONE: Expr = { kind: 'number', value: 1 };
export const SPECIAL_ARRAYS: ReadonlySet<string> = new Set(['ENVIRON', 'ARGV']);

export abstract class ExpressionParser {
  protected lexer!: Lexer;
  protected token!: Token;
  protected parameters: ReadonlyMap<string, Use | undefined> = new Map();
  protected depth = 0;
  protected groupAllowed = false;
  protected inCall = false;
  protected readonly uses = new Map<string, Use>();

  protected advance(): Token {
    const { token } = this;
    this.token = this.lexer.next();
    return token;
  }

  protected is(kind: TokenKind, text?: string): boolean {
    return this.token.kind === kind && (text === undefined || this.token.text === text);
  }

  protected take(kind: TokenKind, text?: string): boolean {
    if (!this.is(kind, text)) return false;
    this.advance();
    return true;
  }

  protected expect(kind: TokenKind, text?: string): Token {
    if (!this.is(kind, text)) this.refuse();
    return this.advance();
  }

  protected refuse(): never {
    this.lexer.refuse(this.token);
    throw new Mistake();
  }

  protected complain(message: string): void {
    this.lexer.complain(message, this.token.line);
  }

  protected use(name: string, as: Use): void {
    if (this.parameters.has(name)) {
      const before = this.parameters.get(name);
      if (before === undefined) (this.parameters as Map<string, Use | undefined>).set(name, as);
      else if (before !== as) this.complain(`illegal reference to local ${before} ${name}`);
      return;
    }
    const before = SPECIAL_ARRAYS.has(name) ? 'array' : this.uses.get(name);
    if (before === undefined) this.uses.set(name, as);
    else if (before !== as) this.complain(`illegal reference to ${before} ${name}`);
    else this.uses.set(name, as);
  }

  protected expression(): Expr {
    if (++this.depth > MAX_DEPTH) this.refuse();
    try {
      return this.assignment();
    } finally {
      this.depth--;
    }
  }

  private assignment(): Expr {
    const left = this.ternary();
    if (!this.is('assign')) return left;
    const target = this.targetOf(left);
    const operator = this.advance().text;
    return { kind: 'assign', operator, target, value: this.assignment() };
  }

  protected targetOf(value: Expr): Target {
    if (value.kind !== 'variable' && value.kind !== 'element' && value.kind !== 'field') return this.refuse();
    return value;
  }

  private ternary(): Expr {
    const test = this.or();
    if (!this.take('?')) return test;
    const yes = this.assignment();
    this.expect(':');
    return { kind: 'choose', test, yes, no: this.assignment() };
  }

  private or(): Expr {
    let left = this.and();
    while (this.take('operator', '||')) left = { kind: 'or', left, right: this.operand(() => this.and()) };
    return left;
  }

  private and(): Expr {
    let left = this.membership();
    while (this.take('operator', '&&')) left = { kind: 'and', left, right: this.operand(() => this.membership()) };
    return left;
  }

  /** The right side of an operator may be an assignment: `a && b = 1`. */
  private operand(parse: () => Expr): Expr {
    const value = parse();
    if (!this.is('assign')) return value;
    const target = this.targetOf(value);
    return { kind: 'assign', operator: this.advance().text, target, value: this.assignment() };
  }

  private membership(): Expr {
    let left = this.matching();
    while (this.is('keyword', 'in')) {
      this.advance();
      if (!this.is('name')) this.refuse();
      const name = this.advance().text;
      this.use(name, 'array');
      left = { kind: 'in', index: [left], name };
    }
    return left;
  }

  private matching(): Expr {
    let left = this.comparison();
    while (this.is('match')) {
      const negated = this.advance().text === '!~';
      left = { kind: 'match', negated, left, right: this.comparison() };
    }
    return left;
  }

  private comparison(): Expr {
    let left = this.joined();
    while (this.is('operator') && COMPARISONS.has(this.token.text)) {
      const operator = this.advance().text;
      left = { kind: 'binary', operator, left, right: this.joined() };
    }
    return left;
  }

  private startsOperand(): boolean {
    const { kind, text } = this.token;
    if (kind === 'keyword') return /^(?:getline|split|match|sub|gsub)$/.test(text);
    return /^(?:number|string|name|function name|builtin|length|step|\$|\()$/.test(kind) || (kind === 'operator' && text === '!');
  }

  private joined(): Expr {
    let left = this.sum();
    while (this.startsOperand()) {
      if (left.kind === 'group') this.refuse();
      left = { kind: 'binary', operator: ' ', left, right: this.sum() };
    }
    return left;
  }

  private binaries(operators: RegExp, parse: () => Expr): Expr {
    let left = parse();
    while (this.is('operator') && operators.test(this.token.text)) {
      if (left.kind === 'group') this.refuse();
      const operator = this.advance().text;
      left = { kind: 'binary', operator, left, right: parse() };
    }
    return left;
  }

  private sum(): Expr {
    return this.binaries(/^[-+]$/, () => this.product());
  }

  private product(): Expr {
    return this.binaries(/^[*/%]$/, () => this.unary());
  }

  private unary(): Expr {
    if (this.is('operator') && /^[-+!]$/.test(this.token.text)) {
      if (++this.depth > MAX_DEPTH) this.refuse();
      const operator = this.advance().text as '!' | '-' | '+';
      const operand = this.unary();
      this.depth--;
      return { kind: 'unary', operator, operand };
    }
    return this.piped();
  }

  /** `"cmd" | getline x` */
  private piped(): Expr {
    let left = this.power();
    while (this.is('pipe')) {
      this.advance();
      this.expect('keyword', 'getline');
      const target = this.optionalTarget();
      left = { kind: 'getline', command: left, ...(target && { target }) };
    }
    return left;
  }

  private power(): Expr {
    const left = this.postfix();
    if (!this.is('operator', '^')) return left;
    this.advance();
    const signed = this.is('operator') && /^[-+!]$/.test(this.token.text);
    return { kind: 'binary', operator: '^', left, right: signed ? this.unary() : this.power() };
  }

  protected postfix(): Expr {
    const value = this.primary();
    if (!this.is('step') || (value.kind !== 'variable' && value.kind !== 'element' && value.kind !== 'field')) return value;
    return { kind: 'step', operator: this.advance().text as '++' | '--', before: false, target: value };
  }

  protected optionalTarget(): Target | undefined {
    if (!this.is('name') && !this.is('$')) return undefined;
    return this.targetOf(this.primary());
  }

  protected primary(): Expr {
    const { kind, text } = this.token;
    const group = this.groupAllowed;
    this.groupAllowed = false;
    switch (kind) {
      case 'number':
        this.advance();
        return { kind: 'number', value: Number(text) };
      case 'string':
        this.advance();
        return { kind: 'string', value: text };
      case 'regexp':
        return this.regexp();
      case '$':
        return this.field();
      case '(':
        return this.parenthesized(group);
      case 'name':
        return this.named();
      case 'function name':
        return this.call();
      case 'length':
        this.advance();
        return { kind: 'builtin', name: 'length', args: [] };
      case 'builtin':
        return this.builtin();
      case 'step': {
        this.advance();
        const target = this.targetOf(this.primary());
        return { kind: 'step', operator: text as '++' | '--', before: true, target };
      }
      case 'keyword':
        return this.special();
      default:
        return this.refuse();
    }
  }

  private regexp(): Expr {
    const { text: source, line } = this.advance();
    try {
      new Pattern(source);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.lexer.complain(`regular expression compile failed (${error.message})\n${source}`, line);
    }
    return { kind: 'regexp', source };
  }

  private field(): Expr {
    this.advance();
    if (this.is('operator') && /^[-+!]$/.test(this.token.text)) return { kind: 'field', index: this.unary() };
    const index = this.primary();
    // `NF` is a field itself: `$NF--` is `$(NF--)`.
    if (index.kind === 'variable' && index.name === 'NF' && this.is('step'))
      return { kind: 'field', index: { kind: 'step', operator: this.advance().text as '++' | '--', before: false, target: index } };
    return { kind: 'field', index };
  }

  private parenthesized(group: boolean): Expr {
    this.advance();
    if (group && this.is(')')) {
      this.advance();
      return { kind: 'group', items: [] };
    }
    const first = this.expression();
    if (!this.is(',')) {
      this.expect(')');
      // `(x)` is no place to assign to; `($1)` is.
      return first.kind === 'variable' || first.kind === 'element' ? { kind: 'choose', test: ONE, yes: first, no: first } : first;
    }
    const items = [first];
    while (this.take(',')) items.push(this.expression());
    this.expect(')');
    if (this.take('keyword', 'in')) {
      if (!this.is('name')) this.refuse();
      const name = this.advance().text;
      this.use(name, 'array');
      return { kind: 'in', index: items, name };
    }
    if (!group) this.refuse();
    return { kind: 'group', items };
  }

  protected subscript(): readonly Expr[] {
    const items = [this.expression()];
    while (this.take(',')) items.push(this.expression());
    this.expect(']');
    return items;
  }

  private named(): Expr {
    const name = this.advance().text;
    if (this.take('[')) {
      const index = this.subscript();
      this.use(name, 'array');
      return { kind: 'element', name, index };
    }
    // In a call a bare name may be an array; what it is shows later.
    if (
      !(this.inCall && (this.is(',') || this.is(')')) && !this.parameters.has(name) && !this.uses.has(name)) &&
      !this.arrayArgument(name)
    )
      this.use(name, 'variable');
    return { kind: 'variable', name };
  }

  /** An array's own name as an argument of a function. */
  private arrayArgument(name: string): boolean {
    if (!this.inCall || !(this.is(',') || this.is(')'))) return false;
    return this.parameters.has(name) || this.uses.get(name) === 'array' || SPECIAL_ARRAYS.has(name);
  }

  protected abstract call(): Expr;
  protected abstract builtin(): Expr;
  /** getline, split, match, sub, gsub. */
  protected abstract special(): Expr;
}
