/**
 * Reads an awk program as mawk 1.3.4's grammar has it. A mistake is told where mawk tells it, reading goes on at the next statement, and up to five are told.
 */
import type { Expr, Program, Rule, Statement, UserFunction } from './ast.ts';
import { CallParser } from './calls.ts';
import { MAX_DEPTH, Mistake, type Use } from './expressions.ts';
import { CompileError, Lexer } from './lexer.ts';

type Scope = 'BEGIN' | 'END' | 'rule' | 'function';

export interface Source {
  readonly text: string;
  readonly file: string;
}

class Parser extends CallParser {
  private scope: Scope = 'rule';
  private loops = 0;
  readonly begin: Statement[] = [];
  readonly end: Statement[] = [];
  readonly rules: Rule[] = [];
  readonly functions = new Map<string, UserFunction>();
  readonly complaints: string[] = [];

  parse(source: Source): void {
    this.lexer = new Lexer(source.text, source.file, (name) => (this.parameters.has(name) ? 'variable' : this.uses.get(name)));
    try {
      this.advance();
      while (this.token.kind !== 'end') this.item();
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
    }
    this.complaints.push(...this.lexer.complaints);
  }

  /** What can be known only when all is read. */
  finish(files: boolean): Program {
    if (this.complaints.length === 0) {
      for (const [name, calls] of [...this.calls].reverse()) {
        const definition = this.functions.get(name);
        if (!definition) {
          this.complaints.push(`${files ? '' : `line ${this.token.line}: `}function ${name} never defined`);
          continue;
        }
        for (const { count, line } of calls)
          if (count > definition.parameters.length) this.complaints.push(`line ${line}: too many arguments in call to ${name}`);
      }
    }
    if (this.complaints.length === 0) this.passedTypes();
    const arrays = new Set([...this.uses].filter(([, use]) => use === 'array').map(([name]) => name));
    return { begin: this.begin, rules: this.rules, end: this.end, functions: this.functions, arrays };
  }

  private readonly parameterUses = new Map<string, ReadonlyMap<string, Use | undefined>>();

  protected wantsArray(name: string, at: number): boolean {
    const parameter = this.functions.get(name)?.parameters[at];
    return parameter !== undefined && this.parameterUses.get(name)?.get(parameter) === 'array';
  }

  /** Whether what is passed to a function is what it makes of it; an unused name becomes what the function wants. */
  private passedTypes(): void {
    for (const [name, calls] of this.calls) {
      const definition = this.functions.get(name)!;
      const wanted = this.parameterUses.get(name);
      for (const { args, line } of calls)
        for (const [at, arg] of args.entries()) {
          const use = wanted?.get(definition.parameters[at]!);
          const given = arg.kind === 'variable' ? this.uses.get(arg.name) : 'variable';
          if (use === 'array' && given === undefined && arg.kind === 'variable') this.uses.set(arg.name, 'array');
          else if (use !== undefined && given !== undefined && arg.kind === 'variable' && use !== given)
            this.complaints.push(`line ${line}: type error in arg(${at + 1}) in call to ${name}`);
        }
    }
  }

  private item(): void {
    try {
      this.parameters = new Map();
      this.loops = 0;
      if (this.is('keyword', 'BEGIN') || this.is('keyword', 'END')) {
        this.scope = this.advance().text as Scope;
        if (!this.is('{')) this.refuse();
        (this.scope === 'BEGIN' ? this.begin : this.end).push(this.block());
      } else if (this.is('keyword', 'function')) this.definition();
      else this.rule();
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      // Reading goes on with the next block.
      this.lexer.recover();
      while (!this.is('{') && !this.is('end')) this.advance();
    }
  }

  private rule(): void {
    this.scope = 'rule';
    if (this.is('{')) {
      this.rules.push({ body: this.block() });
      return;
    }
    const pattern = this.expression();
    const until = this.take(',') ? this.expression() : undefined;
    const range = { pattern, ...(until && { until }) };
    if (this.is('{')) this.rules.push({ ...range, body: this.block() });
    else {
      this.separator();
      this.rules.push(range);
    }
  }

  private definition(): void {
    this.advance();
    this.scope = 'function';
    if (!this.is('name') && !this.is('function name')) this.refuse();
    const { text: name } = this.token;
    if (this.functions.has(name)) this.complain(`redefinition of ${name}`);
    else if (this.uses.has(name) && this.uses.get(name) !== 'function')
      this.complain(`illegal reference to ${this.uses.get(name)} ${name}`);
    this.uses.set(name, 'function');
    this.advance();
    this.expect('(');
    const parameters: string[] = [];
    if (!this.is(')')) {
      do {
        if (!this.is('name') && !this.is('function name')) this.refuse();
        if (parameters.includes(this.token.text)) this.complain(`${this.token.text} is duplicated in argument list`);
        parameters.push(this.advance().text);
      } while (this.take(','));
    }
    if (!this.is(')')) this.refuse();
    this.lexer.skipNewlines();
    this.advance();
    const definition: UserFunction = { name, parameters, body: { kind: 'block', body: [] } };
    this.functions.set(name, definition);
    const uses = new Map<string, Use | undefined>(parameters.map((each) => [each, undefined]));
    this.parameters = uses;
    this.parameterUses.set(name, uses);
    if (!this.is('{')) this.refuse();
    definition.body = this.block();
  }

  private block(): Statement {
    this.expect('{');
    const body: Statement[] = [];
    while (!this.is('}')) {
      try {
        body.push(this.statement());
      } catch (error) {
        if (!(error instanceof Mistake)) throw error;
        this.skipStatement();
      }
    }
    this.advance();
    return { kind: 'block', body };
  }

  private skipStatement(): void {
    this.lexer.recover();
    while (!this.is('newline') && !this.is(';')) {
      if (this.is('end')) throw new CompileError();
      this.advance();
    }
    this.advance();
    this.lexer.recover();
  }

  private separator(): void {
    if (!this.is(';') && !this.is('newline')) this.refuse();
    this.lexer.endStatement();
    this.advance();
  }

  private statement(): Statement {
    if (++this.depth > MAX_DEPTH) this.refuse();
    try {
      if (this.is('{')) return this.block();
      if (this.is(';') || this.is('newline')) {
        this.separator();
        return { kind: 'block', body: [] };
      }
      const parse = this.token.kind === 'keyword' ? this.keywords[this.token.text] : undefined;
      if (parse) return parse.call(this);
      const value = this.expression();
      this.separator();
      return { kind: 'expression', value };
    } finally {
      this.depth--;
    }
  }

  private readonly keywords: Readonly<Record<string, (this: Parser) => Statement>> = {
    print: this.print,
    printf: this.print,
    if: this.conditional,
    while: this.whileLoop,
    do: this.doLoop,
    for: this.forLoop,
    break: this.jump,
    continue: this.jump,
    next: this.jump,
    nextfile: this.jump,
    exit: this.leave,
    return: this.leave,
    delete: this.remove,
  };

  private print(): Statement {
    const kind = this.advance().text as 'print' | 'printf';
    let args: readonly Expr[] = [];
    const bare = () => this.is(';') || this.is('newline') || this.is('output');
    if (!bare()) {
      this.groupAllowed = this.is('(');
      const first = this.expression();
      this.groupAllowed = false;
      if (first.kind === 'group') args = first.items;
      else {
        const list: Expr[] = [first];
        while (this.take(',')) list.push(this.expression());
        args = list;
      }
    }
    const to = this.is('output') ? { operator: this.advance().text, name: this.expression() } : undefined;
    const { line } = this.token;
    this.separator();
    if (kind === 'printf' && args.length === 0) this.lexer.complain('no arguments in call to printf', line);
    return { kind, args, ...(to && { to }) };
  }

  private condition(): Expr {
    this.expect('(');
    const test = this.expression();
    if (!this.is(')')) this.refuse();
    this.lexer.skipNewlines();
    this.advance();
    return test;
  }

  private conditional(): Statement {
    this.advance();
    const test = this.condition();
    const yes = this.statement();
    if (!this.is('keyword', 'else')) return { kind: 'if', test, yes };
    this.lexer.skipNewlines();
    this.advance();
    return { kind: 'if', test, yes, no: this.statement() };
  }

  private loopBody(): Statement {
    this.loops++;
    try {
      return this.statement();
    } finally {
      this.loops--;
    }
  }

  private whileLoop(): Statement {
    this.advance();
    return { kind: 'while', test: this.condition(), body: this.loopBody() };
  }

  private doLoop(): Statement {
    this.lexer.skipNewlines();
    this.advance();
    const body = this.loopBody();
    this.expect('keyword', 'while');
    this.expect('(');
    const test = this.expression();
    this.expect(')');
    this.separator();
    return { kind: 'do', test, body };
  }

  private forLoop(): Statement {
    this.advance();
    this.expect('(');
    const first = this.is(';') ? undefined : this.expression();
    const key = first?.kind === 'in' && first.index.length === 1 ? first.index[0]! : undefined;
    if (first?.kind === 'in' && key?.kind === 'variable' && this.is(')')) {
      this.lexer.skipNewlines();
      this.advance();
      return { kind: 'for in', variable: key.name, name: first.name, body: this.loopBody() };
    }
    this.expect(';');
    const test = this.is(';') ? undefined : this.expression();
    this.expect(';');
    const step = this.is(')') ? undefined : this.expression();
    if (!this.is(')')) this.refuse();
    this.lexer.skipNewlines();
    this.advance();
    return { kind: 'for', ...(first && { first }), ...(test && { test }), ...(step && { step }), body: this.loopBody() };
  }

  private jump(): Statement {
    const kind = this.advance().text as 'break' | 'continue' | 'next' | 'nextfile';
    this.separatorAfter(() => {
      if ((kind === 'break' || kind === 'continue') && this.loops === 0) return `${kind} statement outside of loop`;
      if ((kind === 'next' || kind === 'nextfile') && this.scope !== 'rule') return `improper use of ${kind}`;
      return undefined;
    });
    return { kind };
  }

  private leave(): Statement {
    const kind = this.advance().text as 'exit' | 'return';
    const value = this.is(';') || this.is('newline') ? undefined : this.expression();
    this.separatorAfter(() => (kind === 'return' && this.scope !== 'function' ? 'return outside function body' : undefined));
    return { kind, ...(value && { value }) };
  }

  /** Complaints about where a statement stands name the line of its end. */
  private separatorAfter(check: () => string | undefined): void {
    const { line } = this.token;
    this.separator();
    const complaint = check();
    if (complaint !== undefined) this.lexer.complain(complaint, line);
  }

  private remove(): Statement {
    this.advance();
    if (!this.is('name')) this.refuse();
    const name = this.advance().text;
    const index = this.take('[') ? this.subscript() : undefined;
    this.separator();
    this.use(name, 'array');
    return { kind: 'delete', name, ...(index && { index }) };
  }
}

/** @returns the program, or mawk's complaints without its name */
export function parseProgram(sources: readonly Source[]): Program | readonly string[] {
  const parser = new Parser();
  for (const source of sources) parser.parse(source);
  const program = parser.finish(sources.some(({ file }) => file !== ''));
  return parser.complaints.length > 0 ? parser.complaints : program;
}
