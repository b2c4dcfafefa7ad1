/**
 * Reads a bc program one line (or one function) after another, as GNU bc 1.07.1's grammar has it. Addresses are counted as bc lays out
 * its code, because its runtime errors name them.
 */
import type { Definition, Expr, Parameter, Statement } from './ast.ts';
import { ExpressionParser, MAX_DEPTH, Mistake, Quit } from './expressions.ts';

export type Item =
  | { readonly kind: 'line'; readonly body: readonly Statement[] }
  | { readonly kind: 'define'; readonly definition: Definition }
  | { readonly kind: 'nothing' | 'end' };

export class Parser extends ExpressionParser {
  private loops = 0;
  private continues = 0;
  private inFunction = false;

  /** The next line or function. */
  item(): Item {
    this.failed = false;
    this.address = 0;
    this.loops = 0;
    this.continues = 0;
    this.inFunction = false;
    this.depth = 0;
    try {
      if (this.is('end')) return { kind: 'end' };
      if (this.is('word', 'define')) {
        const definition = this.definition();
        return this.failed ? { kind: 'nothing' } : { kind: 'define', definition };
      }
      const body: Statement[] = [];
      while (!this.is('newline')) {
        if (this.take('sign', ';')) continue;
        body.push(this.statement());
        if (!this.is('newline') && !this.is('sign', ';')) this.refuse();
      }
      this.token = undefined;
      return this.failed ? { kind: 'nothing' } : { kind: 'line', body };
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      while (!this.is('newline')) {
        if (this.is('end')) return { kind: 'end' };
        this.advance();
      }
      this.token = undefined;
      return { kind: 'nothing' };
    }
  }

  private optionalNewline(): void {
    if (this.take('newline')) this.warn('newline not allowed');
  }

  private definition(): Definition {
    this.advance();
    const nothing = this.take('word', 'void');
    if (nothing) this.warn('void functions');
    const name = this.name();
    this.expect('sign', '(');
    const parameters = this.is('sign', ')') ? [] : this.parameters();
    this.expect('sign', ')');
    this.optionalNewline();
    this.expect('sign', '{');
    if (!this.is('newline')) this.warn('End of line required');
    while (this.take('newline'));
    let autos: readonly Parameter[] = [];
    if (this.take('word', 'auto')) {
      autos = this.parameters();
      if (!this.take('sign', ';') && !this.take('newline')) this.refuse();
    }
    this.inFunction = true;
    const body = this.statements();
    this.expect('sign', '}');
    return { name, parameters, autos, nothing, body };
  }

  private parameters(): Parameter[] {
    const list: Parameter[] = [];
    do {
      const byReference = this.take('sign', '*') || this.take('sign', '&');
      const name = this.name();
      const array = this.take('sign', '[');
      if (array) this.expect('sign', ']');
      else if (byReference) this.refuse();
      list.push({ name, array, byReference });
    } while (this.take('sign', ','));
    return list;
  }

  private name(): string {
    const { text } = this.expect('name');
    if (text.length > 1) this.warn(`multiple letter name - ${text}`);
    return text;
  }

  /** Inside braces. */
  private statements(): Statement[] {
    const body: Statement[] = [];
    while (!this.is('sign', '}')) {
      if (this.take('newline') || this.take('sign', ';')) continue;
      body.push(this.statement());
      if (!this.is('newline') && !this.is('sign', ';') && !this.is('sign', '}')) this.refuse();
    }
    return body;
  }

  private statement(): Statement {
    if (++this.depth > MAX_DEPTH) this.refuse();
    try {
      const token = this.peek();
      if (token.kind === 'string') {
        this.token = undefined;
        const text = token.text.slice(1, -1);
        this.emit(text.length + 2);
        return { kind: 'string', text };
      }
      if (token.kind === 'sign' && token.text === '{') {
        this.token = undefined;
        const body = this.statements();
        this.expect('sign', '}');
        return { kind: 'block', body };
      }
      const parse = token.kind === 'word' ? this.words[token.text] : undefined;
      if (parse) {
        this.token = undefined;
        return parse.call(this);
      }
      const { expr, shown, compares } = this.expression();
      // What comes after has been looked at by now.
      this.peek();
      if (compares) this.warn('comparison in expression');
      this.emit(1);
      return { kind: 'expression', value: expr, shown };
    } finally {
      this.depth--;
    }
  }

  private readonly words: Readonly<Record<string, (this: Parser) => Statement>> = {
    break: () => {
      if (this.loops === 0) this.complain('Break outside a for/while');
      this.emit(3);
      return { kind: 'break' };
    },
    continue: () => {
      this.warn('Continue statement');
      if (this.continues === 0) this.complain('Continue outside a for');
      this.emit(3);
      return { kind: 'continue' };
    },
    quit: () => {
      throw new Quit();
    },
    halt: () => {
      this.emit(1);
      return { kind: 'halt' };
    },
    limits: () => ({ kind: 'limits' }),
    warranty: () => {
      this.rules.say('bc: warranty: not simulated in this lab\n');
      return { kind: 'block', body: [] };
    },
    return: this.leave,
    if: this.conditional,
    while: this.whileLoop,
    for: this.forLoop,
    print: this.print,
  };

  private leave(): Statement {
    if (this.is('newline') || this.is('sign', ';') || this.is('sign', '}')) {
      this.emit(2);
      if (!this.inFunction) this.complain('Return outside of a function.');
      return { kind: 'return' };
    }
    const { expr, compares, inParentheses } = this.expression();
    this.peek();
    if (compares) this.warn('comparison in return expresion');
    if (!inParentheses) this.warn('return expression requires parenthesis');
    if (!this.inFunction) this.complain('Return outside of a function.');
    this.emit(1);
    return { kind: 'return', value: expr };
  }

  private conditional(): Statement {
    this.expect('sign', '(');
    const test = this.expression().expr;
    this.expect('sign', ')');
    this.emit(3);
    this.optionalNewline();
    const yes = this.statement();
    if (!this.take('word', 'else')) return { kind: 'if', test, yes };
    this.warn('else clause in if statement');
    this.emit(3);
    this.optionalNewline();
    return { kind: 'if', test, yes, no: this.statement() };
  }

  private body(): Statement {
    this.optionalNewline();
    this.loops++;
    this.continues++;
    const body = this.statement();
    this.loops--;
    this.continues--;
    this.emit(3);
    return body;
  }

  private whileLoop(): Statement {
    this.expect('sign', '(');
    const test = this.expression().expr;
    this.emit(3);
    this.expect('sign', ')');
    return { kind: 'while', test, body: this.body() };
  }

  private optional(end: string): Expr | undefined {
    if (!this.is('sign', end)) return this.expression().expr;
    this.warn('Missing expression in for statement');
    return undefined;
  }

  private forLoop(): Statement {
    this.expect('sign', '(');
    const first = this.optional(';');
    this.expect('sign', ';');
    if (first) this.emit(1);
    const test = this.optional(';');
    this.expect('sign', ';');
    this.emit(test ? 6 : 7);
    const step = this.optional(')');
    this.expect('sign', ')');
    this.emit(step ? 4 : 3);
    return { kind: 'for', ...(first && { first }), ...(test && { test }), ...(step && { step }), body: this.body() };
  }

  private print(): Statement {
    this.warn('print statement');
    const items: (Expr | string)[] = [];
    do {
      if (this.is('string')) {
        const text = this.advance().text.slice(1, -1);
        this.emit(text.length + 2);
        items.push(text);
      } else {
        items.push(this.expression().expr);
        this.emit(1);
      }
    } while (this.take('sign', ','));
    return { kind: 'print', items };
  }
}
