/** `-o go-template=`: runs a parsed template on an object, with the errors of Go's text/template/exec.go. Left out: methods. */
import { isDoc, sorted, type Value } from '../value.ts';
import { FUNCTIONS, FunctionFault, printable, type Result, truth } from './gotemplate-functions.ts';
import { type Expression, GoNumber, GoTemplateError, type Part, parseTemplate } from './gotemplate-grammar.ts';

export { GoTemplateError } from './gotemplate-grammar.ts';

/** A template that failed on the way: `printed` is what it had written by then. */
export class GoTemplateFailure extends GoTemplateError {
  readonly printed: string;
  constructor(message: string, printed: string) {
    super(message);
    this.printed = printed;
  }
}

const NAMES: ReadonlySet<string> = new Set([...Object.keys(FUNCTIONS), 'and', 'or']);

/** How many arguments a function takes. */
const FIXED: Readonly<Record<string, number>> = { len: 1, not: 1, ne: 2, lt: 2, le: 2, gt: 2, ge: 2, base64decode: 1 };
const AT_LEAST_ONE: ReadonlySet<string> = new Set(['and', 'or', 'index', 'slice', 'eq', 'printf', 'exists']);

interface Scope {
  readonly dot: Result;
  readonly variables: readonly Map<string, Result>[];
}

type Path = Extract<Expression, { type: 'path' }>;
type Call = Extract<Expression, { type: 'call' }>;

class Execution {
  readonly #source: string;
  readonly #allowMissing: boolean;
  #printed = '';
  /** Where errors say they are: the node evaluated last. */
  #node: { readonly at: number; readonly text: string } = { at: 0, text: '' };

  constructor(source: string, allowMissing: boolean) {
    this.#source = source;
    this.#allowMissing = allowMissing;
  }

  of(parts: readonly Part[], data: Value): string {
    try {
      this.#run(parts, { dot: data, variables: [new Map([['$', sorted(data)]])] });
    } catch (error) {
      if (error instanceof FunctionFault) throw new GoTemplateFailure(this.#located(error.message), this.#printed);
      throw error;
    }
    return this.#printed;
  }

  #located(words: string): string {
    const before = this.#source.slice(0, this.#node.at);
    const line = before.split('\n').length;
    const column = this.#node.at - Math.max(0, before.lastIndexOf('\n'));
    return `template: output:${line}:${column}: executing "output" at <${this.#node.text}>: ${words}`;
  }

  #run(parts: readonly Part[], scope: Scope): void {
    for (const part of parts) {
      if (part.type === 'text') {
        this.#printed += part.text;
        continue;
      }
      const value = this.#evaluate(part.pipe, scope);
      if (part.type === 'print') this.#print(part, value, scope);
      else if (part.type === 'range') this.#range(part, value, scope);
      else {
        const yes = truth(value);
        const inside = within(scope, part.type === 'with' && yes ? value : scope.dot, [[part.assign, value]]);
        this.#run(yes ? part.then : part.otherwise, inside);
      }
    }
  }

  #print(part: Extract<Part, { type: 'print' }>, value: Result, scope: Scope): void {
    if (part.assign === undefined) {
      this.#printed += printable(value);
      return;
    }
    const level = part.declare ? scope.variables.at(-1)! : scope.variables.findLast((one) => one.has(part.assign!));
    if (!level) throw new GoTemplateError(`template: output:1: undefined variable ${JSON.stringify(part.assign)}`);
    level.set(part.assign, value);
  }

  #range(part: Extract<Part, { type: 'range' }>, value: Result, scope: Scope): void {
    const entries = each(value);
    if (entries.length === 0) this.#run(part.otherwise, within(scope, scope.dot, []));
    for (const [key, item] of entries) {
      this.#run(
        part.then,
        within(scope, item, [
          [part.index, key],
          [part.item, item],
        ]),
      );
    }
  }

  #evaluate(expression: Expression, scope: Scope): Result {
    switch (expression.type) {
      case 'literal':
        this.#node = expression;
        return expression.value;
      case 'path':
        return this.#follow(expression, scope);
      case 'call':
        return this.#call(expression, scope, []);
      case 'pipe': {
        const [first, ...rest] = expression.stages;
        let value = this.#evaluate(first!, scope);
        for (const stage of rest) {
          if (stage.type !== 'call') throw new FunctionFault("can't give argument to non-function");
          value = this.#call(stage, scope, [value]);
        }
        return value;
      }
    }
  }

  #call(call: Call, scope: Scope, final: readonly Result[]): Result {
    this.#count(call, call.args.length + final.length);
    if (call.name === 'and' || call.name === 'or') return this.#logic(call, scope, final);
    const args = [...call.args.map((arg) => this.#evaluate(arg, scope)), ...final];
    this.#node = call;
    try {
      return FUNCTIONS[call.name]!(args);
    } catch (error) {
      throw error instanceof FunctionFault ? new FunctionFault(`error calling ${call.name}: ${error.message}`) : error;
    }
  }

  #count({ name, at }: Call, got: number): void {
    const wanted = FIXED[name];
    const least = AT_LEAST_ONE.has(name) && got === 0;
    if (!least && (wanted === undefined || wanted === got)) return;
    this.#node = { at, text: name };
    throw new FunctionFault(`wrong number of args for ${name}: want ${least ? 'at least 1' : wanted} got ${got}`);
  }

  #logic(call: Call, scope: Scope, final: readonly Result[]): Result {
    let value: Result;
    for (const arg of call.args) {
      value = this.#evaluate(arg, scope);
      if (truth(value) === (call.name === 'or')) return value;
    }
    return final.length > 0 ? final[0] : value;
  }

  #follow(path: Path, scope: Scope): Result {
    let value: Result;
    if (path.base === 'dot') value = scope.dot;
    else if (path.base === 'variable') {
      const held = scope.variables.findLast((level) => level.has(path.variable!));
      if (!held) throw new GoTemplateError(`template: output:1: undefined variable ${JSON.stringify(path.variable)}`);
      value = held.get(path.variable!);
    } else value = this.#evaluate(path.base, scope);
    this.#node = path;
    for (const key of path.keys) value = this.#field(value, key);
    return value;
  }

  #field(value: Result, key: string): Result {
    if (value === undefined) {
      if (this.#allowMissing) return undefined;
      throw new FunctionFault(`nil data; no entry for key ${JSON.stringify(key)}`);
    }
    if (value === null) throw new FunctionFault(`nil pointer evaluating interface {}.${key}`);
    if (!isDoc(value) || value instanceof GoNumber) throw new FunctionFault(`can't evaluate field ${key} in type interface {}`);
    if (Object.hasOwn(value, key)) return value[key];
    if (this.#allowMissing) return undefined;
    throw new FunctionFault(`map has no entry for key ${JSON.stringify(key)}`);
  }
}

function within(scope: Scope, dot: Result, variables: readonly (readonly [string | undefined, Result])[]): Scope {
  const own = new Map(variables.filter((pair): pair is [string, Result] => pair[0] !== undefined));
  return { dot, variables: [...scope.variables, own] };
}

function each(value: Result): readonly (readonly [Result, Result])[] {
  if (Array.isArray(value)) return (value as readonly Value[]).map((item, at) => [new GoNumber(at), item] as const);
  const count = value instanceof GoNumber ? value.value : value;
  if (typeof count === 'number') return Array.from({ length: count }, (_, at) => [new GoNumber(at), new GoNumber(at)] as const);
  if (isDoc(value)) {
    return Object.keys(value)
      .sort()
      .map((key) => [key, value[key]!] as const);
  }
  if (value === undefined || value === null) return [];
  throw new FunctionFault(`range can't iterate over ${printable(value)}`);
}

/** @throws GoTemplateError; so does the function it returns */
export function parseGoTemplate(source: string, allowMissing: boolean): (data: Value) => string {
  const parts = parseTemplate(source, NAMES);
  return (data) => new Execution(source, allowMissing).of(parts, data);
}
