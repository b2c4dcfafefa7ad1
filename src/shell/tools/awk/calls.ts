/** Reads calls: of the user's functions, of those built in, and of the few with a grammar of their own. */
import type { Expr, Target } from './ast.ts';
import { ExpressionParser, SPECIAL_ARRAYS } from './expressions.ts';
import { BUILTINS } from './lexer.ts';

/** A call of a function of the user's, to be checked when all are known. */
interface Call {
  readonly count: number;
  readonly line: number;
  readonly args: readonly Expr[];
}

const ZERO: Expr = { kind: 'number', value: 0 };

export abstract class CallParser extends ExpressionParser {
  protected readonly calls = new Map<string, Call[]>();

  private args(inCall: boolean): readonly Expr[] {
    this.expect('(');
    const items: Expr[] = [];
    const outer = this.inCall;
    if (!this.is(')')) {
      do {
        this.inCall = inCall;
        items.push(this.expression());
      } while (this.take(','));
    }
    this.inCall = outer;
    this.expect(')');
    return items;
  }

  /** Whether a function that is known already takes an array there. */
  protected abstract wantsArray(name: string, at: number): boolean;

  protected call(): Expr {
    const { text: name, line } = this.advance();
    if (!this.is('(')) this.refuse();
    const before = this.uses.get(name);
    if (before !== undefined && before !== 'function') this.complain(`illegal reference to ${before} ${name}`);
    this.uses.set(name, 'function');
    const args = this.args(true);
    for (const [at, arg] of args.entries())
      if (arg.kind === 'variable' && !this.parameters.has(arg.name) && !this.uses.has(arg.name) && this.wantsArray(name, at))
        this.uses.set(arg.name, 'array');
    this.calls.set(name, [...(this.calls.get(name) ?? []), { count: args.length, line, args }]);
    return { kind: 'call', name, args };
  }

  protected builtin(): Expr {
    const { text: name } = this.advance();
    const { line } = this.token;
    if (!this.is('(')) this.refuse();
    const args = this.args(name === 'length');
    const [least, most] = BUILTINS[name]!;
    if (args.length < least || args.length > most) this.lexer.complain(`wrong number of arguments in call to ${name}`, line);
    const [only] = args;
    if (name === 'length' && only?.kind === 'variable') {
      const use = SPECIAL_ARRAYS.has(only.name) ? 'array' : this.parameters.has(only.name) ? undefined : this.uses.get(only.name);
      if (use === 'array' || (this.parameters.has(only.name) && this.parameters.get(only.name) !== 'variable'))
        return { kind: 'length of array', name: only.name };
      this.use(only.name, 'variable');
    }
    return { kind: 'builtin', name, args };
  }

  protected special(): Expr {
    switch (this.token.text) {
      case 'getline': {
        this.advance();
        const target = this.optionalTarget();
        const from = this.take('input') ? this.postfix() : undefined;
        return { kind: 'getline', ...(target && { target }), ...(from && { from }) };
      }
      case 'split': {
        this.advance();
        this.expect('(');
        const text = this.expression();
        this.expect(',');
        if (!this.is('name')) this.refuse();
        const name = this.advance().text;
        this.use(name, 'array');
        const separator = this.take(',') ? this.expression() : undefined;
        this.expect(')');
        return { kind: 'split', text, name, ...(separator && { separator }) };
      }
      case 'match': {
        this.advance();
        this.expect('(');
        const text = this.expression();
        this.expect(',');
        const pattern = this.expression();
        this.expect(')');
        return { kind: 'find', text, pattern };
      }
      case 'sub':
      case 'gsub': {
        const all = this.advance().text === 'gsub';
        this.expect('(');
        const pattern = this.expression();
        this.expect(',');
        const by = this.expression();
        const target: Target = this.take(',') ? this.targetOf(this.primary()) : { kind: 'field', index: ZERO };
        this.expect(')');
        return { kind: 'substitute', all, pattern, by, target };
      }
      default:
        return this.refuse();
    }
  }
}
